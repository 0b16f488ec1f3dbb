/* Questions about the tap: what came over time, what it came in, of whom only one side is heard; and about tables on
 * their way. The rules of query.h hold. */
#ifndef STORE_PAGES_TAP_H
#define STORE_PAGES_TAP_H

#include "store/pages_series.h"

/* What came within an interval, from all files and interfaces together. */
struct tap_row {
    int64_t start_s;
    uint64_t packets, bytes, received, dropped, interface_dropped;
    uint64_t duplicates, truncated, one_way; /* of the capture */
};
/* Of `asked` its step, moments and limit. */
struct query pages_tap(struct store *, const struct series_asked *);
bool pages_tap_row(struct query *, struct tap_row *);

/* What packets that concern us came in; one may count for several. */
struct carrier_row {
    const char *name;
    uint64_t packets;
};
struct query pages_carriers(struct store *);
bool pages_carrier(struct query *, struct carrier_row *);

/* Peerings of which only one side is heard, surely one-way ones first. */
struct one_way_row {
    const char *peering, *heard, *missing; /* its name; addresses */
    uint64_t packets, connections, matched;
    bool acknowledges; /* the missing one does speak: it is the tap that does not hear it */
    struct stamp first, last;
};
struct query pages_one_way(struct store *, uint32_t limit);
bool pages_one_way_row(struct query *, struct one_way_row *);

/* Peerings whose packets stand twice, most first. */
struct twice_row {
    const char *peering;
    uint64_t copies, matched;
};
struct query pages_twice(struct store *, uint32_t limit);
bool pages_twice_row(struct query *, struct twice_row *);

/* Bytes of the database; 0 if it is in memory. */
uint64_t pages_database_size(struct store *);

/* Tables that were sent first in a connection, the latest first. */
struct transfer_row {
    uint32_t connection;
    int side; /* who sent it */
    struct stamp first, last;
    int64_t first_file, last_file;
    uint64_t first_frame, last_frame, routes;
    bool end_of_rib;
    int64_t sender_ns, window_ns, loss_ns, part_ns, pause_ns;
    const char *line; /* as in transfer.h */
    uint64_t pauses;
};
struct query pages_transfers(struct store *, uint32_t peering, uint32_t limit);
bool pages_transfer(struct query *, struct transfer_row *);

#endif
