/* Bytes of messages that are about to be fed in; nothing out, but the memory that feeding them will touch is on its
 * way. A table of a million routes is not in the processor's cache: a message that is fed alone waits for it twice or
 * three times, one behind another; those of a segment can wait together. */
#include "base/macros.h"
#include "state/bgp_rib_internal.h"

enum { MESSAGES = 16 };      /* looked at by one call */
enum { FEW = 12 };           /* bytes of NLRI; over a longer block feeding looks ahead well enough */
enum { WORTH_IT = 8 << 20 }; /* bytes of tables; smaller ones are in the cache anyway */

static void expect_routes(const struct rib_side *s, struct cursor nlri, enum bgp_family family,
                          const struct bgp_ctx *ctx, bool withdrawal)
{
    if (!cur_left(&nlri) || cur_left(&nlri) > FEW || family >= FAMILY_COUNT)
        return;
    const struct rib_table *t = rib_side_table(s, family, ctx->add_path >> family & 1);
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, ctx, withdrawal);
    struct bgp_nlri route;
    struct rib_key key;
    while (t && bgp_nlri_next(&it, &route)) {
        const uint32_t *home = rib_table_key(t, &route, &key) ? rib_table_home(t, &key) : NULL;
        if (home)
            RIB_TABLE_EXPECT(home);
    }
}

/* True if it announces something: then *hash is that of its attributes. */
static bool expect_whole(struct rib_side *s, const struct bgp_msg *msg, const struct bgp_ctx *ctx,
                         uint32_t *hash)
{
    struct bgp_update u;
    struct attr_key key;
    bgp_update_read(msg, ctx, &u);
    bool announces = cur_left(&u.nlri) || (u.reach.present && cur_left(&u.reach.nlri));
    bool has_key = announces && attrs_key(&s->rib->attrs, &u, ctx, &key);
    expect_routes(s, u.withdrawn, FAMILY_IPV4_UNICAST, ctx, true);
    if (u.reach.present)
        expect_routes(s, u.reach.nlri, u.reach.family, ctx, false);
    if (u.unreach.present)
        expect_routes(s, u.unreach.nlri, u.unreach.family, ctx, true);
    if (has_key)
        *hash = key.hash;
    return has_key;
}

/* Most UPDATEs announce IPv4 unicast and nothing else: then the attributes are one piece. If that is a mistake, what
 * is asked for is not used. */
static bool expect_update(struct rib_side *s, const struct bgp_msg *msg, const struct bgp_ctx *ctx,
                          uint32_t *hash)
{
    struct cursor in = msg->body;
    struct cursor withdrawn = cur_sub(&in, cur_u16(&in));
    struct cursor attrs = cur_sub(&in, cur_u16(&in));
    if (cur_left(&in) > FEW)
        return false;
    if (cur_left(&withdrawn) || !cur_left(&in) || !cur_left(&attrs))
        return expect_whole(s, msg, ctx, hash);
    *hash = attrs_hash(&s->rib->attrs, attrs.at, cur_left(&attrs), ctx->as4);
    expect_routes(s, in, FAMILY_IPV4_UNICAST, ctx, false);
    return true;
}

size_t rib_expect(struct rib_side *s, const uint8_t *bytes, size_t size, const struct bgp_ctx *ctx)
{
    if (s->rib->memory.used < WORTH_IT)
        return size;
    uint32_t hash[MESSAGES];
    struct bgp_msg msg;
    unsigned largest = ctx->extended ? BGP_LARGEST_EXTENDED : BGP_LARGEST, count = 0;
    size_t at = 0;
    for (unsigned i = 0; i < MESSAGES && bgp_next(bytes + at, size - at, largest, &msg) == BGP_MESSAGE; i++) {
        at += msg.length;
        count += msg.type == BGP_UPDATE && expect_update(s, &msg, ctx, &hash[count]);
    }
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *set = attrs_guess(&s->rib->attrs, hash[i]);
        if (set) {
            RIB_PREFETCH(set, 0);
            RIB_PREFETCH(set, 64);
            RIB_PREFETCH(set, 128);
        }
    }
    return at;
}
