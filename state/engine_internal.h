/* What the files of the engine share: engine*.c, peering.c, session*.c, tcp_health.c, tcp_key.c. */
#ifndef STATE_ENGINE_INTERNAL_H
#define STATE_ENGINE_INTERNAL_H

#include "base/table.h"
#include "state/converge.h"
#include "state/engine.h"
#include "state/findings.h"
#include "state/rules/rule.h"
#include "state/session.h"

/* Routes that stand, being held against other payloads (engine_origins.c). */
struct judging {
    const struct vrps *before, *after, *changes;
    struct routes_judged news; /* of the side at hand */
    struct peering *peering;   /* at hand; NULL: not begun */
    uint32_t at;               /* of the next one */
    int side;
    unsigned family;
    struct rib_at_hash place;
    bool going;
};

struct engine {
    struct engine_options options;
    struct frame_want want;
    struct capture_facts capture;
    struct frag_table *frags;
    struct stream_pool pool;
    struct rib *rib;
    struct converge converge;
    struct ospf *ospf;
    struct table peerings; /* by pair of addresses */
    struct table sessions; /* by pair of addresses and ports */
    struct session *gone;  /* forgotten; events may still point to them */
    uint32_t session_ids;
    struct judging judging;
    struct outbox outbox;
    struct findings findings;
    struct stamp now;                     /* never goes back */
    struct stamp next_deadline;           /* no hold time runs out before it */
    struct stamp before;                  /* the packet at hand, the last one of anybody came */
    struct stamp quiet_from, quiet_until; /* the longest time of late without a packet of anybody */
    bool finished;
    bool cared;       /* about the last packet */
    uint32_t circuit; /* of the packet at hand: VLAN tags and the like */
    uint32_t peering_ids;
    /* live, of engine_review.c: when the whole was looked at last, and the past given up; holes of the capture */
    bool look_now; /* at the capture as a whole: something of our own has changed */
    struct stamp reviewed, forgot, holed;
    uint64_t holes;
};

struct pair_key {
    struct addr low, high;
};
struct session_key {
    struct pair_key pair;
    uint16_t low_port, high_port;
    uint32_t zero;
};

/* peering.c */
struct peering *peering_get(struct engine *, const struct addr *src, const struct addr *dst,
                            struct stream_ref);
/* Of two addresses in either order; NULL: there is none. */
struct peering *peering_find(const struct engine *, const struct addr *a, const struct addr *b);
void peering_free(struct peering *);
/* The state that this side's router shows, from its connections and how the last of them ended. */
void peering_reckon(struct engine *, struct peering *, int side, struct stamp when);
/* What is left when no connection speaks for the side. */
void peering_rest(struct engine *, struct peering *, int side, enum bgp_state, struct stream_ref,
                  const char *cause);
void peering_learn_open(struct engine *, struct peering *, int side, const struct bgp_msg *,
                        const struct open_facts *);
/* An attempt to connect came to this end: remembered, and told to the rules. */
void peering_attempt(struct engine *, struct session *, enum attempt_outcome, struct stream_ref answer);
/* … its part that only remembers. */
void attempts_note(struct attempts *, enum attempt_outcome, struct stream_ref syn, struct stream_ref answer);
/* So much was left of the hold time of this side: the least is kept. */
void peering_margin(struct peering *, int side, struct span left, struct stamp when);
/* What an UPDATE did to the routes of a side: transfers, mass withdrawals. */
void peering_routes(struct peering *, struct session *, int from, const struct rib_news *, struct stream_ref);
/* A new connection was dialled by this side: what that tells of the older ones. */
void peering_dials(struct engine *, struct peering *, int side, const struct session *dialled,
                   struct stream_ref);
/* Forgets connections that are over, but for the latest few. */
void peering_prune(struct engine *, struct peering *);

/* engine_deaf.c */
/* Before the packet of `now` is counted. */
void engine_note_quiet(struct engine *, struct stamp now);
/* For most of that time no packet of anybody is in the capture: it may have a gap there. Never live, where time is the tap's. */
bool engine_was_quiet(const struct engine *, struct stamp from, struct stamp until);
/* … for most of the time up to now, before the packet at hand. */
bool engine_is_quiet(const struct engine *, struct stamp from, struct stamp now);

/* session.c */
struct session *session_new(struct engine *, struct peering *, int active, uint16_t port0, uint16_t port1,
                            struct stream_ref);
void session_free(struct session *);
/* A TCP segment from end `from`. */
void session_segment(struct engine *, struct session *, int from, const struct segment *,
                     const struct frame *, struct stream_ref);
/* End `who` reached this state. */
void session_go(struct engine *, struct session *, int who, enum bgp_state, struct stream_ref,
                const char *cause);
/* End `who` knows that the connection is over. */
void session_end_closes(struct engine *, struct session *, int who, struct stream_ref, enum bgp_state rest,
                        const char *cause);
