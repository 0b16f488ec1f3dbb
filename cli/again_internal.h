/* What the files of again share: one reading, with its bounds. */
#ifndef CLI_AGAIN_INTERNAL_H
#define CLI_AGAIN_INTERNAL_H

#include "capture/source.h"
#include "cli/again.h"
#include "cli/ends.h"

struct again_scan {
    const struct again *again;
    const struct errand *asked;
    struct source *source;
    struct ends_reader ends;
    struct buf *out;
    struct stamp deadline; /* by the steady clock */
    bool late;             /* it came: what was read until then is told */
    uint64_t packets;
    struct again_paths {
        char **list; /* owned, and what stands in it */
        unsigned count;
    } ring; /* its files */
};

/* Takes its time from now on. */
void again_begin(struct again_scan *, const struct again *, const struct errand *);
/* Opens the files, or the ring. False after saying why in `out`. */
MUST_USE bool again_open(struct again_scan *);
void again_close(struct again_scan *);
/* Somebody waits, and there is time left. */
bool again_going(struct again_scan *);
/* The next packet between the two, before `until` (if asked for); false at the end, or when nobody waits any more. */
bool again_next(struct again_scan *, struct packet *);
/* Steps of the two, and nothing of others. False without memory. */
bool again_ladder(struct again_scan *);
bool again_packets(struct again_scan *);

#endif
