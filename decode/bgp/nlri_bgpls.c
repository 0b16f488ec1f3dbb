/* BGP-LS routes (RFC 9552 5.2, RFC 9514 6):
 *
 *     type (2) | length (2) | RD (8, SAFI 72) | protocol (1) | identifier (8) | descriptors: TLVs
 *
 * Told like "LINK { Local { AS:65000 ID:0000.0000.0001.00 } Remote { … } IPv4:10.0.0.1 Neighbor:10.0.0.2 ISIS-L2:0 }". */
#include "decode/bgp/update_internal.h"

enum { RD = 8, HEAD = 9 };
enum route_type { LS_NODE = 1, LS_LINK = 2, LS_PREFIX4 = 3, LS_PREFIX6 = 4, LS_SRV6_SID = 6 };
enum descriptor {
    LOCAL_NODE = 256,
    REMOTE_NODE = 257,
    LINK_IDS = 258,
    MULTI_TOPOLOGY = 263,
    OSPF_ROUTE_TYPE = 264,
    REACHABILITY = 265,
    IGP_ROUTER = 515,
};

static bool node_descriptor(unsigned type) { return type == LOCAL_NODE || type == REMOTE_NODE; }

/* Whether TLVs fill it; those of node descriptors are TLVs again. */
static bool fills(struct cursor v)
{
    struct bgpls_tlv tlv, inner;
    while (bgpls_next(&v, &tlv)) {
        if (!node_descriptor(tlv.type))
            continue;
        while (bgpls_next(&tlv.value, &inner))
            continue;
        if (!cur_ok(&tlv.value))
            return false;
    }
    return cur_ok(&v);
}

static enum fault_code read_ls(struct cursor *in, struct bgp_nlri *out, size_t rd)
{
    unsigned type = cur_u16(in);
    struct cursor body = cur_sub(in, cur_u16(in));
    if (!cur_ok(in))
        return FAULT_BGP_NLRI_OVERRUN;
    out->type = (uint8_t)type;
    out->key = body;
    out->rd = cur_sub(&body, rd);
    out->prefix = body;
    struct cursor descriptors = body;
    cur_take(&descriptors, HEAD);
    out->unreadable = type == 0 || type > LS_SRV6_SID || !cur_ok(&descriptors) || !fills(descriptors);
    return FAULT_COUNT;
}

static enum fault_code read_bgpls(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    (void)it;
    return read_ls(in, out, 0);
}

static enum fault_code read_bgpls_vpn(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    (void)it;
    return read_ls(in, out, RD);
}

/* ---- telling ---- */

/* By its length (RFC 9552 5.2.1.4): 4 OSPF router; 8 router and interface of a DR; 6 and 7 IS-IS, pseudonode last. */
static void text_igp_router(struct cursor v, struct buf *out)
{
    size_t n = cur_left(&v);
    if (n == 6 || n == 7) {
        for (int i = 0; i < 3; i++) {
            bgp_hex_text(cur_sub(&v, 2), out);
            buf_char(out, '.');
        }
        buf_printf(out, "%02x", n == 7 ? cur_u8(&v) : 0);
    } else if (n == 8) {
        bgp_ip_text(cur_sub(&v, 4), out);
        buf_char(out, ':');
        bgp_ip_text(v, out);
    } else
        bgp_ip_text(v, out);
}

static void text_prefix_descriptor(struct cursor v, bool v6, struct buf *out)
{
    char text[ADDR_TEXT];
    struct cursor all = v;
    unsigned bits = cur_u8(&v);
    if (bits > (v6 ? 128u : 32u) || cur_left(&v) < (bits + 7) / 8)
        bgp_hex_text(all, out);
    else
        buf_str(out, prefix_text(v.at, bits, v6 ? 16 : 4, text));
}

