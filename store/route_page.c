/* Prefixes in; bytes of a row out, and back. The bytes of a database may be anybody's. */
#include "store/route_page.h"

#include <string.h>

enum { ENTRY_MOST = 1 + ROUTE_KEY_MOST + 5 };

bool route_page_add(struct route_page *p, const struct route_entry *e)
{
    if (p->used + ENTRY_MOST > ROUTE_PAGE_MOST)
        return false;
    uint8_t *to = p->bytes + p->used, shared = 0;
    if (!p->used)
        p->first = *e;
    else if (e->size == p->last.size)
        while (shared < e->size && e->key[shared] == p->last.key[shared])
            shared++;
    *to++ = shared;
    memcpy(to, e->key + shared, e->size - (size_t)shared);
    to += e->size - shared;
    uint32_t n = e->update;
    for (; n >= 0x80; n >>= 7)
        *to++ = (uint8_t)(n | 0x80);
    *to++ = (uint8_t)n;
    p->used = (uint32_t)(to - p->bytes);
    p->last = *e;
    return true;
}

static bool next_update(struct cursor *c, uint32_t *update)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = cur_u8(c);
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *update = (uint32_t)n;
            return cur_ok(c) && n <= UINT32_MAX;
        }
    }
    return false;
}

bool route_page_next(struct cursor *c, struct route_entry *e)
{
    uint8_t shared = cur_u8(c);
    if (!cur_ok(c) || shared > e->size)
        return false;
    if (!shared) {
        uint8_t kind = cur_left(c) ? *c->at : 0;
        e->size = kind == 4 ? 6 : kind == 6 ? 18 : 0;
    }
    const uint8_t *rest = cur_take(c, e->size - (size_t)shared);
    if (!e->size || !rest)
        return false;
    memcpy(e->key + shared, rest, e->size - (size_t)shared);
    return next_update(c, &e->update);
}
