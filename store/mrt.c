/* MRT records, byte by byte. */
#include "store/mrt.h"

#include <string.h>

/* RFC 6396 4, 4.4; RFC 8050 3 */
enum { MRT_OSPFV2 = 11, MRT_BGP4MP_ET = 17, MRT_OSPFV3 = 48 };
enum {
    BGP4MP_MESSAGE = 1,
    BGP4MP_MESSAGE_AS4 = 4,
    BGP4MP_STATE_CHANGE_AS4 = 5,
    BGP4MP_MESSAGE_ADDPATH = 8,
    BGP4MP_MESSAGE_AS4_ADDPATH = 9
};
enum { AFI_IPV4 = 1, AFI_IPV6 = 2, AS_TRANS = 23456 };

/* What stands before the contents of a record: 12 and 4 bytes of header, two ASes, two addresses. */
struct head {
    uint8_t bytes[72];
    size_t used;
};

static void put16(struct head *h, uint32_t n)
{
    h->bytes[h->used++] = (uint8_t)(n >> 8);
    h->bytes[h->used++] = (uint8_t)n;
}
static void put32(struct head *h, uint32_t n)
{
    put16(h, n >> 16);
    put16(h, n & 0xffff);
}
static void put_addr(struct head *h, const struct addr *a, size_t size)
{
    memcpy(h->bytes + h->used, a->b, size);
    h->used += size;
}

/* RFC 6396 2: the length comes with close_head. */
static struct head open_head(struct stamp when, unsigned type, unsigned subtype)
{
    struct head h;
    h.used = 0;
    put32(&h, (uint32_t)(when.ns / NS_PER_S));
    put16(&h, type);
    put16(&h, subtype);
    put32(&h, 0);
    if (type == MRT_BGP4MP_ET) /* RFC 6396 3: it counts as content */
        put32(&h, (uint32_t)(when.ns % NS_PER_S / 1000));
    return h;
}

static void close_head(struct head *h, size_t content, struct buf *out)
{
    size_t used = h->used, length = used - 12 + content;
    h->used = 8;
    put32(h, (uint32_t)length);
    buf_add(out, (const char *)h->bytes, used);
}

static uint32_t as2(uint32_t asn) { return asn > UINT16_MAX ? AS_TRANS : asn; } /* RFC 6793 4.2.2 */

/* RFC 6396 4.4.1 to 4.4.3 begin alike. The interface is not known: 0. */
static void put_ends(struct head *h, const struct mrt_ends *e, bool as4)
{
    if (as4) {
        put32(h, e->peer_as);
        put32(h, e->local_as);
    } else {
        put16(h, as2(e->peer_as));
        put16(h, as2(e->local_as));
    }
    put16(h, 0);
    put16(h, e->peer->size == 4 ? AFI_IPV4 : AFI_IPV6);
    put_addr(h, e->peer, e->peer->size == 4 ? 4 : 16);
    put_addr(h, e->local, e->peer->size == 4 ? 4 : 16);
}

/* Its NLRI carry path identifiers. The subtype speaks for all of a message: one of RFC 8050's where any family in it has
 * them. */
static bool has_path_ids(const struct bgp_msg *msg, const struct bgp_ctx *ctx)
{
    struct bgp_update u;
    if (!ctx->add_path || msg->type != BGP_UPDATE)
        return false;
    bgp_update_read(msg, ctx, &u);
    uint64_t families = 0;
    if (cur_left(&u.withdrawn) || cur_left(&u.nlri))
        families |= UINT64_C(1) << FAMILY_IPV4_UNICAST;
    if (u.reach.present && u.reach.family < FAMILY_COUNT)
        families |= UINT64_C(1) << u.reach.family;
    if (u.unreach.present && u.unreach.family < FAMILY_COUNT)
        families |= UINT64_C(1) << u.unreach.family;
    return families & ctx->add_path;
}

bool mrt_message(struct buf *out, const struct mrt_ends *e, const struct bgp_msg *msg,
                 const struct bgp_ctx *ctx)
{
    size_t size = BGP_HEADER + cur_left(&msg->body);
    if (msg->cut || size != msg->length)
        return false;
    /* RFC 6396 4.4.3: how the AS_PATH is encoded makes the subtype; messages without one have room for four bytes */
    bool as4 = ctx->as4 || msg->type != BGP_UPDATE;
    unsigned subtype = as4 ? BGP4MP_MESSAGE_AS4 : BGP4MP_MESSAGE;
    if (has_path_ids(msg, ctx))
        subtype = as4 ? BGP4MP_MESSAGE_AS4_ADDPATH : BGP4MP_MESSAGE_ADDPATH;
    struct head h = open_head(e->when, MRT_BGP4MP_ET, subtype);
    put_ends(&h, e, as4);
    close_head(&h, size, out);
    buf_add(out, (const char *)msg->raw, size);
    return true;
}

void mrt_state(struct buf *out, const struct mrt_ends *e, enum bgp_state from, enum bgp_state to)
{
    struct head h = open_head(e->when, MRT_BGP4MP_ET, BGP4MP_STATE_CHANGE_AS4);
    put_ends(&h, e, true);
    put16(&h, from); /* numbered as in RFC 6396 4.4.1; 0, which it has not, where packets don't tell */
    put16(&h, to);
    close_head(&h, 0, out);
}

bool mrt_ospf(struct buf *out, struct stamp when, const struct addr *src, const struct addr *dst,
              struct cursor payload, uint32_t wire)
{
    size_t size = cur_left(&payload);
    if (size < wire || src->size != dst->size)
        return false;
    bool v2 = src->size == 4;
    struct head h = open_head(when, v2 ? MRT_OSPFV2 : MRT_OSPFV3, 0);
    if (!v2)
        put16(&h, AFI_IPV6); /* RFC 6396 4.5; 4.1 has none */
    put_addr(&h, src, src->size);
    put_addr(&h, dst, dst->size);
    close_head(&h, size, out);
    buf_add(out, (const char *)payload.at, size);
    return true;
}
