/* Shortest paths in; the routes that they give a router, out: intra-area, then inter-area (RFC 2328 16.1 to 16.3); those
 * from outside, by ospf_external.c. */
#include "state/ospf_graph_internal.h"

#include "base/grow.h"
#include <stdlib.h>
#include <string.h>

enum { ROUTES_MOST = 1 << 22 };

/* No padding: hashed whole. */
struct prefix_key {
    struct addr prefix;
    uint32_t bits;
};

const char *ospf_route_type_name(enum ospf_route_type t)
{
    static const char *const names[] = { "intra-area", "inter-area", "external type 1", "external type 2" };
    return t < OSPF_ROUTE_TYPES ? names[t] : "?";
}

uint32_t ospf_routes_sum(uint32_t a, uint32_t b)
{
    return a < OSPF_UNREACHABLE - b ? a + b : OSPF_UNREACHABLE - 1;
}

static bool external_type(const struct ospf_path_route *r) { return r->type >= OSPF_EXTERNAL1; }

/* Which is preferred: below 0 the first, above 0 the second, 0 neither. RFC 2328 11: the kind of path counts first; of
 * external type 2 the metric comes before the way there; 16.4 (6): so does, for external ones, where that way goes. */
static int compare(const struct ospf_path_route *a, const struct ospf_path_route *b)
{
    const uint32_t order[][2] = {
        { a->type, b->type }, { a->external, b->external }, { a->rank, b->rank }, { a->cost, b->cost }
    };
    for (size_t i = 0; i < COUNT(order); i++)
        if (order[i][0] != order[i][1])
            return order[i][0] < order[i][1] ? -1 : 1;
    /* RFC 3101 2.5 (6) (e): those that say the same are one */
    bool one = external_type(a) && a->forwarding.size && addr_equal(&a->forwarding, &b->forwarding);
    if (one && a->tie != b->tie)
        return a->tie < b->tie ? -1 : 1;
    if (one && a->router != b->router)
        return a->router > b->router ? -1 : 1;
    return 0;
}

static bool add_equal(struct ospf_paths *p, struct ospf_path_route *to, const struct ospf_path_route *r)
{
    const struct ospf_path_route *e = to;
    do
        if (e->node == r->node && e->router == r->router)
            return true;
    while ((e = ospf_paths_also(p, e)));
    if (!grow(&p->equals, p->equal_count, &p->equal_room, sizeof *p->equals, 64, ROUTES_MOST) || !p->equals)
        return false; /* room without an array there is none, which clang-tidy cannot know */
    p->equals[p->equal_count] = *r;
    p->equals[p->equal_count].also = to->also;
    to->also = ++p->equal_count;
    return true;
}

bool ospf_routes_offer(struct ospf_paths *p, const struct ospf_path_route *r)
{
    struct prefix_key key = { r->prefix, r->bits };
    uintptr_t known = (uintptr_t)table_get(&p->by_prefix, &key);
    if (known) {
        int order = compare(r, &p->routes[known - 1]);
        if (order < 0)
            p->routes[known - 1] = *r;
        return order || add_equal(p, &p->routes[known - 1], r);
    }
    if (!grow(&p->routes, p->route_count, &p->route_room, sizeof *p->routes, 64, ROUTES_MOST) ||
        !table_put(&p->by_prefix, &key, (void *)((uintptr_t)p->route_count + 1)))
        return false;
    p->routes[p->route_count++] = *r;
    p->has_bits[r->bits] = true;
    return true;
}

static struct addr masked(struct addr a, unsigned bits)
{
    for (unsigned i = bits; i < a.size * 8u; i++)
        a.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
    return a;
}

const struct ospf_path_route *ospf_routes_known(const struct ospf_paths *p, const struct addr *a,
                                                unsigned bits)
{
    if (!p->has_bits[bits])
        return NULL;
    struct prefix_key key = { masked(*a, bits), bits };
    uintptr_t known = (uintptr_t)table_get(&p->by_prefix, &key);
    return known ? &p->routes[known - 1] : NULL;
}

const struct ospf_path_route *ospf_paths_also(const struct ospf_paths *p, const struct ospf_path_route *r)
{
    return r->also ? &p->equals[r->also - 1] : NULL;
}

/* ---- within the router's areas ---- */

static bool intra(struct ospf_paths *p)
{
    const struct ospf_graph *g = p->graph;
    for (uint32_t i = 0; i < g->leaf_count; i++) {
        const struct ospf_leaf *l = &g->leaves[i];
        const struct ospf_node *n = &g->nodes[l->node];
        if (p->cost[l->node] == OSPF_UNREACHABLE || !n->described)
            continue;
        struct ospf_path_route r = {
            .prefix = l->prefix, .bits = l->bits, .type = OSPF_INTRA_AREA, .area = n->area
        };
        r.cost = ospf_routes_sum(p->cost[l->node], l->cost);
        r.node = l->node;
        r.router = n->id;
        r.lsa_type = l->lsa_type;
        if (!ospf_routes_offer(p, &r))
            return false;
    }
    return true;
}

