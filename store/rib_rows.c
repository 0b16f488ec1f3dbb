/* Tables to rows to UPDATEs. */
#include "store/rib_rows.h"

#include "base/grow.h"
#include <stdlib.h>
#include <string.h>

enum { FLAG_OPTIONAL = 0x80, FLAG_EXTENDED = 0x10 };
enum { AFI_IPV4 = 1, SAFI_UNICAST = 1, SAFI_MULTICAST = 2 };

bool rib_rows_plain(enum bgp_family f)
{
    uint16_t afi = bgp_family_afi(f);
    uint8_t safi = bgp_family_safi(f);
    return (afi == 1 || afi == 2) && (safi == SAFI_UNICAST || safi == SAFI_MULTICAST);
}

static struct rib_row *next_row(struct rib_rows *r)
{
    bool room = grow(&r->list, r->count, &r->room, sizeof *r->list, 1024, UINT32_MAX);
    return room ? r->list + r->count : NULL;
}

void rib_rows_add(struct rib_rows *r, const struct rib_side *side, enum bgp_family family, uint32_t from)
{
    struct rib_at at = { 0 };
    struct rib_route route;
    bool plain = rib_rows_plain(family);
    while (side && rib_next(side, family, &at, &route)) {
        size_t attrs = cur_left(&route.attrs), prefix = cur_left(&route.nlri.prefix);
        bool fits = plain ? prefix <= 16 : cur_left(&route.nlri.raw) <= BGP_LARGEST;
        struct rib_row *row = attrs && attrs <= UINT16_MAX && fits ? next_row(r) : NULL;
        if (!row) {
            r->left_out++;
            continue;
        }
        *row = (struct rib_row){ .attrs = route.attrs.at,
                                 .path_id = route.nlri.path_id,
                                 .from = from,
                                 .attrs_size = (uint16_t)attrs,
                                 .has_path_id = route.nlri.has_path_id,
                                 .as4 = route.as4,
                                 .bits = route.nlri.bits };
        if (!plain)
            row->raw = route.nlri.raw;
        else if (prefix)
            memcpy(row->prefix, route.nlri.prefix.at, prefix);
        r->count++;
    }
}

void rib_rows_free(struct rib_rows *r) { free(r->list); }

void rib_attrs_split(struct cursor attrs, struct rib_attrs *out)
{
    *out = (struct rib_attrs){ .before = attrs };
    for (struct cursor in = attrs; cur_left(&in);) {
        const uint8_t *start = in.at;
        unsigned flags = cur_u8(&in), code = cur_u8(&in);
        struct cursor value = cur_sub(&in, flags & FLAG_EXTENDED ? cur_u16(&in) : cur_u8(&in));
        if (!cur_ok(&in) || code != BGP_ATTR_MP_REACH_NLRI)
            continue;
        cur_take(&value, 3); /* AFI, SAFI: RFC 4760 3 */
        out->mp = true;
        out->before.end = start;
        out->next_hop = cur_sub(&value, cur_u8(&value));
        out->behind = in;
        return;
    }
}

/* ---- UPDATEs ---- */

struct update {
    uint8_t bytes[BGP_LARGEST_EXTENDED];
    size_t used;
    uint8_t nlri[BGP_LARGEST_EXTENDED];
    size_t nlri_used;
    struct rib_attrs attrs;
    enum bgp_family family;
    rib_update_fn *tell;
    void *to;
    bool as4, plain;
};

static void put8(struct update *u, unsigned n) { u->bytes[u->used++] = (uint8_t)n; }
static void put16(struct update *u, size_t n)
{
    put8(u, n >> 8 & 0xff);
    put8(u, n & 0xff);
}
static void put_bytes(struct update *u, struct cursor c)
{
    size_t n = cur_left(&c);
    if (n)
        memcpy(u->bytes + u->used, c.at, n);
    u->used += n;
}

static void put_header(struct update *u, size_t length)
{
    u->used = 0;
    memset(u->bytes, 0xff, 16);
    u->used = 16;
    put16(u, length);
    put8(u, BGP_UPDATE);
    put16(u, 0); /* nothing is withdrawn */
}

/* Bytes of the message besides NLRI. */
static size_t frame_size(const struct update *u)
{
    size_t mp = u->attrs.mp ? 4 + 3 + 1 + cur_left(&u->attrs.next_hop) + 1 : 0;
    return BGP_HEADER + 4 + mp + cur_left(&u->attrs.before) + cur_left(&u->attrs.behind);
}

