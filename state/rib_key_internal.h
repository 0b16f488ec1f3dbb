/* What rib_table.c and rib_key.c share. */
#ifndef STATE_RIB_KEY_INTERNAL_H
#define STATE_RIB_KEY_INTERNAL_H

#include "base/hash.h"
#include "state/rib_table.h"

/* Words of an address of the family, 1 or 4; 0: its keys are long. */
unsigned rib_address_words(enum bgp_family);

static inline uint32_t rib_hash_words(const uint32_t *word, unsigned words, unsigned bits, uint64_t seed)
{
    uint64_t h = hash_u64((uint64_t)bits << 32 | word[0], seed);
    for (unsigned i = 1; i < words; i += 2)
        h = hash_mix(h ^ UINT64_C(0xa0761d6478bd642f),
                     seed ^ word[i] ^ (i + 1 < words ? (uint64_t)word[i + 1] << 32 : 0));
    return (uint32_t)(h >> 32);
}

#endif
