/* Several packets of one link type, with one fragment table: frame_read, and tcp_read and icmp_read behind it.
 *
 *     link type (1 byte: a row of link.def), then for each packet: size (2, little-endian), bytes that the capture
 *     cut off (1), seconds since the last (1), and its bytes */
#include "base/macros.h"
#include "decode/icmp.h"
#include "decode/tcp.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint32_t links[] = {
#define LINK(number, ident, name, layer) number,
#include "decode/link.def"
#undef LINK
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Reads every byte, so that the sanitizers see where they lie. */
static unsigned touch(struct cursor in)
{
    unsigned sum = 0;
    while (cur_left(&in))
        sum += cur_u8(&in);
    return sum;
}

static void check_frame(const struct frame *f)
{
    struct segment s;
    struct icmp_error e;
    must(cur_left(&f->payload) <= f->payload_size && f->cut == (cur_left(&f->payload) < f->payload_size));
    must(f->whole.at <= f->payload.at && f->payload.end <= f->whole.end);
    must(f->src.size == f->dst.size && (f->src.size == 4 || f->src.size == 16));
    touch(f->whole);
    if (tcp_read(f, &s)) {
        must(cur_left(&s.payload) <= s.payload_size && s.payload_size <= f->payload_size && s.wscale <= 14);
        must(!s.ao || touch(cur_over(s.ao, s.ao_size)) + 1);
        must(!s.md5 || touch(cur_over(s.md5, 16)) + 1);
        touch(s.header);
    }
    if (icmp_read(f, &e))
        must(icmp_name(f->proto == 58, e.type, e.code)[0] && (!e.has_ports || e.proto == 6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct frame_want want = { .ports = { 179 }, .port_count = 1, .ospf = true, .icmp = true };
    struct frag_table *frags = frag_new(1 << 16);
    struct cursor in = cur_over(data, size);
    struct stamp now = { 0 };
    uint32_t link = links[cur_u8(&in) % COUNT(links)];
    while (frags && cur_left(&in) >= 4) {
        const uint8_t *head = cur_take(&in, 4);
        uint32_t n = (uint32_t)head[1] << 8 | head[0];
        if (n > cur_left(&in))
            n = (uint32_t)cur_left(&in);
        now = stamp_add(now, SPAN_S(head[3]));
        uint8_t *p = malloc(n + !n);
        struct frame f;
        if (!p)
            break;
        memcpy(p, cur_take(&in, n), n);
        enum frame_got got = frame_read(link, p, n, n + head[2], now, &want, frags, &f);
        if (got == FRAME_IP)
            check_frame(&f);
        free(p);
    }
    frag_free(frags);
    return 0;
}
