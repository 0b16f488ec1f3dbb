/* A graph and a question in: its nodes and edges, what falls apart, what is announced from elsewhere, whose an address is. */
#include "state/ospf_graph_internal.h"

#include <stdlib.h>

uint32_t ospf_graph_nodes(const struct ospf_graph *g) { return g->node_count; }
const struct ospf_node *ospf_graph_node(const struct ospf_graph *g, uint32_t which)
{
    return &g->nodes[which];
}
uint32_t ospf_graph_edges(const struct ospf_graph *g) { return g->edge_count; }
const struct ospf_edge *ospf_graph_edge(const struct ospf_graph *g, uint32_t which)
{
    return &g->edges[which];
}
const struct ospf_leaf *ospf_graph_leaf(const struct ospf_graph *g, uint32_t which)
{
    return &g->leaves[which];
}
uint8_t ospf_graph_version(const struct ospf_graph *g) { return g->version; }
uint32_t ospf_graph_router(const struct ospf_graph *g, uint32_t area, uint32_t router_id)
{
    return ospf_graph_find(g, area, false, router_id, 0);
}

/* ---- parts ---- */

static void spread(const struct ospf_graph *g, uint32_t *parts, uint32_t *stack, uint32_t from, uint32_t part)
{
    uint32_t waiting = 0;
    stack[waiting++] = from;
    parts[from] = part;
    while (waiting) {
        const struct ospf_node *n = &g->nodes[stack[--waiting]];
        for (uint32_t i = n->edge; i < n->edge + n->edge_count; i++) {
            uint32_t to = g->edges[i].to;
            if (!g->edges[i].back || parts[to] || !g->nodes[to].described)
                continue;
            parts[to] = part;
            stack[waiting++] = to;
        }
    }
}

bool ospf_graph_parts(const struct ospf_graph *g, uint32_t *parts)
{
    struct table of_area;
    uint32_t *stack = malloc((g->node_count ? g->node_count : 1) * sizeof *stack);
    bool good = stack != NULL;
    table_init(&of_area, sizeof(uint32_t), 0);
    if (g->node_count)
        memset(parts, 0, g->node_count * sizeof *parts);
    for (uint32_t i = 0; good && i < g->node_count; i++) {
        if (parts[i] || !g->nodes[i].described) /* those stay 0 */
            continue;
        uintptr_t part = (uintptr_t)table_get(&of_area, &g->nodes[i].area) + 1;
        good = table_put(&of_area, &g->nodes[i].area, (void *)part);
        spread(g, parts, stack, i, (uint32_t)part);
    }
    table_free(&of_area);
    free(stack);
    return good;
}

/* ---- what a router says of elsewhere ---- */

static struct ospf_path_route announced_route(const struct ospf_announced *a)
{
    enum ospf_route_type external = a->type2 ? OSPF_EXTERNAL2 : OSPF_EXTERNAL1;
    return (struct ospf_path_route){ .prefix = a->prefix,
                                     .bits = a->bits,
                                     .type = a->external ? external : OSPF_INTER_AREA,
                                     .nssa = a->nssa,
                                     .cost = a->type2 ? 0 : a->metric,
                                     .external = a->type2 ? a->metric : 0,
                                     .area = a->area,
                                     .node = OSPF_NO_NODE,
                                     .router = a->router,
                                     .lsa_type = a->lsa_type,
                                     .forwarding = a->forwarding };
}

uint32_t ospf_graph_announcements(const struct ospf_graph *g) { return g->announced_count; }
struct ospf_path_route ospf_graph_announcement(const struct ospf_graph *g, uint32_t which, uint32_t *target)
{
    *target = g->announced[which].target;
    return announced_route(&g->announced[which]);
}

bool ospf_graph_announces(const struct ospf_graph *g, uint32_t router, const struct addr *to, unsigned bits,
                          struct ospf_path_route *out)
{
    const struct ospf_announced *best = NULL;
    for (uint32_t i = 0; i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        if (a->router != router || !a->prefix.size || a->bits > bits ||
            !addr_same_prefix(&a->prefix, to, a->bits))
            continue;
        if (!best || a->bits > best->bits || (a->bits == best->bits && !a->external && best->external))
            best = a;
    }
    if (best)
        *out = announced_route(best);
    return best != NULL;
}

bool ospf_graph_announces_router(const struct ospf_graph *g, uint32_t router, uint32_t asbr,
                                 struct ospf_path_route *out)
{
    for (uint32_t i = 0; i < g->announced_count; i++) {
        const struct ospf_announced *a = &g->announced[i];
        if (a->router != router || a->prefix.size || a->external || a->target != asbr)
            continue;
        *out = announced_route(a);
        return true;
    }
    return false;
}

uint32_t ospf_graph_owner(const struct ospf_graph *g, const struct addr *a)
{
    for (uint32_t i = 0; g->version == 2 && a->size == 4 && i < g->edge_count; i++) {
        struct addr own = addr_of_id(g->edges[i].data);
        if (g->edges[i].type && addr_equal(&own, a))
            return g->edges[i].from;
    }
    for (uint32_t i = 0; i < g->leaf_count; i++)
        if (g->leaves[i].bits == a->size * 8u && addr_equal(&g->leaves[i].prefix, a) &&
            !g->nodes[g->leaves[i].node].network)
            return g->leaves[i].node;
    return OSPF_NO_NODE;
}
