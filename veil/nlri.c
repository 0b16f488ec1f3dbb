/* NLRI in place: one small function a shape; families whose shape has none here are left to who asked. */
#include "veil/veil_internal.h"

enum { RD = 8, LABEL = 3 };

/* One route, or as much as can be read of what is left. */
typedef void shape_fn(struct veil *, struct brush *, unsigned address_size);

/* Type (2), then AS (2) and number (4), address and number (2), or AS (4) and number (2). RFC 4364 4.2 */
void veil_rd(struct veil *v, struct brush *all)
{
    struct brush sub = brush_sub(all, RD), *b = &sub;
    unsigned type = brush_u16(b);
    if (type == 0) {
        paint_as2(&v->key, b);
        brush_keep(b, 4);
    } else if (type == 1) {
        paint_v4(&v->key, b);
        brush_keep(b, 2);
    } else if (type == 2) {
        paint_as4(&v->key, b);
        brush_keep(b, 2);
    }
    brush_rest(b);
}

/* ---- prefixes ---- */

static void prefix_behind(struct veil *v, struct brush *b, unsigned size, unsigned bits)
{
    if (bits > size * 8)
        brush_rest(b);
    else
        paint_prefix(&v->key, b, size, bits);
}

static void shape_prefix(struct veil *v, struct brush *b, unsigned size)
{
    prefix_behind(v, b, size, brush_u8(b));
}

/* Labels up to the bottom of the stack, or to what a withdrawal has in their place. RFC 8277 2.3, 2.4 */
static unsigned labels(struct brush *b, unsigned bits)
{
    while (bits >= LABEL * 8) {
        const uint8_t *l = brush_take(b, LABEL);
        bits -= LABEL * 8;
        if (!l || l[2] & 1 || (!(l[0] & 0x7f) && !l[1] && !l[2]))
            break;
    }
    return bits;
}

static void shape_labeled(struct veil *v, struct brush *b, unsigned size)
{
    unsigned bits = brush_u8(b);
    prefix_behind(v, b, size, labels(b, bits));
}

static void rd_and_prefix(struct veil *v, struct brush *b, unsigned size, unsigned bits)
{
    if (bits < RD * 8) {
        brush_rest(b);
        return;
    }
    veil_rd(v, b);
    prefix_behind(v, b, size, bits - RD * 8);
}

static void shape_vpn(struct veil *v, struct brush *b, unsigned size)
{
    unsigned bits = brush_u8(b);
    rd_and_prefix(v, b, size, labels(b, bits));
}

static void shape_vpn_plain(struct veil *v, struct brush *b, unsigned size)
{
    rd_and_prefix(v, b, size, brush_u8(b));
}

/* ---- EVPN: fields as evpn.def has them ---- */

static void evpn_address(struct veil *v, struct brush *b)
{
    unsigned bits = brush_u8(b);
    if (bits == 32)
        paint_v4(&v->key, b);
    else if (bits == 128)
        paint_v6(&v->key, b);
}

static void evpn_prefix(struct veil *v, struct brush *b, unsigned size)
{
    unsigned bits = brush_u8(b);
    uint8_t *p = brush_take(b, size);
    if (p)
        key_prefix(&v->key, p, size, bits < size * 8 ? bits : size * 8);
}

/* The type says how it is read, which stays; the rest is a MAC or the like. RFC 7432 5 */
static void evpn_segment(struct veil *v, struct brush *b)
{
    brush_keep(b, 1);
    uint8_t *p = brush_take(b, 9);
    if (p)
        key_secret(&v->key, p, 9);
}

static void evpn_field(struct veil *v, struct brush *b, char field, unsigned *size)
{
    switch (field) {
    case 'E': evpn_segment(v, b); break;
    case 'T': brush_keep(b, 4); break;
    case 'M':
        if (brush_u8(b) == 48)
            paint_mac(&v->key, b);
        break;
    case 'A': evpn_address(v, b); break;
    case 'P':
        *size = brush_left(b) == 1 + 4 + 4 + LABEL ? 4 : 16;
        evpn_prefix(v, b, *size);
        break;
    case 'G':
        if (*size == 4)
            paint_v4(&v->key, b);
        else
            paint_v6(&v->key, b);
        break;
    case 'l':
    case 'L': brush_keep(b, brush_left(b) < LABEL ? brush_left(b) : LABEL); break;
    case 'x': brush_keep(b, 1); break;
    default: break;
    }
}

