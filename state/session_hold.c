/* The hold time of a session (RFC 4271 4.2, 6.5), as either end reckons it: how long it is where no OPEN tells, when it runs out,
 * and what may be said of that by what the capture has. */
#include "state/engine_internal.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t median_gap_ms(const struct end *end)
{
    uint32_t gaps[GAPS];
    unsigned n = end->keepalive_gaps < GAPS ? end->keepalive_gaps : GAPS;
    for (unsigned i = 0; i < n; i++)
        gaps[i] = end->keepalive_gap_ms[i];
    if (!n)
        return 0;
    qsort(gaps, n, sizeof *gaps, by_size);
    return gaps[n / 2];
}

/* KEEPALIVEs come every third of the hold time, or up to a quarter sooner (RFC 4271 10): the slower side's rhythm is
 * the better measure. */
unsigned hold_estimate(const struct session *s)
{
    if (s->hold_known)
        return s->hold;
    uint32_t gap = 0;
    for (int i = 0; i < 2; i++) {
        uint32_t median = median_gap_ms(&s->end[i]);
        gap = median > gap ? median : gap;
    }
    return (3 * gap + 500) / 1000;
}

/* The hold time to run, in ns: the agreed one, or with a margin what the rhythm of many KEEPALIVEs says. 0: none. */
static int64_t timer_ns(const struct session *s)
{
    if (s->hold_known)
        return SPAN_S(s->hold).ns;
    if (s->end[0].keepalive_gaps + s->end[1].keepalive_gaps < 2)
        return 0;
    return SPAN_S(hold_estimate(s)).ns / 10 * 14;
}

/* Its hold time ran out, and nothing since speaks against it. */
static void tell_hold(struct engine *e, struct session *s, int who)
{
    struct end *end = &s->end[who];
    if (end->hold_told)
        return;
    end->hold_told = true;
    struct stream_ref ref = { .when = end->hold_fired };
    peering_margin(s->peering, who, (struct span){ 0 }, ref.when);
    session_lost(e, s, who, ref);
    engine_happen(e, &(struct happening){
                         .kind = HAPPEN_HOLD, .peering = s->peering, .session = s, .side = who, .ref = ref });
    end->closed = true;
    /* one that was not seen since dials again by now, and its SYNs do not come this far: RFC 4271 8.2.2 */
    bool seen = stamp_before(end->hold_fired, s->half[who].last.when);
    peering_rest(e, s->peering, who, seen ? STATE_IDLE : STATE_ACTIVE, ref, "hold-time-ran-out");
    session_close(e, s, CONN_TIMEOUT, who, ref);
    session_tell_closed(e, s, who, ref);
    if (s->end[!who].closed)
        s->over = true;
}

/* How long an end must be quiet after its hold time ran out until we believe that it has given up: as long as it
 * would take to send another KEEPALIVE. */
static struct span grace(const struct session *s)
{
    struct span third = { timer_ns(s) / 3 };
    return third.ns > SPAN_S(1).ns ? third : SPAN_S(1);
}

/* Only `who` could tell what reached it, and is not in the capture: what lies behind a hole may have. */
static bool may_have_heard(const struct session *s, int who)
{
    const struct stream *said = s->half[!who].stream;
    return !s->half[who].first.frame && said && seq_before(stream_base(said), stream_front(said));
}

/* One of the ends was seen late in the silence of this one, so the capture was there: each says something every third of
 * the hold time (RFC 4271 10). Where both are silent, it may be the capture that has a gap, or whose clock was set. */
static bool watched(const struct engine *e, const struct session *s, int who, int64_t hold, struct stamp now)
{
    if (may_have_heard(s, who))
        return false;
    if (e->options.on_wire)
        return true;
    if (stamp_known(s->resumed) && stamp_before(now, stamp_add(s->resumed, (struct span){ hold / 2 })))
        return false; /* its next KEEPALIVE is about to come, and to be delivered */
    struct stamp spoke = stamp_add(session_heard(&s->end[who]), (struct span){ hold / 2 });
    return stamp_before(spoke, s->half[0].last.when) || stamp_before(spoke, s->half[1].last.when);
}

