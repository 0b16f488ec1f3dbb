/* Shortest paths and a route in; the routers that have its packets next, out (RFC 2328 16.1.1): back along all shortest
 * ways, to the links by which they leave the router that they begin at. */
#include "state/ospf_graph_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    NO_NUMBER = 0x01000000
}; /* below it: no address, but the number of an interface without one (RFC 2328 A.4.2) */

struct hops {
    struct ospf_paths *paths;
    struct ospf_hop *out;
    uint32_t count, room, waiting; /* waiting: nodes to visit */
};

static int by_interface(const void *a, const void *b)
{
    const struct ospf_interface *x = a, *y = b;
    if (x->router != y->router)
        return x->router < y->router ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The address of a router on the link that it describes so. */
static struct addr address(const struct ospf_graph *g, uint32_t router, uint32_t data)
{
    if (g->version == 2)
        return data >= NO_NUMBER ? addr_of_id(data) : (struct addr){ 0 };
    struct ospf_interface what = { .router = router, .id = data };
    const struct ospf_interface *found =
        g->interface_count
            ? bsearch(&what, g->interfaces, g->interface_count, sizeof *g->interfaces, by_interface)
            : NULL;
    return found ? found->addr : (struct addr){ 0 };
}

static unsigned same_bits(uint32_t a, uint32_t b)
{
    unsigned n = 0;
    while (n < 32 && !((a ^ b) & UINT32_C(0x80000000) >> n))
        n++;
    return n;
}

/* OSPFv3 says which; in OSPFv2 addresses of one link are closer to each other than to those of another. */
uint32_t ospf_graph_other_end(const struct ospf_graph *g, const struct ospf_edge *e)
{
    uint32_t first, best = OSPF_NO_NODE, count = ospf_graph_between(g, e->to, e->from, &first);
    for (uint32_t i = first; i < first + count; i++) {
        const struct ospf_edge *back = &g->edges[i], *than = best == OSPF_NO_NODE ? NULL : &g->edges[best];
        if (back->type != e->type || (g->version == 3 && back->data != e->far))
            continue;
        if (!than || (g->version == 2 && same_bits(back->data, e->data) > same_bits(than->data, e->data)))
            best = i;
    }
    return best;
}

static void add_hop(struct hops *h, struct ospf_hop hop)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (h->out[i].router == hop.router && h->out[i].out == hop.out &&
            addr_equal(&h->out[i].addr, &hop.addr))
            return;
    if (h->count < h->room)
        h->out[h->count++] = hop;
}

static void visit(struct hops *h, uint32_t node)
{
    if (h->paths->seen[node] == h->paths->seen_now)
        return;
    h->paths->seen[node] = h->paths->seen_now;
    h->paths->stack[h->waiting++] = node;
}

static bool own(const struct hops *h, uint32_t node)
{
    const struct ospf_node *n = &h->paths->graph->nodes[node];
    return !n->network && n->id == h->paths->router;
}

/* Whether a shortest way to the edge's end goes along it. */
static bool tight(const struct ospf_paths *p, const struct ospf_edge *e)
{
    const struct ospf_node *from = &p->graph->nodes[e->from];
    return e->back && p->cost[e->from] != OSPF_UNREACHABLE && p->cost[e->from] + e->cost == p->cost[e->to] &&
           (!from->no_transit || from->id == p->router);
}

/* The far end of a virtual link is reached through its transit area. RFC 2328 16.1.1 */
static void through_transit(struct hops *h, uint32_t router)
{
    const struct ospf_paths *p = h->paths;
    uint32_t best = OSPF_NO_NODE;
    for (uint32_t i = 0; i < p->graph->node_count; i++) {
        const struct ospf_node *n = &p->graph->nodes[i];
        if (!n->network && n->id == router && n->area && p->cost[i] != OSPF_UNREACHABLE &&
            (best == OSPF_NO_NODE || p->cost[i] < p->cost[best]))
            best = i;
    }
    if (best != OSPF_NO_NODE)
        visit(h, best);
}

/* The edge leads from the own node to a router. */
static void to_router(struct hops *h, const struct ospf_edge *e)
{
    const struct ospf_graph *g = h->paths->graph;
    const struct ospf_node *to = &g->nodes[e->to];
    if (e->type == OSPF_LINK_VIRTUAL) {
        through_transit(h, to->id);
        return;
    }
    struct ospf_hop hop = { .router = to->id, .area = to->area, .out = e->data };
    uint32_t end = ospf_graph_other_end(g, e);
    if (g->version == 3)
        hop.addr = address(g, to->id, e->far);
    else if (end != OSPF_NO_NODE)
        hop.addr = address(g, to->id, g->edges[end].data);
    add_hop(h, hop);
}

