/* Routers, areas and LSAs in, the words that OSPF commands have for them out. */
#include "cli/ospf_tell.h"

#include "store/layout.h"
#include "store/render.h"

void tell_moment(struct layout *out, struct stamp at)
{
    struct buf text = buf_init(80);
    if (!stamp_known(at))
        return;
    buf_str(&text, "as of ");
    render_moment(&text, at, true, true);
    buf_str(&text, " UTC");
    lay(out, DIM, buf_text(&text));
    lay_end(out);
    buf_free(&text);
}

void tell_domain_text(struct buf *out, const struct ospf_lsdb *db)
{
    buf_printf(out, "OSPFv%u", ospf_lsdb_version(db));
    if (ospf_lsdb_instance(db))
        buf_printf(out, " instance %u", ospf_lsdb_instance(db));
}

const char *ospf_route_word(const struct ospf_path_route *r)
{
    switch (r->type) {
    case OSPF_INTRA_AREA: return "intra";
    case OSPF_INTER_AREA: return "inter";
    case OSPF_EXTERNAL1: return r->nssa ? "N1" : "E1";
    default: return r->nssa ? "N2" : "E2";
    }
}

const char *ospf_route_prefix(const struct ospf_path_route *r, char text[ADDR_TEXT])
{
    return prefix_text(r->prefix.b, r->bits, r->prefix.size, text);
}

void ospf_node_text(const struct ospf_graph *g, uint32_t which, struct buf *out)
{
    char text[ADDR_TEXT];
    const struct ospf_node *n = ospf_graph_node(g, which);
    if (n->network && n->leaf_count) {
        const struct ospf_leaf *l = ospf_graph_leaf(g, n->leaf);
        buf_str(out, prefix_text(l->prefix.b, l->bits, l->prefix.size, text));
        return;
    }
    buf_str(out, ospf_id_text(n->id, text));
    if (n->network && ospf_graph_version(g) == 3)
        buf_printf(out, " interface %u", (unsigned)n->interface_id);
}

void ospf_route_json(struct writer *w, const struct ospf_path_route *r)
{
    char text[ADDR_TEXT];
    write_str(w, "type", ospf_route_word(r));
    write_u64(w, "cost", r->cost);
    if (r->type == OSPF_EXTERNAL2)
        write_u64(w, "external_metric", r->external);
    write_str(w, "area", ospf_id_text(r->area, text));
    write_str(w, "advertising_router", ospf_id_text(r->router, text));
    if (r->forwarding.size)
        write_str(w, "forwarding_address", addr_text(&r->forwarding, text));
}

void ospf_hops_json(struct writer *w, const struct ospf_graph *g, const struct ospf_hop *hops, uint32_t count)
{
    char text[ADDR_TEXT];
    write_array(w, "next_hops");
    for (uint32_t i = 0; i < count; i++) {
        const struct ospf_hop *h = &hops[i];
        write_object(w, NULL);
        write_str(w, "router_id", ospf_id_text(h->router, text));
        write_str(w, "address", h->addr.size ? addr_text(&h->addr, text) : NULL);
        write_str(w, "area", ospf_id_text(h->area, text));
        if (h->out && ospf_graph_version(g) == 2)
            write_str(w, "from_address", ospf_id_text(h->out, text));
        else if (h->out)
            write_u64(w, "from_interface", h->out);
        write_end(w);
    }
    write_end(w);
}

bool ospf_table_json(struct writer *w, const struct ospf_graph *g, uint32_t router)
{
    char text[ADDR_TEXT];
    struct ospf_paths *p = ospf_paths_new(g, router);
    struct ospf_hop hops[OSPF_HOPS_MOST];
    if (!p)
        return false;
    write_str(w, "router_id", ospf_id_text(router, text));
    write_array(w, "routes");
    for (uint32_t i = 0; i < ospf_paths_count(p); i++) {
        const struct ospf_path_route *r = ospf_paths_route(p, i);
        uint32_t count = ospf_paths_hops(p, r, hops, COUNT(hops));
        write_object(w, NULL);
        write_str(w, "prefix", ospf_route_prefix(r, text));
        ospf_route_json(w, r);
        write_bool(w, "connected", !count);
        ospf_hops_json(w, g, hops, count);
        write_end(w);
    }
    write_end(w);
    ospf_paths_free(p);
    return true;
}

void ospf_lsa_json(struct writer *w, const struct ospf_lsa_facts *f, struct stamp at, const char *link,
                   bool body)
{
    char text[96];
    struct ospf_lsa lsa;
    write_object(w, NULL);
    write_u64(w, "version", f->version);
    if (f->instance)
        write_u64(w, "instance", f->instance);
    write_str(w, "area", f->key.scope == OSPF_SCOPE_AS ? NULL : ospf_id_text(f->key.area, text));
    if (f->key.link)
        write_str(w, "link", link);
    write_u64(w, "type", f->key.type);
    if (f->kind != OSPF_LSA_UNKNOWN)
        write_str(w, "name", ospf_kind_name((enum ospf_kind)f->kind));
    write_str(w, "link_state_id", ospf_id_text(f->key.id, text));
    write_str(w, "advertising_router", ospf_id_text(f->key.router, text));
    write_format(w, "sequence", "0x%08x", (unsigned)f->sequence);
    write_u64(w, "age", ospf_lsa_age(f, at));
    write_u64(w, "length", f->length);
    write_format(w, "checksum", "0x%04x", f->checksum);
    write_str(w, "last_seen", render_rfc3339(f->seen_last, 6, text));
    bool whole = ospf_lsa_open(f, &lsa);
    write_bool(w, "seen_whole", whole && lsa.sequence == f->sequence);
    if (whole && body)
        ospf_lsa_tell_body(w, &lsa);
    write_end(w);
}
