/* A configuration file as a stranger would write it. */
#include "base/log.h"
#include "cli/command.h"
#include "cli/config.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Values may name files of this machine, which are nobody's business. */
static bool names_a_file(const uint8_t *bytes, size_t size)
{
    static const char word[] = "file:";
    for (size_t i = 0; i + sizeof word - 1 <= size; i++)
        if (!memcmp(bytes + i, word, sizeof word - 1))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char none[] = "none", config[] = "--config", path[32];
    char *words[] = { config, none, NULL };
    static int fd = -1;
    struct options o;
    bool done = false;
    log_set_level((enum log_level) - 1);
    if (fd < 0) {
        fd = memfd_create("config", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (names_a_file(bytes, size) || fd < 0 || ftruncate(fd, 0) ||
        pwrite(fd, bytes, size, 0) != (ssize_t)size)
        return 0;
    if (options_parse(&o, command_find("monitor"), 2, words, &done))
        abort();
    if (config_read(&o, path, false) &&
        (o.key_count > KEYS_MAX || o.ospf_key_count > KEYS_MAX || o.port_count > COUNT(o.ports) ||
         o.interface_count > COUNT(o.interfaces)))
        abort();
    options_free(&o);
    return 0;
}