/* ---- what area border routers announce ---- */

uint32_t ospf_paths_own(const struct ospf_paths *p, uint32_t area)
{
    uint32_t n = ospf_graph_router(p->graph, area, p->router);
    return n != OSPF_NO_NODE && p->graph->nodes[n].described ? n : OSPF_NO_NODE;
}

bool ospf_routes_border(const struct ospf_paths *p)
{
    unsigned areas = 0;
    for (uint32_t i = 0; i < p->graph->node_count; i++)
        areas +=
            !p->graph->nodes[i].network && p->graph->nodes[i].id == p->router && p->graph->nodes[i].described;
    return areas > 1 && ospf_paths_own(p, 0) != OSPF_NO_NODE;
}

uint32_t ospf_routes_reach(const struct ospf_paths *p, const struct ospf_announced *a, uint32_t *node)
{
    *node = ospf_graph_router(p->graph, a->area, a->router);
    if (a->router == p->router || *node == OSPF_NO_NODE || ospf_paths_own(p, a->area) == OSPF_NO_NODE)
        return OSPF_UNREACHABLE;
    return p->cost[*node] == OSPF_UNREACHABLE ? OSPF_UNREACHABLE : ospf_routes_sum(p->cost[*node], a->metric);
}

static bool inter(struct ospf_paths *p, bool at_border)
{
    const struct ospf_graph *g = p->graph;
    for (uint32_t i = 0; i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        uint32_t node;
        if (a->external || !a->prefix.size || (at_border && a->area))
            continue;
        uint32_t cost = ospf_routes_reach(p, a, &node);
        struct ospf_path_route r = { .prefix = a->prefix,
                                     .bits = a->bits,
                                     .type = OSPF_INTER_AREA,
                                     .cost = cost,
                                     .area = a->area,
                                     .node = node,
                                     .router = a->router,
                                     .lsa_type = a->lsa_type };
        if (cost != OSPF_UNREACHABLE && !ospf_routes_offer(p, &r))
            return false;
    }
    return true;
}

/* RFC 2328 16.3: through an area that virtual links cross, the same destination may be nearer. */
static bool through_transit(struct ospf_paths *p)
{
    const struct ospf_graph *g = p->graph;
    for (uint32_t i = 0; i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        struct prefix_key key = { a->prefix, a->bits };
        uint32_t node;
        uint32_t own = a->area ? ospf_paths_own(p, a->area) : OSPF_NO_NODE;
        if (a->external || !a->prefix.size || own == OSPF_NO_NODE || !(g->nodes[own].flags & OSPF_ROUTER_V))
            continue;
        uintptr_t known = (uintptr_t)table_get(&p->by_prefix, &key);
        uint32_t cost = ospf_routes_reach(p, a, &node);
        if (!known || cost == OSPF_UNREACHABLE)
            continue;
        struct ospf_path_route *r = &p->routes[known - 1];
        if (r->type > OSPF_INTER_AREA || r->area || cost > r->cost)
            continue;
        struct ospf_path_route nearer = *r;
        nearer.cost = cost;
        nearer.node = node;
        nearer.area = a->area;
        nearer.also = 0;
        if (cost < r->cost)
            *r = nearer;
        else if (!add_equal(p, r, &nearer))
            return false;
    }
    return true;
}

/* ---- all together ---- */

static int by_prefix(const void *a, const void *b)
{
    const struct ospf_path_route *x = a, *y = b;
    int order = addr_compare(&x->prefix, &y->prefix);
    return order ? order : (x->bits > y->bits) - (x->bits < y->bits);
}

bool ospf_routes_gather(struct ospf_paths *p)
{
    bool at_border = ospf_routes_border(p);
    table_init(&p->by_prefix, sizeof(struct prefix_key), 0);
    if (!intra(p) || !inter(p, at_border))
        return false;
    if (at_border && !through_transit(p))
        return false;
    if (!ospf_routes_external(p))
        return false;
    table_free(&p->by_prefix);
    if (p->route_count)
        qsort(p->routes, p->route_count, sizeof *p->routes, by_prefix);
    return true;
}

uint32_t ospf_paths_count(const struct ospf_paths *p) { return p->route_count; }
const struct ospf_path_route *ospf_paths_route(const struct ospf_paths *p, uint32_t which)
{
    return &p->routes[which];
}

const struct ospf_path_route *ospf_paths_exact(const struct ospf_paths *p, const struct addr *a,
                                               unsigned bits)
{
    struct ospf_path_route what = { .prefix = masked(*a, bits), .bits = (uint8_t)bits };
    return p->route_count ? bsearch(&what, p->routes, p->route_count, sizeof *p->routes, by_prefix) : NULL;
}

const struct ospf_path_route *ospf_paths_find(const struct ospf_paths *p, const struct addr *a)
{
    for (unsigned bits = a->size * 8u + 1; bits-- > 0;) {
        const struct ospf_path_route *r = ospf_paths_exact(p, a, bits);
        if (r)
            return r;
    }
    return NULL;
}
