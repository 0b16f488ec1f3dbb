/* What the page asks for and what takes its time: done in a thread of the server, with files and a connection to the
 * database of its own. */
#ifndef CLI_ERRANDS_H
#define CLI_ERRANDS_H

#include "cli/again.h"

struct errands {
    const char *db; /* path of the database; borrowed */
    struct again again;
    struct geoip *geoip; /* borrowed, like the next */
    struct origins *origins;
};

/* An errand_fn: `whose` is the struct above. */
enum errand_got errands_run(void *whose, const struct errand *, struct buf *out);

/* ---- each of them ---- */

enum errand_got errand_topology(const struct errands *, const struct errand *, struct buf *out);
enum errand_got errand_lsdb(const struct errands *, const struct errand *, struct buf *out);
enum errand_got errand_routes(const struct errands *, const struct errand *, struct buf *out);
/* A sentence in place of an answer. */
enum errand_got errand_say(struct buf *out, enum errand_got, const char *words);

#endif
