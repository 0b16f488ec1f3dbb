/* TCP under BGP: sizes that don't pass, windows that stay shut, loss, TTL. RFC 1191, 5082, 9293. */
#include "state/rules/rule.h"

#include <stdio.h>

rule_fn path_mtu, path_mtu_yet, window_shut, window_shut_yet, path_loses, one_way, one_way_yet, ttl_security,
    ttl_security_yet;

enum { SHUT_S = 2, LARGE = 500, GTSM_NEAR = 240, UNHEARD_LEAST = 3 };

/* Runs a rule about a closed connection over all that are still known when the capture ends: some things go on after
 * one end has given up. */
static void over_open(const struct happening *h, struct findings *f, rule_fn *rule)
{
    for (const struct session *s = h->peering->sessions; s; s = s->next) {
        struct happening one = *h;
        one.session = s;
        one.ref = s->half[0].last.frame > s->half[1].last.frame ? s->half[0].last : s->half[1].last;
        one.again = s->closed_told;
        rule(&one, f);
    }
}

/* Full-sized segments are sent again and again and never acknowledged, while small ones passed. RFC 2923 2.1 */
void path_mtu(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    for (int i = 0; i < 2; i++) {
        const struct half *sender = &s->half[i], *receiver = &s->half[!i];
        uint32_t passes = h->peering->facts.side[i].tcp.largest_delivered;
        if (!sender->smallest_lost || sender->smallest_lost < LARGE || sender->smallest_lost <= passes ||
            sender->stuck_count < 2)
            continue;
        /* the other side must still be there: it sends after the first loss was sent again */
        if (!stamp_before(sender->stuck_first.when, receiver->last.when))
            continue;
        char who[ADDR_TEXT], other[ADDR_TEXT], icmp[ADDR_TEXT];
        struct draft *d = rule_draft(f, h, CODE_TCP_PATH_MTU_BLACK_HOLE, CONFIDENCE_CERTAIN, i);
        d->when = sender->stuck_first.when;
        d->once = h->again;
        draft_title(d, "large segments of %s never reach %s", side_name(h->peering, i, who),
                    side_name(h->peering, !i, other));
        draft_say(
            d,
            "A segment of %u bytes was sent %u times and never acknowledged; segments up to %u bytes pass. "
            "KEEPALIVEs wait behind it in the stream, so the hold time of %s runs out.",
            sender->smallest_lost, sender->stuck_count + 1, passes, other);
        if (s->icmp.frame && s->icmp_mtu) {
            draft_say(d, "%s says that %u bytes is the most that passes (ICMP), and %s does not heed it.",
                      addr_text(&s->icmp_from, icmp), s->icmp_mtu, who);
            draft_evidence(d, s->icmp, "ICMP: at most %u bytes", s->icmp_mtu);
        } else
            draft_say(d, "No ICMP \"fragmentation needed\" was seen: the path swallows them without a word.");
        draft_evidence(d, sender->stuck_first, "%u bytes, sent again", sender->stuck_size);
        draft_evidence(d, sender->stuck_last, "and again");
        draft_evidence(d, receiver->last, "%s is still there", other);
        draft_end(f, d);
    }
}

void path_mtu_yet(const struct happening *h, struct findings *f) { over_open(h, f, path_mtu); }

void window_shut(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    for (int i = 0; i < 2; i++) {
        const struct half *half = &s->half[i];
        struct span longest = half->shut_longest;
        if (half->shut) {
            struct span now = stamp_since(h->now, half->shut_ref.when);
            longest = now.ns > longest.ns ? now : longest;
        }
        if (longest.ns < SPAN_S(SHUT_S).ns || half->rst.frame)
            continue;
        char who[ADDR_TEXT], other[ADDR_TEXT], time[32];
        struct draft *d = rule_draft(f, h, CODE_TCP_ZERO_WINDOW, CONFIDENCE_CERTAIN, i);
        d->when = half->shut_ref.when;
        d->once = h->again;
        d->severity = s->was_established && (s->lost_told || half->shut) ? SEVERITY_ERROR : SEVERITY_WARNING;
        draft_title(d, "%s does not read: its receive window is shut for %s", side_name(h->peering, i, who),
                    span_words(longest, time));
        draft_say(
            d,
            "%s has data waiting and may only probe; KEEPALIVEs and UPDATEs wait with it. The BGP process of "
            "%s is stopped or overloaded.",
            side_name(h->peering, !i, other), who);
        draft_evidence(d, half->shut_ref, "window 0 from %s", who);
        draft_evidence(d, half->shut ? half->last : s->half[!i].last,
                       half->shut ? "still shut" : "last packet");
        draft_end(f, d);
    }
}

