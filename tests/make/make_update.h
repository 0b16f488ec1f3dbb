/* UPDATEs out of hex, and what is told of them as JSON: for tests of values that are easier to read as bytes.
 *
 *     struct made m;
 *     make_hex_update(&m, "", "40 01 01 00", "18 0a0102");     // withdrawn, attributes, routes
 *     struct buf json = tell_update(&m, &ctx);
 */
#ifndef TESTS_MAKE_UPDATE_H
#define TESTS_MAKE_UPDATE_H

#include "base/writer.h"
#include "decode/bgp/bgp_internal.h"
#include "tests/make/make_bgp.h"

/* Bytes as hex digits; blanks are for the reader. */
static inline size_t make_hex(struct made *m, const char *hex)
{
    size_t at = m->used;
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        char two[3] = { hex[0], hex[1], '\0' };
        char *end;
        unsigned byte = (unsigned)strtoul(two, &end, 16);
        if (*end || !hex[1])
            abort();
        make_u8(m, byte);
        hex++;
    }
    return at;
}

static inline void make_hex_update(struct made *m, const char *withdrawn, const char *attrs,
                                   const char *routes)
{
    make_update(m);
    make_hex(m, withdrawn);
    size_t at = make_attrs(m);
    make_hex(m, attrs);
    make_nlri(m, at);
    make_hex(m, routes);
    make_end(m);
}

/* ORIGIN, AS_PATH of one four-byte AS and NEXT_HOP: what an announcement must have. */
#define MAKE_MANDATORY "40 01 01 00 40 02 06 02 01 00 00 0c 01 40 03 04 c6 33 64 01 "

/* The first `n` bytes of a message, as a capture that cut the packet has them. The copy is the caller's to free. */
static inline struct bgp_msg make_cut(const struct made *m, size_t n, uint8_t **copy)
{
    *copy = malloc(n ? n : 1);
    if (!*copy)
        abort();
    memcpy(*copy, m->bytes, n);
    struct bgp_msg msg = make_msg(m);
    msg.raw = *copy;
    msg.body = cur_over(*copy + BGP_HEADER, n - BGP_HEADER);
    msg.cut = n < m->used;
    return msg;
}

/* The object that bgp_update_tell fills; the caller's to free. */
static inline struct buf tell_msg(const struct bgp_msg *msg, const struct bgp_ctx *ctx)
{
    struct buf json = buf_init(1 << 22);
    struct writer w = writer_init(&writer_json, &json);
    write_object(&w, NULL);
    bgp_update_tell(&w, msg, ctx);
    write_end(&w);
    return json;
}
static inline struct buf tell_update(const struct made *m, const struct bgp_ctx *ctx)
{
    struct bgp_msg msg = make_msg(m);
    return tell_msg(&msg, ctx);
}

#endif
