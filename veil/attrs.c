/* Path attributes in place. */
#include "veil/veil_internal.h"

struct paint {
    struct veil *veil;
    const struct bgp_ctx *ctx;
    uint8_t *head; /* flags, code */
    bool bad;      /* its content cannot be anonymised */
};

typedef void paint_fn(struct paint *, struct brush *value);

/* ---- readers, one a row below ---- */

static void paint_keep(struct paint *p, struct brush *b)
{
    (void)p;
    brush_keep(b, brush_left(b));
}

static void paint_zero(struct paint *p, struct brush *b)
{
    (void)p;
    brush_rest(b);
}

static void paint_unknown(struct paint *p, struct brush *b)
{
    (void)b;
    p->bad = true;
}

static void path(struct paint *p, struct brush *b, bool wide)
{
    while (brush_left(b)) {
        brush_keep(b, 1);
        for (unsigned n = brush_u8(b); n && brush_left(b); n--)
            if (wide)
                paint_as4(&p->veil->key, b);
            else
                paint_as2(&p->veil->key, b);
    }
}

static void paint_path(struct paint *p, struct brush *b) { path(p, b, p->ctx->as4); }
static void paint_path4(struct paint *p, struct brush *b) { path(p, b, true); }

static void paint_ids(struct paint *p, struct brush *b)
{
    while (brush_left(b))
        paint_id(&p->veil->key, b);
}

static void paint_aggregator(struct paint *p, struct brush *b)
{
    if (brush_left(b) == 8)
        paint_as4(&p->veil->key, b);
    else
        paint_as2(&p->veil->key, b);
    paint_id(&p->veil->key, b);
}

static void paint_as(struct paint *p, struct brush *b) { paint_as4(&p->veil->key, b); }

/* AS, number. 0xffff0000 and behind it are names of their own (RFC 1997); the reserved range keeps to itself anyway. */
static void paint_communities(struct paint *p, struct brush *b)
{
    while (brush_left(b)) {
        paint_as2(&p->veil->key, b);
        brush_keep(b, 2);
    }
}

static void paint_large(struct paint *p, struct brush *b)
{
    while (brush_left(b)) {
        paint_as4(&p->veil->key, b);
        brush_keep(b, 8);
    }
}

static void paint_ext(struct paint *p, struct brush *b)
{
    while (brush_left(b))
        veil_ext_community(p->veil, b);
}

/* Type (2), address, number (2). RFC 5701 */
static void paint_ext6(struct paint *p, struct brush *b)
{
    while (brush_left(b)) {
        brush_keep(b, 2);
        paint_v6(&p->veil->key, b);
        brush_keep(b, 2);
    }
}

/* Flags, type, label; what tells the tunnel. RFC 6514 5 */
static void paint_pmsi(struct paint *p, struct brush *b)
{
    brush_keep(b, 5);
    if (brush_left(b) == 4)
        paint_v4(&p->veil->key, b);
    else if (brush_left(b) == 16)
        paint_v6(&p->veil->key, b);
    brush_rest(b);
}

/* Secure path: how often, flags, AS; blocks of key identifiers and signatures, which are worth nothing any more: zeros of
 * the same lengths. RFC 8205 3 */
static void paint_bgpsec(struct paint *p, struct brush *b)
{
    enum { KEY = 20 };
    size_t length = brush_u16(b);
    struct brush path = brush_sub(b, length < 2 ? 0 : length - 2);
    while (brush_left(&path)) {
        brush_keep(&path, 2);
        paint_as4(&p->veil->key, &path);
    }
    while (brush_left(b)) {
        length = brush_u16(b);
        struct brush block = brush_sub(b, length < 2 ? 0 : length - 2);
        brush_keep(&block, 1);
        while (brush_left(&block)) {
            brush_zero(&block, KEY);
            length = brush_u16(&block);
            brush_zero(&block, length);
        }
    }
}

static void next_hop(struct veil *v, struct brush *b)
{
    enum { RD = 8 };
    size_t n = brush_left(b);
    switch (n) {
    case 4: paint_v4(&v->key, b); break;
    case RD + 4:
        veil_rd(v, b);
        paint_v4(&v->key, b);
        break;
    case 16:
    case 32:
        while (brush_left(b))
            paint_v6(&v->key, b);
        break;
    case RD + 16:
    case 2 * (RD + 16):
        while (brush_left(b)) {
            veil_rd(v, b);
            paint_v6(&v->key, b);
        }
        break;
    default: brush_rest(b);
    }
}

static void paint_reach(struct paint *p, struct brush *b)
{
    if (brush_left(b) < 3)
        return;
    enum bgp_family family = bgp_family_of(get16(b->at), b->at[2]);
    brush_keep(b, 3);
    struct brush hop = brush_sub(b, brush_u8(b));
    next_hop(p->veil, &hop);
    brush_keep(b, 1);
    p->bad = !veil_nlri(p->veil, b, family, p->ctx);
}

