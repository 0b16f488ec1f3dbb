/* Segments of one connection in; states of both ends, and what happened to them, out. RFC 4271 8. */
#include "state/session.h"

#include "state/engine_internal.h"
#include <stdlib.h>
#include <string.h>

const char *bgp_state_name(enum bgp_state s)
{
    static const char *const names[BGP_STATES] = { "Unknown",  "Idle",        "Connect",    "Active",
                                                   "OpenSent", "OpenConfirm", "Established" };
    return s < BGP_STATES ? names[s] : "Unknown";
}

const char *conn_end_name(enum conn_end end)
{
    static const char *const names[CONN_ENDS] = { "open", "fin", "reset", "timeout", "refused", "no-reply" };
    return end < CONN_ENDS ? names[end] : "open";
}

struct session *session_new(struct engine *e, struct peering *p, int active, uint16_t port0, uint16_t port1,
                            struct stream_ref ref)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->facts = (struct bgp_connection){ .id = ++e->session_ids,
                                        .peering = p->facts.id,
                                        .active = active,
                                        .ports = { port0, port1 },
                                        .opened = ref,
                                        .end_by = -1 };
    s->peering = p;
    s->midway = active < 0;
    s->resumed = STAMP_NEVER;
    for (int i = 0; i < 2; i++) {
        s->end[i].state = STATE_IDLE;
        s->end[i].open.role = -1;
        s->half[i].wscale = -1;
        s->end[i].heard_unseen = STAMP_NEVER;
        s->end[i].hold_fired = STAMP_NEVER;
    }
    s->next = p->sessions;
    p->sessions = s;
    p->session_count++;
    p->facts.connection_count++;
    return s;
}

void session_free(struct session *s)
{
    for (int i = 0; i < 2; i++) {
        stream_free(s->half[i].stream);
        free(s->end[i].notification);
        free(s->end[i].transfer);
    }
    free(s->guess);
    free(s);
}

void session_changed(struct engine *e, const struct session *s)
{
    outbox_add(&e->outbox, &(struct event){ .kind = EVENT_CONNECTION, .as.connection = &s->facts });
}

/* One session at a time: what it had before ended with the other's FIN, however late its process looked at that. */
static void give_way(struct engine *e, struct session *s, int who, struct stream_ref ref)
{
    for (struct session *other = s->peering->sessions; other; other = other->next)
        if (other != s && other->end[who].state == STATE_ESTABLISHED && other->half[!who].fin.frame)
            session_end_closes(e, other, who, ref, STATE_IDLE, "fin-received");
}

void session_go(struct engine *e, struct session *s, int who, enum bgp_state to, struct stream_ref ref,
                const char *cause)
{
    struct end *end = &s->end[who];
    if (end->state == to)
        return;
    if (to == STATE_ESTABLISHED)
        give_way(e, s, who, ref);
    struct bgp_transition t = { s->facts.peering, s->facts.id, who, end->state, to, ref, cause };
    end->state = to;
    end->state_since = ref.when;
    outbox_add(&e->outbox, &(struct event){ .kind = EVENT_TRANSITION, .as.transition = t });
    struct bgp_side *side = &s->peering->facts.side[who];
    side->lost_count += t.from == STATE_ESTABLISHED;
    if (to == STATE_OPENCONFIRM && s->hold_known && s->hold) {
        struct stamp due = stamp_add(ref.when, SPAN_S(s->hold));
        if (stamp_before(due, e->next_deadline))
            e->next_deadline = due;
    }
    if (to == STATE_ESTABLISHED) {
        end->established = ref;
        side->established_count++;
        s->facts.established++;
        s->was_established = true;
        if (!s->peering->ever_established)
            s->peering->first_up = ref.when;
        s->peering->ever_established = true;
        struct stamp due = stamp_add(ref.when, s->hold_known ? SPAN_S(s->hold) : SPAN_S(5));
        if ((!s->hold_known || s->hold) && stamp_before(due, e->next_deadline))
            e->next_deadline = due;
    }
    peering_reckon(e, s->peering, who, ref.when);
    if (to == STATE_ESTABLISHED)
        session_up_again(e, s, who, ref);
    if (to == STATE_ESTABLISHED && s->end[!who].state == STATE_ESTABLISHED) {
        s->established_both = true;
        for (int i = 0; i < 2; i++)
            s->peering->attempts[i].signing = (struct signing){ 0 };
        session_changed(e, s);
        engine_happen(
            e,
            &(struct happening){
                .kind = HAPPEN_ESTABLISHED, .peering = s->peering, .session = s, .side = who, .ref = ref });
    }
}

