/* The life of a connection: SYN, FIN, RST, time. What each tells of the two ends. */
#include "state/engine_internal.h"

#include <stdlib.h>

/* Where an end goes when its TCP connection fails. RFC 4271 8.2.2, event 18. */
static enum bgp_state state_after_failure(const struct end *end)
{
    switch (end->state) {
    case STATE_CONNECT:
    case STATE_ACTIVE:
    case STATE_OPENSENT: return STATE_ACTIVE;
    case STATE_OPENCONFIRM:
    case STATE_ESTABLISHED: return STATE_IDLE;
    default: return STATE_UNKNOWN; /* it never spoke: it may not know this peer at all */
    }
}

static void note_signing(struct signing *g, const struct segment *seg, struct stream_ref ref)
{
    if (!g->total++)
        g->first = ref;
    g->last = ref;
    if (seg->md5 && !g->md5) {
        g->md5 = true;
        g->md5_ref = ref;
    }
    if (!seg->md5 && !seg->ao && !seg->options_cut && !g->unsigned_seen) {
        g->unsigned_seen = true;
        g->unsigned_ref = ref;
    }
    g->ao |= seg->ao != NULL;
    if (seg->ao && seg->ao_size >= 2) {
        g->ao_keys = true;
        g->ao_key = seg->ao[0];
        g->ao_rnext = seg->ao[1];
    }
}

static void on_syn(struct engine *e, struct session *s, int from, const struct segment *seg,
                   struct stream_ref ref)
{
    struct half *h = &s->half[from];
    h->syn_count++;
    s->peering->answered[from] = ref;
    if (h->syn.frame)
        return;
    h->syn = ref;
    h->syn_ack = seg->flags & TCP_ACK;
    h->isn = seg->seq;
    h->seq_known = true;
    h->next = seg->seq + 1;
    struct attempts *a = &s->peering->attempts[from];
    if (h->syn_ack)
        return;
    a->total++;
    if (!a->first.frame)
        a->first = ref;
    a->last = ref;
    note_signing(&a->signing, seg, ref);
    session_go(e, s, from, STATE_CONNECT, ref, "syn-sent");
}

/* It had heard nothing for most of its hold time. */
static bool silent_too_long(const struct session *s, int who, struct stream_ref ref)
{
    const struct end *end = &s->end[who];
    double hold = hold_estimate(s);
    return hold > 0 && end->last_heard.frame && !s->end[0].notification && !s->end[1].notification &&
           span_seconds(stamp_since(ref.when, session_heard(end))) > 0.7 * hold;
}

/* The handshake was complete and the acceptor closed before the dialler's OPEN got out: it was in OpenSent all the same
 * (RFC 4271 8.2.2, event 16). */
static void dialler_was_connected(struct engine *e, struct session *s, int by)
{
    int dialled = s->facts.active;
    if (dialled < 0 || by != !dialled || s->end[dialled].state != STATE_CONNECT ||
        !s->half[dialled].heard_ack.frame || !s->half[by].syn_ack)
        return;
    session_go(e, s, dialled, STATE_OPENSENT, s->half[dialled].heard_ack, "connected");
}

static void tell_closed(struct engine *e, struct session *s, int by, struct stream_ref ref)
{
    if (s->closed_told)
        return;
    s->closed_told = true;
    engine_happen(e,
                  &(struct happening){
                      .kind = HAPPEN_CLOSED, .peering = s->peering, .session = s, .side = by, .ref = ref });
}

/* Another connection of the peering stands, as far as this end knows: many take no second one beside it, whoever asks. */
static bool has_another(const struct session *s, int who)
{
    for (const struct session *o = s->peering->sessions; o; o = o->next)
        if (o != s && o->facts.end == CONN_OPEN && o->facts.active >= 0 && !o->end[who].closed &&
            o->half[0].syn.frame && o->half[1].syn.frame && o->half[o->facts.active].heard_ack.frame)
            return true;
    return false;
}

