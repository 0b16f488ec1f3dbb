/* Attempts to connect that came to nothing: refused, unanswered, turned down by ICMP, closed before BGP began.
 * RFC 4271 8. */
#include "decode/icmp.h"
#include "state/rules/rule.h"

rule_fn connect_attempts;

/* The last session ended by a NOTIFICATION after which no new one is due at once. After a reset (6/4) and for another
 * configuration (6/6) it is: RFC 4486 4. */
static bool is_gone(const struct peering *p)
{
    if (!p->had_session || !p->lost_by_notification)
        return false;
    for (const struct session *s = p->sessions; s; s = s->next)
        for (int i = 0; i < 2 && s->was_established; i++)
            if (s->end[i].notification)
                return s->end[i].notification->code != 6 ||
                       (s->end[i].notification->subcode != 4 && s->end[i].notification->subcode != 6);
    return true;
}

/* The first attempt of a kind and the latest two, each with what answered it. */
static void show_attempts(struct draft *d, const struct attempts *a, enum attempt_outcome outcome,
                          const char *what, const char *answer)
{
    for (unsigned i = 0; i < 3; i++) {
        draft_evidence(d, a->of[outcome][i], "%s", what);
        if (answer)
            draft_evidence(d, a->answer[outcome][i], "%s", answer);
    }
}

/* "14 tries, one every 5.0 s." */
static void say_tries(struct draft *d, const struct attempts *a, enum attempt_outcome outcome)
{
    char every[32];
    unsigned n = a->count[outcome];
    if (n < 2 || a->total < 2)
        return;
    struct span period = { stamp_since(a->last.when, a->first.when).ns / (int64_t)(a->total - 1) };
    draft_say(d, "%u tries, one every %s.", n, span_words(period, every));
}

static void tell_refused(const struct happening *h, struct findings *f, int dialler)
{
    const struct peering *p = h->peering;
    const struct attempts *a = &p->attempts[dialler];
    char who[ADDR_TEXT], by[ADDR_TEXT];
    unsigned n = a->count[ATTEMPT_REFUSED];
    /* routers that start together knock before the other listens */
    struct stream_ref last = a->answer[ATTEMPT_REFUSED][n < 2 ? 0 : 1 + (n - 2) % 2];
    bool only_at_start = stamp_before(last.when, p->answered[!dialler].when) &&
                         (!p->ever_established || stamp_before(last.when, p->first_up));
    if (!n || only_at_start || (p->had_session && p->lost_by_notification))
        return;
    struct draft *d = rule_draft(f, h, CODE_BGP_CONNECT_REFUSED, CONFIDENCE_CERTAIN, !dialler);
    d->when = a->of[ATTEMPT_REFUSED][0].when;
    if (peering_up(p))
        d->severity = SEVERITY_INFO;
    draft_title(d, "%s refuses the TCP connections of %s", side_name(p, !dialler, by),
                side_name(p, dialler, who));
    draft_say(
        d,
        "A SYN from %s is answered with RST: nothing listens on the BGP port of %s, or not for this address.",
        who, by);
    say_tries(d, a, ATTEMPT_REFUSED);
    if (peering_up(p))
        draft_say(d, "The session came up later.");
    show_attempts(d, a, ATTEMPT_REFUSED, "SYN", "RST answers it");
    draft_end(f, d);
}

