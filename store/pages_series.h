/* Questions about series: counts by interval, for charts. The rules of query.h hold; moments are whole seconds since
 * 1970. */
#ifndef STORE_PAGES_SERIES_H
#define STORE_PAGES_SERIES_H

#include "store/query.h"

/* The shortest interval kept (10, 60 or 3600 s) of which no more than `most` fit between the two. */
unsigned pages_step(int64_t since_s, int64_t until_s, uint32_t most);

struct series_asked {
    uint32_t peering;
    int side;
    unsigned step;
    int64_t since_s, until_s;
    uint32_t limit;
};

/* What one side sent within an interval. An interval in which nothing happened has no row. */
struct series_row {
    int64_t start_s;
    uint64_t opens, updates, notifications, keepalives, refreshes, message_bytes, announced, withdrawn,
        segments, segment_bytes, retransmissions, zero_window_ns, rtt_ns, rtt_count, lost;
    int64_t margin_ns; /* INT64_MIN: nothing reached it */
};
struct query pages_series(struct store *, const struct series_asked *);
bool pages_series_row(struct query *, struct series_row *);

/* How many routes the other side has from it, from then on; by family, then in order of time. */
struct held_row {
    const char *family;
    int64_t start_s;
    uint64_t held;
};
struct query pages_held(struct store *, const struct series_asked *);
bool pages_held_row(struct query *, struct held_row *);

/* UPDATEs of both sides and losses of each side, of each peering, by interval; where there were none, there is no row. */
struct spark_row {
    const char *peering; /* its name */
    int64_t start_s;
    uint64_t updates, lost[2];
};
struct query pages_sparks(struct store *, unsigned step, int64_t since_s, int64_t until_s);
bool pages_spark_row(struct query *, struct spark_row *);

#endif
