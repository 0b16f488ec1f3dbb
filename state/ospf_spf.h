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
    uint32_t interface_id;     /* OSPFv3: of a network: the designated router's interface */
    uint8_t flags;             /* of a router: OSPF_ROUTER_… */
    uint32_t dr;               /* of a network: the router ID of its designated router; 0 unless described */
    bool stub_area;            /* its Router-LSA has the E bit clear: no AS-external-LSAs there */
    uint32_t edge, edge_count; /* ospf_graph_edge */
    uint32_t leaf, leaf_count; /* ospf_graph_leaf */
};

/* A way from one vertex to the next. Shortest paths use it only if there is one back (RFC 2328 16.1 (2b)). */
struct ospf_edge {
    uint32_t from, to; /* numbers of nodes */
    uint32_t cost;
    uint8_t type; /* OSPF_LINK_…; 0 from a network to a router */
    bool back;
    uint32_t data; /* OSPFv2: the router's own address on the link; OSPFv3: its interface */
    uint32_t far;  /* OSPFv3: the neighbour's interface, as this end says */
};

/* A prefix at a node. */
struct ospf_leaf {
    uint32_t node, cost;
    struct addr prefix;
    uint8_t bits;
    uint16_t lsa_type;
};

/* The database as of then. Borrows nothing. NULL without memory. */
struct ospf_graph *ospf_graph_new(const struct ospf_lsdb *, struct stamp at);
void ospf_graph_free(struct ospf_graph *);
uint32_t ospf_graph_nodes(const struct ospf_graph *);
const struct ospf_node *ospf_graph_node(const struct ospf_graph *, uint32_t which);
uint32_t ospf_graph_edges(const struct ospf_graph *);
/* In the order of the nodes that they come from: those of a node from node->edge on, node->edge_count of them. */
const struct ospf_edge *ospf_graph_edge(const struct ospf_graph *, uint32_t which);
const struct ospf_leaf *ospf_graph_leaf(const struct ospf_graph *, uint32_t which);
/* Which part of its area each node is in, from 1 on: there is no way from one part to another. `parts`: room for all
 * nodes. False without memory. */
bool ospf_graph_parts(const struct ospf_graph *, uint32_t *parts);
/* What is announced from elsewhere, one LSA after another; `target`: the router, where it is one. */
uint32_t ospf_graph_announcements(const struct ospf_graph *);
struct ospf_path_route ospf_graph_announcement(const struct ospf_graph *, uint32_t which, uint32_t *target);
uint8_t ospf_graph_version(const struct ospf_graph *);
/* The router in that area, or OSPF_NO_NODE. */
uint32_t ospf_graph_router(const struct ospf_graph *, uint32_t area, uint32_t router_id);

enum ospf_route_type { OSPF_INTRA_AREA, OSPF_INTER_AREA, OSPF_EXTERNAL1, OSPF_EXTERNAL2, OSPF_ROUTE_TYPES };
const char *ospf_route_type_name(enum ospf_route_type); /* "intra-area" */

/* A route of the router that paths begin at. */
struct ospf_path_route {
    struct addr prefix;
    uint8_t bits;
    enum ospf_route_type type;
    uint8_t rank, tie; /* among external ones: RFC 2328 16.4.1; RFC 3101 2.5 (6) (e) */
    bool nssa;         /* an NSSA-LSA says so */
    uint32_t cost;     /* of OSPF_EXTERNAL2: to the AS boundary router or forwarding address */
    uint32_t external; /* metric of OSPF_EXTERNAL2, which counts first */
    uint32_t area;     /* through which the path goes */
    uint32_t node;     /* the vertex where the prefix is, or the router that announces it into the area */
    uint32_t router;   /* who announces it */
    uint16_t lsa_type; /* which kind of LSA says so */
    struct addr forwarding; /* size 0: none */
    uint32_t also;          /* for ospf_paths_also */
};

/* Shortest paths from this router through all its areas. NULL without memory, or when no Router-LSA of it is there. */
struct ospf_paths *ospf_paths_new(const struct ospf_graph *, uint32_t router_id);
void ospf_paths_free(struct ospf_paths *);
/* What it costs to get to the node; OSPF_UNREACHABLE. */
uint32_t ospf_paths_cost(const struct ospf_paths *, uint32_t node);
/* Routes in the order of their prefixes. */
uint32_t ospf_paths_count(const struct ospf_paths *);
const struct ospf_path_route *ospf_paths_route(const struct ospf_paths *, uint32_t which);
/* Another one to the same prefix that is as good, by another node; NULL: no more. */
const struct ospf_path_route *ospf_paths_also(const struct ospf_paths *, const struct ospf_path_route *);
/* The route that covers the address best, or NULL. */
const struct ospf_path_route *ospf_paths_find(const struct ospf_paths *, const struct addr *);
/* The route to just this prefix, or NULL. */
const struct ospf_path_route *ospf_paths_exact(const struct ospf_paths *, const struct addr *, unsigned bits);
/* The way to a router, of whatever area: prefix.size 0; false if there is none. Of AS boundary routers elsewhere the
 * node is the border router that announces it. */
bool ospf_paths_to_router(const struct ospf_paths *, uint32_t router_id, struct ospf_path_route *out);

/* ospf_hops.c: the same link as its other end describes it, or OSPF_NO_NODE. Of several links between two routers: the
 * one whose addresses fit. */
uint32_t ospf_graph_other_end(const struct ospf_graph *, const struct ospf_edge *);
/* Where packets go first. */
enum { OSPF_HOPS_MOST = 64 }; /* that anybody has to make room for */
struct ospf_hop {
    uint32_t router;  /* who has them next … */
    struct addr addr; /* … and its address on the link; size 0: not known */
    uint32_t area;    /* of the link */
    uint32_t out;     /* OSPFv2: the own address on the link; OSPFv3: the own interface */
};
/* To all nodes that the route and its equals lead to, in order. 0: the prefix is the router's own, or one of a link of
 * its own; then a forwarding address is next, if there is one. */
uint32_t ospf_paths_hops(struct ospf_paths *, const struct ospf_path_route *, struct ospf_hop *out,
                         uint32_t room);

/* What the router itself announces from elsewhere (another area, another protocol) that covers the prefix best:
 * type, metric (cost or external), area and LSA type are set. False if nothing does. */
bool ospf_graph_announces(const struct ospf_graph *, uint32_t router_id, const struct addr *, unsigned bits,
                          struct ospf_path_route *out);
/* Likewise of an AS boundary router of elsewhere. */
bool ospf_graph_announces_router(const struct ospf_graph *, uint32_t router_id, uint32_t asbr,
                                 struct ospf_path_route *out);
/* The router that has this address on one of its links, or is reached there; OSPF_NO_NODE. */
uint32_t ospf_graph_owner(const struct ospf_graph *, const struct addr *);

#endif
