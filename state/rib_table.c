/* Keys in, entries out. Extendible hashing: the leading bits of a hash choose a segment, the bits behind them a home
 * in it, and the entry stands there or a little behind. Entries stand in the order of their hashes, so a search ends
 * at the first larger one, and moving them into another segment is one walk. A segment that is crowded grows, or
 * splits in two (rib_segment.c). */
#include "state/rib_segment.h"

#include "base/macros.h"
#include <string.h>

enum { RD = 8 };

static bool is_crowded(const struct rib_segment *s) { return s->used >= s->room - s->room / 5; }

static struct rib_entry *next_entry(struct rib_entry *e, size_t stride)
{
    return (struct rib_entry *)(void *)((uint32_t *)(void *)e + stride);
}

/* ---- finding ---- */

/* The entry, or the one that a new one would stand before. For each number of words a loop of its own. */
static inline struct rib_entry *seek_words(const struct rib_segment *s, const struct rib_key *k,
                                           unsigned words, bool *same)
{
    struct rib_entry *e = rib_entry_at(s, 2u + words, rib_home(s, k->word[0]));
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
    size_t stride = rib_stride(t);
    struct rib_entry *e = rib_entry_at(s, stride, rib_home(s, k->word[0]));
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
    const struct rib_segment *s = rib_segment_of(t, k->word[0]);
    if (!s->words)
        return NULL;
    bool same;
    struct rib_entry *e = seek(t, s, k, &same);
    return same ? e : NULL;
}

/* Moves entries on by one place, up to the next empty one; false if that is the last place. */
static bool open_gap(const struct rib_table *t, struct rib_segment *s, struct rib_entry *at)
{
    size_t stride = rib_stride(t);
    struct rib_entry *empty = at;
    while (empty->state != RIB_NONE)
        empty = next_entry(empty, stride);
    if (empty == rib_entry_at(s, stride, rib_slots(s->room) - 1))
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
        struct rib_segment *s = rib_segment_of(t, k->word[0]);
        /* at the ceiling what room there is may be used up, nearly */
        if (s->words && (may_grow ? !is_crowded(s) : s->used < s->room - s->room / 16)) {
            bool same;
            struct rib_entry *e = seek(t, s, k, &same);
            if (open_gap(t, s, e))
                return e;
        }
        if (!may_grow)
            return NULL;
        may_grow = rib_segment_grow(t, k->word[0]);
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
    struct rib_segment *s = rib_segment_of(t, k->word[0]);
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

/* ---- tables ---- */

struct rib_entry *rib_table_next(const struct rib_table *t, struct rib_cursor *c)
{
    for (; c->segment < t->segment_count; c->segment++, c->at = 0) {
        const struct rib_segment *s = &t->segments[c->segment];
        while (s->words && c->at < rib_slots(s->room)) {
            struct rib_entry *e = rib_entry_at(s, rib_stride(t), c->at++);
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
    rib_segments_forget(t);
    rib_give(t->memory, t, sizeof *t);
}
