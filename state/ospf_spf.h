/* The network as a database describes it: routers, networks and what the ways between them cost; shortest paths from any
 * router, and the routes that they give. RFC 2328 16, RFC 5340 4.8, RFC 3101 2.5
 *
 *     database → graph → paths of one router → its routes
 */
#ifndef STATE_OSPF_SPF_H
#define STATE_OSPF_SPF_H

#include "state/ospf_lsdb.h"

struct ospf_graph;
struct ospf_paths;

#define OSPF_UNREACHABLE UINT32_MAX
#define OSPF_NO_NODE     UINT32_MAX

/* A vertex of an area: a router, or a network that several routers share. */
struct ospf_node {
    uint32_t area;
    bool network;
    bool described;  /* its own LSA is there; else others only speak of it */
    bool no_transit; /* OSPFv3: the R or V6 bit is clear */
    uint32_t
        id; /* router ID; of a network: OSPFv2 the address, OSPFv3 the router ID, of its designated router */
    uint32_t interface_id; /* OSPFv3: of a network: the designated router's interface */
    uint8_t flags;         /* of a router: OSPF_ROUTER_… */
    bool stub_area;        /* its Router-LSA has the E bit clear: no AS-external-LSAs there */
    uint32_t edge, edge_count;
};

/* A way from one vertex to the next. Shortest paths use it only if there is one back (RFC 2328 16.1 (2b)). */
struct ospf_edge {
    uint32_t from, to; /* numbers of nodes */
    uint32_t cost;
    uint8_t type; /* OSPF_LINK_…; 0 from a network to a router */
    bool back;
    uint32_t data; /* OSPFv2: the router's own address on the link; OSPFv3: its interface */
};

/* The database as of then. Borrows nothing. NULL without memory. */
struct ospf_graph *ospf_graph_new(const struct ospf_lsdb *, struct stamp at);
void ospf_graph_free(struct ospf_graph *);
uint32_t ospf_graph_nodes(const struct ospf_graph *);
const struct ospf_node *ospf_graph_node(const struct ospf_graph *, uint32_t which);
uint32_t ospf_graph_edges(const struct ospf_graph *);
/* In the order of the nodes that they come from: those of a node from node->edge on, node->edge_count of them. */
const struct ospf_edge *ospf_graph_edge(const struct ospf_graph *, uint32_t which);
/* The router in that area, or OSPF_NO_NODE. */
uint32_t ospf_graph_router(const struct ospf_graph *, uint32_t area, uint32_t router_id);

enum ospf_route_type { OSPF_INTRA_AREA, OSPF_INTER_AREA, OSPF_EXTERNAL1, OSPF_EXTERNAL2, OSPF_ROUTE_TYPES };
const char *ospf_route_type_name(enum ospf_route_type); /* "intra-area" */

/* A route of the router that paths begin at. */
struct ospf_path_route {
    struct addr prefix;
    uint8_t bits;
    enum ospf_route_type type;
    uint32_t cost;     /* of OSPF_EXTERNAL2: to the AS boundary router or forwarding address */
    uint32_t external; /* metric of OSPF_EXTERNAL2, which counts first */
    uint32_t area;     /* through which the path goes */
    uint32_t node;     /* the vertex where the prefix is, or the router that announces it into the area */
    uint32_t router;   /* who announces it */
    uint16_t lsa_type; /* which kind of LSA says so */
    struct addr forwarding; /* size 0: none */
};

/* Shortest paths from this router through all its areas. NULL without memory, or when no Router-LSA of it is there. */
struct ospf_paths *ospf_paths_new(const struct ospf_graph *, uint32_t router_id);
void ospf_paths_free(struct ospf_paths *);
/* What it costs to get to the node; OSPF_UNREACHABLE. */
uint32_t ospf_paths_cost(const struct ospf_paths *, uint32_t node);
/* Routes in the order of their prefixes. */
uint32_t ospf_paths_count(const struct ospf_paths *);
const struct ospf_path_route *ospf_paths_route(const struct ospf_paths *, uint32_t which);
/* The route that covers the address best, or NULL. */
const struct ospf_path_route *ospf_paths_find(const struct ospf_paths *, const struct addr *);
/* The nodes on the way there, this router first; at most `room` of them. *ways: how many ways of the same cost there are
 * from the last node but one onwards. 0 when there is no way. */
uint32_t ospf_paths_hops(const struct ospf_paths *, uint32_t node, uint32_t *out, uint32_t room);
/* Whether there is another way of the same cost to the node. */
bool ospf_paths_equal(const struct ospf_paths *, uint32_t node);

#endif
