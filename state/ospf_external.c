/* Shortest paths and what comes from outside in; routes by way of AS boundary routers and forwarding addresses out
 * (RFC 2328 16.4, RFC 3101 2.5). */
#include "state/ospf_graph_internal.h"

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
    if (!ospf_graph_grow(&w->list, w->count, &w->room, WAYS_MOST, sizeof *w->list))
        return false;
    w->list[w->count++] = way;
    return true;
}

static bool ways_to_asbr(const struct ospf_paths *p, uint32_t router, bool at_border, struct ways *w)
{
    const struct ospf_graph *g = p->graph;
    uint32_t from = w->count;
    bool good = true;
    for (uint32_t i = 0; good && i < g->node_count; i++) {
        const struct ospf_node *n = &g->nodes[i];
        if (!n->network && n->id == router && n->flags & OSPF_ROUTER_E)
            good = add_way(w, from, (struct way){ p->cost[i], n->area, i, n->area == 0 });
    }
    for (uint32_t i = 0; good && i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        uint32_t node;
        if (a->prefix.size || a->external || a->target != router || (at_border && a->area))
            continue;
        uint32_t inside = ospf_graph_router(g, a->area, router);
        if (inside != OSPF_NO_NODE && p->cost[inside] != OSPF_UNREACHABLE &&
            g->nodes[inside].flags & OSPF_ROUTER_E)
            continue; /* 16.2 (6): the area's own paths are better */
        uint32_t cost = ospf_routes_reach(p, a, &node);
        good = add_way(w, from, (struct way){ cost, a->area, node, 1 });
    }
    return good;
}

/* The best ways to a forwarding address: not themselves external, and for an NSSA-LSA within that area. RFC 3101 2.5 (3) */
static bool ways_to_address(const struct ospf_paths *p, const struct ospf_announced *a, struct ways *w)
{
    const struct ospf_path_route *best = NULL;
    uint32_t from = w->count;
    bool good = true;
    for (uint32_t i = 0; i < p->route_count; i++) {
        const struct ospf_path_route *r = &p->routes[i];
        bool usable = a->nssa ? r->type == OSPF_INTRA_AREA && r->area == a->area : r->type <= OSPF_INTER_AREA;
        if (usable && addr_same_prefix(&r->prefix, &a->forwarding, r->bits) &&
            (!best || r->bits > best->bits))
            best = r;
    }
    for (; good && best; best = ospf_paths_also(p, best))
        good = add_way(w, from,
                       (struct way){ best->cost, best->area, best->node,
                                     best->type != OSPF_INTRA_AREA || best->area == 0 });
    return good;
}

/* AS-external-LSAs do not come into stub areas and NSSAs. */
static bool hears_as(const struct ospf_paths *p)
{
    const struct ospf_graph *g = p->graph;
    for (uint32_t i = 0; i < g->node_count; i++)
        if (!g->nodes[i].network && g->nodes[i].id == p->router && g->nodes[i].described &&
            !g->nodes[i].stub_area)
            return true;
    return false;
}

/* NSSA-LSAs stay in their area. */
static bool hears(const struct ospf_paths *p, const struct ospf_announced *a, bool of_as)
{
    if (a->router == p->router)
        return false;
    return a->nssa ? ospf_paths_own(p, a->area) != OSPF_NO_NODE : of_as;
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
static uint32_t ways_known(const struct ospf_paths *p, struct known_ways *k, const struct ospf_announced *a,
                           bool at_border)
{
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
        good = ways_to_asbr(p, a->router, at_border, w);
    good = good && ospf_graph_grow(&w->list, w->count, &w->room, WAYS_MOST, sizeof *w->list) &&
           table_put(&k->of, &key, (void *)((uintptr_t)from + 1));
    if (!good)
        return OSPF_NO_NODE;
    w->list[w->count++] = (struct way){ .node = OSPF_NO_NODE };
    return from;
}

/* RFC 2328 16.4 (3): who announces it must be reached as an AS boundary router, though it names another address. */
static bool reached(const struct ospf_paths *p, struct known_ways *k, const struct ospf_announced *a,
                    bool at_border)
{
    struct ospf_announced itself = *a;
    itself.forwarding = (struct addr){ 0 };
    uint32_t at = ways_known(p, k, &itself, at_border);
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

bool ospf_routes_external(struct ospf_paths *p, bool at_border)
{
    const struct ospf_graph *g = p->graph;
    struct known_ways known = { .ways = { .count = 0 } };
    bool good = true, of_as = hears_as(p);
    table_init(&known.of, sizeof(struct way_key), 0);
    for (uint32_t i = 0; good && i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        if (!a->external || !hears(p, a, of_as))
            continue;
        /* RFC 3101 2.5 (3): a border router takes no default from the NSSA that it gives one to */
        if (a->nssa && at_border && a->bits == DEFAULT_BITS && !a->propagate)
            continue;
        if (!reached(p, &known, a, at_border))
            continue;
        uint32_t at = ways_known(p, &known, a, at_border);
        for (good = at != OSPF_NO_NODE; good && known.ways.list[at].node != OSPF_NO_NODE; at++)
            good = offer_external(p, a, &known.ways.list[at]);
    }
    table_free(&known.of);
    free(known.ways.list);
    return good;
}

bool ospf_paths_to_router(const struct ospf_paths *p, uint32_t router, struct ospf_path_route *out)
{
    const struct ospf_graph *g = p->graph;
    struct ways w = { .count = 0 };
    *out = (struct ospf_path_route){ .type = OSPF_INTRA_AREA, .router = router, .cost = OSPF_UNREACHABLE };
    for (uint32_t i = 0; i < g->node_count; i++)
        if (!g->nodes[i].network && g->nodes[i].id == router && p->cost[i] < out->cost) {
            out->cost = p->cost[i];
            out->area = g->nodes[i].area;
            out->node = i;
        }
    if (out->cost == OSPF_UNREACHABLE && ways_to_asbr(p, router, ospf_routes_border(p), &w) && w.count) {
        out->type = OSPF_INTER_AREA;
        out->cost = w.list[0].cost;
        out->area = w.list[0].area;
        out->node = w.list[0].node;
    }
    free(w.list);
    return out->cost != OSPF_UNREACHABLE;
}
