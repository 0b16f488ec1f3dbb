/* The body of an UPDATE, behind two bytes that say how it is read: bits of the context, then how much was cut off.
 * Bit 0 four-byte ASes, 1 path identifiers, 2 cut, 3 the body is a block of routes of the family in the second byte. */
#include "decode/bgp/bgp.h"
#include <stdlib.h>
#include <string.h>

enum { AS4 = 1, ADD_PATH = 2, CUT = 4, ROUTES = 8, WITHDRAW = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool true_always)
{
    if (!true_always)
        abort();
}

static bool within(struct cursor inner, struct cursor outer)
{
    return inner.at >= outer.at && inner.end <= outer.end && inner.at <= inner.end;
}

static void read_routes(struct cursor block, enum bgp_family family, const struct bgp_ctx *ctx, bool withdraw)
{
    struct bgp_nlri_iter it = bgp_nlri_over(block, family, ctx, withdraw);
    struct bgp_nlri n;
    struct buf text = buf_init(1 << 16);
    size_t taken = 0;
    while (bgp_nlri_next(&it, &n)) {
        need(within(n.raw, block) && cur_left(&n.raw));
        need(within(n.key, n.raw) && within(n.prefix, n.raw) && within(n.rd, n.raw) &&
             within(n.labels, n.raw));
        need(cur_left(&n.labels) == n.label_count * 3u);
        taken += cur_left(&n.raw);
        buf_clear(&text);
        bgp_nlri_text(&n, &text);
        need(text.used && !text.lost);
        bgp_nlri_bogon(&n);
    }
    need(it.fault != FAULT_COUNT || taken == cur_left(&block) || family == FAMILY_NONE);
    buf_free(&text);
}

static void read_update(const struct bgp_msg *msg, const struct bgp_ctx *ctx)
{
    struct bgp_update u;
    struct bgp_attrs_summary one, two;
    struct bgp_guess guess = { 0 };
    struct buf out = buf_init(1 << 24);
    struct writer w = writer_init(&writer_json, &out);

    bgp_update_read(msg, ctx, &u);
    bgp_attrs_read(&u, ctx, &one);
    bgp_attrs_read(&u, ctx, &two);
    need(!memcmp(&one.faults, &two.faults, sizeof one.faults) && one.origin_as == two.origin_as);
    need(!one.first_as || bgp_path_has(&u, ctx, one.first_as));
    read_routes(u.withdrawn, FAMILY_IPV4_UNICAST, ctx, true);
    read_routes(u.nlri, FAMILY_IPV4_UNICAST, ctx, false);
    read_routes(u.reach.nlri, u.reach.family, ctx, false);
    read_routes(u.unreach.nlri, u.unreach.family, ctx, true);

    write_object(&w, NULL);
    bgp_tell(&w, msg, ctx);
    write_end(&w);
    need(!w.depth);
    buf_clear(&out);
    bgp_line(msg, ctx, &out);
    bgp_guess_feed(&guess, msg);
    bgp_guess_ctx(&guess);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 4096)
        return 0;
    unsigned how = data[0], second = data[1];
    struct bgp_ctx ctx = { .as4 = how & AS4, .add_path = how & ADD_PATH ? UINT64_MAX : 0 };
    size_t n = size - 2;
    if (how & ROUTES) {
        uint8_t *block = malloc(n ? n : 1); /* so that the sanitizer sees its end */
        need(block);
        memcpy(block, data + 2, n);
        read_routes(cur_over(block, n), (enum bgp_family)(second % (FAMILY_COUNT + 1)), &ctx, how & WITHDRAW);
        free(block);
        return 0;
    }
    uint8_t *raw = malloc(BGP_HEADER + n);
    need(raw);
    memset(raw, 0xff, 16);
    size_t length = BGP_HEADER + n + (how & CUT ? second : 0);
    raw[16] = (uint8_t)(length >> 8);
    raw[17] = (uint8_t)length;
    raw[18] = BGP_UPDATE;
    memcpy(raw + BGP_HEADER, data + 2, n);
    struct bgp_msg msg = { .type = BGP_UPDATE,
                           .length = (uint16_t)length,
                           .body = cur_over(raw + BGP_HEADER, n),
                           .raw = raw,
                           .cut = how & CUT,
                           .fault = FAULT_COUNT };
    read_update(&msg, &ctx);
    free(raw);
    return 0;
}
