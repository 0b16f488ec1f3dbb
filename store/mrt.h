/* Records of an MRT archive (RFC 6396, RFC 8050): what was said, by whom to whom and when, in; bytes out.
 * An archive is written by a router that looks at its peer; seen from outside, whoever receives is the local one. */
#ifndef STORE_MRT_H
#define STORE_MRT_H

#include "state/bgp_facts.h"

struct mrt_ends {
    struct stamp when;
    const struct addr *peer, *local;
    uint32_t peer_as, local_as; /* 0 unknown */
};

/* BGP4MP_ET, MESSAGE or one of its variants. False for a message that is not all there: an archive has no way to say
 * so. */
bool mrt_message(struct buf *out, const struct mrt_ends *, const struct bgp_msg *, const struct bgp_ctx *);
/* BGP4MP_ET, STATE_CHANGE_AS4: of the state machine of the local end. */
void mrt_state(struct buf *out, const struct mrt_ends *, enum bgp_state from, enum bgp_state to);
/* OSPFv2 or OSPFv3, by the addresses: what the IP packet carried, `wire` bytes. False likewise. */
bool mrt_ospf(struct buf *out, struct stamp when, const struct addr *src, const struct addr *dst,
              struct cursor payload, uint32_t wire);

#endif
