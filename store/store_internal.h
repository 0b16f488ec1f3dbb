/* What the files of store/ share: the writer's memory of what is not written yet. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include "store/sqlite.h"
#include "store/store.h"

/* A finding changes each time it is true again; it is written once, when it makes room or at a flush. A finding stands
 * in the place of its id; another one that wants the place writes it out. */
enum { FINDINGS_HELD = 512, ROWS_AT_ONCE = 20000 };

struct store {
    struct db db;
    bool writable;
    int64_t number;   /* of the last event */
    unsigned rows;    /* in the open transaction */
    bool nanoseconds; /* a stamp of the capture has more than six digits */
    bool digits_told;
    struct finding *held[FINDINGS_HELD]; /* owned, words too */
};

/* ---- store_facts.c ---- */

void store_put_facts(struct store *, const struct bgp_peering *);
/* Keeps it for later. */
void store_hold_finding(struct store *, const struct finding *);
void store_put_held(struct store *);
void store_free_held(struct store *);

/* ---- store.c ---- */

/* A transaction is open, one more row goes into it. */
void store_row(struct store *);
/* The stamp of a packet: how many digits does this capture have? */
static inline void store_see(struct store *s, struct stream_ref ref)
{
    if (ref.frame && stamp_known(ref.when) && ref.when.ns % 1000)
        s->nanoseconds = true;
}

#endif
