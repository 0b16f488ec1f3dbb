/* Bodies of OSPFv2's LSAs: told, and given to whoever computes routes. RFC 2328 A.4 */
#include "decode/ospf/ospf_internal.h"

static bool masked(const struct ospf_lsa *lsa, uint32_t mask, struct ospf_route *out)
{
    bool holes;
    out->bits = ospf_mask_bits(mask, &holes);
    out->prefix = addr_of_id(lsa->id & mask);
    return !holes;
}

/* The network that link-state ID and mask name; a mask with holes is a fault. */
static void tell_network(struct ospf_lsa_in *in, uint32_t mask)
{
    struct ospf_route r = { 0 };
    if (!masked(in->lsa, mask, &r))
        ospf_blame(&in->told, FAULT_OSPF_LSA_MASK, in->lsa->raw + OSPF_LSA_HEADER, in->lsa->type);
    ospf_id_tell(in->told.w, "mask", mask);
    ospf_prefix_tell(in->told.w, "prefix", &r.prefix, r.bits);
}

/* ---- Router-LSA ----
 *   flags (1)  0 (1)  links (2)
 *   { link ID (4)  link data (4)  type (1)  #TOS (1)  metric (2)  { TOS (1)  0 (1)  metric (2) } } */

static bool v2_link_next(struct ospf_router *r, struct ospf_link *out)
{
    if (!r->link_left || cur_left(&r->links) < 12)
        return false;
    r->link_left--;
    *out = (struct ospf_link){ .id = cur_u32(&r->links) };
    out->data = cur_u32(&r->links);
    out->type = cur_u8(&r->links);
    size_t tos = cur_u8(&r->links) * 4u;
    out->metric = cur_u16(&r->links);
    out->tos = cur_sub(&r->links, tos);
    return true;
}

static bool v3_link_next(struct ospf_router *r, struct ospf_link *out)
{
    if (cur_left(&r->links) < 16)
        return false;
    *out = (struct ospf_link){ .type = cur_u8(&r->links) };
    cur_u8(&r->links);
    out->metric = cur_u16(&r->links);
    out->interface_id = cur_u32(&r->links);
    out->neighbor_interface_id = cur_u32(&r->links);
    out->neighbor = cur_u32(&r->links);
    return true;
}

bool ospf_link_next(struct ospf_router *r, struct ospf_link *out)
{
    return r->version == 3 ? v3_link_next(r, out) : v2_link_next(r, out);
}

bool ospf_router_read(const struct ospf_lsa *lsa, struct ospf_router *out)
{
    struct cursor in = lsa->body;
    if (lsa->kind != OSPF_LSA_V2_ROUTER && lsa->kind != OSPF_LSA_V3_ROUTER)
        return false;
    *out = (struct ospf_router){ .version = lsa->version, .flags = cur_u8(&in) };
    if (lsa->version == 3)
        out->options = cur_u24(&in);
    else {
        cur_u8(&in);
        out->link_left = cur_u16(&in);
    }
    out->links = in;
    return cur_ok(&in);
}

void ospf_lsa_v2_router(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    struct ospf_router r;
    struct ospf_link link;
    struct cursor head = in->in;
    if (!ospf_shape_tell(w, "flags/1(H,-1,S,Nt,W,V,E,B)", &head, true) || !ospf_router_read(in->lsa, &r)) {
        cur_take(&in->in, cur_left(&in->in) + 1);
        return;
    }
    write_array(w, "links");
    for (const uint8_t *at = r.links.at; ospf_link_next(&r, &link); at = r.links.at) {
        static const char *const names[] = { NULL, "point-to-point", "transit", "stub", "virtual" };
        write_object(w, NULL);
        write_u64(w, "type", link.type);
        if (link.type && link.type < COUNT(names))
            write_str(w, "name", names[link.type]);
        else
            ospf_blame(&in->told, FAULT_OSPF_LSA_LINK, at, in->lsa->type);
        ospf_id_tell(w, "link_id", link.id);
        ospf_id_tell(w, "link_data", link.data);
        write_u64(w, "metric", link.metric);
        if (cur_left(&link.tos)) {
            write_array(w, "tos");
            while (cur_left(&link.tos)) {
                write_object(w, NULL);
                ospf_shape_tell(w, "tos/1 -1 metric/2", &link.tos, true);
                write_end(w);
            }
            write_end(w);
        }
        write_end(w);
    }
    write_end(w);
    in->in = r.links;
    if (r.link_left) /* fewer than promised */
        cur_take(&in->in, cur_left(&in->in) + 1);
}

/* ---- Network-LSA ----   mask (4)  { router (4) } */

