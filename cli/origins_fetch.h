/* Payloads, of a file or of what a cache has told, made ready by a thread of its own: half a million of them take a second,
 * and packets do not wait. */
#ifndef CLI_ORIGINS_FETCH_H
#define CLI_ORIGINS_FETCH_H

#include "cli/rtr.h"
#include "cli/watch.h"

enum { ORIGINS_PATH = 512 };

struct fetched {
    char path[ORIGINS_PATH]; /* "": of the cache */
    struct watch watch;      /* of the file; its path is not set */
    struct vrps *fresh;      /* owned; NULL: could not be read, which was said */
    struct vrps *changes;    /* from the ones before; owned; NULL: unknown */
};

struct fetch;

/* Of the file, or without one of the cache; both and `before` borrowed until it is over. NULL: there is no memory, or no
 * thread. */
struct fetch *fetch_begin(const char *path, struct rtr *, const struct vrps *before);
/* It is over, and freed; *out has what came of it. */
bool fetch_over(struct fetch *, struct fetched *out);
/* The same, waited for. */
void fetch_wait(struct fetch *, struct fetched *out);

#endif
