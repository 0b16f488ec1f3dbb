/* Shortest paths and what comes from outside in; routes by way of AS boundary routers and forwarding addresses out
 * (RFC 2328 16.4, RFC 3101 2.5). */
#include "state/ospf_graph_internal.h"

#include "base/grow.h"
#include <stdlib.h>

enum { WAYS_MOST = 1 << 22, DEFAULT_BITS = 0 };

/* A way to an AS boundary router, within an area or by a border router that announces it (type 4, 0x2004); or to a
 * forwarding address. */
struct way {
    uint32_t cost, area, node, rank;
};
struct ways {
    struct way *list;
    uint32_t count, room;
};

/* RFC 2328 16.4 (3), 16.4.1: paths within an area that is not the backbone are preferred; then the shortest. */
static bool add_way(struct ways *w, uint32_t from, struct way way)
{
    if (way.cost == OSPF_UNREACHABLE)
        return true;
    if (w->count > from) {
        const struct way *best = &w->list[from];
        if (way.rank > best->rank || (way.rank == best->rank && way.cost > best->cost))
            return true;
        if (way.rank < best->rank || way.cost < best->cost)
            w->count = from;
    }
    if (!grow(&w->list, w->count, &w->room, sizeof *w->list, 64, WAYS_MOST))
        return false;
    w->list[w->count++] = way;
    return true;
}

/* An AS boundary router that a border router announces. */
struct far {
    uint32_t router, which; /* which: number of the announcement */
};

/* What is the same for everything that comes from outside. */
struct outside {
    const struct ospf_paths *paths;
    uint32_t *own; /* the router's nodes, one an area */
    struct far *far;
    uint32_t own_count, own_room, far_count, far_room;
    bool at_border, of_as; /* of_as: AS-external-LSAs come into one of its areas */
};

static int by_far_router(const void *a, const void *b)
{
    const struct far *x = a, *y = b;
    if (x->router != y->router)
        return x->router < y->router ? -1 : 1;
    return (x->which > y->which) - (x->which < y->which);
}

/* False without memory. */
static bool outside_look(struct outside *o, const struct ospf_paths *p)
{
    const struct ospf_graph *g = p->graph;
    *o = (struct outside){ .paths = p, .at_border = ospf_routes_border(p) };
    for (uint32_t i = 0; i < g->node_count; i++) {
        const struct ospf_node *n = &g->nodes[i];
        if (n->network || n->id != p->router || !n->described)
            continue;
        if (!grow(&o->own, o->own_count, &o->own_room, sizeof *o->own, 64, WAYS_MOST))
            return false;
        o->own[o->own_count++] = i;
        o->of_as |= !n->stub_area;
    }
    for (uint32_t i = 0; i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        if (a->prefix.size || a->external || (o->at_border && a->area))
            continue;
        if (!grow(&o->far, o->far_count, &o->far_room, sizeof *o->far, 64, WAYS_MOST))
            return false;
        o->far[o->far_count++] = (struct far){ a->target, i };
    }
    if (o->far_count)
        qsort(o->far, o->far_count, sizeof *o->far, by_far_router);
    return true;
}

static void outside_free(struct outside *o)
{
    free(o->own);
    free(o->far);
}

/* RFC 3101 2.5 (3): for AS-external-LSAs only areas count that they come into. */
static bool is_regular(const struct ospf_paths *p, uint32_t area)
{
    uint32_t own = ospf_paths_own(p, area);
    return own != OSPF_NO_NODE && !p->graph->nodes[own].stub_area;
}

/* The router's node in the area, if it is an AS boundary router and there is a way. */
static uint32_t inside(const struct ospf_paths *p, uint32_t area, uint32_t router)
{
    uint32_t node = ospf_graph_router(p->graph, area, router);
    bool there = node != OSPF_NO_NODE && p->cost[node] != OSPF_UNREACHABLE &&
                 p->graph->nodes[node].flags & OSPF_ROUTER_E;
    return there ? node : OSPF_NO_NODE;
}

