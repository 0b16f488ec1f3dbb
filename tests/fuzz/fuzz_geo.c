/* Any bytes as a database in MaxMind's format: whatever is found in it is text that ends, of addresses of both families. */
#include "state/geo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
const char *__lsan_default_suppressions(void);

/* libmaxminddb 1.7 forgets what it read of a file's description when the rest of that turns out to be damaged; files are opened
 * by whoever runs routetap, a few times. */
const char *__lsan_default_suppressions(void) { return "leak:libmaxminddb"; }

static void ends(const char *text, size_t room)
{
    if (!memchr(text, '\0', room))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const asked[] = { "45.99.0.1", "46.1.2.3",    "10.0.12.1", "0.0.0.0",
                                         "255.1.1.1", "2001:db8::1", "::",        "ffff::1" };
    static char path[32];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("geo", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    struct geo *g = geo_new();
    if (g && fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, bytes, size, 0) == (ssize_t)size &&
        !geo_add(g, path)) {
        geo_sound(g);
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
            struct geo_place p;
            struct addr a = addr_parse(asked[i]);
            geo_find(g, &a, &p);
            ends(p.organisation, sizeof p.organisation);
            ends(p.city, sizeof p.city);
            ends(p.country, sizeof p.country);
            ends(p.country_name, sizeof p.country_name);
        }
    }
    geo_free(g);
    return 0;
}
