/* What is known of OSPF: the routers on each link, what each shows of the other, and their databases. Read-only to
 * everyone but the files that keep it (state/ospf*.c).
 *
 * A *speaker* is one router's interface on a link; a *wire* is a link as the capture shows it (struct ospf_link is what a
 * Router-LSA says of one). An *adjacency* is two speakers on one link; `side[i]` is what the
 * router of `end[i]` itself would show of the other end (RFC 2328 10). */
#ifndef STATE_OSPF_FACTS_H
#define STATE_OSPF_FACTS_H

#include "base/addr.h"
#include "base/stamp.h"
#include "decode/ospf/ospf.h"
#include "decode/stream.h"
#include "state/ospf_key.h"

/* RFC 2328 10.1; UNKNOWN: the packets don't tell. */
enum ospf_state {
    OSPF_STATE_UNKNOWN,
    OSPF_STATE_DOWN,
    OSPF_STATE_ATTEMPT,
    OSPF_STATE_INIT,
    OSPF_STATE_TWO_WAY,
    OSPF_STATE_EXSTART,
    OSPF_STATE_EXCHANGE,
    OSPF_STATE_LOADING,
    OSPF_STATE_FULL,
    OSPF_STATES
};
const char *ospf_state_name(enum ospf_state); /* "2-Way" */

/* How a router treats a link (RFC 2328 9, 1.2), as its packets show. */
enum ospf_network_type {
    OSPF_NETWORK_UNKNOWN,
    OSPF_NETWORK_BROADCAST,
    OSPF_NETWORK_NBMA,
    OSPF_NETWORK_PTP, /* point-to-point or point-to-multipoint: no designated router */
    OSPF_NETWORK_VIRTUAL,
};
const char *ospf_network_type_name(enum ospf_network_type); /* "point-to-point" */

/* The parameters that a Hello carries and its receivers compare (RFC 2328 10.5). */
struct ospf_hello_facts {
    uint32_t mask, interface_id; /* OSPFv2; OSPFv3 */
    uint32_t hello_interval, dead_interval, options;
    uint8_t priority;
    uint32_t dr, bdr; /* OSPFv2: addresses; OSPFv3: router IDs */
};

struct ospf_auth_facts {
    struct stream_ref ref; /* the latest packet of this kind */
    uint16_t type, key_id; /* enum ospf_auth */
    enum ospf_digest digest;
    bool cut;          /* the digest of that packet is not in the capture */
    uint64_t password; /* a hash of it, to be compared */
    uint64_t sequence;
    uint64_t key_ids;            /* bit per key ID below 64 that it has sent (rollover: RFC 2328 D.3) */
    enum ospf_key_found verdict; /* of the latest packet that was tried with a secret at hand … */
    unsigned secret;             /* … and which one is right: its number + 1; equal ones have one; 0 none */
    struct stream_ref backwards; /* first packet whose sequence number fell (RFC 2328 D.4.3) */
};

enum { OSPF_HELLOS_KEPT = 8, OSPF_PACKET_TYPES = 6 };

struct ospf_wire;
struct ospf_adjacency;
struct ospf_lsa_facts;

