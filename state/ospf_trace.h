/* The way that packets take from a router to a place, as each router on it decides by its own table. */
#ifndef STATE_OSPF_TRACE_H
#define STATE_OSPF_TRACE_H

#include "state/ospf_spf.h"

/* Where to: a router, an address, or a prefix. */
struct ospf_place {
    bool is_router, is_prefix;
    uint32_t router;
    struct addr addr;
    uint8_t bits; /* of an address: all */
};

enum ospf_trace_end {
    OSPF_TRACE_ON,     /* it goes on, to each of the next hops */
    OSPF_TRACE_HERE,   /* it is there: the router itself, its own prefix, or a link that it is on */
    OSPF_TRACE_OUT,    /* here it leaves OSPF: the router announces it from outside */
    OSPF_TRACE_UNSEEN, /* the router announces it from an area whose database is not there */
    OSPF_TRACE_LOST,   /* the router has no route */
};

struct ospf_trace_step {
    uint32_t router;
    enum ospf_trace_end end;
    bool on_way;                  /* on the first of the ways; those of the others follow behind */
    struct ospf_path_route route; /* by the router's own table; UNSEEN, OUT: what it announces */
    struct ospf_hop *next;
    uint32_t next_count;
};

struct ospf_trace {
    struct ospf_trace_step
        *steps; /* the first way, from end to end; then routers of other ways that cost the same */
    uint32_t count, room, way; /* way: how many are on the first one */
    bool loop;                 /* the first one comes back to where it was */
    bool cut;                  /* the first one is longer than can be told */
    bool more;                 /* on other ways are more routers than are told */
};

/* False without memory, or when no Router-LSA of `from` is there. */
bool ospf_trace(const struct ospf_graph *, uint32_t from, const struct ospf_place *, struct ospf_trace *out);
void ospf_trace_free(struct ospf_trace *);

#endif
