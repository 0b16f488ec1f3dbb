/* A database in; its routers and networks with the ways between them, and what is announced where, out. */
#include "state/ospf_graph_internal.h"

#include "base/grow.h"
#include <stdlib.h>
#include <string.h>

enum { NODES_MOST = 1 << 20, EDGES_MOST = 1 << 22, PREFIX_NU = 1, ROUTER_LSA = 0x2001 };

/* No padding: hashed whole. */
struct node_key {
    uint32_t area, network, id, interface_id;
};

uint32_t ospf_graph_find(const struct ospf_graph *g, uint32_t area, bool network, uint32_t id,
                         uint32_t interface_id)
{
    struct node_key key = { area, network, id, interface_id };
    return (uint32_t)((uintptr_t)table_get(&g->by_key, &key)) - 1; /* NULL: OSPF_NO_NODE */
}

static uint32_t node_get(struct ospf_graph *g, uint32_t area, bool network, uint32_t id,
                         uint32_t interface_id)
{
    struct node_key key = { area, network, id, interface_id };
    uint32_t found = ospf_graph_find(g, area, network, id, interface_id);
    if (found != OSPF_NO_NODE)
        return found;
    if (!grow(&g->nodes, g->node_count, &g->node_room, sizeof *g->nodes, 64, NODES_MOST) ||
        !table_put(&g->by_key, &key, (void *)((uintptr_t)g->node_count + 1))) {
        g->failed = true;
        return OSPF_NO_NODE;
    }
    g->nodes[g->node_count] =
        (struct ospf_node){ .area = area, .network = network, .id = id, .interface_id = interface_id };
    return g->node_count++;
}

static void add_edge(struct ospf_graph *g, struct ospf_edge e)
{
    if (e.from == OSPF_NO_NODE || e.to == OSPF_NO_NODE ||
        !grow(&g->edges, g->edge_count, &g->edge_room, sizeof *g->edges, 64, EDGES_MOST)) {
        g->failed = true;
        return;
    }
    g->edges[g->edge_count++] = e;
}

static struct addr masked(struct addr a, unsigned bits)
{
    for (unsigned i = bits; i < a.size * 8u; i++)
        a.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
    return a;
}

static void add_leaf(struct ospf_graph *g, uint32_t node, uint32_t cost, struct addr prefix, unsigned bits,
                     uint16_t type)
{
    if (node == OSPF_NO_NODE || bits > prefix.size * 8u)
        return;
    if (!grow(&g->leaves, g->leaf_count, &g->leaf_room, sizeof *g->leaves, 64, EDGES_MOST)) {
        g->failed = true;
        return;
    }
    g->leaves[g->leaf_count++] = (struct ospf_leaf){ node, cost, masked(prefix, bits), (uint8_t)bits, type };
}

/* ---- LSAs ---- */

static void from_router(struct ospf_graph *g, const struct ospf_lsa *lsa, uint32_t area)
{
    struct ospf_router body;
    struct ospf_link l;
    uint32_t from = node_get(g, area, false, lsa->router, 0);
    if (from == OSPF_NO_NODE || !ospf_router_read(lsa, &body))
        return;
    uint32_t options = lsa->version == 3 ? body.options : lsa->options;
    g->nodes[from].described = true;
    g->nodes[from].flags |= body.flags;
    g->nodes[from].stub_area = !(options & OSPF_V2_E); /* the same bit in OSPFv3 */
    if (lsa->version == 3) {                           /* RFC 5340 4.8.1, A.2 */
        bool ipv6 = lsa->instance < 64;
        g->nodes[from].no_transit = !(options & OSPF_V3_R) || (ipv6 && !(options & OSPF_V3_V6));
    }
    while (ospf_link_next(&body, &l)) {
        struct ospf_edge e = { .from = from, .cost = l.metric, .type = l.type };
        e.data = lsa->version == 3 ? l.interface_id : l.data;
        e.far = lsa->version == 3 ? l.neighbor_interface_id : 0;
        if (l.type == OSPF_LINK_STUB) {
            add_leaf(g, from, l.metric, addr_of_id(l.id), addr_mask_bits(l.data), lsa->type);
            continue;
        }
        if (l.type == OSPF_LINK_TRANSIT)
            e.to = lsa->version == 3 ? node_get(g, area, true, l.neighbor, l.neighbor_interface_id)
                                     : node_get(g, area, true, l.id, 0);
        else if (l.type == OSPF_LINK_PTP || l.type == OSPF_LINK_VIRTUAL)
            e.to = node_get(g, area, false, lsa->version == 3 ? l.neighbor : l.id, 0);
        else
            continue;
        add_edge(g, e);
    }
}

static void from_network(struct ospf_graph *g, const struct ospf_lsa *lsa, uint32_t area)
{
    struct ospf_network body;
    uint32_t id;
    uint32_t from = lsa->version == 3 ? node_get(g, area, true, lsa->router, lsa->id)
                                      : node_get(g, area, true, lsa->id, 0);
    if (from == OSPF_NO_NODE || !ospf_network_read(lsa, &body))
        return;
    g->nodes[from].described = true;
    g->nodes[from].dr = lsa->router;
    if (lsa->version == 2)
        add_leaf(g, from, 0, addr_of_id(lsa->id), addr_mask_bits(body.mask), lsa->type);
    while (ospf_id_next(&body.routers, &id))
        add_edge(g, (struct ospf_edge){ .from = from, .to = node_get(g, area, false, id, 0) });
}

