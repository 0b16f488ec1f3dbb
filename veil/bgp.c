/* A BGP message in place: OPEN, NOTIFICATION, UPDATE, ROUTE-REFRESH. */
#include "veil/veil_internal.h"

/* Words of people and of programs. */
static void words(struct brush *b)
{
    uint8_t *p = b->at;
    size_t n = brush_left(b);
    brush_rest(b);
    memset(p, 'x', n);
}

/* A length, so many letters. */
static void counted_words(struct brush *b)
{
    struct brush text = brush_sub(b, brush_u8(b));
    words(&text);
}

static bool printable(const struct brush *b)
{
    for (const uint8_t *p = b->at; p < b->end; p++)
        if (*p < ' ' || *p == 0x7f)
            return false;
    return true;
}

/* ---- OPEN ---- */

static void capability(struct veil *v, unsigned code, struct brush *b)
{
    switch (code) {
    case BGP_CAP_MULTIPROTOCOL:
    case BGP_CAP_ROUTE_REFRESH:
    case BGP_CAP_ORF:
    case BGP_CAP_EXTENDED_NEXT_HOP:
    case BGP_CAP_EXTENDED_MESSAGE:
    case BGP_CAP_MULTIPLE_LABELS:
    case BGP_CAP_ROLE:
    case BGP_CAP_GRACEFUL_RESTART:
    case BGP_CAP_DYNAMIC:
    case BGP_CAP_ADD_PATH:
    case BGP_CAP_ENHANCED_REFRESH:
    case BGP_CAP_LLGR:
    case BGP_CAP_BFD_STRICT:
    case BGP_CAP_PATHS_LIMIT:
    case BGP_CAP_OLD_ROUTE_REFRESH:
    case BGP_CAP_OLD_ORF: brush_keep(b, brush_left(b)); break;
    case BGP_CAP_AS4: paint_as4(&v->key, b); break;
    case BGP_CAP_FQDN:
    case BGP_CAP_OLD_FQDN:
        counted_words(b);
        counted_words(b);
        break;
    case BGP_CAP_SOFTWARE_VERSION: counted_words(b); break;
    default: break;
    }
    brush_rest(b);
}

void veil_capabilities(struct veil *v, struct brush *b)
{
    while (brush_left(b)) {
        unsigned code = brush_u8(b);
        struct brush value = brush_sub(b, brush_u8(b));
        capability(v, code, &value);
    }
}

/* Version, AS, hold time, identifier; parameters with lengths of one byte, or two (RFC 9072). */
static void open_message(struct veil *v, struct brush *b)
{
    enum { CAPABILITIES = 2, EXTENDED = 255 };
    brush_keep(b, 1);
    paint_as2(&v->key, b);
    brush_keep(b, 2);
    paint_id(&v->key, b);
    uint8_t said = brush_u8(b);
    bool wide = said == EXTENDED && brush_left(b) && b->at[0] == EXTENDED;
    if (wide)
        brush_keep(b, 3);
    while (brush_left(b)) {
        uint8_t type = brush_u8(b);
        struct brush value = brush_sub(b, wide ? brush_u16(b) : brush_u8(b));
        if (type == CAPABILITIES)
            veil_capabilities(v, &value);
        brush_rest(&value);
    }
}

/* ---- NOTIFICATION ---- */

static void cease(unsigned subcode, struct brush *b)
{
    enum { MAX_PREFIXES = 1, SHUTDOWN = 2, RESET = 4, LIMIT = 7 };
    if (subcode == MAX_PREFIXES && brush_left(b) == LIMIT)
        brush_keep(b, LIMIT);
    else if (subcode == SHUTDOWN || subcode == RESET)
        counted_words(b);
}

/* What stands behind code and subcode. */
static void notification_data(struct veil *v, unsigned code, unsigned subcode, struct brush *b,
                              const struct bgp_ctx *ctx)
{
    enum { HEADER_ERROR = 1, OPEN_ERROR, UPDATE_ERROR, CEASE = 6 };
    enum { BAD_AS = 2, HOLD = 6, CAPABILITY = 7, VERSION = 1, LIST = 1, MISSING = 3, AS_LOOP = 11 };
    switch (code) {
    case HEADER_ERROR:
        if (brush_left(b) <= 2) /* a length, a type */
            brush_keep(b, brush_left(b));
        break;
    case OPEN_ERROR:
        if (subcode == BAD_AS && brush_left(b) == 2)
            paint_as2(&v->key, b);
        else if (subcode == BAD_AS && brush_left(b) == 4)
            paint_as4(&v->key, b);
        else if (subcode == CAPABILITY)
            veil_capabilities(v, b);
        else if ((subcode == HOLD || subcode == VERSION) && brush_left(b) == 2)
            brush_keep(b, 2);
        break;
    case UPDATE_ERROR:
        if (subcode == MISSING && brush_left(b) == 1)
            brush_keep(b, 1);
        else if (subcode != LIST && subcode != AS_LOOP && subcode != 10)
            veil_attributes(v, b, ctx);
        break;
    case CEASE: cease(subcode, b); break;
    default: break;
    }
    if (brush_left(b) > 4 && printable(b)) /* some have words where an error has no data of its own */
        words(b);
    brush_rest(b);
}

static void notification(struct veil *v, struct brush *b, const struct bgp_ctx *ctx)
{
    enum { CEASE = 6, HARD_RESET = 9 };
    unsigned code = brush_u8(b), subcode = brush_u8(b);
    if (code == CEASE && subcode == HARD_RESET) { /* RFC 8538 3.1 */
        code = brush_u8(b);
        subcode = brush_u8(b);
    }
    notification_data(v, code, subcode, b, ctx);
}

/* ---- UPDATE ---- */

static void update(struct veil *v, struct brush *b, const struct bgp_ctx *ctx)
{
    struct brush withdrawn = brush_sub(b, brush_u16(b));
    (void)veil_nlri(v, &withdrawn, FAMILY_IPV4_UNICAST, ctx);
    struct brush attributes = brush_sub(b, brush_u16(b));
    veil_attributes(v, &attributes, ctx);
    (void)veil_nlri(v, b, FAMILY_IPV4_UNICAST, ctx);
}

void veil_bgp(struct veil *v, struct brush *b, unsigned type, const struct bgp_ctx *ctx)
{
    enum { REFRESH = 4 };
    brush_keep(b, BGP_HEADER);
    switch (type) {
    case BGP_OPEN: open_message(v, b); break;
    case BGP_UPDATE: update(v, b, ctx); break;
    case BGP_NOTIFICATION: notification(v, b, ctx); break;
    case BGP_ROUTE_REFRESH: brush_keep(b, brush_left(b) < REFRESH ? brush_left(b) : REFRESH); break;
    default: break;
    }
    brush_rest(b);
}