static void flush(struct update *u)
{
    size_t length = frame_size(u) + u->nlri_used;
    if (!u->nlri_used)
        return;
    struct cursor nlri = cur_over(u->nlri, u->nlri_used);
    put_header(u, length);
    put16(u, length - BGP_HEADER - 4 - (u->attrs.mp ? 0 : u->nlri_used));
    if (u->attrs.mp) { /* RFC 7606 5.1: the first of the attributes */
        put8(u, FLAG_OPTIONAL | FLAG_EXTENDED);
        put8(u, BGP_ATTR_MP_REACH_NLRI);
        put16(u, 5 + cur_left(&u->attrs.next_hop) + u->nlri_used);
        put16(u, bgp_family_afi(u->family));
        put8(u, bgp_family_safi(u->family));
        put8(u, (unsigned)cur_left(&u->attrs.next_hop));
        put_bytes(u, u->attrs.next_hop);
        put8(u, 0);
        put_bytes(u, nlri);
    }
    put_bytes(u, u->attrs.before);
    put_bytes(u, u->attrs.behind);
    if (!u->attrs.mp)
        put_bytes(u, nlri);
    u->tell(u->to, cur_over(u->bytes, u->used), u->as4);
    u->nlri_used = 0;
}

static void put_nlri(struct update *u, const struct rib_row *row, size_t size)
{
    uint8_t *at = u->nlri + u->nlri_used;
    u->nlri_used += size;
    if (!u->plain) {
        memcpy(at, row->raw.at, size);
        return;
    }
    if (row->has_path_id)
        for (int shift = 24; shift >= 0; shift -= 8)
            *at++ = (uint8_t)(row->path_id >> shift);
    *at++ = row->bits;
    memcpy(at, row->prefix, (row->bits + 7u) / 8);
}

static void add(struct update *u, const struct rib_row *row)
{
    size_t prefix = (row->bits + 7u) / 8, plain = (row->has_path_id ? 5u : 1u) + prefix;
    size_t need = u->plain ? plain : cur_left(&row->raw);
    if (frame_size(u) + u->nlri_used + need > BGP_LARGEST)
        flush(u); /* attributes that are too long for the usual size came in a message of RFC 8654 */
    if (frame_size(u) + need > BGP_LARGEST_EXTENDED)
        return;
    if (need)
        put_nlri(u, row, need);
}

/* Rows with the same attributes follow each other, by prefix. */
static int by_attrs(const void *left, const void *right)
{
    const struct rib_row *a = left, *b = right;
    if (a->attrs != b->attrs)
        return (uintptr_t)a->attrs < (uintptr_t)b->attrs ? -1 : 1;
    if (a->has_path_id != b->has_path_id)
        return a->has_path_id - b->has_path_id;
    int order = memcmp(a->prefix, b->prefix, sizeof a->prefix);
    return order ? order : a->bits - b->bits;
}

int rib_rows_raw_order(const struct rib_row *a, const struct rib_row *b)
{
    size_t left = cur_left(&a->raw), right = cur_left(&b->raw), size = left < right ? left : right;
    int order = size ? memcmp(a->raw.at, b->raw.at, size) : 0;
    return order ? order : (left > right) - (left < right);
}

static int by_attrs_raw(const void *left, const void *right)
{
    const struct rib_row *a = left, *b = right;
    if (a->attrs != b->attrs)
        return (uintptr_t)a->attrs < (uintptr_t)b->attrs ? -1 : 1;
    int order = a->has_path_id - b->has_path_id;
    return order ? order : rib_rows_raw_order(a, b);
}

void rib_rows_tell(struct rib_rows *r, enum bgp_family family, rib_update_fn *tell, void *to)
{
    struct update *u = calloc(1, sizeof *u);
    if (!u) {
        r->left_out += r->count;
        return;
    }
    u->family = family;
    u->plain = rib_rows_plain(family);
    u->tell = tell;
    u->to = to;
    if (r->count)
        qsort(r->list, r->count, sizeof *r->list, u->plain ? by_attrs : by_attrs_raw);
    for (size_t i = 0; i < r->count; i++) {
        const struct rib_row *row = &r->list[i];
        if (!i || row->attrs != row[-1].attrs || row->has_path_id != row[-1].has_path_id) {
            flush(u);
            rib_attrs_split(cur_over(row->attrs, row->attrs_size), &u->attrs);
            u->as4 = row->as4;
        }
        add(u, row);
    }
    flush(u);
    free(u);
}

struct cursor rib_end_of_rib(enum bgp_family family, uint8_t room[32])
{
    bool ipv4 = bgp_family_afi(family) == AFI_IPV4 && bgp_family_safi(family) == SAFI_UNICAST;
    size_t size = BGP_HEADER + 4 + (ipv4 ? 0 : 6);
    memset(room, 0xff, 16);
    memset(room + 16, 0, 16);
    room[17] = (uint8_t)size;
    room[18] = BGP_UPDATE;
    if (!ipv4) { /* an MP_UNREACH_NLRI that withdraws nothing */
        const uint8_t mp[] = { 6,
                               FLAG_OPTIONAL,
                               BGP_ATTR_MP_UNREACH_NLRI,
                               3,
                               0,
                               (uint8_t)bgp_family_afi(family),
                               bgp_family_safi(family) };
        memcpy(room + 22, mp, sizeof mp);
    }
    return cur_over(room, size);
}