/* The short words of descriptors; others are told by number. */
static const char *word_of(unsigned type)
{
    static const struct {
        uint16_t type;
        const char *word;
    } rows[] = {
        { LINK_IDS, "Link" },
        { 259, "IPv4" },
        { 260, "Neighbor" },
        { 261, "IPv6" },
        { 262, "Neighbor" },
        { MULTI_TOPOLOGY, "MT" },
        { OSPF_ROUTE_TYPE, "Type" },
        { REACHABILITY, "Prefix" },
        { 512, "AS" },
        { 513, "BGP-LS" },
        { 514, "Area" },
        { IGP_ROUTER, "ID" },
        { 516, "BGP-ID" },
        { 517, "Confed" },
        { 518, "SID" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].type == type)
            return rows[i].word;
    return NULL;
}

static void text_numbers(struct cursor v, size_t each, struct buf *out)
{
    if (!cur_left(&v) || cur_left(&v) % each) {
        bgp_hex_text(v, out);
        return;
    }
    for (bool first = true; cur_left(&v); first = false) {
        if (!first)
            buf_char(out, '.');
        buf_u64(out, each == 2 ? cur_u16(&v) : each == 4 ? cur_u32(&v) : cur_u8(&v));
    }
}

static void text_descriptor(const struct bgpls_tlv *tlv, bool v6, struct buf *out)
{
    const char *word = word_of(tlv->type);
    if (word)
        buf_printf(out, "%s:", word);
    else
        buf_printf(out, "%u:", tlv->type);
    const struct bgpls_row *row = bgpls_row(tlv->type);
    if (tlv->type == IGP_ROUTER)
        text_igp_router(tlv->value, out);
    else if (tlv->type == REACHABILITY)
        text_prefix_descriptor(tlv->value, v6, out);
    else if (!row)
        bgp_hex_text(tlv->value, out);
    else if (row->shape == SHAPE_IPV4 || row->shape == SHAPE_IPV6)
        bgp_ip_text(tlv->value, out);
    else if (row->shape == SHAPE_U32 || row->shape == SHAPE_U32_LIST)
        text_numbers(tlv->value, 4, out);
    else if (row->shape == SHAPE_U16_LIST)
        text_numbers(tlv->value, 2, out);
    else if (row->shape == SHAPE_U8)
        text_numbers(tlv->value, 1, out);
    else
        bgp_hex_text(tlv->value, out);
    buf_char(out, ' ');
}

static void text_bgpls(const struct bgp_nlri *n, struct buf *out)
{
    static const char *const types[] = {
        [LS_NODE] = "NODE",      [LS_LINK] = "LINK", [LS_PREFIX4] = "PREFIX",
        [LS_PREFIX6] = "PREFIX", [5] = "SR-POLICY",  [LS_SRV6_SID] = "SRV6-SID"
    };
    static const char *const protocols[] = { "?",      "ISIS-L1", "ISIS-L2", "OSPF",    "DIRECT",
                                             "STATIC", "OSPFv3",  "BGP",     "RSVP-TE", "SR" };
    struct cursor v = n->prefix;
    unsigned protocol = cur_u8(&v);
    uint64_t identifier = cur_u64(&v);
    bool v6 = n->type == LS_PREFIX6;
    struct bgpls_tlv tlv, inner;

    buf_printf(out, "%s { ", types[n->type]);
    while (bgpls_next(&v, &tlv)) {
        if (!node_descriptor(tlv.type)) {
            text_descriptor(&tlv, v6, out);
            continue;
        }
        if (n->type != LS_NODE)
            buf_str(out, tlv.type == REMOTE_NODE ? "Remote { " : n->type == LS_LINK ? "Local { " : "Node { ");
        while (bgpls_next(&tlv.value, &inner))
            text_descriptor(&inner, v6, out);
        if (n->type != LS_NODE)
            buf_str(out, "} ");
    }
    if (protocol < COUNT(protocols))
        buf_str(out, protocols[protocol]);
    else
        buf_u64(out, protocol);
    buf_char(out, ':');
    buf_u64(out, identifier);
    buf_str(out, " }");
}

const struct nlri_reader nlri_bgpls = { read_bgpls, text_bgpls, NULL };
const struct nlri_reader nlri_bgpls_vpn = { read_bgpls_vpn, text_bgpls, NULL };
