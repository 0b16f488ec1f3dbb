/* What leaves the engine: tagged records, in order, borrowed until the next feed. */
#ifndef STATE_EVENT_H
#define STATE_EVENT_H

#include "state/bgp_facts.h"
#include "state/finding.h"
#include "state/ospf_facts.h"

enum event_kind {
    EVENT_MESSAGE,     /* a BGP message; only when engine_options.tell_messages */
    EVENT_OSPF_PACKET, /* an OSPF packet; likewise */
    EVENT_OPEN,        /* a side's OPEN was seen: in side->open */
    EVENT_NOTIFICATION,
    EVENT_TRANSITION,
    EVENT_TRANSFER,        /* of a table: its newest facts, to be put under its connection and side */
    EVENT_EPISODE,         /* of convergence: its newest facts, to be put under its id */
    EVENT_CONNECTION,      /* began, changed or ended: the newest facts of it, to be put under its id */
    EVENT_PEERING,         /* began: the facts grow until the end, see engine_next_peering */
    EVENT_OSPF_SPEAKER,    /* one router's interface on a link was seen first */
    EVENT_OSPF_ADJACENCY,  /* began: the facts grow until the end, see ospf_next_adjacency */
    EVENT_OSPF_TRANSITION, /* of one side of an adjacency */
    EVENT_OSPF_DESIGNATED, /* the DR or BDR of a link is another one than before */
    EVENT_OSPF_LSA,        /* what became of an LSA */
    EVENT_ROUTES,      /* what a side said of routes of one family; only when engine_options.tell_routes */
    EVENT_ROUTES_GONE, /* a side's routes went with the session; likewise */
    EVENT_FINDING,     /* opened or changed: the newest of it, to be put under its id */
    EVENT_KINDS
};

struct event_message {
    struct stream_ref ref;
    const struct addr *src, *dst;
    const struct bgp_msg *msg;
    const struct bgp_ctx *ctx;
    enum fault_code noise; /* not FAULT_COUNT: no message, but bytes that are none (msg->length of them) */
    uint32_t peering, connection;
    int side;     /* who sent it */
    bool unheard; /* the other end was done with the connection when it came */
};

struct event_ospf_packet {
    struct stream_ref ref;
    struct addr src, dst;
    struct cursor payload; /* of the IP packet, as captured */
    uint32_t wire;         /* its bytes on the wire */
};

struct event_open {
    struct stream_ref ref;
    uint32_t peering, connection;
    int side;
    const struct bgp_msg *msg;
};

struct event_notification {
    struct stream_ref ref;
    uint32_t peering, connection;
    int side; /* who sent it */
    const struct bgp_notification *notification;
};

struct event_routes {
    struct stream_ref ref;
    uint32_t peering;
    int side; /* who said it */
    enum bgp_family family;
    bool withdrawn, path_ids, as4;
    bool partial;              /* the capture has not all of what this side said in this session */
    bool swept;                /* not said: stale routes that were not said again */
    bool table;                /* it belongs to the table that comes first in a session */
    bool news;                 /* it changed what the other side has */
    uint32_t origin_as;        /* 0: not known */
    struct cursor attrs, nlri; /* attrs: as in rib_route, of what is announced */
};

struct event_routes_gone {
    struct stream_ref ref;
    uint32_t peering;
    int side;
    uint64_t kept; /* bit per family: those that are only stale */
};

struct event_ospf_designated {
    struct stream_ref ref;
    const struct ospf_wire *link;
    uint32_t dr, bdr, dr_before, bdr_before; /* router IDs; 0 none */
};

struct event_ospf_lsa {
    struct stream_ref ref;
    const struct ospf_lsa_facts *lsa; /* as it is now */
    enum ospf_change change;
    const uint8_t *raw; /* the instance with its header; NULL: only its header was seen */
    uint32_t size;
    const char *words; /* what changed, of OSPF_CHANGE_CHANGED; "" else */
};

struct event {
    enum event_kind kind;
    union {
        struct event_message message;
        struct event_ospf_packet ospf_packet;
        struct event_open open;
        struct event_notification notification;
        struct bgp_transition transition;
        const struct bgp_connection *connection;
        const struct bgp_transfer *transfer;
        const struct bgp_episode *episode;
        const struct bgp_peering *peering;
        const struct finding *finding;
        struct event_routes routes;
        struct event_routes_gone routes_gone;
        const struct ospf_speaker *speaker;
        const struct ospf_adjacency *adjacency;
        struct ospf_transition ospf_transition;
        struct event_ospf_designated designated;
        struct event_ospf_lsa ospf_lsa;
    } as;
};

#endif
