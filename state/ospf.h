/* OSPF's half of the state: packets in; speakers, links, adjacencies and databases kept. The engine calls it; rules and
 * the store ask it. */
#ifndef STATE_OSPF_H
#define STATE_OSPF_H

#include "decode/frame.h"
#include "state/ospf_facts.h"

struct engine;
struct ospf;
struct ospf_lsdb;

/* NULL without memory. */
struct ospf *ospf_new(struct engine *);
void ospf_free(struct ospf *);
/* An IP packet of protocol 89. */
void ospf_feed(struct ospf *, const struct frame *, struct stream_ref);
/* Fires what is due. */
void ospf_advance(struct ospf *, struct stamp now);
/* Nobody listened until then; as engine_deaf has it. */
void ospf_deaf(struct ospf *, uint32_t file, struct stamp until);
/* While live: rules that look at the whole say what they would if the capture ended now. */
void ospf_review(struct ospf *);
/* No more packets: rules that look at the whole speak now. */
void ospf_finish(struct ospf *);

/* ---- questions: each starts with *at = 0 and answers NULL at the end ---- */

/* Start with *at = 0; NULL at the end. Borrowed from the engine, and true until its next packet. */
const struct ospf_adjacency *ospf_next_adjacency(const struct ospf *, uint32_t *at);
const struct ospf_wire *ospf_next_wire(const struct ospf *, uint32_t *at);
const struct ospf_speaker *ospf_next_speaker(const struct ospf *, uint32_t *at);
const struct ospf_lsdb *ospf_next_domain(const struct ospf *, uint32_t *at);
/* Another interface of the speaker's router, on another link, that was heard after that; NULL: none. */
const struct ospf_speaker *ospf_heard_elsewhere(const struct ospf *, const struct ospf_speaker *,
                                                struct stamp after);
/* What keeps the two from hearing each other: bits of enum ospf_mismatch. */
uint32_t ospf_mismatches(const struct ospf_speaker *, const struct ospf_speaker *);
/* Since when the link has been in sight all the time: `since`, or later where it was not (struct ospf_wire: hole_until). */
struct stamp ospf_seen_since(const struct ospf_adjacency *, struct stamp since);
/* What this side says now is the first thing since nothing of the link was in sight, and that was after `before`: what led
 * to it is not in the capture. */
bool ospf_came_unseen(const struct ospf_adjacency *, int side, struct stamp before, struct stamp now);
/* Whether an adjacency is due between the speaker and the other, by the speaker's own Hello (RFC 2328 10.4): 1, 0, -1 not
 * known. */
int ospf_link_due(const struct ospf_speaker *, const struct ospf_speaker *other);
/* Routers as of now, in the order of version and router ID. Borrowed until the next feed. */
const struct ospf_router_facts *ospf_next_router(struct ospf *, uint32_t *at);
/* The router that has this address, by its Hellos and its LSAs; NULL if none is known to, or several claim it. */
const struct ospf_router_facts *ospf_router_at(struct ospf *, const struct addr *);

/* Whether the databases know an address. */
struct ospf_fate {
    bool complete; /* a database was seen from its first LSA to its last, of this address family; else
                                            nothing can be said */
    const struct ospf_lsa_facts
        *by;                /* describes a prefix (no default route) that covers it now; NULL: none does */
    struct stream_ref lost; /* when a prefix that covered it went last; frame 0: none did */
    const struct ospf_lsa_facts *lost_by; /* which LSA described it */
};
void ospf_fate_of(struct ospf *, const struct addr *, struct ospf_fate *out);
/* The adjacency between the routers that have these addresses on its link, if it was lost since then; *when is set. */
const struct ospf_adjacency *ospf_lost_between(const struct ospf *, const struct addr *, const struct addr *,
                                               struct stamp since, struct stream_ref *when);

#endif
