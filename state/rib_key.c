/* NLRI in; what its route is found by out, and back. Host bits behind a prefix's length do not count.
 * The first word of an address is stored as a hash of all of it, from which it can be had back: so no entry needs
 * room for a hash, and none is ever hashed again. */
#include "base/hash.h"
#include "state/rib_table.h"

#include <assert.h>
#include <string.h>

enum { RD = 8 };

unsigned rib_address_words(enum bgp_family family)
{
    uint16_t afi = bgp_family_afi(family);
    uint8_t safi = bgp_family_safi(family);
    /* unicast, multicast (RFC 4760): a prefix is all there is to them */
    bool plain = safi == 1 || safi == 2;
    return !plain ? 0 : afi == 1 ? 1 : afi == 2 ? 4 : 0;
}

/* Every number once, and numbers that differ little become numbers that differ much. */
static uint32_t scramble(uint32_t x)
{
    x = (x ^ x >> 16) * UINT32_C(0x7feb352d);
    x = (x ^ x >> 15) * UINT32_C(0x846ca68b);
    return x ^ x >> 16;
}
static uint32_t unscramble(uint32_t x)
{
    x = (x ^ x >> 16) * UINT32_C(0x43021123);
    x = (x ^ x >> 15 ^ x >> 30) * UINT32_C(0x1d69e2a5);
    return x ^ x >> 16;
}

/* What the words behind the first one, and the length, add to the hash. */
static uint32_t hash_rest(const struct rib_table *t, const uint32_t *word, unsigned bits)
{
    uint64_t h = hash_u64(bits, t->seed);
    for (unsigned i = 1; i < t->words; i += 2)
        h = hash_mix(h ^ UINT64_C(0xa0761d6478bd642f),
                     t->seed ^ word[i] ^ (i + 1u < t->words ? (uint64_t)word[i + 1] << 32 : 0));
    return (uint32_t)(h >> 32);
}

/* The last byte of a prefix without the bits behind it. */
static uint8_t mask_last(uint8_t byte, unsigned bits)
{
    return (uint8_t)(bits % 8 ? byte & 0xff00u >> bits % 8 : byte);
}

static void key_v4(const uint8_t *p, size_t n, struct rib_key *out)
{
    uint32_t address = 0;
    if (n > 2)
        address = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (n > 3 ? p[3] : 0u);
    else if (n)
        address = (uint32_t)p[0] << 24 | (n > 1 ? (uint32_t)p[1] << 16 : 0);
    out->word[0] = out->bits ? address & UINT32_MAX << (32 - out->bits) : 0;
}

static void key_v6(const uint8_t *p, size_t n, struct rib_key *out)
{
    uint8_t address[16] = { 0 };
    if (n) {
        memcpy(address, p, n);
        address[n - 1] = mask_last(p[n - 1], out->bits);
    }
    memcpy(out->word, address, sizeof address);
}

static bool key_long(const struct rib_table *t, const struct bgp_nlri *n, struct rib_key *out)
{
    size_t size = cur_left(&n->key);
    if (size > UINT16_MAX || cur_left(&n->raw) > UINT16_MAX)
        return false;
    out->type = n->type;
    out->path_id = n->path_id;
    out->size = (uint32_t)size;
    out->at = n->key.at;
    out->raw = n->raw;
    out->aside = size > (size_t)RD + n->aside ? n->aside : 0;
    out->last = 0;
    if (size) {
        bool prefix_last = cur_left(&n->prefix) && n->prefix.end == n->key.end;
        out->last = prefix_last ? mask_last(out->at[size - 1], n->bits) : out->at[size - 1];
    }
    uint64_t rest =
        (uint64_t)out->path_id << 32 | (uint32_t)out->bits << 16 | (uint32_t)out->type << 8 | out->last;
    size_t head = out->aside ? RD : 0, skip = head + out->aside;
    uint64_t bytes = head ? hash_bytes(out->at, head, t->seed) : t->seed;
    bytes = hash_bytes(out->at + skip, size ? size - skip - 1 : 0, bytes);
    out->word[0] = (uint32_t)(hash_mix(bytes, hash_u64(rest, t->seed)) >> 32);
    return true;
}

bool rib_table_key(const struct rib_table *t, const struct bgp_nlri *n, struct rib_key *out)
{
    out->bits = n->bits;
    if (t->is_long)
        return key_long(t, n, out);
    size_t size = cur_left(&n->prefix);
    unsigned address_words = t->words - t->path_ids;
    if (n->bits > address_words * 32 || size != (n->bits + 7u) / 8)
        return false;
    if (address_words == 1)
        key_v4(n->prefix.at, size, out);
    else
        key_v6(n->prefix.at, size, out);
    if (t->path_ids)
        out->word[address_words] = n->path_id;
    out->word[0] = scramble(out->word[0] ^ hash_rest(t, out->word, out->bits));
    return true;
}

uint64_t rib_table_prefix(const struct rib_table *t, const uint32_t *words, unsigned bits, uint32_t *mark)
{
    unsigned address_words = t->words - t->path_ids;
    uint64_t rest = (uint64_t)t->family << 8 | bits;
    uint32_t first = unscramble(words[0]) ^ hash_rest(t, words, bits);
    *mark = words[0];
    if (t->path_ids) {
        struct rib_table without = { .seed = t->seed, .words = (uint8_t)address_words };
        *mark = scramble(first ^ hash_rest(&without, words, bits));
    }
    if (address_words == 1)
        return hash_u64(first, rest);
    uint64_t high = (uint64_t)first << 32 | words[1], low = (uint64_t)words[2] << 32 | words[3];
    return hash_u64(low, hash_u64(high, rest)); /* low is mostly 0 */
}

/* As it was announced, read again. */
static void nlri_long(const struct rib_table *t, const struct rib_entry *e, struct bgp_nlri *out)
{
    const struct rib_long_key *k = block_at(t->memory, e->key[1]);
    const struct bgp_ctx ctx = { .add_path = (uint64_t)t->path_ids << t->family };
    struct bgp_nlri_iter it = bgp_nlri_over(cur_over(k->bytes, k->size), t->family, &ctx, false);
    bool whole = bgp_nlri_next(&it, out);
    assert(whole); /* it was read so before it came here */
    (void)whole;
}

void rib_table_nlri(const struct rib_table *t, const struct rib_entry *e, uint8_t room[16],
                    struct bgp_nlri *out)
{
    *out = (struct bgp_nlri){ .family = t->family, .has_path_id = t->path_ids, .bits = e->bits };
    if (t->is_long) {
        nlri_long(t, e, out);
        return;
    }
    unsigned address_words = t->words - t->path_ids;
    uint32_t word[4] = { unscramble(e->key[0]) ^ hash_rest(t, e->key, e->bits) };
    if (address_words == 1)
        for (unsigned i = 0; i < 4; i++)
            room[i] = (uint8_t)(word[0] >> (24 - 8 * i));
    else {
        memcpy(word + 1, e->key + 1, 12);
        memcpy(room, word, 16);
    }
    out->prefix = out->key = cur_over(room, (e->bits + 7u) / 8);
    if (t->path_ids)
        out->path_id = e->key[address_words];
}
