/* Silence: hold times that ran out, and those that nearly did. RFC 4271 6.5, 10. */
#include "state/rules/rule.h"

rule_fn hold_expired, hold_ran_out, flow_forgotten, margin_low, margin_low_yet;

enum { LARGE = 500 }; /* bytes; of larger segments tcp-path-mtu-black-hole speaks */

/* What the wire tells of the side that fell silent. */
enum silence {
    SILENT_AT_ALL,
    SILENT_BGP,
    SILENT_LARGE,
    SILENT_SHUT,
    SILENT_GARBLED,
    SILENT_UNTOLD,
    SILENT_BOTH_WAYS, /* each sends again and again, and neither hears the other */
    SILENT_BOTH,      /* neither sends anything */
};

/* … what the other side has not acknowledged, as far as the capture has it. */
static bool resends_since(const struct half *h, struct stamp since)
{
    bool unheard = !h->ack_known || (int32_t)(h->stuck_seq - h->acked) >= 0;
    return unheard && h->stuck_count >= 2 && stamp_before(since, h->stuck_last.when);
}

/* `x` heard nothing from the other side after `since`. */
static enum silence kind_of_silence(const struct session *s, int x, struct stream_ref since)
{
    const struct half *mine = &s->half[x], *theirs = &s->half[!x];
    struct stamp soon = stamp_add(since.when, SPAN_MS(500));
    /* what x sends goes unanswered to the last */
    bool deaf = mine->stuck_count >= 2 &&
                stamp_before(stamp_add(theirs->last.when, SPAN_S(1)), mine->stuck_last.when);
    if (mine->shut)
        return SILENT_SHUT;
    if (!mine->first.frame || !theirs->first.frame || session_unseen(s, !x))
        return SILENT_UNTOLD; /* what of it was on the wire, the capture does not have */
    /* an acknowledgement tells of a silence once the next KEEPALIVE is late. RFC 4271 10 */
    struct stamp late =
        stamp_later(soon, stamp_add(since.when, (struct span){ SPAN_S(hold_estimate(s)).ns / 3 }));
    if (!stamp_before(soon, mine->last.when) && !stamp_before(soon, theirs->last.when))
        return SILENT_BOTH;
    if (resends_since(mine, since.when) && resends_since(theirs, since.when) &&
        !stamp_before(soon, mine->ack_moved.when) && !stamp_before(soon, theirs->ack_moved.when))
        return SILENT_BOTH_WAYS;
    if (s->end[!x].bad_header.frame)
        return SILENT_GARBLED;
    if (theirs->stuck_count >= 2 && stamp_before(since.when, theirs->stuck_last.when))
        return SILENT_LARGE; /* it speaks, and what it says does not arrive */
    bool acknowledges = stamp_before(late, mine->ack_moved.when) && mine->ack_moved.frame;
    bool answers = stamp_before(late, theirs->last.when) && theirs->heard_ack.frame;
    if (!deaf && (acknowledges || answers))
        return SILENT_BGP;
    /* x sent nothing that an answer was due to: its next KEEPALIVE and the end came together */
    bool asked = mine->stuck_count && stamp_before(since.when, mine->stuck_last.when);
    return deaf || asked ? SILENT_AT_ALL : SILENT_UNTOLD;
}

/* Whose hold time runs out first is chance where neither hears the other: then no side is named. */
static struct draft *begin_expiry(const struct happening *h, struct findings *f, enum confidence sure)
{
    const struct session *s = h->session;
    enum silence kind = kind_of_silence(s, h->side, s->end[h->side].last_heard);
    bool both = kind == SILENT_BOTH || kind == SILENT_BOTH_WAYS;
    char who[ADDR_TEXT], other[ADDR_TEXT], low[ADDR_TEXT], high[ADDR_TEXT];
    int at = kind == SILENT_SHUT ? h->side : !h->side;
    struct draft *d = rule_draft(f, h, CODE_BGP_HOLD_TIMER_EXPIRED, sure, both ? -1 : at);
    side_name(h->peering, h->side, who);
    side_name(h->peering, !h->side, other);
    side_name(h->peering, 0, low);
    side_name(h->peering, 1, high);
    if (kind == SILENT_BOTH_WAYS) {
        draft_title(d, "neither %s nor %s hears the other any more, and the hold time ran out", low, high);
        draft_say(
            d,
            "Both send their data again and again, and neither acknowledges: the path between them is broken "
            "in both directions.");
    } else if (kind == SILENT_BOTH) {
        draft_title(d, "%s and %s fall silent at the same moment, until the hold time ran out", low, high);
        draft_say(
            d,
            "Neither sends anything, not even the same data again: the link went down at both ends, or the "
            "capture missed them.");
    } else
        draft_title(d, "%s heard nothing from %s until its hold time ran out", who, other);
    if (kind == SILENT_SHUT) {
        draft_say(d, "It did not listen: its own receive window is shut, and what %s has for it must wait.",
                  other);
        draft_evidence(d, s->half[h->side].shut_ref, "window 0 from %s", who);
    }
    if (kind == SILENT_LARGE && s->half[!h->side].stuck_size < LARGE) {
        const struct half *theirs = &s->half[!h->side];
        draft_say(
            d,
            "%s does send: its data stands in the capture, again and again, and %s acknowledges none of it. It is lost "
            "between the capture point and %s, or dropped there.",
            other, who, who);
        draft_evidence(d, theirs->stuck_first, "%s sends %u bytes again", other, theirs->stuck_size);
        draft_evidence(d, theirs->stuck_last, "and again, unacknowledged");
    }
    return d;
}

