/* Attributes that are lists of TLVs: BGP Prefix-SID, SFP, BFD Discriminator. */
#include "decode/bgp/update_internal.h"

struct tlv {
    uint8_t type;
    struct cursor value;
};

/* type (1), length (2), value */
static bool tlv_next(struct cursor *in, struct tlv *out)
{
    out->type = cur_u8(in);
    out->value = cur_sub(in, cur_u16(in));
    return cur_ok(in);
}

static bool tlvs_fill(struct cursor in)
{
    struct tlv tlv;
    while (cur_left(&in))
        if (!tlv_next(&in, &tlv))
            return false;
    return true;
}

/* ---- BGP Prefix-SID. RFC 8669 3, RFC 9252 2 ---- */

enum { LABEL_INDEX = 1, SRGB = 3, SRV6_L3_SERVICE = 5, SRV6_L2_SERVICE = 6 };

enum fault_code attr_check_prefix_sid(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    struct tlv tlv;
    if (!cur_left(&v))
        return FAULT_BGP_ATTR_LENGTH;
    while (cur_left(&v)) {
        if (!tlv_next(&v, &tlv))
            return FAULT_BGP_ATTR_TLV;
        size_t n = cur_left(&tlv.value);
        if (tlv.type == LABEL_INDEX && n != 7) /* RFC 8669 3.1 */
            return FAULT_BGP_ATTR_LENGTH;
        if (tlv.type == SRGB && (n < 8 || (n - 2) % 6)) /* RFC 8669 3.2 */
            return FAULT_BGP_ATTR_LENGTH;
        if ((tlv.type == SRV6_L3_SERVICE || tlv.type == SRV6_L2_SERVICE)) {
            cur_u8(&tlv.value); /* reserved */
            if (!cur_ok(&tlv.value) || !tlvs_fill(tlv.value))
                return FAULT_BGP_ATTR_TLV;
        }
    }
    return FAULT_COUNT;
}

/* flags (2), then pairs of first label (3) and how many (3) */
static void srgb_tell(struct writer *w, struct cursor v)
{
    cur_u16(&v);
    write_array(w, "srgb");
    while (cur_left(&v)) {
        write_object(w, NULL);
        write_u64(w, "base", cur_u24(&v));
        write_u64(w, "range", cur_u24(&v));
        write_end(w);
    }
    write_end(w);
}

/* locator block, locator node, function, argument: lengths in bits; transposition length and offset. RFC 9252 3.2.1 */
static void sid_structure_tell(struct writer *w, struct cursor v)
{
    enum { STRUCTURE = 1 };
    static const char *const keys[] = { "locator_block", "locator_node",  "function",
                                        "argument",      "transposition", "transposition_offset" };
    struct tlv tlv;
    while (cur_left(&v) && tlv_next(&v, &tlv)) {
        if (tlv.type != STRUCTURE || cur_left(&tlv.value) != COUNT(keys))
            continue;
        write_object(w, "structure");
        for (size_t i = 0; i < COUNT(keys); i++)
            write_u64(w, keys[i], cur_u8(&tlv.value));
        write_end(w);
        return;
    }
}

/* reserved (1); each sub-TLV of type 1: reserved (1), SID (16), flags (1), behaviour (2), reserved (1), more.
 * RFC 9252 2, 3.1 */
static void srv6_tell(struct writer *w, struct cursor v)
{
    enum { SID_INFORMATION = 1, SMALLEST = 21 };
    struct tlv tlv;
    cur_u8(&v);
    write_array(w, "sids");
    while (cur_left(&v) && tlv_next(&v, &tlv)) {
        struct cursor body = tlv.value;
        write_object(w, NULL);
        if (tlv.type != SID_INFORMATION || cur_left(&body) < SMALLEST) {
            write_u64(w, "type", tlv.type);
            bgp_shape_tell(w, "value", body, SHAPE_HEX);
        } else {
            cur_u8(&body);
            bgp_shape_tell(w, "sid", cur_sub(&body, 16), SHAPE_IPV6);
            cur_u8(&body);
            write_u64(w, "behavior", cur_u16(&body));
            cur_u8(&body);
            sid_structure_tell(w, body);
        }
        write_end(w);
    }
    write_end(w);
}

void attr_tell_prefix_sid(struct writer *w, const struct attr_in *in)
{
    static const char *const names[] = { [LABEL_INDEX] = "label-index",
                                         [SRGB] = "originator-srgb",
                                         [SRV6_L3_SERVICE] = "srv6-l3-service",
                                         [SRV6_L2_SERVICE] = "srv6-l2-service" };
    struct cursor v = in->value;
    struct tlv tlv;
    write_array(w, "value");
    while (cur_left(&v) && tlv_next(&v, &tlv)) {
        write_object(w, NULL);
        write_u64(w, "type", tlv.type);
        write_str(w, "name", tlv.type < COUNT(names) ? names[tlv.type] : NULL);
        switch (tlv.type) {
        case LABEL_INDEX: /* reserved (1), flags (2), index (4) */
            cur_u24(&tlv.value);
            write_u64(w, "label_index", cur_u32(&tlv.value));
            break;
        case SRGB: srgb_tell(w, tlv.value); break;
        case SRV6_L3_SERVICE:
        case SRV6_L2_SERVICE: srv6_tell(w, tlv.value); break;
        default: bgp_shape_tell(w, "value", tlv.value, SHAPE_HEX); break;
        }
        write_end(w);
    }
    write_end(w);
}

/* ---- SFP. RFC 9015 3.2.1 ---- */

enum fault_code attr_check_sfp(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    return tlvs_fill(in->value) ? FAULT_COUNT : FAULT_BGP_ATTR_TLV;
}

void attr_tell_sfp(struct writer *w, const struct attr_in *in)
{
    static const char *const names[] = { [1] = "association",
                                         [2] = "hop",
                                         [3] = "sft",
                                         [4] = "mpls-swapping-stacking",
                                         [5] = "sfp-traversal-with-mpls" };
    struct cursor v = in->value;
    struct tlv tlv;
    write_array(w, "value");
    while (cur_left(&v) && tlv_next(&v, &tlv)) {
        write_object(w, NULL);
        write_u64(w, "type", tlv.type);
        write_str(w, "name", tlv.type < COUNT(names) ? names[tlv.type] : NULL);
        bgp_shape_tell(w, "value", tlv.value, SHAPE_HEX);
        write_end(w);
    }
    write_end(w);
}

/* ---- BFD Discriminator: mode (1), discriminator (4), TLVs of type (1) and length (1). RFC 9026 3.1.6 ---- */

enum { BFD_SMALLEST = 11, BFD_SOURCE = 1 };

enum fault_code attr_check_bfd(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    if (cur_left(&v) < BFD_SMALLEST)
        return FAULT_BGP_ATTR_LENGTH;
    cur_take(&v, 5);
    while (cur_left(&v)) {
        cur_u8(&v);
        cur_sub(&v, cur_u8(&v));
        if (!cur_ok(&v))
            return FAULT_BGP_ATTR_TLV;
    }
    return FAULT_COUNT;
}

void attr_tell_bfd(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    write_object(w, "value");
    write_u64(w, "mode", cur_u8(&v));
    write_u64(w, "discriminator", cur_u32(&v));
    while (cur_left(&v)) {
        unsigned type = cur_u8(&v);
        struct cursor body = cur_sub(&v, cur_u8(&v));
        if (type == BFD_SOURCE) {
            bgp_shape_tell(w, "source", body, SHAPE_IP);
            break;
        }
    }
    write_end(w);
}
