/* Keys in, entries out. Extendible hashing: the leading bits of a hash choose a segment, the bits behind them a home
 * in it, and the entry stands there or a little behind. Entries stand in the order of their hashes, so a search ends
 * at the first larger one, and moving them into another segment is one walk. A segment that is crowded grows, by half
 * unless it is small, and splits in two when it is large; no step moves more than one segment. */
#include "state/rib_table.h"

#include "base/macros.h"
#include <string.h>

enum { SEGMENT_LEAST = 8, SEGMENT_SMALL = 512, SEGMENT_MOST = 4096 }; /* homes */
enum { DEPTH_MOST = 24, RD = 8 };

static size_t stride_of(const struct rib_table *t) { return 2u + t->words; }
/* Places for entries whose homes are near the end; the last one always stays empty, so that every search ends. */
static uint32_t slots_of(uint32_t room) { return room + room / 64 + 4; }
static bool is_crowded(const struct rib_segment *s) { return s->used >= s->room - s->room / 5; }

static size_t segment_bytes(const struct rib_table *t, uint32_t room)
{
    return slots_of(room) * stride_of(t) * sizeof(uint32_t);
}

static struct rib_entry *entry_at(const struct rib_segment *s, size_t stride, uint32_t at)
{
    return (struct rib_entry *)(void *)(s->words + at * stride);
}

static struct rib_entry *next_entry(struct rib_entry *e, size_t stride)
{
    return (struct rib_entry *)(void *)((uint32_t *)(void *)e + stride);
}

static uint32_t directory_index(const struct rib_table *t, uint32_t hash)
{
    return (uint32_t)((uint64_t)hash >> (32 - t->depth));
}

static struct rib_segment *segment_of(const struct rib_table *t, uint32_t hash)
{
    return &t->segments[t->directory[directory_index(t, hash)]];
}

/* ---- finding ---- */