static void tell_expiry(const struct happening *h, struct findings *f, struct stream_ref fired)
{
    const struct session *s = h->session;
    const struct end *e = &s->end[h->side];
    char who[ADDR_TEXT], other[ADDR_TEXT], silence[32];
    struct draft *d = begin_expiry(h, f, CONFIDENCE_LIKELY);
    side_name(h->peering, h->side, who);
    side_name(h->peering, !h->side, other);
    draft_say(
        d, "No message of %s reached %s for %s; the hold time is %s%u s.", other, who,
        span_words(stamp_since(stamp_later(fired.when, h->session->facts.closed.when), e->last_heard.when),
                   silence),
        s->hold_known ? "" : "about ", hold_estimate(s));
    draft_say(d, "No NOTIFICATION that says so is in the capture: it is reckoned from what was delivered.");
    ospf_say_why(d, h);
    draft_evidence(d, e->last_heard, "last message that %s heard", who);
    draft_evidence(d, s->facts.closed, "given up");
    for (const struct session *next = h->peering->sessions; next; next = next->next)
        if (next->facts.id > s->facts.id && next->facts.active == h->side)
            draft_evidence(d, next->facts.opened, "%s dials again", who);
    draft_end(f, d);
}

static void tell_silence(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    const struct half *theirs = &s->half[!h->side], *mine = &s->half[h->side];
    struct stream_ref since = s->end[h->side].last_heard;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    side_name(h->peering, h->side, who);
    side_name(h->peering, !h->side, other);
    struct draft *d;
    switch (kind_of_silence(s, h->side, since)) {
    case SILENT_BGP:
        d = rule_draft(f, h, CODE_BGP_KEEPALIVES_STOPPED, CONFIDENCE_CERTAIN, !h->side);
        draft_title(d, "%s sends no more KEEPALIVEs, though its TCP is alive", other);
        draft_say(
            d,
            "After its last message it goes on acknowledging what %s sends: the machine and the path are there, "
            "its BGP process hangs or is stopped.",
            who);
        draft_evidence(d, since, "last message from %s", other);
        draft_evidence(d, mine->ack_moved, "%s still acknowledges", other);
        draft_end(f, d);
        break;
    case SILENT_AT_ALL:
        d = rule_draft(f, h, CODE_BGP_PEER_SILENT, CONFIDENCE_CERTAIN, !h->side);
        draft_title(d, "nothing at all comes from %s any more, not even TCP acknowledgements", other);
        draft_say(
            d,
            "%s sends its data again and again without an answer: %s is down, or the path from it to the "
            "capture point is broken.",
            who, other);
        ospf_say_why(d, h);
        draft_evidence(d, theirs->last, "last packet of %s", other);
        draft_evidence(d, mine->stuck_first, "sent again, unanswered");
        draft_evidence(d, mine->stuck_last, "sent again, unanswered");
        draft_end(f, d);
        break;
    default:
        break; /* tcp-zero-window, tcp-path-mtu-black-hole, tcp-retransmissions and bgp-header-error speak of the others */
    }
}

static void tell_notified(const struct happening *h, struct findings *f, const struct notification_facts *n)
{
    const struct end *e = &h->session->end[h->side];
    char who[ADDR_TEXT], silence[32];
    struct draft *d = begin_expiry(h, f, CONFIDENCE_CERTAIN);
    side_name(h->peering, h->side, who);
    if (e->last_heard.frame)
        draft_say(d, "The last message that reached %s came %s before.", who,
                  span_words(stamp_since(n->ref.when, e->last_heard.when), silence));
    if (h->session->hold_known)
        draft_say(d, "The agreed hold time is %u s.", h->session->hold);
    draft_say(d, "%s sends NOTIFICATION 4/%u.", who, n->subcode);
    ospf_say_why(d, h);
    draft_evidence(d, e->last_heard, "last message that %s heard", who);
    draft_evidence(d, n->ref, "NOTIFICATION 4/%u from %s", n->subcode, who);
    draft_end(f, d);
}

void hold_expired(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    const struct notification_facts *n = s->end[h->side].notification;
    /* sent from OpenSent it says that no OPEN came: open_unanswered speaks of that */
    if (n->code != 4 || s->end[!h->side].closed ||
        (!s->was_established && !s->midway && !s->end[h->side].last_heard.frame))
        return;
    tell_notified(h, f, n);
    if (s->was_established)
        tell_silence(h, f);
}

