/* Stamps of a clock that may be set in; a time that never steps back out. Whoever listens for a year must not wait an hour
 * because the clock was set back by one: time goes on from where it was, an eighth slower than the clock, until the clock
 * has caught up. So spans stay nearly true, and moments become true again. */
#ifndef CAPTURE_PACE_H
#define CAPTURE_PACE_H

#include "base/stamp.h"

enum { PACE_BACK_S = 5, PACE_SLOWER = 8 };

/* Begins as PACE_NEW. */
struct pace {
    struct span leap;    /* who goes on by more was silent, or his clock was set forth */
    struct stamp latest; /* of the clock */
    struct span ahead;   /* of it we are */
};
#define PACE_NEW(seconds) ((struct pace){ .leap = SPAN_S(seconds), .latest = STAMP_NEVER })

/* *step: how far time went on; or, below zero by more than PACE_BACK_S, how far the clock was set back. What is a little out of
 * order stays so. */
struct stamp pace_take(struct pace *, struct stamp clock, struct span *step);
/* Says so, once it was set back. */
void pace_tell(struct span step);

#endif
