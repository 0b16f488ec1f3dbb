/* Bodies of OSPFv3's LSAs: told, and given to whoever computes routes. RFC 5340 A.4 */
#include "decode/ospf/ospf_internal.h"

#include <string.h>

/* ---- prefixes ----   length (1)  options (1)  metric or type or 0 (2)  prefix in words of 4 bytes: RFC 5340 A.4.1 */

enum { PREFIX_P = 0x08 }; /* RFC 5340 A.4.1.1: an NSSA border router translates it */

bool ospf_words_prefix(struct cursor *in, unsigned bits, bool ipv4, struct addr *out)
{
    if (bits >
        32) /* an instance ID of IPv4's range without address families: RFC 5838 2.1 came after RFC 5340 */
        ipv4 = false;
    size_t bytes = (bits + 31) / 32 * 4;
    *out = (struct addr){ .size = ipv4 ? 4 : 16 };
    const uint8_t *words = cur_take(in, bits > 128 ? cur_left(in) + 1 : bytes);
    if (!words)
        return false;
    size_t whole = bits / 8;
    memcpy(out->b, words, whole);
    if (bits % 8)
        out->b[whole] = words[whole] & (uint8_t)(0xff00 >> bits % 8);
    return true;
}

bool ospf_prefix_next(struct ospf_prefixes *it, struct ospf_prefix *out)
{
    if (!it->left || cur_left(&it->in) < 4)
        return false;
    it->left--;
    *out = (struct ospf_prefix){ .bits = cur_u8(&it->in) };
    out->options = cur_u8(&it->in);
    out->metric = cur_u16(&it->in);
    it->bad = out->bits > 128;
    return ospf_words_prefix(&it->in, out->bits, it->ipv4, &out->prefix);
}

/* A prefix longer than an address: nothing behind it can be found, and that is the only fault. */
static void blame_prefix(struct ospf_lsa_in *in, const uint8_t *at)
{
    ospf_blame(&in->told, FAULT_OSPF_LSA_PREFIX, at, in->lsa->type);
    in->in = cur_over(in->in.end, 0);
}

/* "prefix", and the options where they say something. */
static void tell_prefix(struct writer *w, const struct addr *a, unsigned bits, uint8_t options)
{
    struct cursor o = cur_over(&options, 1);
    ospf_prefix_tell(w, "prefix", a, bits);
    if (options)
        ospf_shape_tell(w, "prefix_options/1(AC,-1,N,DN,P,x,LA,NU)", &o, false);
}

static void tell_prefixes(struct ospf_lsa_in *in, struct ospf_prefixes it, bool metric)
{
    struct writer *w = in->told.w;
    struct ospf_prefix p;
    const uint8_t *at = it.in.at;
    write_array(w, "prefixes");
    for (; ospf_prefix_next(&it, &p); at = it.in.at) {
        write_object(w, NULL);
        tell_prefix(w, &p.prefix, p.bits, p.options);
        if (metric)
            write_u64(w, "metric", p.metric);
        write_end(w);
    }
    write_end(w);
    in->in = it.in;
    if (it.bad)
        blame_prefix(in, at);
    else if (it.left) /* fewer than promised */
        cur_take(&in->in, cur_left(&in->in) + 1);
}

/* ---- Router-LSA ----   flags (1)  options (3)  { type (1)  0 (1)  metric (2)  interfaces (4, 4)  neighbour (4) } */

void ospf_lsa_v3_router(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    struct ospf_router r;
    struct ospf_link link;
    if (!ospf_router_read(in->lsa, &r)) {
        in->in = r.links;
        return;
    }
    ospf_shape_tell(w, "flags/1(-3,Nt,W,V,E,B) options/v3", &in->in, false);
    write_array(w, "links");
    for (const uint8_t *at = r.links.at; ospf_link_next(&r, &link); at = r.links.at) {
        static const char *const names[] = { NULL, "point-to-point", "transit", NULL, "virtual" };
        const char *name = link.type < COUNT(names) ? names[link.type] : NULL;
        write_object(w, NULL);
        write_u64(w, "type", link.type);
        if (name)
            write_str(w, "name", name);
        else
            ospf_blame(&in->told, FAULT_OSPF_LSA_LINK, at, in->lsa->type);
        write_u64(w, "metric", link.metric);
        write_u64(w, "interface_id", link.interface_id);
        write_u64(w, "neighbor_interface_id", link.neighbor_interface_id);
        ospf_id_tell(w, "neighbor", link.neighbor);
        write_end(w);
    }
    write_end(w);
    in->in = r.links;
}

