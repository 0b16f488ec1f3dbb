/* What the two files of series share. */
#ifndef STORE_SERIES_H
#define STORE_SERIES_H

#include "store/store_internal.h"

/* Counts that grow; the order of the columns. */
enum series_count {
    SERIES_OPENS,
    SERIES_UPDATES,
    SERIES_NOTIFICATIONS,
    SERIES_KEEPALIVES,
    SERIES_REFRESHES,
    SERIES_BYTES,
    SERIES_ANNOUNCED,
    SERIES_WITHDRAWN,
    SERIES_SEGMENTS,
    SERIES_SEGMENT_BYTES,
    SERIES_RETRANSMISSIONS,
    SERIES_ZERO_WINDOW,
    SERIES_RTT,
    SERIES_RTT_COUNT,
    SERIES_MARGIN, /* no count: of what is added the least */
    SERIES_LOST,
    SERIES_COUNTS
};

enum { SERIES_STEP = 10, SERIES_MINUTE = 60, SERIES_HOUR = 3600 };

#define MARGIN_UNKNOWN INT64_MAX

/* One row's worth. */
struct series_sum {
    int64_t n[SERIES_COUNTS];
};

enum { STEPS = 3 };

struct series_state {
    struct series_sum last; /* as the facts stood when they were looked at last */
    struct series_sum open; /* in the ten seconds at hand */
    struct series_sum
        wait[STEPS]; /* not written yet, by step; in a longer one is what closed shorter ones had */
};

struct series_side {
    struct series_state now, flushed; /* flushed: as the database has it */
    uint32_t *held, *written; /* routes by family, now and as they were written last; one piece, owned */
};

enum { TAP_COUNTS = 8, TAP_OF_FILE = 5 }; /* of each file; the rest is of the whole */

struct series_tap {
    uint64_t last[TAP_COUNTS], open[TAP_COUNTS], wait[STEPS][TAP_COUNTS];
};

struct series {
    struct series_side *sides; /* two of each peering, by its number in this run; owned */
    uint32_t room;
    struct series_tap *taps; /* owned */
    uint32_t tap_count;
    int64_t start[STEPS]; /* of the intervals at hand; -1: none yet */
    unsigned flushes;     /* since the longer ones were written */
    int64_t floor;        /* earlier runs closed what is before it */
    /* series_retire.c */
    struct store_limits limits;
    bool limits_new;
    int64_t cursor;          /* the peering that was cleaned up last */
    uint64_t credit, rounds; /* turns that are due; rounds since the pressure changed */
    uint64_t lsa_credit;     /* turns of LSAs */
    unsigned pressure;       /* how much too big the file is: ages are halved so often */
    int64_t looked_s, retired_s;
};

/* The next peering's number in the database; 0 at the end. */
int64_t series_next_peering(struct store *, int64_t last);
/* A little of what is too old goes, a few peerings each second. */
void series_retire(struct store *, int64_t second);

#endif