struct stamp session_timers(struct engine *e, struct session *s, struct stamp now)
{
    struct stamp soonest = { INT64_MAX };
    int64_t hold = timer_ns(s);
    if (!hold && !s->hold_known && s->was_established && !s->over)
        return stamp_add(now, SPAN_S(5)); /* its rhythm is not known yet */
    if (!hold || s->over)
        return soonest;
    for (int who = 0; who < 2; who++) {
        struct end *end = &s->end[who];
        if (end->closed || !end->last_heard.frame)
            continue;
        struct stamp due = stamp_add(session_heard(end), (struct span){ hold });
        if (end->state == STATE_OPENCONFIRM) {
            /* the hold timer runs there, too (RFC 4271 8.2.2); with nothing delivered its NOTIFICATION may be stuck */
            if (stamp_before(stamp_add(due, grace(s)), now))
                session_end_closes(e, s, who, (struct stream_ref){ .when = due }, STATE_IDLE,
                                   "hold-time-ran-out");
            else
                soonest = stamp_before(due, soonest) ? stamp_add(due, grace(s)) : soonest;
            continue;
        }
        if (end->state == STATE_ESTABLISHED && stamp_before(due, now) && !watched(e, s, who, hold, now)) {
            struct stamp again = stamp_add(now, SPAN_S(1));
            soonest = stamp_before(again, soonest) ? again : soonest;
            continue;
        }
        if (end->state == STATE_ESTABLISHED && stamp_before(due, now)) {
            end->hold_fired = due;
            end->hold_ran_out = true;
            session_go(e, s, who, STATE_IDLE, (struct stream_ref){ .when = due }, "hold-time-ran-out");
        }
        if (end->hold_ran_out) {
            due = stamp_add(end->hold_fired, grace(s));
            /* behind a gap of the capture, what is there at its end has a say first */
            if (stamp_before(due, now) && !engine_is_quiet(e, end->hold_fired, now)) {
                tell_hold(e, s, who);
                continue;
            }
        }
        if (stamp_before(due, now))
            due = stamp_add(now, SPAN_S(1));
        if (end->state == STATE_ESTABLISHED || end->hold_ran_out)
            soonest = stamp_before(due, soonest) ? due : soonest;
    }
    return soonest;
}

/* It dials again, though its connection was never closed on the wire: when it had heard nothing for most of its hold
 * time, that is why (some let it run only three quarters of it). */
void session_given_up(struct engine *e, struct session *s, int who, struct stream_ref ref)
{
    struct end *end = &s->end[who];
    if (end->closed)
        return;
    double hold = hold_estimate(s);
    double silence = end->last_heard.frame ? span_seconds(stamp_since(ref.when, session_heard(end))) : 0;
    /* of two that are there and both silent at least that much is known */
    bool known = watched(e, s, who, (int64_t)(hold * 1e9), ref.when) ||
                 (s->half[0].first.frame && s->half[1].first.frame &&
                  !engine_was_quiet(e, stamp_later(s->half[0].last.when, s->half[1].last.when), ref.when));
    if (s->was_established && hold > 0 && silence > 0.7 * hold && known) {
        if (!end->hold_ran_out) {
            struct stamp due = stamp_add(session_heard(end), (struct span){ (int64_t)(hold * 1e9) });
            end->hold_fired = stamp_before(ref.when, due) ? ref.when : due;
            end->hold_ran_out = true;
            session_go(e, s, who, STATE_IDLE, (struct stream_ref){ .when = end->hold_fired },
                       "hold-time-ran-out");
        }
        tell_hold(e, s, who);
        return;
    }
    bool was_up = end->state == STATE_ESTABLISHED;
    if (was_up && s->facts.end == CONN_OPEN)
        end->dialled_anew = ref;
    session_end_closes(e, s, who, ref, STATE_IDLE, "dials-again");
    if (was_up)
        session_lost(e, s, who, ref);
    session_close(e, s, CONN_TIMEOUT, who, ref);
    session_tell_closed(e, s, who, ref);
}

void session_hold_finish(struct engine *e, struct session *s)
{
    for (int i = 0; i < 2; i++)
        if (s->end[i].hold_ran_out && !s->end[i].closed)
            tell_hold(e, s, i);
}
