/* OSPF packets and secrets: whether a packet was signed with this one. RFC 2328 D, 5709, 7166, 7474 */
#ifndef STATE_OSPF_KEY_H
#define STATE_OSPF_KEY_H

#include "decode/ospf/ospf.h"

enum ospf_key_found {
    OSPF_KEY_UNTRIED, /* no authentication, or not all of it was captured, or an algorithm that we don't know */
    OSPF_KEY_WRONG,
    OSPF_KEY_RIGHT,
    OSPF_KEY_RIGHT_SWAPPED, /* right, but for the protocol ID at the key's end, in the byte order of a little-endian one:
                               ospf6d of FRR 8 does so, and nobody else understands it (RFC 7166 4.5) */
};

/* The algorithm is the one that the digest's length names; the key ID is not looked at. src: the IP source address. */
enum ospf_key_found ospf_key_try(const struct ospf_packet *, const struct addr *src, const uint8_t *secret,
                                 size_t size);

#endif
