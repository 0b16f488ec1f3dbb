/* Packets for tests, built from the inside out: begin with the payload, then put one header after another in front.
 * Lengths and checksums follow by themselves.
 *
 *     struct pkt m;
 *     pkt_start(&m, "hello", 5);
 *     pkt_tcp(&m, (struct pkt_tcp){ .sport = 179, .dport = 40000, .seq = 1, .flags = TCP_ACK });
 *     pkt_ipv4(&m, (struct pkt_ip){ "192.0.2.1", "192.0.2.2", .proto = 6 });
 *     pkt_ethernet(&m, 0x0800);
 *     frame_read(LINK_ETHERNET, pkt_bytes(&m), pkt_size(&m), pkt_size(&m), …);
 *
 * What has no builder here is put in front by pkt_hex. */
#ifndef TESTS_MAKE_PACKET_H
#define TESTS_MAKE_PACKET_H

#include "base/addr.h"
#include <stdlib.h>

enum { PKT_ROOM = 70000 };

struct pkt {
    size_t at; /* where the packet begins in room; it ends where room does */
    uint8_t room[PKT_ROOM];
};

static inline const uint8_t *pkt_bytes(const struct pkt *m) { return m->room + m->at; }
static inline uint32_t pkt_size(const struct pkt *m) { return (uint32_t)(PKT_ROOM - m->at); }

/* n zero bytes in front of what is there. Tests that need more than the room holds are wrong. */
static inline uint8_t *pkt_front(struct pkt *m, size_t n)
{
    if (n > m->at)
        abort();
    m->at -= n;
    return memset(m->room + m->at, 0, n);
}
static inline void pkt_put(struct pkt *m, const void *bytes, size_t n)
{
    uint8_t *p = pkt_front(m, n);
    if (n)
        memcpy(p, bytes, n);
}
static inline void pkt_start(struct pkt *m, const void *payload, size_t n)
{
    m->at = PKT_ROOM;
    pkt_put(m, payload, n);
}
/* "0800 45" in front; blanks are for the reader. */
static inline void pkt_hex(struct pkt *m, const char *hex)
{
    uint8_t bytes[256];
    size_t digits = 0;
    for (; *hex && digits < 2 * sizeof bytes; hex++) {
        const char *all = "0123456789abcdef", *digit = *hex == ' ' ? NULL : strchr(all, *hex);
        if (!digit)
            continue;
        bytes[digits / 2] = (uint8_t)((digits % 2 ? bytes[digits / 2] << 4 : 0) | (digit - all));
        digits++;
    }
    pkt_put(m, bytes, digits / 2);
}
/* Zero bytes behind what is there: padding, a trailer. */
static inline void pkt_pad(struct pkt *m, size_t n)
{
    if (n > m->at)
        abort();
    memmove(m->room + m->at - n, m->room + m->at, PKT_ROOM - m->at);
    memset(m->room + PKT_ROOM - n, 0, n);
    m->at -= n;
}

static inline void pkt_u16(uint8_t *p, uint32_t n)
{
    p[0] = (uint8_t)(n >> 8);
    p[1] = (uint8_t)n;
}
static inline void pkt_u32(uint8_t *p, uint32_t n)
{
    pkt_u16(p, n >> 16);
    pkt_u16(p + 2, n);
}