struct ospf_speaker {
    uint32_t id;      /* 1, 2, 3 … */
    uint32_t segment; /* those that one capture point shows under one tag have the same */
    uint8_t version, instance;
    uint16_t vlan, carriers;
    uint32_t label; /* of its latest packet: MPLS, GRE key; 0 for none */
    uint32_t area, router_id;
    struct addr addr; /* size 0: it is known by what others say of it only */
    struct addr far;  /* of a virtual link: its other end; size 0 else */
    bool has_mac;
    uint8_t mac[6], mac_before[6];
    bool
        twofold; /* several interfaces without an address of their own: their Hellos come from this one in turn */
    struct ospf_wire *link;
    struct ospf_speaker *sibling;   /* the next one that has the same router ID, anywhere */
    struct ospf_speaker *namesake;  /* the next one of its segment that has the same router ID */
    struct ospf_speaker *successor; /* its router goes on under another router ID, from the same address */
    bool incumbent;                 /* nobody else has spoken from its address since */
    bool unseen;                    /* others list it, and nothing that it sends is in the capture */
    bool about;         /* unseen, but its router is heard here: on which of its interfaces is not known */
    bool loud;          /* sends its Hellos to the group */
    bool quiet;         /* sends Hellos to single neighbours */
    bool floods_dbdesc; /* sends Database Descriptions to the group: point-to-point (RFC 2328 8.1) */
    bool ever_dr;       /* named a designated router */
    struct stream_ref dr_named; /* when it first did */
    struct stream_ref first, last;
    struct stamp
        deaf; /* live: nobody listened until then where it was heard last; STAMP_NEVER: somebody always did */
    uint64_t packets[OSPF_PACKET_TYPES]; /* by type; 0 counts those of none */
    uint64_t bad_sums;
    struct stream_ref bad_sum;
    /* Hellos */
    bool hello_known, neighbors_cut; /* parameters are known; the list was cut by the capture */
    struct ospf_hello_facts hello;
    uint32_t hello_count;
    struct stream_ref hello_first, hello_last, hello_changed;
    struct stream_ref hellos[OSPF_HELLOS_KEPT]; /* the latest: hello_count % OSPF_HELLOS_KEPT is the oldest */
    uint32_t *neighbors, *sorted; /* that its latest Hello lists: as it stands there, and in order */
    uint32_t neighbor_count, neighbor_room;
    struct stream_ref
        emptied; /* its Hellos began to list nobody, though they had; until they list somebody again */
    struct stream_ref emptied_before; /* its last Hello before that */
    bool emptied_abruptly;            /* … out of turn, or without the designated router that it knew */
    struct ospf_auth_facts auth;
    bool mtu_known;
    uint16_t mtu; /* of its Database Descriptions */
    uint32_t dd_options;
    struct stamp grace_until; /* by its Grace-LSA (RFC 3623 B) */
    struct stream_ref grace;
    struct ospf_adjacency **adjacencies;
    uint32_t adjacency_count, adjacency_room;
    uint32_t tried_count;
    struct {
        struct addr to;
        struct stream_ref ref;
    } tried[4]; /* single neighbours that it sent Hellos to first */
};

struct ospf_wire {
    uint32_t id;
    uint8_t version, instance;
    uint16_t vlan, carriers;
    enum ospf_network_type type;
    bool ended;         /* merged into another one */
    struct addr prefix; /* OSPFv2: from the first Hello; size 0 unknown */
    uint8_t bits;
    struct ospf_speaker **members;
    uint32_t member_count, member_room;
    uint32_t dr, bdr; /* who calls itself so: OSPFv2 its address, OSPFv3 its router ID; 0 none */
    uint32_t dr_router, bdr_router; /* its router ID */
    struct stream_ref dr_ref, bdr_ref;
    uint32_t dr_changes;
    struct stream_ref last; /* of all its members */
    /* when nothing of it was seen last, though Hellos were due, as far as only packets tell: the last one before, the first
     * one after; frame 0: never */
    struct stream_ref hole_from, hole_until;
    char name[96]; /* "10.0.12.0/24", "10.0.12.0/24 vlan 110", "fe80::1 instance 1": the same in every run */
};

/* What is repeated without an answer. */
struct ospf_repeats {
    uint32_t count;
    struct stream_ref first, latest[2]; /* latest[(count - 1) % 2] is the newest */
};

/* The Database Description that a side sent last. */
struct ospf_dd_facts {
    bool seen, init, more, master, sequence_known, group;
    uint16_t mtu;
    uint32_t sequence, options, size;
    struct stream_ref ref;
    uint32_t count;
};

enum { OSPF_EXPECTED = 4, OSPF_LOSSES_KEPT = 6 };

enum ospf_nbr_event {
#define EVENT(ident, cause) OSPF_ON_##ident,
#define FSM(in, on, to)
#include "state/ospf_fsm.def"
#undef EVENT
#undef FSM
    OSPF_NBR_EVENTS
};