void window_shut_yet(const struct happening *h, struct findings *f) { over_open(h, f, window_shut); }

/* What one side sent again, over all connections. */
struct resent {
    unsigned runs; /* different segments, in one connection */
    struct stream_ref first, last;
    uint64_t lost;     /* segments that had not arrived, as far as the capture tells */
    uint64_t needless; /* they had: it is the acknowledgement that was lost, or late */
    double lost_share, needless_share;
};

static struct resent what_was_resent(const struct peering *p, int i)
{
    struct resent r = { 0 };
    for (const struct session *s = p->sessions; s; s = s->next) {
        r.runs = s->half[i].resend_runs > r.runs ? s->half[i].resend_runs : r.runs;
        if (s->half[i].resent_first.frame)
            r.first = s->half[i].resent_first; /* sessions are newest first */
        if (!r.last.frame)
            r.last = s->half[i].resent_last;
    }
    const struct tcp_facts *t = &p->facts.side[i].tcp;
    r.needless = t->needless > t->had_twice ? t->needless : t->had_twice;
    r.needless = r.needless < t->retransmissions ? r.needless : t->retransmissions;
    r.lost = t->retransmissions - r.needless;
    double percent = t->segments ? 100.0 / (double)t->segments : 0;
    r.lost_share = percent * (double)r.lost;
    r.needless_share = percent * (double)r.needless;
    return r;
}

/* Several different segments; one that is stuck is another matter. */
enum { LOST_LEAST = 3 };

/* The way from side i to the other: its data is lost there, and so are its acknowledgements of what the other says. */
static void tell_path(const struct happening *h, struct findings *f, int i)
{
    const struct peering *p = h->peering;
    struct resent data = what_was_resent(p, i), acks = what_was_resent(p, !i);
    /* where most of it was needless, so may be the rest: what says so is lost like any other acknowledgement */
    bool data_lost = data.runs >= LOST_LEAST && data.lost >= LOST_LEAST && data.lost_share >= 1 &&
                     data.lost > data.needless;
    bool acks_lost = acks.runs >= LOST_LEAST && acks.needless >= LOST_LEAST && acks.needless_share >= 1;
    if (!data_lost && !acks_lost)
        return;
    char who[ADDR_TEXT], other[ADDR_TEXT];
    const struct resent *shown = data_lost ? &data : &acks;
    struct draft *d =
        rule_draft(f, h, CODE_TCP_RETRANSMISSIONS, data_lost ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, -1);
    d->subject = 1u + (unsigned)i;
    d->when = shown->first.when;
    side_name(p, i, who);
    side_name(p, !i, other);
    if (data_lost) {
        draft_title(d, "the path from %s to %s loses packets: %.1f %% of segments are sent again", who, other,
                    data.lost_share);
        char different[32] = "";
        if (!data.needless)
            snprintf(different, sizeof different, ", %u different ones", data.runs);
        draft_say(d, "%llu of %llu segments with data of %s were sent again%s.",
                  (unsigned long long)data.lost, (unsigned long long)p->facts.side[i].tcp.segments, who,
                  different);
    } else
        draft_title(d, "the path from %s to %s loses acknowledgements, or holds them up", who, other);
    if (acks_lost)
        draft_say(
            d,
            "%llu segments of %s were sent again though %s had them already: what was lost, or late, is "
            "the acknowledgement on its way to %s.",
            (unsigned long long)acks.needless, other, who, other);
    draft_evidence(d, shown->first, "first retransmission");
    draft_evidence(d, shown->last, "latest retransmission");
    draft_end(f, d);
}

