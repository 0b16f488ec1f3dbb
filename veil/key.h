/* What becomes of an address, an AS number, a MAC: functions of a key, each one to one. */
#ifndef VEIL_KEY_H
#define VEIL_KEY_H

#include "veil/brush.h"
#include <nettle/aes.h>

enum { ORDERED_MOST = 1024, AS_CACHE = 1 << 12 };

struct veil_key {
    struct aes128_ctx pan, other; /* of addresses; of all else */
    uint8_t pad[16];
    uint32_t ordered[ORDERED_MOST]; /* router IDs whose order is kept; sorted once key_order was called */
    unsigned ordered_count;
    struct {
        uint32_t from, to;
        bool known;
    } as_cache[AS_CACHE];
};

/* bytes: 32 of them. */
void key_init(struct veil_key *, const uint8_t *bytes);
/* A router ID whose place among the others is to be kept. */
void key_meet(struct veil_key *, uint32_t router_id);
/* No more of them come. */
void key_order(struct veil_key *);

/* The first `bits` bits of the address of 4 or 16 bytes, in place; others are zeroed. */
void key_prefix(const struct veil_key *, uint8_t *address, unsigned size, unsigned bits);
uint32_t key_as(struct veil_key *, uint32_t as);
void key_mac(const struct veil_key *, uint8_t mac[6]);
/* n bytes (up to 15) become others, of which they cannot be told; zeros stay zeros. */
void key_secret(const struct veil_key *, uint8_t *bytes, size_t n);

/* The same for what comes next under a brush. */
void paint_v4(const struct veil_key *, struct brush *);
void paint_v6(const struct veil_key *, struct brush *);
/* A router ID, an area, a link-state ID. Small numbers are no addresses: they stay. */
static inline void paint_id(const struct veil_key *k, struct brush *b) { paint_v4(k, b); }
void paint_as2(struct veil_key *, struct brush *);
void paint_as4(struct veil_key *, struct brush *);
void paint_mac(const struct veil_key *, struct brush *);
/* (bits + 7) / 8 bytes that hold a prefix of a family whose addresses have `size` bytes. */
void paint_prefix(const struct veil_key *, struct brush *, unsigned size, unsigned bits);

#endif
