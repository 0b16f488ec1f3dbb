/* Losses of routes, and how long it takes until the routing has settled: UPDATEs and ends of sessions in, episodes out.
 *
 * A loss is a session's end with routes, or a twentieth of a side's routes withdrawn within seconds. Its prefixes are
 * followed on all sides until they have not changed for the quiet time; the last change is the end. What flaps already
 * (RIB_FLAPPED) is no loss when it is withdrawn once more. */
#ifndef STATE_CONVERGE_H
#define STATE_CONVERGE_H

#include "state/bgp_facts.h"
#include "state/bgp_rib.h"

/* Two rounds of advertisements and a little: speakers wait for 30 s between two UPDATEs about a prefix (RFC 4271 10,
 * MinRouteAdvertisementIntervalTimer), and Wu et al. (NSDI 2005) found that 70 s keep together what belongs together. */
enum { CONVERGE_QUIET_S = 70, EPISODES_OPEN = 16 };

struct engine;
struct peering;
struct session;

/* Withdrawals of one side that follow one another. */
struct losing {
    struct stream_ref first, last;
    uint64_t count, known; /* routes; of those followed: they belong to an episode already */
    uint32_t before;       /* routes that there were */
    uint32_t episode;      /* id; 0: it is no loss yet */
};

/* A prefix as one side tells it. */
struct followed {
    uint64_t prefix;
    uint32_t mark;          /* as in rib_move */
    uint32_t who;           /* which side of which peering */
    uint32_t next;          /* 1 + the same prefix of another side, 0: none */
    uint32_t before, after; /* as in rib_move, at first and now */
    uint32_t latest_us;     /* of the first of them: the last change of any, since its episode's base */
    uint16_t withdrawn, replaced, announced;
    uint8_t episode, side; /* which of converge.open, and of its sides */
    bool is_first;         /* of this prefix */
};

/* A withdrawal that may turn out to be part of a loss. */
struct lately_gone {
    uint64_t prefix;
    struct stamp when;
    uint32_t who, mark, before;
};
enum { LATELY = 2048 };

struct converge {
    struct rib *rib; /* borrowed: it is told what is followed */
    struct span quiet;
    uint32_t most;
    uint64_t seed;
    struct {
        struct bgp_episode *facts; /* owned; NULL: not in use. What is counted at the end is not in it yet */
        struct stamp base;
        uint64_t below;   /* lots that are followed */
        uint32_t count;   /* in the list */
        uint64_t dropped; /* by the tap, before it */
        bool told;        /* nothing changed since it was told */
    } open[EPISODES_OPEN];
    uint32_t ids;
    int64_t credit;        /* routes heard, less what following cost; see converge_follow.c */
    struct stamp deadline; /* nothing is over before it */
    struct followed *list;
    uint32_t *slots; /* 1 + the first of a prefix, by its hash; 0: empty */
    uint32_t count, room;
    uint32_t slot_count, slot_room; /* of those there is memory for, a power of two in use */
    struct lately_gone *lately;     /* LATELY of them, in a ring */
    uint32_t lately_at;
};

/* quiet: without a change for so long it has settled; most: prefixes that are followed at once. The rib is borrowed. */
void converge_init(struct converge *, struct rib *, struct span quiet, uint32_t most);
void converge_free(struct converge *);
/* What an UPDATE of side `from` did. */
void converge_update(struct engine *, struct peering *, int from, const struct rib_news *, struct stream_ref);
/* The session ended; its routes are still there. Those of families that are kept, a bit each, stay (RFC 4724). */
void converge_lost(struct engine *, const struct session *, int by, const uint64_t kept[2],
                   struct stream_ref);
/* The capture lacks something that was said. */
void converge_missed(struct engine *);
/* Episodes that have settled by then are told, and over. */
void converge_advance(struct engine *, struct stamp now);
/* Those that go on are told as they stand, if anything happened since. */
void converge_tell(struct engine *);

/* ---- converge_follow.c: the list of what is followed ---- */

/* The first of this prefix, if its episode goes on and it has not settled in it; or NULL. */
struct followed *converge_find(const struct converge *, uint64_t prefix, struct stamp when);
/* One more: the same prefix of another side, or the first of its prefix. NULL: not followed. */
struct followed *converge_follow(struct converge *, const struct rib_move *, uint32_t who, unsigned episode,
                                 unsigned side, bool is_first);
/* What is of no open episode goes, and what is not among the lots that are followed. */
void converge_sift(struct converge *);
/* A change of what is followed has its price, */
void converge_spend(struct converge *);
/* and when it cannot be paid any more fewer are followed. */
void converge_settle(struct converge *);
/* No more of so many routes is followed than can be paid for. */
void converge_afford(struct converge *, unsigned which, uint64_t routes);

/* ---- converge_facts.c ---- */

/* Counts what became of the prefixes of an episode. */
void converge_count(const struct converge *, unsigned which, struct bgp_episode *out);

/* enum finding_code of what was found of its beginning; CODE_COUNT: nothing. */
struct findings;
int converge_cause(const struct findings *, const struct bgp_episode *);

#endif
