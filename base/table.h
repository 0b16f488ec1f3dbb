/* Hash map from a fixed-size key to a pointer. Keys are copied, values are the caller's.
 * Iteration is in the order of insertion, so that what we print does not depend on a seed. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table {
    size_t key_size;
    uint64_t seed;
    uint8_t *keys;   /* entry i's key */
    void **values;   /* entry i's value; NULL when removed */
    uint32_t *slots; /* 1 + entry, 0 for empty */
    uint32_t used, live, room, slot_count;
};

/* Empty; keys are key_size bytes, compared byte by byte (no padding). seed: so that strangers cannot choose keys that collide.
 * table_free is due. */
void table_init(struct table *, size_t key_size, uint64_t seed);
/* Frees the table's own memory, not the values. */
void table_free(struct table *);
/* The value under the key, or NULL. */
void *table_get(const struct table *, const void *key);
/* Puts or replaces; value must not be NULL. False without memory. */
MUST_USE bool table_put(struct table *, const void *key, void *value);
/* Removes and returns the value, or NULL. */
void *table_remove(struct table *, const void *key);
/* Values one at a time, oldest first: start with *at = 0; NULL at the end. */
void *table_next(const struct table *, uint32_t *at);

#endif
