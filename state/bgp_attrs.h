/* Sets of path attributes, each kept once and shared by all routes that carry it: the one refcount in the house. */
#ifndef STATE_BGP_ATTRS_H
#define STATE_BGP_ATTRS_H

#include "decode/bgp/bgp.h"
#include "state/rib_memory.h"

enum {
    ATTRS_AS4 = 1, /* its AS numbers have four bytes */
    ATTRS_ODD = 2, /* it has faults, or says what this struct has no room for: read again at each use */
    ATTRS_OTC = 4,
    ATTRS_MED = 8,
    ATTRS_LOCAL_PREF = 16,
    ATTRS_NEXT_HOP = 32,
    ATTRS_IDLE = 64, /* in attrs->idle */
};

struct attr_set {
    uint32_t refs;
    uint32_t hash;
    uint32_t path_marks;
    uint32_t origin_as, first_as, bogon_as; /* as in bgp_attrs_summary, and so on */
    uint32_t otc, med, local_pref, originator_id, cluster_count;
    uint8_t next_hop[4];
    uint16_t path_length;
    uint8_t verdict, flags;
    uint16_t size;
    uint8_t raw[]; /* attributes as in the message; MP_REACH_NLRI without NLRI, MP_UNREACH_NLRI left out */
};

/* What a set is found by. Borrows from the message, or from attrs->scratch until the next attrs_key. */
struct attr_key {
    const uint8_t *bytes;
    uint32_t size, hash;
    bool as4;
};

enum { ATTRS_IDLE_ROOM = 1024 };

struct attrs_slot {
    uint32_t hash, handle;
};

struct attrs {
    struct rib_memory *memory;
    uint64_t seed;
    struct attrs_slot *slots; /* by hash, linear probing; handle 0: empty */
    uint32_t room, count;
    /* sets without routes, kept a while: the next UPDATE may bring them back */
    uint32_t idle[ATTRS_IDLE_ROOM];
    uint32_t idle_at, idle_count;
    uint8_t *scratch;
    size_t scratch_room;
};

/* Sets live in that memory, which outlives them; seed: against hashes that strangers choose. */
void attrs_init(struct attrs *, struct rib_memory *, uint64_t seed);

/* The key of what the UPDATE announces; false if there is no memory to put it together. */
bool attrs_key(struct attrs *, const struct bgp_update *, const struct bgp_ctx *, struct attr_key *out);
/* What attrs_key makes of attributes that stand in one piece. */
uint32_t attrs_hash(const struct attrs *, const uint8_t *bytes, size_t n, bool as4);
/* Where the set with this hash is, most probably, to be asked for ahead; NULL if there is none. */
const uint8_t *attrs_guess(const struct attrs *, uint32_t hash);
/* A handle, or 0. */
uint32_t attrs_find(const struct attrs *, const struct attr_key *);
/* Adds what attrs_find did not find; 0 at the ceiling. */
uint32_t attrs_add(struct attrs *, const struct attr_key *, const struct bgp_attrs_summary *);

static inline struct attr_set *attrs_at(const struct attrs *a, uint32_t handle)
{
    return block_at(a->memory, handle);
}
static inline void attrs_hold(const struct attrs *a, uint32_t handle) { attrs_at(a, handle)->refs++; }
void attrs_release(struct attrs *, uint32_t handle);
/* Lets go of a set if no route took it. */
void attrs_settle(struct attrs *, uint32_t handle);
/* Frees what no route carries. */
void attrs_flush(struct attrs *);
/* … and everything if no route is left. Keys are void then. */
void attrs_rest(struct attrs *);

/* The summary as bgp_attrs_read gives it for this UPDATE. */
void attrs_summary(const struct attr_set *, const struct bgp_update *, const struct bgp_ctx *,
                   struct bgp_attrs_summary *out);

#endif
