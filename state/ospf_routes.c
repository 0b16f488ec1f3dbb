/* Shortest paths in; the routes that they give a router, out: intra-area, then inter-area, then external
 * (RFC 2328 16.2 to 16.4, RFC 3101 2.5). */
#include "state/ospf_graph_internal.h"

#include <stdlib.h>
#include <string.h>

enum { ROUTES_MOST = 1 << 22, DEFAULT_BITS = 0 };

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

static uint32_t sum(uint32_t a, uint32_t b)
{
    return a < OSPF_UNREACHABLE - b ? a + b : OSPF_UNREACHABLE - 1;
}

/* RFC 2328 11: the kind of path counts first; of external type 2 the metric comes before the way there. */
static bool better(const struct ospf_path_route *a, const struct ospf_path_route *b)
{
    if (a->type != b->type)
        return a->type < b->type;
    if (a->external != b->external)
        return a->external < b->external;
    return a->cost < b->cost;
}

static bool offer(struct ospf_paths *p, const struct ospf_path_route *r)
{
    struct prefix_key key = { r->prefix, r->bits };
    uintptr_t known = (uintptr_t)table_get(&p->by_prefix, &key);
    if (known) {
        if (better(r, &p->routes[known - 1]))
            p->routes[known - 1] = *r;
        return true;
    }
    if (p->route_count == p->route_room) {
        uint32_t room = p->route_room ? p->route_room * 2 : 64;
        struct ospf_path_route *more = room <= ROUTES_MOST ? realloc(p->routes, room * sizeof *more) : NULL;
        if (!more)
            return false;
        p->routes = more;
        p->route_room = room;
    }
    if (!table_put(&p->by_prefix, &key, (void *)((uintptr_t)p->route_count + 1)))
        return false;
    p->routes[p->route_count++] = *r;
    return true;
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
        r.cost = sum(p->cost[l->node], l->cost);
        r.node = l->node;
        r.router = n->id;
        r.lsa_type = l->lsa_type;
        if (!offer(p, &r))
            return false;
    }
    return true;
}

/* ---- what area border routers announce ---- */

static uint32_t own_node(const struct ospf_paths *p, uint32_t area)
{
    uint32_t n = ospf_graph_router(p->graph, area, p->router);
    return n != OSPF_NO_NODE && p->graph->nodes[n].described ? n : OSPF_NO_NODE;
}

/* RFC 2328 16.2: a router in the backbone and other areas believes what is announced in the backbone only. */
static bool border(const struct ospf_paths *p)
{
    unsigned areas = 0;
    for (uint32_t i = 0; i < p->graph->node_count; i++)
        areas +=
            !p->graph->nodes[i].network && p->graph->nodes[i].id == p->router && p->graph->nodes[i].described;
    return areas > 1 && own_node(p, 0) != OSPF_NO_NODE;
}

/* What an announcement of an area costs the router, by way of whoever makes it; OSPF_UNREACHABLE. */
static uint32_t reach(const struct ospf_paths *p, const struct ospf_announced *a, uint32_t *node)
{
    *node = ospf_graph_router(p->graph, a->area, a->router);
    if (a->router == p->router || *node == OSPF_NO_NODE || own_node(p, a->area) == OSPF_NO_NODE)
        return OSPF_UNREACHABLE;
    return p->cost[*node] == OSPF_UNREACHABLE ? OSPF_UNREACHABLE : sum(p->cost[*node], a->metric);
}

static bool inter(struct ospf_paths *p, bool at_border)
{
    const struct ospf_graph *g = p->graph;
    for (uint32_t i = 0; i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        uint32_t node;
        if (a->external || !a->prefix.size || (at_border && a->area))
            continue;
        uint32_t cost = reach(p, a, &node);
        struct ospf_path_route r = { .prefix = a->prefix,
                                     .bits = a->bits,
                                     .type = OSPF_INTER_AREA,
                                     .cost = cost,
                                     .area = a->area,
                                     .node = node,
                                     .router = a->router,
                                     .lsa_type = a->lsa_type };
        if (cost != OSPF_UNREACHABLE && !offer(p, &r))
            return false;
    }
    return true;
}

/* RFC 2328 16.3: through an area that virtual links cross, the same destination may be nearer. */
static void through_transit(struct ospf_paths *p)
{
    const struct ospf_graph *g = p->graph;
    for (uint32_t i = 0; i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        struct prefix_key key = { a->prefix, a->bits };
        uint32_t node;
        uint32_t own = a->area ? own_node(p, a->area) : OSPF_NO_NODE;
        if (a->external || !a->prefix.size || own == OSPF_NO_NODE || !(g->nodes[own].flags & OSPF_ROUTER_V))
            continue;
        uintptr_t known = (uintptr_t)table_get(&p->by_prefix, &key);
        uint32_t cost = reach(p, a, &node);
        if (!known || cost == OSPF_UNREACHABLE)
            continue;
        struct ospf_path_route *r = &p->routes[known - 1];
        if (r->type > OSPF_INTER_AREA || r->area || cost >= r->cost)
            continue;
        r->cost = cost;
        r->node = node;
        r->area = a->area;
    }
}

/* ---- what comes from outside ---- */

struct asbr {
    uint32_t cost, area, node;
};