/* Where an end stands by what it sent and what was delivered to it. Never backwards within a connection. */
static void reckon(struct engine *e, struct session *s, int who)
{
    struct end *end = &s->end[who];
    if (end->closed || end->hold_ran_out)
        return;
    bool confirmed = end->keepalive_sent.frame && end->open_received;
    if (end->state < STATE_OPENSENT && end->open_count)
        session_go(e, s, who, STATE_OPENSENT, end->open.ref, "open-sent");
    if (end->state == STATE_OPENSENT && confirmed)
        session_go(e, s, who, STATE_OPENCONFIRM, end->keepalive_sent, "open-received");
    if (end->state == STATE_OPENCONFIRM && end->keepalive_received.frame) {
        /* whichever came last made it so */
        bool heard_first = end->keepalive_received.when.ns < end->keepalive_sent.when.ns;
        session_go(e, s, who, STATE_ESTABLISHED, heard_first ? end->keepalive_sent : end->keepalive_received,
                   "keepalive-received");
    }
}

/* In mid-session a KEEPALIVE or an UPDATE is allowed in one state only, but for the moment of OpenConfirm. */
static void reckon_midway(struct engine *e, struct session *s, int who, struct stream_ref ref)
{
    struct end *end = &s->end[who];
    if (s->midway && !end->closed && !end->open_count && end->state < STATE_ESTABLISHED)
        session_go(e, s, who, STATE_ESTABLISHED, ref, "mid-stream");
}

/* UPDATEs are sent in one state only: whoever sends one is there, though the KEEPALIVE that brought it there is not in
 * the capture, or was never sent (some take an UPDATE for it). */
static void reckon_from_update(struct engine *e, struct session *s, int who, struct stream_ref ref)
{
    struct end *end = &s->end[who];
    if (!end->closed && !end->hold_ran_out && end->keepalive_sent.frame && end->state >= STATE_OPENSENT &&
        end->state < STATE_ESTABLISHED)
        session_go(e, s, who, STATE_ESTABLISHED, ref, "update-sent");
}

/* It was Established all the time: that its hold time ran out was a mistake. */
static void never_left(struct engine *e, struct session *s, int who, struct stream_ref ref, const char *cause)
{
    struct bgp_side *side = &s->peering->facts.side[who];
    s->end[who].hold_ran_out = false;
    session_go(e, s, who, STATE_ESTABLISHED, ref, cause);
    side->established_count--;
    side->lost_count--;
}

void session_spoke(struct engine *e, struct session *s, int who, struct stream_ref ref, unsigned type)
{
    struct end *end = &s->end[who];
    end->last_spoke = ref;
    if (end->hold_ran_out && !end->closed && stamp_before(stamp_add(end->hold_fired, SPAN_S(1)), ref.when)) {
        /* it goes on as if nothing had happened: some never notice that their hold time ran out */
        never_left(e, s, who, ref, "still-sending");
    }
    reckon_midway(e, s, who, ref);
    reckon(e, s, who);
    if (type == BGP_UPDATE)
        reckon_from_update(e, s, who, ref);
}

void session_heard_unseen(struct engine *e, struct session *s, int who, struct stream_ref ref)
{
    struct end *end = &s->end[who];
    end->heard_unseen = ref.when;
    end->heard_hole = true;
    if (end->hold_ran_out && !end->hold_told && !end->closed) /* it may have heard that in time */
        never_left(e, s, who, ref, "acknowledges-unseen");
}

