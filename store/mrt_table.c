/* TABLE_DUMP_V2, record by record. */
#include "store/mrt_table.h"

#include "store/route.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE_DUMP_V2 = 13, PEER_INDEX_TABLE = 1, RIB_GENERIC = 6, RIB_GENERIC_ADDPATH = 12, HEADER = 12 };
enum { PEER_IPV6 = 1, PEER_AS4 = 2 }; /* RFC 6396 4.3.1 */
enum { FLAG_OPTIONAL = 0x80, FLAG_EXTENDED = 0x10 };
enum { ROWS_MOST = UINT16_MAX };

/* The length comes when the record is whole. */
static size_t begin(struct buf *b, struct stamp when, unsigned subtype)
{
    size_t start = b->used;
    buf_be(b, (uint64_t)(when.ns / NS_PER_S), 4);
    buf_be(b, TABLE_DUMP_V2, 2);
    buf_be(b, subtype, 2);
    buf_be(b, 0, 4);
    return start;
}

static void put_at(struct buf *b, size_t at, size_t n, unsigned bytes)
{
    while (bytes-- && at < b->used)
        b->text[at++] = (char)(n >> 8 * bytes & 0xff);
}

static void end(struct buf *b, size_t start)
{
    if (b->lost)
        b->used = start; /* whole records only */
    else
        put_at(b, start + 8, b->used - start - HEADER, 4);
}

static void put_bytes(struct buf *b, struct cursor c)
{
    if (cur_left(&c))
        buf_add(b, (const char *)c.at, cur_left(&c));
}

void mrt_peers(struct buf *out, struct stamp when, uint32_t router_id, const char *view,
               const struct mrt_peer *peers, unsigned count)
{
    size_t start = begin(out, when, PEER_INDEX_TABLE);
    buf_be(out, router_id, 4);
    buf_be(out, strlen(view), 2);
    buf_str(out, view);
    buf_be(out, count, 2);
    for (unsigned i = 0; i < count; i++) {
        const struct mrt_peer *p = &peers[i];
        bool ipv6 = p->addr.size == 16;
        buf_be(out, (ipv6 ? PEER_IPV6 : 0u) | PEER_AS4, 1);
        buf_be(out, p->router_id, 4);
        buf_add(out, (const char *)p->addr.b, ipv6 ? 16 : 4);
        buf_be(out, p->asn, 4);
    }
    end(out, start);
}

/* ---- attributes ---- */

static void put_attr_head(struct buf *b, unsigned flags, unsigned code, size_t size)
{
    bool extended = size > UINT8_MAX;
    buf_be(b, (flags & ~(unsigned)FLAG_EXTENDED) | (extended ? FLAG_EXTENDED : 0u), 1);
    buf_be(b, code, 1);
    buf_be(b, size, extended ? 2 : 1);
}

/* Every AS with four bytes, and as it is meant (RFC 6396 4.3.4, 6793 4.2.3): AS_PATH and AGGREGATOR with what their AS4_
 * companions say, and without those. */
static void put_wide_attr(struct buf *b, unsigned flags, unsigned code, const struct route_attrs *r)
{
    struct addr who;
    uint32_t asn;
    size_t at = b->used;
    if (code != BGP_ATTR_AS_PATH && code != BGP_ATTR_AGGREGATOR)
        return;
    buf_be(b, flags | FLAG_EXTENDED, 1);
    buf_be(b, code, 1);
    buf_be(b, 0, 2);
    if (code == BGP_ATTR_AS_PATH)
        bgp_path_wide(&r->update, &r->ctx, b);
    else if (bgp_aggregator(&r->update, &r->ctx, &asn, &who)) {
        buf_be(b, asn, 4);
        buf_add(b, (const char *)who.b, 4);
    } else {
        b->used = at;
        return;
    }
    put_at(b, at + 2, b->used - at - 4, 2);
}

static bool is_wide(unsigned code)
{
    return code == BGP_ATTR_AS_PATH || code == BGP_ATTR_AGGREGATOR || code == BGP_ATTR_AS4_PATH ||
           code == BGP_ATTR_AS4_AGGREGATOR;
}

/* `r`: of a speaker of two-byte ASes, else NULL. */
static bool put_attr(struct buf *b, unsigned flags, unsigned code, struct cursor value,
                     const struct route_attrs *r)
{
    if (code == BGP_ATTR_MP_REACH_NLRI) { /* its next hop alone: RFC 6396 4.3.4 */
        cur_take(&value, 3);
        size_t size = cur_u8(&value);
        struct cursor hop = cur_sub(&value, size);
        put_attr_head(b, flags, code, 1 + size);
        buf_be(b, size, 1);
        put_bytes(b, hop);
        return cur_ok(&value);
    }
    if (r && is_wide(code)) {
        put_wide_attr(b, flags, code, r);
        return true;
    }
    if (code == BGP_ATTR_AGGREGATOR && cur_left(&value) != 8) /* discarded by its receiver: RFC 7606 7.7 */
        return true;
    put_attr_head(b, flags, code, cur_left(&value));
    put_bytes(b, value);
    return true;
}

