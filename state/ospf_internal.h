/* What the files of OSPF's state share: ospf.c, ospf_speaker.c, ospf_link.c, ospf_hello.c, ospf_pair.c,
 * ospf_adjacency.c, ospf_neighbor.c, ospf_watch.c, ospf_exchange.c, ospf_heads.c, ospf_flood.c, ospf_fate.c, ospf_router.c. */
#ifndef STATE_OSPF_INTERNAL_H
#define STATE_OSPF_INTERNAL_H

#include "state/engine_internal.h"
#include "state/ospf.h"
#include "state/ospf_lsdb.h"

/* Speakers that one capture point shows under one tag, of one version and instance: they may share a link. */
struct ospf_segment {
    uint32_t id;
    uint8_t version, instance;
    uint16_t vlan, carriers;
    uint32_t circuit;
    bool several;     /* one router speaks here on several links: so does the capture point */
    uint32_t doubles; /* router IDs that speak here from several addresses */
    struct ospf_speaker **speakers;
    struct ospf_wire **links;
    uint32_t speaker_count, speaker_room, link_count, link_room;
};

/* A packet on its way through. */
struct ospf_in {
    const struct frame *frame;
    const struct ospf_packet *packet;
    struct stream_ref ref;
    struct ospf_segment *segment;
    struct ospf_speaker *from;
    struct adjacency *to; /* whom it is for; NULL: all of the link, or nobody known */
    bool group;           /* sent to all routers, or all designated routers, of the link */
};

/* LSA headers that one side described to the other; or of these, those that the other has to ask for, in the order of
 * their entries' numbers. */
struct ospf_head {
    struct ospf_lsa_facts *lsa;
    uint32_t sequence;
    uint32_t number : 31; /* the entry's */
    bool got : 1;
};
struct ospf_heads {
    struct ospf_head *list;
    uint32_t count, room;
    uint32_t near; /* what was found last */
};

/* An adjacency with what only its own files see. */
struct adjacency {
    struct ospf_adjacency facts; /* first: what others get a pointer to */
    struct ospf_heads heads[2];
    struct ospf_heads lacks[2]; /* list only while side[].lacks */
    struct ospf_owed *wants[2], *unacked[2];
};

/* A request or a retransmission that waits for an LSA. */
struct ospf_owed {
    struct ospf_owed *next;               /* for the same LSA */
    struct ospf_owed *of_next, **of_back; /* of the same side */
    struct ospf_lsa_facts *lsa;
    struct adjacency *adjacency;
    uint32_t sequence;
    uint16_t checksum, sent; /* sent: how often */
    uint8_t side;
    bool want;  /* this side asked for it; else it has sent it */
    bool group; /* … to the group, at first */
    uint32_t file;
    uint64_t frame;
    struct stamp first, last; /* when it was sent */
};

/* Size of what tells speakers apart. */
enum { OSPF_SPEAKER_KEY = 12 + 2 * sizeof(struct addr), OSPF_PLACE_KEY = 12 + sizeof(struct addr) };
/* A prefix that an LSA no longer describes. */
struct ospf_gone {
    struct addr prefix;
    uint8_t bits;
    const struct ospf_lsa_facts *lsa;
    struct stream_ref ref;
};

enum { OSPF_GONE_KEPT = 512 };
enum { OSPF_COPIES = 1024, OSPF_ALIASES = 16, OSPF_DOMAINS = 64 };