void path_loses(const struct happening *h, struct findings *f)
{
    tell_path(h, f, 0);
    tell_path(h, f, 1);
}

/* GTSM is the better reason why the data of `low` is ignored. */
static bool by_ttl(const struct session *s, int low)
{
    return s->half[low].data_ttl < GTSM_NEAR && half_ttl(&s->half[!low]) >= GTSM_NEAR;
}

/* Routers between the capture point and the one who answered with a SYN/ACK, which begins with TTL 255, 128 or 64. */
static int routers_to(const struct half *acceptor)
{
    static const uint8_t begins[] = { 64, 128, 255 };
    enum { FAR = 32 };
    for (unsigned i = 0; acceptor->syn_ack && acceptor->syn_ttl && i < COUNT(begins); i++)
        if (acceptor->syn_ttl <= begins[i])
            return begins[i] - acceptor->syn_ttl < FAR ? begins[i] - acceptor->syn_ttl : 0;
    return 0;
}

void say_multihop(struct draft *d, const struct happening *h, int quiet)
{
    char who[ADDR_TEXT], other[ADDR_TEXT];
    int routers = routers_to(&h->session->half[quiet]);
    side_name(h->peering, quiet, who);
    if (routers)
        draft_say(
            d,
            "By the TTL of its SYN/ACK there %s %d router%s between %s and the capture point: where eBGP multihop is "
            "missing at %s, what it sends after the handshake has TTL 1, and ends at the first; so look there for "
            "its setting for %s.",
            routers == 1 ? "is" : "are", routers, routers == 1 ? "" : "s", who, who,
            side_name(h->peering, !quiet, other));
}

/* That nothing of this sender is acknowledged from the handshake on. */
static struct draft *begin_unheard(const struct happening *h, struct findings *f, enum confidence sure,
                                   unsigned subject, const struct half *sender)
{
    struct draft *d = rule_draft(f, h, CODE_TCP_RETRANSMISSIONS, sure, -1);
    d->subject = subject;
    d->severity = SEVERITY_ERROR;
    d->when = sender->stuck_first.when;
    d->once = h->again;
    return d;
}

/* The handshake passes, and then no data at all, of either side. */
static void tell_held_back(const struct happening *h, struct findings *f, int i)
{
    const struct session *s = h->session;
    const struct half *sender = &s->half[i], *receiver = &s->half[!i];
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct draft *d = begin_unheard(h, f, CONFIDENCE_LIKELY, 5, sender);
    draft_title(d, "the handshake of %s and %s passes, and no data does", side_name(h->peering, i, who),
                side_name(h->peering, !i, other));
    draft_say(
        d,
        "%s sends its first %u bytes again and again; %s acknowledges none, and says nothing itself after the "
        "handshake. A filter or a middlebox lets the handshake pass and not what follows, or answers it in the name "
        "of %s; or %s went away at that moment.",
        who, sender->stuck_size, other, other, other);
    say_multihop(d, h, !i);
    draft_evidence(d, sender->syn, "the handshake passes");
    draft_evidence(d, receiver->last, "last packet of %s", other);
    draft_evidence(d, sender->stuck_first, "%u bytes, sent again", sender->stuck_size);
    draft_evidence(d, sender->stuck_last, "and again");
    draft_end(f, d);
}

