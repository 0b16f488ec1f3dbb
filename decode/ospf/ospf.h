/* OSPF packets, version 2 and 3: the face of decode/ospf. Nobody outside includes anything else of this folder.
 *
 * Pure functions over borrowed bytes: no memory is taken, nothing is kept, every cursor handed out points into the
 * packet. Two ways to use it:
 *   - state/ pulls what it needs: ospf_read, ospf_hello_read, ospf_lsa_next, ospf_router_read, …
 *   - whoever shows a packet calls ospf_tell, which tells all of it to a writer.
 * What is wrong with the header and with what stands behind the packet is in ospf_packet.faults; what is wrong with
 * the rest, ospf_judge says. Reading goes on as far as it makes sense. */
#ifndef DECODE_OSPF_OSPF_H
#define DECODE_OSPF_OSPF_H

#include "base/addr.h"
#include "base/cursor.h"
#include "base/writer.h"
#include "decode/fault.h"

/* ---- names and numbers ---- */

enum ospf_type {
#define PACKET(type, ident, name, least2, least3, reader) OSPF_##ident = (type),
#include "decode/ospf/packets.def"
#undef PACKET
};

enum ospf_option {
#define OPTION(version, bit, ident, name) OSPF_##ident = (bit),
#include "decode/ospf/options.def"
#undef OPTION
};

/* Which LSA it is: an LSA's type without U bit and scope, of its version. */
enum ospf_kind {
#define LSA(version, type, ident, name, reader, head, tlvs) OSPF_LSA_##ident,
#include "decode/ospf/lsa.def"
#undef LSA
    OSPF_LSA_UNKNOWN
};

enum ospf_opaque {
#define OPAQUE(type, ident, name, tlvs) OSPF_OPAQUE_##ident = (type),
#include "decode/ospf/opaque.def"
#undef OPAQUE
};

enum ospf_scope { OSPF_SCOPE_LINK, OSPF_SCOPE_AREA, OSPF_SCOPE_AS, OSPF_SCOPE_RESERVED };

enum {
    OSPF_HEADER_V2 = 24,
    OSPF_HEADER_V3 = 16,
    OSPF_LSA_HEADER = 20,
    OSPF_MAX_AGE = 3600,           /* seconds; RFC 2328 B */
    OSPF_INFINITY = 0xffffff,      /* LSInfinity */
    OSPF_MAX_LINK_METRIC = 0xffff, /* RFC 6987 2: a router that wants no transit */
};

const char *ospf_type_name(unsigned type);  /* "Link State Update", or NULL */
const char *ospf_kind_name(enum ospf_kind); /* "Router-LSA"; "Unknown" */
/* Likewise by the type that stands in an LSA; NULL when it is not known. */
const char *ospf_lsa_type_name(unsigned version, uint32_t type);
const char *ospf_opaque_name(unsigned type); /* "router-information", or NULL */
/* "E L": the names of the options that are set, or "none". Returns text. */
enum { OSPF_OPTIONS_TEXT = 64 };
const char *ospf_options_text(unsigned version, uint32_t options, char text[OSPF_OPTIONS_TEXT]);
/* "10.0.0.1" for a router ID, an area, a link-state ID in host order. Returns text. */
const char *ospf_id_text(uint32_t id, char text[16]);

/* ---- a packet (RFC 2328 A.3.1, RFC 5340 A.3.1) ---- */

/* The AuType of OSPFv2; OSPFv3 has none of them, and perhaps a trailer. */
enum ospf_auth {
    OSPF_AUTH_NULL = 0,
    OSPF_AUTH_SIMPLE = 1,
    OSPF_AUTH_CRYPTO = 2,   /* RFC 2328 D.3, RFC 5709 */
    OSPF_AUTH_EXTENDED = 3, /* RFC 7474: cryptographic, with sequence numbers of 64 bits */
    OSPF_AUTH_TRAILER = 256 /* OSPFv3: RFC 7166 */
};

