/* Attempts to connect that came to nothing: refused, unanswered, turned down by ICMP, closed before BGP began; and what
 * the signatures on the SYNs say of the reason. RFC 4271 8, RFC 2385, RFC 5925. */
#include "decode/icmp.h"
#include "state/rules/rule.h"

#include <string.h>

rule_fn connect_attempts, source_address;

/* The session is up now: what went wrong on the way is no longer an error. */
static bool is_up(const struct peering *p)
{
    return p->facts.side[0].state == STATE_ESTABLISHED || p->facts.side[1].state == STATE_ESTABLISHED;
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
    if (is_up(p))
        d->severity = SEVERITY_INFO;
    draft_title(d, "%s refuses the TCP connections of %s", side_name(p, !dialler, by),
                side_name(p, dialler, who));
    draft_say(
        d,
        "A SYN from %s is answered with RST: nothing listens on the BGP port of %s, or not for this address.",
        who, by);
    say_tries(d, a, ATTEMPT_REFUSED);
    if (is_up(p))
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
    if (is_up(p))
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
    if (!a->count[ATTEMPT_CLOSED] || is_up(p) || p->facts.side[!dialler].open_known || p->had_session)
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

/* ---- signatures ---- */

/* Both sides dial, neither is answered, and the signatures on their SYNs tell why. */
static bool tell_signatures(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    const struct signing a[2] = { p->attempts[0].signing, p->attempts[1].signing };
    char who[ADDR_TEXT], other[ADDR_TEXT];
    if (is_up(p))
        return false;
    for (int i = 0; i < 2; i++) {
        bool lacks = a[!i].total && a[!i].unsigned_seen && !a[!i].md5;
        if (!a[i].md5 || !lacks || !(a[i].silent || a[!i].silent))
            continue;
        struct draft *d = rule_draft(f, h, CODE_BGP_MD5_MISSING, CONFIDENCE_CERTAIN, !i);
        d->when = a[i].first.when;
        draft_title(d, "%s signs its segments with TCP-MD5, %s does not", side_name(p, i, who),
                    side_name(p, !i, other));
        draft_say(
            d,
            "The SYNs of %s carry TCP option 19 (RFC 2385), those of %s don't; each drops the other's in "
            "silence. The password is missing at %s, or should not be there at %s.",
            who, other, other, who);
        draft_evidence(d, a[i].md5_ref, "SYN with an MD5 signature");
        draft_evidence(d, a[!i].unsigned_ref, "SYN without one");
        draft_evidence(d, a[i].last, "SYN, unanswered");
        draft_evidence(d, a[!i].last, "SYN, unanswered");
        draft_end(f, d);
        return true;
    }
    return false;
}

/* With a key at hand: by which key this side's digests are right, from 1; 0: by none that was given; -1: not known. */
static int key_verdict(const struct peering *p, int side)
{
    int verdict = -1;
    for (const struct session *s = p->sessions; s; s = s->next)
        if (s->half[side].key_checked)
            verdict = (int)s->half[side].key_right;
    return verdict;
}

/* Where the keys once fit, one silent side is no sign that they no longer do: its link may be down. */
static bool any_silent(const struct peering *p)
{
    unsigned low = p->attempts[0].signing.silent, high = p->attempts[1].signing.silent;
    return p->ever_established ? low && high : low || high;
}

/* … and both may be, unless one said goodbye before. */
static enum confidence key_confidence(const struct peering *p)
{
    return p->had_session && !p->lost_by_notification ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
}

static bool tell_keys(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    const struct signing a[2] = { p->attempts[0].signing, p->attempts[1].signing };
    char low[ADDR_TEXT], high[ADDR_TEXT];
    bool both = a[0].md5 && a[1].md5;
    bool silent = any_silent(p);
    int right[2] = { key_verdict(p, 0), key_verdict(p, 1) };
    int wrong = right[0] == 0 && right[1] != 0 ? 0 : right[1] == 0 && right[0] != 0 ? 1 : -1;
    bool known = right[0] > 0 && right[1] > 0;
    if (!(both || wrong >= 0) || !silent || is_up(p) || (known && right[0] == right[1]))
        return false; /* where both sign with one key, it is not the key */
    struct draft *d = rule_draft(f, h, CODE_BGP_MD5_MISMATCH,
                                 known || wrong >= 0 ? CONFIDENCE_CERTAIN : key_confidence(p), wrong);
    d->when = stamp_before(a[0].first.when, a[1].first.when) && a[0].first.frame ? a[0].first.when
                                                                                 : a[1].first.when;
    side_name(p, 0, low);
    side_name(p, 1, high);
    if (known) {
        draft_title(d, "%s and %s sign their segments with two keys that were given, and they differ", low,
                    high);
        draft_say(d, "The digests of each are right by one of them, and each ignores the other's.");
    } else if (right[0] == 0 && right[1] == 0) {
        draft_title(d, "neither %s nor %s signs with the key given, and each ignores the other", low, high);
        draft_say(
            d,
            "Both sides' SYNs carry TCP option 19 (RFC 2385); the digests of neither are those of that key.");
    } else if (wrong >= 0) {
        draft_title(d, "%s signs its segments with another key than the one given", wrong ? high : low);
        draft_say(d, "The digests of %s are not those of the key given; %s.", wrong ? high : low,
                  right[!wrong] > 0 ? "those of the other side are" : "no digest of the other side was seen");
    } else {
        draft_title(d,
                    "%s and %s sign their segments with TCP-MD5, and each ignores the other: the keys differ",
                    low, high);
        draft_say(
            d,
            "Both sides' SYNs carry TCP option 19 (RFC 2385) and none is answered in any way. A filter that "
            "drops both directions would look the same; with the key at hand (--tcp-md5-key) the digests tell.");
    }
    for (int i = 0; i < 2; i++) {
        draft_evidence(d, a[i].md5_ref, "SYN with an MD5 signature");
        draft_evidence(d, a[i].last, "SYN, unanswered");
    }
    draft_end(f, d);
    return true;
}

/* RFC 5925 2.2: KeyID and RNextKeyID are in clear. */
static bool tell_ao(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    const struct signing a[2] = { p->attempts[0].signing, p->attempts[1].signing };
    char who[ADDR_TEXT], other[ADDR_TEXT];
    if (!any_silent(p) || is_up(p) || !(a[0].ao || a[1].ao))
        return false;
    int signs = a[0].ao ? 0 : 1;
    if (!a[!signs].total)
        return false;
    struct draft *d =
        rule_draft(f, h, CODE_BGP_TCP_AO_MISMATCH, a[!signs].ao ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN,
                   a[!signs].ao ? -1 : !signs);
    d->when = a[signs].first.when;
    if (a[!signs].ao) {
        draft_title(d, "%s and %s sign with TCP-AO, and each ignores the other", side_name(p, 0, who),
                    side_name(p, 1, other));
        draft_say(
            d, "Both sides' SYNs carry TCP option 29 (RFC 5925) and none is answered: their keys, key IDs or "
               "algorithms differ.");
    } else {
        draft_title(d, "%s signs its segments with TCP-AO, %s does not", side_name(p, signs, who),
                    side_name(p, !signs, other));
        draft_say(d,
                  "The SYNs of %s carry TCP option 29 (RFC 5925), those of %s don't; each drops the other's.",
                  who, other);
    }
    draft_evidence(d, a[0].last, "SYN, unanswered");
    draft_evidence(d, a[1].last, "SYN, unanswered");
    draft_end(f, d);
    return true;
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
    if (!a->count[ATTEMPT_NO_REPLY] || a->count[ATTEMPT_ICMP] || is_up(p) ||
        (p->had_session && p->lost_by_notification) || cut_error_to(h->capture, &p->facts.side[dialler].addr))
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
    if (!a->count[ATTEMPT_UNHEARD] || is_up(p) || p->attempts[!dialler].count[ATTEMPT_NO_REPLY])
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
    if (tell_signatures(h, f) || tell_keys(h, f) || tell_ao(h, f))
        return;
    for (int dialler = 0; dialler < 2; dialler++) {
        tell_refused(h, f, dialler);
        tell_icmp(h, f, dialler);
        tell_closed(h, f, dialler);
        tell_no_reply(h, f, dialler);
        tell_unheard(h, f, dialler);
    }
}

/* ---- update-source ---- */

/* Another peering whose called side is the router of `mac`: the address by which this router is sought. */
static const struct peering *sought_elsewhere(const struct happening *h, const struct peering *p, int dialler,
                                              int *side)
{
    static const uint8_t none[6];
    const struct peering *q;
    if (!memcmp(p->mac[dialler], none, sizeof none))
        return NULL;
    for (uint32_t at = 0; (q = table_next(h->peerings, &at));)
        for (int called = 0; called < 2; called++) {
            const struct attempts *a = &q->attempts[!called];
            bool fails = a->count[ATTEMPT_CLOSED] || a->count[ATTEMPT_REFUSED];
            if (q == p || !fails || addr_equal(&q->facts.side[called].addr, &p->facts.side[dialler].addr))
                continue;
            /* by its MAC addresses the router that dials here is the one that is called there, and the other way round */
            if (!memcmp(q->mac[called], p->mac[dialler], 6) &&
                !memcmp(q->mac[!called], p->mac[!dialler], 6)) {
                *side = called;
                return q;
            }
        }
    return NULL;
}

static void tell_source(const struct happening *h, struct findings *f, const struct peering *p, int dialler)
{
    const struct attempts *a = &p->attempts[dialler];
    const struct addr *from = &p->facts.side[dialler].addr, *to = &p->facts.side[!dialler].addr;
    enum attempt_outcome how = a->count[ATTEMPT_CLOSED] ? ATTEMPT_CLOSED : ATTEMPT_REFUSED;
    bool never_known = !p->facts.side[!dialler].open_known && !p->ever_established;
    if (!a->count[how] || !never_known)
        return;
    int called = 0;
    const struct peering *q = sought_elsewhere(h, p, dialler, &called);
    /* a called address off the caller's link is that of a loopback: then the caller's own had better be one, too */
    bool off_link = how == ATTEMPT_CLOSED && !addr_same_prefix(from, to, from->size == 4 ? 24 : 64);
    if (!q && !off_link)
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT], sought[ADDR_TEXT];
    struct happening one = *h;
    one.peering = p;
    struct draft *d = rule_draft(f, &one, CODE_BGP_SOURCE_ADDRESS_MISMATCH,
                                 q ? CONFIDENCE_CERTAIN : CONFIDENCE_POSSIBLE, dialler);
    d->when = a->of[how][0].when;
    if (!q)
        d->severity = SEVERITY_WARNING;
    draft_title(d, "%s dials %s from an address that %s may not have as its neighbour",
                side_name(p, dialler, who), side_name(p, !dialler, other), other);
    if (q) {
        draft_say(
            d,
            "The same router (by its MAC address) is sought at %s, and dials from %s: update-source is missing.",
            side_name(q, called, sought), who);
        draft_evidence(
            d,
            q->attempts[!called]
                .of[q->attempts[!called].count[ATTEMPT_CLOSED] ? ATTEMPT_CLOSED : ATTEMPT_REFUSED][0],
            "the other side dials %s", sought);
    } else
        draft_say(
            d,
            "%s does not lie on the link of %s, so it is a loopback, and closes what comes from there without an "
            "OPEN: the source should be a loopback as well (update-source), or the neighbour is not configured.",
            other, who);
    draft_evidence(d, a->of[how][0], "SYN from %s", who);
    draft_evidence(d, a->answer[how][0], "turned down");
    draft_end(f, d);
}

/* The same router is known by two addresses: it dials from the one and is sought at the other. */
void source_address(const struct happening *h, struct findings *f)
{
    const struct peering *p;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));)
        for (int dialler = 0; dialler < 2; dialler++)
            tell_source(h, f, p, dialler);
}
