/* One route of a table, with its attributes read, and how it is told. */
#ifndef STORE_ROUTE_H
#define STORE_ROUTE_H

#include "base/writer.h"
#include "state/bgp_rib.h"

/* The prefix of a route; size 0 where its family has none. */
struct prefix prefix_of(const struct bgp_nlri *);

/* Attributes as a table keeps them, read as those of an UPDATE. Large: not for the stack of a deep call. */
struct route_attrs {
    struct bgp_ctx ctx;
    struct bgp_update update;
    struct bgp_attrs_summary values;
    struct addr next_hop; /* of MP_REACH_NLRI, or NEXT_HOP; size 0: none */
    int origin;           /* 0 IGP, 1 EGP, 2 incomplete; -1: none */
    uint8_t message[65536];
};

/* `attrs` may be empty: not known. False if they are too many to be true. */
bool route_attrs_read(struct route_attrs *, struct cursor attrs, bool as4);
/* The same of an UPDATE as it came. */
void route_attrs_of(struct route_attrs *, const struct bgp_msg *, const struct bgp_ctx *);

const char *route_origin_name(int origin); /* "IGP"; "" for none */
/* The communities of all kinds, blanks between. */
void route_communities(const struct route_attrs *, struct buf *);

/* Into the object that is open: "family", "prefix", "path_id", "rd", "labels", "esi", "gateway", "next_hop", "as_path", "origin_as", "attributes" as
 * they apply. */
void route_tell(struct writer *, const struct bgp_nlri *, const struct route_attrs *);
/* For people: labels, next hop, AS path, MED and local preference, communities in one line. NULL: no labels. */
void route_line(const struct bgp_nlri *, const struct route_attrs *, struct buf *);
/* From whom, and when, for the one-line form. */
struct route_from {
    struct stamp when;
    struct addr peer;
    uint32_t asn;
};
/* As bgpdump -m tells a route of a table: fields with bars between, ending in a newline. */
void route_bgpdump(const struct route_from *, const struct bgp_nlri *, const struct route_attrs *,
                   struct buf *);

#endif