/* The way to an AS boundary router: within an area, or announced by a border router (type 4, 0x2004). RFC 2328 16.4 (3) */
static struct asbr asbr_of(const struct ospf_paths *p, uint32_t router, bool at_border)
{
    const struct ospf_graph *g = p->graph;
    struct asbr best = { OSPF_UNREACHABLE, 0, OSPF_NO_NODE };
    for (uint32_t i = 0; i < g->node_count; i++)
        if (!g->nodes[i].network && g->nodes[i].id == router && g->nodes[i].flags & OSPF_ROUTER_E &&
            p->cost[i] < best.cost)
            best = (struct asbr){ p->cost[i], g->nodes[i].area, i };
    if (best.cost != OSPF_UNREACHABLE)
        return best;
    for (uint32_t i = 0; i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        uint32_t node;
        if (a->prefix.size || a->external || a->target != router || (at_border && a->area))
            continue;
        uint32_t cost = reach(p, a, &node);
        if (cost < best.cost)
            best = (struct asbr){ cost, a->area, node };
    }
    return best;
}

/* The best way to a forwarding address: not itself external, and for an NSSA-LSA within that area. RFC 3101 2.5 (3) */
static struct asbr forwarding_of(const struct ospf_paths *p, const struct ospf_announced *a)
{
    const struct ospf_path_route *best = NULL;
    for (uint32_t i = 0; i < p->route_count; i++) {
        const struct ospf_path_route *r = &p->routes[i];
        bool usable = a->nssa ? r->type == OSPF_INTRA_AREA && r->area == a->area : r->type <= OSPF_INTER_AREA;
        if (usable && addr_same_prefix(&r->prefix, &a->forwarding, r->bits) &&
            (!best || r->bits > best->bits))
            best = r;
    }
    return best ? (struct asbr){ best->cost, best->area, best->node }
                : (struct asbr){ OSPF_UNREACHABLE, 0, OSPF_NO_NODE };
}

/* AS-external-LSAs do not come into stub areas and NSSAs; NSSA-LSAs stay in theirs. */
static bool hears(const struct ospf_paths *p, const struct ospf_announced *a)
{
    const struct ospf_graph *g = p->graph;
    if (a->router == p->router)
        return false;
    if (a->nssa)
        return own_node(p, a->area) != OSPF_NO_NODE;
    for (uint32_t i = 0; i < g->node_count; i++)
        if (!g->nodes[i].network && g->nodes[i].id == p->router && g->nodes[i].described &&
            !g->nodes[i].stub_area)
            return true;
    return false;
}

/* Ways to AS boundary routers, each looked for once. */
struct known_asbrs {
    struct table of; /* by router and area: 1 + number */
    struct asbr *list;
    uint32_t count, room;
};

static struct asbr asbr_known(const struct ospf_paths *p, struct known_asbrs *k,
                              const struct ospf_announced *a, bool at_border)
{
    uint32_t key[2] = { a->router, a->nssa ? a->area : UINT32_MAX };
    uintptr_t known = (uintptr_t)table_get(&k->of, key);
    if (known)
        return k->list[known - 1];
    struct asbr found = { OSPF_UNREACHABLE, 0, OSPF_NO_NODE };
    if (a->nssa) {
        uint32_t node = ospf_graph_router(p->graph, a->area, a->router);
        if (node != OSPF_NO_NODE)
            found = (struct asbr){ p->cost[node], a->area, node };
    } else
        found = asbr_of(p, a->router, at_border);
    if (k->count == k->room) {
        uint32_t room = k->room ? k->room * 2 : 16;
        struct asbr *more = realloc(k->list, room * sizeof *more);
        if (!more)
            return found;
        k->list = more;
        k->room = room;
    }
    k->list[k->count++] = found;
    if (!table_put(&k->of, key, (void *)(uintptr_t)k->count))
        k->count--;
    return found;
}

static bool external(struct ospf_paths *p, bool at_border)
{
    const struct ospf_graph *g = p->graph;
    struct known_asbrs known = { .count = 0 };
    bool good = true;
    table_init(&known.of, 8, 0);
    for (uint32_t i = 0; good && i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        if (!a->external || !hears(p, a))
            continue;
        /* RFC 3101 2.5 (3): a border router takes no default from the NSSA that it gives one to */
        if (a->nssa && at_border && a->bits == DEFAULT_BITS && !a->propagate)
            continue;
        struct asbr by = asbr_known(p, &known, a, at_border);
        if (by.cost != OSPF_UNREACHABLE && a->forwarding.size)
            by = forwarding_of(p, a);
        if (by.cost == OSPF_UNREACHABLE)
            continue;
        struct ospf_path_route r = { .prefix = a->prefix,
                                     .bits = a->bits,
                                     .area = by.area,
                                     .node = by.node,
                                     .router = a->router,
                                     .lsa_type = a->lsa_type,
                                     .forwarding = a->forwarding };
        r.type = a->type2 ? OSPF_EXTERNAL2 : OSPF_EXTERNAL1;
        r.cost = a->type2 ? by.cost : sum(by.cost, a->metric);
        r.external = a->type2 ? a->metric : 0;
        good = offer(p, &r);
    }
    table_free(&known.of);
    free(known.list);
    return good;
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
    bool at_border = border(p);
    table_init(&p->by_prefix, sizeof(struct prefix_key), 0);
    if (!intra(p) || !inter(p, at_border))
        return false;
    if (at_border)
        through_transit(p);
    if (!external(p, at_border))
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

static struct addr masked(struct addr a, unsigned bits)
{
    for (unsigned i = bits; i < a.size * 8u; i++)
        a.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
    return a;
}

const struct ospf_path_route *ospf_paths_find(const struct ospf_paths *p, const struct addr *a)
{
    for (unsigned bits = a->size * 8u + 1; bits-- > 0;) {
        struct ospf_path_route what = { .prefix = masked(*a, bits), .bits = (uint8_t)bits };
        const struct ospf_path_route *r =
            p->route_count ? bsearch(&what, p->routes, p->route_count, sizeof *p->routes, by_prefix) : NULL;
        if (r)
            return r;
    }
    return NULL;
}
