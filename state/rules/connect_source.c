/* A router that dials from one of its addresses and is sought at another: update-source. What MAC addresses say of who is
 * who. */
#include "state/rules/rule.h"

#include <string.h>

rule_fn source_address;

/* On links of this many bits no two routers share a MAC address, as all those behind one gateway do. */
static bool on_link(const struct addr *a, const struct addr *b)
{
    return addr_same_prefix(a, b, a->size == 4 ? 24 : 64);
}

/* How the calls of an address end, at which a router cannot be had; ATTEMPT_CONNECTED: it can. */
static enum attempt_outcome turned_down(const struct attempts *a, bool link)
{
    if (a->count[ATTEMPT_CLOSED])
        return ATTEMPT_CLOSED;
    if (a->count[ATTEMPT_REFUSED])
        return ATTEMPT_REFUSED;
    return link && a->count[ATTEMPT_NO_REPLY] ? ATTEMPT_NO_REPLY : ATTEMPT_CONNECTED;
}

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
            bool link = on_link(&q->facts.side[called].addr, &p->facts.side[dialler].addr);
            if (q == p || turned_down(a, link) == ATTEMPT_CONNECTED ||
                addr_equal(&q->facts.side[called].addr, &p->facts.side[dialler].addr))
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
    bool off_link = how == ATTEMPT_CLOSED && !on_link(from, to);
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
        enum attempt_outcome there = turned_down(&q->attempts[!called], true);
        draft_say(d, "The same router (by its MAC address) is sought at %s, and dials from %s: %s.",
                  side_name(q, called, sought), who,
                  there == ATTEMPT_NO_REPLY
                      ? "a NAT on the way rewrites its address, or update-source is missing"
                      : "update-source is missing");
        draft_evidence(d, q->attempts[!called].of[there][0], "the other side dials %s", sought);
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