void hold_ran_out(const struct happening *h, struct findings *f)
{
    const struct notification_facts *n = h->session->end[h->side].notification;
    if (h->session->end[!h->side].closed)
        return; /* the other one gave up first: that is what it heard no more of */
    if (!n || n->code != 4)
        tell_expiry(h, f, h->ref);
    tell_silence(h, f);
}

/* A newer connection of the two lives while what `x` still sends on this one has no answer, not even the RST that a host
 * owes to what it does not know (RFC 9293 3.10.7.1). NULL: none. */
static const struct session *passes_beside(const struct happening *h, const struct session *s, int x)
{
    const struct half *mine = &s->half[x], *theirs = &s->half[!x];
    struct stamp answered = stamp_add(mine->stuck_last.when, SPAN_S(1));
    for (const struct session *n = h->peering->sessions; n; n = n->next)
        if (n->facts.id > s->facts.id && n->established_both && !n->midway && mine->stuck_count &&
            stamp_before(theirs->last.when, n->facts.opened.when) &&
            stamp_before(n->facts.opened.when, mine->stuck_last.when) &&
            stamp_before(answered, n->half[!x].last.when))
            return n;
    return NULL;
}

/* The better words for a peer that fell silent: it is there, and one connection is not. */
static void tell_forgotten(const struct happening *h, struct findings *f, const struct session *s, int x)
{
    const struct notification_facts *n = s->end[x].notification;
    bool ran_out = s->end[x].hold_ran_out || (n && n->code == 4);
    if (!s->was_established || !ran_out || kind_of_silence(s, x, s->end[x].last_heard) != SILENT_AT_ALL)
        return;
    const struct session *beside = passes_beside(h, s, x);
    if (!beside)
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    side_name(h->peering, x, who);
    side_name(h->peering, !x, other);
    struct draft *d = rule_draft(f, h, CODE_BGP_PEER_SILENT, CONFIDENCE_LIKELY, !x);
    d->when = n ? n->ref.when : s->end[x].hold_fired;
    d->once = true;
    draft_title(d, "nothing of %s passes on that connection any more, while a new one does", other);
    draft_say(
        d,
        "%s was there all the time, or came back soon: a new connection with it lives, and what %s still sends on the old "
        "one has no answer, not even a RST. A firewall, a NAT or a load balancer between them has forgotten the old "
        "connection, or fell over to another box: look at its timeouts and its log.",
        other, who);
    draft_evidence(d, s->half[!x].last, "last packet of %s on it", other);
    draft_evidence(d, beside->facts.opened, "a new connection passes");
    draft_evidence(d, s->half[x].stuck_last, "sent again on the old one, unanswered");
    draft_end(f, d);
}

void flow_forgotten(const struct happening *h, struct findings *f)
{
    if (!findings_about(f, CODE_BGP_PEER_SILENT, h->peering->facts.id))
        return;
    for (const struct session *s = h->peering->sessions; s; s = s->next)
        for (int x = 0; x < 2; x++)
            tell_forgotten(h, f, s, x);
}

/* The session lived on with less than a third of the hold time left. */
static void tell_margin(const struct happening *h, struct findings *f, int x)
{
    const struct session *s = h->session;
    if (s->end[!x].hold_ran_out) /* it was the other side that had no time left */
        return;
    const struct end *e = &s->end[x];
    double hold = hold_estimate(s), silence = span_seconds(e->longest_silence);
    bool rhythm = s->hold_known || s->end[0].keepalive_gaps + s->end[1].keepalive_gaps >= 6;
    if (hold < 3 || !rhythm || silence * 3 <= hold * 2 || silence >= hold)
        return;
    char who[ADDR_TEXT], late[ADDR_TEXT], gap[32];
    struct draft *d = rule_draft(f, h, CODE_BGP_HOLD_MARGIN_LOW,
                                 s->hold_known ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, !x);
    d->when = e->silence_until.when;
    draft_title(d, "%s came within %.1f s of losing the session: nothing arrived from %s for %s",
                side_name(h->peering, x, who), hold - silence, side_name(h->peering, !x, late),
                span_words(e->longest_silence, gap));
    draft_say(d, "The hold time is %s%.0f s, and KEEPALIVEs are due every third of it.",
              s->hold_known ? "" : "about ", hold);
    draft_evidence(d, e->silence_from, "last message before the silence");
    draft_evidence(d, e->silence_until, "first message after it");
    draft_end(f, d);
}

void margin_low(const struct happening *h, struct findings *f)
{
    for (int x = 0; x < 2; x++)
        tell_margin(h, f, x);
}

void margin_low_yet(const struct happening *h, struct findings *f)
{
    for (const struct session *s = h->peering->sessions; s; s = s->next) {
        struct happening one = *h;
        one.session = s;
        if (s->was_established && !s->lost_told)
            margin_low(&one, f);
    }
}