static bool put_each(struct buf *b, struct cursor in, const struct route_attrs *narrow)
{
    while (cur_left(&in)) {
        unsigned flags = cur_u8(&in), code = cur_u8(&in);
        struct cursor value = cur_sub(&in, flags & FLAG_EXTENDED ? cur_u16(&in) : cur_u8(&in));
        if (!cur_ok(&in) || !put_attr(b, flags, code, value, narrow))
            return false;
    }
    return true;
}

static bool put_attrs(struct buf *b, const struct rib_row *r)
{
    size_t at = b->used;
    struct cursor in = cur_over(r->attrs, r->attrs_size);
    struct route_attrs *narrow = r->as4 ? NULL : malloc(sizeof *narrow);
    buf_be(b, 0, 2);
    bool well = r->as4 || (narrow && route_attrs_read(narrow, in, false));
    well = well && put_each(b, in, narrow);
    free(narrow);
    size_t size = b->used - at - 2;
    put_at(b, at, size, 2);
    return well && size <= UINT16_MAX;
}

/* ---- rows ---- */

/* By prefix, then whose it is. */
static int by_prefix(const void *left, const void *right)
{
    const struct rib_row *a = left, *b = right;
    int order = a->has_path_id - b->has_path_id;
    if (!order)
        order = memcmp(a->prefix, b->prefix, sizeof a->prefix);
    if (!order)
        order = a->bits - b->bits;
    if (!order)
        order = (a->from > b->from) - (a->from < b->from);
    return order ? order : (a->path_id > b->path_id) - (a->path_id < b->path_id);
}

/* RFC 6396 4.3.3: a record is about one NLRI. RFC 8050 4.2: its path identifier is a part of it. */
static int by_raw(const void *left, const void *right)
{
    const struct rib_row *a = left, *b = right;
    int order = a->has_path_id - b->has_path_id;
    if (!order)
        order = rib_rows_raw_order(a, b);
    return order ? order : (a->from > b->from) - (a->from < b->from);
}

static bool same_route(const struct rib_row *a, const struct rib_row *b, bool plain)
{
    if (!plain)
        return a->has_path_id == b->has_path_id && !rib_rows_raw_order(a, b);
    return a->has_path_id == b->has_path_id && a->bits == b->bits &&
           !memcmp(a->prefix, b->prefix, sizeof a->prefix);
}

/* RFC 6396 4.3.2, 4.3.3, RFC 8050 4 */
static unsigned subtype_of(enum bgp_family f, bool path_ids)
{
    if (!rib_rows_plain(f))
        return path_ids ? RIB_GENERIC_ADDPATH : RIB_GENERIC;
    unsigned first = path_ids ? 8 : 2;
    return first + (bgp_family_afi(f) == 2 ? 2u : 0u) + (bgp_family_safi(f) == 2 ? 1u : 0u);
}

static void put_route(struct buf *b, enum bgp_family f, const struct rib_row *r)
{
    if (rib_rows_plain(f)) {
        buf_be(b, r->bits, 1);
        buf_add(b, (const char *)r->prefix, (r->bits + 7u) / 8);
        return;
    }
    buf_be(b, bgp_family_afi(f), 2);
    buf_be(b, bgp_family_safi(f), 1);
    put_bytes(b, r->raw);
}

/* Rows of one route. Returns how many could not be told. */
static size_t put_record(struct buf *b, struct stamp when, uint32_t sequence, enum bgp_family f,
                         const struct rib_row *rows, size_t count)
{
    size_t start = begin(b, when, subtype_of(f, rows->has_path_id)), told = 0;
    buf_be(b, sequence, 4);
    put_route(b, f, rows);
    size_t count_at = b->used;
    buf_be(b, 0, 2);
    for (size_t i = 0; i < count && told < ROWS_MOST; i++) {
        size_t entry = b->used;
        buf_be(b, rows[i].from, 2);
        buf_be(b, 0, 4); /* since when: a table does not keep it */
        if (rows[i].has_path_id && rib_rows_plain(f))
            buf_be(b, rows[i].path_id, 4);
        if (put_attrs(b, &rows[i]))
            told++;
        else
            b->used = entry;
    }
    put_at(b, count_at, told, 2);
    end(b, start);
    return count - told;
}

void mrt_rows_sort(struct rib_rows *r, enum bgp_family f)
{
    if (r->count)
        qsort(r->list, r->count, sizeof *r->list, rib_rows_plain(f) ? by_prefix : by_raw);
}

size_t mrt_rows_next(struct buf *out, struct stamp when, uint32_t sequence, enum bgp_family f,
                     const struct rib_rows *r, size_t *at)
{
    const struct rib_row *first = &r->list[*at];
    size_t n = 1;
    while (*at + n < r->count && same_route(first, first + n, rib_rows_plain(f)))
        n++;
    *at += n;
    return put_record(out, when, sequence, f, first, n);
}
