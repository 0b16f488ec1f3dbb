/* The shape of a rule: something happened; const facts in, findings out.
 * A rule keeps nothing, reads no clock and prints nothing: it looks and says. What needs memory is a fact. */
#ifndef STATE_RULES_RULE_H
#define STATE_RULES_RULE_H

#include "state/findings.h"
#include "state/ospf.h"
#include "state/session.h"

enum happening_kind {
    HAPPEN_ATTEMPT,      /* an attempt to connect came to nothing: outcome, side = who dialled */
    HAPPEN_OPENS,        /* both OPENs of a connection are known */
    HAPPEN_NOTIFICATION, /* side sent one */
    HAPPEN_ESTABLISHED,  /* both ends are */
    HAPPEN_LOST,         /* an established session ended; side = who ended it, -1 unknown */
    HAPPEN_HOLD,         /* side's hold time ran out */
    HAPPEN_MISSED,       /* side left a session without a word, and the other end speaks on it */
    HAPPEN_CLOSED,       /* a connection ended (established or not) */
    HAPPEN_FORGOTTEN,    /* nothing more will come of a connection */
    HAPPEN_BAD_HEADER,   /* side sent bytes that are no BGP */
    HAPPEN_UPDATE,       /* an UPDATE of side with something worth a look: update, news */
    HAPPEN_JUDGED,       /* other payloads call routes of side invalid that stand: judged */
    HAPPEN_PEERING_END,  /* the capture ends: all that is to be said of a peering */
    HAPPEN_CAPTURE_END,  /* … and of the whole */
    /* OSPF: the fields below that are named */
    HAPPEN_OSPF_STATE, /* side's view of the other changed: adjacency, ospf_from, ospf_to, ospf_on */
    HAPPEN_OSPF_DEAF, /* side let the other go, whose Hellos go on, and does not take it up again: adjacency */
    HAPPEN_OSPF_MARGIN,     /* little was left of side's dead interval: adjacency */
    HAPPEN_OSPF_CHECK,      /* now and then, and at the end (final): adjacency */
    HAPPEN_OSPF_DESIGNATED, /* another DR or BDR: wire, wire_before */
    HAPPEN_OSPF_LSA,        /* an LSA changed or was flushed: lsa, change */
    HAPPEN_OSPF_SUM,        /* a packet's checksum is wrong: ospf_packet, ospf_source, speaker or NULL */
    HAPPEN_OSPF_LSA_SUM,    /* an LSA's: ospf_lsa, speaker */
    HAPPENINGS
};

/* Routes that were not invalid until other payloads came; the first of them. */
struct routes_judged {
    uint32_t count, origin; /* origin 0: an AS_SET */
    struct prefix prefix;
    enum rpki_state was;
    struct vrps_against against;
};

struct happening {
    enum happening_kind kind;
    const struct peering *peering;
    const struct session *session;
    int side;
    struct stream_ref ref;
    enum attempt_outcome outcome;
    const struct bgp_msg *msg;
    const struct bgp_update *update;
    const struct bgp_ctx *ctx;
    const struct rib_news *news;
    const struct routes_judged *judged;
    const struct capture_facts *capture;
    const struct table *peerings; /* all of them, for HAPPEN_CAPTURE_END and rules that compare */
    bool again;                   /* about a connection that was told of before: don't count twice */
    bool live;                    /* a review: it only looks like an end, the capture goes on */
    bool watched;                 /* the end of what was live, for HAPPEN_CAPTURE_END */
    struct stamp now;
    const struct ospf_adjacency *adjacency;
    enum ospf_state ospf_from, ospf_to;
    enum ospf_nbr_event ospf_on;
    bool final; /* no more packets */
    const struct ospf_speaker *speaker;
    const struct ospf_wire *wire, *wire_before;
    const struct ospf_lsa_facts *lsa;
    enum ospf_change change;
    const struct ospf_packet *ospf_packet;
    const struct addr *ospf_source;
    const struct ospf_lsa *ospf_lsa;
    struct ospf *ospf; /* for questions over all of it */
};

typedef void rule_fn(const struct happening *, struct findings *);

/* Runs every rule that reads this kind of happening, in the order of rules.def. */
void rules_run(const struct happening *, struct findings *);

/* ---- words that rules share (rule.c) ---- */

/* A draft about the peering of the happening, with `at` as the side to look at first (-1: none named). */
struct draft *rule_draft(struct findings *, const struct happening *, enum finding_code, enum confidence,
                         int at);
/* The address of a side, as findings name it. Returns text. */
const char *side_name(const struct peering *, int side, char text[ADDR_TEXT]);
/* One side at least holds the session for up: what went wrong on the way there is no error any more. */
static inline bool peering_up(const struct peering *p)
{
    return p->facts.side[0].state == STATE_ESTABLISHED || p->facts.side[1].state == STATE_ESTABLISHED;
}
/* A key explains why the attempts of the happening's peering come to nothing (connect_keys.c): told, and true. */
bool connect_signed(const struct happening *, struct findings *);
/* Adds what OSPF knows of why the session of the happening was lost, if it does (ospf_bgp.c). */
void ospf_say_why(struct draft *, const struct happening *);
/* Adds that eBGP multihop may be missing at the side that accepted and fell silent, if routers are on the way to it
 * (tcp_transport.c). */
void say_multihop(struct draft *, const struct happening *, int quiet);
/* "5.0 s", "12 min 4 s", "840 ms". Returns text. */
const char *span_words(struct span, char text[32]);

#endif