static void tell_icmp(const struct happening *h, struct findings *f, int dialler)
{
    const struct peering *p = h->peering;
    const struct attempts *a = &p->attempts[dialler];
    const struct session *s = p->sessions;
    while (s && (!s->icmp.frame || s->facts.active != dialler))
        s = s->next;
    if (!a->count[ATTEMPT_ICMP] || !s)
        return;
    char who[ADDR_TEXT], to[ADDR_TEXT], from[ADDR_TEXT];
    addr_text(&s->icmp_from, from);
    bool ttl = s->icmp_v6 ? s->icmp_type == 3 : s->icmp_type == 11;
    struct draft *d;
    if (ttl) {
        d = rule_draft(f, h, CODE_BGP_CONNECT_TTL_EXPIRED, CONFIDENCE_CERTAIN, dialler);
        draft_title(d, "%s is more than one hop away from %s, whose packets may go no further",
                    side_name(p, !dialler, to), side_name(p, dialler, who));
        draft_say(
            d,
            "%s sends its SYN with %s %u, and %s answers ICMP \"%s\": the peer is not a direct neighbour, "
            "and eBGP multihop is missing.",
            who, s->icmp_v6 ? "hop limit" : "TTL", s->half[dialler].syn_ttl, from,
            icmp_name(s->icmp_v6, s->icmp_type, s->icmp_code));
    } else {
        d = rule_draft(f, h, CODE_BGP_CONNECT_ICMP_UNREACHABLE, CONFIDENCE_CERTAIN, -1);
        d->at = s->icmp_from;
        draft_title(d, "%s says of the way from %s to %s: %s", from, side_name(p, dialler, who),
                    side_name(p, !dialler, to), icmp_name(s->icmp_v6, s->icmp_type, s->icmp_code));
        draft_say(d, "The SYN of %s is turned down by %s with ICMP%s type %u code %u.", who, from,
                  s->icmp_v6 ? "v6" : "", s->icmp_type, s->icmp_code);
    }
    d->when = a->of[ATTEMPT_ICMP][0].when;
    if (peering_up(p))
        d->severity = SEVERITY_INFO;
    say_tries(d, a, ATTEMPT_ICMP);
    show_attempts(d, a, ATTEMPT_ICMP, "SYN", "ICMP error quotes it");
    draft_end(f, d);
}

static void tell_closed(const struct happening *h, struct findings *f, int dialler)
{
    const struct peering *p = h->peering;
    const struct attempts *a = &p->attempts[dialler];
    /* one that has sent an OPEN before knows its peer: it is in a pause after an error */
    if (!a->count[ATTEMPT_CLOSED] || peering_up(p) || p->facts.side[!dialler].open_known || p->had_session)
        return;
    for (const struct session *s = p->sessions; s; s = s->next)
        if (s->end[!dialler].open_count) /* cut, or not seen itself */
            return;
    char who[ADDR_TEXT], by[ADDR_TEXT];
    struct draft *d = rule_draft(f, h, CODE_BGP_CONNECT_CLOSED_BEFORE_OPEN, CONFIDENCE_CERTAIN, !dialler);
    d->when = a->of[ATTEMPT_CLOSED][0].when;
    draft_title(d, "%s accepts connections of %s and closes them before BGP begins",
                side_name(p, !dialler, by), side_name(p, dialler, who));
    draft_say(
        d,
        "The handshake completes, then %s closes without an OPEN of its own: it has no neighbour %s, or "
        "that neighbour is shut down there, has no address family, or rests after an error.",
        by, who);
    say_tries(d, a, ATTEMPT_CLOSED);
    show_attempts(d, a, ATTEMPT_CLOSED, "SYN", "closed without an OPEN");
    draft_end(f, d);
}

/* ---- silence ---- */

/* An ICMP error that went to the dialler, and is cut, may be the answer. */
static bool cut_error_to(const struct capture_facts *c, const struct addr *who)
{
    for (unsigned i = 0; i < COUNT(c->cut_errors); i++)
        if (addr_equal(&c->cut_errors[i], who))
            return true;
    return false;
}

