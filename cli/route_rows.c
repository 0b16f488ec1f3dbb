/* Routes of a table in; sorted rows out. */
#include "cli/route_rows.h"

#include "base/grow.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RD = 8 };

struct bgp_nlri route_row_nlri(const struct route_row_kept *r, enum bgp_family family)
{
    struct bgp_nlri n = { .family = family,
                          .has_path_id = r->has_path_id,
                          .path_id = r->path_id,
                          .type = r->type,
                          .bits = r->bits };
    if (r->key) {
        const struct bgp_ctx ctx = { .add_path = (uint64_t)r->has_path_id << family };
        struct bgp_nlri_iter it = bgp_nlri_over(cur_over(r->raw, r->raw_size), family, &ctx, false);
        bgp_nlri_next(&it, &n); /* the table has it from there */
    } else
        n.prefix = n.key = cur_over(r->room, r->key_size);
    return n;
}

void route_rows_add(struct route_rows *t, const struct rib_route *r)
{
    if (!grow(&t->list, t->count, &t->room, sizeof *t->list, 1024, UINT32_MAX)) {
        t->short_of_memory = true;
        return;
    }
    size_t size = cur_left(&r->nlri.key);
    bool in_room = r->nlri.key.at == r->room;
    struct route_row_kept *row = &t->list[t->count++];
    *row = (struct route_row_kept){ .key = in_room ? NULL : r->nlri.key.at,
                                    .attrs = r->attrs.at,
                                    .path_id = r->nlri.path_id,
                                    .key_size = (uint16_t)size,
                                    .attrs_size = (uint16_t)cur_left(&r->attrs),
                                    .type = r->nlri.type,
                                    .bits = r->nlri.bits,
                                    .aside = r->nlri.aside,
                                    .has_path_id = r->nlri.has_path_id,
                                    .as4 = r->as4,
                                    .stale = r->stale };
    if (in_room)
        memcpy(row->room, r->room, sizeof row->room);
    else {
        row->raw = r->nlri.raw.at;
        row->raw_size = (uint16_t)cur_left(&r->nlri.raw);
    }
}

static int order_bytes(struct cursor a, struct cursor b)
{
    size_t left = cur_left(&a), right = cur_left(&b), size = left < right ? left : right;
    int order = size ? memcmp(a.at, b.at, size) : 0;
    return order ? order : (left > right) - (left < right);
}

/* As much as a route distinguisher has, or all of a shorter key; what does not count stands behind it. */
static struct cursor front(struct cursor *key)
{
    size_t n = cur_left(key);
    return cur_sub(key, n < RD ? n : RD);
}

int route_rows_compare(const struct route_row_kept *a, const struct route_row_kept *b, bool by_path_id)
{
    struct cursor left = cur_over(a->key ? a->key : a->room, a->key_size);
    struct cursor right = cur_over(b->key ? b->key : b->room, b->key_size);
    int order = order_bytes(front(&left), front(&right));
    if (!order && (cur_left(&left) || cur_left(&right))) {
        cur_take(&left, a->aside);
        cur_take(&right, b->aside);
        order = order_bytes(left, right);
    }
    if (!order)
        order = a->bits - b->bits;
    if (!order)
        order = a->type - b->type;
    if (order || !by_path_id)
        return order;
    return (a->path_id > b->path_id) - (a->path_id < b->path_id);
}

static int by_route(const void *left, const void *right) { return route_rows_compare(left, right, true); }

void route_rows_sort(struct route_rows *t)
{
    if (t->count)
        qsort(t->list, t->count, sizeof *t->list, by_route);
}

bool route_rows_same(const struct route_row_kept *a, const struct route_row_kept *b)
{
    size_t skip = a->has_path_id ? 4 : 0, other = b->has_path_id ? 4 : 0;
    if (!a->key || !b->key)
        return true;
    return a->raw_size - skip == b->raw_size - other &&
           !memcmp(a->raw + skip, b->raw + other, a->raw_size - skip);
}

const char *route_as_text(uint32_t asn, char out[ROUTE_AS_TEXT])
{
    snprintf(out, ROUTE_AS_TEXT, asn ? "AS %u" : "AS unknown", (unsigned)asn);
    return out;
}

void route_as_tell(struct writer *w, uint32_t asn)
{
    if (asn)
        write_u64(w, "from_as", asn);
    else
        write_null(w, "from_as");
}

void route_row_text(const struct bgp_nlri *n, struct buf *out)
{
    size_t before = out->used;
    if (cur_left(&n->rd)) {
        bgp_rd_text(n->rd, out);
        buf_char(out, ' ');
    }
    bgp_nlri_text(n, out);
    if (n->has_path_id)
        buf_printf(out, " id %u", n->path_id);
    size_t used = out->used - before, wide = n->has_path_id ? 28 : 20;
    buf_printf(out, "%*s", used < wide ? (int)(wide - used) : 1, "");
}
