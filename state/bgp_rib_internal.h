/* What bgp_rib.c and bgp_rib_feed.c share. */
#ifndef STATE_BGP_RIB_INTERNAL_H
#define STATE_BGP_RIB_INTERNAL_H

#include "state/bgp_attrs.h"
#include "state/bgp_rib.h"
#include "state/rib_table.h"

enum { MARK_BITS = 16 };

enum { FLAP_ERAS = 4 }; /* a flap this long ago is forgotten: 73 to 92 minutes */

struct rib {
    struct rib_memory memory;
    struct attrs attrs;
    struct rib_side *sides;
    uint64_t seed, refused;
    const struct vrps *vrps; /* NULL: none */
    size_t live, ghosts;
    uint8_t era; /* of the UPDATE fed last */
    struct bgp_attrs_summary summary;
    uint64_t *followed; /* a bit for marks that begin alike; NULL: none is followed, or ever was */
    bool following;
    struct rib_move *moves; /* of the UPDATE fed last */
    uint32_t move_count, move_room;
};

struct rib_side {
    struct rib *rib;
    struct rib_side *next, *prev;
    struct rib_table *tables;
    uint64_t watch; /* withdrawals: lots below it are noted */
};

/* Time in steps of 18 minutes, which come round after 78 hours. */
static inline uint8_t era_of(struct stamp when) { return (uint8_t)((uint64_t)when.ns >> 40); }
static inline bool era_is_old(uint8_t era, uint8_t now) { return (uint8_t)(now - era) > FLAP_ERAS; }

static inline bool rib_is_live(const struct rib_entry *e)
{
    return e->state == RIB_LIVE || e->state == RIB_STALE;
}

/* NULL if there is none. */
struct rib_table *rib_side_table(const struct rib_side *, enum bgp_family, bool path_ids);
/* By what a live route's attributes are known in a move. */
static inline uint32_t rib_path(const struct rib *r, const struct rib_entry *e)
{
    return !rib_is_live(e) ? 0 : e->value ? attrs_at(&r->attrs, e->value)->hash | 1 : 1;
}
/* Its prefix and mark, of a move. The NLRI is asked where keys are long. */
struct rib_move rib_move_of(const struct rib_table *, const uint32_t *words, unsigned bits,
                            const struct bgp_nlri *);
static inline bool rib_follows(const struct rib *r, uint32_t mark)
{
    return r->following && r->followed[mark >> (38 - MARK_BITS)] >> (mark >> (32 - MARK_BITS) & 63) & 1;
}
/* A route becomes a ghost. */
void rib_bury(struct rib *, struct rib_table *, struct rib_entry *, enum rib_state how);
/* Prefixes that come and go shall not make the table grow. */
void rib_limit_ghosts(struct rib *, struct rib_table *);
/* At the ceiling: what is only remembered goes before anything is refused. True if that made room. */
bool rib_relieve(struct rib *);

#endif
