/* Routes: a block of NLRI in, one route at a time out, and its words. Families are rows of nlri.def; each names a
 * reader. Plain prefixes, which are nearly all there is, are read here without a call.
 *
 *     path identifier (4, RFC 7911 3) | length in bits (1) | prefix       RFC 4271 4.3
 */
#include "decode/bgp/update_internal.h"

#include <string.h>

#define ADDRESS_BITS(afi) ((afi) == 1 ? 32 : (afi) == 2 ? 128 : 0)

const struct bgp_nlri_row nlri_rows[FAMILY_COUNT] = {
#define NLRI(afi, safi, ident, name, reader)                                                                 \
    [FAMILY_##ident] = { afi, safi, ADDRESS_BITS(afi), &nlri_##reader },
#include "decode/bgp/nlri.def"
#undef NLRI
};

/* ---- families ---- */

const char *bgp_family_name(enum bgp_family family)
{
    static const char *const names[] = {
#define NLRI(afi, safi, ident, name, reader) [FAMILY_##ident] = (name),
#include "decode/bgp/nlri.def"
#undef NLRI
    };
    return (unsigned)family < COUNT(names) ? names[family] : "unknown";
}

enum bgp_family bgp_family_of(uint16_t afi, uint8_t safi)
{
    for (unsigned i = 0; i < FAMILY_COUNT; i++)
        if (nlri_rows[i].safi == safi && nlri_rows[i].afi == afi)
            return (enum bgp_family)i;
    return FAMILY_NONE;
}

enum bgp_family bgp_family_parse(const char *name)
{
    for (unsigned i = 0; i < FAMILY_COUNT; i++)
        if (!strcmp(bgp_family_name((enum bgp_family)i), name))
            return (enum bgp_family)i;
    return FAMILY_NONE;
}

uint16_t bgp_family_afi(enum bgp_family f) { return (unsigned)f < FAMILY_COUNT ? nlri_rows[f].afi : 0; }
uint8_t bgp_family_safi(enum bgp_family f) { return (unsigned)f < FAMILY_COUNT ? nlri_rows[f].safi : 0; }

/* ---- one route after another ---- */

struct bgp_nlri_iter bgp_nlri_over(struct cursor nlri, enum bgp_family family, const struct bgp_ctx *ctx,
                                   bool withdraw)
{
    struct bgp_nlri_iter it = { .in = nlri, .family = family, .withdraw = withdraw, .fault = FAULT_COUNT };
    if ((unsigned)family < FAMILY_COUNT) {
        it.row = &nlri_rows[family];
        it.add_path = ctx->add_path >> family & 1;
    } else
        it.in.at = it.in.end;
    return it;
}

/* it->in.at stays at the route that could not be read. */
static bool give_up(struct bgp_nlri_iter *it, enum fault_code fault)
{
    it->fault = fault;
    it->in.end = it->in.at;
    return false;
}

static bool next_prefix(struct bgp_nlri_iter *it, struct bgp_nlri *out)
{
    const uint8_t *p = it->in.at;
    size_t left = (size_t)(it->in.end - p);
    if (it->add_path) {
        if (UNLIKELY(left < 5))
            return give_up(it, FAULT_BGP_NLRI_OVERRUN);
        out->path_id = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        p += 4;
        left -= 4;
    } else
        out->path_id = 0;
    unsigned bits = *p++;
    if (UNLIKELY(bits > it->row->address_bits)) /* RFC 7606 5.3 */
        return give_up(it, FAULT_BGP_NLRI_BITS);
    size_t size = (bits + 7) / 8;
    if (UNLIKELY(size > left - 1))
        return give_up(it, FAULT_BGP_NLRI_OVERRUN);

    out->family = it->family;
    out->has_path_id = it->add_path;
    out->type = 0;
    out->bits = (uint8_t)bits;
    out->label_count = 0;
    out->aside = 0;
    out->unreadable = false;
    out->labels = out->rd = cur_over(p, 0);
    out->prefix = out->key = (struct cursor){ p, p + size, false };
    out->raw = (struct cursor){ it->in.at, p + size, false };
    it->in.at = p + size;
    return true;
}

static bool next_other(struct bgp_nlri_iter *it, struct bgp_nlri *out)
{
    struct cursor in = it->in;
    *out = (struct bgp_nlri){ .family = it->family, .has_path_id = it->add_path };
    out->labels = out->rd = out->prefix = out->key = cur_over(in.at, 0);
    if (it->add_path)
        out->path_id = cur_u32(&in);
    enum fault_code bad = it->row->reader->read(it, &in, out);
    if (bad == FAULT_COUNT && !cur_ok(&in))
        bad = FAULT_BGP_NLRI_OVERRUN;
    if (bad != FAULT_COUNT)
        return give_up(it, bad);
    out->raw = (struct cursor){ it->in.at, in.at, false };
    it->in.at = in.at;
    return true;
}

bool bgp_nlri_next(struct bgp_nlri_iter *it, struct bgp_nlri *out)
{
    if (it->in.at == it->in.end)
        return false;
    return LIKELY(it->row->reader == &nlri_prefix) ? next_prefix(it, out) : next_other(it, out);
}

void bgp_nlri_text(const struct bgp_nlri *n, struct buf *out)
{
    if ((unsigned)n->family >= FAMILY_COUNT || n->unreadable)
        bgp_hex_text(n->raw, out);
    else
        nlri_rows[n->family].reader->text(n, out);
}

/* ---- prefixes: plain, with labels, with labels and RD, with RD ---- */

static void text_prefix(const struct bgp_nlri *n, struct buf *out)
{
    char text[ADDR_TEXT];
    buf_str(out, prefix_text(n->prefix.at, n->bits, nlri_rows[n->family].address_bits / 8u, text));
}

/* Labels up to the bottom of the stack, out of the front of a prefix of *bits bits. RFC 8277 2.2, 2.3 */
static enum fault_code read_labels(struct cursor *in, unsigned *bits, bool withdraw, struct bgp_nlri *out)
{
    enum { LABEL = 24, BOTTOM = 1, WITHDRAWN = 0x800000 };
    const uint8_t *start = in->at;
    for (;;) {
        if (*bits < LABEL)
            return FAULT_BGP_NLRI_LABELS;
        uint32_t entry = cur_u24(in);
        if (!cur_ok(in))
            return FAULT_BGP_NLRI_OVERRUN;
        *bits -= LABEL;
        out->label_count++;
        out->labels = (struct cursor){ start, in->at, false };
        /* RFC 8277 2.4: what a withdrawal has here is no label; RFC 3107 3 and old speakers send 0 */
        if (entry & BOTTOM || (withdraw && out->label_count == 1 && (entry == WITHDRAWN || !entry)))
            return FAULT_COUNT;
    }
}

/* The prefix itself, *bits of it left. */
static enum fault_code read_rest(const struct bgp_nlri_iter *it, struct cursor *in, unsigned bits,
                                 struct bgp_nlri *out)
{
    if (bits > it->row->address_bits)
        return FAULT_BGP_NLRI_BITS;
    out->bits = (uint8_t)bits;
    out->prefix = cur_sub(in, (bits + 7) / 8);
    return FAULT_COUNT;
}

static enum fault_code read_labeled(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    unsigned bits = cur_u8(in);
    enum fault_code bad = read_labels(in, &bits, it->withdraw, out);
    if (bad == FAULT_COUNT)
        bad = read_rest(it, in, bits, out);
    out->key = out->prefix;
    return bad;
}

/* Behind the labels; the key is RD and prefix. RFC 4364 4.3.4 */
static enum fault_code read_behind_rd(const struct bgp_nlri_iter *it, struct cursor *in, unsigned bits,
                                      struct bgp_nlri *out)
{
    enum { RD_BITS = 64 };
    const uint8_t *start = in->at;
    if (bits < RD_BITS)
        return FAULT_BGP_NLRI_BITS;
    out->rd = cur_sub(in, RD_BITS / 8);
    enum fault_code bad = read_rest(it, in, bits - RD_BITS, out);
    if (cur_ok(in))
        out->key = (struct cursor){ start, in->at, false };
    return bad;
}

static enum fault_code read_vpn(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    unsigned bits = cur_u8(in);
    enum fault_code bad = read_labels(in, &bits, it->withdraw, out);
    return bad == FAULT_COUNT ? read_behind_rd(it, in, bits, out) : bad;
}

/* SAFI 129 carries no labels. RFC 6514 10 */
static enum fault_code read_vpn_plain(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    return read_behind_rd(it, in, cur_u8(in), out);
}

const struct nlri_reader nlri_prefix = { NULL, text_prefix, NULL };
const struct nlri_reader nlri_labeled = { read_labeled, text_prefix, NULL };
const struct nlri_reader nlri_vpn = { read_vpn, text_prefix, NULL };
const struct nlri_reader nlri_vpn_plain = { read_vpn_plain, text_prefix, NULL };
