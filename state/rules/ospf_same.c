/* What should be of one router and is of two: a router ID, an address. RFC 2328 10.5 */
#include "state/rules/ospf_words.h"

#include <string.h>

rule_fn ospf_same_id, ospf_address_twice;

enum { IGNORED_LEAST = 3 };

/* ---- one router ID twice ---- */

void ospf_same_id(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_speaker *x = a->end[0], *y = a->end[1];
    if (x->router_id != y->router_id || !x->addr.size || !y->addr.size)
        return;
    char id[16], low[ADDR_TEXT], high[ADDR_TEXT];
    bool numbered_apart = x->version == 3 && x->hello.interface_id != y->hello.interface_id;
    struct draft *d = rule_draft(f, h, CODE_OSPF_DUPLICATE_ROUTER_ID,
                                 numbered_apart ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN, -1);
    d->at = addr_of_id(x->router_id);
    d->subject = x->link ? x->link->id : 0;
    d->once = true;
    d->when = stamp_later(x->hello_first.when, y->hello_first.when);
    draft_title(d, "two routers on %s have the router ID %s", ospf_where(a), ospf_end(a, 0, id));
    draft_say(
        d,
        "Hellos of %s come from %s and from %s, at the same time. Each takes the other's packets for its own and "
        "drops them, and their LSAs replace each other.",
        id, addr_text(&x->addr, low), addr_text(&y->addr, high));
    draft_evidence(d, x->hello_first, "Hello from %s", low);
    draft_evidence(d, y->hello_first, "Hello from %s", high);
    draft_evidence(d, x->hello_last, "Hello from %s, again", low);
    draft_evidence(d, y->hello_last, "Hello from %s, again", high);
    draft_end(f, d);
}

/* ---- one address twice ---- */

const struct ospf_speaker *ospf_same_address(const struct ospf_speaker *s)
{
    for (uint32_t i = 0; s->link && s->addr.size == 4 && i < s->link->member_count; i++) {
        const struct ospf_speaker *o = s->link->members[i];
        if (o->has_mac && s->has_mac && !memcmp(o->mac, s->mac, sizeof o->mac))
            continue; /* two processes of one router */
        if (o != s && !o->unseen && !o->successor && !s->successor && o->router_id != s->router_id &&
            addr_equal(&o->addr, &s->addr) && stamp_before(o->hello_first.when, s->hello_last.when) &&
            stamp_before(s->hello_first.when, o->hello_last.when))
            return o;
    }
    return NULL;
}

/* On a link with a designated router neighbours are known by their addresses (RFC 2328 10.5): of two that have one
 * address at most one is heard. */
static void tell_address(const struct happening *h, struct findings *f, int hears)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_speaker *s = a->end[hears], *twin = ospf_same_address(s);
    char one[16], two[16], third[16], addr[ADDR_TEXT];
    if (!twin || a->side[hears].state != OSPF_STATE_INIT || a->side[!hears].ignored < IGNORED_LEAST)
        return;
    struct draft *d = ospf_draft(f, h, CODE_OSPF_DUPLICATE_ADDRESS, CONFIDENCE_CERTAIN, hears);
    d->once = true;
    d->when = stamp_later(s->hello_first.when, twin->hello_first.when);
    ospf_end(a, hears, one);
    ospf_end(a, !hears, two);
    ospf_id_text(twin->router_id, third);
    addr_text(&s->addr, addr);
    draft_title(d, "%s and %s have the same address %s, and %s knows one of them at most", one, third, addr,
                two);
    draft_say(
        d,
        "Hellos with both router IDs come from %s on %s at the same time. A router knows its neighbours there by their "
        "addresses (RFC 2328 10.5): %s does not list %s, which hears it. One of the two addresses is wrong.",
        addr, ospf_where(a), two, one);
    draft_evidence(d, s->hello_first, "Hello of %s from %s", one, addr);
    draft_evidence(d, twin->hello_first, "Hello of %s from %s", third, addr);
    draft_evidence(d, s->hello_last, "Hello of %s from %s, again", one, addr);
    draft_evidence(d, twin->hello_last, "Hello of %s from %s, again", third, addr);
    draft_end(f, d);
}

void ospf_address_twice(const struct happening *h, struct findings *f)
{
    tell_address(h, f, 0);
    tell_address(h, f, 1);
}