struct ospf {
    struct engine *engine;
    struct ospf_segment **segments;
    uint32_t segment_count, segment_room;
    struct table segment_keys; /* segments by what tells them apart */
    struct table speakers;     /* by what tells them apart: ospf_speaker.c */
    struct table siblings;     /* by version, instance and router ID: the first speaker of that ID */
    struct table namesakes;    /* by segment and router ID: the first speaker of that ID */
    struct table incumbents;   /* by segment, area and address: who spoke from there last */
    struct table adjacencies;  /* by ids of both speakers */
    struct ospf_wire **links;
    uint32_t link_count, link_room;
    struct ospf_lsdb *domains[OSPF_DOMAINS];
    uint32_t domain_count;
    struct stamp swept, paired; /* when timers, and those who are alone, were last looked at */
    struct ospf_budget budget;
    struct ospf_owed *spare; /* free ones */
    void *owed_blocks;
    uint32_t owed_count;
    uint32_t mark;
    uint32_t exchanging; /* sides in Exchange */
    uint32_t lacking;    /* sides that have something to ask for */
    struct {
        uint64_t signature;
        struct stamp when;
        uint32_t circuit;
        uint16_t carriers;
    } copies[OSPF_COPIES];
    struct {
        uint32_t circuit, of_circuit;
        uint16_t carriers, of_carriers;
    } aliases[OSPF_ALIASES]; /* tags that show what others show, too */
    uint32_t alias_count;
    /* routers: made when they are asked for */
    bool routers_made;
    struct table routers, addresses; /* addresses: whose they are */
    struct ospf_router_facts **router_list;
    uint32_t router_count;
    uint64_t routers_at; /* packets by then */
    /* prefixes of all databases, and those that went: the latest */
    bool covered_made;
    struct table covered;
    uint64_t covered_at; /* all revisions by then */
    uint32_t unread;     /* LSAs of which the capture has too little to know what they describe */
    struct ospf_gone gone[OSPF_GONE_KEPT];
    uint64_t gone_count;
};

/* Sequence numbers are signed (RFC 2328 12.1.6). */
static inline bool ospf_reaches(uint32_t sequence, uint32_t least)
{
    return (sequence ^ 0x80000000) >= (least ^ 0x80000000);
}

/* ---- ospf_speaker.c: who speaks ---- */

/* Where the speaker was heard. */
struct ospf_segment *ospf_segment_of(const struct ospf *, const struct ospf_speaker *);
struct ospf_segment *ospf_segment_get(struct ospf *, const struct ospf_packet *, const struct frame *);
/* The speaker of the packet; a new one where it is the first. NULL without memory, or when there are too many. */
struct ospf_speaker *ospf_speaker_get(struct ospf *, struct ospf_in *);
/* One that others speak of and that was not seen (yet). */
struct ospf_speaker *ospf_speaker_unseen(struct ospf *, struct ospf_segment *, uint32_t router_id,
                                         const struct ospf_speaker *listed_by);
/* Who speaks from that address of the segment, in the area of `of` and as that does over a virtual link or not; NULL:
 * nobody yet. */
struct ospf_speaker *ospf_speaker_at(const struct ospf *, const struct ospf_speaker *of, const struct addr *);
/* The first speaker of that router, on whatever link; the others by ->sibling. */
struct ospf_speaker *ospf_sibling(const struct ospf *, const struct ospf_speaker *);
/* The first speaker of that router ID; the others by ->namesake. */
struct ospf_speaker *ospf_namesake(const struct ospf *, const struct ospf_segment *, uint32_t router_id);
void ospf_speaker_auth(struct ospf *, struct ospf_in *);
/* The router IDs that its Hello lists; true if they are others than before. */
bool ospf_speaker_list(struct ospf_speaker *, struct cursor ids);
bool ospf_speaker_lists(const struct ospf_speaker *, uint32_t router_id);
void ospf_speaker_free(struct ospf_speaker *);

/* ---- ospf_link.c: who shares a link ---- */

/* Puts the speaker on the link where its Hello says that it is. */
void ospf_link_place(struct ospf *, struct ospf_segment *, struct ospf_speaker *);
/* Both hear each other: their links are one. */
void ospf_link_merge(struct ospf *, struct ospf_wire *into, struct ospf_wire *from);
/* Looks at who calls itself designated router. */
void ospf_link_designate(struct ospf *, struct ospf_speaker *, struct stream_ref);
/* How the link is treated, as far as its members show. */
void ospf_link_reckon(struct ospf_wire *);