/* ---- Network-LSA ----   0 (1)  options (3)  { router (4) } */

void ospf_lsa_v3_network(struct ospf_lsa_in *in)
{
    struct ospf_network n;
    bool whole = ospf_network_read(in->lsa, &n);
    in->in = n.routers;
    if (!whole)
        return;
    ospf_options_tell(in->told.w, 3, n.options);
    ospf_ids_tell(in->told.w, "attached_routers", n.routers);
    cur_take(&in->in, cur_left(&in->in) & ~(size_t)3);
}

/* ---- Inter-Area-Prefix-LSA ----   0 (1)  metric (3)  length (1)  options (1)  0 (2)  prefix */

static bool inter_prefix_read(const struct ospf_lsa *lsa, struct cursor *in, struct ospf_route *out)
{
    out->metric = cur_u32(in) & 0xffffff;
    out->bits = cur_u8(in);
    out->prefix_options = cur_u8(in);
    cur_u16(in);
    return ospf_words_prefix(in, out->bits, ospf_instance_ipv4(lsa->instance), &out->prefix);
}

void ospf_lsa_v3_inter_prefix(struct ospf_lsa_in *in)
{
    struct ospf_route r = { 0 };
    if (!inter_prefix_read(in->lsa, &in->in, &r)) {
        if (r.bits > 128)
            blame_prefix(in, in->lsa->raw + OSPF_LSA_HEADER + 4);
        return;
    }
    write_u64(in->told.w, "metric", r.metric);
    tell_prefix(in->told.w, &r.prefix, r.bits, r.prefix_options);
}

/* ---- Inter-Area-Router-LSA ----   0 (1)  options (3)  0 (1)  metric (3)  router (4) */

static bool inter_router_read(struct cursor *in, struct ospf_route *out)
{
    out->options = cur_u32(in) & 0xffffff;
    out->metric = cur_u32(in) & 0xffffff;
    out->router = cur_u32(in);
    return cur_ok(in);
}

void ospf_lsa_v3_inter_router(struct ospf_lsa_in *in)
{
    struct ospf_route r = { 0 };
    if (!inter_router_read(&in->in, &r))
        return;
    ospf_options_tell(in->told.w, 3, r.options);
    write_u64(in->told.w, "metric", r.metric);
    ospf_id_tell(in->told.w, "router", r.router);
}

/* ---- AS-External-LSA, NSSA-LSA ----
 *   flags (1)  metric (3)  length (1)  options (1)  type of the LSA referred to (2)  prefix
 *   [ forwarding address (16) ]  [ tag (4) ]  [ ID of the LSA referred to (4) ] */

enum { EXTERNAL_T = 1, EXTERNAL_F = 2, EXTERNAL_E = 4 };

static bool external_read(const struct ospf_lsa *lsa, struct cursor *in, struct ospf_route *out)
{
    uint8_t flags = cur_u8(in);
    bool ipv4 = ospf_instance_ipv4(lsa->instance);
    out->external = true;
    out->type2 = flags & EXTERNAL_E;
    out->metric = cur_u24(in);
    out->bits = cur_u8(in);
    out->prefix_options = cur_u8(in);
    out->propagate = lsa->kind == OSPF_LSA_V3_NSSA && out->prefix_options & PREFIX_P;
    out->referenced_type = cur_u16(in);
    if (!ospf_words_prefix(in, out->bits, ipv4, &out->prefix))
        return false;
    if (flags &
        EXTERNAL_F) { /* 16 bytes also for an address of IPv4, which stands in the first four: RFC 5838 2.5 */
        const uint8_t *address = cur_take(in, 16);
        if (address)
            out->forwarding = out->prefix.size == 4 ? addr_v4(address) : addr_v6(address);
    }
    out->has_tag = flags & EXTERNAL_T;
    if (out->has_tag)
        out->tag = cur_u32(in);
    if (out->referenced_type)
        out->referenced_id = cur_u32(in);
    return cur_ok(in);
}

