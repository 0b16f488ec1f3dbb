/* What ospf_graph.c makes and ospf_spf.c, ospf_routes.c walk through. */
#ifndef STATE_OSPF_GRAPH_INTERNAL_H
#define STATE_OSPF_GRAPH_INTERNAL_H

#include "base/table.h"
#include "state/ospf_spf.h"

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

/* The address that a router has on an interface of OSPFv3, by its Link-LSA. */
struct ospf_interface {
    uint32_t router, id;
    struct addr addr;
};

struct ospf_graph {
    struct ospf_node *nodes;
    struct ospf_edge *edges;
    struct ospf_leaf *leaves;
    struct ospf_announced *announced;
    struct ospf_interface *interfaces; /* in the order of routers and interfaces */
    uint32_t node_count, node_room, edge_count, edge_room, leaf_count, leaf_room, announced_count,
        announced_room, interface_count, interface_room;
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
    struct ospf_path_route *routes;
    struct ospf_path_route *equals; /* of which route: route.also is the number of the next one + 1 */
    uint32_t route_count, route_room, equal_count, equal_room;
    uint32_t *seen, *stack, seen_now; /* of ospf_hops.c: nodes visited by this search; nodes to visit */
    struct ospf_hop
        known[OSPF_HOPS_MOST]; /* what ospf_paths_hops said of this node last; OSPF_NO_NODE: of none */
    uint32_t known_node, known_count;
    struct table by_prefix; /* while routes are gathered: the value is the number of the route + 1 */
    bool has_bits[129];     /* prefixes of that length are there */
};

/* The edges from one node to another: the first, and how many. */
uint32_t ospf_graph_between(const struct ospf_graph *, uint32_t from, uint32_t to, uint32_t *first);
/* The number of the router's node in the area, if its own LSA is there; OSPF_NO_NODE. */
uint32_t ospf_paths_own(const struct ospf_paths *, uint32_t area);
/* For arrays: room for one more, or false. */

/* ospf_routes.c: fills in the routes. False without memory. */
bool ospf_routes_gather(struct ospf_paths *);
/* Takes a route if there is none that is better. False without memory. */
bool ospf_routes_offer(struct ospf_paths *, const struct ospf_path_route *);
/* While they are gathered: the route to the first bits of the address, or NULL. */
const struct ospf_path_route *ospf_routes_known(const struct ospf_paths *, const struct addr *,
                                                unsigned bits);
/* What an announcement of an area costs the router, by way of whoever makes it; OSPF_UNREACHABLE. */
uint32_t ospf_routes_reach(const struct ospf_paths *, const struct ospf_announced *, uint32_t *node);
uint32_t ospf_routes_sum(uint32_t, uint32_t);
/* RFC 2328 16.2: a router in the backbone and other areas believes what is announced in the backbone only. */
bool ospf_routes_border(const struct ospf_paths *);
/* ospf_external.c: adds those from outside. False without memory. */
bool ospf_routes_external(struct ospf_paths *);

#endif