void session_deaf(struct session *s, struct stamp until)
{
    for (int i = 0; i < 2; i++) {
        struct end *end = &s->end[i];
        if (end->closed || end->hold_ran_out)
            continue;
        end->heard_unseen = stamp_later(end->heard_unseen, until);
        end->heard_hole = true;
        end->last_keepalive = (struct stream_ref){ 0 };
        if (!s->over &&
            end->state == STATE_ESTABLISHED) /* how late it is with the next message nobody knows */
            s->peering->facts.side[i].last_heard = STAMP_NEVER;
    }
}

static void hear(struct engine *e, struct session *s, int to, struct stream_ref ref)
{
    struct end *end = &s->end[to];
    if (end->state == STATE_ESTABLISHED && end->last_heard.frame && !end->heard_hole) {
        struct span silence = stamp_since(ref.when, end->last_heard.when);
        if (silence.ns > end->longest_silence.ns) {
            end->longest_silence = silence;
            end->silence_from = end->last_heard;
            end->silence_until = ref;
        }
        if (s->hold_known && s->hold && silence.ns >= 0) /* a clock that is set back measures nothing */
            peering_margin(s->peering, to, (struct span){ SPAN_S(s->hold).ns - silence.ns }, ref.when);
    }
    (void)e;
    end->heard_hole = false;
    if (!end->last_heard.frame || !stamp_before(ref.when, end->last_heard.when))
        end->last_heard = ref;
    s->peering->facts.side[to].last_heard = end->last_heard.when;
}

void session_deliver(struct engine *e, struct session *s, int to, const struct delivery *d)
{
    struct end *end = &s->end[to], *from = &s->end[!to];
    if (d->what & DELIVERED_OPEN) {
        end->open_received = true;
        if (!end->last_heard.frame)
            end->last_heard = d->ref;
    }
    if (d->what & DELIVERED_KEEPALIVE && !end->keepalive_received.frame)
        end->keepalive_received = d->ref;
    /* a receiver that waits for the rest of a message of a mad length does not see those behind it, which we find again */
    bool waits = from->bad_header.frame && from->bad_length > BGP_LARGEST;
    if (d->what & (DELIVERED_KEEPALIVE | DELIVERED_UPDATE) && !waits) {
        if (end->hold_ran_out && !end->hold_told && !end->closed &&
            stamp_before(d->ref.when, end->hold_fired))
            never_left(e, s, to, (struct stream_ref){ .when = e->now }, "acknowledges-late");
        hear(e, s, to, d->ref);
        reckon_midway(e, s, to, d->ref);
    }
    reckon(e, s, to);
    if (d->what & DELIVERED_NOTIFICATION && from->notification) {
        from->notification_delivered = true;
        session_end_closes(e, s, to, d->ref, STATE_IDLE, "notification-received");
    }
}

/* The OPEN reached it, and it did not object before the other side ended it all: it had accepted it. */
static void accepted_silently(struct engine *e, struct session *s, int who)
{
    struct end *end = &s->end[who];
    const struct stream_ref *mine = &end->open.ref, *theirs = &s->end[!who].open.ref;
    /* both are needed for it: the later one makes it so */
    const struct stream_ref *ref = stamp_before(theirs->when, mine->when) ? mine : theirs;
    if (end->state == STATE_OPENSENT && end->open_received && !end->notification && s->end[!who].open_count)
        session_go(e, s, who, STATE_OPENCONFIRM, *ref, "open-received");
}

/* UPDATEs that came too early make no routes (RFC 4271 8.2.2) unless the session came up after all, and their tables are
 * those of the session that lives. */
static void forget_early(struct engine *e, struct session *s, struct stream_ref ref)
{
    struct peering *p = s->peering;
    if (!s->too_early || s->was_established)
        return;
    s->too_early = false;
    for (const struct session *other = p->sessions; other; other = other->next)
        if (other->was_established && !other->lost_told)
            return;
    if (e->options.tell_routes)
        session_tell_gone(e, p, (uint64_t[2]){ 0 }, ref);
    for (int i = 0; i < 2; i++)
        if (p->rib[i])
            rib_side_clear(p->rib[i], 0);
}

