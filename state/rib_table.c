/* Keys in, entries out. Extendible hashing: the leading bits of a hash choose a segment, the bits behind them a home
 * in it, and the entry stands there or a little behind. Entries stand in the order of their hashes, so a search ends
 * at the first larger one, and moving them into another segment is one walk. A segment that is crowded grows by half,
 * and splits in two when it is large; no step moves more than one segment. */
#include "state/rib_table.h"

#include "base/macros.h"
#include <string.h>

enum { SEGMENT_LEAST = 8, SEGMENT_MOST = 4096 }; /* homes */
enum { DEPTH_MOST = 24 };

static size_t stride_of(const struct rib_table *t) { return 2u + t->words; }
/* Places for entries whose homes are near the end; the last one always stays empty, so that every search ends. */
static uint32_t slots_of(uint32_t room) { return room + room / 64 + 4; }
static bool is_crowded(const struct rib_place *p) { return p->segment->used >= p->room - p->room / 5; }

static size_t segment_bytes(const struct rib_table *t, uint32_t room)
{
    return sizeof(struct rib_segment) + slots_of(room) * stride_of(t) * sizeof(uint32_t);
}

static struct rib_entry *entry_at(const struct rib_place *p, size_t stride, uint32_t at)
{
    return (struct rib_entry *)(void *)(p->segment->words + at * stride);
}

static struct rib_entry *next_entry(struct rib_entry *e, size_t stride)
{
    return (struct rib_entry *)(void *)((uint32_t *)(void *)e + stride);
}

static uint32_t place_count(const struct rib_table *t) { return 1u << t->depth; }
/* How many neighbours in t->places show the same segment. */
static uint32_t share_count(const struct rib_table *t, const struct rib_place *p)
{
    return 1u << (t->depth - p->depth);
}
static uint32_t place_index(const struct rib_table *t, uint32_t hash)
{
    return (uint32_t)((uint64_t)hash >> (32 - t->depth));
}

/* ---- finding ---- */

/* The entry, or the one that a new one would stand before. For each number of words a loop of its own. */
static inline struct rib_entry *seek_words(const struct rib_place *p, const struct rib_key *k, unsigned words,
                                           bool *same)
{
    struct rib_entry *e = entry_at(p, 2u + words, rib_home(p, k->word[0]));
    for (; e->state != RIB_NONE && e->key[0] <= k->word[0]; e = next_entry(e, 2u + words)) {
        if (e->key[0] < k->word[0])
            continue;
        unsigned i = 1;
        while (i < words && e->key[i] == k->word[i])
            i++;
        if (i == words && e->bits == k->bits) {
            *same = true;
            return e;
        }
    }
    *same = false;
    return e;
}

static bool same_long(const struct rib_table *t, const struct rib_entry *e, const struct rib_key *k)
{
    if (e->key[0] != k->word[0] || e->bits != k->bits)
        return false;
    const struct rib_long_key *had = block_at(t->memory, e->key[1]);
    if (had->size != k->size || had->path_id != k->path_id || had->type != k->type)
        return false;
    return !k->size || (had->bytes[k->size - 1] == k->last && !memcmp(had->bytes, k->at, k->size - 1));
}

static struct rib_entry *seek_long(const struct rib_table *t, const struct rib_place *p,
                                   const struct rib_key *k, bool *same)
{
    size_t stride = stride_of(t);
    struct rib_entry *e = entry_at(p, stride, rib_home(p, k->word[0]));
    for (*same = false; e->state != RIB_NONE && e->key[0] <= k->word[0]; e = next_entry(e, stride))
        if ((*same = same_long(t, e, k)))
            break;
    return e;
}

static inline struct rib_entry *seek(const struct rib_table *t, const struct rib_place *p,
                                     const struct rib_key *k, bool *same)
{
    if (t->is_long)
        return seek_long(t, p, k, same);
    switch (t->words) {
    case 1: return seek_words(p, k, 1, same);
    case 2: return seek_words(p, k, 2, same);
    case 4: return seek_words(p, k, 4, same);
    default: return seek_words(p, k, t->words, same);
    }
}

