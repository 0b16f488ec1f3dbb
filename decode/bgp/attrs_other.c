/* Attributes with a form of their own: ATTR_SET, Traffic Engineering, PE Distinguisher Labels, BGPsec_PATH, D-PATH. */
#include "decode/bgp/update_internal.h"

/* ---- ATTR_SET: AS (4), attributes of the customer's route. RFC 6368 5 ---- */

enum fault_code attr_check_attr_set(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    struct bgp_attr a;
    enum attr_got got;
    cur_u32(&v);
    if (!cur_ok(&v))
        return FAULT_BGP_ATTR_LENGTH;
    while ((got = attr_next(&v, &a)) == ATTR_WHOLE)
        continue;
    return got == ATTR_END ? FAULT_COUNT : FAULT_BGP_ATTR_TLV;
}

/* One level deep: a set within the set is told as hex. AS numbers within it have four bytes (RFC 6368 5). */
void attr_tell_attr_set(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    struct bgp_attr a;
    struct bgp_ctx ctx = *in->ctx;
    ctx.as4 = true;
    write_object(w, "value");
    write_u64(w, "origin_as", cur_u32(&v));
    write_array(w, "attributes");
    while (attr_next(&v, &a) == ATTR_WHOLE)
        attr_tell_object(w, &a, in->update, &ctx, a.code == BGP_ATTR_ATTR_SET);
    write_end(w);
    write_end(w);
}

/* ---- Traffic Engineering: switching capability (1), encoding (1), reserved (2), bandwidth by priority (8 * 4),
 * and what the capability needs. RFC 5543 3 ---- */

enum { TE_SMALLEST = 36 };

enum fault_code attr_check_traffic_eng(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    return cur_left(&in->value) >= TE_SMALLEST ? FAULT_COUNT : FAULT_BGP_ATTR_LENGTH;
}

void attr_tell_traffic_eng(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    write_object(w, "value");
    write_u64(w, "switching_capability", cur_u8(&v));
    write_u64(w, "encoding", cur_u8(&v));
    cur_u16(&v);
    bgp_shape_tell(w, "bandwidth", cur_sub(&v, 32), SHAPE_F32_LIST);
    if (cur_left(&v))
        bgp_shape_tell(w, "specific", v, SHAPE_HEX);
    write_end(w);
}

/* ---- PE Distinguisher Labels: pairs of address and label (3). RFC 6514 8 ---- */

/* The addresses are of the routes' family, which the lengths tell: 0 if neither fits. */
static size_t pe_address_size(size_t n) { return !n ? 0 : n % 7 == 0 ? 4 : n % 19 == 0 ? 16 : 0; }

enum fault_code attr_check_pe_labels(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    return pe_address_size(cur_left(&in->value)) ? FAULT_COUNT : FAULT_BGP_ATTR_LENGTH;
}

void attr_tell_pe_labels(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    size_t size = pe_address_size(cur_left(&v));
    write_array(w, "value");
    while (cur_left(&v)) {
        write_object(w, NULL);
        bgp_shape_tell(w, "pe", cur_sub(&v, size), SHAPE_IP);
        bgp_shape_tell(w, "label", cur_sub(&v, 3), SHAPE_LABEL);
        write_end(w);
    }
    write_end(w);
}

/* ---- BGPsec_PATH: secure path, then one or two blocks of signatures; lengths count themselves. RFC 8205 3 ---- */

enum { SECURE_SEGMENT = 6, SKI = 20 };

/* segments of key identifier (20), length (2), signature */
static bool signatures_fill(struct cursor v)
{
    while (cur_left(&v)) {
        cur_take(&v, SKI);
        cur_sub(&v, cur_u16(&v));
        if (!cur_ok(&v))
            return false;
    }
    return true;
}

enum fault_code attr_check_bgpsec(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    unsigned length = cur_u16(&v);
    if (!cur_ok(&v) || length < 2 + SECURE_SEGMENT || (length - 2) % SECURE_SEGMENT)
        return FAULT_BGP_ATTR_LENGTH;
    cur_sub(&v, length - 2);
    if (!cur_left(&v)) /* also when it was longer than what is there */
        return FAULT_BGP_ATTR_TLV;
    for (unsigned blocks = 0; cur_left(&v); blocks++) {
        length = cur_u16(&v);
        cur_u8(&v); /* algorithm suite */
        if (blocks == 2 || length < 3 || !cur_ok(&v))
            return FAULT_BGP_ATTR_TLV;
        struct cursor body = cur_sub(&v, length - 3);
        if (!cur_ok(&v) || !signatures_fill(body))
            return FAULT_BGP_ATTR_TLV;
    }
    return FAULT_COUNT;
}

/* A segment is: how often it counts (1), flags (1), AS (4). */
void attr_tell_bgpsec(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    struct cursor segments = cur_sub(&v, cur_u16(&v) - 2u);
    write_object(w, "value");
    write_array(w, "path");
    while (cur_left(&segments)) {
        write_object(w, NULL);
        write_u64(w, "count", cur_u8(&segments));
        write_u64(w, "flags", cur_u8(&segments));
        write_u64(w, "asn", cur_u32(&segments));
        write_end(w);
    }
    write_end(w);
    write_array(w, "signatures");
    while (cur_left(&v)) {
        struct cursor body = cur_sub(&v, cur_u16(&v) - 2u);
        unsigned algorithm = cur_u8(&body);
        while (cur_left(&body)) {
            write_object(w, NULL);
            write_u64(w, "algorithm", algorithm);
            bgp_shape_tell(w, "key", cur_sub(&body, SKI), SHAPE_HEX);
            bgp_shape_tell(w, "signature", cur_sub(&body, cur_u16(&body)), SHAPE_HEX);
            write_end(w);
        }
    }
    write_end(w);
    write_end(w);
}

/* ---- D-PATH: segments of count (1), domains of AS (4) and number (2), SAFI (1). A draft's. ---- */

enum fault_code attr_check_d_path(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    if (!cur_left(&v))
        return FAULT_BGP_ATTR_LENGTH;
    while (cur_left(&v)) {
        unsigned count = cur_u8(&v);
        cur_sub(&v, count * 6u);
        cur_u8(&v);
        if (!cur_ok(&v) || !count)
            return FAULT_BGP_ATTR_TLV;
    }
    return FAULT_COUNT;
}

void attr_tell_d_path(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    write_array(w, "value");
    while (cur_left(&v)) {
        unsigned count = cur_u8(&v);
        write_object(w, NULL);
        write_array(w, "domains");
        for (; count && cur_left(&v); count--) {
            unsigned asn = cur_u32(&v);
            write_format(w, NULL, "%u:%u", asn, cur_u16(&v));
        }
        write_end(w);
        write_u64(w, "safi", cur_u8(&v));
        write_end(w);
    }
    write_end(w);
}
