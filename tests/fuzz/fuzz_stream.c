/* Any bytes in: a script of segments, acknowledgements, gaps of time; what comes out must stay within bounds.
 *
 * Each step is an operation, two bytes of offset, one of size, and for raw segments so many bytes. Segments are raw, or
 * of a stream of good messages, so that both what is said and the order in which it is said are under attack. */
#include "base/cursor.h"
#include "decode/stream.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { GOOD = 1 << 16 };
static const uint32_t ISN = 0xffffe000u; /* the good stream goes round the circle of numbers */
enum operation { RAW_NEXT, RAW_AT, GOOD_NEXT, GOOD_AT, ACK, STRAY, TIME, OTHER, OPERATIONS };

static uint8_t good[GOOD];
static volatile uint8_t touched;

static void write_good(void)
{
    static const uint16_t lengths[] = { 45, 19, 60, 23, 4096, 64, 300, 19 };
    for (size_t at = 0, i = 0; at < GOOD; i++) {
        size_t n = lengths[i % 8] < GOOD - at ? lengths[i % 8] : GOOD - at;
        uint8_t header[BGP_HEADER];
        memset(header, 255, sizeof header);
        header[16] = (uint8_t)(n >> 8);
        header[17] = (uint8_t)n;
        header[18] = n == 19 ? BGP_KEEPALIVE : BGP_UPDATE;
        memset(good + at, (int)i, n);
        memcpy(good + at, header, n < sizeof header ? n : sizeof header);
        at += n;
    }
}

static void touch(const uint8_t *bytes, size_t n)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum ^= bytes[i];
    touched = sum;
}

static void expect(int holds)
{
    if (!holds)
        abort();
}

static void drain(struct stream *s, const struct stream_pool *pool)
{
    struct stream_item item;
    unsigned given = 0;
    while (stream_next(s, &item)) {
        expect(++given < 100000);
        expect(item.kind == STREAM_MESSAGE || item.bytes > 0);
        expect(item.last.frame > 0 && item.first.frame > 0);
        if (item.kind != STREAM_MESSAGE)
            continue;
        size_t body = cur_left(&item.msg.body);
        expect(item.msg.cut ? body + BGP_HEADER < item.msg.length : body + BGP_HEADER == item.msg.length);
        touch(item.msg.raw, BGP_HEADER + body);
    }
    expect(pool->used <= pool->total);
    expect(!stream_next(s, &item));
}

/* Each segment in an allocation of its own, which lasts until the next one. */
struct hand {
    uint8_t *bytes;
};

static void feed(struct stream *s, struct hand *hand, struct segment seg, const uint8_t *bytes, size_t seen,
                 struct stream_ref ref)
{
    free(hand->bytes);
    hand->bytes = malloc(seen ? seen : 1);
    expect(hand->bytes != NULL);
    if (seen)
        memcpy(hand->bytes, bytes, seen);
    seg.payload = cur_over(hand->bytes, seen);
    (void)stream_feed(s, &seg, ref);
}

static void other(struct stream *s, unsigned what)
{
    switch (what % 4) {
    case 0: stream_start(s, ISN + what / 4); break;
    case 1: stream_set_largest(s, BGP_LARGEST_EXTENDED); break;
    case 2: stream_set_largest(s, BGP_LARGEST); break;
    default:
        if (what > 250)
            stream_finish(s);
    }
}

static void step(struct stream *s, struct hand *hand, struct cursor *in, struct stream_ref *ref)
{
    static const uint8_t flags[] = { TCP_ACK, TCP_ACK, TCP_ACK, TCP_ACK,
                                     TCP_FIN, TCP_SYN, TCP_RST, TCP_SYN | TCP_FIN };
    uint8_t op = cur_u8(in);
    uint16_t offset = cur_u16(in);
    uint8_t n = cur_u8(in);
    size_t size = n < 200 ? n : (size_t)(n - 199) * 100;
    ref->frame++;
    struct segment seg = { .seq = stream_front(s),
                           .flags = op & 128 ? flags[op >> 4 & 7] : TCP_ACK,
                           .payload_size = (uint32_t)size };
    size_t seen = op & 8 ? size / 2 : size;
    if (op % OPERATIONS == RAW_AT)
        seg.seq = stream_base(s) + offset - 0x8000u;
    if (op % OPERATIONS == GOOD_AT)
        seg.seq = ISN + 1 + offset;
    uint32_t at = seg.seq - ISN - 1;
    switch (op % OPERATIONS) {
    case RAW_NEXT:
    case RAW_AT:
        seen = seen < cur_left(in) ? seen : cur_left(in);
        feed(s, hand, seg, cur_take(in, seen), seen, *ref);
        break;
    case GOOD_NEXT:
    case GOOD_AT:
        if (at < GOOD && size < GOOD - at)
            feed(s, hand, seg, good + at, seen, *ref);
        break;
    case ACK: stream_acked(s, stream_base(s) + offset, *ref); break;
    case STRAY:
        seg.seq = stream_base(s) + ((uint32_t)offset << 16);
        if (n & 1)
            stream_acked(s, seg.seq, *ref);
        else
            feed(s, hand, seg, good, n, *ref);
        break;
    case TIME: ref->when.ns += offset * INT64_C(1000000); break;
    default: other(s, n); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!good[0])
        write_good();
    struct cursor in = cur_over(data, size);
    struct stream_pool pool = { .each = 1 << 14, .total = 1 << 14 };
    if (cur_u8(&in) & 1)
        pool.each = pool.total = 1 << 20;
    struct stream *s = stream_new(&pool);
    struct hand hand = { NULL };
    struct stream_ref ref = { 0 };
    if (!s)
        return 0;
    if (cur_u8(&in) & 1)
        stream_start(s, ISN);
    while (cur_left(&in)) {
        step(s, &hand, &in, &ref);
        drain(s, &pool);
    }
    stream_finish(s);
    ref.frame++;
    drain(s, &pool);
    stream_free(s);
    free(hand.bytes);
    expect(pool.used == 0);
    return 0;
}