struct rib_entry *rib_table_find(const struct rib_table *t, const struct rib_key *k)
{
    const struct rib_place *p = &t->places[place_index(t, k->word[0])];
    if (!p->segment)
        return NULL;
    bool same;
    struct rib_entry *e = seek(t, p, k, &same);
    return same ? e : NULL;
}

/* ---- growing ---- */

/* Copies entries `first` to `end` into the new place, in their order; false if they do not fit. */
static bool copy_sorted(size_t stride, const struct rib_place *from, uint32_t first, uint32_t end,
                        struct rib_place *to)
{
    const uint32_t *source = from->segment ? from->segment->words + first * stride : NULL;
    uint32_t next = 0, last = slots_of(to->room) - 1, used = 0;
    for (uint32_t at = first; at < end; at++, source += stride) {
        const struct rib_entry *e = (const struct rib_entry *)(const void *)source;
        if (e->state == RIB_NONE)
            continue;
        uint32_t home = rib_home(to, e->key[0]);
        uint32_t slot = home > next ? home : next;
        if (slot >= last)
            return false;
        uint32_t *target = to->segment->words + slot * stride;
        for (size_t i = 0; i < stride; i++)
            target[i] = source[i];
        used++;
        next = slot + 1;
    }
    to->segment->used = used;
    return true;
}

static void segment_free(const struct rib_table *t, const struct rib_place *p)
{
    if (p->segment)
        rib_give(t->memory, p->segment, segment_bytes(t, p->room));
}

/* Makes to->segment out of a range of another one, with to->room homes, or more if that is needed. */
static bool segment_fill(const struct rib_table *t, const struct rib_place *from, uint32_t first,
                         uint32_t end, struct rib_place *to)
{
    for (;; to->room += to->room / 2) {
        to->segment = rib_take_zeroed(t->memory, segment_bytes(t, to->room));
        if (!to->segment)
            return false;
        if (copy_sorted(stride_of(t), from, first, end, to))
            return true;
        segment_free(t, to);
    }
}

/* All places that show what place `index` shows get the new one. */
static void replace(struct rib_table *t, uint32_t index, struct rib_place with)
{
    uint32_t count = share_count(t, &t->places[index]);
    uint32_t first = index & ~(count - 1);
    for (uint32_t i = 0; i < count; i++)
        t->places[first + i] = with;
}

static bool resize(struct rib_table *t, uint32_t index, uint32_t room)
{
    struct rib_place old = t->places[index];
    struct rib_place place = { .room = room, .depth = old.depth };
    if (!segment_fill(t, &old, 0, old.segment ? slots_of(old.room) : 0, &place))
        return false;
    replace(t, index, place);
    segment_free(t, &old);
    return true;
}

/* One more leading bit chooses the place. */
static bool deepen(struct rib_table *t)
{
    /* hashes made to agree in their leading bits shall not blow up the list of places: the segment grows instead */
    if (t->depth == DEPTH_MOST || place_count(t) > 8 + (t->live + t->ghosts) / 256)
        return false;
    uint32_t count = place_count(t);
    struct rib_place *places = rib_take(t->memory, 2 * count * sizeof *places);
    if (!places)
        return false;
    for (uint32_t i = 0; i < 2 * count; i++)
        places[i] = t->places[i / 2];
    if (t->places != &t->only)
        rib_give(t->memory, t->places, count * sizeof *places);
    t->places = places;
    t->depth++;
    return true;
}

/* Homes for so many entries: three fifths full. */
static uint32_t room_for(uint32_t entries)
{
    uint32_t room = entries + entries / 3 * 2;
    return room < SEGMENT_LEAST ? SEGMENT_LEAST : room;
}