/* What was said reached end `to`: its state moves by what it heard. */
void session_deliver(struct engine *, struct session *, int to, const struct delivery *);
/* End `who` said something in BGP. */
void session_spoke(struct engine *, struct session *, int who, struct stream_ref, unsigned type);
/* The rules hear once that the connection is over, by this end; -1: not known which. */
void session_tell_closed(struct engine *, struct session *, int by, struct stream_ref);
/* The connection ended on the wire. */
void session_close(struct engine *, struct session *, enum conn_end, int by, struct stream_ref);
void session_unanswered(struct engine *, struct session *, struct stream_ref);
/* Bytes that the capture lacks were delivered to this end, by then at the latest. */
void session_heard_unseen(struct engine *, struct session *, int who, struct stream_ref);
/* Nobody listened until then: what both ends said in the meantime was delivered for all we know. */
void session_deaf(struct session *, struct stamp until);
/* Its dialler waits no more for an answer. */
void session_abandon(struct engine *, struct session *, struct stream_ref, const char *cause);
void session_finish(struct engine *, struct session *);
void session_lost(struct engine *, struct session *, int by, struct stream_ref);
void session_changed(struct engine *, const struct session *);

/* session_hold.c */
/* End `who` has given the connection up without a word that was seen. */
void session_given_up(struct engine *, struct session *, int who, struct stream_ref);
/* Fires what is due; the next moment at which something may be. */
struct stamp session_timers(struct engine *, struct session *, struct stamp now);
/* The capture ends: of hold times that ran out nothing more is awaited. */
void session_hold_finish(struct engine *, struct session *);

/* session_transfer.c */
/* Tells of tables whose transfer is over, if more is known than was told. */
void session_tell_transfers(struct engine *, struct session *);
/* … of all connections of the peering that live; live: those that go on have no length yet. */
void peering_tell_transfers(struct engine *, struct peering *, bool live);

/* session_message.c */
/* Everything that the stream of end `from` has ready. */
void session_drain(struct engine *, struct session *, int from);
/* A segment cut before the end of the message header: what its size alone tells. */
void session_infer_cut(struct engine *, struct session *, int from, const struct segment *,
                       struct stream_ref);

/* session_open.c */
/* The first OPEN of an end is learned from; both together agree on how the session is read. */
void session_on_open(struct engine *, struct session *, int from, const struct stream_item *);

/* session_update.c */
/* How messages of this end must be read: as agreed, or guessed from the bytes where the OPENs are not known. */
const struct bgp_ctx *session_context(struct session *, int from, const struct bgp_msg *);
void session_on_update(struct engine *, struct session *, int from, const struct stream_item *);

/* session_routes.c: what becomes of routes, for whoever keeps them */
/* The capture has not all of what this end said of the family in this session. */
bool session_partial(const struct session *, int from, enum bgp_family);
/* A ROUTE-REFRESH of end `from`, or an End-of-RIB: what it says of how whole tables are. */
void session_refresh(struct engine *, struct session *, int from, const struct bgp_msg *, struct stream_ref);
void session_end_of_rib(struct engine *, struct session *, int from, enum bgp_family, struct stream_ref);
void session_tell_routes(struct engine *, struct session *, int from, const struct bgp_update *,
                         const struct bgp_ctx *, const struct rib_news *, struct stream_ref);
void session_tell_gone(struct engine *, const struct peering *, const uint64_t kept[2], struct stream_ref);

/* session_stale.c: routes that stay when their session goes, or while they are sent again */
/* The session is lost by end `by`: families of end `from` whose routes stay, and are stale from now on. */
uint64_t session_keeps(struct engine *, struct session *, int from, int by, struct stream_ref);
/* End `who` is Established: stale routes that the new OPEN does not stand for go. */
void session_up_again(struct engine *, struct session *, int who, struct stream_ref);
/* End `from` has said all of the family: what is still stale goes. */
void session_stale_end(struct engine *, struct session *, int from, enum bgp_family, struct stream_ref);
/* BoRR, EoRR, and a hole in between: RFC 7313 4.2. */
void session_refresh_begin(struct session *, int from, enum bgp_family);
void session_refresh_end(struct engine *, struct session *, int from, enum bgp_family, struct stream_ref);
void session_refresh_holed(struct session *, int from);
/* Stale routes whose time is over go; when the next ones are due. */
struct stamp peering_stale_timers(struct engine *, struct peering *, struct stamp now);

/* tcp_health.c */
/* A packet that stands twice in the capture (span port): true, and counted. */
bool tcp_is_copy(struct session *, int from, const struct segment *, const struct frame *, struct stamp);
void tcp_header(struct engine *, struct session *, int from, const struct segment *, const struct frame *,
                struct stream_ref);
/* What the acknowledgement proves: round trips, deliveries, bytes that the capture lacks. */
void tcp_ack(struct engine *, struct session *, int from, const struct segment *, struct stream_ref);
void tcp_data(struct engine *, struct session *, int from, const struct segment *, struct stream_ref);

/* tcp_key.c: RFC 2385. True if the digest is right for the secret. */
bool tcp_md5_right(const struct frame *, const struct segment *, const char *secret);

/* engine.c */
/* Before anything is told: what was told last time goes, and what it pointed to. */
void engine_begin(struct engine *);
/* The connection, which its peering has let go, is freed once nobody can look at what was told of it. */
void engine_forget(struct engine *, struct session *);
/* Runs the rules over what happened. */
void engine_happen(struct engine *, const struct happening *);

/* engine_tcp.c */
/* A TCP segment, to the connection that it belongs to or begins. */
void engine_segment(struct engine *, const struct frame *, struct stream_ref);
/* An ICMP error, to the connection whose segment it quotes. */
void engine_icmp(struct engine *, const struct frame *, struct stream_ref);

#endif
