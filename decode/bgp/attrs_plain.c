/* Attributes of one number, one address or nothing: ORIGIN, NEXT_HOP, MED, ATOMIC_AGGREGATE, CLUSTER_LIST, AIGP, … */
#include "decode/bgp/update_internal.h"

static enum fault_code fits(const struct attr_in *in, enum shape shape)
{
    return bgp_shape_fits(shape, cur_left(&in->value)) ? FAULT_COUNT : FAULT_BGP_ATTR_LENGTH;
}

static uint32_t u32_of(struct cursor v) { return cur_u32(&v); }

/* ---- hex: nothing is known of the value ---- */

enum fault_code attr_check_hex(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)in;
    (void)out;
    return FAULT_COUNT;
}

void attr_tell_hex(struct writer *w, const struct attr_in *in)
{
    bgp_shape_tell(w, "value", in->value, SHAPE_HEX);
}

/* ---- ORIGIN. RFC 4271 5.1.1, 7606 7.1 ---- */

enum { ORIGIN_INCOMPLETE = 2 };

enum fault_code attr_check_origin(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    if (cur_left(&in->value) != 1)
        return FAULT_BGP_ATTR_LENGTH;
    return in->value.at[0] <= ORIGIN_INCOMPLETE ? FAULT_COUNT : FAULT_BGP_ATTR_ORIGIN;
}

void attr_tell_origin(struct writer *w, const struct attr_in *in)
{
    static const char *const names[] = { "IGP", "EGP", "INCOMPLETE" };
    write_str(w, "value", names[in->value.at[0]]);
}

/* ---- NEXT_HOP. RFC 4271 5.1.3, 6.3; 7606 7.3 ---- */

enum fault_code attr_check_next_hop(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    if (cur_left(&in->value) != 4)
        return FAULT_BGP_ATTR_LENGTH;
    const uint8_t *p = in->value.at;
    out->next_hop = addr_v4(p);
    if (!cur_left(&in->update->nlri)) /* RFC 4760 3: ignored when the only routes are MP_REACH_NLRI's */
        return FAULT_COUNT;
    /* "valid IP host address": not this network, not loopback, not multicast or reserved (RFC 1122 3.2.1.3) */
    return p[0] == 0 || p[0] == 127 || p[0] >= 224 ? FAULT_BGP_ATTR_NEXT_HOP : FAULT_COUNT;
}

void attr_tell_next_hop(struct writer *w, const struct attr_in *in)
{
    bgp_shape_tell(w, "value", in->value, SHAPE_IPV4);
}

/* ---- four-byte numbers, each kept under its name ---- */

enum fault_code attr_check_med(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    out->med = u32_of(in->value);
    out->has_med = cur_left(&in->value) == 4;
    return fits(in, SHAPE_U32);
}

enum fault_code attr_check_local_pref(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    out->local_pref = u32_of(in->value);
    out->has_local_pref = cur_left(&in->value) == 4;
    return fits(in, SHAPE_U32);
}

enum fault_code attr_check_otc(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    out->otc = u32_of(in->value);
    out->has_otc = cur_left(&in->value) == 4;
    return fits(in, SHAPE_U32);
}

static void tell_u32(struct writer *w, const struct attr_in *in)
{
    bgp_shape_tell(w, "value", in->value, SHAPE_U32);
}
void attr_tell_med(struct writer *w, const struct attr_in *in) { tell_u32(w, in); }
void attr_tell_local_pref(struct writer *w, const struct attr_in *in) { tell_u32(w, in); }
void attr_tell_otc(struct writer *w, const struct attr_in *in) { tell_u32(w, in); }

/* ---- ATOMIC_AGGREGATE. RFC 4271 5.1.6, 7606 7.6 ---- */

enum fault_code attr_check_empty(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    return fits(in, SHAPE_EMPTY);
}

void attr_tell_empty(struct writer *w, const struct attr_in *in)
{
    bgp_shape_tell(w, "value", in->value, SHAPE_EMPTY);
}

/* ---- ORIGINATOR_ID and CLUSTER_LIST. RFC 4456 8, 7606 7.9 and 7.10 ---- */

enum fault_code attr_check_originator(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    out->originator_id = cur_left(&in->value) == 4 ? u32_of(in->value) : 0;
    return fits(in, SHAPE_IPV4);
}

void attr_tell_originator(struct writer *w, const struct attr_in *in)
{
    bgp_shape_tell(w, "value", in->value, SHAPE_IPV4);
}

enum fault_code attr_check_cluster_list(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    out->cluster_count = (uint32_t)(cur_left(&in->value) / 4);
    return fits(in, SHAPE_U32_LIST);
}

void attr_tell_cluster_list(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    write_array(w, "value");
    while (cur_left(&v))
        bgp_shape_tell(w, NULL, cur_sub(&v, 4), SHAPE_IPV4);
    write_end(w);
}

/* ---- AIGP: TLVs of type (1), length with header (2). RFC 7311 3 ---- */

enum { AIGP_TLV = 1, AIGP_TLV_LENGTH = 11 };

enum fault_code attr_check_aigp(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    if (!cur_left(&v))
        return FAULT_BGP_ATTR_LENGTH;
    while (cur_left(&v)) {
        unsigned type = cur_u8(&v), length = cur_u16(&v);
        if (length < 3)
            return FAULT_BGP_ATTR_TLV;
        cur_sub(&v, length - 3);
        if (!cur_ok(&v))
            return FAULT_BGP_ATTR_TLV;
        if (type == AIGP_TLV && length != AIGP_TLV_LENGTH)
            return FAULT_BGP_ATTR_LENGTH;
    }
    return FAULT_COUNT;
}

void attr_tell_aigp(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    write_object(w, "value");
    bool told = false; /* RFC 7311 3: of several AIGP TLVs the first counts */
    while (cur_left(&v)) {
        unsigned type = cur_u8(&v);
        struct cursor body = cur_sub(&v, cur_u16(&v) - 3u);
        if (type == AIGP_TLV && !told) {
            write_u64(w, "metric", cur_u64(&body));
            told = true;
        }
    }
    write_end(w);
}

/* ---- AS_PATHLIMIT: a number of ASes (1) and who limits (4); deprecated ---- */

enum fault_code attr_check_as_pathlimit(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    return cur_left(&in->value) == 5 ? FAULT_COUNT : FAULT_BGP_ATTR_LENGTH;
}

void attr_tell_as_pathlimit(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    write_object(w, "value");
    write_u64(w, "limit", cur_u8(&v));
    write_u64(w, "asn", cur_u32(&v));
    write_end(w);
}
