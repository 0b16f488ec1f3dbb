/* How a table's segments grow, split in two, shrink, and are swept of ghosts; no step moves more than one segment. */
#include "state/rib_segment.h"

#include <string.h>

enum { SEGMENT_LEAST = 8, SEGMENT_SMALL = 512, SEGMENT_MOST = 4096 }; /* homes */
enum { DEPTH_MOST = 24 };

static size_t segment_bytes(const struct rib_table *t, uint32_t room)
{
    return rib_slots(room) * rib_stride(t) * sizeof(uint32_t);
}

/* ---- growing ---- */

/* Copies entries `first` to `end` into the new segment, in their order; false if they do not fit. */
static bool copy_sorted(size_t stride, const struct rib_segment *from, uint32_t first, uint32_t end,
                        struct rib_segment *to)
{
    const uint32_t *source = from->words ? from->words + first * stride : NULL;
    uint32_t next = 0, last = rib_slots(to->room) - 1, used = 0;
    for (uint32_t at = first; at < end; at++, source += stride) {
        const struct rib_entry *e = (const struct rib_entry *)(const void *)source;
        if (e->state == RIB_NONE)
            continue;
        uint32_t home = rib_home(to, e->key[0]);
        uint32_t slot = home > next ? home : next;
        if (slot >= last)
            return false;
        uint32_t *target = to->words + slot * stride;
        for (size_t i = 0; i < stride; i++)
            target[i] = source[i];
        used++;
        next = slot + 1;
    }
    to->used = used;
    return true;
}

static void segment_free(const struct rib_table *t, const struct rib_segment *s)
{
    if (s->words)
        rib_give(t->memory, s->words, segment_bytes(t, s->room));
}

/* Makes to->words out of a range of another segment, with to->room homes, or more if that is needed. */
static bool segment_fill(const struct rib_table *t, const struct rib_segment *from, uint32_t first,
                         uint32_t end, struct rib_segment *to)
{
    for (;; to->room += to->room / 2) {
        to->words = rib_take_zeroed(t->memory, segment_bytes(t, to->room));
        if (!to->words)
            return false;
        if (copy_sorted(rib_stride(t), from, first, end, to))
            return true;
        segment_free(t, to);
    }
}

static bool resize(struct rib_table *t, struct rib_segment *s, uint32_t room)
{
    struct rib_segment with = { .room = room, .depth = s->depth };
    if (!segment_fill(t, s, 0, s->words ? rib_slots(s->room) : 0, &with))
        return false;
    segment_free(t, s);
    *s = with;
    return true;
}

/* One more leading bit chooses the segment. */
static bool deepen(struct rib_table *t)
{
    /* hashes made to agree in their leading bits shall not blow up the directory: the segment grows instead */
    uint32_t count = 1u << t->depth;
    if (t->depth == DEPTH_MOST || count > 8 + (t->live + t->ghosts) / 256)
        return false;
    uint32_t *directory = rib_take(t->memory, 2 * count * sizeof *directory);
    if (!directory)
        return false;
    for (uint32_t i = 0; i < 2 * count; i++)
        directory[i] = t->directory[i / 2];
    if (t->directory != &t->zero)
        rib_give(t->memory, t->directory, count * sizeof *directory);
    t->directory = directory;
    t->depth++;
    return true;
}

/* Room for one more segment. */
static bool widen(struct rib_table *t)
{
    if (t->segment_count < t->segment_room)
        return true;
    uint32_t room = t->segment_room + t->segment_room / 2 + 1;
    struct rib_segment *segments = rib_take(t->memory, room * sizeof *segments);
    if (!segments)
        return false;
    memcpy(segments, t->segments, t->segment_count * sizeof *segments);
    if (t->segments != &t->first)
        rib_give(t->memory, t->segments, t->segment_room * sizeof *segments);
    t->segments = segments;
    t->segment_room = room;
    return true;
}

/* Homes for so many entries: three fifths full. */
static uint32_t room_for(uint32_t entries)
{
    uint32_t room = entries + entries / 3 * 2;
    return room < SEGMENT_LEAST ? SEGMENT_LEAST : room;
}