static void tell_no_reply(const struct happening *h, struct findings *f, int dialler)
{
    const struct peering *p = h->peering;
    const struct attempts *a = &p->attempts[dialler];
    char who[ADDR_TEXT], to[ADDR_TEXT];
    if (p->heard_ack[dialler].frame && !p->facts.side[!dialler].packets)
        return; /* it is answered: the capture has one direction only */
    if (!a->count[ATTEMPT_NO_REPLY] || a->count[ATTEMPT_ICMP] || peering_up(p) || is_gone(p) ||
        cut_error_to(h->capture, &p->facts.side[dialler].addr))
        return;
    bool seen = p->facts.side[!dialler].packets > 0;
    struct draft *d =
        rule_draft(f, h, CODE_BGP_CONNECT_NO_REPLY, seen ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, !dialler);
    d->when = a->of[ATTEMPT_NO_REPLY][0].when;
    draft_title(d, "%s gets no answer of any kind from %s", side_name(p, dialler, who),
                side_name(p, !dialler, to));
    draft_say(
        d,
        "SYNs from %s to the BGP port of %s are sent again and again; no SYN/ACK, no RST, no ICMP error comes "
        "back.",
        who, to);
    say_tries(d, a, ATTEMPT_NO_REPLY);
    if (!seen)
        draft_say(d, "Nothing else of %s is in the capture.", to);
    if (p->attempts[!dialler].count[ATTEMPT_UNHEARD])
        draft_say(d, "What is sent to %s does not arrive there: it does not take the SYN/ACKs of %s either.",
                  to, who);
    else if (a->signing.md5)
        draft_say(
            d,
            "The SYNs are signed (TCP-MD5); a peer without that key, or with another one, would be as silent.");
    else
        draft_say(
            d,
            "They are dropped on the way or at %s (filter, host down, a password or GTSM it insists on), or "
            "the answer finds no way back.",
            to);
    show_attempts(d, a, ATTEMPT_NO_REPLY, "SYN, unanswered", NULL);
    draft_end(f, d);
}

/* SYNs of both sides arrive, for they are answered, and neither takes the answers: the path is there. All began with TTL
 * 255, which iBGP sends, too, and there are routers in between: whoever insists on 255 drops what comes. */
static void say_ttl_security(struct draft *d, const struct peering *p, int dialler)
{
    enum { GTSM_NEAR = 240, BEGINS = 255 };
    const struct session *s = p->sessions;
    if (!p->attempts[!dialler].count[ATTEMPT_UNHEARD] || p->ever_established)
        return;
    while (s && (s->facts.active != dialler || !s->half[!dialler].syn_ttl))
        s = s->next;
    if (!s || s->half[dialler].syn_ttl < GTSM_NEAR || s->half[!dialler].syn_ttl < GTSM_NEAR)
        return;
    int routers = 2 * BEGINS - s->half[dialler].syn_ttl - s->half[!dialler].syn_ttl;
    char who[ADDR_TEXT];
    if (routers)
        draft_say(
            d,
            "Both begin with TTL 255, as under TTL security (RFC 5082), and by their TTLs %d router%s between the two: "
            "if %s allows fewer hops than that, it drops the answer.",
            routers, routers == 1 ? " is" : "s are", side_name(p, dialler, who));
}

static void tell_unheard(const struct happening *h, struct findings *f, int dialler)
{
    const struct peering *p = h->peering;
    const struct attempts *a = &p->attempts[dialler];
    char who[ADDR_TEXT], to[ADDR_TEXT];
    if (!a->count[ATTEMPT_UNHEARD] || peering_up(p) || p->attempts[!dialler].count[ATTEMPT_NO_REPLY])
        return;
    struct draft *d = rule_draft(f, h, CODE_BGP_CONNECT_NO_REPLY, CONFIDENCE_LIKELY, dialler);
    d->when = a->of[ATTEMPT_UNHEARD][0].when;
    draft_title(d, "%s does not get the answers of %s to its SYNs", side_name(p, dialler, who),
                side_name(p, !dialler, to));
    draft_say(
        d,
        "%s answers with SYN/ACK, which stands in the capture; %s goes on sending its SYN. The answer is lost "
        "between the capture point and %s, or dropped there.",
        to, who, who);
    say_ttl_security(d, p, dialler);
    show_attempts(d, a, ATTEMPT_UNHEARD, "SYN", "SYN/ACK");
    draft_end(f, d);
}

void connect_attempts(const struct happening *h, struct findings *f)
{
    if (connect_signed(h, f))
        return;
    for (int dialler = 0; dialler < 2; dialler++) {
        tell_refused(h, f, dialler);
        tell_icmp(h, f, dialler);
        tell_closed(h, f, dialler);
        tell_no_reply(h, f, dialler);
        tell_unheard(h, f, dialler);
    }
}
