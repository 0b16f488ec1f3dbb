/* Bodies of LSAs in place: OSPFv2 (RFC 2328 A.4, RFC 3101), OSPFv3 (RFC 5340 A.4). */
#include "decode/ospf/ospf.h"
#include "veil/veil_internal.h"

static void ids(struct veil *v, struct brush *b)
{
    while (brush_left(b))
        paint_id(&v->key, b);
}

/* A tag that stands for an AS becomes another one's; 0 is none. */
static void tag(struct veil *v, struct brush *b) { paint_as4(&v->key, b); }

/* ---- OSPFv2 ---- */

static unsigned mask_bits(const uint8_t *mask)
{
    unsigned bits = 0;
    while (bits < 32 && mask[bits / 8] & 0x80 >> bits % 8)
        bits++;
    return bits;
}

/* Flags, 0, count; links: ID, data, type, count of metrics by TOS, metric. */
static void router_v2(struct veil *v, struct brush *b)
{
    brush_keep(b, 4);
    while (brush_left(b) >= 12) {
        uint8_t *link = b->at;
        struct brush ends = brush_sub(b, 8);
        if (link[8] == OSPF_LINK_STUB)
            key_prefix(&v->key, link, 4, mask_bits(link + 4));
        else
            ids(v, &ends);
        brush_keep(b, 1);
        unsigned metrics = brush_u8(b);
        brush_keep(b, 2);
        struct brush more = brush_sub(b, 4 * (size_t)metrics);
        brush_keep(&more, brush_left(&more));
    }
}

/* Mask; attached routers. */
static void network_v2(struct veil *v, struct brush *b)
{
    brush_keep(b, 4);
    ids(v, b);
}

/* Mask; E bit or TOS and metric, forwarding address, tag; again for each TOS. */
static void external_v2(struct veil *v, struct brush *b)
{
    brush_keep(b, 4);
    while (brush_left(b)) {
        brush_keep(b, 4);
        paint_v4(&v->key, b);
        tag(v, b);
    }
}

/* ---- TLVs: types and lengths stay, and values that say nothing of anybody ---- */

enum tlv_value { TLV_KEEP = 1, TLV_V4, TLV_LINK };

static void tlvs(struct veil *v, struct brush *b, const uint8_t *values, const uint8_t *inner)
{
    enum { TYPES = 32 };
    while (brush_left(b)) {
        unsigned type = brush_u16(b), size = brush_u16(b);
        struct brush value = brush_sub(b, (size + 3u) & ~3u);
        switch (type < TYPES ? values[type] : 0) {
        case TLV_KEEP: brush_keep(&value, brush_left(&value)); break;
        case TLV_V4: ids(v, &value); break;
        case TLV_LINK:
            while (brush_left(&value)) {
                unsigned t = brush_u16(&value), n = brush_u16(&value);
                struct brush part = brush_sub(&value, (n + 3u) & ~3u);
                if (t < TYPES && inner[t] == TLV_KEEP)
                    brush_keep(&part, brush_left(&part));
                else if (t < TYPES && inner[t] == TLV_V4)
                    ids(v, &part);
                brush_rest(&part);
            }
            break;
        default: break;
        }
        brush_rest(&value);
    }
}

static const uint8_t te_values[32] = { [1] = TLV_V4, [2] = TLV_LINK }; /* RFC 3630 2.4 */
static const uint8_t te_links[32] = {
    [1] = TLV_KEEP, [2] = TLV_V4,   [3] = TLV_V4,   [4] = TLV_V4,
    [5] = TLV_KEEP, [6] = TLV_KEEP, [7] = TLV_KEEP, [8] = TLV_KEEP
};                                                                                        /* RFC 3630 2.5 */
static const uint8_t grace_values[32] = { [1] = TLV_KEEP, [2] = TLV_KEEP, [3] = TLV_V4 }; /* RFC 3623 A */
static const uint8_t info_values[32] = { [1] = TLV_KEEP, [2] = TLV_KEEP }; /* RFC 7770 2.4, 2.6 */
static const uint8_t no_values[32];

static void opaque(struct veil *v, struct brush *b, unsigned type)
{
    switch (type) {
    case OSPF_OPAQUE_TE: tlvs(v, b, te_values, te_links); break;
    case OSPF_OPAQUE_GRACE: tlvs(v, b, grace_values, no_values); break;
    case OSPF_OPAQUE_ROUTER_INFO: tlvs(v, b, info_values, no_values); break;
    default: tlvs(v, b, no_values, no_values);
    }
}

