/* Keys in, entries out. Extendible hashing: the leading bits of a hash choose a segment, the bits behind them a place
 * in it, and the entry stands there or at one of the places behind (linear probing). A segment that is crowded
 * grows by half, and splits in two when it is large; no step moves more than one segment. */
#include "state/rib_table.h"

#include "base/macros.h"
#include "state/rib_key_internal.h"
#include <string.h>

enum { SEGMENT_LEAST = 8, SEGMENT_MOST = 4096 }; /* entries that there is room for */
enum { DEPTH_MOST = 24 };

static size_t stride_of(const struct rib_table *t) { return 2u + t->words; }

static size_t segment_bytes(const struct rib_table *t, uint32_t room)
{
    return sizeof(struct rib_segment) + room * stride_of(t) * sizeof(uint32_t);
}

static struct rib_entry *entry_at(const struct rib_place *p, size_t stride, uint32_t at)
{
    return (struct rib_entry *)(void *)(p->segment->words + at * stride);
}

static uint32_t home_of(const struct rib_place *p, uint32_t hash)
{
    return (uint32_t)((uint64_t)(uint32_t)(hash << p->depth) * p->room >> 32);
}

static uint32_t place_count(const struct rib_table *t) { return 1u << t->depth; }
/* How many neighbours in t->places show the same segment. */
static uint32_t share_count(const struct rib_table *t, const struct rib_place *p) { return 1u << (t->depth - p->depth); }
static uint32_t place_index(const struct rib_table *t, uint32_t hash)
{
    return (uint32_t)((uint64_t)hash >> (32 - t->depth));
}

static uint32_t entry_hash(const struct rib_table *t, const struct rib_entry *e)
{
    return t->is_long ? e->key[0] : rib_hash_words(e->key, t->words, e->bits, t->seed);
}

/* ---- finding ---- */

/* The entry, or the empty place where it would go. For each number of words a loop of its own. */
static inline struct rib_entry *seek_words(const struct rib_place *p, const struct rib_key *k, unsigned words)
{
    uint32_t at = home_of(p, k->hash);
    for (;;) {
        struct rib_entry *e = entry_at(p, 2u + words, at);
        unsigned same = 0;
        while (same < words && e->key[same] == k->word[same])
            same++;
        if (e->state == RIB_NONE || (same == words && e->bits == k->bits))
            return e;
        if (++at == p->room)
            at = 0;
    }
}

static bool same_long(const struct rib_table *t, const struct rib_entry *e, const struct rib_key *k)
{
    if (e->key[0] != k->hash || e->bits != k->bits)
        return false;
    const struct rib_long_key *had = block_at(t->memory, e->key[1]);
    if (had->size != k->size || had->path_id != k->path_id || had->type != k->type)
        return false;
    return !k->size || (had->bytes[k->size - 1] == k->last && !memcmp(had->bytes, k->at, k->size - 1));
}

static struct rib_entry *seek_long(const struct rib_table *t, const struct rib_place *p, const struct rib_key *k)
{
    uint32_t at = home_of(p, k->hash);
    for (;;) {
        struct rib_entry *e = entry_at(p, 4, at);
        if (e->state == RIB_NONE || same_long(t, e, k))
            return e;
        if (++at == p->room)
            at = 0;
    }
}

/* NULL when the place has no segment. */
static struct rib_entry *seek(const struct rib_table *t, const struct rib_place *p, const struct rib_key *k)
{
    if (!p->segment)
        return NULL;
    if (t->is_long)
        return seek_long(t, p, k);
    switch (t->words) {
    case 1: return seek_words(p, k, 1);
    case 2: return seek_words(p, k, 2);
    case 4: return seek_words(p, k, 4);
    default: return seek_words(p, k, t->words);
    }
}

struct rib_entry *rib_table_find(const struct rib_table *t, const struct rib_key *k)
{
    struct rib_entry *e = seek(t, &t->places[place_index(t, k->hash)], k);
    return e && e->state ? e : NULL;
}

/* ---- growing ---- */

/* Copies an entry that is not there yet. */
static void settle(const struct rib_place *to, size_t stride, const struct rib_entry *e, uint32_t hash)
{
    uint32_t at = home_of(to, hash);
    while (entry_at(to, stride, at)->state) {
        if (++at == to->room)
            at = 0;
    }
    memcpy(entry_at(to, stride, at), e, stride * sizeof(uint32_t));
    to->segment->used++;
}

static bool segment_new(const struct rib_table *t, struct rib_place *p)
{
    p->segment = rib_take_zeroed(t->memory, segment_bytes(t, p->room));
    return p->segment != NULL;
}

