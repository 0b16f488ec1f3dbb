/* What happens in, BMP out: every router that hears something is a monitored one, and whom it hears is its peer.
 * The engine has to tell messages (engine_options.tell_messages). Bytes gather in `out` until the owner takes them. */
#ifndef STORE_BMP_FEED_H
#define STORE_BMP_FEED_H

#include "base/buf.h"
#include "state/engine.h"

struct bmp_feed;

struct bmp_feed_options {
    const char *name;   /* of the sensor; borrowed */
    struct addr peer;   /* size 0: all peerings */
    bool in, out;       /* Adj-RIB-In of who hears, Adj-RIB-Out of who says (RFC 8671) */
    struct span report; /* between two statistics reports of a peer; 0: none */
};

/* NULL without memory. */
struct bmp_feed *bmp_feed_new(const struct bmp_feed_options *, struct buf *out);
void bmp_feed_free(struct bmp_feed *);

/* What the outbox says of peerings, sessions and UPDATEs goes into the feed. */
void bmp_feed_take(struct bmp_feed *, const struct outbox *);
/* Reports that are due; called at least once a second. */
void bmp_feed_beat(struct bmp_feed *, struct stamp now);
/* What was told is forgotten by whom it was told to: Initiation, and everything is to be told again. */
void bmp_feed_restart(struct bmp_feed *);
/* One peer that is up and was not told: Peer Up, its table, End-of-RIB. False if there is none. */
bool bmp_feed_catch_up(struct bmp_feed *, const struct engine *);
/* The last words, if the collector shall not wait for more. */
void bmp_feed_finish(struct bmp_feed *, const char *words);

struct bmp_feed_counts {
    uint64_t cut;      /* UPDATEs that are not all in the capture, and were not told */
    uint64_t left_out; /* routes that were there and could not be told again, for want of memory */
    uint64_t no_memory;
};
struct bmp_feed_counts bmp_feed_counts(const struct bmp_feed *);

#endif