void veil_lsa_v2(struct veil *v, struct brush *b, unsigned type, uint32_t id)
{
    switch (type) {
    case 1: router_v2(v, b); break;
    case 2: network_v2(v, b); break;
    case 3:
    case 4: brush_keep(b, brush_left(b)); break; /* mask, metrics */
    case 5:
    case 7: external_v2(v, b); break;
    case 9:
    case 10:
    case 11: opaque(v, b, id >> 24); break;
    default: break;
    }
    brush_rest(b);
}

/* ---- OSPFv3 ---- */

/* So many whole words of 32 bits. RFC 5340 A.4.1 */
static void words_prefix(struct veil *v, struct brush *b, unsigned bits, bool ipv4)
{
    uint8_t whole[16] = { 0 };
    size_t n = (bits + 31) / 32 * 4;
    unsigned size = ipv4 ? 4 : 16;
    uint8_t *p = bits > size * 8 ? NULL : brush_take(b, n);
    if (!p) {
        brush_rest(b);
        return;
    }
    memcpy(whole, p, n);
    key_prefix(&v->key, whole, size, bits);
    memcpy(p, whole, n);
}

/* Length, options, two bytes, the prefix. */
static void prefixes(struct veil *v, struct brush *b, bool ipv4)
{
    while (brush_left(b)) {
        unsigned bits = brush_u8(b);
        brush_keep(b, 3);
        words_prefix(v, b, bits, ipv4);
    }
}

/* An address in 16 bytes; that of IPv4 stands in the first four. RFC 5838 2.5 */
static void address(struct veil *v, struct brush *b, bool ipv4)
{
    if (ipv4 && brush_left(b) >= 16 && b->at[0] != 0xfe) {
        paint_v4(&v->key, b);
        brush_zero(b, 12);
    } else
        paint_v6(&v->key, b);
}

/* Flags, options; links: type, 0, metric, interface IDs, the neighbour. */
static void router_v3(struct veil *v, struct brush *b)
{
    brush_keep(b, 4);
    while (brush_left(b)) {
        brush_keep(b, 12);
        paint_id(&v->key, b);
    }
}

/* Flags and metric; length, options, type of what is referenced; prefix; what the flags say. */
static void external_v3(struct veil *v, struct brush *b, bool ipv4)
{
    enum { T = 1, F = 2 };
    unsigned flags = brush_u8(b);
    brush_keep(b, 3);
    unsigned bits = brush_u8(b);
    brush_keep(b, 1);
    unsigned referenced = brush_u16(b);
    words_prefix(v, b, bits, ipv4);
    if (flags & F)
        address(v, b, ipv4);
    if (flags & T)
        tag(v, b);
    if (referenced)
        paint_id(&v->key, b);
}

/* Count, type, ID and router of what is referenced; prefixes. */
static void intra_prefix(struct veil *v, struct brush *b, bool ipv4)
{
    brush_keep(b, 4);
    paint_id(&v->key, b);
    paint_id(&v->key, b);
    prefixes(v, b, ipv4);
}

/* Priority and options, address, count, prefixes. */
static void link_v3(struct veil *v, struct brush *b, bool ipv4)
{
    brush_keep(b, 4);
    address(v, b, ipv4);
    brush_keep(b, 4);
    prefixes(v, b, ipv4);
}

void veil_lsa_v3(struct veil *v, struct brush *b, unsigned type, bool ipv4)
{
    enum { NUMBER = 0x1fff };
    switch (type & NUMBER) {
    case 1: router_v3(v, b); break;
    case 2: network_v2(v, b); break; /* options in place of the mask */
    case 3:
        brush_keep(b, 4);
        prefixes(v, b, ipv4);
        break;
    case 4:
        brush_keep(b, 8); /* options, metric */
        paint_id(&v->key, b);
        break;
    case 5:
    case 7: external_v3(v, b, ipv4); break;
    case 8: link_v3(v, b, ipv4); break;
    case 9: intra_prefix(v, b, ipv4); break;
    case 11: tlvs(v, b, grace_values, no_values); break;
    case 12: tlvs(v, b, info_values, no_values); break;
    default: break;
    }
    brush_rest(b);
}
