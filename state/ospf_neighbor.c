/* What one router shows of another: the rows of ospf_fsm.def, driven by what evidently reached it.
 *
 * A packet that passed the capture point need not have arrived. What a router does next proves it: it lists the other,
 * answers, goes on. So events wait (ospf_expect) until something proves or refutes them; their time is that of the
 * packet that caused them. */
#include "state/ospf_internal.h"

#include <string.h>

/* A router that waits for an answer asks again after RxmtInterval, 5 s by default (RFC 2328 C.3, 10.8, 10.9): one that
 * has not done so for longer does not wait any more. */
enum { QUIET_MS = 6000, TIMER_SLACK_MS = 250 };

static const struct {
    const char *cause;
    uint8_t to[OSPF_STATES]; /* 0: no row */
} rows[OSPF_NBR_EVENTS] = {
#define EVENT(ident, words) [OSPF_ON_##ident].cause = words,
#define FSM(in, on, go)
#include "state/ospf_fsm.def"
#undef FSM
#undef EVENT
#define EVENT(ident, words)
#define OSPF_STATE_ANY  OSPF_STATE_UNKNOWN
#define FSM(in, on, go) [OSPF_ON_##on].to[OSPF_STATE_##in] = 1 + OSPF_STATE_##go,
#include "state/ospf_fsm.def"
#undef FSM
#undef OSPF_STATE_ANY
#undef EVENT
};

const char *ospf_state_name(enum ospf_state s)
{
    static const char *const names[] = { "Unknown", "Down",     "Attempt", "Init", "2-Way",
                                         "ExStart", "Exchange", "Loading", "Full" };
    return s < OSPF_STATES ? names[s] : "?";
}

const char *ospf_network_type_name(enum ospf_network_type t)
{
    static const char *const names[] = { "unknown", "broadcast", "NBMA", "point-to-point", "virtual" };
    return t <= OSPF_NETWORK_VIRTUAL ? names[t] : "?";
}

static bool for_any(enum ospf_nbr_event on)
{
    return on == OSPF_ON_INACTIVITY || on == OSPF_ON_DROPPED || on == OSPF_ON_RESTARTED ||
           on == OSPF_ON_SILENT;
}

/* ---- the machine ---- */

/* An incident is one loss, though each side notices it in its own time: the next one counts once both were Full again. */
static void count_loss(struct ospf_adjacency *a, struct ospf_neighbor *n, enum ospf_state from,
                       struct stream_ref ref)
{
    if (from != OSPF_STATE_FULL && n->best != OSPF_STATE_FULL)
        return;
    bool both_were_back = a->side[0].best == OSPF_STATE_FULL && a->side[1].best == OSPF_STATE_FULL;
    n->lost[n->lost_count++ % OSPF_LOSSES_KEPT] = ref;
    if (!a->losses || both_were_back)
        a->loss[a->losses++ % OSPF_LOSSES_KEPT] = ref;
    for (int side = 0; side < 2; side++)
        a->side[side].best = a->side[side].state;
}

static void go(struct ospf *o, struct adjacency *adj, int side, enum ospf_state to, enum ospf_nbr_event on,
               struct stream_ref ref)
{
    struct ospf_adjacency *a = &adj->facts;
    struct ospf_neighbor *n = &a->side[side];
    enum ospf_state from = n->state;
    if (from == to)
        return;
    o->exchanging += to == OSPF_STATE_EXCHANGE;
    o->exchanging -= from == OSPF_STATE_EXCHANGE;
    n->state = to;
    n->since = ref.when;
    n->best = to > n->best ? to : n->best;
    n->best_ever = to > n->best_ever ? to : n->best_ever;
    n->full_count += to == OSPF_STATE_FULL;
    struct ospf_transition t = { .adjacency = a->id, .side = side, .from = from, .to = to, .ref = ref };
    t.cause = rows[on].cause;
    if (ospf_is_told(a))
        outbox_add(&o->engine->outbox,
                   &(struct event){ .kind = EVENT_OSPF_TRANSITION, .as.ospf_transition = t });
    if (to == OSPF_STATE_FULL)
        ospf_lacks_forget(o, adj, side);
    if (to < OSPF_STATE_EXSTART) {
        n->dd.seen = false;
        ospf_exchange_forget(o, adj);
    }
    if (to < OSPF_STATE_TWO_WAY && from != OSPF_STATE_UNKNOWN)
        count_loss(a, n, from, ref);
    struct happening h = { .kind = HAPPEN_OSPF_STATE,
                           .side = side,
                           .ref = ref,
                           .adjacency = a,
                           .ospf_from = from,
                           .ospf_to = to,
                           .ospf_on = on };
    engine_happen(o->engine, &h);
}

