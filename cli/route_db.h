/* Routes of a database (--keep-routes): what was said is said again, to tables of our own. */
#ifndef CLI_ROUTE_DB_H
#define CLI_ROUTE_DB_H

#include "cli/options.h"
#include "cli/route_filter.h"
#include "store/query_routes.h"

struct route_db;

/* The files of the options are one database. */
bool route_db_is(const struct options *);
/* NULL: *status, after saying why. */
struct route_db *route_db_open(const struct options *, int *status);
void route_db_close(struct route_db *);
/* That moment; WHEN_NONE: that of the last packet. */
struct stamp route_db_moment(const struct route_db *, struct when);

/* Makes the tables as they were then, with all routes that the filter may ask for, or more. EXIT_DONE, or a status after
 * saying why. */
int route_db_load(struct route_db *, struct route_filter *, struct stamp at);
/* By their place, oldest first; NULL at the end. */
const struct bgp_peering *route_db_peering(const struct route_db *, uint32_t place);
/* Of a peering of route_db_peering. NULL: none. */
const struct rib_side *route_db_routes(const struct bgp_peering *, int side);
bool route_db_partial(const struct bgp_peering *, int side, enum bgp_family);

/* What was said, in its order, of what the filter may ask for; what stands between two of them that ended is told
 * first. False to stop. */
struct route_said {
    const struct bgp_peering *peering;
    const struct route_table_row *table;
    const struct route_update_row *update; /* NULL: the table ended */
};
typedef bool route_said_fn(void *, const struct route_said *);
/* Afterwards route_db_partial is of the end. */
int route_db_walk(struct route_db *, struct route_filter *, route_said_fn *, void *);

#endif
