/* What is known of BGP peerings: read-only to everyone but the files that keep it (bgp_peering.c, bgp_session.c). */
#ifndef STATE_BGP_FACTS_H
#define STATE_BGP_FACTS_H

#include "base/addr.h"
#include "base/stamp.h"
#include "decode/bgp/bgp.h"
#include "decode/frame.h"
#include "decode/stream.h"

/* RFC 4271 8.2.2; UNKNOWN: the packets don't tell. Numbers as in the BGP4-MIB (RFC 4273). */
enum bgp_state {
    STATE_UNKNOWN,
    STATE_IDLE,
    STATE_CONNECT,
    STATE_ACTIVE,
    STATE_OPENSENT,
    STATE_OPENCONFIRM,
    STATE_ESTABLISHED,
    BGP_STATES
};
const char *bgp_state_name(enum bgp_state); /* "OpenSent" */

enum peering_type { PEERING_UNKNOWN, PEERING_EBGP, PEERING_IBGP };

enum conn_end { CONN_OPEN, CONN_FIN, CONN_RESET, CONN_TIMEOUT, CONN_REFUSED, CONN_NO_REPLY, CONN_ENDS };
const char *conn_end_name(enum conn_end); /* "no-reply" */

enum { SIDE_MESSAGES = 6 }; /* by BGP message type; 0 counts what was none */

/* TCP as one side's sending shows it, over all connections of the peering. */
struct tcp_facts {
    uint64_t segments, bytes; /* with payload; copies of a span port not counted */
    uint64_t retransmissions, retransmitted_bytes;
    uint64_t needless;     /* of those: the other side's acknowledgement stood in the capture before */
    uint64_t had_twice;    /* segments of which the other side says that it has them already (D-SACK) */
    uint64_t zero_windows; /* times that this side's receive window shut */
    struct span zero_window_time;
    struct span rtt_min, rtt_sum; /* from its data to the other's acknowledgement, as seen at the tap */
    uint64_t rtt_count;
    uint16_t mss;               /* that this side offers; 0 unknown */
    uint32_t largest_delivered; /* payload bytes of the largest segment that was acknowledged */
    uint8_t ttl;                /* of its data segments; 0 unknown */
    bool md5, ao;               /* signs its segments */
    uint64_t missed;            /* bytes that the capture missed */
    uint64_t copies;            /* packets that stand twice */
};

/* One end of a peering, over all its connections. */
struct bgp_side {
    struct addr addr;
    uint64_t packets;  /* from it; copies are counted, too */
    bool acknowledges; /* it was heard to acknowledge what the other says */
    bool open_known;   /* its OPEN was seen: asn, router_id, hold, open */
    uint32_t asn;      /* 0 unknown; may be inferred where there is no OPEN */
    bool asn_inferred;
    uint32_t router_id; /* host order; 0 unknown */
    uint16_t hold;      /* offered, seconds */
    uint8_t *open;      /* the latest OPEN as on the wire, header included; NULL if none was seen */
    uint16_t open_size;
    bool open_cut;        /* the capture has only its beginning */
    enum bgp_state state; /* that this side's own router would show */
    struct stamp state_since;
    unsigned established_count; /* how often it went to Established */
    unsigned lost_count;        /* how often it left Established */
    bool margin_known;
    struct span min_margin; /* least that was left of its hold time when something came */
    struct stamp min_margin_when;
    struct bgp_margin {
        bool known;
        int64_t start_s; /* seconds since the epoch, a multiple of ten */
        struct span least;
    } margins
        [2]; /* the least within ten seconds of packet time: the latest in which something came, and the one before */
    struct stamp last_heard;          /* last KEEPALIVE or UPDATE that was delivered to it */
    uint64_t messages[SIDE_MESSAGES]; /* that it sent */
    uint64_t message_bytes;
    uint64_t announced, withdrawn; /* prefixes that it sent, all families */
    uint32_t *routes;              /* what the other side has from it now: FAMILY_COUNT counts; NULL: none */
    struct tcp_facts tcp;          /* of what it sends */
};

struct bgp_peering {
    uint32_t id;              /* 1, 2, 3 … */
    char name[2 * ADDR_TEXT]; /* "10.0.12.1-10.0.12.2": the same in every run */
    struct bgp_side side[2];  /* the lower address first */
    enum peering_type type;
    uint16_t hold; /* agreed: the lesser of both; valid if hold_known. 0: no keepalives */
    bool hold_known;
    bool midway;               /* its first connection was joined in mid-session */
    unsigned connection_count; /* attempts and connections so far */
    struct stamp first, last;  /* first and last packet */
    uint64_t packets;
};