/* The router `at` is reached over the network, which the own node may be on. */
static void over_network(struct hops *h, uint32_t network, uint32_t at)
{
    const struct ospf_graph *g = h->paths->graph;
    const struct ospf_node *n = &g->nodes[network];
    for (uint32_t i = n->edge; i < n->edge + n->edge_count; i++) {
        uint32_t first, back,
            count = own(h, g->edges[i].to) ? ospf_graph_between(g, g->edges[i].to, network, &first) : 0;
        for (uint32_t k = 0; k < count; k++) {
            const struct ospf_edge *out = &g->edges[first + k];
            if (!tight(h->paths, out))
                continue;
            struct ospf_hop hop = { .router = g->nodes[at].id, .area = n->area, .out = out->data };
            if (ospf_graph_between(g, at, network, &back))
                hop.addr = address(g, g->nodes[at].id, g->edges[back].data);
            add_hop(h, hop);
        }
    }
}

/* All that a shortest way to the node may come from. */
static void back_from(struct hops *h, uint32_t at)
{
    const struct ospf_graph *g = h->paths->graph;
    const struct ospf_node *n = &g->nodes[at];
    for (uint32_t i = n->edge; i < n->edge + n->edge_count; i++) {
        uint32_t from = g->edges[i].to, first, count = ospf_graph_between(g, from, at, &first);
        if (i > n->edge && g->edges[i - 1].to == from)
            continue; /* the same neighbour */
        for (uint32_t k = first; k < first + count; k++) {
            const struct ospf_edge *e = &g->edges[k];
            if (!tight(h->paths, e))
                continue;
            if (!own(h, from)) {
                if (g->nodes[from].network)
                    over_network(h, from, at);
                visit(h, from);
            } else if (!n->network)
                to_router(h, e);
        }
    }
}

static int by_router(const void *a, const void *b)
{
    const struct ospf_hop *x = a, *y = b;
    if (x->router != y->router)
        return x->router < y->router ? -1 : 1;
    return addr_compare(&x->addr, &y->addr);
}

/* Whether the router itself is on the network. */
static bool on_link(const struct ospf_paths *p, uint32_t network)
{
    const struct ospf_node *n = &p->graph->nodes[network];
    for (uint32_t i = n->edge; n->network && i < n->edge + n->edge_count; i++) {
        const struct ospf_node *to = &p->graph->nodes[p->graph->edges[i].to];
        uint32_t first;
        if (to->id == p->router && ospf_graph_between(p->graph, p->graph->edges[i].to, network, &first))
            return true;
    }
    return false;
}

static uint32_t search(struct ospf_paths *p, const struct ospf_path_route *r, struct ospf_hop *out,
                       uint32_t room)
{
    struct hops h = { .paths = p, .out = out, .room = room };
    p->seen_now++;
    for (; r; r = ospf_paths_also(p, r)) {
        if (r->node == OSPF_NO_NODE || p->cost[r->node] == OSPF_UNREACHABLE)
            continue;
        if (r->forwarding.size &&
            (own(&h, r->node) || on_link(p, r->node))) /* RFC 2328 16.4 (3): it is next itself */
            add_hop(&h, (struct ospf_hop){ .router = r->router, .addr = r->forwarding, .area = r->area });
        else if (!own(&h, r->node))
            visit(&h, r->node);
    }
    while (h.waiting)
        back_from(&h, p->stack[--h.waiting]);
    if (h.count)
        qsort(out, h.count, sizeof *out, by_router);
    return h.count;
}

uint32_t ospf_paths_hops(struct ospf_paths *p, const struct ospf_path_route *r, struct ospf_hop *out,
                         uint32_t room)
{
    /* many prefixes in a row lead to one router, as a rule */
    if (r->also || r->forwarding.size || room < COUNT(p->known))
        return search(p, r, out, room);
    if (p->known_node != r->node) {
        p->known_count = search(p, r, p->known, COUNT(p->known));
        p->known_node = r->node;
    }
    memcpy(out, p->known, p->known_count * sizeof *out);
    return p->known_count;
}