/* What one router shows of the other. */
struct ospf_neighbor {
    enum ospf_state state;
    struct stamp since;
    uint32_t full_count,
        lost_count; /* how often it went to Full; how often it left Full, or 2-Way for less */
    struct stream_ref lost[OSPF_LOSSES_KEPT]; /* the latest: lost_count % … is the oldest */
    enum ospf_state best;                     /* since the adjacency was last lost */
    enum ospf_state best_ever;
    unsigned
        elsewhere; /* Hellos of its other interfaces at that address (twofold) that do not list the other … */
    struct stream_ref elsewhere_last; /* … the latest */
    bool joined;                      /* in mid-stream: what it is in must be inferred */
    bool at_least; /* it left a state that is the least it can have been in: it was joined in mid-stream */
    /* what its Hellos say, and what it hears */
    bool lists;                         /* its latest Hello lists the other */
    struct stream_ref listed, unlisted; /* its latest Hello that does, and that doesn't */
    struct stream_ref listed_first;     /* since it last began to */
    struct stream_ref dropped;          /* its Hello that let the other go before its time; 0 none */
    struct stream_ref let_go;           /* … its latest that let the other go, for whatever reason */
    enum ospf_state dropped_from;       /* … out of this state */
    bool dropped_steady;                /* … though the other's Hellos went on */
    struct span listed_for;             /* how long it had when it last ceased to; 0: not known */
    struct stream_ref heard_first;      /* the other's first Hello since `unlisted` */
    struct stream_ref asked_first;      /* … that lists this one */
    struct stream_ref heard;            /* the other's latest Hello that this one can take */
    struct stream_ref
        overdue; /* the other's latest Hello, if it came so late that the timer may have fired: `when` says
                                  when that was; frame 0: it did not */
    struct stream_ref heard_before; /* … and the Hello before it */
    unsigned ignored; /* Hellos that it sent since, after one of the other's, without listing it */
    struct stream_ref ignored_first; /* the first of them */
    uint32_t tolerated;              /* mismatches (enum ospf_mismatch) that it evidently does not mind */
    bool margin_known;
    struct span min_margin;
    struct stream_ref min_margin_ref;
    bool margin_unseen; /* the other's latest Hello came late, and so did all that the link shows */
    /* Events that passed on the wire, and what this side does will prove that they reached it. */
    unsigned expected_count;
    struct {
        enum ospf_nbr_event on;
        struct stream_ref ref;
    } expected[OSPF_EXPECTED];
    /* database exchange */
    struct ospf_dd_facts dd; /* that it sent last */
    uint32_t first_sequence; /* of the other's I, M, MS packet that began this exchange */
    bool first_known;
    struct stream_ref mismatch; /* the other began anew: will this side, too? */
    struct stream_ref exchange_began;
    bool said_all;                /* its last Database Description had M clear */
    bool over;                    /* and the other's, too: the exchange is over for this side */
    bool heads_complete;          /* all that it described was seen */
    bool lacks_known;             /* both descriptions were seen whole */
    uint32_t wants;               /* LSAs that it asked for and that did not come yet */
    uint32_t lacks;               /* … and that it has not even asked for, by what both described */
    struct stream_ref cut_answer; /* the first Update since, when the capture has cut off what was in it */
    struct stream_ref asked_last; /* its latest Link State Request */
    uint64_t requested, answered; /* LSAs that it asked for; that came of those it lacked */
    uint32_t got_count;
    struct {
        const struct ospf_lsa_facts *lsa;
        uint32_t sequence;
    } got[4]; /* that came last of what it asked for: an acknowledgment proves that they did */
    struct ospf_repeats dd_repeats, request_repeats;
    struct stream_ref dd_first; /* first Database Description since the exchange last began anew */
    unsigned restarts;          /* of the exchange */
    enum ospf_nbr_event restarted_by;
    uint32_t request_type, request_id, request_router; /* the first of its latest Link State Request … */
    struct stream_ref request_came; /* … the latest Update with it, since it was first asked for; 0 none … */
    struct stream_ref request_damaged; /* … the same, with a wrong checksum */
    /* flooding: of what it sends to the other */
    uint32_t unacknowledged;
    uint64_t resent_acked;                          /* though an acknowledgment was seen: it did not arrive */
    uint64_t flooded, resent;                       /* LSAs; sent again for want of an acknowledgment */
    struct stream_ref resent_first[2], resent_last; /* the first one sent again: its first and second time */
    uint32_t group_resent,
        group_taken;      /* of those sent to the group first: sent again; acknowledged at once */
    uint32_t resent_most; /* transmissions of the one that was sent most often */
};

struct ospf_adjacency {
    uint32_t id;
    char name[128]; /* "10.0.12.0/24 1.1.1.1-2.2.2.2" */
    struct ospf_wire *link;
    uint32_t area;
    struct ospf_speaker *end[2]; /* the lower router ID first */
    struct ospf_neighbor side[2];
    struct stream_ref first;
    bool deaf;          /* neither ever heard the other; told by silence */
    bool described;     /* each described its whole database to the other, and all of that was seen */
    bool exchange_seen; /* a Database Description or Link State Request was seen */
    struct stream_ref both_listed; /* since when both list each other */
    struct stream_ref flooding;    /* one acknowledged what the other had flooded */
    struct stamp checked;          /* rules looked at it then */
    uint32_t losses;               /* of both sides, an incident once */
    struct stream_ref loss[OSPF_LOSSES_KEPT];
};

