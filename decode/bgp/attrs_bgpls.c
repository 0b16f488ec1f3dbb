/* BGP-LS attribute (RFC 9552 5.3): TLVs of type (2), length (2) and value. A type is a row of bgpls.def. */
#include "decode/bgp/update_internal.h"

static const struct bgpls_row rows[] = {
#define BGPLS(type, name, shape) { type, SHAPE_##shape, name },
#include "decode/bgp/bgpls.def"
#undef BGPLS
};

const struct bgpls_row *bgpls_row(unsigned type)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].type == type)
            return &rows[i];
    return NULL;
}

bool bgpls_next(struct cursor *in, struct bgpls_tlv *out)
{
    if (!cur_left(in))
        return false;
    out->type = cur_u16(in);
    out->value = cur_sub(in, cur_u16(in));
    return cur_ok(in);
}

/* RFC 9552 8.2.2: only the form is judged, and what is unknown is kept */
enum fault_code attr_check_bgpls(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct cursor v = in->value;
    struct bgpls_tlv tlv;
    while (bgpls_next(&v, &tlv))
        continue;
    return cur_ok(&v) ? FAULT_COUNT : FAULT_BGP_ATTR_TLV;
}

void attr_tell_bgpls(struct writer *w, const struct attr_in *in)
{
    struct cursor v = in->value;
    struct bgpls_tlv tlv;
    write_array(w, "value");
    while (bgpls_next(&v, &tlv)) {
        const struct bgpls_row *row = bgpls_row(tlv.type);
        write_object(w, NULL);
        write_u64(w, "type", tlv.type);
        write_str(w, "name", row ? row->name : NULL);
        bgp_shape_tell(w, "value", tlv.value, row ? row->shape : SHAPE_HEX);
        write_end(w);
    }
    write_end(w);
}
