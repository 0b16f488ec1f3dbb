/* How rows about OSPF are told: telling.h, continued. */
#ifndef STORE_TELLING_OSPF_H
#define STORE_TELLING_OSPF_H

#include "store/query_ospf.h"
#include "store/telling.h"

/* An object without a key. */
void telling_ospf_router(struct telling *, const struct ospf_router_row *);
/* With its speakers. */
void telling_ospf_link(struct telling *, const struct ospf_link_row *);
/* With both sides; whole: and their transitions. */
void telling_adjacency(struct telling *, const struct adjacency_row *, bool whole);
/* Its age as of then. */
void telling_lsa(struct telling *, const struct lsa_row *, struct stamp now);

#endif
