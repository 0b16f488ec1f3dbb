/* While live: what would be said if the capture ended now, again and again; and the past, given up after a while, so
 * that a year of it fits into memory. */
#include "state/engine_internal.h"

#include <string.h>

enum {
    LOOK_S = 20, /* a peering is looked at so long after its last packet, and longer if there is something */
    LOOK_SELDOM_S = 60,
    WHOLE_S = 5,    /* between two looks at the capture as a whole */
    PATIENCE_S = 3, /* a SYN may be without an answer so long */
    FORGET_EACH_S = 60,
    FORGET_S = 3600,  /* what is over for so long is history */
    LOSSES_S = 86400, /* two losses of a session within this time belong together */
    HOLES_S = 600,    /* packets that the capture lost are told of so long */
};

/* ---- one peering ---- */

static bool wants_look(const struct engine *e, const struct peering *p)
{
    return !stamp_known(p->reviewed) || stamp_before(e->now, stamp_add(p->facts.last, SPAN_S(LOOK_S))) ||
           stamp_before(stamp_add(p->reviewed, SPAN_S(LOOK_SELDOM_S)), e->now) ||
           findings_in_review(&e->findings, p->facts.id);
}

/* Attempts that have no answer yet count as such, as they would at the end (session_finish); but they go on. */
static bool count_pending(const struct engine *e, struct peering *p)
{
    bool any = false;
    for (const struct session *s = p->sessions; s; s = s->next) {
        int dialled = s->facts.active;
        if (dialled < 0 || s->facts.end != CONN_OPEN || s->outcome_told || s->half[dialled].heard_ack.frame)
            continue;
        const struct half *mine = &s->half[dialled], *other = &s->half[!dialled];
        bool silent = !other->first.frame, unheard = other->syn_ack;
        if (mine->syn_count < 2 || (!silent && !unheard) ||
            stamp_since(e->now, mine->syn.when).ns <= SPAN_S(PATIENCE_S).ns)
            continue;
        attempts_note(&p->attempts[dialled], silent ? ATTEMPT_NO_REPLY : ATTEMPT_UNHEARD, mine->syn,
                      silent ? (struct stream_ref){ .when = e->now } : other->syn);
        any = true;
    }
    return any;
}

static void look_at(struct engine *e, struct peering *p)
{
    struct attempts before[2] = { p->attempts[0], p->attempts[1] };
    bool deaf = stamp_known(p->deaf) && stamp_before(e->now, stamp_add(p->deaf, SPAN_S(PATIENCE_S)));
    bool pending = !deaf && count_pending(e, p); /* an answer may have come where nobody listened */
    findings_review_begin(&e->findings, p->facts.id);
    engine_happen(e,
                  &(struct happening){ .kind = HAPPEN_PEERING_END, .peering = p, .side = -1, .live = true });
    findings_review_end(&e->findings, p->facts.id, e->now);
    peering_tell_transfers(e, p, true);
    if (pending)
        memcpy(p->attempts, before, sizeof before);
    p->reviewed = e->now;
}

/* ---- the whole ---- */

/* Packets that the capture lost long ago are no news. */
static void forgive_holes(struct engine *e)
{
    uint64_t missed = 0;
    const struct peering *p;
    for (uint32_t at = 0; (p = table_next(&e->peerings, &at));)
        missed += p->facts.side[0].tcp.missed + p->facts.side[1].tcp.missed;
    if (missed + e->capture.dropped != e->holes || !stamp_known(e->holed)) {
        e->holes = missed + e->capture.dropped;
        e->holed = e->now;
    } else if (stamp_before(stamp_add(e->holed, SPAN_S(HOLES_S)), e->now)) {
        e->capture.missed_before = missed;
        e->capture.dropped_before = e->capture.dropped;
    }
}

static void look_at_whole(struct engine *e)
{
    forgive_holes(e);
    findings_review_begin(&e->findings, 0);
    engine_happen(e, &(struct happening){ .kind = HAPPEN_CAPTURE_END, .side = -1, .live = true });
    findings_review_end(&e->findings, 0, e->now);
    e->reviewed = e->now;
    e->look_now = false;
}

/* ---- the past ---- */

static bool long_up(const struct engine *e, const struct peering *p)
{
    bool up = true;
    for (int i = 0; i < 2; i++)
        up = up && p->facts.side[i].state == STATE_ESTABLISHED &&
             stamp_before(stamp_add(p->facts.side[i].state_since, SPAN_S(FORGET_S)), e->now);
    return up;
}

/* What went wrong before a session that is up for long says nothing of the next time. */
static void forget_of(const struct engine *e, struct peering *p)
{
    if (p->losses && stamp_before(stamp_add(p->session_lost.when, SPAN_S(LOSSES_S)), e->now))
        p->losses = 0;
    if (!long_up(e, p))
        return;
    memset(p->attempts, 0, sizeof p->attempts);
    for (struct session *s = p->sessions; s; s = s->next)
        for (int i = 0; i < 2; i++) {
            struct end *end = &s->end[i];
            if (end->silence_until.frame &&
                stamp_before(stamp_add(end->silence_until.when, SPAN_S(FORGET_S)), e->now))
                end->longest_silence = (struct span){ 0 };
        }
}

static void forget(struct engine *e)
{
    struct peering *p;
    for (uint32_t at = 0; (p = table_next(&e->peerings, &at));) {
        forget_of(e, p);
        peering_prune(e, p);
    }
    findings_forget(&e->findings, stamp_sub(e->now, SPAN_S(FORGET_S)));
    e->forgot = e->now;
}

const struct outbox *engine_review(struct engine *e)
{
    engine_begin(e);
    if (e->finished || !stamp_known(e->now))
        return &e->outbox;
    e->capture.fragments_lost = frag_lost(e->frags);
    struct peering *p;
    for (uint32_t at = 0; (p = table_next(&e->peerings, &at));)
        if (wants_look(e, p))
            look_at(e, p);
    ospf_review(e->ospf);
    converge_tell(e);
    if (!stamp_known(e->reviewed) && !e->look_now)
        e->reviewed = e->now; /* its beginning tells nothing of a capture yet */
    else if (e->look_now || stamp_before(stamp_add(e->reviewed, SPAN_S(WHOLE_S)), e->now))
        look_at_whole(e);
    if (!stamp_known(e->forgot))
        e->forgot = e->now;
    else if (stamp_before(stamp_add(e->forgot, SPAN_S(FORGET_EACH_S)), e->now))
        forget(e);
    return &e->outbox;
}