enum ospf_digest {
    OSPF_DIGEST_UNKNOWN,
#define DIGEST(ident, name, size) OSPF_DIGEST_##ident,
#include "decode/ospf/digests.def"
#undef DIGEST
};
const char *ospf_digest_name(enum ospf_digest); /* "hmac-sha-256"; "unknown" */
unsigned ospf_digest_size(enum ospf_digest);    /* bytes; 0 for unknown */

enum ospf_sum {
    OSPF_SUM_UNKNOWN, /* the packet is cut, or the addresses are not known */
    OSPF_SUM_NONE,    /* not computed: the packet is authenticated by a digest */
    OSPF_SUM_RIGHT,
    OSPF_SUM_WRONG
};

struct ospf_packet {
    uint8_t version, type;
    uint16_t length;          /* the header's length field, header included */
    uint32_t router_id, area; /* host order */
    uint16_t checksum;
    uint8_t instance; /* OSPFv2: RFC 6549 */
    enum ospf_sum sum;
    uint16_t auth;        /* enum ospf_auth, or another AuType */
    uint16_t key_id;      /* OSPFv3: security association */
    uint16_t auth_length; /* as the packet says */
    uint64_t auth_sequence;
    struct cursor password; /* OSPF_AUTH_SIMPLE: 8 bytes, padded with zeros. Never told: reports travel */
    struct cursor digest;   /* what follows the packet; empty if there is none */
    enum ospf_digest digest_kind;
    struct cursor lls; /* the LLS block with its header (RFC 5613); empty if there is none */
    uint32_t options;  /* of Hellos and Database Descriptions */
    bool has_options;
    struct cursor body; /* behind the header, no further than the length */
    const uint8_t *raw; /* the header; borrowed */
    uint32_t have;      /* bytes of the packet that are there, from the header on; at most length */
    bool cut;           /* the capture has less than was on the wire */
    bool
        incomplete; /* the body is not all there, cut or never sent: that it ends early is no further fault */
    struct faults faults;
};

/* payload: of the IP packet, as captured; wire: its bytes on the wire; src and dst: for the checksum of OSPFv3, may be
 * of size 0. False if it is no OSPF packet (the version is neither 2 nor 3, or there is no first byte): a fault says so
 * then, if nothing was cut. */
bool ospf_read(struct cursor payload, uint32_t wire, const struct addr *src, const struct addr *dst,
               struct ospf_packet *out);
/* Adds what is wrong with body, LLS block and LSAs: everything but what packet.faults says already. */
void ospf_judge(const struct ospf_packet *, struct faults *);

/* Takes the next of a list of router IDs or addresses; false at the end. */
static inline bool ospf_id_next(struct cursor *ids, uint32_t *id)
{
    if (cur_left(ids) < 4)
        return false;
    *id = cur_u32(ids);
    return true;
}

/* ---- Hello (RFC 2328 A.3.2, RFC 5340 A.3.2) ---- */

struct ospf_hello {
    uint32_t mask;           /* OSPFv2 */
    uint32_t interface_id;   /* OSPFv3 */
    uint16_t hello_interval; /* seconds */
    uint32_t dead_interval;  /* seconds; 16 bits in OSPFv3 */
    uint32_t options;
    uint8_t priority;
    uint32_t dr, bdr;        /* OSPFv2: addresses; OSPFv3: router IDs; 0 for none */
    struct cursor neighbors; /* router IDs: ospf_id_next */
};

/* False if the packet ends before the neighbours: what is there is filled in, the rest is 0. */
bool ospf_hello_read(const struct ospf_packet *, struct ospf_hello *out);

/* ---- Database Description (RFC 2328 A.3.3, RFC 5340 A.3.3) ---- */

struct ospf_dbdesc {
    uint16_t mtu;
    uint32_t options;
    uint8_t flags;
    bool init, more, master; /* I, M and MS */
    bool resync;             /* R: RFC 4811 2.1 */
    uint32_t sequence;
};

/* False if the packet ends before the LSA headers (then ospf_lsas gives none). */
bool ospf_dbdesc_read(const struct ospf_packet *, struct ospf_dbdesc *out);

/* ---- Link State Request (RFC 2328 A.3.4, RFC 5340 A.3.4) ---- */

struct ospf_request {
    uint32_t type; /* OSPFv2: 32 bits */
    uint32_t id, router;
};