/* The first place with an entry whose hash is in the upper half of its segment's; *lower: how many are before it. */
static uint32_t find_middle(const struct rib_table *t, const struct rib_segment *s, uint32_t *lower)
{
    uint32_t at = 0;
    for (*lower = 0; at < rib_slots(s->room); at++) {
        const struct rib_entry *e = rib_entry_at(s, rib_stride(t), at);
        if (e->state != RIB_NONE && e->key[0] >> (31 - s->depth) & 1)
            break;
        *lower += e->state != RIB_NONE;
    }
    return at;
}

/* The segment becomes two. */
static bool split(struct rib_table *t, uint32_t hash)
{
    if (!widen(t) || (rib_segment_of(t, hash)->depth == t->depth && !deepen(t)))
        return false;
    struct rib_segment *s = rib_segment_of(t, hash);
    uint32_t lower, middle = find_middle(t, s, &lower);
    struct rib_segment half[2] = { { .room = room_for(lower), .depth = s->depth + 1 },
                                   { .room = room_for(s->used - lower), .depth = s->depth + 1 } };
    if (!segment_fill(t, s, 0, middle, &half[0]))
        return false;
    if (!segment_fill(t, s, middle, rib_slots(s->room), &half[1])) {
        segment_free(t, &half[0]);
        return false;
    }
    uint32_t share = 1u << (t->depth - s->depth), first = rib_directory_index(t, hash) & ~(share - 1);
    for (uint32_t i = first + share / 2; i < first + share; i++)
        t->directory[i] = t->segment_count;
    segment_free(t, s);
    *s = half[0];
    t->segments[t->segment_count++] = half[1];
    return true;
}

bool rib_segment_grow(struct rib_table *t, uint32_t hash)
{
    struct rib_segment *s = rib_segment_of(t, hash);
    if (!s->words)
        return resize(t, s, SEGMENT_LEAST);
    uint32_t more = s->room + (s->room < SEGMENT_SMALL ? s->room : s->room / 2);
    if (s->room < SEGMENT_MOST) /* no small step at the end */
        return resize(t, s, more < SEGMENT_MOST / 4 * 3 ? more : SEGMENT_MOST);
    return split(t, hash) || resize(t, rib_segment_of(t, hash), more);
}

/* ---- shrinking ---- */

/* Drops ghosts of one segment; what stays moves up towards its home. */
static void drop_ghosts(struct rib_table *t, struct rib_segment *s, bool all, uint8_t era)
{
    size_t stride = rib_stride(t), bytes = stride * sizeof(uint32_t);
    uint32_t next = 0;
    for (uint32_t at = 0; at < rib_slots(s->room); at++) {
        struct rib_entry *e = rib_entry_at(s, stride, at);
        if (e->state == RIB_NONE)
            continue;
        if (e->state >= RIB_WITHDRAWN && (all || e->era != era)) {
            if (t->is_long)
                block_free(t->memory, e->key[1]);
            memset(e, 0, bytes);
            s->used--;
            t->ghosts--;
            continue;
        }
        uint32_t home = rib_home(s, e->key[0]);
        uint32_t slot = home > next ? home : next;
        if (slot != at) {
            memcpy(rib_entry_at(s, stride, slot), e, bytes);
            memset(e, 0, bytes);
        }
        next = slot + 1;
    }
}

void rib_segments_forget(struct rib_table *t)
{
    for (uint32_t i = 0; i < t->segment_count; i++)
        segment_free(t, &t->segments[i]);
    if (t->segments != &t->first)
        rib_give(t->memory, t->segments, t->segment_room * sizeof *t->segments);
    if (t->directory != &t->zero)
        rib_give(t->memory, t->directory, ((size_t)1 << t->depth) * sizeof *t->directory);
    t->first = (struct rib_segment){ 0 };
    t->segments = &t->first;
    t->segment_count = t->segment_room = 1;
    t->zero = 0;
    t->directory = &t->zero;
    t->depth = 0;
}

void rib_table_sweep(struct rib_table *t, bool all, uint8_t era)
{
    for (uint32_t i = 0; t->ghosts && i < t->segment_count; i++) {
        struct rib_segment *s = &t->segments[i];
        if (s->words)
            drop_ghosts(t, s, all, era);
        if (s->words && !s->used) {
            segment_free(t, s);
            s->words = NULL;
            s->room = 0;
        } else if (s->used < s->room / 4 && room_for(s->used) < s->room)
            (void)resize(t, s, room_for(s->used)); /* without memory to shrink it stays as it is */
    }
    if (!t->live && !t->ghosts)
        rib_segments_forget(t);
}
