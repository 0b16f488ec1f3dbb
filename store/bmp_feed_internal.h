/* What bmp_feed.c and bmp_feed_tell.c share. */
#ifndef STORE_BMP_FEED_INTERNAL_H
#define STORE_BMP_FEED_INTERNAL_H

#include "store/bmp.h"
#include "store/bmp_feed.h"
#include "store/rib_rows.h"

enum { LINKS = 4, PENDING_MOST = 1 << 20 };

struct bytes {
    uint8_t *at; /* owned */
    size_t size;
};

/* A connection of a peering; those that ended longest ago make room for new ones. */
struct link {
    uint32_t id;
    uint16_t ports[2];
    struct bytes open[2], notification[2]; /* by side */
};

/* One side as the monitored router; the other one is its peer. */
struct hearer {
    bool up;     /* in Established */
    bool told;   /* … and Peer Up was told */
    bool fading; /* its hold time ran out, and its NOTIFICATION may still come */
    bool as2;
    struct bgp_ctx ctx;  /* of the UPDATE that it heard last */
    uint32_t connection; /* while not up: of what is pending */
    struct stamp since, faded;
    struct buf pending;    /* Route Monitoring from before it was up: the peer was there first */
    uint64_t as_withdrawn; /* RFC 7606 */
    uint8_t distinguisher[8];
};

struct watched {
    const struct bgp_peering *facts;
    struct link links[LINKS];
    struct hearer hearer[2]; /* by side */
};

struct bmp_feed {
    struct bmp_feed_options options;
    struct buf *out;
    struct watched **watched; /* by peering */
    uint32_t room;
    bool behind;   /* there may be some to catch up with */
    uint32_t next; /* … from here on */
    struct stamp reported;
    struct bmp_feed_counts counts;
};

/* NULL if it is not known. */
struct link *watched_link(struct watched *, uint32_t id);

/* `who` as the monitored router. */
struct bmp_peer feed_peer(const struct watched *, int who, struct stamp);
void feed_tell_up(struct bmp_feed *, struct watched *, int who, struct stamp);
void feed_tell_down(struct bmp_feed *, struct watched *, int who, enum bmp_down, struct cursor data,
                    struct stamp);
void feed_tell_update(struct bmp_feed *, struct watched *, const struct event_message *);
void feed_tell_report(struct bmp_feed *, struct watched *, int who, struct stamp);
void feed_tell_table(struct bmp_feed *, struct watched *, int who, const struct engine *, struct stamp);

#endif
