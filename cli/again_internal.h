/* What the files of again share: one reading, with its bounds. */
#ifndef CLI_AGAIN_INTERNAL_H
#define CLI_AGAIN_INTERNAL_H

#include "capture/source.h"
#include "cli/again.h"
#include "cli/ends.h"

struct again_scan {
    const struct again *again;
    const struct packets_asked *asked;
    struct source *source;
    struct ends_reader ends;
    struct buf *out;
    struct stamp deadline; /* by the steady clock */
    bool late;             /* it came: what was read until then is told */
    uint64_t packets;
};

/* The next packet between the two, before `until` (if asked for); false at the end, or when nobody waits any more. */
bool again_next(struct again_scan *, struct packet *);
/* Steps of the two, and nothing of others. False without memory. */
bool again_ladder(struct again_scan *);
bool again_packets(struct again_scan *);

#endif
