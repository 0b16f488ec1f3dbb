/* Routes of one table as rows that can be sorted: small enough for millions. */
#ifndef CLI_ROUTE_ROWS_H
#define CLI_ROUTE_ROWS_H

#include "cli/route_filter.h"

/* What it borrows stays while nothing is fed to its table. */
struct route_row_kept {
    const uint8_t *key; /* NULL: in room */
    const uint8_t *attrs;
    union {
        uint8_t room[16];
        struct {
            const uint8_t *raw; /* the NLRI, where the key is not all there is to it */
            uint16_t raw_size;
        };
    };
    uint32_t path_id;
    uint16_t key_size, attrs_size;
    uint8_t type, bits, aside; /* as in bgp_nlri */
    bool has_path_id, as4, stale;
};

struct route_rows {
    struct route_row_kept *list; /* owned: free */
    size_t count;
    uint32_t room;
    bool short_of_memory;
};

void route_rows_add(struct route_rows *, const struct rib_route *);
/* By route distinguisher, address, length, path identifier. */
void route_rows_sort(struct route_rows *);
/* The order of two; by_path_id: those with other path identifiers are others. */
int route_rows_compare(const struct route_row_kept *, const struct route_row_kept *, bool by_path_id);
/* Of two that are one route: the same labels, the same ESI. */
bool route_rows_same(const struct route_row_kept *, const struct route_row_kept *);
/* Borrows from the row. */
struct bgp_nlri route_row_nlri(const struct route_row_kept *, enum bgp_family);
/* For people, padded to a column: "192.0.2.0/24 id 3  ". */
void route_row_text(const struct bgp_nlri *, struct buf *);
/* Who announces: "AS 65001", or that it is not known. Returns `out`. */
enum { ROUTE_AS_TEXT = 16 };
const char *route_as_text(uint32_t asn, char out[ROUTE_AS_TEXT]);
/* … as "from_as". */
void route_as_tell(struct writer *, uint32_t asn);

#endif
