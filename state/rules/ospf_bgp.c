/* BGP and the OSPF that it stands on: peers, next hops and prefixes that the other protocol would have to know. Only
 * where a database was seen whole does it count that something is not in it. */
#include "base/hash.h"
#include "state/ospf_lsdb.h"
#include "state/rules/ospf_words.h"

#include <stdio.h>
#include <string.h>

rule_fn loopback_missing, loopback_lost, next_hops, mutual_redistribution;

enum { HOLD_DEFAULT_S = 180, AROUND_S = 60 };

/* ---- what OSPF says of a lost session ---- */

/* So long before a session is lost may its cause lie: its hold time, and what OSPF takes to notice. */
static struct stamp cause_since(const struct happening *h)
{
    unsigned hold = h->session ? hold_estimate(h->session) : 0;
    return stamp_sub(h->ref.when, SPAN_S((hold ? hold : HOLD_DEFAULT_S) + AROUND_S));
}

void ospf_say_why(struct draft *d, const struct happening *h)
{
    const struct peering *p = h->peering;
    char words[32], who[ADDR_TEXT], low[16], high[16];
    struct stamp since = cause_since(h);
    struct stream_ref when;
    const struct ospf_adjacency *a =
        ospf_lost_between(h->ospf, &p->facts.side[0].addr, &p->facts.side[1].addr, since, &when);
    if (a) {
        draft_say(
            d,
            "OSPF lost its adjacency on the same link (%s) %s before: %s and %s (ospf-neighbor-dead). It is one fault: "
            "the link, not BGP.",
            a->link ? a->link->name : "?", span_words(stamp_since(h->ref.when, when.when), words),
            ospf_end(a, 0, low), ospf_end(a, 1, high));
        draft_evidence(d, when, "OSPF loses the adjacency");
        return;
    }
    for (int side = 0; side < 2; side++) {
        struct ospf_fate fate;
        ospf_fate_of(h->ospf, &p->facts.side[side].addr, &fate);
        if (!fate.complete || fate.by || !fate.lost.frame || stamp_before(fate.lost.when, since) ||
            stamp_before(h->ref.when, fate.lost.when))
            continue;
        draft_say(
            d,
            "%s had left the OSPF database %s before (route-loopback-missing): there was no way to it any more.",
            side_name(p, side, who), span_words(stamp_since(h->ref.when, fate.lost.when), words));
        draft_evidence(d, fate.lost, "LSA without %s", who);
        return;
    }
}

/* ---- loopbacks ---- */

/* iBGP, or what may be: of a session that never came up the ASes are not known, but a router sends to a direct neighbour
 * of another AS with a TTL of 1. */
static bool wants_underlay(const struct peering *p)
{
    const struct addr *x = &p->facts.side[0].addr, *y = &p->facts.side[1].addr;
    bool near = false;
    for (const struct session *s = p->sessions; s; s = s->next)
        near = near || half_ttl(&s->half[0]) == 1 || half_ttl(&s->half[1]) == 1;
    return p->facts.type != PEERING_EBGP && x->size == y->size && !addr_link_local(x) && !near;
}

static void name_lsa(const struct ospf_lsa_facts *l, char text[80])
{
    char id[16], router[16];
    snprintf(text, 80, "%s %s of %s", ospf_kind_name((enum ospf_kind)l->kind), ospf_id_text(l->key.id, id),
             ospf_id_text(l->key.router, router));
}

