/* Families of one short form each: VPLS, route target constraint, SR Policy, MDT, encapsulation end points. */
#include "decode/bgp/update_internal.h"

enum { RD = 8 };

/* ---- VPLS: length (2), RD (8), and either VE ID (2), block offset (2), block size (2), label base (3): RFC 4761
 * 3.2.2; or the PE's address: RFC 6074 3.2.2 ---- */

enum { VPLS_BLOCK = 9, VPLS_DISCOVERY = 4 };

static enum fault_code read_vpls(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    (void)it;
    struct cursor body = cur_sub(in, cur_u16(in));
    if (!cur_ok(in))
        return FAULT_BGP_NLRI_OVERRUN;
    out->key = body;
    out->rd = cur_sub(&body, RD);
    size_t n = cur_left(&body);
    out->unreadable = !cur_ok(&body) || (n != VPLS_BLOCK && n != VPLS_DISCOVERY);
    out->prefix = body;
    if (n == VPLS_BLOCK) {
        out->prefix.end = out->key.end = body.end - 3;
        out->labels = (struct cursor){ out->key.end, body.end, false };
        out->label_count = 1;
    }
    return FAULT_COUNT;
}

static void text_vpls(const struct bgp_nlri *n, struct buf *out)
{
    struct cursor v = n->prefix;
    if (cur_left(&v) == VPLS_DISCOVERY) {
        bgp_ip_text(v, out);
        return;
    }
    unsigned ve = cur_u16(&v), offset = cur_u16(&v);
    buf_printf(out, "ve %u offset %u size %u", ve, offset, cur_u16(&v));
}

/* ---- route target constraint: length in bits (1), origin AS (4), route target (8), cut at the length.
 * RFC 4684 4 ---- */

enum { RTC_AS_BITS = 32, RTC_BITS = 96 };

static enum fault_code read_rtc(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    (void)it;
    out->bits = cur_u8(in);
    out->prefix = out->key = cur_sub(in, (out->bits + 7u) / 8);
    if (out->bits > RTC_BITS)
        return FAULT_BGP_NLRI_BITS;
    out->unreadable = out->bits && out->bits < RTC_AS_BITS;
    return FAULT_COUNT;
}

static void text_rtc(const struct bgp_nlri *n, struct buf *out)
{
    struct cursor v = n->prefix;
    if (!n->bits) {
        buf_str(out, "default");
        return;
    }
    buf_u64(out, cur_u32(&v));
    if (n->bits == RTC_BITS) {
        buf_char(out, ':');
        bgp_ext_community_text(v.at, out);
    } else if (n->bits > RTC_AS_BITS) {
        buf_char(out, ':');
        bgp_hex_text(v, out);
    }
    if (n->bits != RTC_BITS)
        buf_printf(out, "/%u", n->bits);
}

/* ---- SR Policy: length in bits (1), distinguisher (4), color (4), endpoint (4 or 16). RFC 9830 2.1 ---- */

/* A length in bits and as many bytes, of which `size` are expected. */
static enum fault_code read_sized(struct cursor *in, struct bgp_nlri *out, size_t size)
{
    size_t n = (cur_u8(in) + 7u) / 8;
    out->prefix = out->key = cur_sub(in, n);
    out->unreadable = n != size;
    return FAULT_COUNT;
}

static enum fault_code read_sr_policy(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    return read_sized(in, out, 8 + it->row->address_bits / 8u);
}

static void text_sr_policy(const struct bgp_nlri *n, struct buf *out)
{
    struct cursor v = n->prefix;
    unsigned distinguisher = cur_u32(&v);
    buf_printf(out, "[%u]:[%u]:[", distinguisher, (unsigned)cur_u32(&v));
    bgp_ip_text(v, out);
    buf_char(out, ']');
}

/* ---- MDT: length in bits (1), RD (8), PE's address, group. RFC 6037 2.1 ---- */

static enum fault_code read_mdt(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    enum fault_code bad = read_sized(in, out, RD + it->row->address_bits / 4u);
    if (cur_left(&out->prefix) >= RD)
        out->rd = cur_sub(&out->prefix, RD);
    return bad;
}

static void text_mdt(const struct bgp_nlri *n, struct buf *out)
{
    struct cursor v = n->prefix;
    bgp_ip_text(cur_sub(&v, cur_left(&v) / 2), out);
    buf_char(out, ',');
    bgp_ip_text(v, out);
}

/* ---- end points of tunnels: length in bits (1), address. RFC 5512 3 ---- */

static enum fault_code read_encap(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    return read_sized(in, out, it->row->address_bits / 8u);
}

static void text_encap(const struct bgp_nlri *n, struct buf *out) { bgp_ip_text(n->prefix, out); }

const struct nlri_reader nlri_vpls = { read_vpls, text_vpls, NULL };
const struct nlri_reader nlri_rtc = { read_rtc, text_rtc, NULL };
const struct nlri_reader nlri_sr_policy = { read_sr_policy, text_sr_policy, NULL };
const struct nlri_reader nlri_mdt = { read_mdt, text_mdt, NULL };
const struct nlri_reader nlri_encap = { read_encap, text_encap, NULL };