/* The segment becomes two, of what was before and behind the middle of its hashes. */
static bool split(struct rib_table *t, uint32_t hash)
{
    if (t->places[place_index(t, hash)].depth == t->depth && !deepen(t))
        return false;
    uint32_t index = place_index(t, hash);
    const struct rib_place old = t->places[index];
    uint32_t slots = slots_of(old.room), middle = 0, lower = 0;
    for (; middle < slots; middle++) {
        const struct rib_entry *e = entry_at(&old, stride_of(t), middle);
        if (e->state != RIB_NONE && e->key[0] >> (31 - old.depth) & 1)
            break;
        lower += e->state != RIB_NONE;
    }
    struct rib_place half[2] = { { .room = room_for(lower), .depth = old.depth + 1 },
                                 { .room = room_for(old.segment->used - lower), .depth = old.depth + 1 } };
    if (!segment_fill(t, &old, 0, middle, &half[0]))
        return false;
    if (!segment_fill(t, &old, middle, slots, &half[1])) {
        segment_free(t, &half[0]);
        return false;
    }
    uint32_t count = share_count(t, &old), first = index & ~(count - 1);
    for (uint32_t i = 0; i < count; i++)
        t->places[first + i] = half[i >= count / 2];
    segment_free(t, &old);
    return true;
}

static bool make_room(struct rib_table *t, uint32_t hash)
{
    uint32_t index = place_index(t, hash), room = t->places[index].room;
    if (!t->places[index].segment)
        return resize(t, index, SEGMENT_LEAST);
    if (room < SEGMENT_MOST) {
        uint32_t more = room + room / 2;
        /* no small step at the end */
        return resize(t, index, more < SEGMENT_MOST / 4 * 3 ? more : SEGMENT_MOST);
    }
    return split(t, hash) || resize(t, index, room + room / 2);
}

/* Moves entries on by one place, up to the next empty one; false if that is the last place. */
static bool open_gap(const struct rib_table *t, const struct rib_place *p, struct rib_entry *at)
{
    size_t stride = stride_of(t);
    const struct rib_entry *last = entry_at(p, stride, slots_of(p->room) - 1);
    struct rib_entry *empty = at;
    while (empty->state != RIB_NONE)
        empty = next_entry(empty, stride);
    if (empty == last)
        return false;
    if (empty != at) {
        size_t bytes = (size_t)((uint8_t *)(void *)empty - (uint8_t *)(void *)at);
        memmove(next_entry(at, stride), at, bytes);
        memset(at, 0, stride * sizeof(uint32_t));
    }
    return true;
}

/* An empty place for the key, where it belongs; NULL at the ceiling. */
static struct rib_entry *insert(struct rib_table *t, const struct rib_key *k)
{
    for (bool may_grow = true;;) {
        struct rib_place *p = &t->places[place_index(t, k->word[0])];
        /* at the ceiling what room there is may be used up, nearly */
        if (p->segment && (may_grow ? !is_crowded(p) : p->segment->used < p->room - p->room / 16)) {
            bool same;
            struct rib_entry *e = seek(t, p, k, &same);
            if (open_gap(t, p, e)) {
                p->segment->used++;
                return e;
            }
        }
        if (!may_grow)
            return NULL;
        may_grow = make_room(t, k->word[0]);
    }
}

/* A copy of the message's long key: a handle, or 0. */
static uint32_t keep_long(struct rib_table *t, const struct rib_key *k)
{
    uint32_t handle = block_new(t->memory, sizeof(struct rib_long_key) + k->size);
    if (!handle)
        return 0;
    struct rib_long_key *had = block_at(t->memory, handle);
    had->path_id = k->path_id;
    had->size = (uint16_t)k->size;
    had->type = k->type;
    if (k->size) {
        memcpy(had->bytes, k->at, k->size - 1);
        had->bytes[k->size - 1] = k->last;
    }
    return handle;
}

struct rib_entry *rib_table_put(struct rib_table *t, const struct rib_key *k)
{
    const struct rib_place *p = &t->places[place_index(t, k->word[0])];
    struct rib_entry *e = NULL;
    if (p->segment) {
        bool same;
        e = seek(t, p, k, &same);
        if (same)
            return e;
    }
    uint32_t handle = 0;
    if (t->is_long && !(handle = keep_long(t, k)))
        return NULL;
    if (e && !is_crowded(p) && open_gap(t, p, e))
        p->segment->used++;
    else if (!(e = insert(t, k))) {
        if (handle)
            block_free(t->memory, handle);
        return NULL;
    }
    e->bits = k->bits;
    e->key[0] = k->word[0];
    for (unsigned i = 1; i < t->words; i++)
        e->key[i] = k->word[i];
    if (handle)
        e->key[1] = handle;
    return e;
}