/* One TCP connection, or an attempt at one. */
struct bgp_connection {
    uint32_t id; /* within the capture */
    uint32_t peering;
    int active;                       /* which side sent the SYN; -1 unknown */
    uint16_t ports[2];                /* by side */
    struct stream_ref opened, closed; /* closed.frame 0: still open */
    enum conn_end end;
    int end_by;           /* which side; -1 unknown */
    unsigned established; /* sides that reached Established: 0, 1, 2 */
};

/* A table on its way: the first that a side sent in a connection. */
enum { TRANSFER_LINE = 41 };
struct bgp_transfer {
    uint32_t peering, connection;
    int side;                      /* who sent it */
    struct stream_ref first, last; /* UPDATEs of it */
    uint64_t routes;
    bool end_of_rib;                  /* closed it */
    struct span sender, window, loss; /* what of the time went to them */
    char line
        [TRANSFER_LINE]; /* a letter for each part of the time, see transfer_line; "": too short for one */
    struct span part;    /* how long a part is */
    unsigned pauses;     /* of the sender, that are of one length: a timer of its own; 0: none */
    struct span pause;   /* that length */
};

/* A loss of routes, and what followed until nothing changed any more. Of a large loss a part is followed, chosen by
 * chance: what is said of prefixes and changes is of that part. */
enum { EPISODE_SIDES = 64 };
enum episode_trigger { EPISODE_WITHDRAWAL, EPISODE_SESSION };
enum episode_end {
    EPISODE_SETTLED,
    EPISODE_GOES_ON,  /* the capture ended before it had been quiet for long enough */
    EPISODE_RESTLESS, /* it was given up: changes went on and on */
    EPISODE_ENDS
};
const char *episode_end_name(enum episode_end);         /* "settled", "goes-on", "restless" */
const char *episode_trigger_name(enum episode_trigger); /* "withdrawal", "session-lost" */

struct episode_side { /* who told what */
    uint32_t peering;
    int side;
    bool down;                     /* its session ended */
    uint64_t lost;                 /* routes that went at first, followed or not */
    struct stream_ref first, last; /* changes */
    uint64_t withdrawn, replaced, announced;
};

struct bgp_episode {
    uint32_t id; /* 1, 2, 3 … */
    enum episode_trigger trigger;
    uint32_t peering; /* where it began */
    int side;         /* who withdrew, or ended the session; -1 unknown */
    int cause;        /* enum finding_code: what was found of that; CODE_COUNT: nothing */
    bool kept;        /* graceful restart: other routes of a lost session stayed. RFC 4724 4.2 */
    enum episode_end end;
    struct stream_ref first, last;        /* frame 0: a timer */
    struct span quiet;                    /* without a change: then it is over */
    uint64_t lost;                        /* routes */
    uint64_t part;                        /* followed: so many of 2^32 */
    uint32_t prefixes, back, other, gone; /* of those followed: what became of them */
    uint64_t withdrawn, replaced, announced;
    uint32_t explored_most, explored_median; /* paths of a prefix that were given up again */
    struct span half, most;                  /* until half, and 95 of 100, of the prefixes had changed last */
    bool missed;                             /* the capture lacks part of it */
    unsigned side_count;
    bool more_sides; /* than there is room for */
    struct episode_side sides[EPISODE_SIDES];
};

struct bgp_transition {
    uint32_t peering, connection;
    int side;
    enum bgp_state from, to;
    struct stream_ref ref; /* frame 0: a timer, no packet */
    const char *cause;     /* "open-sent", "keepalive-received", "mid-stream" …: static text */
};

/* The capture as a whole, as far as packets tell. */
enum { CUT_ERRORS_KEPT = 8 };

struct capture_facts {
    struct stamp first, last;
    uint64_t packets, bytes; /* on the wire */
    uint64_t bgp_packets, ospf_packets, icmp_errors;
    uint64_t truncated, copies; /* of those that concern us */
    uint64_t one_way; /* BGP packets of connections of which the other end is not heard, or not any more */
    uint64_t damaged_frames, encrypted;
    uint64_t fragments_lost;
    uint64_t messages, announced, withdrawn; /* BGP, all sessions */
    uint64_t dropped;                        /* live: by the tap itself, as it says */
    const char *unkept;                      /* live: why what happens cannot be kept; NULL: it can */
    bool kept_anew;                          /* … it is, but what was kept before was taken away */
    const char *away;                        /* live: interfaces on which nothing can be heard; NULL: none */
    uint64_t missed_before, dropped_before;  /* live: so long ago that it is no news */
    uint64_t stepped_back; /* packets whose time was before the one before them by over a second */
    uint64_t probes;       /* SYNs to the BGP port that look like a port scan */
    struct addr cut_errors
        [CUT_ERRORS_KEPT]; /* to whom ICMP errors went of which the capture has too little to tell more */
    uint64_t cut_error_count;
    uint64_t
        carried[CARRIERS];   /* of those that concern us: what they came in; a packet may count for several */
    uint64_t limit_peerings; /* packets passed over because there were too many peerings */
};

#endif
