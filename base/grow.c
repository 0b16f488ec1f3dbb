/* An array that is full in; the same with more room out. */
#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

bool grow_more(void *array, uint32_t *room, size_t item, uint32_t least, uint32_t most)
{
    void *items, *more;
    uint64_t wanted = *room ? UINT64_C(2) * *room : least;
    if (wanted > most || wanted > SIZE_MAX / item)
        return false;
    /* by its bytes: the pointer is one to the items' own type */
    memcpy(&items, array, sizeof items);
    if (!(more = realloc(items, (size_t)wanted * item)))
        return false;
    memcpy(array, &more, sizeof more);
    *room = (uint32_t)wanted;
    return true;
}
