/* Routes of a table in; sorted rows out. */
#include "cli/route_rows.h"

#include <stdlib.h>
#include <string.h>

struct bgp_nlri route_row_nlri(const struct route_row_kept *r, enum bgp_family family)
{
    struct bgp_nlri n = { .family = family,
                          .has_path_id = r->has_path_id,
                          .path_id = r->path_id,
                          .type = r->type,
                          .bits = r->bits };
    n.key = cur_over(r->key ? r->key : r->room, r->key_size);
    n.prefix = n.key;
    if (r->key)
        n.prefix = n.rd = cur_over(NULL, 0);
    if (r->has_rd) {
        n.prefix = n.key;
        n.rd = cur_sub(&n.prefix, 8);
    }
    return n;
}

void route_rows_add(struct route_rows *t, const struct rib_route *r)
{
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 1024;
        struct route_row_kept *more = realloc(t->list, room * sizeof *more);
        if (!more) {
            t->short_of_memory = true;
            return;
        }
        t->list = more;
        t->room = room;
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
                                    .has_path_id = r->nlri.has_path_id,
                                    .has_rd = cur_left(&r->nlri.rd) != 0,
                                    .as4 = r->as4 };
    if (in_room)
        memcpy(row->room, r->room, sizeof row->room);
}

int route_rows_compare(const struct route_row_kept *a, const struct route_row_kept *b, bool by_path_id)
{
    size_t size = a->key_size < b->key_size ? a->key_size : b->key_size;
    int order = size ? memcmp(a->key ? a->key : a->room, b->key ? b->key : b->room, size) : 0;
    if (!order)
        order = a->key_size - b->key_size;
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