/* What differs between two speakers and keeps them from hearing each other: bits. RFC 2328 8.2, 10.5 */
enum ospf_mismatch {
    OSPF_DIFF_AREA = 1,
    OSPF_DIFF_SUBNET = 2,
    OSPF_DIFF_AUTH_TYPE = 4,
    OSPF_DIFF_AUTH_KEY = 8, /* other key ID, digest or password: seen; not that the digests are of two keys */
    OSPF_DIFF_MASK = 16,
    OSPF_DIFF_HELLO = 32,
    OSPF_DIFF_DEAD = 64,
    OSPF_DIFF_AREA_TYPE = 128,
    OSPF_DIFF_ROUTER_ID = 256, /* none: both have the same */
    OSPF_DIFF_ADDRESS_FAMILY = 512,
    OSPF_DIFF_INSTANCE = 1024,
};

struct ospf_transition {
    uint32_t adjacency;
    int side; /* whose view it is */
    enum ospf_state from, to;
    struct stream_ref
        ref; /* frame 0: a timer, no packet. May lie before what was told last: it had to be proven */
    const char *cause; /* "hello-received", "mid-stream" …: static text */
};

/* ---- the database ---- */

enum ospf_change {
    OSPF_CHANGE_NEW,       /* the first instance seen, or the first after the last was flushed */
    OSPF_CHANGE_REFRESHED, /* a newer instance, nothing else is new in it */
    OSPF_CHANGE_CHANGED,
    OSPF_CHANGE_FLUSHED, /* at MaxAge (RFC 2328 14.1) */
    OSPF_CHANGE_HEARD,   /* of a newer instance only the header was seen */
    OSPF_CHANGE_SAME,    /* seen again */
    OSPF_CHANGE_OLDER,   /* not taken: what is there is newer (RFC 2328 13.1) */
};
const char *ospf_change_name(enum ospf_change); /* "refreshed" */

/* What makes it the same LSA. No padding: it is hashed whole. */
struct ospf_lsa_key {
    uint32_t area; /* 0 for those of the whole AS */
    uint32_t link; /* those of link scope: id of the link; 0 else */
    uint32_t id, router;
    uint16_t type; /* OSPFv3: as on the wire */
    uint8_t scope; /* enum ospf_scope */
    uint8_t zero;
};

/* What only LSAs have that change: kept apart, because most don't. */
struct ospf_lsa_story {
    uint64_t before; /* hash of what the instance before said; 0 none */
    uint32_t changes, flushes;
    uint32_t strangers; /* instances that had no link in common with the one before */
    uint32_t burst,
        toggles; /* changes and flushes one soon after the other, until now; those that brought back what was
                                  there before the last one */
    uint32_t burst_most, toggles_most;
    struct stamp changed_last;
    struct stream_ref burst_first, stranger[2], flushed;
    struct stream_ref changed[3]; /* the latest changes and flushes: (changes + flushes) % 3 is the oldest */
};

struct ospf_owed;

struct ospf_lsa_facts {
    struct ospf_lsa_key key;
    uint32_t sequence;
    struct stream_ref ref; /* when this instance was first seen */
    uint16_t age;          /* then */
    uint16_t checksum, length;
    uint8_t version, instance;
    uint8_t kind;    /* enum ospf_kind */
    uint8_t options; /* OSPFv2 */
    bool gone;       /* flushed */
    bool do_not_age;
    uint16_t raw_size, raw_room;
    uint32_t raw_sequence;  /* of raw; may be older than `sequence` */
    uint32_t number;        /* in its database: in the order in which they were first heard of */
    uint8_t *raw;           /* header and body of the newest instance that was seen whole; NULL: none */
    struct stamp seen_last; /* in any packet */
    struct stamp sent_last; /* in an Update … */
    uint32_t sender;        /* … by the speaker of this id */
    uint32_t instances;
    struct ospf_lsa_story *story; /* NULL: never changed */
    struct ospf_owed *owed;       /* requests and retransmissions that wait for it */
    uint32_t mark, mark_sequence; /* scratch of the exchange */
};

/* A router as all its links and LSAs show it. */
enum { OSPF_ROLE_ABR = 1, OSPF_ROLE_ASBR = 2, OSPF_ROLE_DR = 4, OSPF_ROLE_BDR = 8, OSPF_ROLE_VIRTUAL = 16 };
struct ospf_router_facts {
    uint32_t router_id;
    uint8_t version, instance;
    uint8_t roles; /* OSPF_ROLE_… */
    struct addr *addresses;
    uint32_t *areas;
    uint32_t address_count, address_room, area_count, area_room;
};

#endif