void ospf_lsa_v3_external(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    struct ospf_route r = { 0 };
    char text[ADDR_TEXT];
    if (!external_read(in->lsa, &in->in, &r)) {
        if (r.bits > 128)
            blame_prefix(in, in->lsa->raw + OSPF_LSA_HEADER + 4);
        return;
    }
    tell_prefix(w, &r.prefix, r.bits, r.prefix_options);
    write_u64(w, "metric", r.metric);
    write_u64(w, "metric_type", r.type2 ? 2 : 1);
    if (r.forwarding.size)
        write_str(w, "forwarding_address", addr_text(&r.forwarding, text));
    if (r.has_tag)
        write_u64(w, "tag", r.tag);
    if (r.referenced_type) {
        write_u64(w, "referenced_type", r.referenced_type);
        ospf_id_tell(w, "referenced_id", r.referenced_id);
    }
}

/* ---- Link-LSA ----   priority (1)  options (3)  address (16)  prefixes (4)  { prefix } */

bool ospf_link_lsa_read(const struct ospf_lsa *lsa, struct ospf_link_lsa *out)
{
    struct cursor in = lsa->body;
    if (lsa->kind != OSPF_LSA_V3_LINK)
        return false;
    *out = (struct ospf_link_lsa){ .priority = cur_u8(&in) };
    out->options = cur_u24(&in);
    const uint8_t *address = cur_take(&in, 16);
    bool ipv4 = ospf_instance_ipv4(lsa->instance);
    /* an IPv4 address stands in the first four bytes (RFC 5838 2.5); a link-local one is no such address */
    if (address)
        out->address = ipv4 && address[0] != 0xfe ? addr_v4(address) : addr_v6(address);
    out->prefixes = (struct ospf_prefixes){ .left = cur_u32(&in), .ipv4 = ipv4 };
    out->prefixes.in = in;
    return cur_ok(&in);
}

void ospf_lsa_v3_link(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    struct ospf_link_lsa l;
    char text[ADDR_TEXT];
    if (!ospf_link_lsa_read(in->lsa, &l)) {
        in->in = l.prefixes.in;
        return;
    }
    write_u64(w, "priority", l.priority);
    ospf_options_tell(w, 3, l.options);
    write_str(w, "address", addr_text(&l.address, text));
    tell_prefixes(in, l.prefixes, false);
}

/* ---- Intra-Area-Prefix-LSA ----   prefixes (2)  type, ID and router of the LSA referred to (2, 4, 4)  { prefix } */

bool ospf_intra_prefix_read(const struct ospf_lsa *lsa, struct ospf_intra_prefix *out)
{
    struct cursor in = lsa->body;
    if (lsa->kind != OSPF_LSA_V3_INTRA_PREFIX)
        return false;
    *out = (struct ospf_intra_prefix){ .prefixes = { .left = cur_u16(&in) } };
    out->referenced_type = cur_u16(&in);
    out->referenced_id = cur_u32(&in);
    out->referenced_router = cur_u32(&in);
    out->prefixes.ipv4 = ospf_instance_ipv4(lsa->instance);
    out->prefixes.in = in;
    return cur_ok(&in);
}

void ospf_lsa_v3_intra_prefix(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    struct ospf_intra_prefix i;
    if (!ospf_intra_prefix_read(in->lsa, &i)) {
        in->in = i.prefixes.in;
        return;
    }
    write_u64(w, "referenced_type", i.referenced_type);
    ospf_id_tell(w, "referenced_id", i.referenced_id);
    ospf_id_tell(w, "referenced_router", i.referenced_router);
    tell_prefixes(in, i.prefixes, true);
}

/* ---- routes ---- */

bool ospf_v3_route_read(const struct ospf_lsa *lsa, struct ospf_route *out)
{
    struct cursor in = lsa->body;
    switch (lsa->kind) {
    case OSPF_LSA_V3_INTER_PREFIX: return inter_prefix_read(lsa, &in, out);
    case OSPF_LSA_V3_INTER_ROUTER: return inter_router_read(&in, out);
    default: return external_read(lsa, &in, out);
    }
}
