/* Tables of a router's peers in; prefixes for which two of them give two origins out. RFC 6811 5, RFC 1930 7.
 *
 * At the end of a capture only: while live, a route that moves has two origins for a moment, until every peer has told of
 * it, and to hold all tables against each other every few seconds takes longer than everything else. */
#include "state/rules/rule.h"

rule_fn two_origins;

enum {
    FEEDS = 64,
    MANY = 20,      /* more is what every full table has: networks that announce from two ASes */
    SETS_APART = 2, /* bytes before the ASes of a path segment */
    PATH_CODE = 2,
    EXTENDED_LENGTH = 0x10
};

/* What one peer tells a router. */
struct feed {
    const struct peering *p;
    int side; /* who tells it */
};

struct conflict {
    uint64_t count;
    int64_t
        looks; /* that are left: one for each route, so that many tables take no longer than to read them did */
    struct feed a, b;
    struct prefix prefix;
    uint32_t origin_a, origin_b;
};

static struct cursor path_of(struct cursor attrs)
{
    while (cur_left(&attrs) >= 3) {
        uint8_t flags = cur_u8(&attrs), code = cur_u8(&attrs);
        struct cursor value = cur_sub(&attrs, flags & EXTENDED_LENGTH ? cur_u16(&attrs) : cur_u8(&attrs));
        if (code == PATH_CODE)
            return value;
    }
    return (struct cursor){ .spent = true };
}

/* The router that hears it does not use it: its own AS is in there, as in what some send back to where they have it from.
 * RFC 4271 9.1.2 */
static bool looped(const struct rib_route *r, uint32_t asn)
{
    struct cursor path = path_of(r->attrs);
    while (cur_left(&path) >= SETS_APART) {
        cur_u8(&path);
        uint8_t count = cur_u8(&path);
        for (unsigned i = 0; i < count && cur_left(&path); i++)
            if ((r->as4 ? cur_u32(&path) : cur_u16(&path)) == asn)
                return true;
    }
    return !cur_ok(&path);
}

static void hold_against(struct conflict *c, const struct feed *a, const struct feed *b,
                         enum bgp_family family)
{
    const struct rib_side *mine = a->p->rib[a->side], *theirs = b->p->rib[b->side];
    uint32_t own = a->p->facts.side[!a->side].asn;
    struct rib_route r, other;
    for (struct rib_at at = { 0 }; rib_next(mine, family, &at, &r);) {
        if (!r.origin_as || r.stale || !r.nlri.bits || !rib_find(theirs, &r.nlri, &other) || other.stale ||
            !other.origin_as || other.origin_as == r.origin_as || looped(&r, own) || looped(&other, own))
            continue;
        struct prefix prefix = rib_prefix(&r.nlri);
        /* the first by address, and by origin: the order of the tables is another one in each run */
        if (c->count++ && prefix_compare(&prefix, &c->prefix) >= 0)
            continue;
        bool turned = other.origin_as < r.origin_as;
        c->a = turned ? *b : *a;
        c->b = turned ? *a : *b;
        c->origin_a = turned ? other.origin_as : r.origin_as;
        c->origin_b = turned ? r.origin_as : other.origin_as;
        c->prefix = prefix;
    }
}

/* Two peerings of one router; what others do to a route on its way (AS override, private ASes that are removed) is no
 * conflict. */
static bool one_router(const struct feed *a, const struct feed *b)
{
    const struct bgp_side *x = &a->p->facts.side[!a->side], *y = &b->p->facts.side[!b->side];
    return a->p != b->p && x->open_known && y->open_known && x->router_id == y->router_id && x->asn == y->asn;
}

/* In the order in which their peerings came: that of the table is another one in each run. */
static unsigned list_feeds(const struct happening *h, struct feed *list)
{
    unsigned count = 0;
    const struct peering *p;
    for (uint32_t at = 0; (p = table_next(h->peerings, &at));)
        for (int i = 0; i < 2; i++) {
            if (count == FEEDS || !p->rib[i] || !rib_side_total(p->rib[i], 0))
                continue;
            unsigned to = count++;
            for (; to && list[to - 1].p->facts.id > p->facts.id; to--)
                list[to] = list[to - 1];
            list[to] = (struct feed){ p, i };
        }
    return count;
}

static void tell_conflict(const struct happening *h, struct findings *f, const struct conflict *c)
{
    char a[ADDR_TEXT], b[ADDR_TEXT], router[ADDR_TEXT], prefix[ADDR_TEXT];
    struct happening one = *h;
    one.peering = c->b.p;
    struct draft *d = rule_draft(f, &one, CODE_ROUTE_ORIGIN_CHANGE, CONFIDENCE_CERTAIN, c->b.side);
    d->subject = 1;
    d->when = h->now;
    d->once = true;
    if (c->count > MANY)
        d->severity = SEVERITY_INFO;
    prefix_text(c->prefix.addr.b, c->prefix.bits, c->prefix.addr.size, prefix);
    draft_title(d, "%s has two origins: AS %u by %s, AS %u by %s", prefix, c->origin_a,
                side_name(c->a.p, c->a.side, a), c->origin_b, side_name(c->b.p, c->b.side, b));
    draft_say(
        d,
        "Both tell it to one router, %s, and both routes stand. A network may announce from two ASes; where it does "
        "not, one of the two has no right to the prefix.",
        side_name(c->b.p, !c->b.side, router));
    if (c->count > 1)
        draft_say(d, "So it is with %s%llu prefixes%s.", c->looks < 0 ? "at least " : "",
                  (unsigned long long)c->count, c->count > MANY ? ", which is usual in full tables" : "");
    draft_end(f, d);
}

void two_origins(const struct happening *h, struct findings *f)
{
    static const enum bgp_family families[] = { FAMILY_IPV4_UNICAST, FAMILY_IPV6_UNICAST };
    struct feed list[FEEDS];
    if (h->live || h->watched)
        return;
    unsigned count = list_feeds(h, list);
    struct conflict c = { 0 };
    for (unsigned i = 0; i < count; i++)
        c.looks += rib_side_total(list[i].p->rib[list[i].side], 0);
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = i + 1; k < count; k++) {
            if (!one_router(&list[i], &list[k]))
                continue;
            for (unsigned n = 0; n < COUNT(families); n++) {
                uint32_t a = rib_side_count(list[i].p->rib[list[i].side], families[n]),
                         b = rib_side_count(list[k].p->rib[list[k].side], families[n]);
                c.looks -= a <= b ? a : b;
                if (c.looks < 0)
                    break;
                hold_against(&c, &list[a <= b ? i : k], &list[a <= b ? k : i], families[n]);
            }
        }
    if (c.count)
        tell_conflict(h, f, &c);
}
