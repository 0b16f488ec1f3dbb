/* The life of a connection: SYN, FIN, RST. What each tells of the two ends. */
#include "state/engine_internal.h"

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

void session_tell_closed(struct engine *e, struct session *s, int by, struct stream_ref ref)
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
    session_tell_closed(e, s, by, ref);
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
 * again, of a session that had ended; and what is missing may have been a NOTIFICATION. */
static bool held_until_called(const struct session *s, int from, const struct segment *seg,
                              struct stream_ref ref)
{
    struct span quiet = stamp_since(ref.when, s->end[!from].last_spoke.when);
    return seg->flags & TCP_FIN && seg->seq == s->half[from].next && !session_unseen(s, 0) &&
           !session_unseen(s, 1) && quiet.ns < SPAN_S(hold_estimate(s)).ns * 2 / 3;
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
    session_hold_finish(e, s);
    int dialled = s->facts.active;
    struct span waited = dialled < 0 ? SPAN_S(0) : stamp_since(e->now, s->half[dialled].syn.when);
    if (waited.ns > SPAN_S(3).ns && s->facts.end == CONN_OPEN && s->half[dialled].syn_count > 1)
        session_unanswered(e, s, (struct stream_ref){ .when = e->now });
}
