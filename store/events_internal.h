/* What events.c and events_ospf.c share. */
#ifndef STORE_EVENTS_INTERNAL_H
#define STORE_EVENTS_INTERNAL_H

#include "base/table.h"
#include "base/writer.h"
#include "store/events.h"
#include "store/route.h"

struct events {
    const char *sensor;
    struct addr peer;
    events_fn *tell;
    void *to;
    uint64_t number, cut;
    struct table peerings;              /* id -> const struct bgp_peering */
    struct table adjacencies, speakers; /* likewise of OSPF */
    struct route_attrs *attrs;
    struct buf line, words;
    struct writer w;
    bool stopped;
};

/* An event as it begins, up to its "log_type", into e->w. */
void events_begin(struct events *, const char *type, struct stamp);
void events_end(struct events *);
void events_put_addr(struct events *, const char *key, const struct addr *);

/* Whether the adjacency is one that events->peer asks for. */
bool events_ospf_asked(const struct events *, uint32_t adjacency);
void events_ospf_speaker(struct events *, const struct ospf_speaker *);
void events_ospf_adjacency(struct events *, const struct ospf_adjacency *);
void events_ospf_transition(struct events *, const struct ospf_transition *);
void events_ospf_designated(struct events *, const struct event_ospf_designated *);
void events_ospf_lsa(struct events *, const struct event_ospf_lsa *);

#endif
