/* Arrays that grow by doubling:
 *
 *     if (!grow(&list, count, &room, sizeof *list, 16, MOST))
 *         return false;
 *     list[count++] = item; */
#ifndef BASE_GROW_H
#define BASE_GROW_H

#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Twice the room, or `least` to begin with. False, and all as it was, without memory or if it would be over `most`. */
MUST_USE bool grow_more(void *array, uint32_t *room, size_t item, uint32_t least, uint32_t most);

/* Room for one more than `count` items. `array` points to the pointer that owns them. */
MUST_USE static inline bool grow(void *array, size_t count, uint32_t *room, size_t item, uint32_t least,
                                 uint32_t most)
{
    return LIKELY(count < *room) || grow_more(array, room, item, least, most);
}

#endif
