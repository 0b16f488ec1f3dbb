/* What ospf_graph.c makes and ospf_spf.c, ospf_routes.c walk through. */
#ifndef STATE_OSPF_GRAPH_INTERNAL_H
#define STATE_OSPF_GRAPH_INTERNAL_H

#include "base/table.h"
#include "state/ospf_spf.h"

/* A prefix at a node. */
struct ospf_leaf {
    uint32_t node, cost;
    struct addr prefix;
    uint8_t bits;
    uint16_t lsa_type;
};

/* A prefix, or a router, that somebody announces from elsewhere. */
struct ospf_announced {
    uint32_t area;   /* of AS scope: 0 */
    uint32_t router; /* who announces it */
    uint32_t metric;
    uint32_t target;                /* a router (type 4, 0x2004) */
    struct addr prefix, forwarding; /* prefix.size 0: a router */
    uint8_t bits;
    bool external, nssa, type2, propagate;
    uint16_t lsa_type;
};

struct ospf_graph {
    struct ospf_node *nodes;
    struct ospf_edge *edges;
    struct ospf_leaf *leaves;
    struct ospf_announced *announced;
    uint32_t node_count, node_room, edge_count, edge_room, leaf_count, leaf_room, announced_count,
        announced_room;
    struct table by_key; /* nodes: the value is the number of the node + 1 */
    uint8_t version;
    bool failed; /* memory ran out */
};

/* The node's number, or OSPF_NO_NODE. */
uint32_t ospf_graph_find(const struct ospf_graph *, uint32_t area, bool network, uint32_t id,
                         uint32_t interface_id);

struct ospf_paths {
    const struct ospf_graph *graph; /* borrowed */
    uint32_t router;
    uint32_t *cost; /* of each node */
    uint32_t *via;  /* the edge that leads to it; OSPF_NO_NODE for none */
    uint16_t *ways; /* how many edges lead to it at that cost */
    struct ospf_path_route *routes;
    uint32_t route_count, route_room;
    struct table by_prefix; /* while routes are gathered: the value is the number of the route + 1 */
};

/* ospf_routes.c: fills in the routes. False without memory. */
bool ospf_routes_gather(struct ospf_paths *);

#endif
