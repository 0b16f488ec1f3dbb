/* Opaque LSAs of OSPFv2 (RFC 5250) and grace LSAs of both versions: TLVs, whose meaning depends on the opaque type. */
#include "decode/ospf/ospf_internal.h"

static enum ospf_tlv_block block_of(unsigned opaque)
{
    static const struct {
        unsigned type;
        enum ospf_tlv_block block;
    } rows[] = {
#define OPAQUE(type, ident, name, tlvs) { type, OSPF_TLV_##tlvs },
#include "decode/ospf/opaque.def"
#undef OPAQUE
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].type == opaque)
            return rows[i].block;
    return OSPF_TLV_NONE;
}

const char *ospf_lsa_opaque_name(const struct ospf_lsa *lsa)
{
    bool opaque = lsa->kind == OSPF_LSA_V2_OPAQUE_LINK || lsa->kind == OSPF_LSA_V2_OPAQUE_AREA ||
                  lsa->kind == OSPF_LSA_V2_OPAQUE_AS;
    return opaque ? ospf_opaque_name(lsa->id >> 24) : NULL;
}

/* Link-state ID: opaque type (1), opaque ID (3). RFC 5250 3 */
void ospf_lsa_opaque(struct ospf_lsa_in *in)
{
    struct writer *w = in->told.w;
    unsigned type = in->lsa->id >> 24;
    enum ospf_tlv_block block = block_of(type);
    write_u64(w, "opaque_type", type);
    if (ospf_lsa_opaque_name(in->lsa))
        write_str(w, "opaque_name", ospf_lsa_opaque_name(in->lsa));
    write_u64(w, "opaque_id", in->lsa->id & 0xffffff);
    if (block == OSPF_TLV_NONE) {
        ospf_lsa_hex(in);
        return;
    }
    struct cursor rest = cur_sub(&in->in, cur_left(&in->in));
    ospf_tlvs_tell(&in->told, rest, block, true, in->lsa->cut);
}

bool ospf_grace_read(const struct ospf_lsa *lsa, struct ospf_grace *out)
{
    enum { PERIOD = 1, REASON, ADDRESS };
    struct cursor in = lsa->body;
    struct ospf_tlv tlv;
    bool period = false;
    *out = (struct ospf_grace){ 0 };
    if (lsa->kind != OSPF_LSA_V3_GRACE &&
        (lsa->kind != OSPF_LSA_V2_OPAQUE_LINK || lsa->id >> 24 != OSPF_OPAQUE_GRACE))
        return false;
    while (ospf_tlv_next(&in, &tlv)) {
        size_t size = cur_left(&tlv.value);
        if (tlv.type == PERIOD && size == 4) {
            out->period = cur_u32(&tlv.value);
            period = true;
        } else if (tlv.type == REASON && size == 1)
            out->reason = cur_u8(&tlv.value);
        else if (tlv.type == ADDRESS && size == 4)
            out->address = addr_v4(tlv.value.at);
    }
    return period;
}
