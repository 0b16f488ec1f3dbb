/* The read side of routes that were kept (--keep-routes): what was said, in its order; where a prefix is spoken of. */
#ifndef STORE_QUERY_ROUTES_H
#define STORE_QUERY_ROUTES_H

#include "decode/bgp/bgp.h"
#include "store/query.h"

struct route_table_row {
    int64_t id;
    uint32_t peering;
    int side;
    enum bgp_family family; /* FAMILY_NONE: of another version of routetap */
    bool path_ids, partial;
    struct stamp whole;        /* partial until then; STAMP_NEVER: as partial says */
    struct stamp begun, ended; /* ended: STAMP_NEVER while it lives */
    int64_t ended_file;
    uint64_t ended_frame;
    int64_t ended_update; /* it ended behind this update; -1 while it lives */
};
struct query query_route_tables(struct store *);
bool query_route_table(struct query *, struct route_table_row *);

/* What one UPDATE said of routes of one table. */
struct route_update_row {
    int64_t id, table, attributes; /* attributes 0: withdrawn */
    struct stamp when;
    uint32_t file;
    uint64_t frame;
    bool as4;
    struct cursor nlri, attrs; /* borrowed until the next row */
};
/* In the order in which they were said; table 0: of all. */
struct query query_route_updates(struct store *, int64_t table);
bool query_route_update(struct query *, struct route_update_row *);
/* The one with this number. False: there is none. */
bool query_route_update_at(struct store *, int64_t id, struct route_update_row *);

/* Numbers of updates; owned by whoever asks: free(of). */
struct route_numbers {
    int64_t *of;
    size_t count;
    uint32_t room;
    bool short_of_memory;
};
void route_numbers_add(struct route_numbers *, int64_t);
/* In their order, each once. */
void route_numbers_sort(struct route_numbers *);
/* Adds the updates that speak of this prefix; or of all that lie within it; before or at that moment. */
void query_route_prefix(struct store *, const struct prefix *, bool within, struct stamp until,
                        struct route_numbers *);

struct route_attrs_row {
    int64_t id;
    bool as4;
    struct cursor bytes; /* borrowed until the next row */
};
/* All attributes that were said; by_origin: of that origin AS. */
struct query query_route_attrs(struct store *, bool by_origin, uint32_t origin);
bool query_route_attrs_row(struct query *, struct route_attrs_row *);
/* The updates that carry them. */
struct query query_route_carriers(struct store *, int64_t attributes);
bool query_route_carrier(struct query *, int64_t *update);

#endif