/* Takes the next from a copy of packet->body; false at the end. */
bool ospf_request_next(const struct ospf_packet *, struct cursor *body, struct ospf_request *out);

/* ---- LSAs: of Database Descriptions and Acknowledgments the headers, of Updates all (RFC 2328 A.4.1) ---- */

struct ospf_lsa {
    enum ospf_kind kind;
    uint16_t age;    /* seconds, without the DoNotAge bit */
    bool do_not_age; /* RFC 1793 2.2 */
    uint16_t type;   /* OSPFv3: with U bit and scope */
    uint8_t options; /* OSPFv2; those of OSPFv3 stand in the body */
    uint32_t id;     /* Link State ID */
    uint32_t router; /* advertising router */
    uint32_t sequence;
    uint16_t checksum, length;
    uint8_t version;
    uint8_t instance;   /* the packet's: tells OSPFv3's address family (RFC 5838) */
    bool header_only;   /* not of a Link State Update */
    bool cut;           /* of a Link State Update: less of it is there than its length says */
    struct cursor body; /* behind the header */
    const uint8_t *raw; /* the header; borrowed */
    uint32_t offset;    /* of it, from the packet's header */
};

struct ospf_lsa_iter {
    struct cursor in;
    const struct ospf_packet *packet;
    uint32_t left;         /* as promised, in a Link State Update */
    enum fault_code fault; /* why ospf_lsa_next gave up; FAULT_COUNT if all is well */
    uint16_t fault_type;   /* of the LSA where it did */
};

/* LSAs of a Database Description or an Acknowledgement (headers), or of an Update; none of other packets. Borrows. */
struct ospf_lsa_iter ospf_lsas(const struct ospf_packet *);
/* False at the end. */
bool ospf_lsa_next(struct ospf_lsa_iter *, struct ospf_lsa *out);

/* The Fletcher checksum (RFC 2328 12.1.7): OSPF_SUM_UNKNOWN for headers alone and LSAs that are cut. */
enum ospf_sum ospf_lsa_sum(const struct ospf_lsa *);
enum ospf_scope ospf_lsa_scope(const struct ospf_lsa *);
/* Whether a is the newer instance of one LSA (1), the older (-1), or the same (0). RFC 2328 13.1 */
int ospf_lsa_newer(const struct ospf_lsa *a, const struct ospf_lsa *b);

/* ---- bodies of LSAs: what routes are computed from. Each answers false for an LSA of another kind, and for one that
 * ends before its fixed part does. ---- */

enum { OSPF_ROUTER_B = 1, OSPF_ROUTER_E = 2, OSPF_ROUTER_V = 4, OSPF_ROUTER_W = 8, OSPF_ROUTER_NT = 0x10 };

/* Router-LSA, v2 and v3. */
struct ospf_router {
    uint8_t flags;    /* OSPF_ROUTER_… */
    uint32_t options; /* OSPFv3 */
    uint8_t version;
    uint16_t link_left; /* OSPFv2: links promised */
    struct cursor links;
};
bool ospf_router_read(const struct ospf_lsa *, struct ospf_router *out);

enum { OSPF_LINK_PTP = 1, OSPF_LINK_TRANSIT = 2, OSPF_LINK_STUB = 3, OSPF_LINK_VIRTUAL = 4 };
struct ospf_link {
    uint8_t type;
    uint16_t metric;
    uint32_t id, data;                                      /* OSPFv2: Link ID, Link Data */
    struct cursor tos;                                      /* OSPFv2: other metrics, 4 bytes each */
    uint32_t interface_id, neighbor_interface_id, neighbor; /* OSPFv3 */
};
/* Takes the next link; false at the end. */
bool ospf_link_next(struct ospf_router *, struct ospf_link *out);

/* Network-LSA, v2 and v3. */
struct ospf_network {
    uint32_t mask;         /* OSPFv2 */
    uint32_t options;      /* OSPFv3 */
    struct cursor routers; /* router IDs: ospf_id_next */
};
bool ospf_network_read(const struct ospf_lsa *, struct ospf_network *out);

