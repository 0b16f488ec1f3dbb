/* One TCP connection of a peering (or an attempt at one) seen from outside: two ends, each with its own state machine,
 * driven by what was *delivered* to that end. Written by session*.c and tcp_health.c; rules read it as const.
 *
 * Ends are numbered as the sides of the peering: 0 is the lower address. */
#ifndef STATE_SESSION_H
#define STATE_SESSION_H

#include "decode/tcp.h"
#include "state/bgp_facts.h"
#include "state/bgp_rib.h"
#include "state/converge.h"
#include "state/transfer.h"

/* A run of messages that was seen and not yet acknowledged. */
struct delivery {
    uint32_t end_seq;
    uint8_t what;          /* bits of enum delivered */
    bool resent;           /* seen more than once */
    struct stream_ref ref; /* the latest sight of it */
};

enum delivered {
    DELIVERED_OPEN = 1,
    DELIVERED_KEEPALIVE = 2,
    DELIVERED_UPDATE = 4,
    DELIVERED_NOTIFICATION = 8,
    DELIVERED_OTHER = 16
};

enum { DELIVERIES = 16 };

/* What one end sends, as TCP. */
struct half {
    struct stream *stream;
    struct cursor ahead; /* of the segment at hand: what the routes were not warned of yet */
    struct stream_ref first, last, last_data; /* packets of this end; frame 0: none */
    struct stream_ref syn, fin, rst;          /* first of each */
    struct stream_ref heard_ack;              /* last packet that carried an ACK flag */
    unsigned syn_count;                       /* transmissions of its SYN or SYN/ACK */
    bool syn_ack;                             /* its SYN was a SYN/ACK */
    bool seq_known, bare; /* bare: only what carries no data was seen, and tells the number as well */
    uint32_t fin_seq;     /* of its FIN; valid if fin.frame */
    uint32_t rst_seq;     /* of its RST; valid if rst.frame */
    bool
        rst_answers; /* its RST has no ACK flag: to a segment of a connection that it does not know. RFC 9293 3.10.7.1 */
    uint32_t circuit; /* of its first packet: VLAN tags and the like */
    bool mac_known, rst_mac_known;
    uint8_t mac[6], rst_mac[6]; /* from which its packets came, but for its RST; that came from */
    uint32_t isn, next;         /* next: behind the last byte seen */
    bool ack_known;
    uint32_t acked;              /* the other end acknowledged everything before it */
    struct stream_ref ack_moved; /* when that last moved */
    uint8_t syn_ttl, data_ttl, rst_ttl;
    bool md5, unsigned_seen, ao;
    bool key_checked;   /* a digest was verified */
    unsigned key_right; /* … by the key of this number, from 1; equal keys have one number; 0: by none */
    uint16_t mss;
    int wscale;      /* -1: not offered */
    uint32_t window; /* advertised, scaled when the factor is known */
    bool shut;       /* window 0 */
    struct stream_ref shut_ref;
    struct span shut_time; /* in all */
    struct span shut_longest;
    /* the segment that is sent again and again */
    uint32_t stuck_seq, stuck_size;
    unsigned stuck_count; /* times it was sent again without progress */
    struct stream_ref stuck_first, stuck_last;
    /* sizes: largest payload that was acknowledged, least that was lost again and again */
    uint32_t largest_acked, smallest_lost;
    uint32_t pending_size, pending_seq; /* largest unacknowledged payload, and behind it */
    uint32_t sample_size, sample_seq;   /* one that is on its way, and was sent once; behind it */
    uint64_t segments, retransmissions, copies, probes;
    uint64_t retransmissions_before; /* when it last sent something new */
    unsigned resend_runs;            /* different segments that were sent again */
    struct stream_ref resent_first, resent_last;
    uint64_t bytes;
    uint64_t missed; /* bytes that the capture missed */
    /* one round trip measured at a time */
    bool timing;
    uint32_t timed_seq;
    struct stamp timed_since;
    unsigned delivery_count;
    struct delivery deliveries[DELIVERIES];
};

/* What an OPEN said that matters later; cursors into the message are gone. */
struct open_facts {
    struct stream_ref ref;
    uint32_t asn, router_id;
    uint16_t my_as, hold, restart_time;
    uint8_t version, odd_param;
    int role;
    uint64_t families, add_path_send, add_path_receive, restart_families, forwarding;
    bool has_multiprotocol, as4, route_refresh, enhanced_refresh, extended_message, graceful, restarting,
        n_bit, llgr, extended_params;
    bool cut;
};

struct notification_facts {
    struct stream_ref ref;
    uint8_t code, subcode, inner_code, inner_subcode;
    bool has_inner, has_limit, has_as, has_hold;
    bool before_open;            /* its sender had sent no OPEN */
    uint32_t limit, asn, routes; /* routes: what its sender had from the other side, of that family */
    uint16_t hold;
    enum bgp_family limit_family;
    char text[256];   /* shutdown communication */
    uint8_t data[24]; /* the first bytes of the data */
    uint8_t data_size;
};

