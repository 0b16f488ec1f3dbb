/* The link-state databases of an analysis that was kept, as of a moment: to be asked like those of the engine
 * (state/ospf_lsdb.h). */
#ifndef STORE_LSDB_H
#define STORE_LSDB_H

#include "state/ospf_lsdb.h"
#include "store/query_ospf.h"

struct lsdb_set;

/* at: STAMP_NEVER for the end. What routers would have had then is in it, and nothing else. NULL: *why, and store_why if
 * the store is to blame. */
struct lsdb_set *lsdb_set_read(struct store *, struct stamp at, enum err *why);
void lsdb_set_free(struct lsdb_set *);
/* Start with *at = 0; NULL at the end. */
const struct ospf_lsdb *lsdb_set_next(const struct lsdb_set *, uint32_t *at);

#endif
