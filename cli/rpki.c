/* A file in; payloads out, or one sentence that says why not. */
#include "cli/rpki.h"

#include "base/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 1 << 30 };

/* The whole file; owned by the caller. NULL: errno says why. */
static char *slurp(const char *path, size_t *size)
{
    size_t room = 1 << 20;
    char *text = malloc(room);
    FILE *f = text ? fopen(path, "rb") : NULL;
    *size = 0;
    if (!f) {
        free(text);
        return NULL;
    }
    for (size_t n; (n = fread(text + *size, 1, room - *size, f)) > 0;) {
        *size += n;
        if (*size < room)
            continue;
        char *more = room < FILE_MOST ? realloc(text, room * 2) : NULL;
        if (!more) {
            errno = room < FILE_MOST ? ENOMEM : EFBIG;
            break;
        }
        text = more;
        room *= 2;
    }
    bool well = !ferror(f) && *size < room;
    int why = errno;
    fclose(f);
    errno = why;
    if (!well) {
        free(text);
        return NULL;
    }
    return text;
}

struct vrps *rpki_load(const char *path, bool quiet)
{
    struct vrps_told told = { 0 };
    size_t size;
    char *text = slurp(path, &size);
    if (!text) {
        log_line(LOG_ERROR, "--rpki %s: %s", path, strerror(errno));
        return NULL;
    }
    struct vrps *v = vrps_new();
    bool known = v && vrps_read(v, text, size, &told);
    free(text);
    if (!v || told.short_of_memory)
        log_line(LOG_ERROR, "--rpki %s: there is not enough memory for it", path);
    else if (!known)
        log_line(
            LOG_ERROR,
            "--rpki %s: holds no validated payloads: neither JSON nor CSV as rpki-client and Routinator write it",
            path);
    else if (told.cut)
        log_line(LOG_ERROR, "--rpki %s: ends before its end", path);
    if (!v || told.short_of_memory || !known || told.cut) {
        vrps_free(v);
        return NULL;
    }
    if (told.bad)
        log_line(LOG_ERROR,
                 "--rpki %s: %zu of its entries are none (the first at offset %zu); the others are used",
                 path, told.bad, told.bad_at);
    if (!quiet)
        log_line(LOG_NOTE, "%zu validated payloads were read from %s", vrps_count(v), path);
    return v;
}
