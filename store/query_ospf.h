/* Questions about OSPF, asked like those of query.h: totals, routers, links, adjacencies, the database. */
#ifndef STORE_QUERY_OSPF_H
#define STORE_QUERY_OSPF_H

#include "store/query.h"

struct ospf_totals_row {
    uint64_t adjacencies, full, settled; /* settled: Full, or 2-Way on both sides, as among many on a link */
};
/* address: one side has to have it, or it is its router ID; NULL: any. */
void query_ospf_totals(struct store *, const char *address, struct ospf_totals_row *);

struct ospf_router_row {
    unsigned version, instance;
    const char *router_id;
    bool abr, asbr, dr, bdr, is_virtual;
    const char *addresses, *areas; /* one after another, a blank between two */
};
struct query query_ospf_routers(struct store *);
bool query_ospf_router(struct query *, struct ospf_router_row *);

struct ospf_link_row {
    uint32_t id;
    unsigned version, instance, vlan; /* 0: none */
    const char *name, *type, *prefix, *dr, *bdr;
    uint64_t dr_changes;
};
struct query query_ospf_links(struct store *);
bool query_ospf_link(struct query *, struct ospf_link_row *);

struct ospf_speaker_row {
    uint32_t id;
    const char *area, *router_id, *address, *mac;
    bool unseen;
    struct stamp first, last;
    int64_t hello_interval, dead_interval, priority, options, mask, mtu, authentication, key_id;
    uint64_t hellos, dbdescs, requests, updates, acks, other_packets, bad_checksums;
};
struct query query_ospf_speakers(struct store *, uint32_t link);
bool query_ospf_speaker(struct query *, struct ospf_speaker_row *);

/* Routers that speak on a link and have no neighbour there. */
struct ospf_alone_row {
    const char *router_id, *link;
};
struct query query_ospf_alone(struct store *);
bool query_ospf_alone_row(struct query *, struct ospf_alone_row *);

enum adjacency_order { ADJACENCIES_BY_LINK, ADJACENCIES_WORST_FIRST };

struct adjacency_row {
    uint32_t id;
    const char *name;
    unsigned version, instance;
    const char *area;
    uint32_t link;
    const char *link_name, *link_type, *dr, *bdr; /* of the link; NULL: none */
    struct stamp first;
    uint64_t losses;
    int worst;         /* of ADJACENCIES_WORST_FIRST: the worst severity of its findings, -1: none */
    bool up;           /* likewise: Full, or 2-Way, on both sides */
    unsigned findings; /* likewise */
};
struct query query_adjacencies(struct store *, enum adjacency_order, const char *address);
bool query_adjacency(struct query *, struct adjacency_row *);

struct neighbor_row {
    int side;
    const char *router_id, *address, *state;
    struct stamp state_since;
    const char *best_state;
    uint64_t full_count, lost_count;
    int64_t dead_interval, min_margin_ns;
    struct stamp min_margin_at, last_heard;
    uint64_t requested, answered, flooded, resent, unacknowledged;
};
struct query query_neighbors(struct store *, uint32_t adjacency);
bool query_neighbor(struct query *, struct neighbor_row *);

/* In the order of time. */
struct query query_ospf_transitions(struct store *, uint32_t adjacency);
bool query_ospf_transition(struct query *, struct transition_row *);

/* Findings of that adjacency, of this severity and worse. */
struct query query_findings_of_adjacency(struct store *, uint32_t adjacency, enum severity least);

/* ---- the database ---- */

struct lsa_row {
    unsigned version, instance;
    bool of_as;    /* of the whole AS: it has no area */
    uint32_t area; /* host order, as the others */
    uint32_t link; /* of link scope; 0 else */
    uint32_t type, id, router, sequence;
    unsigned age; /* when this instance was first seen */
    struct stamp seen, last_seen;
    bool do_not_age, flushed;
    uint8_t options;
    uint32_t checksum, length;
    bool has_body;
    uint32_t body_sequence;
    const uint8_t *body; /* behind the header; of a database in memory NULL: ospf_lsa_open has it */
    size_t body_size;
};
/* Everything that was seen of it, flushed and aged LSAs included. at: as of then, by the history; STAMP_NEVER: as of
 * now. A database in memory has no history. */
struct query query_lsas(struct store *, struct stamp at);
bool query_lsa(struct query *, struct lsa_row *);
/* Seconds, at most OSPF_MAX_AGE. */
unsigned lsa_row_age(const struct lsa_row *, struct stamp now);
/* A router would have it then. */
bool lsa_row_current(const struct lsa_row *, struct stamp now);

/* What became of LSAs, in the order of time. The oldest may have been dropped. */
struct lsa_change_row {
    unsigned version, instance;
    bool of_as;
    uint32_t area, type, id, router, sequence;
    struct stamp when;
    uint64_t frame;             /* 0: none */
    const char *change, *words; /* words: what is different, or NULL */
};
struct query query_lsa_changes(struct store *);
bool query_lsa_change(struct query *, struct lsa_change_row *);

#endif
