/* Any bytes as UPDATEs of two sides, with and without path identifiers, within a budget that may be tiny: counts must
 * agree with the routes that can be walked, and nothing may be left when the sides are gone.
 *
 *     budget (1) | { what (1), length (1), the UPDATE's body }*
 */
#include "state/bgp_rib.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

static void walk(const struct rib_side *side)
{
    for (unsigned f = 0; f < FAMILY_COUNT; f++) {
        struct rib_at at = { 0 };
        struct rib_route route, found;
        uint32_t count = 0;
        struct buf text = buf_init(1 << 16);
        for (; rib_next(side, (enum bgp_family)f, &at, &route); count++) {
            buf_clear(&text);
            bgp_nlri_text(&route.nlri, &text);
            must(rib_find(side, &route.nlri, &found) && found.origin_as == route.origin_as);
        }
        buf_free(&text);
        must(count == rib_side_count(side, (enum bgp_family)f));
    }
}

static void feed(struct rib_side *side, const struct bgp_msg *msg, uint8_t what, int64_t when)
{
    static struct bgp_update u;
    static struct rib_news n;
    struct bgp_ctx ctx = { .as4 = what & 1, .add_path = what & 2 ? UINT64_MAX : 0 };
    bgp_update_read(msg, &ctx, &u);
    rib_feed(side, &u, &ctx, (struct stream_ref){ .frame = 1, .when = { when << 38 } }, &n);
    must(n.added + n.changed + n.same <= n.announced);
    must(n.removed <= n.withdrawn + n.announced);
    must(!n.summary_new || n.summary);
    must(n.notable_count <= RIB_NOTABLE && n.bogon_count <= n.announced);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor in = cur_over(data, size);
    struct rib *rib = rib_new((size_t)256 << (cur_u8(&in) % 20));
    struct rib_side *side[2] = { rib_side_new(rib), rib_side_new(rib) };
    uint8_t bytes[BGP_HEADER + 255];
    for (int64_t when = 0; cur_left(&in) && side[0] && side[1]; when++) {
        uint8_t what = cur_u8(&in);
        struct cursor body = cur_sub(&in, cur_u8(&in));
        size_t n = cur_left(&body);
        memset(bytes, 0xff, 16);
        bytes[16] = 0;
        bytes[17] = (uint8_t)(BGP_HEADER + n);
        bytes[18] = BGP_UPDATE;
        if (n)
            memcpy(bytes + BGP_HEADER, body.at, n);
        struct bgp_msg msg = { .type = BGP_UPDATE,
                               .length = (uint16_t)(BGP_HEADER + n),
                               .body = cur_over(bytes + BGP_HEADER, n),
                               .raw = bytes,
                               .fault = FAULT_COUNT };
        if (what >> 2 == 63)
            rib_side_clear(side[what & 1], 0);
        else
            feed(side[what >> 2 & 1], &msg, what, when);
    }
    for (unsigned i = 0; i < 2; i++) {
        if (side[i])
            walk(side[i]);
        rib_side_free(side[i]);
    }
    must(rib_used(rib) == 0);
    rib_free(rib);
    return 0;
}
