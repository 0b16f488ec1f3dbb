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
#define SHIFT(bits)      ((bits) < 8 ? 8 - (bits) : 0)

/* Most prefixes are turned down by their first byte: this is asked of every route. */
static bool may_be_bogon(unsigned afi, unsigned first)
{
#define BOGON_PREFIX(family, bits, words, ...)                                                               \
    if (afi == (family) && (first ^ FIRST(__VA_ARGS__, 0)) >> SHIFT(bits) == 0)                              \
        return true;
#include "decode/bgp/bogon_prefix.def"
#undef BOGON_PREFIX
    return false;
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