bool ospf_network_read(const struct ospf_lsa *lsa, struct ospf_network *out)
{
    struct cursor in = lsa->body;
    if (lsa->kind != OSPF_LSA_V2_NETWORK && lsa->kind != OSPF_LSA_V3_NETWORK)
        return false;
    *out = (struct ospf_network){ 0 };
    if (lsa->version == 3)
        out->options = cur_u32(&in) & 0xffffff;
    else
        out->mask = cur_u32(&in);
    out->routers = in;
    return cur_ok(&in);
}

void ospf_lsa_v2_network(struct ospf_lsa_in *in)
{
    struct ospf_network n;
    bool whole = ospf_network_read(in->lsa, &n);
    in->in = n.routers;
    if (!whole)
        return;
    tell_network(in, n.mask);
    ospf_ids_tell(in->told.w, "attached_routers", n.routers);
    cur_take(&in->in, cur_left(&in->in) & ~(size_t)3);
}

/* ---- Summary-LSA ----   mask (4)  0 (1)  metric (3)  { TOS (1)  metric (3) } */

static bool summary_read(const struct ospf_lsa *lsa, struct cursor *in, struct ospf_route *out)
{
    uint32_t mask = cur_u32(in);
    out->metric = cur_u32(in) & 0xffffff;
    if (lsa->kind == OSPF_LSA_V2_SUMMARY)
        masked(lsa, mask, out);
    else
        out->router = lsa->id;
    return cur_ok(in);
}

void ospf_lsa_v2_summary(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    struct cursor head = in->in;
    uint32_t mask = cur_u32(&head);
    struct ospf_route r = { 0 };
    if (!summary_read(in->lsa, &in->in, &r))
        return;
    if (in->lsa->kind == OSPF_LSA_V2_SUMMARY)
        tell_network(in, mask);
    write_u64(w, "metric", r.metric);
    if (cur_left(&in->in) < 4)
        return;
    write_array(w, "tos");
    while (cur_left(&in->in) >= 4) {
        write_object(w, NULL);
        ospf_shape_tell(w, "tos/1 metric/3", &in->in, true);
        write_end(w);
    }
    write_end(w);
}

/* ---- AS-External-LSA, NSSA-LSA ----   mask (4)  { E and TOS (1)  metric (3)  forwarding address (4)  tag (4) } */

static bool external_read(const struct ospf_lsa *lsa, struct cursor *in, struct ospf_route *out)
{
    masked(lsa, cur_u32(in), out);
    out->external = out->has_tag = true;
    out->propagate = lsa->kind == OSPF_LSA_V2_NSSA && lsa->options & OSPF_V2_N; /* RFC 3101 2.4 */
    out->type2 = cur_u8(in) & 0x80;
    out->metric = cur_u24(in);
    uint32_t forwarding = cur_u32(in);
    if (forwarding)
        out->forwarding = addr_of_id(forwarding);
    out->tag = cur_u32(in);
    return cur_ok(in);
}

void ospf_lsa_v2_external(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    struct cursor head = in->in;
    uint32_t mask = cur_u32(&head);
    struct ospf_route r = { 0 };
    if (!external_read(in->lsa, &in->in, &r))
        return;
    tell_network(in, mask);
    write_u64(w, "metric", r.metric);
    write_u64(w, "metric_type", r.type2 ? 2 : 1);
    struct cursor first = cur_over(in->in.at - 8, 8);
    ospf_shape_tell(w, "forwarding_address/ip4 tag/4", &first, true);
    if (cur_left(&in->in) < 12)
        return;
    write_array(w, "tos");
    while (cur_left(&in->in) >= 12) {
        write_object(w, NULL);
        ospf_shape_tell(w, "tos/1 metric/3 forwarding_address/ip4 tag/4", &in->in, true);
        write_end(w);
    }
    write_end(w);
}

/* ---- Group-Membership-LSA ----   { vertex type (4)  vertex ID (4) }    RFC 1584 A.3 */

void ospf_lsa_v2_group(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    write_array(w, "vertices");
    while (cur_left(&in->in) >= 8) {
        write_object(w, NULL);
        ospf_shape_tell(w, "type/4 id/ip4", &in->in, true);
        write_end(w);
    }
    write_end(w);
}

/* ---- routes ---- */

bool ospf_v2_route_read(const struct ospf_lsa *lsa, struct ospf_route *out)
{
    struct cursor in = lsa->body;
    if (lsa->kind == OSPF_LSA_V2_EXTERNAL || lsa->kind == OSPF_LSA_V2_NSSA)
        return external_read(lsa, &in, out);
    return summary_read(lsa, &in, out);
}