/* fewer routes are no table: what comes first may be a route or two of its own */
enum { GAPS = 16, TABLE_LEAST = 500 };

/* What one end is as a BGP speaker, in this connection. */
struct end {
    enum bgp_state state;
    struct stamp state_since;
    unsigned open_count; /* OPENs that it sent */
    struct open_facts open;
    bool open_received;               /* the other's OPEN was delivered to it */
    struct stream_ref keepalive_sent; /* first one */
    struct stream_ref keepalive_received;
    struct stream_ref established; /* frame and time; when unset: never */
    struct stream_ref last_heard;  /* last KEEPALIVE or UPDATE delivered to it; the OPEN before that */
    struct stream_ref last_spoke;  /* last BGP message of its own */
    struct stamp heard_unseen;     /* bytes that are not in the capture were delivered to it by then */
    bool heard_hole;     /* … or of both ends nothing was seen: no silence is measured across that */
    uint32_t read_until; /* behind the last message of its own whose type is known */
    bool read_any;
    struct span longest_silence; /* between two things that it heard, while Established */
    struct stream_ref silence_from, silence_until;
    uint32_t keepalive_gap_ms[GAPS]; /* between KEEPALIVEs that it sent: the latest ones */
    unsigned keepalive_gaps;
    struct stream_ref last_keepalive;
    struct stamp hold_fired; /* its hold time ran out then, by our reckoning */
    bool hold_ran_out;
    bool hold_told;
    bool closed; /* knows that the connection is over */
    struct stream_ref
        dialled_anew; /* left the session without a word that was seen, and dialled another then */
    bool missed;      /* … while the other end held it, and spoke on it */
    unsigned notification_count;
    struct notification_facts *notification; /* the first that it sent; owned; NULL: none */
    bool notification_delivered;
    uint64_t messages[SIDE_MESSAGES];
    uint64_t announced, withdrawn;
    uint64_t end_of_rib; /* bit per family */
    /* the first transfer of its table */
    struct stream_ref transfer_first, transfer_last;
    uint64_t transfer_routes;
    bool transfer_over;
    uint64_t transfer_told;    /* as it was told last: twice its routes, and one if End-of-RIB closed it */
    struct transfer *transfer; /* owned; NULL: nothing was lost yet */
    uint64_t refreshing,
        whole;                /* bit per family: being sent again from its beginning; sent again, all of it */
    uint64_t doubted;         /* likewise: since a BoRR, and nothing was missed. RFC 7313 */
    bool settled;             /* its first table, however small, is over; kept only for EVENT_ROUTES */
    struct stamp last_update; /* likewise */
    struct span transfer_sender, transfer_window, transfer_loss; /* time lost to … */
    struct span wait_sender, wait_window, wait_loss;             /* likewise, since the last route of it */
    struct stream_ref bad_header;                                /* bytes that are no BGP */
    enum fault_code bad_fault;
    uint8_t bad_type;
    uint16_t bad_length;
};

struct peering;

struct session {
    struct bgp_connection facts;
    struct peering *peering;
    struct session *next; /* older one of the same peering */
    struct half half[2];
    struct end end[2];
    struct bgp_ctx ctx[2];   /* how to read what each end sends */
    bool ctx_known;          /* both OPENs were seen */
    struct bgp_guess *guess; /* two of them; while the OPENs are not known; NULL else */
    uint16_t hold;           /* agreed */
    bool hold_known;
    bool midway;          /* joined without its handshake */
    struct stamp resumed; /* both ends had been silent for most of the hold time, and one was seen again */
    struct span quiet_longest; /* … for at most that long */
    bool established_both, was_established;
    bool over;      /* both ends know, or nobody cares any more */
    bool lost_told; /* the loss of an established session was told */
    bool too_early; /* UPDATEs came before it was established */
    bool outcome_told, closed_told;
    bool collided;          /* another connection of the peering was open when its OPEN came */
    struct stream_ref icmp; /* an ICMP error quoted it */
    int icmp_side;          /* whose packet it quotes */
    uint8_t icmp_type, icmp_code;
    bool icmp_v6;
    struct addr icmp_from;
    uint32_t icmp_mtu;
    uint64_t recent[8]; /* signatures of the latest packets: to know copies */
    struct stamp recent_when[8];
    unsigned recent_at;
};

/* Why an attempt to connect came to nothing. */
enum attempt_outcome {
    ATTEMPT_PENDING,
    ATTEMPT_CONNECTED,
    ATTEMPT_NO_REPLY,
    ATTEMPT_REFUSED,
    ATTEMPT_ICMP,
    ATTEMPT_UNHEARD, /* a SYN/ACK stands in the capture, and the initiator goes on sending its SYN */
    ATTEMPT_CLOSED,  /* handshake complete, then closed by the acceptor without an OPEN */
    ATTEMPT_ABANDONED,
    ATTEMPT_OUTCOMES
};

