/* From link bytes to the IP packet that we want: link header, VLAN tags, PPPoE, MPLS and the carriers
 * (GRE, ERSPAN, VXLAN, GENEVE, IP-in-IP, 6in4), to a bounded depth.
 *
 * Nothing is copied: payload is borrowed from the packet, or from the fragment table when fragments were
 * put together (then until the next frame_read with that table). */
#ifndef DECODE_FRAME_H
#define DECODE_FRAME_H

#include "base/addr.h"
#include "base/cursor.h"
#include "base/stamp.h"

enum { FRAME_DEPTH = 8 }; /* IP headers within each other that we follow */

/* LINKTYPE_ values that we read; rows in link.def */
enum link_type {
#define LINK(number, ident, name, reader) LINK_##ident = (number),
#include "decode/link.def"
#undef LINK
    LINK_TYPES_END
};
/* "Ethernet", or NULL for one that we cannot read. */
const char *link_name(uint32_t link);

enum frame_got {
    FRAME_NOTHING, /* not IP, or nothing of ours inside */
    FRAME_IP,      /* *out is a whole IP packet (perhaps put together from fragments) of a wanted protocol */
    FRAME_FRAGMENT, /* one fragment of a wanted packet, kept until the others are there; or a copy of one. *out is of it.
                        One that may be wanted (its first fragment, which has the ports, is not there) counts, too */
    FRAME_MALFORMED, /* a header that contradicts itself */
    FRAME_ENCRYPTED, /* ESP: cannot be read; src and dst are set */
};

enum carrier {
#define CARRIER(bit, ident, key) CARRIER_##ident = 1 << bit,
#include "decode/carrier.def"
#undef CARRIER
};
enum { CARRIERS = 10 };
/* By number, below CARRIERS: "qinq". */
const char *carrier_key(unsigned number);

struct frame {
    struct addr src, dst; /* of the innermost IP header */
    uint8_t proto;        /* IP protocol of the payload, behind extension headers */
    uint8_t ttl;          /* or hop limit */
    uint8_t tos;          /* DSCP and ECN, or traffic class */
    bool df;              /* don't fragment; always true for IPv6 */
    bool cut;             /* the capture has less than the headers promise */
    bool reassembled;     /* from fragments; ip_id, ttl are of the first */
    uint16_t ip_id;       /* 0 for IPv6 */
    uint16_t vlan;        /* innermost VLAN tag, 0 for none */
    uint32_t
        circuit; /* tells links apart at one capture point: all VLAN tags, VXLAN or GENEVE network; 0 for none */
    uint32_t label;    /* bottom MPLS label, GRE key; 0 for none. May be another one in the other direction */
    uint16_t carriers; /* bits of enum carrier */
    bool has_mac;
    uint8_t mac_src[6], mac_dst[6]; /* of the innermost Ethernet header */
    struct cursor payload;          /* what was captured of it */
    uint32_t payload_size;          /* what it was on the wire */
    struct cursor whole;            /* the innermost IP packet from its header on, as captured */
};

/* What the caller wants to see; everything else is FRAME_NOTHING, and found to be so cheaply. */
struct frame_want {
    uint16_t ports[8]; /* TCP ports, host order */
    unsigned port_count;
    bool ospf, icmp;
};

/* Fragments waiting for each other; memory bounded by what is given (and 150 kB for the table itself). Those of
 * packets that are not known to be wanted may take a quarter of it, and go first. */
struct frag_table;
struct frag_table *frag_new(size_t budget); /* bytes; NULL without memory */
void frag_free(struct frag_table *);
/* Fragments of wanted packets that were dropped for want of room or because their time ran out. */
uint64_t frag_lost(const struct frag_table *);

/* wire_size: bytes on the wire, at least size. frags may be NULL (fragments are then FRAME_NOTHING).
 * *out is set for FRAME_IP, FRAME_FRAGMENT and FRAME_ENCRYPTED. OSPF in ESP that does not encrypt (RFC 4552) is
 * FRAME_IP of protocol 89. */
enum frame_got frame_read(uint32_t link, const uint8_t *bytes, uint32_t size, uint32_t wire_size,
                          struct stamp when, const struct frame_want *, struct frag_table *frags,
                          struct frame *out);

#endif