/* … while the other side is there and is heard. */
static void tell_unheard(const struct happening *h, struct findings *f, int i)
{
    const struct half *sender = &h->session->half[i];
    char who[ADDR_TEXT], other[ADDR_TEXT];
    struct draft *d = begin_unheard(h, f, CONFIDENCE_CERTAIN, 3u + (unsigned)i, sender);
    draft_title(d, "nothing that %s says after the handshake reaches %s", side_name(h->peering, i, who),
                side_name(h->peering, !i, other));
    draft_say(
        d,
        "%s sends its first %u bytes again and again, and %s acknowledges none; what %s sends arrives. Data from %s "
        "is lost behind the capture point, or dropped at %s: a filter that lets the handshake pass does that.",
        who, sender->stuck_size, other, other, who, other);
    if (sender->data_ttl == 1)
        draft_say(d, "It comes with TTL 1: if %s is no direct neighbour, eBGP multihop is missing at %s.",
                  other, who);
    draft_evidence(d, sender->syn, "the handshake passes");
    draft_evidence(d, sender->stuck_first, "%u bytes, sent again", sender->stuck_size);
    draft_evidence(d, sender->stuck_last, "and again");
    draft_evidence(d, sender->heard_ack, "%s acknowledges what %s sends", who, other);
    draft_end(f, d);
}

/* The handshake passes, and then nothing of what one side sends is ever acknowledged, however small, while the other side
 * is there and is heard. */
void one_way(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    for (int i = 0; i < 2; i++) {
        const struct half *sender = &s->half[i], *receiver = &s->half[!i];
        bool nothing = !sender->ack_known || sender->acked == sender->isn + 1;
        bool there = receiver->first.frame && stamp_before(sender->stuck_first.when, receiver->last.when) &&
                     receiver->segments && receiver->ack_known && receiver->acked != receiver->isn + 1;
        bool sent_back = s->icmp.frame && !s->icmp_mtu && s->icmp_side == i;
        bool quiet = !receiver->segments && !receiver->fin.frame && !receiver->rst.frame &&
                     stamp_before(receiver->last.when, sender->stuck_first.when);
        if (sent_back || s->midway || s->was_established || !sender->syn.frame || !receiver->syn.frame ||
            !nothing || !(there || quiet) || sender->stuck_count < UNHEARD_LEAST ||
            sender->smallest_lost >= LARGE || by_ttl(s, i))
            continue;
        if (quiet)
            tell_held_back(h, f, i);
        else
            tell_unheard(h, f, i);
    }
}

void one_way_yet(const struct happening *h, struct findings *f) { over_open(h, f, one_way); }

/* One side requires that packets come with a TTL near 255 (RFC 5082), the other sends with an ordinary one: its data is
 * never acknowledged. TTLs are those of data segments: listeners send SYN/ACK with 255 whatever the session's TTL is. */
void ttl_security(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    for (int low = 0; low < 2; low++) {
        const struct half *sender = &s->half[low], *other = &s->half[!low];
        if (!sender->data_ttl || sender->data_ttl >= GTSM_NEAR || half_ttl(other) < GTSM_NEAR)
            continue;
        bool ignored = sender->segments && sender->retransmissions >= 1 &&
                       (!sender->ack_known || sender->acked == sender->isn + 1 || sender->stuck_count >= 2);
        if (!ignored || s->established_both)
            continue;
        char who[ADDR_TEXT], by[ADDR_TEXT];
        struct draft *d = rule_draft(f, h, CODE_BGP_TTL_SECURITY_MISMATCH, CONFIDENCE_LIKELY, low);
        d->once = h->again;
        draft_title(d, "%s ignores what %s sends with TTL %u: TTL security is on at one side only",
                    side_name(h->peering, !low, by), side_name(h->peering, low, who), sender->data_ttl);
        /* a listener may arm it only once it knows whom it talks to: then the first message still gets through */
        bool none = !sender->ack_known || sender->acked == sender->isn + 1;
        draft_say(
            d,
            "%s sends with TTL %u and %s of what %s sends, which comes with TTL %u; GTSM (RFC 5082) rejects that.",
            by, half_ttl(other), none ? "acknowledges nothing" : "soon acknowledges nothing more", who,
            sender->data_ttl);
        draft_evidence(d, sender->last_data, "data with TTL %u", sender->data_ttl);
        draft_evidence(d, sender->stuck_first, "sent again, unacknowledged");
        draft_evidence(d, other->last_data, "TTL %u", half_ttl(other));
        draft_end(f, d);
    }
}

void ttl_security_yet(const struct happening *h, struct findings *f) { over_open(h, f, ttl_security); }
