/* A TCP header and its options: an IP packet in, one struct segment out. */
#include "decode/tcp.h"

#include "decode/ip.h"

enum { TCP_HEADER = 20, WSCALE_MOST = 14 /* RFC 7323 2.3 */ };

/* The value of one option: kind and length are read. A value of the wrong size says nothing. */
static void read_option(uint8_t kind, struct cursor value, struct segment *s)
{
    size_t size = cur_left(&value);
    switch (kind) {
    case 2: /* RFC 9293 3.7.1 */
        s->has_mss = size == 2;
        s->mss = s->has_mss ? cur_u16(&value) : s->mss;
        break;
    case 3: /* RFC 7323 2.2 */
        s->has_wscale = size == 1;
        s->wscale = cur_u8(&value);
        s->wscale = s->wscale > WSCALE_MOST ? WSCALE_MOST : s->wscale;
        break;
    case 4: s->sack_permitted = size == 0; break; /* RFC 2018 2 */
    case 5:                                       /* RFC 2018 3 */
        s->sack_blocks = (uint8_t)(size / 8);
        s->sack_left = s->sack_blocks ? cur_u32(&value) : 0;
        s->sack_right = s->sack_blocks ? cur_u32(&value) : 0;
        break;
    case 8: /* RFC 7323 3.2 */
        s->has_stamp = size == 8;
        s->ts_value = cur_u32(&value);
        s->ts_echo = cur_u32(&value);
        break;
    case 19: s->md5 = size == 16 ? value.at : NULL; break; /* RFC 2385 3.0 */
    case 29:                                               /* RFC 5925 2.2: KeyID and RNextKeyID at least */
        s->ao = size >= 2 ? value.at : NULL;
        s->ao_size = (uint8_t)(s->ao ? size : 0);
        break;
    default: break;
    }
}

static void read_options(struct cursor in, struct segment *s)
{
    while (cur_left(&in)) {
        uint8_t kind = cur_u8(&in);
        if (kind == 0) /* end of options: what follows is padding */
            return;
        if (kind == 1)
            continue;
        uint8_t size = cur_u8(&in); /* kind and length count */
        struct cursor value = cur_sub(&in, size < 2 ? SIZE_MAX : size - 2u);
        if (!cur_ok(&in)) {
            s->options_cut = true;
            return;
        }
        read_option(kind, value, s);
    }
}

bool tcp_read(const struct frame *f, struct segment *out)
{
    struct cursor in = f->payload;
    const uint8_t *start = in.at;
    struct segment s = {
        .sport = cur_u16(&in), .dport = cur_u16(&in), .seq = cur_u32(&in), .ack = cur_u32(&in)
    };
    uint32_t header = (uint32_t)(cur_u8(&in) >> 4) * 4;
    s.flags = cur_u8(&in) & 0x3f;
    s.window = cur_u16(&in);
    cur_u32(&in); /* checksum and urgent pointer */
    if (f->proto != PROTO_TCP || !cur_ok(&in) || header < TCP_HEADER || header > f->payload_size)
        return false;
    uint32_t options = header - TCP_HEADER;
    if (options > cur_left(&in)) {
        options = (uint32_t)cur_left(&in);
        s.options_cut = true;
    }
    read_options(cur_sub(&in, options), &s);
    s.header = cur_over(start, (size_t)(in.at - start));
    s.payload = in;
    s.payload_size = f->payload_size - header;
    *out = s;
    return true;
}