static void tell_missing(const struct happening *h, struct findings *f, const struct peering *p, int side,
                         const struct ospf_fate *mine, const struct ospf_fate *other)
{
    char who[ADDR_TEXT], peer[ADDR_TEXT], lsa[80];
    struct happening one = *h;
    one.peering = p;
    struct draft *d =
        rule_draft(f, &one, CODE_ROUTE_LOOPBACK_MISSING,
                   p->facts.type == PEERING_IBGP ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, side);
    side_name(p, side, who);
    side_name(p, !side, peer);
    d->once = true;
    d->when = mine->lost.frame ? mine->lost.when : p->facts.first;
    draft_title(d,
                mine->lost.frame ? "OSPF no longer carries %s, from which %s is to be reached by BGP"
                                 : "OSPF does not carry %s, which a BGP session with %s needs",
                who, peer);
    if (mine->lost.frame) {
        name_lsa(mine->lost_by, lsa);
        draft_say(d, "A prefix that covered it was in %s, and went; no other LSA has one.", lsa);
        draft_evidence(d, mine->lost, "LSA that no longer has %s", who);
    } else
        draft_say(d, "No LSA of the database that was seen has a prefix that covers it.");
    if (other->by) {
        name_lsa(other->by, lsa);
        draft_say(d, "%s is there (%s), so this is the underlay that the session needs.", peer, lsa);
        draft_evidence(d, other->by->ref, "LSA that has %s", peer);
    }
    for (int i = 0; i < 2; i++)
        draft_evidence(d, p->attempts[i].last, "SYN from %s", i == side ? who : peer);
    draft_end(f, d);
}

/* When the session is lost: was the address lost before? It may be back by the end. */
void loopback_lost(const struct happening *h, struct findings *f)
{
    struct ospf_fate fate[2];
    struct stamp since = cause_since(h);
    if (!wants_underlay(h->peering))
        return;
    for (int side = 0; side < 2; side++)
        ospf_fate_of(h->ospf, &h->peering->facts.side[side].addr, &fate[side]);
    for (int side = 0; side < 2; side++)
        if (fate[side].complete && !fate[side].by && fate[side].lost.frame &&
            !stamp_before(fate[side].lost.when, since) && fate[!side].by)
            tell_missing(h, f, h->peering, side, &fate[side], &fate[!side]);
}

/* Packets of each came to the other: by whatever way, there was one. */
static bool reached(const struct peering *p) { return p->heard_ack[0].frame && p->heard_ack[1].frame; }

void loopback_missing(const struct happening *h, struct findings *f)
{
    const struct peering *p;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));) {
        struct ospf_fate fate[2];
        if (peering_up(p) || !wants_underlay(p))
            continue;
        for (int side = 0; side < 2; side++)
            ospf_fate_of(h->ospf, &p->facts.side[side].addr, &fate[side]);
        for (int side = 0; side < 2; side++)
            if (fate[side].complete && !fate[side].by && fate[!side].by &&
                (fate[side].lost.frame || !reached(p)))
                tell_missing(h, f, p, side, &fate[side], &fate[!side]);
    }
}

/* ---- path attributes, as the tables keep them ---- */

enum { ATTR_AS_PATH = 2, ATTR_NEXT_HOP = 3, ATTR_MP_REACH = 14, EXTENDED = 0x10 };

/* The value of an attribute; spent if it is not there. */
static struct cursor attribute(struct cursor attrs, unsigned code)
{
    while (cur_left(&attrs) >= 3) {
        uint8_t flags = cur_u8(&attrs), is = cur_u8(&attrs);
        struct cursor value = cur_sub(&attrs, flags & EXTENDED ? cur_u16(&attrs) : cur_u8(&attrs));
        if (is == code)
            return value;
    }
    return (struct cursor){ .spent = true };
}

static struct addr next_hop_of(const struct rib_route *r)
{
    struct cursor v4 = attribute(r->attrs, ATTR_NEXT_HOP), mp = attribute(r->attrs, ATTR_MP_REACH);
    if (r->nlri.family == FAMILY_IPV4_UNICAST && cur_ok(&v4) && cur_left(&v4) == 4)
        return addr_v4(v4.at);
    cur_take(&mp, 3); /* AFI, SAFI: RFC 4760 3 */
    struct cursor hop = cur_sub(&mp, cur_u8(&mp));
    if (!cur_ok(&hop))
        return (struct addr){ 0 };
    return cur_left(&hop) >= 16  ? addr_v6(hop.at)
           : cur_left(&hop) == 4 ? addr_v4(hop.at)
                                 : (struct addr){ 0 };
}

static bool path_empty(const struct rib_route *r)
{
    struct cursor path = attribute(r->attrs, ATTR_AS_PATH);
    return cur_ok(&path) && !cur_left(&path);
}

/* ---- next hops ---- */

enum { HOPS_KEPT = 64 };

