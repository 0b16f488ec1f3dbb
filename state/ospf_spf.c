/* A graph and a router in; what it costs to get to every node, and how, out: Dijkstra's algorithm in each area of the
 * router (RFC 2328 16.1). */
#include "state/ospf_graph_internal.h"

#include <stdlib.h>

struct heap {
    uint32_t *nodes, *place; /* place: where a node stands, + 1; 0: not there */
    uint32_t count;
    const uint32_t *cost;
};

static void put_at(struct heap *h, uint32_t at, uint32_t node)
{
    h->nodes[at] = node;
    h->place[node] = at + 1;
}

static void rise(struct heap *h, uint32_t at)
{
    uint32_t node = h->nodes[at];
    while (at) {
        uint32_t above = (at - 1) / 2;
        if (h->cost[h->nodes[above]] <= h->cost[node])
            break;
        put_at(h, at, h->nodes[above]);
        at = above;
    }
    put_at(h, at, node);
}

static void sink(struct heap *h, uint32_t at)
{
    uint32_t node = h->nodes[at];
    for (uint32_t below; (below = 2 * at + 1) < h->count; at = below) {
        if (below + 1 < h->count && h->cost[h->nodes[below + 1]] < h->cost[h->nodes[below]])
            below++;
        if (h->cost[node] <= h->cost[h->nodes[below]])
            break;
        put_at(h, at, h->nodes[below]);
    }
    put_at(h, at, node);
}

static uint32_t take_nearest(struct heap *h)
{
    uint32_t nearest = h->nodes[0];
    h->place[nearest] = 0;
    uint32_t last = h->nodes[--h->count];
    if (h->count) {
        h->nodes[0] = last;
        sink(h, 0);
    }
    return nearest;
}

static void nearer(struct heap *h, uint32_t node)
{
    if (!h->place[node])
        put_at(h, h->count++, node);
    rise(h, h->place[node] - 1);
}

static uint32_t sum(uint32_t a, uint32_t b)
{
    return a < OSPF_UNREACHABLE - b ? a + b : OSPF_UNREACHABLE - 1;
}

static void walk_area(struct ospf_paths *p, struct heap *h, uint32_t root)
{
    const struct ospf_graph *g = p->graph;
    p->cost[root] = 0;
    nearer(h, root);
    while (h->count) {
        uint32_t at = take_nearest(h);
        const struct ospf_node *n = &g->nodes[at];
        if (n->no_transit && at != root)
            continue;
        for (uint32_t i = n->edge; i < n->edge + n->edge_count; i++) {
            const struct ospf_edge *e = &g->edges[i];
            uint32_t cost = sum(p->cost[at], e->cost);
            if (!e->back || !g->nodes[e->to].described)
                continue;
            if (cost < p->cost[e->to]) {
                p->cost[e->to] = cost;
                nearer(h, e->to);
            }
        }
    }
}

struct ospf_paths *ospf_paths_new(const struct ospf_graph *g, uint32_t router)
{
    struct ospf_paths *p = calloc(1, sizeof *p);
    struct heap h = { .count = 0 };
    size_t n = g->node_count ? g->node_count : 1;
    bool found = false;
    if (!p)
        return NULL;
    p->graph = g;
    p->router = router;
    p->known_node = OSPF_NO_NODE;
    p->cost = malloc(n * sizeof *p->cost);
    p->seen = calloc(n, sizeof *p->seen);
    p->stack = malloc(n * sizeof *p->stack);
    h.nodes = malloc(n * sizeof *h.nodes);
    h.place = calloc(n, sizeof *h.place);
    h.cost = p->cost;
    bool good = p->cost && p->seen && p->stack && h.nodes && h.place;
    for (uint32_t i = 0; good && i < g->node_count; i++)
        p->cost[i] = OSPF_UNREACHABLE;
    for (uint32_t i = 0; good && i < g->node_count; i++)
        if (!g->nodes[i].network && g->nodes[i].id == router && g->nodes[i].described) {
            walk_area(p, &h, i);
            found = true;
        }
    free(h.nodes);
    free(h.place);
    if (good && found && ospf_routes_gather(p))
        return p;
    ospf_paths_free(p);
    return NULL;
}

void ospf_paths_free(struct ospf_paths *p)
{
    if (!p)
        return;
    free(p->cost);
    free(p->seen);
    free(p->stack);
    free(p->routes);
    free(p->equals);
    table_free(&p->by_prefix);
    free(p);
}

uint32_t ospf_paths_cost(const struct ospf_paths *p, uint32_t node) { return p->cost[node]; }
