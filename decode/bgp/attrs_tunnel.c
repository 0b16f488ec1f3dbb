/* PMSI_TUNNEL (RFC 6514) and Tunnel Encapsulation (RFC 9012, 9830): which tunnel the routes want. */
#include "decode/bgp/update_internal.h"

const char *bgp_tunnel_type_name(unsigned type)
{
    static const char *const names[] = {
#define TUNNEL_TYPE(type, name) [type] = (name),
#include "decode/bgp/tunnel_types.def"
#undef TUNNEL_TYPE
    };
    return type < COUNT(names) ? names[type] : NULL;
}

/* ---- PMSI_TUNNEL: flags (1), type (1), label (3), identifier. RFC 6514 5 ---- */

enum pmsi_type {
    PMSI_NONE,
    PMSI_RSVP,
    PMSI_MLDP_P2MP,
    PMSI_SSM,
    PMSI_SM,
    PMSI_BIDIR,
    PMSI_INGRESS,
    PMSI_MLDP_MP2MP,
    PMSI_TRANSPORT,     /* RFC 7524 */
    PMSI_ASSISTED = 10, /* RFC 9574 */
    PMSI_BIER,          /* RFC 8556 */
};

static bool pmsi_identifier_fits(unsigned type, size_t n)
{
    switch (type) {
    case PMSI_NONE: return n == 0;
    case PMSI_RSVP: return n == 12 || n == 24;
    case PMSI_SSM:
    case PMSI_SM:
    case PMSI_BIDIR: return n == 8 || n == 32;
    case PMSI_INGRESS:
    case PMSI_ASSISTED: return n == 4 || n == 16;
    default: return true;
    }
}

enum fault_code attr_check_pmsi(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    cur_u8(&v);
    unsigned type = cur_u8(&v);
    cur_u24(&v);
    return cur_ok(&v) && pmsi_identifier_fits(type, cur_left(&v)) ? FAULT_COUNT : FAULT_BGP_ATTR_LENGTH;
}

static void pmsi_identifier_tell(struct writer *w, unsigned type, struct cursor v)
{
    size_t half = cur_left(&v) / 2;
    switch (type) {
    case PMSI_NONE: break;
    case PMSI_RSVP: /* extended tunnel ID (4 or 16), reserved (2), tunnel ID (2), P2MP ID (4) */
        bgp_shape_tell(w, "extended_tunnel_id", cur_sub(&v, cur_left(&v) - 8), SHAPE_IP);
        cur_u16(&v);
        write_u64(w, "tunnel_id", cur_u16(&v));
        write_u64(w, "p2mp_id", cur_u32(&v));
        break;
    case PMSI_SSM:
    case PMSI_SM:
    case PMSI_BIDIR:
        bgp_shape_tell(w, "source", cur_sub(&v, half), SHAPE_IP);
        bgp_shape_tell(w, "group", v, SHAPE_IP);
        break;
    case PMSI_INGRESS:
    case PMSI_ASSISTED: bgp_shape_tell(w, "endpoint", v, SHAPE_IP); break;
    default: bgp_shape_tell(w, "identifier", v, SHAPE_HEX); break;
    }
}

void attr_tell_pmsi(struct writer *w, const struct attr_in *in)
{
    static const char *const names[] = {
        [PMSI_NONE] = "none",
        [PMSI_RSVP] = "rsvp-te-p2mp",
        [PMSI_MLDP_P2MP] = "mldp-p2mp",
        [PMSI_SSM] = "pim-ssm",
        [PMSI_SM] = "pim-sm",
        [PMSI_BIDIR] = "bidir-pim",
        [PMSI_INGRESS] = "ingress-replication",
        [PMSI_MLDP_MP2MP] = "mldp-mp2mp",
        [PMSI_TRANSPORT] = "transport",
        [PMSI_ASSISTED] = "assisted-replication",
        [PMSI_BIER] = "bier",
    };
    struct cursor v = in->value;
    write_object(w, "value");
    write_u64(w, "flags", cur_u8(&v));
    unsigned type = cur_u8(&v);
    write_u64(w, "type", type);
    write_str(w, "name", type < COUNT(names) ? names[type] : NULL);
    unsigned label = cur_u24(&v);
    if (bgp_update_vni(in->update)) /* RFC 8365 5.1.3 */
        write_u64(w, "vni", label);
    else
        write_u64(w, "label", label >> 4);
    pmsi_identifier_tell(w, type, v);
    write_end(w);
}

