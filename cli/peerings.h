/* Peerings by their number, as events name them. */
#ifndef CLI_PEERINGS_H
#define CLI_PEERINGS_H

#include "cli/options.h"
#include "state/outbox.h"

struct peerings {
    const struct bgp_peering **list; /* owned; what it points to is the engine's */
    uint32_t room;
};

/* Takes note of a peering that began. */
void peerings_learn(struct peerings *, const struct event *);
/* NULL if it is not known. */
const struct bgp_peering *peerings_at(const struct peerings *, uint32_t id);
void peerings_free(struct peerings *);

/* By --peer. */
static inline bool peer_wanted(const struct options *o, const struct addr *one, const struct addr *other)
{
    return !o->peer.size || addr_equal(&o->peer, one) || addr_equal(&o->peer, other);
}
static inline bool peering_wanted(const struct options *o, const struct bgp_peering *p)
{
    return peer_wanted(o, &p->side[0].addr, &p->side[1].addr);
}

#endif