struct hops {
    struct addr last[HOPS_KEPT]; /* those looked at before, by their hash */
    bool missing[HOPS_KEPT];
    uint64_t routes; /* with a next hop that is missing */
    struct addr example;
    char prefix[64];
};

static bool hop_missing(const struct happening *h, struct hops *k, const struct addr *hop,
                        const struct peering *p)
{
    unsigned at = (unsigned)hash_bytes(hop, sizeof *hop, 1) % HOPS_KEPT;
    struct ospf_fate fate;
    if (addr_equal(&k->last[at], hop))
        return k->missing[at];
    bool own = false;
    for (int i = 0; i < 2; i++)
        own = own || addr_equal(&p->facts.side[i].addr, hop) ||
              addr_same_prefix(&p->facts.side[i].addr, hop, hop->size == 4 ? 24 : 64);
    ospf_fate_of(h->ospf, hop, &fate);
    k->last[at] = *hop;
    k->missing[at] = !own && fate.complete && !fate.by;
    return k->missing[at];
}

static void look_at_hops(const struct happening *h, const struct peering *p, int side, struct hops *k)
{
    static const enum bgp_family families[] = { FAMILY_IPV4_UNICAST, FAMILY_IPV6_UNICAST };
    for (unsigned i = 0; i < COUNT(families); i++) {
        struct rib_at at = { 0 };
        struct rib_route r;
        while (rib_next(p->rib[side], families[i], &at, &r)) {
            struct addr hop = next_hop_of(&r);
            if (!hop.size || addr_link_local(&hop) || !hop_missing(h, k, &hop, p))
                continue;
            struct buf text = buf_init(sizeof k->prefix - 1);
            bgp_nlri_text(&r.nlri, &text);
            /* the table has no order: the least of them is the same in every run */
            if (!k->routes || addr_compare(&hop, &k->example) < 0 ||
                (addr_equal(&hop, &k->example) && strcmp(buf_text(&text), k->prefix) < 0)) {
                k->example = hop;
                snprintf(k->prefix, sizeof k->prefix, "%s", buf_text(&text));
            }
            k->routes++;
            buf_free(&text);
        }
    }
}

/* An iBGP speaker passes on the next hop of another AS, and the interior routing does not carry it. */
void next_hops(const struct happening *h, struct findings *f)
{
    const struct peering *p;
    uint32_t none = 0;
    if (!ospf_next_domain(h->ospf, &none))
        return;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));)
        for (int side = 0; side < 2; side++) {
            struct hops k = { .routes = 0 };
            struct ospf_fate own;
            char who[ADDR_TEXT], peer[ADDR_TEXT], hop[ADDR_TEXT];
            if (p->facts.type != PEERING_IBGP || !p->rib[side])
                continue;
            ospf_fate_of(h->ospf, &p->facts.side[side].addr, &own);
            if (!own.complete || !own.by) /* OSPF is not what carries this session */
                continue;
            look_at_hops(h, p, side, &k);
            if (!k.routes)
                continue;
            struct happening one = *h;
            one.peering = p;
            struct draft *d = rule_draft(f, &one, CODE_ROUTE_NEXT_HOP_UNREACHABLE, CONFIDENCE_LIKELY, side);
            d->once = true;
            side_name(p, side, who);
            side_name(p, !side, peer);
            draft_title(d, "%s announces %llu route%s to %s with a next hop that OSPF does not know", who,
                        (unsigned long long)k.routes, k.routes == 1 ? "" : "s", peer);
            draft_say(
                d,
                "%s, for one, has the next hop %s. No LSA of the database that was seen covers it, so %s cannot use the "
                "route, unless it has another way there: next-hop-self is missing at %s, or the link of the next hop in "
                "OSPF.",
                k.prefix, addr_text(&k.example, hop), peer, who);
            draft_evidence(d, p->sessions ? p->sessions->end[side].transfer_last : (struct stream_ref){ 0 },
                           "latest UPDATE of the table of %s", who);
            draft_evidence(d, own.by->ref, "LSA that has %s itself", who);
            draft_end(f, d);
        }
}

/* ---- in a circle ---- */

