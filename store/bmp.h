/* Messages of the BGP Monitoring Protocol (RFC 7854, RFC 8671): who said what to whom in, bytes out.
 * BMP is spoken by a router about its peers. Seen from outside, every router that hears something is such a router: each
 * is a local instance (RFC 7854 4.2) of the one that speaks, told from the others by its distinguisher. */
#ifndef STORE_BMP_H
#define STORE_BMP_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/stamp.h"

enum bmp_down {
    BMP_DOWN_LOCAL_NOTIFIED = 1,  /* with its NOTIFICATION */
    BMP_DOWN_LOCAL_CLOSED = 2,    /* with two bytes: an event of RFC 4271 8.1, or 0 */
    BMP_DOWN_REMOTE_NOTIFIED = 3, /* with its NOTIFICATION */
    BMP_DOWN_REMOTE_CLOSED = 4,
};
enum bmp_stat {
    BMP_STAT_ADJ_RIB_IN = 7,
    BMP_STAT_ADJ_RIB_IN_FAMILY = 9,
    BMP_STAT_AS_WITHDRAWN = 11,
    BMP_STAT_ADJ_RIB_OUT = 15, /* post-policy, RFC 8671 6.2 */
    BMP_STAT_ADJ_RIB_OUT_FAMILY = 17,
};

/* RFC 7854 4.2: the peer of a monitored router. */
struct bmp_peer {
    struct addr addr;
    uint32_t asn, router_id; /* 0 unknown */
    uint8_t distinguisher[8];
    bool as2;  /* AS_PATHs that follow have two bytes for an AS */
    bool sent; /* Adj-RIB-Out after policy: what the monitored router said to it (RFC 8671 5) */
    struct stamp when;
};

/* One number of a statistics report. */
struct bmp_count {
    enum bmp_stat what;
    uint16_t afi; /* of the two that have a family */
    uint8_t safi;
    uint64_t n;
};

/* The first message of a feed: who speaks, and on whose behalf. RFC 7854 4.3. */
void bmp_initiation(struct buf *out, const char *description, const char *name);
void bmp_termination(struct buf *out, const char *words);
/* `sent` and `received` are whole OPENs; `words`: what there is to say of them, or NULL. */
void bmp_peer_up(struct buf *out, const struct bmp_peer *, const struct addr *local, uint16_t local_port,
                 uint16_t remote_port, struct cursor sent, struct cursor received, const char *words);
/* data: the NOTIFICATION, or the two bytes of the event, as `why` asks. RFC 7854 4.9. */
void bmp_peer_down(struct buf *out, const struct bmp_peer *, enum bmp_down why, struct cursor data);
/* An UPDATE, as the peer sent it. */
void bmp_route(struct buf *out, const struct bmp_peer *, struct cursor update);
/* … one that RFC 7606 calls malformed (Route Mirroring, "Errored PDU"). */
void bmp_errored(struct buf *out, const struct bmp_peer *, struct cursor update);
void bmp_statistics(struct buf *out, const struct bmp_peer *, const struct bmp_count *, unsigned count);

#endif
