/* A topology in, a graph for Graphviz out: routers are boxes, networks ellipses, areas clusters; a link that only one end
 * describes is dashed. All words in it are numbers and addresses, which need no quoting. */
#include "cli/topology.h"

#include "cli/ospf_tell.h"

/* A router of several areas is one node, and stands outside of them. */
static void name(struct buf *out, const struct topology *t, const struct ospf_node *n)
{
    char id[16];
    buf_printf(out, "\"v%ui%u ", ospf_lsdb_version(t->db), ospf_lsdb_instance(t->db));
    if (n->network)
        buf_printf(out, "%s ", ospf_id_text(n->area, id));
    buf_str(out, ospf_id_text(n->id, id));
    if (n->network)
        buf_printf(out, " net %u", (unsigned)n->interface_id);
    buf_char(out, '"');
}

static void node(struct buf *out, const struct topology *t, uint32_t which)
{
    const struct ospf_node *n = ospf_graph_node(t->graph, which);
    buf_str(out, "    ");
    name(out, t, n);
    buf_str(out, " [label=\"");
    ospf_node_text(t->graph, which, out);
    if (n->flags & OSPF_ROUTER_B)
        buf_str(out, "\\nABR");
    if (n->flags & OSPF_ROUTER_E)
        buf_str(out, n->flags & OSPF_ROUTER_B ? ", ASBR" : "\\nASBR");
    buf_str(out, n->network ? "\", shape=ellipse" : "\", shape=box");
    if (!n->described)
        buf_str(out, ", style=dotted");
    else if (!n->network)
        buf_str(out, n->flags & OSPF_ROUTER_B ? ", style=\"rounded,bold\"" : ", style=rounded");
    buf_str(out, "];\n");
}

static void edge(struct buf *out, const struct topology *t, const struct ospf_edge *e)
{
    const struct ospf_node *from = ospf_graph_node(t->graph, e->from), *to = ospf_graph_node(t->graph, e->to);
    uint32_t end = e->back && !to->network ? ospf_graph_other_end(t->graph, e) : OSPF_NO_NODE;
    if (from->network && e->back)
        return; /* told with the router's end */
    if (end != OSPF_NO_NODE && e->from > e->to)
        return; /* told with the other end */
    buf_str(out, "  ");
    name(out, t, from);
    buf_str(out, " -- ");
    name(out, t, to);
    uint32_t other = end == OSPF_NO_NODE ? e->cost : ospf_graph_edge(t->graph, end)->cost;
    if (other != e->cost)
        buf_printf(out, " [taillabel=\"%u\", headlabel=\"%u\"", (unsigned)e->cost, (unsigned)other);
    else
        buf_printf(out, " [label=\"%u\"", (unsigned)e->cost);
    if (e->type == OSPF_LINK_VIRTUAL)
        buf_str(out, ", style=dotted");
    if (!e->back)
        buf_str(out, ", style=dashed, color=red, dir=forward");
    buf_str(out, "];\n");
}

static bool at_border(const struct ospf_node *n) { return !n->network && n->flags & OSPF_ROUTER_B; }

void topology_dot(struct buf *out, const struct topology *t)
{
    char id[16];
    for (uint32_t from, to = 0; topology_next_area(t, &from, &to);) {
        uint32_t area = ospf_graph_node(t->graph, t->order[from])->area;
        buf_printf(out, "  subgraph \"cluster v%ui%u %s\" {\n", ospf_lsdb_version(t->db),
                   ospf_lsdb_instance(t->db), ospf_id_text(area, id));
        buf_str(out, "    label=\"");
        tell_domain_text(out, t->db);
        buf_printf(out, ", area %s\"; color=gray;\n", id);
        for (uint32_t i = from; i < to; i++)
            if (!at_border(ospf_graph_node(t->graph, t->order[i])))
                node(out, t, t->order[i]);
        buf_str(out, "  }\n");
        for (uint32_t i = from; i < to; i++) {
            const struct ospf_node *n = ospf_graph_node(t->graph, t->order[i]);
            if (at_border(n))
                node(out, t, t->order[i]);
            for (uint32_t k = n->edge; k < n->edge + n->edge_count; k++)
                edge(out, t, ospf_graph_edge(t->graph, k));
        }
    }
}
