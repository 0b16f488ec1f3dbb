/* Keys in, pointers out: open addressing over entries in the order of insertion. */
#include "base/table.h"

#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

void table_init(struct table *t, size_t key_size, uint64_t seed)
{
    *t = (struct table){ .key_size = key_size, .seed = seed };
}

void table_free(struct table *t)
{
    free(t->keys);
    free(t->values);
    free(t->slots);
    table_init(t, t->key_size, t->seed);
}

/* The slot that holds the key, or the empty one where it would go. */
static uint32_t find(const struct table *t, const void *key)
{
    uint32_t mask = t->slot_count - 1;
    uint32_t slot = (uint32_t)hash_bytes(key, t->key_size, t->seed) & mask;
    while (t->slots[slot]) {
        size_t entry = t->slots[slot] - 1;
        if (!memcmp(t->keys + entry * t->key_size, key, t->key_size))
            break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

void *table_get(const struct table *t, const void *key)
{
    if (!t->slot_count)
        return NULL;
    uint32_t slot = find(t, key);
    return t->slots[slot] ? t->values[t->slots[slot] - 1] : NULL;
}

/* Makes room: drops removed entries, then grows if that was not enough. */
static bool make_room(struct table *t)
{
    uint32_t room = t->room ? t->room : 8;
    if (t->live + t->live / 4 >= t->room && t->room)
        room = t->room * 2;
    uint8_t *keys = malloc(room * t->key_size);
    void **values = malloc(room * sizeof *values);
    uint32_t *slots = calloc((size_t)room * 2, sizeof *slots);
    if (!keys || !values || !slots) {
        free(keys);
        free(values);
        free(slots);
        return false;
    }
    struct table next = { t->key_size, t->seed, keys, values, slots, 0, 0, room, room * 2 };
    for (uint32_t i = 0; i < t->used; i++) {
        if (!t->values[i])
            continue;
        const uint8_t *key = t->keys + i * t->key_size;
        memcpy(keys + next.used * t->key_size, key, t->key_size);
        values[next.used] = t->values[i];
        slots[find(&next, key)] = ++next.used;
    }
    next.live = next.used;
    struct table old = *t;
    *t = next;
    table_free(&old);
    return true;
}

bool table_put(struct table *t, const void *key, void *value)
{
    if (t->used == t->room && !make_room(t))
        return false;
    uint32_t slot = find(t, key);
    if (!t->slots[slot]) {
        memcpy(t->keys + t->used * t->key_size, key, t->key_size);
        t->values[t->used] = NULL;
        t->slots[slot] = ++t->used;
    }
    void **value_at = &t->values[t->slots[slot] - 1];
    t->live += !*value_at;
    *value_at = value;
    return true;
}

void *table_remove(struct table *t, const void *key)
{
    if (!t->slot_count)
        return NULL;
    uint32_t slot = find(t, key);
    if (!t->slots[slot])
        return NULL;
    void *value = t->values[t->slots[slot] - 1];
    t->live -= value != NULL;
    t->values[t->slots[slot] - 1] = NULL; /* the key stays as a tombstone until make_room */
    return value;
}

void *table_next(const struct table *t, uint32_t *at)
{
    while (*at < t->used) {
        void *value = t->values[(*at)++];
        if (value)
            return value;
    }
    return NULL;
}
