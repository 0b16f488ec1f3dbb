/* Adj-RIB-In: what one side of a peering has from the other, by family, at this moment (RFC 4271 3.2).
 * Prefix and path identifier to a shared set of attributes. */
#ifndef STATE_BGP_RIB_H
#define STATE_BGP_RIB_H

#include "decode/bgp/bgp.h"
#include "decode/stream.h"
#include "state/vrps.h"

/* Memory and attribute sets of all tables of a capture. */
struct rib;
/* The routes that one side announced and has not withdrawn; a few words while it has none. */
struct rib_side;

struct rib *rib_new(size_t budget); /* bytes: ceiling for routes and attributes; NULL without memory */
/* Announced routes are held against these from now on; borrowed. NULL: against none. */
void rib_set_vrps(struct rib *, const struct vrps *);
void rib_free(struct rib *); /* after all its sides */
size_t rib_used(const struct rib *);
uint64_t rib_refused(const struct rib *); /* routes not kept because the budget was gone */

/* No routes yet. NULL at the ceiling; rib_side_free is due. */
struct rib_side *rib_side_new(struct rib *);
void rib_side_free(struct rib_side *);
/* The session ended: all routes go (RFC 4271 6) but for those of families that are kept, a bit each; counts of flaps and
 * the last origin are kept for a while. */
void rib_side_clear(struct rib_side *, uint64_t kept);
/* Routes of these families stay, and are stale, until they are announced again or swept: RFC 4724 4.2, RFC 7313 4.2.
 * Not doubtful: those that are stale are not any more. */
void rib_side_doubt(struct rib_side *, uint64_t families, bool doubtful);
/* Stale routes of these families go, each told before; with a community: those that have it. */
typedef void rib_swept_fn(void *arg, const struct bgp_nlri *, bool path_ids);
void rib_side_sweep(struct rib_side *, uint64_t families, uint32_t community, rib_swept_fn *, void *arg);
uint32_t rib_side_count(const struct rib_side *, enum bgp_family);

enum { RIB_NOTABLE = 8 };

enum rib_notable_kind {
    RIB_ORIGIN_CHANGED, /* a route's origin AS became another while the session was up, or since it was withdrawn */
    RIB_FLAPPED, /* announced again after a withdrawal, for the RIB_FLAPS-th time or more. Flaps are forgotten
                           when the last one is over an hour ago. What a session's end takes away is not withdrawn */
};
enum { RIB_FLAPS = 3 };

struct rib_notable {
    enum rib_notable_kind kind;
    struct bgp_nlri nlri;   /* borrowed from the message */
    uint32_t before, after; /* origin ASes; flaps before this one and with it */
};

/* A route that came, went or changed, of those that somebody follows (rib_follow, rib_side_watch). */
struct rib_move {
    uint64_t prefix; /* by which it is known on every side, the same in every run; its low half is its lot */
    uint32_t mark;   /* for rib_follow */
    uint32_t before, after; /* its attributes, by a hash; 0: it was not there, or is not any more */
    bool worn;              /* withdrawn, and it flaps (RIB_FLAPPED) */
    bool unsaid;            /* it went with the session: nobody withdrew it */
};

/* What one UPDATE did. */
struct rib_news {
    uint32_t announced, withdrawn;          /* NLRI in the message */
    uint32_t added, changed, same, removed; /* what became of them; absent = withdrawn - removed */
    uint32_t worn;                          /* of those removed: routes that flap */
    uint32_t move_count;
    const struct rib_move *moves; /* borrowed until the next rib_feed */
    uint64_t families;            /* bit per family touched */
    struct cursor attrs;          /* of what it announces, as in rib_route; borrowed like the summary */
    enum bgp_verdict verdict; /* what was done with it; BGP_FINE, too, where an attribute was passed over */
    const struct bgp_attrs_summary
        *summary;     /* of its attributes, NULL if it announces nothing; borrowed until the
                                                 next rib_feed */
    bool summary_new; /* these attributes were read for the first time just now */
    unsigned notable_count;
    struct rib_notable notable[RIB_NOTABLE];
    enum fault_code nlri_fault; /* FAULT_COUNT: all NLRI could be read */
    enum bgp_family nlri_fault_family;
    uint32_t bogon_count; /* announced prefixes that are bogons; first of them in bogon */
    struct bgp_nlri bogon;
    const char *bogon_why;
    uint32_t invalid_count; /* announced routes that the RPKI calls invalid; the first of them: */
    struct bgp_nlri invalid;
    struct vrps_against invalid_against;
};

/* Applies an UPDATE that `side` sent. An UPDATE whose attributes RFC 7606 treats as withdrawal withdraws what it
 * announces; one that resets the session, or disables the family, changes nothing. A route in both parts of an UPDATE
 * is announced (RFC 4271 4.3). NLRI before one that cannot be read are applied. */
void rib_feed(struct rib_side *, const struct bgp_update *, const struct bgp_ctx *, struct stream_ref,
              struct rib_news *out);

#define RIB_LOTS (UINT64_C(1) << 32)
/* From now on, news hold the moves of prefixes with this mark (and some others) on all sides; */
void rib_follow(struct rib *, uint32_t mark);
/* … of none; */
void rib_follow_none(struct rib *);
bool rib_is_followed(const struct rib *, uint32_t mark); /* or one that looks alike */
/* … and, of what this side withdraws, of routes whose lot is below this and that do not flap; at first: of all. */
void rib_side_watch(struct rib_side *, uint64_t below);
/* Routes of all families but for these, a bit each. */
uint32_t rib_side_total(const struct rib_side *, uint64_t but);

/* `bytes` hold messages of this side that will be fed soon, the first one from its beginning; the last one need not be
 * whole. Reads memory ahead and changes nothing: rib_feed is several times as fast behind it when tables are large.
 * Returns how many bytes it looked at, whole messages; call it again from there. */
size_t rib_expect(struct rib_side *, const uint8_t *bytes, size_t size, const struct bgp_ctx *);

/* A route as it stands. Its cursors point into this struct, or into the table until the next call that changes it. */
struct rib_route {
    struct bgp_nlri
        nlri; /* with the labels that it was announced with; `raw` is there in families that may have
                             them, or are no prefixes */
    struct cursor
        attrs; /* path attributes as announced; MP_REACH_NLRI has its next hop and no NLRI. Empty when
                                 there was no memory to keep them */
    bool as4;  /* their AS numbers have four bytes */
    bool stale;
    uint32_t origin_as;   /* 0 unknown */
    uint16_t path_length; /* 0: none, or unknown */
    uint8_t flaps;
    uint8_t room[16];
};
/* Of an address family of IPv4 or IPv6 (not of a VPN). */
struct prefix rib_prefix(const struct bgp_nlri *);
struct rib_at {
    uint32_t table, segment, entry;
};
/* Routes of a family one at a time: start with a zeroed *at. The order means nothing and is another one in the next
 * run: sort before showing. Nothing may be fed in between. */
bool rib_next(const struct rib_side *, enum bgp_family, struct rib_at *, struct rib_route *out);
/* The same for a walk that feeding goes on under: a route that stands all the while comes once. Slower. */
struct rib_at_hash {
    uint32_t table, hash, same;
    bool past;
};
bool rib_next_lasting(const struct rib_side *, enum bgp_family, struct rib_at_hash *, struct rib_route *out);
/* Likewise those of all families but for these, as if each went now. */
bool rib_next_move(const struct rib_side *, uint64_t but, struct rib_at *, struct rib_move *out);
/* The route with that key. */
bool rib_find(const struct rib_side *, const struct bgp_nlri *, struct rib_route *out);

#endif
