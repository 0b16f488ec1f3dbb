/* Where facts come to rest: one SQLite database holds one analysis. Reports are told from it, the same way for a capture
 * just read (":memory:") and for a file written last year.
 *
 *     s = store_open(path, STORE_NEW, &why, message);
 *     store_write(s, outbox) … after each feed
 *     store_put_peering(s, peering) … for each at the end (and now and then while it lasts)
 *     store_put_capture, store_put_file, store_finish
 *     report_text(s, &options, stdout);
 *     store_close(s);
 *
 * STORE_NEW makes the file, or replaces the analysis that an earlier run of routetap left in it: the old one is there
 * until the first store_flush (or the first twenty thousand rows). A file of anybody else is never touched.
 * STORE_READ changes nothing, but for bringing a file of an earlier routetap up to date.
 *
 * Rows are kept in a transaction until store_flush, or until there are many. The first failure sticks: every later call
 * gives it again and does nothing; store_why tells it. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "base/macros.h"
#include "state/outbox.h"

struct store;

enum store_mode {
    STORE_NEW,
    STORE_READ,
    STORE_AGAIN, /* goes on in the file where earlier runs ended; nobody else may write to it */
};

/* NULL: *why, and a sentence that says what to do. */
struct store *store_open(const char *path, enum store_mode, enum err *why, char message[300]);
/* What was not flushed is gone. */
void store_close(struct store *);
/* The sentence that belongs to the first failure; "" while all is well. Borrowed from the store. */
const char *store_why(const struct store *);

/* Who and where addresses are is told with them from then on. Borrowed: it outlives the store. */
struct geo;
void store_set_geo(struct store *, const struct geo *);

/* What becomes of routes is kept from then on: with ALL every table can be told as of any moment; with CHANGES what
 * comes first in a session, its table, is left out. The engine has to tell it (engine_options.tell_routes). */
enum keep_routes { KEEP_ROUTES_NONE, KEEP_ROUTES_CHANGES, KEEP_ROUTES_ALL };
void store_keep_routes(struct store *, enum keep_routes);

/* OPENs, notifications, transitions, connections, peerings, adjacencies, LSAs and findings; messages are passed over. */
MUST_USE enum err store_write(struct store *, const struct outbox *);
/* The facts of a peering as of now. */
MUST_USE enum err store_put_peering(struct store *, const struct bgp_peering *);
/* OSPF's links, routers and adjacencies as of now; and at the end what its databases hold besides what events told. In
 * memory, routers and databases are not copied but asked where they are: there `ospf` must live as long as the store. */
struct ospf;
MUST_USE enum err store_put_ospf(struct store *, struct ospf *);
MUST_USE enum err store_put_lsdb(struct store *, struct ospf *);
MUST_USE enum err store_put_capture(struct store *, const struct capture_facts *);

/* One capture file or interface. What is wrong with the file itself becomes a finding here, since no packet tells it:
 * capture-damaged, and capture-packets-missing for what its writer dropped. */
struct store_file {
    const char *path;
    uint64_t packets, bytes;
    uint32_t link; /* LINKTYPE_ value */
    bool several_links;
    uint64_t dropped;   /* by its writer's own count */
    const char *damage; /* what is wrong, in words; NULL or "": nothing */
    uint64_t damage_offset;
    struct stamp last; /* of its last packet; STAMP_NEVER: not known */
    bool live;         /* an interface: the engine speaks of what it dropped */
    uint64_t received, interface_dropped;
};
/* number: as in packet.file. */
MUST_USE enum err store_put_file(struct store *, uint32_t number, const struct store_file *);

/* A word about the run: "version", "command", … */
MUST_USE enum err store_note(struct store *, const char *key, const char *value);
MUST_USE enum err store_flush(struct store *);
/* The input was read to its end: says so in the database, and flushes. */
MUST_USE enum err store_finish(struct store *);

/* ---- while live ---- */

/* How long detail is kept, and how big the file may get; beyond that the oldest detail goes first. */
struct store_limits {
    struct span keep_10s, keep_1min, keep_1h, keep_events;
    uint64_t size; /* bytes */
};
#define STORE_LIMITS_USUAL                                                                                   \
    ((struct store_limits){ .keep_10s = SPAN_S(2 * 86400),                                                   \
                            .keep_1min = SPAN_S(30 * 86400),                                                 \
                            .keep_1h = SPAN_S(800 * 86400),                                                  \
                            .keep_events = SPAN_S(400 * 86400),                                              \
                            .size = (uint64_t)4096 << 20 })
/* Series are kept from then on (STORE_AGAIN keeps them anyway). */
void store_set_limits(struct store *, const struct store_limits *);
/* What happened in the second that begins at `second`, by what has changed since the last sample. Of each peering whose
 * facts changed, of each interface, and then the second itself: intervals close, and what is too old goes. */
void store_sample(struct store *, const struct bgp_peering *, struct stamp second);
void store_sample_file(struct store *, uint32_t number, const struct store_file *, struct stamp second);
/* What is of no single file; after the files of that second. */
void store_sample_capture(struct store *, const struct capture_facts *);
void store_second(struct store *, struct stamp second);
/* Samples need to be no nearer than that. Without store_second nothing goes: an analysis keeps all that it saw. */
enum { STORE_SAMPLE_S = 10 };
/* What people call an address ("address") or an AS ("as"). */
MUST_USE enum err store_name(struct store *, const char *kind, const char *key, const char *name);
MUST_USE enum err store_forget_names(struct store *);
/* After a failure: what was not flushed is gone, and it is tried anew. Every peering is to be put again. */
void store_recover(struct store *);

/* What stands at the path by now: the file that is open, none, or another one. */
enum store_place { STORE_THERE, STORE_GONE, STORE_ANOTHER };
enum store_place store_place(struct store *);
/* It is not the one that is open: that one is left as it is, and what stands there now is gone on with; a file is made if
 * there is none. What happens from then on is kept there; every peering is to be put again, and every finding that is
 * open. Fails like any other call; may be tried again. */
MUST_USE enum err store_anew(struct store *);

#endif