void ospf_on(struct ospf *o, struct adjacency *adj, int side, enum ospf_nbr_event on, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    unsigned to = rows[on].to[for_any(on) ? OSPF_STATE_UNKNOWN : n->state];
    if (!to)
        return;
    if (n->since.ns > ref.when.ns && stamp_known(n->since)) /* never before what came before it */
        ref.when = n->since;
    if (to - 1 < n->state)
        n->expected_count = 0;
    n->joined = false;
    go(o, adj, side, (enum ospf_state)(to - 1), on, ref);
}

void ospf_joined(struct ospf *o, struct adjacency *adj, int side, enum ospf_state state,
                 struct stream_ref ref)
{
    adj->facts.side[side].joined = false;
    go(o, adj, side, state, OSPF_ON_MID_STREAM, ref);
}

/* ---- what waits for proof ---- */

bool ospf_expects(const struct ospf_neighbor *n, enum ospf_nbr_event on)
{
    for (unsigned i = 0; i < n->expected_count; i++)
        if (n->expected[i].on == on)
            return true;
    return false;
}

void ospf_doubt(struct ospf_neighbor *n, enum ospf_nbr_event on)
{
    for (unsigned i = 0; i < n->expected_count; i++)
        if (n->expected[i].on == on)
            n->expected_count = i;
}

void ospf_expect(struct ospf_neighbor *n, enum ospf_nbr_event on, struct stream_ref ref)
{
    ospf_doubt(n, on); /* the latest counts */
    if (n->expected_count == OSPF_EXPECTED)
        return;
    n->expected[n->expected_count].on = on;
    n->expected[n->expected_count++].ref = ref;
}

bool ospf_proven(struct ospf *o, struct adjacency *adj, int side, enum ospf_nbr_event on)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    if (!ospf_expects(n, on))
        return false;
    for (bool last = false; !last && n->expected_count;) {
        enum ospf_nbr_event next = n->expected[0].on;
        struct stream_ref ref = n->expected[0].ref;
        last = next == on;
        memmove(n->expected, n->expected + 1, (--n->expected_count) * sizeof *n->expected);
        ospf_on(o, adj, side, next, ref);
    }
    return true;
}

/* Whoever went on from the exchange need not say anything more. A router that waits repeats itself: that it does not, is
 * proof enough; unless it had done so before. */
static void prove_by_silence(struct ospf *o, struct adjacency *adj, int side, struct stamp now, bool at_end)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    if (!n->expected_count ||
        (n->expected[0].on != OSPF_ON_EXCHANGE_DONE && n->expected[0].on != OSPF_ON_LOADING_DONE))
        return;
    struct stream_ref first = n->expected[0].ref, last = n->expected[n->expected_count - 1].ref;
    struct stamp seen = ospf_seen_since(&adj->facts, last.when);
    bool quiet =
        stamp_since(now, seen).ns > SPAN_MS(QUIET_MS).ns && ospf_in_sight(o, adj->facts.end[side], now);
    bool asked = n->asked_last.frame && !stamp_before(n->asked_last.when, n->exchange_began.when);
    if (!quiet && (!at_end || n->request_repeats.count || n->dd_repeats.count))
        return;
    if (n->expected[n->expected_count - 1].on == OSPF_ON_LOADING_DONE)
        ospf_proven(o, adj, side, OSPF_ON_LOADING_DONE);
    else if (quiet && !asked) { /* it lacked nothing after all */
        n->expected_count = 0;
        ospf_on(o, adj, side, OSPF_ON_LOADING_DONE, first);
    } else if (n->wants)
        ospf_proven(o, adj, side, OSPF_ON_EXCHANGE_DONE);
}

/* ---- evidence ---- */

void ospf_is_heard(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    if (n->state >= OSPF_STATE_INIT || n->joined)
        return;
    n->tolerated |= ospf_mismatches(adj->facts.end[side], adj->facts.end[!side]);
    ospf_on(o, adj, side, OSPF_ON_HELLO_RECEIVED, n->heard_first.frame ? n->heard_first : ref);
    if (n->asked_first.frame)
        ospf_on(o, adj, side, OSPF_ON_TWO_WAY, n->asked_first);
}

void ospf_is_two_way(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    ospf_is_heard(o, adj, side, ref);
    if (n->state == OSPF_STATE_INIT)
        ospf_on(o, adj, side, OSPF_ON_TWO_WAY, n->asked_first.frame ? n->asked_first : ref);
}

/* Both list each other since before the capture. Where no adjacency is due that is all; where one is, a router that has
 * none would send Database Descriptions or Requests again and again. */
