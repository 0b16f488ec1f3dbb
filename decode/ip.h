/* IPv4 and IPv6 headers, with options and extension headers: bytes in, one head out. Used for packets and for what
 * ICMP quotes. RFC 791, RFC 8200. */
#ifndef DECODE_IP_H
#define DECODE_IP_H

#include "base/addr.h"
#include "base/cursor.h"

enum {
    PROTO_ICMP = 1,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_ESP = 50,
    PROTO_AH = 51,
    PROTO_ICMPV6 = 58,
    PROTO_OSPF = 89,
};

enum ip_got {
    IP_OK,
    IP_SHORT, /* the capture ends within the header */
    IP_BAD,   /* the header contradicts itself */
};

struct ip_head {
    const uint8_t *at; /* the header's first byte; borrowed */
    uint32_t header;   /* bytes from there to the payload: with options, extension headers and AH */
    uint32_t total;    /* bytes of the whole packet, as it says or (offload) as was on the wire */
    uint8_t version;   /* 4 or 6 */
    uint8_t proto;     /* of the payload; of a fragment: as this fragment says */
    uint8_t ttl, tos;
    bool df;
    bool fragment, more; /* more fragments follow */
    uint32_t offset;     /* of a fragment's payload within the whole */
    uint32_t id;         /* 16 bits for IPv4; for IPv6 the fragment header's, 0 without one */
    uint32_t own; /* of an IPv4 packet or a fragment: bytes that stand in front of the fragmentable part */
    uint32_t next_at; /* IPv6 fragment: where in them the byte stands that names the fragment header */
};

/* `in` is what was captured from the header on, wire what was there on the wire. If IP_SHORT, *out holds what the fixed
 * header says (extension headers as far as they go), or out->at is NULL. */
enum ip_got ip_read(struct cursor in, uint32_t wire, struct ip_head *out);
struct addr ip_src(const struct ip_head *);
struct addr ip_dst(const struct ip_head *);
/* The checksum over an IPv4 header of `size` bytes: what belongs into its field if that is zero; 0 if it is right. */
uint32_t ip_header_sum(const uint8_t *header, uint32_t size);
/* IPv6 extension headers that can stand in front of what we look for, the fragment header among them. */
bool ip_extension(uint8_t proto);
/* Errors quote the packet that caused them; other messages don't. RFC 792, RFC 4443 2.1 */
static inline bool icmp_is_error(bool v6, uint8_t type)
{
    if (v6)
        return type >= 1 && type <= 4;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

#endif
