/* What one sink has still to be told, and when. Alerts and the time go in; batches come out.
 *
 * An alert that fires waits a moment for others of its group, so that one incident rings once. Nothing is forgotten
 * because a sink does not answer: what was not taken stays, up to DESK_MOST, then the oldest goes and is counted. What
 * still fires is told again every `resend`. */
#ifndef ALERT_DESK_H
#define ALERT_DESK_H

#include "alert/alert.h"
#include "base/table.h"

enum {
    DESK_MOST = 4096, /* alerts that wait */
    DESK_HELD = 4096, /* that are known to fire */
    DESK_BATCH = 500, /* told at once */
};

struct desk_group;

struct desk {
    const struct alert_sink *sink; /* borrowed */
    struct table groups;           /* by hash of the group's name */
    struct table held;             /* what fires, by key */
    uint32_t waiting;
    uint64_t lost;           /* for want of room */
    uint64_t serial;         /* given to what waits, so that the oldest is known */
    struct desk_group *lent; /* whose batch is out */
    bool resending;
};

/* Alerts that stay the desk's until desk_told. */
struct desk_batch {
    const struct alert *list[DESK_BATCH];
    uint32_t count;
};

void desk_init(struct desk *, const struct alert_sink *);
void desk_free(struct desk *);
void desk_take(struct desk *, const struct alert *, struct stamp now);
/* It was told to the sink at that moment, by an earlier run: it is not news, but is told again when that is due, and when
 * it is over (which it may be by now: not `firing`). */
void desk_know(struct desk *, const struct alert *, struct stamp told, struct stamp now);
/* What is due now; with `all`, what will ever be (but no repetition). False if nothing is. */
bool desk_next(struct desk *, struct stamp now, bool all, struct desk_batch *);
/* The first n of the batch were taken. */
void desk_told(struct desk *, const struct desk_batch *, uint32_t n, struct stamp now);
/* What fires, one after another, from *at = 0. NULL at the end. */
const struct alert *desk_firing(const struct desk *, uint32_t *at);
/* When something will be due; STAMP_NEVER if nothing will. */
struct stamp desk_due(const struct desk *);

#endif
