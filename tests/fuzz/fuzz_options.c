/* Arguments of any command as a stranger would write them in: times, sizes, addresses, prefixes, expressions, secrets. Byte 0
 * chooses the command, a line each is a word; what is taken for a moment is one in every capture. */
#include "base/log.h"
#include "cli/command.h"
#include "cli/route_filter.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { WORDS_MOST = 64 };

static void look(const struct options *o)
{
    const struct stamp first = { INT64_C(1772359200000000000) };
    const struct when moments[] = { o->since, o->until, o->between[0], o->between[1] };
    for (size_t i = 0; i < COUNT(moments); i++)
        if (moments[i].kind != WHEN_NONE && !stamp_known(when_resolve(moments[i], first)))
            abort();
    if (o->width && (o->width < 40 || o->width > 1000))
        abort();
    if (o->port_count > COUNT(o->ports) || o->key_count > KEYS_MAX || o->ospf_key_count > KEYS_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char none[] = "none", config[] = "--config";
    if (!size)
        return 0;
    log_set_level((enum log_level) - 1);
    const struct command *c = &commands[bytes[0] % command_count];
    char *text = malloc(size), *words[WORDS_MOST + 3] = { NULL };
    if (!text)
        return 0;
    memcpy(text, bytes + 1, size - 1);
    text[size - 1] = '\0';
    int count = 0;
    /* the files of this machine are nobody's business: neither another configuration, nor secrets */
    bool away =
        strstr(text, "-f") || strstr(text, "--config") || strstr(text, "=file:") || strstr(text, "-h");
    if (c->options[OPTION_CONFIG]) {
        words[count++] = config;
        words[count++] = none;
    }
    for (char *line = text, *next; !away && line && count < WORDS_MOST; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        words[count++] = line;
    }
    struct options o;
    bool done = false;
    int status = options_parse(&o, c, count, words, &done);
    if (status != EXIT_DONE && status != EXIT_USAGE && status != EXIT_DAMAGED)
        abort();
    if (!status && !done)
        look(&o);
    options_free(&o);
    free(text);
    return 0;
}