/* ---- ospf_watch.c: whether a link was in sight ---- */

/* The speaker says something. */
void ospf_watch(const struct ospf *, const struct ospf_speaker *, struct stream_ref);
/* Both are about to be one. */
void ospf_watch_merged(const struct ospf *, struct ospf_wire *into, const struct ospf_wire *from);
/* Within this time its next Hello comes. */
struct span ospf_patience(const struct ospf_speaker *);
/* By now something of the speaker's link has been seen as lately as its Hellos let expect: that somebody else is silent
 * tells something. */
bool ospf_in_sight(const struct ospf *, const struct ospf_speaker *, struct stamp now);

/* ---- ospf_hello.c: Hellos ---- */

void ospf_hear_hello(struct ospf *, struct ospf_in *);

/* ---- ospf_pair.c: who is whose neighbour ---- */

/* Adjacencies with those whom the sender's Hello lists, or that listed it before it was seen. */
void ospf_pair_listed(struct ospf *, struct ospf_in *);
/* Those who are alone on a link and might be on one: adjacencies that never were. */
void ospf_pair_lonely(struct ospf *, struct ospf_segment *, struct stamp now, bool at_end);

/* ---- ospf_adjacency.c: two routers, and what is kept of them ---- */

/* The adjacency of two speakers; makes it. NULL without memory or when there are too many. */
struct adjacency *ospf_adjacency_get(struct ospf *, struct ospf_speaker *, struct ospf_speaker *,
                                     struct stream_ref);
/* In either order; NULL: there is none. */
struct adjacency *ospf_adjacency_find(const struct ospf *, const struct ospf_speaker *,
                                      const struct ospf_speaker *);
/* The unseen end turns out to be this speaker. */
void ospf_adjacency_adopt(struct ospf *, struct adjacency *, struct ospf_speaker *unseen,
                          struct ospf_speaker *);
void ospf_adjacency_free(struct ospf *, struct adjacency *);
/* Two of one ID are no neighbours: rules look at them, nobody else. */
static inline bool ospf_is_told(const struct ospf_adjacency *a)
{
    return a->end[0]->router_id != a->end[1]->router_id;
}
/* Which side of it this speaker is. */
static inline int ospf_side(const struct adjacency *a, const struct ospf_speaker *s)
{
    return a->facts.end[1] == s;
}

/* ---- ospf_neighbor.c: what one shows of the other ---- */

/* The event happens to that side. */
void ospf_on(struct ospf *, struct adjacency *, int side, enum ospf_nbr_event, struct stream_ref);
/* In mid-stream: it must be in this state. */
void ospf_joined(struct ospf *, struct adjacency *, int side, enum ospf_state, struct stream_ref);
/* The event passed on the wire; what the side does next will prove that it arrived. */
void ospf_expect(struct ospf_neighbor *, enum ospf_nbr_event, struct stream_ref);
/* It did arrive: it, and what came before. True if it was expected. */
bool ospf_proven(struct ospf *, struct adjacency *, int side, enum ospf_nbr_event);
/* It did not, nor what came behind it. */
void ospf_doubt(struct ospf_neighbor *, enum ospf_nbr_event);
bool ospf_expects(const struct ospf_neighbor *, enum ospf_nbr_event);
/* The side evidently hears the other, and knows that it is heard. */
void ospf_is_two_way(struct ospf *, struct adjacency *, int side, struct stream_ref);
/* The side lists the other, though not for the first time (at `ref`). */
void ospf_is_heard(struct ospf *, struct adjacency *, int side, struct stream_ref);
/* Infers what cannot be seen of a side that was joined in mid-stream. */
void ospf_infer(struct ospf *, struct adjacency *, struct stream_ref now);
/* RFC 2328 10.2: when this side gives the other up, by what was seen. STAMP_NEVER: not known. */
struct stamp ospf_deadline(const struct ospf_adjacency *, int side);
/* Fires what is due. */
void ospf_neighbor_timers(struct ospf *, struct adjacency *, struct stamp now, bool at_end);

