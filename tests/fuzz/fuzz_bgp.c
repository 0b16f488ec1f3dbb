/* Any bytes, read as a stream of BGP messages: framing, the way back, every reader, every teller, with both writers and
 * several contexts. The first byte chooses the context, and whether the last message counts as cut. */
#include "decode/bgp/bgp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

/* ---- what state/ does ---- */

static void walk_nlri(struct cursor nlri, enum bgp_family family, const struct bgp_ctx *ctx, bool withdraw,
                      struct buf *out)
{
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, ctx, withdraw);
    struct bgp_nlri route;
    size_t most = cur_left(&nlri);
    while (bgp_nlri_next(&it, &route)) {
        must(most-- > 0); /* each takes a byte at least */
        buf_clear(out);
        bgp_nlri_text(&route, out);
        bgp_nlri_bogon(&route);
    }
}

static void read_update(const struct bgp_msg *msg, const struct bgp_ctx *ctx, struct buf *out)
{
    struct bgp_update u;
    struct bgp_attrs_summary one, again;
    bgp_update_read(msg, ctx, &u);
    bgp_attrs_read(&u, ctx, &one);
    bgp_attrs_read(&u, ctx, &again);
    must(one.verdict == again.verdict && one.origin_as == again.origin_as &&
         one.path_length == again.path_length && one.faults.count == again.faults.count);
    bgp_path_has(&u, ctx, 65001);
    buf_clear(out);
    bgp_path_text(&u, ctx, out);
    walk_nlri(u.withdrawn, FAMILY_IPV4_UNICAST, ctx, true, out);
    walk_nlri(u.nlri, FAMILY_IPV4_UNICAST, ctx, false, out);
    if (u.reach.present)
        walk_nlri(u.reach.nlri, u.reach.family, ctx, false, out);
    if (u.unreach.present)
        walk_nlri(u.unreach.nlri, u.unreach.family, ctx, true, out);
    for (unsigned code = 0; code < 256; code++)
        must(!!bgp_update_attr(&u, code) == bgp_update_has(&u, code) || u.attrs_lost);
}

static void read_one(const struct bgp_msg *msg, const struct bgp_ctx *ctx, struct bgp_guess *guess,
                     struct buf *out)
{
    static struct bgp_open before;
    struct bgp_open open;
    struct bgp_notification notification;
    struct bgp_refresh refresh;
    switch (msg->type) {
    case BGP_OPEN:
        bgp_open_read(msg, &open);
        must(open.cap_count <= BGP_CAPS_MAX && (msg->cut || !open.caps_cut));
        bgp_negotiate(&before, &open);
        before = open;
        break;
    case BGP_UPDATE:
        read_update(msg, ctx, out);
        bgp_guess_feed(guess, msg);
        break;
    case BGP_NOTIFICATION: bgp_notification_read(msg, &notification); break;
    case BGP_ROUTE_REFRESH: bgp_refresh_read(msg, &refresh); break;
    default: break;
    }
}

/* ---- what whoever shows a message does ---- */

static void tell_one(const struct bgp_msg *msg, const struct bgp_ctx *ctx, struct buf *out)
{
    static const struct writer_ops *const tongues[] = { &writer_json, &writer_text };
    for (size_t i = 0; i < COUNT(tongues); i++) {
        struct writer w = writer_init(tongues[i], out);
        buf_clear(out);
        write_object(&w, NULL);
        bgp_tell(&w, msg, ctx);
        write_end(&w);
        must(!w.depth && out->used);
    }
    buf_clear(out);
    bgp_line(msg, ctx, out);
    must(!memchr(buf_text(out), '\n', out->used) && !memchr(buf_text(out), '\33', out->used));
}

static void messages(const uint8_t *bytes, size_t size, const struct bgp_ctx *ctx, bool cut, struct buf *out)
{
    struct bgp_guess guess = { 0 };
    struct bgp_msg msg;
    unsigned largest = ctx->extended ? BGP_LARGEST_EXTENDED : BGP_LARGEST;
    while (size) {
        enum bgp_got got = bgp_next(bytes, size, largest, &msg);
        must((got == BGP_NOT) == (msg.fault != FAULT_COUNT));
        if (got == BGP_MORE && (size < BGP_HEADER || !cut))
            break;
        msg.cut = got == BGP_MORE;
        if (got != BGP_NOT)
            read_one(&msg, ctx, &guess, out);
        tell_one(&msg, ctx, out);
        if (got == BGP_MORE)
            break;
        size_t skip = got == BGP_MESSAGE ? msg.length : 1 + bgp_resync(bytes + 1, size - 1, largest);
        must(skip && skip <= size);
        bytes += skip;
        size -= skip;
    }
    bgp_guess_ctx(&guess);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct bgp_ctx ctx = {
        .as4 = data[0] & 1,
        .add_path = data[0] & 2 ? UINT64_MAX : 0,
        .extended = data[0] & 4,
        .inferred_as4 = data[0] & 8,
        .inferred_add_path = data[0] & 16,
    };
    struct buf out = buf_init(1 << 22);
    bgp_resync(data, size, BGP_LARGEST);
    messages(data + 1, size - 1, &ctx, data[0] & 32, &out);
    buf_free(&out);
    return 0;
}