void session_end_closes(struct engine *e, struct session *s, int who, struct stream_ref ref,
                        enum bgp_state rest, const char *cause)
{
    struct end *end = &s->end[who];
    if (end->closed)
        return;
    end->closed = true;
    if (s->end[!who].notification)
        accepted_silently(e, s, who);
    session_go(e, s, who, rest, ref, cause);
    peering_rest(e, s->peering, who, rest, ref, cause);
    forget_early(e, s, ref);
    if (s->end[!who].closed)
        s->over = true;
}

void session_lost(struct engine *e, struct session *s, int by, struct stream_ref ref)
{
    struct peering *p = s->peering;
    if (!s->was_established || s->lost_told)
        return;
    s->lost_told = true;
    struct stamp since = stamp_later(s->end[0].established.frame ? s->end[0].established.when : STAMP_NEVER,
                                     s->end[1].established.frame ? s->end[1].established.when : STAMP_NEVER);
    bool hold = s->end[0].hold_ran_out || s->end[1].hold_ran_out;
    for (int i = 0; i < 2; i++)
        hold |= s->end[i].notification && s->end[i].notification->code == 4;
    p->loss[p->losses % LOSSES_KEPT] = (struct loss){ ref, stamp_since(ref.when, since), hold };
    p->losses++;
    p->session_lost = ref;
    p->lost_by = by;
    p->lost_by_notification = s->end[0].notification || s->end[1].notification;
    p->had_session = true;
    uint64_t kept[2] = { session_keeps(e, s, 0, by, ref), session_keeps(e, s, 1, by, ref) };
    if (e->options.tell_routes)
        session_tell_gone(e, p, kept, ref);
    converge_lost(e, s, by, kept, ref);
    for (int i = 0; i < 2; i++) {
        if (s->end[i].open_count)
            p->last_open[i] = s->end[i].open;
        if (p->rib[i])
            rib_side_clear(p->rib[i], kept[i]);
        p->gone[i] = 0;
        p->gone_since[i].frame = 0;
    }
    session_tell_transfers(e, s);
    engine_happen(
        e, &(struct happening){ .kind = HAPPEN_LOST, .peering = p, .session = s, .side = by, .ref = ref });
}

bool session_unseen(const struct session *s, int who)
{
    enum { STRAY = 1 << 26 };
    const struct half *h = &s->half[who];
    if (!h->first.frame)
        return true;
    if (!h->seq_known)
        return h->bare && h->ack_known && h->acked - h->next >= BGP_HEADER && h->acked - h->next < STRAY;
    if (h->stream && seq_before(stream_base(h->stream), stream_front(h->stream)))
        return true;                                 /* a hole, and more behind it, that waits */
    uint32_t end = h->next + (h->fin.frame ? 1 : 0); /* a FIN takes a sequence number. RFC 9293 3.4 */
    if (h->ack_known && seq_before(end, h->acked))
        return true;
    if (h->fin.frame && seq_before(h->next, h->fin_seq))
        return true;
    return h->rst.frame && seq_before(end, h->rst_seq) && h->rst_seq - end < STRAY;
}

bool session_read_whole(const struct session *s, int who)
{
    const struct half *h = &s->half[who];
    const struct end *end = &s->end[who];
    return !session_unseen(s, who) && (!h->segments || (end->read_any && end->read_until == h->next));
}

struct stamp session_heard(const struct end *end)
{
    return end->last_heard.frame ? stamp_later(end->last_heard.when, end->heard_unseen) : STAMP_NEVER;
}

void session_close(struct engine *e, struct session *s, enum conn_end how, int by, struct stream_ref ref)
{
    if (s->facts.end != CONN_OPEN)
        return;
    s->facts.end = how;
    s->facts.end_by = by;
    s->facts.closed = ref;
    session_changed(e, s);
}