/* Who gave the connection up first, and what became of an attempt that never got to BGP. */
static void ended(struct engine *e, struct session *s, enum conn_end how, int by, struct stream_ref ref)
{
    if (s->facts.end != CONN_OPEN)
        return;
    session_close(e, s, how, by, ref);
    dialler_was_connected(e, s, by);
    if (s->was_established && silent_too_long(s, by, ref))
        session_given_up(e, s, by, ref); /* some close without a word when their hold time runs out */
    else if (s->was_established)
        session_lost(e, s, by, ref);
    int acceptor = !s->facts.active;
    if (s->facts.active >= 0 && !s->was_established) {
        bool greeted = s->end[acceptor].open_count > 0;
        if (how == CONN_REFUSED)
            peering_attempt(e, s, ATTEMPT_REFUSED, ref);
        else if (s->midway || session_unseen(s, 0) || session_unseen(s, 1))
            ; /* what was said before it ended is not known */
        else if (!greeted && by == acceptor && !has_another(s, acceptor))
            peering_attempt(e, s, ATTEMPT_CLOSED, ref);
        else if (!greeted)
            peering_attempt(e, s, ATTEMPT_ABANDONED, ref);
    }
    tell_closed(e, s, by, ref);
}

static void on_reset(struct engine *e, struct session *s, int from, const struct segment *seg,
                     struct stream_ref ref)
{
    struct half *h = &s->half[from], *other = &s->half[!from];
    if (!h->rst.frame) {
        h->rst = ref;
        h->rst_seq = seg->seq;
        h->rst_answers = !(seg->flags & TCP_ACK);
    }
    /* a dialler that has acknowledged something was answered with a SYN/ACK, seen or not */
    bool refused = other->syn.frame && !other->syn_ack && !h->syn.frame && !other->heard_ack.frame;
    ended(e, s, refused ? CONN_REFUSED : CONN_RESET, from, ref);
    const char *cause = refused ? "connection-refused" : "reset";
    session_end_closes(e, s, !from, ref, state_after_failure(&s->end[!from]),
                       refused ? cause : "reset-received");
    session_end_closes(e, s, from, ref, refused ? STATE_UNKNOWN : state_after_failure(&s->end[from]), cause);
    s->over = true;
}

static void on_fin(struct engine *e, struct session *s, int from, const struct segment *seg,
                   struct stream_ref ref)
{
    struct half *h = &s->half[from];
    if (h->fin.frame)
        return;
    h->fin = ref;
    h->fin_seq = seg->seq + seg->payload_size;
    ended(e, s, CONN_FIN, from, ref);
    session_end_closes(e, s, from, ref, state_after_failure(&s->end[from]), "fin-sent");
}

/* A FIN that was acknowledged was delivered. */
static void learn_of_fin(struct engine *e, struct session *s, int from, const struct segment *seg,
                         struct stream_ref ref)
{
    const struct half *other = &s->half[!from];
    if (!other->fin.frame || s->end[from].closed)
        return;
    if (seg->flags & (TCP_FIN | TCP_RST) || (seg->flags & TCP_ACK && seq_before(other->fin_seq, seg->ack)))
        session_end_closes(e, s, from, ref, state_after_failure(&s->end[from]), "fin-received");
}

/* Nothing was seen of either end for longer than KEEPALIVEs allow. The first time that it is so long it may be a clock
 * that was set forward or a gap of the capture, and is no measure of who came late; where it is usual, it is. */
static void note_quiet(struct session *s, struct stream_ref ref)
{
    struct stamp before = stamp_later(s->half[0].last.when, s->half[1].last.when);
    struct span quiet = stamp_since(ref.when, before);
    if (!stamp_known(before) || quiet.ns < SPAN_S(1).ns)
        return;
    unsigned hold = hold_estimate(s);
    if (!hold || quiet.ns <= SPAN_MS(hold * 400).ns)
        return;
    if (quiet.ns > SPAN_MS(hold * 500).ns)
        s->resumed = ref.when;
    if (quiet.ns / 5 * 4 <= s->quiet_longest.ns)
        return;
    s->quiet_longest = quiet;
    s->end[0].heard_hole = s->end[1].heard_hole = true;
}

/* A FIN speaks, too: who sends it on being called anew held the connection till then. After a hold time it may be one sent
 * again, of a session that had ended. */