/* LSAs that hold one destination: v2 3, 4, 5, 7; v3 0x2003, 0x2004, 0x4005, 0x2007. */
struct ospf_route {
    struct addr prefix; /* size 0 for a route to a router */
    uint8_t bits;
    uint32_t router;        /* v2 4, v3 0x2004: the AS boundary router */
    uint32_t options;       /* v3 0x2004 */
    uint8_t prefix_options; /* OSPFv3 */
    uint32_t metric;        /* OSPF_INFINITY: not reachable */
    bool external, type2;   /* E bit: the metric is beyond comparison with others */
    bool propagate;         /* P bit of an NSSA-LSA */
    struct addr forwarding; /* size 0 for none */
    bool has_tag;
    uint32_t tag;
    uint16_t referenced_type; /* OSPFv3 external; 0 for none */
    uint32_t referenced_id;
};
bool ospf_route_read(const struct ospf_lsa *, struct ospf_route *out);

/* The prefixes of a Link-LSA or Intra-Area-Prefix-LSA. */
struct ospf_prefix {
    struct addr prefix;
    uint8_t bits, options;
    uint16_t metric; /* Intra-Area-Prefix-LSA */
};
struct ospf_prefixes {
    struct cursor in;
    uint32_t left; /* as promised */
    bool ipv4;     /* RFC 5838 */
    bool bad;      /* ospf_prefix_next gave up at a prefix that is longer than an address */
};
bool ospf_prefix_next(struct ospf_prefixes *, struct ospf_prefix *out);

struct ospf_intra_prefix {
    uint16_t referenced_type; /* 0x2001 or 0x2002 */
    uint32_t referenced_id, referenced_router;
    struct ospf_prefixes prefixes;
};
bool ospf_intra_prefix_read(const struct ospf_lsa *, struct ospf_intra_prefix *out);

struct ospf_link_lsa {
    uint8_t priority;
    uint32_t options;
    struct addr address; /* link-local, or IPv4 (RFC 5838 2.5) */
    struct ospf_prefixes prefixes;
};
bool ospf_link_lsa_read(const struct ospf_lsa *, struct ospf_link_lsa *out);

/* Grace-LSA: v2 opaque type 3 (RFC 3623 A), v3 0x000b (RFC 5187 2.1). */
struct ospf_grace {
    uint32_t period; /* seconds */
    uint8_t
        reason; /* 0 unknown, 1 software restart, 2 reload or upgrade, 3 switch to a redundant processor */
    struct addr address; /* of the interface; OSPFv2, else size 0 */
};
bool ospf_grace_read(const struct ospf_lsa *, struct ospf_grace *out);

/* ---- authentication: what whoever has the key must digest ---- */

enum { OSPF_DIGEST_LARGEST = 64 };

struct ospf_auth_input {
    enum ospf_digest kind;
    struct cursor bytes;               /* to be digested first */
    uint8_t apad[OSPF_DIGEST_LARGEST]; /* to be digested behind them; not for MD5, which has the key there */
    unsigned apad_size;
    uint16_t protocol_id; /* two bytes that the key ends in (RFC 7166 4.5, RFC 7474 6); 0 for none */
    struct cursor digest; /* what must come out */
};
/* False if there is no digest that we know, or not all of it and the packet was captured. */
bool ospf_auth_input(const struct ospf_packet *, const struct addr *src, struct ospf_auth_input *out);

/* ---- telling ---- */

/* Tells the packet into the object that is open in the writer: "protocol", "version", "type", "length", "router_id",
 * "area", … and "faults" as they apply (contract: decode --json). With the text writer the same, shorter. */
void ospf_tell(struct writer *, const struct ospf_packet *);
/* An LSA as an object: header and, if it is there, body. */
void ospf_lsa_tell(struct writer *, const struct ospf_lsa *);
/* What stands behind its header, into the object that is open in the writer. */
void ospf_lsa_tell_body(struct writer *, const struct ospf_lsa *);
/* One line for people: "Hello 1.1.1.1 area 0.0.0.0 hello 10 dead 40 DR 10.0.0.1 neighbours 2.2.2.2". */
void ospf_line(const struct ospf_packet *, struct buf *out);

#endif
