/* A bounded reader over borrowed bytes.
 * The first read past the end spends the cursor: it is empty from then on and
 * every later read gives 0. A decoder reads straight down and asks once. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *at, *end;
    bool spent;
};

/* Over n borrowed bytes. */
static inline struct cursor cur_over(const uint8_t *p, size_t n)
{
    /* NULL + 0 is not defined in C17 */
    return n ? (struct cursor){ p, p + n, false } : (struct cursor){ p, p, false };
}
static inline size_t cur_left(const struct cursor *c)
{
    return c->at == c->end ? 0 : (size_t)(c->end - c->at);
}
static inline bool cur_ok(const struct cursor *c) { return !c->spent; }

/* The next n bytes, or NULL (and the cursor is spent) if they are not there. */
static inline const uint8_t *cur_take(struct cursor *c, size_t n)
{
    if (n > cur_left(c)) {
        c->at = c->end;
        c->spent = true;
        return 0;
    }
    const uint8_t *p = c->at;
    if (n)
        c->at += n;
    return p;
}
static inline uint8_t cur_u8(struct cursor *c)
{
    const uint8_t *p = cur_take(c, 1);
    return p ? p[0] : 0;
}
static inline uint16_t cur_u16(struct cursor *c)
{
    const uint8_t *p = cur_take(c, 2);
    return (uint16_t)(p ? p[0] << 8 | p[1] : 0);
}
static inline uint32_t cur_u24(struct cursor *c)
{
    const uint8_t *p = cur_take(c, 3);
    return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}
static inline uint32_t cur_u32(struct cursor *c)
{
    const uint8_t *p = cur_take(c, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}
static inline uint64_t cur_u64(struct cursor *c)
{
    uint64_t high = cur_u32(c);
    return high << 32 | cur_u32(c);
}
/* The next n bytes as a cursor of their own; spent if they are not there. */
static inline struct cursor cur_sub(struct cursor *c, size_t n)
{
    const uint8_t *p = cur_take(c, n);
    return p ? cur_over(p, n) : (struct cursor){ c->end, c->end, true };
}

#endif