/* ---- shrinking ---- */

/* Drops ghosts of one segment; what stays moves up towards its home. */
static void sweep_segment(struct rib_table *t, const struct rib_place *p, bool all, uint8_t era)
{
    size_t stride = stride_of(t), bytes = stride * sizeof(uint32_t);
    uint32_t next = 0;
    for (uint32_t at = 0; at < slots_of(p->room); at++) {
        struct rib_entry *e = entry_at(p, stride, at);
        if (e->state == RIB_NONE)
            continue;
        if (e->state >= RIB_WITHDRAWN && (all || e->era != era)) {
            if (t->is_long)
                block_free(t->memory, e->key[1]);
            memset(e, 0, bytes);
            p->segment->used--;
            t->ghosts--;
            continue;
        }
        uint32_t home = rib_home(p, e->key[0]);
        uint32_t slot = home > next ? home : next;
        if (slot != at) {
            memcpy(entry_at(p, stride, slot), e, bytes);
            memset(e, 0, bytes);
        }
        next = slot + 1;
    }
}

static void sweep_place(struct rib_table *t, uint32_t index, bool all, uint8_t era)
{
    const struct rib_place p = t->places[index];
    sweep_segment(t, &p, all, era);
    uint32_t used = p.segment->used;
    if (!used) {
        replace(t, index, (struct rib_place){ .depth = p.depth });
        segment_free(t, &p);
    } else if (used < p.room / 4 && room_for(used) < p.room)
        (void)resize(t, index, room_for(used)); /* without memory to shrink it stays as it is */
}

static void forget_places(struct rib_table *t)
{
    for (uint32_t i = 0; i < place_count(t); i += share_count(t, &t->places[i]))
        segment_free(t, &t->places[i]);
    if (t->places != &t->only)
        rib_give(t->memory, t->places, place_count(t) * sizeof *t->places);
    t->only = (struct rib_place){ 0 };
    t->places = &t->only;
    t->depth = 0;
}

void rib_table_sweep(struct rib_table *t, bool all, uint8_t era)
{
    for (uint32_t i = 0; t->ghosts && i < place_count(t); i += share_count(t, &t->places[i]))
        if (t->places[i].segment)
            sweep_place(t, i, all, era);
    if (!t->live && !t->ghosts)
        forget_places(t);
}

/* ---- tables ---- */

struct rib_entry *rib_table_next(const struct rib_table *t, struct rib_cursor *c)
{
    while (c->place < place_count(t)) {
        const struct rib_place *p = &t->places[c->place];
        while (p->segment && c->at < slots_of(p->room)) {
            struct rib_entry *e = entry_at(p, stride_of(t), c->at++);
            if (e->state != RIB_NONE)
                return e;
        }
        c->place += share_count(t, p);
        c->at = 0;
    }
    return NULL;
}

struct rib_table *rib_table_new(struct rib_memory *m, enum bgp_family family, bool path_ids, uint64_t seed)
{
    struct rib_table *t = rib_take(m, sizeof *t);
    if (!t)
        return NULL;
    unsigned words = rib_address_words(family);
    *t = (struct rib_table){
        .memory = m, .seed = seed, .family = family, .path_ids = path_ids, .is_long = !words
    };
    t->words = (uint8_t)(words ? words + path_ids : 2);
    t->places = &t->only;
    return t;
}

void rib_table_free(struct rib_table *t)
{
    struct rib_cursor c = { 0 };
    const struct rib_entry *e;
    while (t->is_long && (e = rib_table_next(t, &c)))
        block_free(t->memory, e->key[1]);
    forget_places(t);
    rib_give(t->memory, t, sizeof *t);
}