/* ---- Tunnel Encapsulation: type (2), length (2), sub-TLVs. RFC 9012 2 ---- */

struct subtlv {
    uint8_t type;
    struct cursor value;
};

/* Sub-TLVs up to 127 have a length of one byte, the others of two. RFC 9012 2 */
static bool subtlv_next(struct cursor *in, struct subtlv *out)
{
    out->type = cur_u8(in);
    size_t length = out->type < 128 ? cur_u8(in) : cur_u16(in);
    out->value = cur_sub(in, length);
    return cur_ok(in);
}

/* RFC 9012 13: the last byte of a TLV is the last byte of its last sub-TLV */
enum fault_code attr_check_tunnel(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    if (!cur_left(&v))
        return FAULT_BGP_ATTR_NOTHING;
    while (cur_left(&v)) {
        cur_u16(&v);
        struct cursor body = cur_sub(&v, cur_u16(&v));
        if (!cur_ok(&v))
            return FAULT_BGP_ATTR_TLV;
        struct subtlv sub;
        while (cur_left(&body))
            if (!subtlv_next(&body, &sub))
                return FAULT_BGP_ATTR_TLV;
    }
    return FAULT_COUNT;
}

/* flags (1): the VNI, the MAC are there; VNI (3), MAC (6), reserved (2). RFC 9012 3.2.1, 3.2.2 */
static void encapsulation_tell(struct writer *w, unsigned tunnel, struct cursor v)
{
    enum { L2TPV3 = 1, GRE = 2, VXLAN = 8, NVGRE = 9, SIZE = 12 };
    if ((tunnel == VXLAN || tunnel == NVGRE) && cur_left(&v) == SIZE) {
        struct buf mac = buf_init(64);
        unsigned flags = cur_u8(&v);
        write_object(w, "value");
        unsigned vni = cur_u24(&v);
        if (flags & 0x80)
            write_u64(w, "vni", vni);
        bgp_mac_text(cur_take(&v, 6), 6, &mac);
        if (flags & 0x40)
            write_str(w, "mac", buf_text(&mac));
        write_end(w);
        buf_free(&mac);
    } else
        bgp_shape_tell(w, "value", v, tunnel == GRE ? SHAPE_U32 : SHAPE_HEX);
}

/* A SID as label or as SRv6 SID, or none. RFC 9830 2.4.2, 2.4.3 */
static void sid_tell(struct writer *w, const char *key, struct cursor v)
{
    switch (cur_left(&v)) {
    case 0: write_null(w, key); break;
    case 4: bgp_shape_tell(w, key, v, SHAPE_LABEL); break;
    case 16: bgp_shape_tell(w, key, v, SHAPE_IPV6); break;
    case 24:
        bgp_shape_tell(w, key, cur_sub(&v, 16), SHAPE_IPV6);
        break; /* endpoint behaviour and structure behind it */
    default: bgp_shape_tell(w, key, v, SHAPE_HEX); break;
    }
}