static bool held_until_called(const struct session *s, int from, const struct segment *seg,
                              struct stream_ref ref)
{
    struct span quiet = stamp_since(ref.when, s->end[!from].last_spoke.when);
    return seg->flags & TCP_FIN && quiet.ns < SPAN_S(hold_estimate(s)).ns * 2 / 3;
}

void session_segment(struct engine *e, struct session *s, int from, const struct segment *seg,
                     const struct frame *f, struct stream_ref ref)
{
    note_quiet(s, ref);
    tcp_header(e, s, from, seg, f, ref);
    if (seg->flags & TCP_SYN)
        on_syn(e, s, from, seg, ref);
    if (seg->flags & TCP_RST) {
        on_reset(e, s, from, seg, ref);
        return;
    }
    tcp_ack(e, s, from, seg, ref);
    if (seg->payload_size)
        tcp_data(e, s, from, seg, ref);
    bool speaks = seg->payload_size || held_until_called(s, from, seg, ref);
    if (speaks && s->end[!from].dialled_anew.frame && !s->end[!from].missed) {
        s->end[!from].missed = true;
        engine_happen(
            e, &(struct happening){
                   .kind = HAPPEN_MISSED, .peering = s->peering, .session = s, .side = !from, .ref = ref });
    }
    learn_of_fin(e, s, from, seg, ref);
    if (seg->flags & TCP_FIN)
        on_fin(e, s, from, seg, ref);
}

/* ---- time ---- */

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
    tell_closed(e, s, who, ref);
    if (s->end[!who].closed)
        s->over = true;
}

/* How long an end must be quiet after its hold time ran out until we believe that it has given up: as long as it
 * would take to send another KEEPALIVE. */
static struct span grace(const struct session *s)
{
    int64_t third = timer_ns(s) / 3, slack = third / 16 > SPAN_MS(250).ns ? third / 16 : SPAN_MS(250).ns;
    return third > SPAN_S(1).ns ? (struct span){ third + slack } : SPAN_S(1);
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
            if (stamp_before(due, now) && !engine_was_quiet(e, end->hold_fired, now)) {
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
    tell_closed(e, s, who, ref);
}

void session_abandon(struct engine *e, struct session *s, struct stream_ref ref, const char *cause)
{
    int dialled = s->facts.active;
    session_close(e, s, CONN_NO_REPLY, -1, s->half[dialled].last);
    session_end_closes(e, s, dialled, ref, STATE_CONNECT, cause);
    s->end[dialled].state = STATE_CONNECT; /* its SYN is still out: RFC 4271 8.2.2 */
    s->over = true;
}

/* A SYN that is never sent again may have had an answer that the capture lacks (RFC 6298 5.5): of that attempt nothing
 * is said. */
void session_unanswered(struct engine *e, struct session *s, struct stream_ref ref)
{
    int dialled = s->facts.active;
    const struct half *mine = &s->half[dialled], *other = &s->half[!dialled];
    if (mine->heard_ack.frame)
        return;
    if (mine->syn_count < 2 && !other->first.frame)
        session_abandon(e, s, ref, "dials-again");
    else if (!other->first.frame)
        peering_attempt(e, s, ATTEMPT_NO_REPLY, ref);
    else if (other->syn_ack && mine->syn_count > 1)
        peering_attempt(e, s, ATTEMPT_UNHEARD, other->syn);
}

void session_finish(struct engine *e, struct session *s)
{
    for (int i = 0; i < 2; i++)
        if (s->half[i].stream) {
            stream_finish(s->half[i].stream);
            session_drain(e, s, i);
        }
    for (int i = 0; i < 2; i++)
        if (s->end[i].hold_ran_out && !s->end[i].closed)
            tell_hold(e, s, i);
    int dialled = s->facts.active;
    struct span waited = dialled < 0 ? SPAN_S(0) : stamp_since(e->now, s->half[dialled].syn.when);
    if (waited.ns > SPAN_S(3).ns && s->facts.end == CONN_OPEN && s->half[dialled].syn_count > 1)
        session_unanswered(e, s, (struct stream_ref){ .when = e->now });
}
