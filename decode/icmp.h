/* ICMP and ICMPv6 errors, and the packet that they quote. RFC 792, 1191, 4443. */
#ifndef DECODE_ICMP_H
#define DECODE_ICMP_H

#include "decode/frame.h"

struct icmp_error {
    uint8_t type, code;
    uint32_t mtu;         /* of "fragmentation needed" and "packet too big"; else 0 */
    struct addr src, dst; /* of the quoted packet */
    uint8_t proto, ttl;   /* of the quoted packet */
    bool has_ports;
    uint16_t sport, dport; /* of the quoted TCP header */
    uint32_t seq;
};

/* False if the frame (of protocol 1 or 58) is no error message that quotes an IP packet. */
bool icmp_read(const struct frame *, struct icmp_error *out);
/* "network unreachable", "time exceeded in transit", …; never NULL. v6 says which protocol. */
const char *icmp_name(bool v6, uint8_t type, uint8_t code);

#endif
