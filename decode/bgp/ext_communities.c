/* Extended communities (RFC 4360): eight bytes in, "rt:65000:1" out. A type is a row of ext_communities.def. */
#include "decode/bgp/update_internal.h"

#include <math.h>
#include <string.h>

/* A shape writes the six bytes behind type and subtype, its colon first. */
typedef void six_text(struct cursor six, struct buf *out);

static void text_as2(struct cursor v, struct buf *out)
{
    unsigned asn = cur_u16(&v);
    buf_printf(out, ":%u:%u", asn, (unsigned)cur_u32(&v));
}

static void text_as4(struct cursor v, struct buf *out)
{
    unsigned asn = cur_u32(&v);
    buf_printf(out, ":%u:%u", asn, cur_u16(&v));
}

static void text_ipv4(struct cursor v, struct buf *out)
{
    buf_char(out, ':');
    bgp_ip_text(cur_sub(&v, 4), out);
    buf_printf(out, ":%u", cur_u16(&v));
}

static void text_hex(struct cursor v, struct buf *out)
{
    buf_char(out, ':');
    bgp_hex_text(v, out);
}

static void text_none(struct cursor v, struct buf *out)
{
    (void)v;
    (void)out;
}

/* AS (2), a number of IEEE 754 (4): bytes, or packets, a second. RFC 8955 7.1 */
static void text_bandwidth(struct cursor v, struct buf *out)
{
    unsigned asn = cur_u16(&v);
    double rate = (double)bgp_f32_of(cur_u32(&v));
    if (isfinite(rate) && fabs(rate) < 1e15)
        buf_printf(out, ":%u:%.0f", asn, rate);
    else
        buf_printf(out, ":%u:%g", asn, rate);
}

/* point of insertion (1), id (1), cost (4) */
static void text_cost(struct cursor v, struct buf *out)
{
    unsigned point = cur_u8(&v), id = cur_u8(&v);
    buf_printf(out, ":%u:%u:%u", point, id, (unsigned)cur_u32(&v));
}

/* area (4), type (1), options (1): bit 0 is an external metric of type 2. RFC 4577 4.2.6 */
static void text_ospf_type(struct cursor v, struct buf *out)
{
    buf_char(out, ':');
    bgp_ip_text(cur_sub(&v, 4), out);
    unsigned type = cur_u8(&v);
    buf_printf(out, ":%u:%u", type, cur_u8(&v));
}

/* flags (2), color (4). RFC 9012 4.3 */
static void text_color(struct cursor v, struct buf *out)
{
    unsigned flags = cur_u16(&v);
    if (flags)
        buf_printf(out, ":0x%04x", flags);
    buf_printf(out, ":%u", (unsigned)cur_u32(&v));
}

static void text_encapsulation(struct cursor v, struct buf *out)
{
    cur_take(&v, 4);
    unsigned type = cur_u16(&v);
    const char *name = bgp_tunnel_type_name(type);
    if (name)
        buf_printf(out, ":%s", name);
    else
        buf_printf(out, ":%u", type);
}

/* flags (1): bit 0 is sticky; reserved (1), sequence number (4). RFC 7432 7.7 */
static void text_mobility(struct cursor v, struct buf *out)
{
    bool sticky = cur_u8(&v) & 1;
    cur_u8(&v);
    buf_printf(out, ":%u%s", (unsigned)cur_u32(&v), sticky ? ":sticky" : "");
}

/* flags (1): bit 0 is single-active; reserved (2), label (3). RFC 7432 7.5 */
static void text_esi_label(struct cursor v, struct buf *out)
{
    bool single = cur_u8(&v) & 1;
    cur_u16(&v);
    buf_printf(out, ":%u:%s", (unsigned)cur_u24(&v) >> 4, single ? "single-active" : "all-active");
}

static void text_mac(struct cursor v, struct buf *out)
{
    buf_char(out, ':');
    bgp_mac_text(v.at, cur_left(&v), out);
}

/* flags (2), MTU (2), reserved (2). RFC 8214 3.1 */
static void text_l2_attributes(struct cursor v, struct buf *out)
{
    unsigned flags = cur_u16(&v);
    buf_printf(out, ":0x%04x:%u", flags, cur_u16(&v));
}

/* flags (1): bit 0 is leaf; reserved (2), label (3). RFC 8317 6.1 */
static void text_etree(struct cursor v, struct buf *out)
{
    bool leaf = cur_u8(&v) & 1;
    cur_u16(&v);
    buf_printf(out, ":%s:%u", leaf ? "leaf" : "root", (unsigned)cur_u24(&v) >> 4);
}

/* algorithm (the low 5 bits of 1), bitmap (2), reserved (3). RFC 8584 2.2 */
static void text_df_election(struct cursor v, struct buf *out)
{
    unsigned algorithm = cur_u8(&v) & 31;
    buf_printf(out, ":%u:0x%04x", algorithm, cur_u16(&v));
}

static void text_flags8(struct cursor v, struct buf *out) { buf_printf(out, ":0x%02x", cur_u8(&v)); }
static void text_flags16(struct cursor v, struct buf *out) { buf_printf(out, ":0x%04x", cur_u16(&v)); }

/* RFC 8097 2: the last byte */
static void text_validation(struct cursor v, struct buf *out)
{
    static const char *const states[] = { "valid", "not-found", "invalid" };
    unsigned state = v.at[5];
    if (state < COUNT(states))
        buf_printf(out, ":%s", states[state]);
    else
        buf_printf(out, ":%u", state);
}

/* RFC 8955 7.3: the last byte; bit 46 is sample, bit 47 is terminal action */
static void text_action(struct cursor v, struct buf *out)
{
    unsigned bits = v.at[5];
    buf_printf(out, ":%s%s%s", bits & 2 ? "sample" : "", (bits & 3) == 3 ? "," : "",
               bits & 1 ? "terminal" : "");
}

static void text_marking(struct cursor v, struct buf *out) { buf_printf(out, ":%u", v.at[5] & 63u); }

/* encapsulation (1), control flags (1), MTU (2), reserved (2). RFC 4761 3.2.4 */
static void text_layer2(struct cursor v, struct buf *out)
{
    unsigned encapsulation = cur_u8(&v), flags = cur_u8(&v);
    buf_printf(out, ":%u:0x%02x:%u", encapsulation, flags, cur_u16(&v));
}

static const struct {
    uint8_t type, subtype;
    const char *name;
    six_text *text;
} rows[] = {
#define EXT_COMMUNITY(type, subtype, name, shape) { type, subtype, name, text_##shape },
#include "decode/bgp/ext_communities.def"
#undef EXT_COMMUNITY
};

void bgp_ext_community_text(const uint8_t *p, struct buf *out)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].type == p[0] && rows[i].subtype == p[1]) {
            buf_str(out, rows[i].name);
            rows[i].text(cur_over(p + 2, 6), out);
            return;
        }
    buf_printf(out, "0x%02x%02x", p[0], p[1]);
    text_hex(cur_over(p + 2, 6), out);
}

bool bgp_ext_community_known(const char *name, size_t size, bool alone)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (strlen(rows[i].name) == size && !memcmp(rows[i].name, name, size) &&
            alone == (rows[i].text == text_none))
            return true;
    return false;
}
