/* Tables as an MRT archive has them (TABLE_DUMP_V2: RFC 6396 4.3, RFC 8050 4): rows in, bytes out.
 * A view is what one router had from its peers; a dump of several routers is one view behind another. */
#ifndef STORE_MRT_TABLE_H
#define STORE_MRT_TABLE_H

#include "base/addr.h"
#include "store/rib_rows.h"

struct mrt_peer {
    struct addr addr;
    uint32_t asn, router_id; /* 0 unknown */
};

/* The peers of a view, in the order of the numbers that rows have as `from`. */
void mrt_peers(struct buf *out, struct stamp when, uint32_t router_id, const char *view,
               const struct mrt_peer *, unsigned count);
/* As mrt_rows_next wants them. */
void mrt_rows_sort(struct rib_rows *, enum bgp_family);
/* The record of the route whose rows begin at *at, which moves behind them. Returns how many of them have attributes that
 * cannot be told. */
size_t mrt_rows_next(struct buf *out, struct stamp when, uint32_t sequence, enum bgp_family,
                     const struct rib_rows *, size_t *at);

#endif
