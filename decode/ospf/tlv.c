/* A block of TLVs in, all of them told; what a type means is a row of tlv.def.
 *
 *     0        2        4
 *     +--------+--------+------- - - -+- - - +
 *     |  type  | length | value       |  pad |      RFC 3630 2.3.2: padded to 4 bytes, and the length does not say so
 *     +--------+--------+------- - - -+- - - + */
#include "decode/ospf/ospf_internal.h"

/* TLVs within each other that we follow; the RFCs have three. */
enum { DEEPEST = 5 };

static const struct tlv_row {
    int block;
    uint16_t type;
    int inner;
    const char *name, *shape;
} rows[] = {
#define BLOCK(ident)
#define TLV(block, type, name, shape, inner) { OSPF_TLV_##block, type, OSPF_TLV_##inner, name, shape },
#include "decode/ospf/tlv.def"
#undef BLOCK
#undef TLV
};

static const struct tlv_row *row_of(int block, uint16_t type)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].block == block && rows[i].type == type)
            return &rows[i];
    return NULL;
}

bool ospf_tlv_next(struct cursor *in, struct ospf_tlv *out)
{
    if (!cur_left(in))
        return false;
    out->raw = in->at;
    out->type = cur_u16(in);
    size_t length = cur_u16(in);
    out->value = cur_sub(in, length);
    if (!cur_ok(in))
        return false;
    size_t pad = -length & 3; /* the last one's may be missing */
    cur_take(in, pad < cur_left(in) ? pad : cur_left(in));
    return true;
}

struct level {
    struct cursor in;
    int block;
};

struct walk {
    struct ospf_told *told;
    struct level levels[DEEPEST];
    unsigned depth;
    bool ipv4;
    const uint8_t *cut_end; /* what ends here may have been cut; NULL if nothing was */
};

static void blame(const struct walk *k, enum fault_code code, const uint8_t *at, uint16_t type,
                  const struct cursor *in)
{
    if (in->end != k->cut_end)
        ospf_blame(k->told, code, at, type);
}

static void tell_hex(struct writer *w, const char *key, struct cursor bytes)
{
    if (cur_left(&bytes))
        write_hex(w, key, bytes.at, cur_left(&bytes));
}

/* Opens the TLV's object and tells its fields; true if TLVs follow within, in *inner. */
static bool tell_fields(struct walk *k, const struct ospf_tlv *tlv, int block, struct level *inner)
{
    struct writer *w = k->told->w, silent = ospf_silent();
    const struct tlv_row *row = row_of(block, tlv->type);
    struct cursor in = tlv->value, trial = tlv->value;
    write_object(w, NULL);
    write_u64(w, "type", tlv->type);
    if (!row) {
        tell_hex(w, "value", in);
        return false;
    }
    write_str(w, "name", row->name);
    if (!ospf_shape_tell(&silent, row->shape, &trial, k->ipv4)) {
        blame(k, FAULT_OSPF_TLV_LENGTH, tlv->raw, tlv->type, &tlv->value);
        tell_hex(w, "value", in);
        return false;
    }
    ospf_shape_tell(w, row->shape, &in, k->ipv4);
    *inner = (struct level){ in, row->inner };
    if (row->inner && cur_left(&in))
        return true;
    tell_hex(w, "rest", in);
    return false;
}

/* One TLV of the innermost block that is open. */
static void tell_one(struct walk *k, const struct ospf_tlv *tlv)
{
    struct level inner;
    if (!tell_fields(k, tlv, k->levels[k->depth - 1].block, &inner))
        write_end(k->told->w);
    else if (k->depth == DEEPEST) {
        tell_hex(k->told->w, "rest", inner.in);
        write_end(k->told->w);
    } else {
        write_array(k->told->w, "tlvs");
        k->levels[k->depth++] = inner;
    }
}

void ospf_tlvs_tell(struct ospf_told *t, struct cursor in, enum ospf_tlv_block block, bool ipv4, bool cut)
{
    struct walk k = { .told = t, .levels = { { in, (int)block } }, .depth = 1, .ipv4 = ipv4 };
    k.cut_end = cut ? in.end : NULL;
    write_array(t->w, "tlvs");
    while (k.depth) {
        struct level *top = &k.levels[k.depth - 1];
        const uint8_t *at = top->in.at;
        struct ospf_tlv tlv = { 0 };
        if (ospf_tlv_next(&top->in, &tlv)) {
            tell_one(&k, &tlv);
            continue;
        }
        if (!cur_ok(&top->in))
            blame(&k, FAULT_OSPF_TLV_OVERRUN, at, tlv.type, &top->in);
        write_end(t->w);
        if (--k.depth) /* the object of the TLV that this block stands in */
            write_end(t->w);
    }
}