static void paint_unreach(struct paint *p, struct brush *b)
{
    if (brush_left(b) < 3)
        return;
    enum bgp_family family = bgp_family_of(get16(b->at), b->at[2]);
    brush_keep(b, 3);
    p->bad = !veil_nlri(p->veil, b, family, p->ctx);
}

/* ---- rows ---- */

/* Attributes without a row are of the kind whose content is not told apart here: they become unknown ones. */
static paint_fn *const rows[256] = {
    [BGP_ATTR_ORIGIN] = paint_keep,
    [BGP_ATTR_AS_PATH] = paint_path,
    [BGP_ATTR_NEXT_HOP] = paint_ids,
    [BGP_ATTR_MULTI_EXIT_DISC] = paint_keep,
    [BGP_ATTR_LOCAL_PREF] = paint_keep,
    [BGP_ATTR_ATOMIC_AGGREGATE] = paint_keep,
    [BGP_ATTR_AGGREGATOR] = paint_aggregator,
    [BGP_ATTR_COMMUNITY] = paint_communities,
    [BGP_ATTR_ORIGINATOR_ID] = paint_ids,
    [BGP_ATTR_CLUSTER_LIST] = paint_ids,
    [BGP_ATTR_MP_REACH_NLRI] = paint_reach,
    [BGP_ATTR_MP_UNREACH_NLRI] = paint_unreach,
    [BGP_ATTR_EXT_COMMUNITIES] = paint_ext,
    [BGP_ATTR_AS4_PATH] = paint_path4,
    [BGP_ATTR_AS4_AGGREGATOR] = paint_aggregator,
    [BGP_ATTR_PMSI_TUNNEL] = paint_pmsi,
    [BGP_ATTR_IPV6_EXT_COMM] = paint_ext6,
    [BGP_ATTR_AIGP] = paint_keep,
    [BGP_ATTR_LARGE_COMMUNITY] = paint_large,
    [BGP_ATTR_BGPSEC_PATH] = paint_bgpsec,
    [BGP_ATTR_OTC] = paint_as,
    [BGP_ATTR_DEVELOPMENT] = paint_zero,
};

/* It becomes one that nobody knows, of the same length: optional, not transitive, so a receiver passes over it. Each
 * needs a code of its own, lest it be one that is there twice. */
static void blank(struct paint *p, struct brush value, unsigned *blanked)
{
    static const uint8_t codes[] = { 255, 243, 242, 241, 129, 31, 30, 28, 19, 13, 12, 11 };
    enum { OPTIONAL = 0x80, EXTENDED_LENGTH = 0x10 };
    p->head[0] = (uint8_t)(OPTIONAL | (p->head[0] & EXTENDED_LENGTH));
    p->head[1] = codes[*blanked % COUNT(codes)];
    brush_rest(&value);
    ++*blanked;
    p->veil->blanked++;
}

void veil_attributes(struct veil *v, struct brush *b, const struct bgp_ctx *ctx)
{
    enum { EXTENDED_LENGTH = 0x10 };
    unsigned blanked = 0;
    while (brush_left(b) >= 3) {
        struct paint p = { v, ctx, b->at, false };
        unsigned flags = brush_u8(b), code = brush_u8(b);
        struct brush value = brush_sub(b, flags & EXTENDED_LENGTH ? brush_u16(b) : brush_u8(b));
        struct brush all = value;
        (rows[code] ? rows[code] : bgp_attr_name(code) ? paint_unknown : paint_zero)(&p, &value);
        if (p.bad)
            blank(&p, all, &blanked);
        else
            brush_rest(&value);
    }
    brush_rest(b);
}

/* Type, subtype, six bytes. RFC 4360, 5668, 7153; RFC 7432 7.6, 9135 8.1, RFC 8955 7 */
void veil_ext_community(struct veil *v, struct brush *all)
{
    enum {
        AS2 = 0,
        IPV4,
        AS4,
        OPAQUE,
        EVPN = 6,
        EVPN_ES_IMPORT = 2,
        EVPN_ROUTER_MAC = 3,
        TRANSITIVE_NOT = 0x40
    };
    enum { FLOWSPEC = 0x80, FLOWSPEC_IPV4, FLOWSPEC_AS4, LINK_BANDWIDTH = 4 };
    struct brush sub = brush_sub(all, 8), *b = &sub;
    unsigned type = brush_u8(b), subtype = brush_u8(b);
    switch (type & ~(unsigned)TRANSITIVE_NOT) {
    case AS2:
    case FLOWSPEC:
        paint_as2(&v->key, b);
        brush_keep(b, 4);
        break;
    case IPV4:
    case FLOWSPEC_IPV4:
        paint_v4(&v->key, b);
        brush_keep(b, 2);
        break;
    case AS4:
    case FLOWSPEC_AS4:
        paint_as4(&v->key, b);
        brush_keep(b, 2);
        break;
    case OPAQUE: brush_keep(b, 6); break;
    case EVPN:
        if (subtype == EVPN_ES_IMPORT || subtype == EVPN_ROUTER_MAC)
            paint_mac(&v->key, b);
        else
            brush_keep(b, 6); /* sequence numbers, labels, flags */
        break;
    default: break;
    }
    brush_rest(b);
}
