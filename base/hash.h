/* A fast hash for tables that hold hostile keys: multiply and fold, with a seed chosen at start. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 hash_wide;
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    hash_wide r = (hash_wide)a * b;
    return (uint64_t)r ^ (uint64_t)(r >> 64);
}
#else
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
    uint64_t mid = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;
    return (hh + (lh >> 32) + (hl >> 32) + (mid >> 32)) ^ (mid << 32 | (uint32_t)ll);
}
#endif

static inline uint64_t hash_u64(uint64_t x, uint64_t seed)
{
    return hash_mix(x ^ UINT64_C(0x9e3779b97f4a7c15), seed ^ UINT64_C(0xd6e8feb86659fd93));
}

static inline uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    const uint8_t *p = bytes;
    uint64_t h = seed ^ UINT64_C(0xa0761d6478bd642f), w, v;
    for (; n >= 16; p += 16, n -= 16) {
        memcpy(&w, p, 8);
        memcpy(&v, p + 8, 8);
        h = hash_mix(w ^ UINT64_C(0xe7037ed1a0b428db), v ^ h);
    }
    uint64_t tail[2] = { 0, n };
    if (n >= 8) {
        memcpy(&w, p, 8);
        memcpy(&v, p + n - 8, 8);
        tail[0] = w;
        tail[1] ^= v;
    } else if (n)
        memcpy(&tail[0], p, n);
    return hash_mix(tail[0] ^ UINT64_C(0x8ebc6af09c88c6e3),
                    hash_mix(tail[1] ^ UINT64_C(0x589965cc75374cc3), h));
}

#endif
