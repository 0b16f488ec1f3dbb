/* Path attributes: a set of them in, what they say and what is wrong with their values out. To add one: a row in
 * attrs.def and, if no reader fits its value, attr_check_READER and attr_tell_READER in the file of its subject. */
#include "decode/bgp/update_internal.h"

enum { OPTIONAL = ATTR_OPTIONAL, TRANSITIVE = ATTR_TRANSITIVE };
/* Bits of the column of flags that are not on the wire. */
enum { ANY = 1, LENIENT = 2 };
enum { DISCARD = BGP_DISCARD_ATTRIBUTE, WITHDRAW = BGP_TREAT_AS_WITHDRAW, RESET = BGP_RESET_SESSION };

#define JUDGED(flags) ((flags)&ANY ? 0 : OPTIONAL | TRANSITIVE)

const struct attr_row attr_rows[256] = {
#define ATTR(code, ident, name, flags, bad, reader)                                                          \
    [code] = { (flags) & (OPTIONAL | TRANSITIVE),    JUDGED(flags),       (bad),                             \
               (flags)&LENIENT ? DISCARD : WITHDRAW, attr_check_##reader, attr_tell_##reader },
#include "decode/bgp/attrs.def"
#undef ATTR
};

const char *bgp_attr_name(unsigned code)
{
    static const char *const names[256] = {
#define ATTR(code, ident, name, flags, bad, reader) [code] = (name),
#include "decode/bgp/attrs.def"
#undef ATTR
    };
    return code < COUNT(names) ? names[code] : NULL;
}

/* From the message's header on: withdrawn routes begin behind the header and their length field. */
static size_t offset_in(const struct bgp_update *u, const uint8_t *at)
{
    return (size_t)(at - u->withdrawn.at) + BGP_HEADER + 2;
}

void bgp_attrs_read(const struct bgp_update *u, const struct bgp_ctx *ctx, struct bgp_attrs_summary *out)
{
    *out = (struct bgp_attrs_summary){ .verdict = BGP_FINE };
    for (unsigned i = 0; i < u->attr_count; i++) {
        const struct bgp_attr *a = &u->attr[i];
        const struct attr_row *row = &attr_rows[a->code];
        if (!row->check)
            continue;
        struct attr_in in = { a->value, u, ctx };
        enum fault_code bad = row->check(&in, out);
        if (bad == FAULT_COUNT)
            continue;
        fault_note(&out->faults, bad, offset_in(u, a->raw.at), a->code);
        enum bgp_verdict verdict =
            bad == FAULT_BGP_ATTR_NOTHING ? BGP_DISCARD_ATTRIBUTE : (enum bgp_verdict)row->bad;
        if (verdict > out->verdict)
            out->verdict = verdict;
    }
    bgp_path_summary(u, ctx, out);
}

/* ---- telling ---- */

/* Whether the value can be told in its own form in spite of the fault. */
static bool readable(enum fault_code bad)
{
    return bad == FAULT_COUNT || bad == FAULT_BGP_ATTR_AS_ZERO || bad == FAULT_BGP_ATTR_NEXT_HOP ||
           bad == FAULT_BGP_ATTR_MP_NEXT_HOP || bad == FAULT_BGP_ATTR_VALUE;
}

void attr_tell_object(struct writer *w, const struct bgp_attr *a, const struct bgp_update *u,
                      const struct bgp_ctx *ctx, bool plain)
{
    const struct attr_row *row = &attr_rows[a->code];
    struct attr_in in = { a->value, u, ctx };
    struct bgp_attrs_summary nobody_reads;
    enum fault_code bad = row->check ? row->check(&in, &nobody_reads) : FAULT_COUNT;

    write_object(w, NULL);
    write_u64(w, "code", a->code);
    write_str(w, "name", bgp_attr_name(a->code));
    write_u64(w, "flags", a->flags);
    if (row->tell && !plain && readable(bad))
        row->tell(w, &in);
    else
        bgp_shape_tell(w, "value", a->value, SHAPE_HEX);
    write_end(w);
}