/* An AS-external-LSA of another router has the prefix, or had it. */
static const struct ospf_lsa_facts *external_of(const struct happening *h, const struct bgp_nlri *n,
                                                uint32_t not_by)
{
    const struct ospf_lsdb *db;
    for (uint32_t d = 0; (db = ospf_next_domain(h->ospf, &d));) {
        const struct ospf_lsa_facts *l;
        for (uint32_t at = 0; (l = ospf_lsdb_next(db, &at));) {
            struct ospf_lsa lsa;
            struct ospf_route r;
            bool external = l->kind == OSPF_LSA_V2_EXTERNAL || l->kind == OSPF_LSA_V2_NSSA ||
                            l->kind == OSPF_LSA_V3_EXTERNAL || l->kind == OSPF_LSA_V3_NSSA;
            if (!external || l->key.router == not_by || !ospf_lsa_open(l, &lsa) ||
                !ospf_route_read(&lsa, &r) || r.bits != n->bits || cur_left(&n->prefix) > r.prefix.size ||
                !r.bits)
                continue;
            if (!memcmp(r.prefix.b, n->prefix.at, cur_left(&n->prefix)))
                return l;
        }
    }
    return NULL;
}

/* A side of an eBGP peering that announces it, with a path, and is of another AS than this. */
static const struct peering *from_outside(const struct happening *h, const struct bgp_nlri *n, uint32_t asn,
                                          int *side)
{
    const struct peering *p;
    struct rib_route r;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));)
        for (int i = 0; i < 2; i++)
            if (p->facts.type == PEERING_EBGP && p->facts.side[i].asn != asn && p->rib[i] &&
                rib_find(p->rib[i], n, &r) && !path_empty(&r)) {
                *side = i;
                return p;
            }
    return NULL;
}

static void tell_circle(const struct happening *h, struct findings *f, const struct peering *p, int side,
                        const struct rib_route *r)
{
    const struct bgp_side *s = &p->facts.side[side];
    int outside = 0;
    const struct ospf_lsa_facts *l = external_of(h, &r->nlri, s->router_id);
    const struct peering *e = l ? from_outside(h, &r->nlri, s->asn, &outside) : NULL;
    if (!e)
        return;
    char who[ADDR_TEXT], origin[ADDR_TEXT], asbr[16];
    struct buf prefix = buf_init(64);
    struct happening one = *h;
    one.peering = p;
    bgp_nlri_text(&r->nlri, &prefix);
    struct draft *d = rule_draft(f, &one, CODE_ROUTE_MUTUAL_REDISTRIBUTION, CONFIDENCE_LIKELY, side);
    d->once = true;
    d->subject = (uint32_t)hash_bytes(r->nlri.prefix.at, cur_left(&r->nlri.prefix), r->nlri.bits) | 1;
    d->when = l->ref.when;
    draft_title(d, "%s runs in a circle between BGP and OSPF", buf_text(&prefix));
    draft_say(
        d,
        "%s announces it by eBGP; %s puts it into OSPF as an external route; %s takes it from there and announces it "
        "by iBGP with an empty AS path, as if it were of this AS.",
        side_name(e, outside, origin), ospf_id_text(l->key.router, asbr), side_name(p, side, who));
    draft_evidence(d, l->ref, "AS-external-LSA of %s", asbr);
    draft_evidence(d, p->sessions ? p->sessions->end[side].transfer_last : (struct stream_ref){ 0 },
                   "UPDATE of %s", who);
    draft_end(f, d);
    buf_free(&prefix);
}

void mutual_redistribution(const struct happening *h, struct findings *f)
{
    const struct peering *p;
    uint32_t none = 0;
    if (!ospf_next_domain(h->ospf, &none))
        return;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));)
        for (int side = 0; side < 2; side++) {
            struct rib_at where = { 0 };
            struct rib_route r;
            if (p->facts.type != PEERING_IBGP || !p->rib[side])
                continue;
            while (rib_next(p->rib[side], FAMILY_IPV4_UNICAST, &where, &r))
                if (!r.origin_as && path_empty(&r))
                    tell_circle(h, f, p, side, &r);
        }
}