/* RFC 9830 2.4.4: weight, and segments of types A (label) and B (SRv6 SID); flags (1), reserved (1) in front. */
static void segment_list_tell(struct writer *w, struct cursor v)
{
    enum { SEGMENT_A = 1, WEIGHT = 9, SEGMENT_B = 13 };
    struct subtlv sub;
    write_array(w, "value");
    while (cur_left(&v) && subtlv_next(&v, &sub)) {
        struct cursor body = sub.value;
        cur_u16(&body);
        write_object(w, NULL);
        write_u64(w, "type", sub.type);
        if (sub.type == WEIGHT)
            bgp_shape_tell(w, "weight", body, SHAPE_U32);
        else if (sub.type == SEGMENT_A || sub.type == SEGMENT_B)
            sid_tell(w, "sid", body);
        else
            bgp_shape_tell(w, "value", sub.value, SHAPE_HEX);
        write_end(w);
    }
    write_end(w);
}

/* reserved (4), AFI (2), address (0, 4 or 16). RFC 9012 3.1 */
static void endpoint_tell(struct writer *w, struct cursor v)
{
    struct cursor all = v;
    cur_u32(&v);
    unsigned afi = cur_u16(&v);
    if (!cur_ok(&v))
        bgp_shape_tell(w, "value", all, SHAPE_HEX);
    else if (!afi && !cur_left(&v))
        write_str(w, "value", "next hop"); /* the tunnel ends at the route's next hop */
    else
        bgp_shape_tell(w, "value", v, SHAPE_IP);
}

static void label_stack_tell(struct writer *w, struct cursor v)
{
    write_array(w, "value");
    while (cur_left(&v) >= 4)
        bgp_shape_tell(w, NULL, cur_sub(&v, 4), SHAPE_LABEL);
    write_end(w);
}

static void color_tell(struct writer *w, struct cursor v)
{
    struct buf text = buf_init(256);
    if (cur_left(&v) == 8)
        bgp_ext_community_text(v.at, &text);
    else
        bgp_hex_text(v, &text);
    write_str(w, "value", buf_text(&text));
    buf_free(&text);
}

static void subtlv_tell(struct writer *w, unsigned tunnel, const struct subtlv *sub)
{
    enum {
        ENCAPSULATION = 1,
        COLOR = 4,
        ENDPOINT = 6,
        LABELS = 10,
        BINDING = 13,
        PRIORITY = 15,
        SRV6 = 20,
        LIST = 128
    };
    static const struct {
        const char *name;
        uint8_t skip;
        enum shape shape;
    } rows[256] = {
#define TUNNEL_SUBTLV(type, name, skip, shape) [type] = { name, skip, SHAPE_##shape },
#include "decode/bgp/tunnel_subtlvs.def"
#undef TUNNEL_SUBTLV
    };
    struct cursor v = sub->value;
    write_object(w, NULL);
    write_u64(w, "type", sub->type);
    write_str(w, "name", rows[sub->type].name);
    if (cur_left(&v) >= rows[sub->type].skip)
        cur_take(&v, rows[sub->type].skip);
    switch (sub->type) {
    case ENCAPSULATION: encapsulation_tell(w, tunnel, v); break;
    case COLOR: color_tell(w, v); break;
    case ENDPOINT: endpoint_tell(w, v); break;
    case LABELS: label_stack_tell(w, v); break;
    case BINDING:
    case SRV6: sid_tell(w, "value", v); break;
    case PRIORITY: bgp_shape_tell(w, "value", cur_sub(&v, cur_left(&v) ? 1 : 0), SHAPE_U8); break;
    case LIST: segment_list_tell(w, v); break;
    default: bgp_shape_tell(w, "value", v, rows[sub->type].shape); break;
    }
    write_end(w);
}

void attr_tell_tunnel(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    write_array(w, "value");
    while (cur_left(&v)) {
        unsigned type = cur_u16(&v);
        struct cursor body = cur_sub(&v, cur_u16(&v));
        struct subtlv sub;
        write_object(w, NULL);
        write_u64(w, "type", type);
        write_str(w, "name", bgp_tunnel_type_name(type));
        write_array(w, "sub_tlvs");
        while (cur_left(&body) && subtlv_next(&body, &sub))
            subtlv_tell(w, type, &sub);
        write_end(w);
        write_end(w);
    }
    write_end(w);
}