/* ---- ospf_exchange.c: Database Descriptions and Requests ---- */

void ospf_hear_dbdesc(struct ospf *, struct ospf_in *);
void ospf_hear_request(struct ospf *, struct ospf_in *);
/* The exchange begins anew, or is over: what was kept for it goes. */
void ospf_exchange_forget(struct ospf *, struct adjacency *);
/* Something that the side asked for, or has to ask for, came in. */
void ospf_exchange_got(struct ospf *, struct adjacency *, int side, struct ospf_lsa_facts *,
                       struct stream_ref);

/* ---- ospf_heads.c: what was described ---- */

void ospf_heads_add(struct adjacency *, int side, const struct ospf_lsa *, struct ospf_lsa_facts *);
void ospf_heads_forget(struct adjacency *, int side);
/* The speaker's router has this instance now: it need not ask for it. */
void ospf_heads_has(struct ospf *, const struct ospf_speaker *, struct ospf_lsa_facts *,
                    const struct ospf_lsa *);
/* What the other described and this side did not: those it has to ask for. */
void ospf_lacks_reckon(struct ospf *, struct adjacency *, int side);
void ospf_lacks_forget(struct ospf *, struct adjacency *, int side);
/* NULL: it does not lack it, or has asked for it. */
struct ospf_head *ospf_lacks_find(struct adjacency *, int side, const struct ospf_lsa_facts *);
void ospf_lacks_got(struct ospf *, struct adjacency *, int side, struct ospf_head *);

/* ---- ospf_flood.c: Updates and Acknowledgments ---- */

void ospf_hear_update(struct ospf *, struct ospf_in *);
void ospf_hear_ack(struct ospf *, struct ospf_in *);
struct ospf_owed *ospf_owed_new(struct ospf *, struct adjacency *, int side, struct ospf_lsa_facts *,
                                bool want);
void ospf_owed_free(struct ospf *, struct ospf_owed *);
void ospf_owed_clear(struct ospf *, struct ospf_owed **all);
void ospf_owed_free_all(struct ospf *);
struct ospf_owed *ospf_owed_find(const struct ospf_lsa_facts *, const struct adjacency *, int side,
                                 bool want);

/* ---- ospf_fate.c ---- */

/* An LSA changed or was flushed: which prefixes it no longer describes. */
void ospf_fate_changed(struct ospf *, const struct ospf_lsdb *, const struct ospf_lsa_facts *,
                       enum ospf_change, struct stream_ref);
void ospf_fate_free(struct ospf *);

/* ---- ospf_router.c ---- */

void ospf_routers_free(struct ospf *);

/* ---- ospf.c ---- */

static inline struct ospf_lsa_seen ospf_seen(const struct ospf_in *in)
{
    return (struct ospf_lsa_seen){ in->packet->area, in->from->link ? in->from->link->id : 0, in->from->id,
                                   in->ref };
}
/* Tells what became of an LSA. lsa: the instance as it came, or NULL if only its header did. */
void ospf_lsa_changed(struct ospf *, const struct ospf_lsdb *, const struct ospf_lsa_facts *,
                      enum ospf_change, struct stream_ref, const struct ospf_lsa *);

/* Calls the function for every adjacency of the sender that the packet is for. */
typedef void ospf_each(struct ospf *, struct ospf_in *, struct adjacency *, int from, void *);
void ospf_for_each(struct ospf *, struct ospf_in *, ospf_each *, void *);
struct ospf_lsdb *ospf_domain(struct ospf *, uint8_t version, uint8_t instance);
void ospf_happen(struct ospf *, enum happening_kind, const struct adjacency *, int side, struct stream_ref);

#endif
