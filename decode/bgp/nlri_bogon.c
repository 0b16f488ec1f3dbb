/* A prefix in, why it must not be seen between networks out: the rows of bogon_prefix.def (RFC 6890's registry). */
#include "decode/bgp/update_internal.h"

#include <string.h>

enum { BYTES = 16 };

static const struct bogon {
    uint8_t afi, bits;
    const char *words;
    uint8_t prefix[BYTES];
} rows[] = {
#define BOGON_PREFIX(afi, bits, words, ...) { afi, bits, words, { __VA_ARGS__ } },
#include "decode/bgp/bogon_prefix.def"
#undef BOGON_PREFIX
};

static bool holds(const struct bogon *row, const struct bgp_nlri *n)
{
    unsigned whole = row->bits / 8, rest = row->bits % 8;
    if (n->bits < row->bits || memcmp(n->prefix.at, row->prefix, whole))
        return false;
    return !rest || !((n->prefix.at[whole] ^ row->prefix[whole]) & 0xff00 >> rest & 0xff);
}

#define FIRST(byte, ...) (byte)
/* The first bytes that a row has: 1, or more if it is shorter than a byte. */
#define SPREAD(bits)        (1u << ((bits) < 8 ? 8 - (bits) : 0))
#define SPAN_OF(byte, bits) (UINT64_MAX >> (64 - SPREAD(bits)) << (byte) % 64)

/* Bit per first byte that a row has, of 64 of them; a constant where it is asked with constants. */
static inline uint64_t first_bytes(unsigned afi, unsigned word)
{
    uint64_t bytes = 0;
#define BOGON_PREFIX(family, bits, words, ...)                                                               \
    if (afi == (family) && word == FIRST(__VA_ARGS__, 0) / 64)                                               \
        bytes |= SPAN_OF(FIRST(__VA_ARGS__, 0), bits);
#include "decode/bgp/bogon_prefix.def"
#undef BOGON_PREFIX
    return bytes;
}

/* Most prefixes are turned down by their first byte: this is asked of every route. */
static bool may_be_bogon(unsigned afi, unsigned first)
{
    uint64_t bytes = 0;
    switch (afi << 2 | first / 64) {
    case 4: bytes = first_bytes(1, 0); break;
    case 5: bytes = first_bytes(1, 1); break;
    case 6: bytes = first_bytes(1, 2); break;
    case 7: bytes = first_bytes(1, 3); break;
    case 8: bytes = first_bytes(2, 0); break;
    case 9: bytes = first_bytes(2, 1); break;
    case 10: bytes = first_bytes(2, 2); break;
    case 11: bytes = first_bytes(2, 3); break;
    default: break;
    }
    return bytes >> first % 64 & 1;
}

const char *bgp_nlri_bogon(const struct bgp_nlri *n)
{
    if (n->family != FAMILY_IPV4_UNICAST && n->family != FAMILY_IPV6_UNICAST)
        return NULL;
    unsigned afi = nlri_rows[n->family].afi;
    if (!n->bits) /* the default route is somebody's wish, not a bogon */
        return NULL;
    if (!may_be_bogon(afi, n->prefix.at[0]))
        return NULL;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].afi == afi && holds(&rows[i], n))
            return rows[i].words;
    return NULL;
}
