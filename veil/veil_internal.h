/* What the files of veil/ share. */
#ifndef VEIL_VEIL_INTERNAL_H
#define VEIL_VEIL_INTERNAL_H

#include "base/table.h"
#include "decode/bgp/bgp.h"
#include "veil/key.h"
#include "veil/veil.h"

struct veil {
    struct veil_options options;
    struct veil_key key;
    uint64_t turn;     /* packets of this time through */
    bool writing;      /* the second time */
    const uint8_t *in; /* the packet at hand, as it was */
    uint8_t *out;      /* and as it becomes */
    uint8_t *scratch;  /* where it becomes that the first time */
    size_t scratch_room;
    struct table flows; /* struct flow_key -> struct flow */
    struct table lsas;  /* struct lsa_key -> struct lsa_sum */
    size_t used;        /* of the budget */
    uint64_t blanked, dropped;
};

/* What stood at a place of the packet that is being rewritten. */
static inline const uint8_t *veil_was(const struct veil *v, const uint8_t *at)
{
    return v->in + (at - v->out);
}

/* An IP header: what the layer above needs of it. */
struct veil_layer {
    unsigned size;   /* of an address: 4 or 16 */
    uint8_t was[32]; /* its two addresses as they were, one behind the other */
    uint32_t change; /* by its new addresses, of sums over a pseudo header */
    uint32_t wire;   /* bytes of the payload on the wire */
    uint8_t proto;
    bool fragment;
};

/* ---- checksums of 16 bits (RFC 1071) ---- */

/* Sum of what is behind less the sum of what was: to be added to what a checksum covers. Both have n bytes. */
uint32_t sum_change(const uint8_t *was, const uint8_t *is, size_t n);
static inline uint32_t sum_add(uint32_t a, uint32_t b) { return ((a + b) & 0xffff) + ((a + b) >> 16); }
/* What was right is right again, what was wrong stays wrong by as much. RFC 1624 */
void sum_mend(uint8_t *field, uint32_t change);

/* ---- TCP ---- */

/* A segment in place, as it was captured. False if it is none of BGP's. */
bool veil_tcp(struct veil *, struct brush *segment, const struct veil_layer *);
/* The header that an ICMP error quotes. */
bool veil_tcp_quoted(struct veil *, struct brush *quoted);
void veil_flows_init(struct veil *);
/* All segments were seen: finds out how messages are to be read, and which routers there are. */
void veil_flows_known(struct veil *);
void veil_flows_rewrite(struct veil *);
void veil_flows_free(struct veil *);

/* ---- BGP ---- */

/* One message in place, from its header on; its end may be missing. type 0: no message, its header stays. */
void veil_bgp(struct veil *, struct brush *message, unsigned type, const struct bgp_ctx *);
void veil_capabilities(struct veil *, struct brush *);
/* Path attributes, one behind another. */
void veil_attributes(struct veil *, struct brush *, const struct bgp_ctx *);
void veil_ext_community(struct veil *, struct brush *);
/* A block of NLRI. False if its family cannot be anonymised (nothing was done then). */
bool veil_nlri(struct veil *, struct brush *, enum bgp_family, const struct bgp_ctx *);
void veil_rd(struct veil *, struct brush *);

/* ---- OSPF ---- */

/* A packet in place. */
void veil_ospf(struct veil *, struct brush *, const struct veil_layer *);
void veil_lsas_init(struct veil *);
/* All LSAs were seen: finds out what their checksums become. */
void veil_lsas_learned(struct veil *);
void veil_lsas_free(struct veil *);
/* An LSA's body. type: as it stands in the header; id: its link-state ID (before it was rewritten). */
void veil_lsa_v2(struct veil *, struct brush *, unsigned type, uint32_t id);
void veil_lsa_v3(struct veil *, struct brush *, unsigned type, bool ipv4);

#endif