static void segment_free(const struct rib_table *t, const struct rib_place *p)
{
    if (p->segment)
        rib_give(t->memory, p->segment, segment_bytes(t, p->room));
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
    if (!segment_new(t, &place))
        return false;
    for (uint32_t at = 0; old.segment && at < old.room; at++) {
        const struct rib_entry *e = entry_at(&old, stride_of(t), at);
        if (e->state)
            settle(&place, stride_of(t), e, entry_hash(t, e));
    }
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

static bool split(struct rib_table *t, uint32_t hash)
{
    uint32_t index = place_index(t, hash);
    if (t->places[index].depth == t->depth && !deepen(t))
        return false;
    index = place_index(t, hash);
    const struct rib_place old = t->places[index];
    size_t stride = stride_of(t);
    uint32_t ones = 0;
    for (uint32_t at = 0; at < old.room; at++) {
        const struct rib_entry *e = entry_at(&old, stride, at);
        ones += e->state && entry_hash(t, e) >> (31 - old.depth) & 1;
    }
    uint32_t zeros = old.segment->used - ones;
    struct rib_place half[2] = { { .room = zeros + zeros / 2 + SEGMENT_LEAST, .depth = old.depth + 1 },
                                 { .room = ones + ones / 2 + SEGMENT_LEAST, .depth = old.depth + 1 } };
    if (!segment_new(t, &half[0]))
        return false;
    if (!segment_new(t, &half[1])) {
        segment_free(t, &half[0]);
        return false;
    }
    for (uint32_t at = 0; at < old.room; at++) {
        const struct rib_entry *e = entry_at(&old, stride, at);
        uint32_t h = e->state ? entry_hash(t, e) : 0;
        if (e->state)
            settle(&half[h >> (31 - old.depth) & 1], stride, e, h);
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
        return resize(t, index, more < SEGMENT_MOST ? more : SEGMENT_MOST);
    }
    return split(t, hash) || resize(t, index, room + room / 2);
}

/* Fills the empty entry's key; false at the ceiling. */
static bool fill(struct rib_table *t, struct rib_entry *e, const struct rib_key *k)
{
    if (t->is_long) {
        uint32_t handle = block_new(t->memory, sizeof(struct rib_long_key) + k->size);
        if (!handle)
            return false;
        struct rib_long_key *had = block_at(t->memory, handle);
        had->path_id = k->path_id;
        had->size = (uint16_t)k->size;
        had->type = k->type;
        if (k->size) {
            memcpy(had->bytes, k->at, k->size - 1);
            had->bytes[k->size - 1] = k->last;
        }
        e->key[0] = k->hash;
        e->key[1] = handle;
    } else
        for (unsigned i = 0; i < t->words; i++)
            e->key[i] = k->word[i];
    e->bits = k->bits;
    return true;
}

struct rib_entry *rib_table_put(struct rib_table *t, const struct rib_key *k)
{
    const struct rib_place *p = &t->places[place_index(t, k->hash)];
    struct rib_entry *e = seek(t, p, k);
    if (e && e->state)
        return e;
    if (!e || p->segment->used >= p->room - p->room / 5) {
        bool grown = make_room(t, k->hash);
        p = &t->places[place_index(t, k->hash)];
        /* at the ceiling what room there is may be used, but searches must end, and soon */
        if (!grown && (!p->segment || p->segment->used + 1 + p->room / 16 >= p->room))
            return NULL;
        e = seek(t, p, k);
    }
    if (!fill(t, e, k))
        return NULL;
    p->segment->used++;
    return e;
}

/* ---- shrinking ---- */

/* Empties the place; entries that stand behind it because it was taken move up. */
static void erase(struct rib_table *t, const struct rib_place *p, uint32_t hole)
{
    size_t stride = stride_of(t);
    if (t->is_long)
        block_free(t->memory, entry_at(p, stride, hole)->key[1]);
    for (uint32_t at = hole;;) {
        at = at + 1 == p->room ? 0 : at + 1;
        const struct rib_entry *e = entry_at(p, stride, at);
        if (!e->state)
            break;
        uint32_t home = home_of(p, entry_hash(t, e));
        uint32_t from_home = at - home + (at < home ? p->room : 0);
        uint32_t from_hole = at - hole + (at < hole ? p->room : 0);
        if (from_home < from_hole)
            continue;
        memcpy(entry_at(p, stride, hole), e, stride * sizeof(uint32_t));
        hole = at;
    }
    memset(entry_at(p, stride, hole), 0, stride * sizeof(uint32_t));
    p->segment->used--;
}

static void sweep_place(struct rib_table *t, uint32_t index, bool all, uint8_t era)
{
    const struct rib_place p = t->places[index];
    for (uint32_t at = 0; at < p.room;) {
        const struct rib_entry *e = entry_at(&p, stride_of(t), at);
        if (e->state > RIB_LIVE && (all || e->era != era)) {
            erase(t, &p, at);
            t->ghosts--;
        } else
            at++;
    }
    uint32_t used = p.segment->used;
    if (!used) {
        replace(t, index, (struct rib_place){ .depth = p.depth });
        segment_free(t, &p);
    } else if (p.room > SEGMENT_LEAST && used < p.room / 4)
        resize(t, index, used + used / 2 + SEGMENT_LEAST); /* if there is no room to shrink, it stays as it is */
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

struct rib_entry *rib_table_next(const struct rib_table *t, struct rib_cursor *c)
{
    while (c->place < place_count(t)) {
        const struct rib_place *p = &t->places[c->place];
        while (p->segment && c->at < p->room) {
            struct rib_entry *e = entry_at(p, stride_of(t), c->at++);
            if (e->state)
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
    *t = (struct rib_table){ .memory = m, .seed = seed, .family = family, .path_ids = path_ids, .is_long = !words };
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
