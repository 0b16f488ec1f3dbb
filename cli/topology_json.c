/* A topology in, the same for programs out. */
#include "cli/topology.h"

#include "base/table.h"
#include "cli/ospf_tell.h"

static void tell_router(struct writer *w, const struct topology *t, uint32_t which)
{
    char text[16];
    const struct ospf_node *n = ospf_graph_node(t->graph, which);
    write_object(w, NULL);
    write_str(w, "router_id", ospf_id_text(n->id, text));
    write_bool(w, "described", n->described);
    if (n->described) {
        write_u64(w, "part", t->parts[which]);
        write_bool(w, "abr", n->flags & OSPF_ROUTER_B);
        write_bool(w, "asbr", n->flags & OSPF_ROUTER_E);
        write_bool(w, "virtual_link", n->flags & OSPF_ROUTER_V);
        write_bool(w, "takes_externals", !n->stub_area);
        if (ospf_graph_version(t->graph) == 3)
            write_bool(w, "transit", !n->no_transit);
    }
    write_end(w);
}

static void tell_network(struct writer *w, const struct topology *t, uint32_t which)
{
    char text[ADDR_TEXT];
    const struct ospf_node *n = ospf_graph_node(t->graph, which);
    write_object(w, NULL);
    if (n->leaf_count) {
        const struct ospf_leaf *l = ospf_graph_leaf(t->graph, n->leaf);
        write_str(w, "prefix", prefix_text(l->prefix.b, l->bits, l->prefix.size, text));
    } else
        write_null(w, "prefix");
    write_bool(w, "described", n->described);
    if (ospf_graph_version(t->graph) == 2)
        write_str(w, "dr_address", ospf_id_text(n->id, text));
    else
        write_u64(w, "dr_interface", n->interface_id);
    if (n->described) {
        write_str(w, "designated_router", ospf_id_text(n->dr, text));
        write_u64(w, "part", t->parts[which]);
    }
    write_array(w, "routers");
    for (uint32_t i = n->edge; i < n->edge + n->edge_count; i++) {
        const struct ospf_edge *e = ospf_graph_edge(t->graph, i);
        write_str(w, NULL, ospf_id_text(ospf_graph_node(t->graph, e->to)->id, text));
    }
    write_end(w);
    write_end(w);
}

static const char *type_word(uint8_t type)
{
    return type == OSPF_LINK_TRANSIT ? "transit" : type == OSPF_LINK_VIRTUAL ? "virtual" : "point-to-point";
}

static void tell_links(struct writer *w, const struct topology *t, const struct ospf_node *n)
{
    char text[16];
    for (uint32_t i = n->edge; !n->network && i < n->edge + n->edge_count; i++) {
        const struct ospf_edge *e = ospf_graph_edge(t->graph, i);
        const struct ospf_node *to = ospf_graph_node(t->graph, e->to);
        struct buf name = buf_init(80);
        ospf_node_text(t->graph, e->to, &name);
        write_object(w, NULL);
        write_str(w, "from", ospf_id_text(n->id, text));
        write_str(w, to->network ? "to_network" : "to", buf_text(&name));
        write_str(w, "type", type_word(e->type));
        write_u64(w, "cost", e->cost);
        if (ospf_graph_version(t->graph) == 2)
            write_str(w, "address", ospf_id_text(e->data, text));
        else
            write_u64(w, "interface", e->data);
        write_bool(w, "described_back", e->back);
        write_end(w);
        buf_free(&name);
    }
}

static void tell_leaves(struct writer *w, const struct topology *t, const struct ospf_node *n)
{
    char text[ADDR_TEXT];
    for (uint32_t i = n->leaf; !n->network && i < n->leaf + n->leaf_count; i++) {
        const struct ospf_leaf *l = ospf_graph_leaf(t->graph, i);
        write_object(w, NULL);
        write_str(w, "router_id", ospf_id_text(n->id, text));
        write_str(w, "prefix", prefix_text(l->prefix.b, l->bits, l->prefix.size, text));
        write_u64(w, "cost", l->cost);
        write_end(w);
    }
}

static void tell_area(struct writer *w, const struct topology *t, uint32_t from, uint32_t to)
{
    static const char *const lists[] = { "routers", "networks", "links", "stubs" };
    char text[16];
    write_object(w, NULL);
    write_str(w, "area", ospf_id_text(ospf_graph_node(t->graph, t->order[from])->area, text));
    for (size_t list = 0; list < COUNT(lists); list++) {
        write_array(w, lists[list]);
        for (uint32_t i = from; i < to; i++) {
            const struct ospf_node *n = ospf_graph_node(t->graph, t->order[i]);
            if (list == 0 && !n->network)
                tell_router(w, t, t->order[i]);
            else if (list == 1 && n->network)
                tell_network(w, t, t->order[i]);
            else if (list == 2)
                tell_links(w, t, n);
            else if (list == 3)
                tell_leaves(w, t, n);
        }
        write_end(w);
    }
    write_end(w);
}

static void tell_announced(struct writer *w, const struct topology *t)
{
    char text[ADDR_TEXT];
    uint32_t asbr;
    write_array(w, "announced");
    for (uint32_t i = 0; i < ospf_graph_announcements(t->graph); i++) {
        struct ospf_path_route r = ospf_graph_announcement(t->graph, i, &asbr);
        bool of_as = r.type >= OSPF_EXTERNAL1 && !r.nssa;
        if (!topology_wants(t, &r))
            continue;
        write_object(w, NULL);
        write_str(w, "router_id", ospf_id_text(r.router, text));
        write_str(w, "area", of_as ? NULL : ospf_id_text(r.area, text));
        if (r.prefix.size)
            write_str(w, "prefix", ospf_route_prefix(&r, text));
        else
            write_str(w, "asbr", ospf_id_text(asbr, text));
        write_str(w, "type", ospf_route_word(&r));
        write_u64(w, "metric", r.type == OSPF_EXTERNAL2 ? r.external : r.cost);
        if (r.forwarding.size)
            write_str(w, "forwarding_address", addr_text(&r.forwarding, text));
        write_end(w);
    }
    write_end(w);
}

/* Of each router once, whatever areas it is in. */
static bool tell_tables(struct writer *w, const struct topology *t)
{
    struct table told;
    bool good = true;
    table_init(&told, sizeof(uint32_t), 0);
    write_array(w, "tables");
    for (uint32_t i = 0; good && i < ospf_graph_nodes(t->graph); i++) {
        const struct ospf_node *n = ospf_graph_node(t->graph, t->order[i]);
        if (n->network || !n->described || table_get(&told, &n->id))
            continue;
        write_object(w, NULL);
        good = table_put(&told, &n->id, &told) && ospf_table_json(w, t->graph, n->id);
        write_end(w);
    }
    write_end(w);
    table_free(&told);
    return good;
}

void topology_areas_json(struct writer *w, const struct topology *t)
{
    write_u64(w, "version", ospf_lsdb_version(t->db));
    if (ospf_lsdb_instance(t->db))
        write_u64(w, "instance", ospf_lsdb_instance(t->db));
    write_array(w, "areas");
    for (uint32_t from, to = 0; topology_next_area(t, &from, &to);)
        tell_area(w, t, from, to);
    write_end(w);
}

bool topology_json(struct writer *w, const struct topology *t)
{
    topology_areas_json(w, t);
    tell_announced(w, t);
    return !t->options->all || tell_tables(w, t);
}
