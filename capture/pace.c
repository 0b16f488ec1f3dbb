/* A clock's moments in, ours out. */
#include "capture/pace.h"

#include "base/log.h"

struct stamp pace_take(struct pace *p, struct stamp clock, struct span *step)
{
    struct span on = { stamp_known(p->latest) ? stamp_since(clock, p->latest).ns : 0 };
    bool late = on.ns < 0 && on.ns >= -SPAN_S(PACE_BACK_S).ns;
    *step = on;
    if (on.ns > 0) {
        /* a leap is a silence, or a clock that was set right: either makes up for it at once */
        int64_t less = on.ns > p->leap.ns ? on.ns : on.ns / PACE_SLOWER;
        less = less < p->ahead.ns ? less : p->ahead.ns;
        p->ahead.ns -= less;
        step->ns -= less;
    } else if (!late)
        p->ahead.ns -= on.ns;
    if (!late)
        p->latest = clock;
    struct stamp ours;
    if (__builtin_add_overflow(clock.ns, p->ahead.ns, &ours.ns)) /* a file may be anybody's */
        *p = (struct pace){ .leap = p->leap, .latest = ours = clock };
    return ours;
}

void pace_tell(struct span step)
{
    if (step.ns < -SPAN_S(PACE_BACK_S).ns)
        log_line(
            LOG_WARNING,
            "the clock was set back by %.0f s: time goes on from where it was, an eighth slower, until the clock "
            "has caught up",
            -span_seconds(step));
}