/* The first announcement of the router. */
static uint32_t far_from(const struct outside *o, uint32_t router)
{
    uint32_t low = 0, high = o->far_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (o->far[middle].router < router)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool ways_to_asbr(const struct outside *o, uint32_t router, struct ways *w)
{
    const struct ospf_paths *p = o->paths;
    uint32_t from = w->count;
    bool good = true;
    for (uint32_t i = 0; good && i < o->own_count; i++) {
        uint32_t area = p->graph->nodes[o->own[i]].area, node = inside(p, area, router);
        if (node != OSPF_NO_NODE && is_regular(p, area))
            good = add_way(w, from, (struct way){ p->cost[node], area, node, area == 0 });
    }
    for (uint32_t i = far_from(o, router); good && i < o->far_count && o->far[i].router == router; i++) {
        const struct ospf_announced *a = &p->graph->announced[o->far[i].which];
        uint32_t node;
        if (!is_regular(p, a->area) || inside(p, a->area, router) != OSPF_NO_NODE)
            continue; /* 16.2 (6): the area's own paths are better */
        uint32_t cost = ospf_routes_reach(p, a, &node);
        good = add_way(w, from, (struct way){ cost, a->area, node, 1 });
    }
    return good;
}

/* The best ways to a forwarding address: not themselves external; for an NSSA-LSA within that area, for an AS-external-LSA
 * through an area that it comes into. RFC 3101 2.5 (3) */
static bool ways_to_address(const struct ospf_paths *p, const struct ospf_announced *a, struct ways *w)
{
    const struct ospf_path_route *best = NULL;
    uint32_t from = w->count;
    bool good = true;
    for (unsigned bits = a->forwarding.size * 8u + 1; !best && bits-- > 0;) {
        const struct ospf_path_route *r = ospf_routes_known(p, &a->forwarding, bits);
        if (r && (a->nssa ? r->type == OSPF_INTRA_AREA && r->area == a->area
                          : r->type <= OSPF_INTER_AREA && is_regular(p, r->area)))
            best = r;
    }
    for (; good && best; best = ospf_paths_also(p, best))
        good = add_way(w, from,
                       (struct way){ best->cost, best->area, best->node,
                                     best->type != OSPF_INTRA_AREA || best->area == 0 });
    return good;
}

/* NSSA-LSAs stay in their area. */
static bool hears(const struct outside *o, const struct ospf_announced *a)
{
    if (a->router == o->paths->router)
        return false;
    return a->nssa ? ospf_paths_own(o->paths, a->area) != OSPF_NO_NODE : o->of_as;
}

/* Ways to AS boundary routers and forwarding addresses, each looked for once. */
struct known_ways {
    struct table
        of; /* by whom: 1 + number of the first; those of one follow each other, and an empty one ends them */
    struct ways ways;
};

/* No padding: hashed whole. */
struct way_key {
    uint32_t router, area; /* router: 0 for a forwarding address */
    struct addr forwarding;
};

/* The number of the first, or OSPF_NO_NODE without memory. */
static uint32_t ways_known(const struct outside *o, struct known_ways *k, const struct ospf_announced *a)
{
    const struct ospf_paths *p = o->paths;
    struct way_key key = { a->forwarding.size ? 0 : a->router, a->nssa ? a->area : UINT32_MAX,
                           a->forwarding };
    uintptr_t known = (uintptr_t)table_get(&k->of, &key);
    if (known)
        return (uint32_t)known - 1;
    struct ways *w = &k->ways;
    uint32_t from = w->count;
    bool good;
    if (a->forwarding.size)
        good = ways_to_address(p, a, w);
    else if (a->nssa) {
        uint32_t node = ospf_graph_router(p->graph, a->area, a->router);
        good = node == OSPF_NO_NODE || add_way(w, from, (struct way){ p->cost[node], a->area, node, 0 });
    } else
        good = ways_to_asbr(o, a->router, w);
    good = good && grow(&w->list, w->count, &w->room, sizeof *w->list, 64, WAYS_MOST) &&
           table_put(&k->of, &key, (void *)((uintptr_t)from + 1));
    if (!good)
        return OSPF_NO_NODE;
    w->list[w->count++] = (struct way){ .node = OSPF_NO_NODE };
    return from;
}

/* RFC 2328 16.4 (3): who announces it must be reached as an AS boundary router, though it names another address. */
static bool reached(const struct outside *o, struct known_ways *k, const struct ospf_announced *a)
{
    struct ospf_announced itself = *a;
    itself.forwarding = (struct addr){ 0 };
    uint32_t at = ways_known(o, k, &itself);
    return at != OSPF_NO_NODE && k->ways.list[at].node != OSPF_NO_NODE;
}

static bool offer_external(struct ospf_paths *p, const struct ospf_announced *a, const struct way *way)
{
    struct ospf_path_route r = { .prefix = a->prefix,
                                 .bits = a->bits,
                                 .type = a->type2 ? OSPF_EXTERNAL2 : OSPF_EXTERNAL1,
                                 .rank = (uint8_t)way->rank,
                                 .tie = a->nssa ? (a->propagate ? 0 : 2) : 1,
                                 .nssa = a->nssa,
                                 .cost = a->type2 ? way->cost : ospf_routes_sum(way->cost, a->metric),
                                 .external = a->type2 ? a->metric : 0,
                                 .area = way->area,
                                 .node = way->node,
                                 .router = a->router,
                                 .lsa_type = a->lsa_type,
                                 .forwarding = a->forwarding };
    return ospf_routes_offer(p, &r);
}

bool ospf_routes_external(struct ospf_paths *p)
{
    const struct ospf_graph *g = p->graph;
    struct known_ways known = { .ways = { .count = 0 } };
    struct outside o;
    bool good = outside_look(&o, p);
    table_init(&known.of, sizeof(struct way_key), 0);
    for (uint32_t i = 0; good && i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        if (!a->external || !hears(&o, a))
            continue;
        /* RFC 3101 2.5 (3): a border router takes no default from the NSSA that it gives one to */
        if (a->nssa && o.at_border && a->bits == DEFAULT_BITS && !a->propagate)
            continue;
        if (!reached(&o, &known, a))
            continue;
        uint32_t at = ways_known(&o, &known, a);
        for (good = at != OSPF_NO_NODE; good && known.ways.list[at].node != OSPF_NO_NODE; at++)
            good = offer_external(p, a, &known.ways.list[at]);
    }
    table_free(&known.of);
    free(known.ways.list);
    outside_free(&o);
    return good;
}

bool ospf_paths_to_router(const struct ospf_paths *p, uint32_t router, struct ospf_path_route *out)
{
    const struct ospf_graph *g = p->graph;
    struct ways w = { .count = 0 };
    struct outside o;
    *out = (struct ospf_path_route){ .type = OSPF_INTRA_AREA, .router = router, .cost = OSPF_UNREACHABLE };
    for (uint32_t i = 0; i < g->node_count; i++)
        if (!g->nodes[i].network && g->nodes[i].id == router && p->cost[i] < out->cost) {
            out->cost = p->cost[i];
            out->area = g->nodes[i].area;
            out->node = i;
        }
    if (out->cost != OSPF_UNREACHABLE)
        return true;
    if (outside_look(&o, p) && ways_to_asbr(&o, router, &w) && w.count) {
        out->type = OSPF_INTER_AREA;
        out->cost = w.list[0].cost;
        out->area = w.list[0].area;
        out->node = w.list[0].node;
    }
    free(w.list);
    outside_free(&o);
    return out->cost != OSPF_UNREACHABLE;
}
