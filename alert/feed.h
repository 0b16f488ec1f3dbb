/* What happens, as alerts: outboxes in; an alert that fires, is refreshed or is over, out.
 *
 * Findings are alerts until they are over. What was found while a session or adjacency was down is over as soon as it
 * is up again (unless it tells of flapping), and fires anew when it happens again. Besides, each session and
 * adjacency that is lost is an alert of its own until it is up again, and each that comes up is one for the curious
 * (severity info). */
#ifndef ALERT_FEED_H
#define ALERT_FEED_H

#include "alert/alert.h"
#include "base/buf.h"
#include "state/outbox.h"

struct alert_feed_options {
    void (*emit)(void *, const struct alert *);
    void *to;
    struct addr peer;                                 /* only peerings with this address; size 0: all */
    const char *(*name)(void *, const struct addr *); /* what people call it, or NULL */
    void *name_of;
    void (*place)(void *, const struct addr *,
                  struct buf *out); /* adds who and where it is, if known; or NULL */
    void *place_of;
};

struct alert_feed;

/* NULL without memory. */
struct alert_feed *alert_feed_new(const struct alert_feed_options *);
void alert_feed_free(struct alert_feed *);
void alert_feed_names(struct alert_feed *, void *name_of);
/* Before anything is taken: findings of earlier runs bear numbers up to this one. */
void alert_feed_numbers(struct alert_feed *, uint32_t last);
/* Likewise: an alert that fired when an earlier run ended. It is not told, but gone on with: what is true still or again
 * is the same alert, and what is not is over - as soon as its subject is up, else after an hour in which nothing told of
 * it. A loss that is older than a month, of what is not seen any more, is let go of then, too. */
void alert_feed_know(struct alert_feed *, const struct alert *);
void alert_feed_take(struct alert_feed *, const struct outbox *);
/* Once a second of packet time, or so. */
void alert_feed_beat(struct alert_feed *, struct stamp now);

#endif