void ospf_infer(struct ospf *o, struct adjacency *adj, struct stream_ref now)
{
    struct ospf_adjacency *a = &adj->facts;
    for (int side = 0; side < 2; side++) {
        struct ospf_neighbor *n = &a->side[side];
        const struct ospf_speaker *me = a->end[side], *other = a->end[!side];
        if (!n->joined || n->state != OSPF_STATE_UNKNOWN || a->exchange_seen)
            continue;
        if (other->hello_count && !other->neighbors_cut && !a->side[!side].lists) {
            ospf_joined(o, adj, side, OSPF_STATE_INIT, now);
            continue;
        }
        int due = ospf_link_due(me, other);
        bool both = a->both_listed.frame || (other->unseen && n->listed_first.frame);
        struct stream_ref since = a->both_listed.frame ? a->both_listed : n->listed_first;
        struct stamp seen = ospf_seen_since(a, since.when);
        bool quiet =
            both && stamp_since(now.when, seen).ns >= SPAN_MS(QUIET_MS).ns && ospf_in_sight(o, me, now.when);
        if (due && a->flooding.frame)
            ospf_joined(o, adj, side, OSPF_STATE_FULL, a->flooding);
        else if (!due && both)
            ospf_joined(o, adj, side, OSPF_STATE_TWO_WAY, now);
        else if (due > 0 && !other->unseen && quiet)
            ospf_joined(o, adj, side, OSPF_STATE_FULL, now);
    }
}

/* ---- time ---- */

static struct stream_ref timer_ref(struct stamp when) { return (struct stream_ref){ 0, 0, when }; }

/* Nothing comes from this side any more, so what it would show is not known. */
static bool gone_silent(struct ospf *o, struct adjacency *adj, int side, struct stamp now)
{
    const struct ospf_speaker *me = adj->facts.end[side];
    struct ospf_neighbor *n = &adj->facts.side[side];
    int64_t dead = (int64_t)me->hello.dead_interval * NS_PER_S;
    if (!me->hello_known || !dead || n->state == OSPF_STATE_UNKNOWN)
        return false;
    struct stamp until =
        stamp_add(stamp_later(me->last.when, me->deaf), (struct span){ dead + SPAN_MS(TIMER_SLACK_MS).ns });
    if (!stamp_before(until, now))
        return false;
    n->lists = false;
    n->expected_count = 0;
    adj->facts.both_listed = (struct stream_ref){ 0 };
    ospf_on(o, adj, side, OSPF_ON_SILENT, timer_ref(until));
    return true;
}

/* RFC 2328 10.2: the time at which this side gives the other up, by what was seen. STAMP_NEVER: not known. */
struct stamp ospf_deadline(const struct ospf_adjacency *a, int side)
{
    const struct ospf_speaker *me = a->end[side];
    const struct ospf_neighbor *n = &a->side[side];
    if (!me->hello_known || !n->heard.frame)
        return STAMP_NEVER;
    struct stamp heard = stamp_later(n->heard.when, stamp_later(me->deaf, a->end[!side]->deaf));
    return stamp_add(heard, (struct span){ (int64_t)me->hello.dead_interval * NS_PER_S });
}

/* At the end of the capture: when it would have given the other up, if it was itself in sight until then. */
static struct stamp last_deadline(const struct ospf_adjacency *a, int side)
{
    const struct ospf_speaker *me = a->end[side];
    struct stamp deadline = ospf_deadline(a, side);
    if (!stamp_known(deadline))
        return deadline;
    struct span dead = { (int64_t)me->hello.dead_interval * NS_PER_S };
    deadline = stamp_later(deadline, stamp_add(ospf_seen_since(a, a->side[side].heard.when), dead));
    return stamp_since(deadline, me->last.when).ns <= ospf_patience(me).ns ? deadline : STAMP_NEVER;
}

void ospf_neighbor_timers(struct ospf *o, struct adjacency *adj, struct stamp now, bool at_end)
{
    struct ospf_adjacency *a = &adj->facts;
    for (int side = 0; side < 2; side++) {
        struct ospf_neighbor *n = &a->side[side];
        if (gone_silent(o, adj, side, now))
            continue;
        prove_by_silence(o, adj, side, now, at_end);
        struct span dead = { (int64_t)a->end[side]->hello.dead_interval * NS_PER_S };
        if (n->state == OSPF_STATE_ATTEMPT &&
            stamp_before(stamp_add(n->since, dead), now)) /* RFC 2328 10.2 Start */
            ospf_on(o, adj, side, OSPF_ON_INACTIVITY, timer_ref(stamp_add(n->since, dead)));
        /* its next Hello will tell whether it gave the other up; at the end there is none */
        struct stamp deadline = last_deadline(a, side);
        bool helps = stamp_before(now, a->end[!side]->grace_until); /* RFC 3623 3.1 */
        if (at_end && n->state >= OSPF_STATE_ATTEMPT && stamp_known(deadline) &&
            stamp_before(deadline, now) && !helps && stamp_before(n->listed.when, deadline))
            ospf_on(o, adj, side, OSPF_ON_INACTIVITY, timer_ref(deadline));
    }
    if (stamp_known(now))
        ospf_infer(o, adj, timer_ref(now));
}
