/* Goes over bytes in place, once, from the first to the last: each is kept, replaced or zeroed, and none is passed over.
 * What is asked for and is not there in full is zeroed, and the brush is at its end. */
#ifndef VEIL_BRUSH_H
#define VEIL_BRUSH_H

#include "base/cursor.h"
#include <string.h>

struct brush {
    uint8_t *at, *end;
};

static inline struct brush brush_over(uint8_t *at, size_t n) { return (struct brush){ at, at + n }; }
static inline size_t brush_left(const struct brush *b) { return b->at ? (size_t)(b->end - b->at) : 0; }
/* The next n bytes, for the caller to replace. NULL if they are not there. */
static inline uint8_t *brush_take(struct brush *b, size_t n)
{
    uint8_t *at = b->at;
    if (n > brush_left(b)) {
        while (brush_left(b))
            *b->at++ = 0;
        return NULL;
    }
    b->at += n;
    return at;
}
static inline void brush_keep(struct brush *b, size_t n) { (void)brush_take(b, n); }
static inline void brush_zero(struct brush *b, size_t n)
{
    uint8_t *at = brush_take(b, n);
    if (at)
        memset(at, 0, n);
}
static inline void brush_rest(struct brush *b) { brush_zero(b, brush_left(b)); }
/* The next n bytes, or as many as are there, as a brush of their own. */
static inline struct brush brush_sub(struct brush *b, size_t n)
{
    if (n > brush_left(b))
        n = brush_left(b);
    b->at += n;
    return brush_over(b->at - n, n);
}
static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static inline void put16(uint8_t *p, uint16_t n)
{
    p[0] = (uint8_t)(n >> 8);
    p[1] = (uint8_t)n;
}
static inline void put32(uint8_t *p, uint32_t n)
{
    put16(p, (uint16_t)(n >> 16));
    put16(p + 2, (uint16_t)n);
}
/* Kept, and told; 0 if it is not there. */
static inline uint8_t brush_u8(struct brush *b) { return brush_left(b) ? *b->at++ : 0; }
static inline uint16_t brush_u16(struct brush *b)
{
    if (brush_left(b) < 2) {
        brush_rest(b);
        return 0;
    }
    b->at += 2;
    return get16(b->at - 2);
}

#endif