static void shape_evpn(struct veil *v, struct brush *all, unsigned size)
{
    static const char *const fields[] = {
#define EVPN(type, name, fields) [type] = (fields),
#include "decode/bgp/evpn.def"
#undef EVPN
    };
    unsigned type = brush_u8(all);
    struct brush sub = brush_sub(all, brush_u8(all)), *b = &sub;
    if (type < COUNT(fields) && fields[type]) {
        veil_rd(v, b);
        for (const char *f = fields[type]; *f && brush_left(b); f++)
            evpn_field(v, b, *f, &size);
    }
    brush_rest(b);
}

/* ---- flow specifications (RFC 8955, 8956) ---- */

static void flow_prefix(struct veil *v, struct brush *b, unsigned size)
{
    unsigned bits = brush_u8(b), offset = size == 16 ? brush_u8(b) : 0;
    if (offset && offset < bits) /* its bits say nothing without those in front of them */
        brush_zero(b, (bits - offset + 7) / 8);
    else
        prefix_behind(v, b, size, bits);
}

static void flow_operators(struct brush *b)
{
    enum { LAST = 0x80 };
    unsigned op;
    do {
        op = brush_u8(b);
        brush_keep(b, (size_t)1 << (op >> 4 & 3));
    } while (!(op & LAST) && brush_left(b));
}

static void shape_flowspec(struct veil *v, struct brush *all, unsigned size)
{
    enum { DESTINATION = 1, SOURCE = 2, LAST_OF_IP = 13 };
    unsigned n = brush_u8(all);
    if (n >= 0xf0)
        n = (n & 0xf) << 8 | brush_u8(all);
    struct brush sub = brush_sub(all, n), *b = &sub;
    while (brush_left(b)) {
        unsigned type = brush_u8(b);
        if (type == DESTINATION || type == SOURCE)
            flow_prefix(v, b, size);
        else if (type && type <= LAST_OF_IP)
            flow_operators(b);
        else
            brush_rest(b);
    }
}

/* ---- the others ---- */

/* Length in bits, AS of the origin, a route target. RFC 4684 4 */
static void shape_rtc(struct veil *v, struct brush *b, unsigned size)
{
    enum { ORIGIN = 32, ALL = 96 };
    unsigned bits = brush_u8(b);
    (void)size;
    struct brush sub = brush_sub(b, (bits + 7) / 8);
    if (bits >= ORIGIN)
        paint_as4(&v->key, &sub);
    if (bits == ALL)
        veil_ext_community(v, &sub);
    brush_rest(&sub);
}

/* Length (2), RD; an address (RFC 6074) or numbers (RFC 4761 3.2.2). */
static void shape_vpls(struct veil *v, struct brush *all, unsigned size)
{
    struct brush sub = brush_sub(all, brush_u16(all));
    (void)size;
    veil_rd(v, &sub);
    if (brush_left(&sub) == 4)
        paint_v4(&v->key, &sub);
    else
        brush_keep(&sub, brush_left(&sub));
}

#define shape_mvpn      NULL
#define shape_sr_policy NULL
#define shape_bgpls     NULL
#define shape_bgpls_vpn NULL
#define shape_mdt       NULL
#define shape_encap     NULL

bool veil_nlri(struct veil *v, struct brush *b, enum bgp_family family, const struct bgp_ctx *ctx)
{
    enum { PATH_ID = 4 };
    static shape_fn *const shapes[] = {
#define NLRI(afi, safi, ident, name, reader) shape_##reader,
#include "decode/bgp/nlri.def"
#undef NLRI
    };
    if (!brush_left(b))
        return true;
    bool vpn_flow =
        family == FAMILY_VPNV4_FLOWSPEC || family == FAMILY_VPNV6_FLOWSPEC || family == FAMILY_L2VPN_FLOWSPEC;
    if (family == FAMILY_NONE || !shapes[family] || vpn_flow)
        return false;
    unsigned size = bgp_family_afi(family) == 1 ? 4 : 16;
    while (brush_left(b)) {
        if (ctx->add_path >> family & 1)
            brush_keep(b, PATH_ID);
        shapes[family](v, b, size);
    }
    return true;
}
