/* What the files of store/ share: the writer's memory of what is not written yet. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include "base/buf.h"
#include "base/table.h"
#include "store/sqlite.h"
#include "store/store.h"

/* A finding changes each time it is true again; it is written once, when it makes room or at a flush. A finding stands
 * in the place of its id; another one that wants the place writes it out. A connection changes when it opens, comes up
 * and ends; it waits for a flush, or until many do. */
enum { FINDINGS_HELD = 512, CONNECTIONS_HELD = 8192, ROWS_AT_ONCE = 32768, CAPTURE_COUNTS = 15 };

/* Of the history of LSAs so much is kept; then the older half goes. */
enum { CHANGES_MOST = 2000000 };

/* Which ids have their row already: the first time a plain INSERT is enough. */
struct marks {
    uint8_t *bits;
    size_t size;
};

struct series;
struct store_routes;
struct checkpoint;

/* A file, whatever its name is by now. 0: none. */
struct file_mark {
    uint64_t device, file;
};
enum { PLACE_FILES = 3 }; /* the database, its log, the log's index */

/* In a database that goes on: of our numbers, those that the database has. */
struct numbers {
    uint32_t *of; /* owned */
    uint32_t room, last;
};

struct store {
    struct db db;
    bool writable;
    int64_t number;        /* of the last event */
    unsigned rows;         /* in the open transaction */
    const struct geo *geo; /* NULL: none; not ours */
    bool nanoseconds;      /* a stamp of the capture has more than six digits */
    bool digits_told;
    struct finding *held[FINDINGS_HELD]; /* owned, words too */
    struct table connections;            /* owned, by id: those that wait */
    struct marks peerings, sides, connections_there;
    bool memory; /* the database is ":memory:" */
    struct marks ospf_links_there;
    struct numbers ospf_links, adjacencies;
    uint64_t ospf_routers; /* a hash of what was written of them */
    struct table lsas;     /* numbers of rows, by what makes it the same LSA; only when not in memory */
    uint32_t lsa_last, lsa_retired;
    uint64_t changes;                            /* rows of ospf_change that were written */
    struct ospf *lent;                           /* in memory: where routers and LSAs are asked */
    uint32_t lent_router, lent_domain, lent_lsa; /* how far questions have come there */
    const struct ospf_lsdb *lent_lsdb;
    struct buf words[2]; /* of the router that was asked for last */
    char id_text[16];    /* likewise */
    /* a database that goes on (store_again.c): ids of this run stand behind those of earlier ones */
    bool again, mended; /* mended: rows that were marked may not be there */
    int64_t finding_base, connection_base, episode_base, file_base, run;
    uint32_t *peering_ids; /* of ours, those of the database; owned */
    uint32_t peering_room, peering_last;
    uint64_t counts_base[CAPTURE_COUNTS];
    uint64_t carried_base[CARRIERS], carried_put[CARRIERS]; /* of earlier runs; of this one, written */
    struct stamp first_base;
    int lock;                            /* a descriptor; 0: none */
    struct file_mark place[PLACE_FILES]; /* what is open */
    bool homeless;                       /* no file is open: it was taken away, and a new one cannot be had */
    struct checkpoint *checkpoint;       /* NULL: none */
    struct series *series;
    struct store_routes *routes; /* NULL: they are not kept */
};

/* ---- store_facts.c ---- */

/* That it exists: its row, without the facts. */
void store_add_peering(struct store *, const struct bgp_peering *);
void store_put_facts(struct store *, const struct bgp_peering *);

/* ---- store_episode.c ---- */

/* A loss of routes, as of now; the same one again replaces what was known of it. */
void store_episode(struct store *, const struct bgp_episode *);

/* ---- store_ospf.c ---- */

void store_ospf_adjacency(struct store *, const struct ospf_adjacency *);
void store_ospf_transition(struct store *, const struct ospf_transition *);
void store_ospf_designated(struct store *, const struct event_ospf_designated *);
/* The number that the adjacency, or link, has in the database; 0: none yet. */
int64_t store_adjacency_id(const struct store *, uint32_t id);
int64_t store_link_id(const struct store *, uint32_t id);
/* The database goes on, or what was written last is not there: numbers are looked up anew. */
void store_ospf_again(struct store *);
void store_ospf_recover(struct store *);
void store_ospf_free(struct store *);

/* ---- store_lsa.c ---- */

void store_lsa_init(struct store *);
void store_ospf_lsa(struct store *, const struct event_ospf_lsa *);
/* Finds the rows of earlier runs. */
void store_lsa_again(struct store *);
/* What is older goes from the history of so many LSAs, the next ones each time. */
void store_retire_lsas(struct store *, struct stamp before, uint32_t count);

/* ---- store_held.c ---- */

/* Keeps it for later. */
void store_hold_connection(struct store *, const struct bgp_connection *);
void store_hold_finding(struct store *, const struct finding *);
void store_put_finding(struct store *, const struct finding *);
void store_put_held(struct store *);
void store_free_held(struct store *);

/* ---- store_again.c ---- */

/* Reads where the earlier runs ended, and ends them. */
void store_begin_again(struct store *, const char *path);
/* The same of another file, while this run goes on. */
void store_begin_file(struct store *, const char *path);
/* Rows that were written may not be there: all are looked up, and what was not flushed is to be handed over again. */
void store_forget_rows(struct store *);
void store_end_again(struct store *);
/* The number that the peering has in the database; 0: none yet. */
int64_t store_peering_id(const struct store *, uint32_t id);
/* It has one now. True if its row is not there. */
bool store_new_peering(struct store *, const struct bgp_peering *);
void store_put_run(struct store *, const struct capture_facts *);

/* ---- store_place.c ---- */

/* Remembers which file was opened. */
void store_place_note(struct store *);

/* ---- store_routes.c ---- */

void store_routes_said(struct store *, const struct event_routes *);
void store_routes_gone(struct store *, const struct event_routes_gone *);
/* Before a flush: the prefixes that wait. */
void store_put_prefixes(struct store *);
/* What the database has of routes now. */
void store_routes_again(struct store *);
/* What was not flushed is gone. */
void store_routes_recover(struct store *);
void store_routes_free(struct store *);
/* The oldest segment goes if all of it was before that. True if one went. */
bool store_retire_routes(struct store *, struct stamp before);

/* ---- series.c ---- */

/* NULL without memory. */
struct series *series_new(void);
void series_free(struct series *);
/* Before a flush: what waits becomes rows; and before the last one: in all intervals. */
void series_flush(struct store *);
void series_finish(struct store *);
/* What was handed over since the last flush is in the database now; or is not, and is to be handed over again. */
void series_flushed(struct series *, bool well);
/* Detail that is not in the longer intervals yet, since the writer was killed. */
void series_mend(struct store *);

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
