/* Bytes of TCP segments in, whatever order they come in; the same bytes out, whoever asks for them. */
#include "veil/flow.h"

#include <stdlib.h>

enum { PARTS_MOST = 1 << 16 };

static bool grow(struct veil *v, struct flow_run *r, size_t size)
{
    if (size <= r->room)
        return true;
    size_t room = 2 * r->room > size ? 2 * r->room : size + 4096;
    if (v->used + (room - r->room) > v->options.budget)
        return false;
    uint8_t *more = realloc(r->bytes, room);
    if (!more)
        return false;
    v->used += room - r->room;
    r->bytes = more;
    r->room = room;
    return true;
}

static bool room_for_part(struct flow_run *r)
{
    if (r->part_count < r->part_room)
        return true;
    unsigned room = r->part_room ? 2 * r->part_room : 4;
    struct flow_part *more = room > PARTS_MOST ? NULL : realloc(r->parts, room * sizeof *more);
    if (!more)
        return false;
    r->parts = more;
    r->part_room = room;
    return true;
}

/* The first part that ends at `at` or behind it. */
static unsigned part_at(const struct flow_run *r, size_t at)
{
    unsigned low = 0, high = r->part_count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (r->parts[middle].to < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* One part of all from `first` to before `behind`, and [at, end). */
static void merge(struct flow_run *r, unsigned first, unsigned behind, size_t at, size_t end)
{
    struct flow_part all = { at, end };
    if (first < behind) {
        all.from = r->parts[first].from < at ? r->parts[first].from : at;
        all.to = r->parts[behind - 1].to > end ? r->parts[behind - 1].to : end;
    }
    memmove(&r->parts[first + 1], &r->parts[behind], (r->part_count - behind) * sizeof all);
    r->parts[first] = all;
    r->part_count += 1 - (behind - first);
}

void flow_store(struct veil *v, struct flow_run *r, size_t at, const uint8_t *bytes, size_t n)
{
    size_t end = at + n, to = at;
    if (!n)
        return;
    if (!room_for_part(r) || !grow(v, r, end)) {
        v->dropped += n;
        return;
    }
    unsigned first = part_at(r, at), behind = first;
    for (; behind < r->part_count && r->parts[behind].from <= end; behind++) {
        const struct flow_part *p = &r->parts[behind];
        if (p->from > to)
            memcpy(r->bytes + to, bytes + (to - at), p->from - to);
        to = p->to > to ? p->to : to;
    }
    if (to < end)
        memcpy(r->bytes + to, bytes + (to - at), end - to);
    merge(r, first, behind, at, end);
    r->size = end > r->size ? end : r->size;
}

void flow_fetch(const struct flow_run *r, size_t at, uint8_t *bytes, size_t n)
{
    memset(bytes, 0, n);
    for (unsigned i = part_at(r, at); i < r->part_count && r->parts[i].from < at + n; i++) {
        size_t from = r->parts[i].from > at ? r->parts[i].from : at;
        size_t to = r->parts[i].to < at + n ? r->parts[i].to : at + n;
        if (from < to)
            memcpy(bytes + (from - at), r->bytes + from, to - from);
    }
}

void flow_free(struct flow *f)
{
    for (struct flow_run *r = f->last, *older; r; r = older) {
        older = r->older;
        free(r->bytes);
        free(r->parts);
        free(r->open);
        free(r);
    }
    free(f);
}
