/* What the files of store/ share: the writer's memory of what is not written yet. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include "base/table.h"
#include "store/sqlite.h"
#include "store/store.h"

/* A finding changes each time it is true again; it is written once, when it makes room or at a flush. A finding stands
 * in the place of its id; another one that wants the place writes it out. A connection changes when it opens, comes up
 * and ends; it waits for a flush, or until many do. */
enum { FINDINGS_HELD = 512, CONNECTIONS_HELD = 8192, ROWS_AT_ONCE = 20000 };

/* Which ids have their row already: the first time a plain INSERT is enough. */
struct marks {
    uint8_t *bits;
    size_t size;
};

struct store {
    struct db db;
    bool writable;
    int64_t number;   /* of the last event */
    unsigned rows;    /* in the open transaction */
    bool nanoseconds; /* a stamp of the capture has more than six digits */
    bool digits_told;
    struct finding *held[FINDINGS_HELD]; /* owned, words too */
    struct table connections;            /* owned, by id: those that wait */
    struct marks peerings, sides, connections_there;
};

/* ---- store_facts.c ---- */

/* That it exists: its row, without the facts. */
void store_add_peering(struct store *, const struct bgp_peering *);
void store_put_facts(struct store *, const struct bgp_peering *);

/* ---- store_held.c ---- */

/* Keeps it for later. */
void store_hold_connection(struct store *, const struct bgp_connection *);
void store_hold_finding(struct store *, const struct finding *);
void store_put_finding(struct store *, const struct finding *);
void store_put_held(struct store *);
void store_free_held(struct store *);

/* ---- store.c ---- */

/* A transaction is open, one more row goes into it. */
void store_row(struct store *);
/* The id was not marked; it is now. */
bool store_first(struct store *, struct marks *, uint32_t id);
/* A place in the capture as time, file and frame. A moment without a frame is one at which a timer ran out. */
void store_bind_ref(struct store *, struct binder *, struct stream_ref, bool there);
/* The stamp of a packet: how many digits does this capture have? */
static inline void store_see(struct store *s, struct stream_ref ref)
{
    if (ref.frame && stamp_known(ref.when) && ref.when.ns % 1000)
        s->nanoseconds = true;
}

#endif
