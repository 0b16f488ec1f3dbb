/* Connections that got beyond the SYN, and whose packets routers on the way send back: ICMP errors in, findings out. What
 * becomes of a SYN is told in connect.c, of packets that are too big in tcp_transport.c. RFC 792, RFC 4443 3.1, 3.3 */
#include "decode/icmp.h"
#include "state/rules/rule.h"

rule_fn sent_back, sent_back_yet;

static bool expired(const struct session *s) { return s->icmp_v6 ? s->icmp_type == 3 : s->icmp_type == 11; }

static struct draft *say_expired(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    char who[ADDR_TEXT], to[ADDR_TEXT], from[ADDR_TEXT];
    struct draft *d = rule_draft(f, h, CODE_BGP_CONNECT_TTL_EXPIRED, CONFIDENCE_CERTAIN, s->icmp_side);
    draft_title(d, "%s is more than one hop away from %s, whose packets may go no further",
                side_name(h->peering, !s->icmp_side, to), side_name(h->peering, s->icmp_side, who));
    draft_say(d, "The handshake passes, and what %s sends after it", who);
    if (s->half[s->icmp_side].data_ttl)
        draft_say(d, "with %s %u", s->icmp_v6 ? "hop limit" : "TTL", s->half[s->icmp_side].data_ttl);
    draft_say(d, "does not: %s answers ICMP \"%s\". eBGP multihop is missing, or allows too few hops.",
              addr_text(&s->icmp_from, from), icmp_name(s->icmp_v6, s->icmp_type, s->icmp_code));
    return d;
}

static struct draft *say_unreachable(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    char who[ADDR_TEXT], to[ADDR_TEXT], from[ADDR_TEXT];
    struct draft *d = rule_draft(f, h, CODE_BGP_CONNECT_ICMP_UNREACHABLE, CONFIDENCE_CERTAIN, -1);
    d->at = s->icmp_from;
    addr_text(&s->icmp_from, from);
    draft_title(d, "%s says of the way from %s to %s: %s", from, side_name(h->peering, s->icmp_side, who),
                side_name(h->peering, !s->icmp_side, to), icmp_name(s->icmp_v6, s->icmp_type, s->icmp_code));
    draft_say(d, "%s, and now it answers what %s sends with ICMP%s type %u code %u.",
              s->was_established ? "The session was up" : "The SYN had passed", who, s->icmp_v6 ? "v6" : "",
              s->icmp_type, s->icmp_code);
    return d;
}

/* The other end heard nothing more of it until its hold time ran out. */
static bool fell_silent(const struct session *s)
{
    const struct end *other = &s->end[!s->icmp_side];
    bool gave_up = other->hold_ran_out || (other->notification && other->notification->code == 4);
    return gave_up && stamp_before(session_heard(other), s->icmp.when);
}

/* Routers may say so for a moment while routes change: it is a cause only of what came to nothing. */
void sent_back(const struct happening *h, struct findings *f)
{
    const struct session *s = h->session;
    int who = s->icmp_side;
    bool syn = s->facts.active == who && !s->half[!who].first.frame;
    if (!s->icmp.frame || s->icmp_mtu || syn || (s->was_established && !fell_silent(s)))
        return;
    struct draft *d = expired(s) ? say_expired(h, f) : say_unreachable(h, f);
    d->when = s->icmp.when;
    if (!s->was_established && h->peering->facts.side[who].state == STATE_ESTABLISHED)
        d->severity = SEVERITY_INFO;
    draft_evidence(d, s->half[who].last_data, "data of its connection");
    draft_evidence(d, s->icmp, "ICMP error quotes it");
    draft_end(f, d);
}

void sent_back_yet(const struct happening *h, struct findings *f)
{
    for (const struct session *s = h->peering->sessions; s; s = s->next) {
        struct happening one = *h;
        one.session = s;
        if (!s->closed_told && !s->established_both)
            sent_back(&one, f);
    }
}
