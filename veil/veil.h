/* Captures that may be given away: packets in; the same packets out, of the same sizes, with other addresses, AS
 * numbers, router IDs and MACs in them, the same one for the same one wherever it stands, and without what is secret.
 * What cannot be read is zeroed; a packet that cannot be read at all is refused.
 *
 * Addresses keep the prefixes that they share (Crypto-PAn: Xu, Fan, Ammar, Moon, 2002) and stay of their class: what is
 * private, documentation, multicast, link-local stays so, and nothing else becomes so. AS numbers likewise.
 *
 *     veil_learn(v, packet) …             for all packets: BGP messages span them, LSAs are named before they are told
 *     veil_learned(v);
 *     veil_packet(v, packet, out) …       for the same packets again, in the same order */
#ifndef VEIL_VEIL_H
#define VEIL_VEIL_H

#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VEIL_KEY = 32 };

enum veil_got {
#define VEIL(ident, words) VEIL_##ident,
#include "veil/veil.def"
#undef VEIL
    VEIL_COUNT
};

struct veil_packet {
    uint32_t link; /* LINKTYPE_ value */
    const uint8_t *bytes;
    uint32_t size, wire_size;
};

struct veil_options {
    const uint8_t *key; /* VEIL_KEY bytes */
    bool
        keep_order; /* of the router IDs: who wins a collision or an election is the same then; but what an address
                           becomes depends on what else is in the capture */
    uint16_t ports[8]; /* of BGP */
    unsigned port_count;
    size_t budget; /* bytes of TCP streams and LSAs to remember */
};

/* A key of whatever a file has. */
void veil_key(const void *secret, size_t n, uint8_t key[VEIL_KEY]);

struct veil;
/* NULL without memory. */
struct veil *veil_new(const struct veil_options *);
void veil_free(struct veil *);

void veil_learn(struct veil *, const struct veil_packet *);
void veil_learned(struct veil *);
/* out has room for p->size bytes. Anything but VEIL_DONE: refused, *out is to be thrown away. */
MUST_USE enum veil_got veil_packet(struct veil *, const struct veil_packet *p, uint8_t *out);

/* … in its place, for a packet that is not wanted. */
void veil_skip(struct veil *);

/* "a link type that cannot be anonymised" */
const char *veil_words(enum veil_got);
/* Attributes that were made unknown ones, since their content cannot be anonymised. */
uint64_t veil_blanked(const struct veil *);
/* Bytes of BGP that were zeroed for want of room. */
uint64_t veil_dropped(const struct veil *);

#endif
