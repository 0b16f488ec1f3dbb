/* What `lsdb`, `topology` and `path` say alike. */
#ifndef CLI_OSPF_TELL_H
#define CLI_OSPF_TELL_H

#include "base/writer.h"
#include "state/ospf_trace.h"

struct layout;
/* "as of 2026-03-01 10:00:00.000 UTC", if it is known. */
void tell_moment(struct layout *, struct stamp at);
/* "OSPFv3 instance 64" */
void tell_domain_text(struct buf *, const struct ospf_lsdb *);
/* "intra", "inter", "E1", "E2", "N1", "N2": as routers show them. */
const char *ospf_route_word(const struct ospf_path_route *);
/* "10.0.12.0/24" */
const char *ospf_route_prefix(const struct ospf_path_route *, char text[ADDR_TEXT]);
/* A router: its ID. A network: its prefix; else its designated router, "10.0.12.2" or "10.255.0.2 interface 3". */
void ospf_node_text(const struct ospf_graph *, uint32_t node, struct buf *);
/* "type", "cost", "external_metric", "area", "advertising_router", "forwarding_address" */
void ospf_route_json(struct writer *, const struct ospf_path_route *);
void ospf_hops_json(struct writer *, const struct ospf_graph *, const struct ospf_hop *, uint32_t count);
/* An LSA as an object, its age as of then. link: the name of the one that it belongs to, of link scope; body: and all
 * that it says. */
void ospf_lsa_json(struct writer *, const struct ospf_lsa_facts *, struct stamp at, const char *link,
                   bool body);
/* The whole table of a router, into the object that is open. False without memory. */
bool ospf_table_json(struct writer *, const struct ospf_graph *, uint32_t router);

#endif
