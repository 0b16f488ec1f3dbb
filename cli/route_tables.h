/* Adj-RIB-In of every side at a moment, from capture files or from a database that keeps routes. */
#ifndef CLI_ROUTE_TABLES_H
#define CLI_ROUTE_TABLES_H

#include "cli/loop.h"
#include "cli/route_filter.h"

struct route_db;

struct tables {
    const struct options *options;
    struct loop loop;    /* of files */
    struct route_db *db; /* or of a database; NULL: files */
    struct stamp when;   /* of the last that came into them */
};

/* What one side announced. */
struct table_side {
    const struct bgp_peering *peering;
    int side;
    const struct rib_side *rib; /* NULL: nothing */
};

/* All that came up to the moment, and with it; WHEN_NONE: all. A database is asked only for what the filter wants.
 * EXIT_DONE, or a status after saying why; tables_close is due in any case. */
int tables_open(struct tables *, const struct options *, struct route_filter *, struct when at);
void tables_close(struct tables *);
/* Those that --peer and --from ask for, one at a time: start with *at = 0. */
bool tables_next(const struct tables *, uint32_t *at, struct table_side *);
/* There may be more: the capture, or the database, has not all of what that side said. */
bool tables_partial(const struct tables *, const struct table_side *, enum bgp_family);

#endif
