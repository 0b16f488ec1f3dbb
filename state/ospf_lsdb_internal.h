/* What the two files of a link-state database share: ospf_lsdb.c says what is taken, ospf_lsdb_table.c where it is kept. */
#ifndef STATE_OSPF_LSDB_INTERNAL_H
#define STATE_OSPF_LSDB_INTERNAL_H

#include "base/buf.h"
#include "state/ospf_lsdb.h"

struct ospf_lsdb {
    uint8_t version, instance;
    struct ospf_budget *budget;
    uint64_t seed;
    struct lsdb_slot *slots;
    uint32_t slot_count;
    struct lsdb_block **blocks; /* entries stay where they are: others keep pointers to them */
    uint32_t block_room, count;
    struct lsdb_slab *slab; /* the bytes of instances */
    uint64_t revision;
    struct buf words;
    const struct ospf_lsa_facts *changed; /* last; … */
    uint8_t *before;                      /* … and what it was before, with its header */
    size_t before_size, before_room;
    uint32_t before_sequence;
};

/* The entry of a batch's LSA; a new one if there is none; NULL without memory. */
struct ospf_lsa_facts *ospf_lsdb_entry(struct ospf_lsdb *, const struct ospf_batch *, uint32_t which);
/* Whether the budget has so much left: it is taken. */
bool ospf_lsdb_afford(struct ospf_lsdb *, size_t bytes);
/* Makes room for an instance's bytes; what was there before may be gone. */
bool ospf_lsdb_room(struct ospf_lsdb *, struct ospf_lsa_facts *, size_t size);

#endif