/* How one side's SYNs are signed, and how many had no answer. */
struct signing {
    bool md5, unsigned_seen, ao;
    bool ao_keys; /* these two are of the last SYN with TCP-AO: RFC 5925, section 2.2 */
    uint8_t ao_key, ao_rnext;
    struct stream_ref md5_ref, unsigned_ref;
    struct stream_ref first, last;
    unsigned total, silent;
};

/* Attempts of one side, over the whole capture. */
struct attempts {
    unsigned count[ATTEMPT_OUTCOMES];
    unsigned total;
    struct stream_ref first, last;                 /* SYNs */
    struct stream_ref of[ATTEMPT_OUTCOMES][3];     /* the first, and the latest two of each kind: SYN */
    struct stream_ref answer[ATTEMPT_OUTCOMES][3]; /* … and what answered it */
    enum attempt_outcome last_outcome;
    struct signing signing;           /* since the peering was last up: keys may have been changed then */
    unsigned unanswered_since_answer; /* SYNs in a row without any reply */
};

enum { LOSSES_KEPT = 8 };

struct loss {
    struct stream_ref ref;
    struct span lasted;
    bool hold; /* by hold time */
};

/* ROUTE-REFRESHes that a side sent to ask for routes, within a minute; and the most that it ever did. */
struct refreshes {
    unsigned count, most;
    struct stream_ref since, most_since, most_last;
};

struct stale;

struct peering {
    struct bgp_peering facts;
    struct session *sessions; /* newest first; a few closed ones are kept */
    unsigned session_count;
    struct attempts attempts[2];   /* by who dialled */
    struct rib_side *rib[2];       /* what each side announced */
    struct stale *stale[2];        /* … and what of it outlived the session; owned; NULL: nothing */
    struct refreshes refreshes[2]; /* by who asked */
    unsigned losses;
    struct loss loss[LOSSES_KEPT]; /* the latest */
    struct stamp deaf;             /* nobody listened until then where it was heard last */
    bool announced_event;
    bool ever_established;
    struct stamp first_up; /* when it was established for the first time; valid if ever_established */
    bool between_networks; /* eBGP, and the ASes of both sides are public ones */
    bool bgp_seen;         /* a BGP message was seen: it is no scanner */
    /* graceful restart */
    struct open_facts last_open[2]; /* of the session before */
    bool had_session;
    struct stream_ref heard_ack[2]; /* of each side: its last packet that acknowledged something */
    uint8_t mac[2][6]; /* from which the packets of each side come, or where they go; zero: not known */
    struct stream_ref answered[2];  /* when a side last took part: a SYN of its own, a SYN/ACK, data */
    struct stream_ref session_lost; /* when the last one was lost */
    int lost_by;                    /* who is to blame for that; -1 unknown */
    bool lost_by_notification;
    enum bgp_state rest[2]; /* the state when no connection speaks for the side */
    /* withdrawals within a short while, with the session up */
    uint64_t gone[2];          /* routes removed since */
    uint32_t routes_before[2]; /* routes that there were then */
    struct stream_ref gone_since[2], gone_until[2];
    bool withdrawing[2]; /* more than half of them: told once for each collapse */
    bool collapse_told[2];
    struct losing losing[2]; /* the withdrawals of each side at present */
    struct stamp reviewed;   /* live: engine_review.c */
    uint32_t flapping[2];    /* prefixes of each side that flap */
    uint32_t flaps_most[2];  /* of the worst of them */
    uint32_t flap_records;   /* which of the latest UPDATE's notable routes became the worst: a bit each */
};

/* Part of what this end sent is not in the capture, and nothing that it sent later is: by what the other end
 * acknowledges, and by the sequence numbers of its own FIN or RST. So nobody knows what it said last, yet at least. */
bool session_unseen(const struct session *, int who);
/* What this end said last stands in the capture, far enough to tell of what type it is. */
bool session_read_whole(const struct session *, int who);
/* The first table that this end sent, as far as it came. False: there is nothing to be told of it. */
bool session_transfer(const struct session *, int side, struct bgp_transfer *);
/* More of a table came a moment ago. */
bool session_transfer_goes_on(const struct session *, struct stamp now);
/* When something was last delivered to this end. */
struct stamp session_heard(const struct end *);

/* Seconds; what the OPENs agreed or, where they were not seen, what the rhythm of KEEPALIVEs says. 0 unknown. */
unsigned hold_estimate(const struct session *);

/* TTL of data, else of the SYN that it sent as initiator; 0 unknown. */
static inline uint8_t half_ttl(const struct half *h)
{
    return h->data_ttl ? h->data_ttl : (h->syn_ack ? 0 : h->syn_ttl);
}

#endif