/* The entry, or the one that a new one would stand before. For each number of words a loop of its own. */
static inline struct rib_entry *seek_words(const struct rib_segment *s, const struct rib_key *k,
                                           unsigned words, bool *same)
{
    struct rib_entry *e = entry_at(s, 2u + words, rib_home(s, k->word[0]));
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

static uint32_t path_id_of(const struct rib_table *t, const struct rib_long_key *k)
{
    const uint8_t *p = k->bytes;
    return t->path_ids ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static bool same_long(const struct rib_table *t, const struct rib_entry *e, const struct rib_key *k)
{
    if (e->key[0] != k->word[0] || e->bits != k->bits)
        return false;
    const struct rib_long_key *had = block_at(t->memory, e->key[1]);
    if (had->key_size != k->size || path_id_of(t, had) != k->path_id || had->type != k->type ||
        had->aside != k->aside)
        return false;
    if (!k->size)
        return true;
    const uint8_t *key = had->bytes + had->key_at;
    size_t head = k->aside ? RD : 0, skip = head + k->aside;
    return key[k->size - 1] == k->last && !memcmp(key, k->at, head) &&
           !memcmp(key + skip, k->at + skip, k->size - skip - 1);
}

static struct rib_entry *seek_long(const struct rib_table *t, const struct rib_segment *s,
                                   const struct rib_key *k, bool *same)
{
    size_t stride = stride_of(t);
    struct rib_entry *e = entry_at(s, stride, rib_home(s, k->word[0]));
    for (*same = false; e->state != RIB_NONE && e->key[0] <= k->word[0]; e = next_entry(e, stride))
        if ((*same = same_long(t, e, k)))
            break;
    return e;
}

static inline struct rib_entry *seek(const struct rib_table *t, const struct rib_segment *s,
                                     const struct rib_key *k, bool *same)
{
    if (t->is_long)
        return seek_long(t, s, k, same);
    switch (t->words) {
    case 1: return seek_words(s, k, 1, same);
    case 2: return seek_words(s, k, 2, same);
    case 4: return seek_words(s, k, 4, same);
    default: return seek_words(s, k, t->words, same);
    }
}

struct rib_entry *rib_table_find(const struct rib_table *t, const struct rib_key *k)
{
    const struct rib_segment *s = segment_of(t, k->word[0]);
    if (!s->words)
        return NULL;
    bool same;
    struct rib_entry *e = seek(t, s, k, &same);
    return same ? e : NULL;
}

/* ---- growing ---- */

/* Copies entries `first` to `end` into the new segment, in their order; false if they do not fit. */
static bool copy_sorted(size_t stride, const struct rib_segment *from, uint32_t first, uint32_t end,
                        struct rib_segment *to)
{
    const uint32_t *source = from->words ? from->words + first * stride : NULL;
    uint32_t next = 0, last = slots_of(to->room) - 1, used = 0;
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
        if (copy_sorted(stride_of(t), from, first, end, to))
            return true;
        segment_free(t, to);
    }
}

static bool resize(struct rib_table *t, struct rib_segment *s, uint32_t room)
{
    struct rib_segment with = { .room = room, .depth = s->depth };
    if (!segment_fill(t, s, 0, s->words ? slots_of(s->room) : 0, &with))
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
    for (*lower = 0; at < slots_of(s->room); at++) {
        const struct rib_entry *e = entry_at(s, stride_of(t), at);
        if (e->state != RIB_NONE && e->key[0] >> (31 - s->depth) & 1)
            break;
        *lower += e->state != RIB_NONE;
    }
    return at;
}

/* The segment becomes two. */
static bool split(struct rib_table *t, uint32_t hash)
{
    if (!widen(t) || (segment_of(t, hash)->depth == t->depth && !deepen(t)))
        return false;
    struct rib_segment *s = segment_of(t, hash);
    uint32_t lower, middle = find_middle(t, s, &lower);
    struct rib_segment half[2] = { { .room = room_for(lower), .depth = s->depth + 1 },
                                   { .room = room_for(s->used - lower), .depth = s->depth + 1 } };
    if (!segment_fill(t, s, 0, middle, &half[0]))
        return false;
    if (!segment_fill(t, s, middle, slots_of(s->room), &half[1])) {
        segment_free(t, &half[0]);
        return false;
    }
    uint32_t share = 1u << (t->depth - s->depth), first = directory_index(t, hash) & ~(share - 1);
    for (uint32_t i = first + share / 2; i < first + share; i++)
        t->directory[i] = t->segment_count;
    segment_free(t, s);
    *s = half[0];
    t->segments[t->segment_count++] = half[1];
    return true;
}

static bool make_room(struct rib_table *t, uint32_t hash)
{
    struct rib_segment *s = segment_of(t, hash);
    if (!s->words)
        return resize(t, s, SEGMENT_LEAST);
    uint32_t more = s->room + (s->room < SEGMENT_SMALL ? s->room : s->room / 2);
    if (s->room < SEGMENT_MOST) /* no small step at the end */
        return resize(t, s, more < SEGMENT_MOST / 4 * 3 ? more : SEGMENT_MOST);
    return split(t, hash) || resize(t, segment_of(t, hash), more);
}

/* Moves entries on by one place, up to the next empty one; false if that is the last place. */
static bool open_gap(const struct rib_table *t, struct rib_segment *s, struct rib_entry *at)
{
    size_t stride = stride_of(t);
    struct rib_entry *empty = at;
    while (empty->state != RIB_NONE)
        empty = next_entry(empty, stride);
    if (empty == entry_at(s, stride, slots_of(s->room) - 1))
        return false;
    if (empty != at) {
        size_t bytes = (size_t)((uint8_t *)(void *)empty - (uint8_t *)(void *)at);
        memmove(next_entry(at, stride), at, bytes);
        memset(at, 0, stride * sizeof(uint32_t));
    }
    s->used++;
    return true;
}

/* An empty place for the key, where it belongs; NULL at the ceiling. */
static struct rib_entry *insert(struct rib_table *t, const struct rib_key *k)
{
    for (bool may_grow = true;;) {
        struct rib_segment *s = segment_of(t, k->word[0]);
        /* at the ceiling what room there is may be used up, nearly */
        if (s->words && (may_grow ? !is_crowded(s) : s->used < s->room - s->room / 16)) {
            bool same;
            struct rib_entry *e = seek(t, s, k, &same);
            if (open_gap(t, s, e))
                return e;
        }
        if (!may_grow)
            return NULL;
        may_grow = make_room(t, k->word[0]);
    }
}

/* A copy of the message's long key: a handle, or 0. */
static uint32_t keep_long(struct rib_table *t, const struct rib_key *k)
{
    size_t size = cur_left(&k->raw);
    uint32_t handle = block_new(t->memory, sizeof(struct rib_long_key) + size);
    if (!handle)
        return 0;
    struct rib_long_key *had = block_at(t->memory, handle);
    had->size = (uint16_t)size;
    had->key_at = (uint16_t)(k->at - k->raw.at);
    had->key_size = (uint16_t)k->size;
    had->type = k->type;
    had->aside = k->aside;
    if (size)
        memcpy(had->bytes, k->raw.at, size);
    if (k->size)
        had->bytes[had->key_at + k->size - 1u] = k->last;
    return handle;
}

bool rib_table_renew(struct rib_table *t, struct rib_entry *e, const struct rib_key *k)
{
    struct rib_long_key *had = block_at(t->memory, e->key[1]);
    size_t size = cur_left(&k->raw), key_at = (size_t)(k->at - k->raw.at);
    size_t before = key_at + (k->size ? k->size - 1 : 0), behind = key_at + k->size;
    if (had->size == size && had->key_at == key_at && !memcmp(had->bytes, k->raw.at, before) &&
        !memcmp(had->bytes + behind, k->raw.at + behind, size - behind))
        return false;
    uint32_t handle = keep_long(t, k);
    if (!handle)
        return false;
    block_free(t->memory, e->key[1]);
    e->key[1] = handle;
    return true;
}

struct rib_entry *rib_table_put(struct rib_table *t, const struct rib_key *k)
{
    struct rib_segment *s = segment_of(t, k->word[0]);
    struct rib_entry *e = NULL;
    if (s->words) {
        bool same;
        e = seek(t, s, k, &same);
        if (same)
            return e;
    }
    uint32_t handle = 0;
    if (t->is_long && !(handle = keep_long(t, k)))
        return NULL;
    if ((!e || is_crowded(s) || !open_gap(t, s, e)) && !(e = insert(t, k))) {
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
static void drop_ghosts(struct rib_table *t, struct rib_segment *s, bool all, uint8_t era)
{
    size_t stride = stride_of(t), bytes = stride * sizeof(uint32_t);
    uint32_t next = 0;
    for (uint32_t at = 0; at < slots_of(s->room); at++) {
        struct rib_entry *e = entry_at(s, stride, at);
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
            memcpy(entry_at(s, stride, slot), e, bytes);
            memset(e, 0, bytes);
        }
        next = slot + 1;
    }
}

static void forget_segments(struct rib_table *t)
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
        forget_segments(t);
}

/* ---- tables ---- */

struct rib_entry *rib_table_next(const struct rib_table *t, struct rib_cursor *c)
{
    for (; c->segment < t->segment_count; c->segment++, c->at = 0) {
        const struct rib_segment *s = &t->segments[c->segment];
        while (s->words && c->at < slots_of(s->room)) {
            struct rib_entry *e = entry_at(s, stride_of(t), c->at++);
            if (e->state != RIB_NONE)
                return e;
        }
    }
    return NULL;
}

struct rib_table *rib_table_new(struct rib_memory *m, enum bgp_family family, bool path_ids, uint64_t seed)
{
    struct rib_table *t = rib_take(m, sizeof *t);
    if (!t)
        return NULL;
    unsigned words = rib_address_words(family);
    *t = (struct rib_table){ .memory = m, .seed = seed, .family = family, .path_ids = path_ids };
    t->is_long = !words;
    t->words = (uint8_t)(words ? words + path_ids : 2);
    t->segments = &t->first;
    t->segment_count = t->segment_room = 1;
    t->directory = &t->zero;
    return t;
}

void rib_table_free(struct rib_table *t)
{
    struct rib_cursor c = { 0 };
    const struct rib_entry *e;
    while (t->is_long && (e = rib_table_next(t, &c)))
        block_free(t->memory, e->key[1]);
    forget_segments(t);
    rib_give(t->memory, t, sizeof *t);
}
