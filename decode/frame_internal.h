/* What the readers of layers share: a walk goes through a packet from the outside in. Each reader takes its own
 * header from the front and says what stands behind it; frame.c turns the handle until a reader says to stop.
 *
 * To add a layer: a row in layer.def, a reader, and a row in the list that leads to it (link.def, ethertype.def,
 * ip_proto.def, udp_port.def). */
#ifndef DECODE_FRAME_INTERNAL_H
#define DECODE_FRAME_INTERNAL_H

#include "decode/frame.h"
#include "decode/ip.h"

enum layer {
    LAYER_FOREIGN, /* nothing of ours, or too few bytes to tell */
    LAYER_BROKEN,  /* a header that contradicts itself */
    LAYER_OURS,    /* the packet of walk.ip is wanted */
    LAYER_KEPT,    /* a fragment that waits for the others */
    LAYER_SEALED,  /* cannot be read */
#define LAYER(ident, reader) LAYER_##ident,
#include "decode/layer.def"
#undef LAYER
    LAYER_COUNT,
    LAYER_STOPS = LAYER_SEALED /* the last one at which a walk stops */
};

struct walk {
    struct cursor in;        /* captured, and not read yet */
    uint32_t wire;           /* bytes that stood on the wire from in.at on; at least what is in `in` */
    uint16_t carriers;       /* bits of enum carrier */
    uint16_t vlan;           /* innermost tag */
    uint32_t circuit, label; /* as in struct frame */
    uint8_t tags;            /* VLAN tags in this Ethernet header */
    uint8_t depth;           /* IP headers so far */
    bool rebuilt;            /* what comes next was put together from fragments */
    bool reassembled;        /* the innermost packet was */
    bool has_mac;
    uint8_t mac_src[6], mac_dst[6];
    struct ip_head ip;   /* the innermost so far */
    struct cursor whole; /* its packet, from its header on */
    const struct frame_want *want;
    struct frag_table *frags;
    struct stamp when;
};

typedef enum layer layer_reader(struct walk *);
#define LAYER(ident, reader) layer_reader reader;
#include "decode/layer.def"
#undef LAYER

/* What stands behind an ethertype; notes the carrier. */
enum layer ethertype_layer(struct walk *, uint16_t ethertype);
bool ethertype_known(uint16_t ethertype);
/* What stands behind an IP protocol number. */
enum layer ip_proto_first(uint8_t proto);

static inline uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t be32(const uint8_t *p) { return (uint32_t)be16(p) << 16 | be16(p + 2); }

/* The next n bytes, or NULL if they were not captured. */
static inline const uint8_t *walk_take(struct walk *w, uint32_t n)
{
    const uint8_t *p = cur_take(&w->in, n);
    w->wire -= p ? n : 0;
    return p;
}
/* What is ahead but stays there; NULL if it was not captured. */
static inline const uint8_t *walk_peek(const struct walk *w, uint32_t n)
{
    return n <= cur_left(&w->in) ? w->in.at : NULL;
}
/* A header says how much belongs to it: what follows is padding or a trailer. */
static inline void walk_trim(struct walk *w, uint32_t n)
{
    if (n >= w->wire)
        return;
    w->wire = n;
    if (n < cur_left(&w->in))
        w->in = cur_over(w->in.at, n);
}

/* Questions that turn foreign packets down; the fast path of frame.c and the readers ask the same ones. */
static inline bool tcp_wanted(const uint8_t *ports, const struct frame_want *want)
{
    uint16_t source = be16(ports), target = be16(ports + 2);
    for (unsigned i = 0; i < want->port_count; i++)
        if (want->ports[i] == source || want->ports[i] == target)
            return true;
    return false;
}
static inline bool udp_carrier(uint16_t port)
{
    switch (port) {
#define UDP_PORT(port, layer, carrier)                                                                       \
    case port:                                                                                               \
        return true;
#include "decode/udp_port.def"
#undef UDP_PORT
    default: return false;
    }
}
static inline bool icmp_wanted(bool v6, uint8_t type, const struct frame_want *want)
{
    return want->icmp && icmp_is_error(v6, type);
}

/* Is it certain that this IPv4 packet without options is not wanted? At least 28 bytes are there. */
static inline bool ip4_passes_by(const uint8_t *ip, const struct frame_want *want)
{
    if (be16(ip + 6) & 0x3fff) /* a fragment */
        return false;
    switch (ip[9]) {
    case PROTO_TCP: return !tcp_wanted(ip + 20, want);
    case PROTO_UDP: return !udp_carrier(be16(ip + 22));
    case PROTO_ICMP: return !icmp_wanted(false, ip[20], want);
    case PROTO_OSPF: return !want->ospf;
    case PROTO_AH: return false;
    default: return ip_proto_first(ip[9]) == LAYER_FOREIGN;
    }
}

/* The same for IPv6; at least 48 bytes are there. */
static inline bool ip6_passes_by(const uint8_t *ip, const struct frame_want *want)
{
    if (ip_extension(ip[6]))
        return false;
    switch (ip[6]) {
    case PROTO_TCP: return !tcp_wanted(ip + 40, want);
    case PROTO_UDP: return !udp_carrier(be16(ip + 42));
    case PROTO_ICMPV6: return !icmp_wanted(true, ip[40], want);
    case PROTO_OSPF: return !want->ospf;
    default: return ip_proto_first(ip[6]) == LAYER_FOREIGN;
    }
}
/* A packet that is too short for a quick look is looked at with care. */
static inline bool ip_passes_by(const uint8_t *ip, size_t left, const struct frame_want *want)
{
    if (left >= 28 && ip[0] == 0x45)
        return ip4_passes_by(ip, want);
    return left >= 48 && ip[0] >> 4 == 6 && ip6_passes_by(ip, want);
}

#endif
