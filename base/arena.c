#include "base/arena.h"

#include <string.h>

void *arena_get(struct arena *a, size_t count, size_t size)
{
    size_t at = (a->used + 15) & ~(size_t)15;
    if (at > a->size || (size && count > (a->size - at) / size))
        return NULL;
    a->used = at + count * size;
    return memset(a->base + at, 0, count * size);
}