static void from_intra_prefix(struct ospf_graph *g, const struct ospf_lsa *lsa, uint32_t area)
{
    struct ospf_intra_prefix body;
    struct ospf_prefix p;
    if (!ospf_intra_prefix_read(lsa, &body))
        return;
    bool network = body.referenced_type != ROUTER_LSA;
    uint32_t node = node_get(g, area, network, body.referenced_router, network ? body.referenced_id : 0);
    while (ospf_prefix_next(&body.prefixes, &p))
        if (!(p.options & PREFIX_NU))
            add_leaf(g, node, p.metric, p.prefix, p.bits, lsa->type);
}

static void from_route(struct ospf_graph *g, const struct ospf_lsa *lsa, uint32_t area)
{
    struct ospf_route r;
    if (!ospf_route_read(lsa, &r) || r.metric >= OSPF_INFINITY || (r.prefix_options & PREFIX_NU))
        return;
    if (!grow(&g->announced, g->announced_count, &g->announced_room, sizeof *g->announced, 64, EDGES_MOST)) {
        g->failed = true;
        return;
    }
    bool nssa = lsa->kind == OSPF_LSA_V2_NSSA || lsa->kind == OSPF_LSA_V3_NSSA;
    bool external = nssa || lsa->kind == OSPF_LSA_V2_EXTERNAL || lsa->kind == OSPF_LSA_V3_EXTERNAL;
    g->announced[g->announced_count++] =
        (struct ospf_announced){ .area = external && !nssa ? 0 : area,
                                 .router = lsa->router,
                                 .metric = r.metric,
                                 .target = r.router,
                                 .prefix = r.prefix.size ? masked(r.prefix, r.bits) : r.prefix,
                                 .forwarding = r.forwarding,
                                 .bits = r.bits,
                                 .external = external,
                                 .nssa = nssa,
                                 .type2 = r.type2,
                                 .propagate = r.propagate,
                                 .lsa_type = lsa->type };
}

static void from_link(struct ospf_graph *g, const struct ospf_lsa *lsa)
{
    struct ospf_link_lsa body;
    if (!ospf_link_lsa_read(lsa, &body))
        return;
    if (!grow(&g->interfaces, g->interface_count, &g->interface_room, sizeof *g->interfaces, 64,
              EDGES_MOST)) {
        g->failed = true;
        return;
    }
    g->interfaces[g->interface_count++] = (struct ospf_interface){ lsa->router, lsa->id, body.address };
}

static void from_lsa(struct ospf_graph *g, const struct ospf_lsa *lsa, uint32_t area)
{
    switch (lsa->kind) {
    case OSPF_LSA_V2_ROUTER:
    case OSPF_LSA_V3_ROUTER: from_router(g, lsa, area); break;
    case OSPF_LSA_V2_NETWORK:
    case OSPF_LSA_V3_NETWORK: from_network(g, lsa, area); break;
    case OSPF_LSA_V3_LINK: from_link(g, lsa); break;
    case OSPF_LSA_V3_INTRA_PREFIX: from_intra_prefix(g, lsa, area); break;
    default: from_route(g, lsa, area); break;
    }
}

/* ---- order ---- */

static int by_ends(const void *a, const void *b)
{
    const struct ospf_edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return x->cost < y->cost ? -1 : x->cost > y->cost;
}

static int by_node(const void *a, const void *b)
{
    const struct ospf_leaf *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    int order = addr_compare(&x->prefix, &y->prefix);
    return order ? order : (x->bits > y->bits) - (x->bits < y->bits);
}

static int by_interface(const void *a, const void *b)
{
    const struct ospf_interface *x = a, *y = b;
    if (x->router != y->router)
        return x->router < y->router ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

uint32_t ospf_graph_between(const struct ospf_graph *g, uint32_t from, uint32_t to, uint32_t *first)
{
    uint32_t low = g->nodes[from].edge, high = low + g->nodes[from].edge_count, end = high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (g->edges[middle].to < to)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    for (high = low; high < end && g->edges[high].to == to;)
        high++;
    return high - low;
}

static void set_in_order(struct ospf_graph *g)
{
    if (g->edge_count)
        qsort(g->edges, g->edge_count, sizeof *g->edges, by_ends);
    for (uint32_t i = 0; i < g->edge_count; i++) {
        struct ospf_node *n = &g->nodes[g->edges[i].from];
        if (!n->edge_count++)
            n->edge = i;
    }
    for (uint32_t i = 0, unused; i < g->edge_count; i++)
        g->edges[i].back = ospf_graph_between(g, g->edges[i].to, g->edges[i].from, &unused) != 0;
    if (g->leaf_count)
        qsort(g->leaves, g->leaf_count, sizeof *g->leaves, by_node);
    for (uint32_t i = 0; i < g->leaf_count; i++) {
        struct ospf_node *n = &g->nodes[g->leaves[i].node];
        if (!n->leaf_count++)
            n->leaf = i;
    }
    if (g->interface_count)
        qsort(g->interfaces, g->interface_count, sizeof *g->interfaces, by_interface);
}

struct ospf_graph *ospf_graph_new(const struct ospf_lsdb *db, struct stamp at)
{
    struct ospf_graph *g = calloc(1, sizeof *g);
    const struct ospf_lsa_facts *f;
    if (!g)
        return NULL;
    g->version = ospf_lsdb_version(db);
    table_init(&g->by_key, sizeof(struct node_key), 0);
    for (uint32_t i = 0; (f = ospf_lsdb_next(db, &i));) {
        struct ospf_lsa lsa;
        if (ospf_lsa_current(f, at) && ospf_lsa_open(f, &lsa))
            from_lsa(g, &lsa, f->key.area);
    }
    set_in_order(g);
    if (g->failed) {
        ospf_graph_free(g);
        return NULL;
    }
    return g;
}

void ospf_graph_free(struct ospf_graph *g)
{
    if (!g)
        return;
    free(g->nodes);
    free(g->edges);
    free(g->leaves);
    free(g->announced);
    free(g->interfaces);
    table_free(&g->by_key);
    free(g);
}
