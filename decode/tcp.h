/* A TCP header and its options. RFC 9293; options of RFC 7323, 2018, 2385, 5925. */
#ifndef DECODE_TCP_H
#define DECODE_TCP_H

#include "base/cursor.h"
#include "decode/frame.h"

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

struct segment {
    uint16_t sport, dport;
    uint32_t seq, ack;
    uint16_t window; /* as in the header, not scaled */
    uint8_t flags;
    bool has_mss, has_wscale, sack_permitted, has_stamp;
    bool options_cut; /* the options could not be read to their end */
    uint8_t wscale;   /* at most 14 */
    uint16_t mss;
    uint32_t ts_value, ts_echo;
    uint8_t sack_blocks;            /* how many ranges a SACK option names */
    uint32_t sack_left, sack_right; /* the first of them */
    const uint8_t *md5;             /* 16 bytes of option 19, or NULL; borrowed */
    const uint8_t *ao;              /* value of option 29 (KeyID, RNextKeyID, MAC), or NULL; borrowed */
    uint8_t ao_size;
    struct cursor header;  /* with options, as captured */
    struct cursor payload; /* what was captured */
    uint32_t payload_size; /* what was on the wire */
};

/* False if it is not a TCP header that can be read. */
bool tcp_read(const struct frame *, struct segment *out);

#endif