/* The Internet checksum (RFC 1071) of n bytes, on top of a sum that has begun. */
static inline uint32_t pkt_sum(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

struct pkt_tcp {
    uint16_t sport, dport;
    uint32_t seq, ack;
    uint8_t flags; /* TCP_SYN | … of decode/tcp.h */
    uint16_t window;
    const void *options; /* padded with zeros to words of four bytes */
    size_t options_size;
};
static inline void pkt_tcp(struct pkt *m, struct pkt_tcp t)
{
    size_t options = (t.options_size + 3) / 4 * 4;
    uint8_t *p = pkt_front(m, 20 + options);
    pkt_u16(p, t.sport);
    pkt_u16(p + 2, t.dport);
    pkt_u32(p + 4, t.seq);
    pkt_u32(p + 8, t.ack);
    p[12] = (uint8_t)((20 + options) / 4 << 4);
    p[13] = t.flags;
    pkt_u16(p + 14, t.window);
    if (t.options_size)
        memcpy(p + 20, t.options, t.options_size);
}

static inline void pkt_udp(struct pkt *m, uint16_t sport, uint16_t dport)
{
    uint8_t *p = pkt_front(m, 8);
    pkt_u16(p, sport);
    pkt_u16(p + 2, dport);
    pkt_u16(p + 4, pkt_size(m));
}

/* An ICMP or ICMPv6 message whose body is what is there; the word stands behind the checksum. */
static inline void pkt_icmp(struct pkt *m, uint8_t type, uint8_t code, uint32_t word)
{
    uint8_t *p = pkt_front(m, 8);
    p[0] = type;
    p[1] = code;
    pkt_u32(p + 4, word);
    pkt_u16(p + 2, ~pkt_sum(0, p, pkt_size(m)));
}

struct pkt_ip {
    const char *src, *dst;
    uint8_t proto;
    uint8_t ttl; /* 64 if 0 */
    uint8_t tos;
    uint16_t id; /* IPv4 */
    uint16_t
        flags_offset; /* IPv4: 0x4000 don't fragment, 0x2000 more fragments, offset in units of eight bytes */
    const void *options; /* IPv4; padded with zeros */
    size_t options_size;
};

/* Fills in the checksum of a whole TCP or UDP or ICMPv6 payload, which covers the addresses. */
static inline void pkt_payload_sum(uint8_t *payload, size_t size, const struct pkt_ip *h, struct addr src,
                                   struct addr dst)
{
    size_t at = h->proto == 6 ? 16 : h->proto == 17 ? 6 : h->proto == 58 ? 2 : size;
    if (at + 2 > size || h->flags_offset & 0x3fff)
        return;
    pkt_u16(payload + at, 0);
    uint32_t sum = pkt_sum(h->proto + (uint32_t)size, src.b, src.size);
    sum = pkt_sum(pkt_sum(sum, dst.b, dst.size), payload, size);
    pkt_u16(payload + at, ~sum);
}

static inline void pkt_ipv4(struct pkt *m, struct pkt_ip h)
{
    struct addr src = addr_parse(h.src), dst = addr_parse(h.dst);
    pkt_payload_sum(m->room + m->at, pkt_size(m), &h, src, dst);
    size_t header = 20 + (h.options_size + 3) / 4 * 4;
    uint8_t *p = pkt_front(m, header);
    p[0] = (uint8_t)(0x40 | header / 4);
    p[1] = h.tos;
    pkt_u16(p + 2, pkt_size(m));
    pkt_u16(p + 4, h.id);
    pkt_u16(p + 6, h.flags_offset);
    p[8] = h.ttl ? h.ttl : 64;
    p[9] = h.proto;
    memcpy(p + 12, src.b, 4);
    memcpy(p + 16, dst.b, 4);
    if (h.options_size)
        memcpy(p + 20, h.options, h.options_size);
    pkt_u16(p + 10, ~pkt_sum(0, p, header));
}

static inline void pkt_ipv6(struct pkt *m, struct pkt_ip h)
{
    struct addr src = addr_parse(h.src), dst = addr_parse(h.dst);
    pkt_payload_sum(m->room + m->at, pkt_size(m), &h, src, dst);
    uint32_t payload = pkt_size(m);
    uint8_t *p = pkt_front(m, 40);
    pkt_u32(p, 0x60000000u | (uint32_t)h.tos << 20);
    pkt_u16(p + 4, payload);
    p[6] = h.proto;
    p[7] = h.ttl ? h.ttl : 64;
    memcpy(p + 8, src.b, 16);
    memcpy(p + 24, dst.b, 16);
}

/* An IPv6 extension header of `words` times eight bytes in front of a payload of protocol `next`. The header in
 * front of it has to name it: 0 hop-by-hop, 43 routing, 60 destination options. */
static inline void pkt_extension(struct pkt *m, uint8_t next, uint8_t words)
{
    uint8_t *p = pkt_front(m, words * 8u);
    p[0] = next;
    p[1] = (uint8_t)(words - 1);
}
/* IPv6 fragment header (44); the offset in units of eight bytes. */
static inline void pkt_fragment(struct pkt *m, uint8_t next, uint16_t offset, bool more, uint32_t id)
{
    uint8_t *p = pkt_front(m, 8);
    p[0] = next;
    pkt_u16(p + 2, (uint32_t)offset << 3 | more);
    pkt_u32(p + 4, id);
}

/* 02:00:00:00:00:01 to 02:00:00:00:00:02 */
static inline void pkt_ethernet(struct pkt *m, uint16_t type)
{
    pkt_u16(pkt_front(m, 2), type);
    pkt_hex(m, "020000000002 020000000001");
}
/* A tag behind an Ethernet header (or another tag) of type 0x8100 or 0x88a8. */
static inline void pkt_vlan(struct pkt *m, uint16_t vlan, uint16_t type)
{
    uint8_t *p = pkt_front(m, 4);
    pkt_u16(p, vlan);
    pkt_u16(p + 2, type);
}
static inline void pkt_mpls(struct pkt *m, uint32_t label, bool bottom)
{
    pkt_u32(pkt_front(m, 4), label << 12 | (uint32_t)bottom << 8 | 64);
}
/* GRE without options; others by pkt_hex. IP protocol 47. */
static inline void pkt_gre(struct pkt *m, uint16_t type) { pkt_u16(pkt_front(m, 4) + 2, type); }
/* VXLAN with its UDP header; IP protocol 17. */
static inline void pkt_vxlan(struct pkt *m, uint32_t network)
{
    uint8_t *p = pkt_front(m, 8);
    p[0] = 0x08;
    pkt_u32(p + 4, network << 8);
    pkt_udp(m, 49152, 4789);
}
/* PPPoE session 1 around a PPP protocol. */
static inline void pkt_pppoe(struct pkt *m, uint16_t ppp)
{
    pkt_u16(pkt_front(m, 2), ppp);
    uint32_t size = pkt_size(m);
    uint8_t *p = pkt_front(m, 6);
    p[0] = 0x11;
    pkt_u16(p + 2, 1);
    pkt_u16(p + 4, size);
}

/* A BGP KEEPALIVE's worth of TCP from port 40000 to 179, for tests that care for what stands around it. */
static inline void pkt_bgp_segment(struct pkt *m)
{
    static const uint8_t keepalive[19] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                           255, 255, 255, 255, 255, 255, 0,   19,  4 };
    pkt_start(m, keepalive, sizeof keepalive);
    pkt_tcp(m, (struct pkt_tcp){ 40000, 179, 1000, 2000, 0x18, 501, NULL, 0 });
}

#endif
