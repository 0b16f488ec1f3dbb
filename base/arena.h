/* Memory for what one message caused: bump, budget, freed all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

/* base is the caller's memory; the arena hands it out and never grows. */
struct arena {
    uint8_t *base;
    size_t used, size;
};

/* Zeroed memory for count things of size bytes, 16-aligned if base is; NULL when the budget is gone. */
void *arena_get(struct arena *a, size_t count, size_t size);
static inline void arena_reset(struct arena *a) { a->used = 0; }

#endif
