/* What the files of route_db share: route_db.c (open, tables as of a moment), route_db_choose.c (which updates), route_db_walk.c
 * (change by change). */
#ifndef CLI_ROUTE_DB_INTERNAL_H
#define CLI_ROUTE_DB_INTERNAL_H

#include "cli/route_db.h"

/* facts first: a peering is known by them */
struct db_peer {
    struct bgp_peering facts;
    struct rib_side *rib[2];
    uint64_t partial[2], told[2]; /* bit per family: not all of it is known; something of it is */
};

struct route_db {
    struct store *store;
    const struct options *options;
    struct db_peer *peers; /* in the order of their numbers; owned */
    uint32_t peer_count;
    struct route_table_row *tables; /* likewise; owned */
    size_t table_count;
    struct rib *rib;
    struct route_attrs *attrs; /* owned */
    int64_t attrs_id;          /* whose they are */
    struct bgp_update withdrawal;
    struct stamp first, last;
    struct stamp until;
    bool short_of_memory;
};

/* By number; NULL: none. */
struct db_peer *route_db_peer(const struct route_db *, uint32_t id);
const struct route_table_row *route_db_table(const struct route_db *, int64_t id);
/* Of the tables that live at db->until, and of what is silent: whether they were partial at that moment. */
void route_db_mark_partial(struct route_db *, struct stamp at);
/* EXIT_DONE, or a status after saying why. */
int route_db_failure(const struct route_db *);
/* The updates that have to do with what is asked for, up to db->until, in order; their numbers are the caller's to free. False:
 * all of them. */
bool route_db_choose(struct route_db *, struct route_filter *, struct route_numbers *out);

#endif
