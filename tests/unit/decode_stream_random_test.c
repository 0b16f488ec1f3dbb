/* What must hold whatever the network does: messages cut into segments at random, repeated, overlapped, in any order,
 * lost, come out as they went in; and no one's appetite is without a ceiling. */
#include "base/macros.h"
#include "decode/stream.h"
#include "tests/check.h"
#include <stdlib.h>

enum { MESSAGES = 60, ROOM = MESSAGES * 4096, SEGMENTS = 4000 };

/* xorshift: the same numbers everywhere */
static uint64_t state = 88172645463325252u;
static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % n;
}

struct sent {
    uint32_t from, to;
    bool lost;
};

struct world {
    uint8_t bytes[ROOM];
    uint32_t seen[ROOM + 1]; /* the frame that had it first; 0 for none */
    uint32_t size, message_count, message[MESSAGES + 1];
    uint32_t segment_count, isn;
    struct sent segment[SEGMENTS];
};
static struct world w;

static void make_message(uint32_t i)
{
    static const uint32_t lengths[] = { 19, 23, 60, 64, 65, 300, 1448, 4096 };
    uint32_t n = below(3) ? lengths[below(COUNT(lengths))] : 23 + below(200);
    uint8_t *m = w.bytes + w.size;
    memset(m, 255, 16);
    m[16] = (uint8_t)(n >> 8);
    m[17] = (uint8_t)n;
    m[18] = n == 19 ? BGP_KEEPALIVE : BGP_UPDATE;
    for (uint32_t b = BGP_HEADER; b < n; b++)
        m[b] = (uint8_t)below(255); /* never a marker */
    w.message[i] = w.size;
    w.size += n;
    w.message[i + 1] = w.size;
}

static void make_world(uint32_t longest, unsigned repeats)
{
    w.size = w.segment_count = 0;
    w.isn = below(4) ? below(UINT32_MAX) : UINT32_MAX - below(10000);
    w.message_count = 1 + below(MESSAGES - 1);
    for (uint32_t i = 0; i < w.message_count; i++)
        make_message(i);
    memset(w.seen, 0, sizeof w.seen);
    for (uint32_t at = 0; at < w.size && w.segment_count < SEGMENTS - 2;) {
        uint32_t n = 1 + below(longest);
        n = n < w.size - at ? n : w.size - at;
        if (w.segment_count == SEGMENTS - 3)
            n = w.size - at;
        w.segment[w.segment_count++] = (struct sent){ at, at + n, false };
        at += n;
        if (repeats && !below(repeats) && w.segment_count < SEGMENTS - 3) {
            uint32_t from = at - below(at < 3000 ? at : 3000) - 1, most = w.size - from;
            w.segment[w.segment_count++] =
                (struct sent){ from, from + 1 + below(most < 2000 ? most : 2000), false };
            if (w.segment[w.segment_count - 1].to > w.size)
                w.segment[w.segment_count - 1].to = w.size;
        }
    }
}

static void shuffle(uint32_t window)
{
    for (uint32_t i = 0; i + 1 < w.segment_count; i++) {
        uint32_t left = w.segment_count - i, j = i + below(left < window ? left : window);
        struct sent swap = w.segment[i];
        w.segment[i] = w.segment[j];
        w.segment[j] = swap;
    }
}

/* A copy of its own, so that the address sanitizer sees what is read behind or after it. */
static unsigned send(struct stream *s, uint32_t i, uint8_t **copy)
{
    struct sent *g = &w.segment[i];
    uint32_t n = g->to - g->from;
    free(*copy);
    *copy = malloc(n);
    memcpy(*copy, w.bytes + g->from, n);
    for (uint32_t b = g->from; b < g->to; b++)
        if (!w.seen[b])
            w.seen[b] = i + 1;
    struct segment seg = {
        .seq = w.isn + 1 + g->from, .flags = TCP_ACK, .payload = cur_over(*copy, n), .payload_size = n
    };
    return stream_feed(s, &seg, (struct stream_ref){ .frame = i + 1, .when = { (int64_t)i * 1000 } });
}

/* Where the place had to be sought over segments of a few bytes, the frame of the first one may be a neighbour's:
 * not every frame is remembered. */
static bool is_message(const struct stream_item *item, uint32_t i, bool tiny)
{
    uint32_t from = w.message[i], n = w.message[i + 1] - from;
    return item->kind == STREAM_MESSAGE && !item->msg.cut && item->msg.length == n &&
           item->end_seq == w.isn + 1 + from + n && !memcmp(item->msg.raw, w.bytes + from, n) &&
           cur_left(&item->msg.body) == n - BGP_HEADER && (tiny || item->first.frame == w.seen[from]) &&
           item->last.frame == w.seen[from + n - 1] &&
           item->last.when.ns == (int64_t)(item->last.frame - 1) * 1000;
}

static uint32_t read_all(struct stream *s, uint32_t next, bool tiny, unsigned *wrong)
{
    struct stream_item item;
    while (stream_next(s, &item)) {
        if (next >= w.message_count || !is_message(&item, next, tiny))
            ++*wrong;
        next++;
    }
    return next;
}

/* Nothing is lost: the same messages, in the same order, each with the frames that had its first and last byte. */
static void check_any_order(void)
{
    for (unsigned round = 0; round < 1500; round++) {
        struct stream_pool pool = { .each = 2 << 20, .total = 2 << 20 };
        struct stream *s = stream_new(&pool);
        uint8_t *copy = NULL;
        static const uint32_t longest[] = { 30, 1448, 9000 };
        unsigned wrong = 0, dropped = 0;
        uint32_t next = 0;
        make_world(longest[round % 3], round % 4);
        if (round % 5)
            shuffle(2 + below(30));
        stream_start(s, w.isn);
        for (uint32_t i = 0; i < w.segment_count; i++) {
            dropped += (send(s, i, &copy) & STREAM_DROPPED) != 0;
            next = read_all(s, next, false, &wrong);
            if (!below(4)) {
                stream_acked(s, stream_base(s), (struct stream_ref){ .frame = i + 1 });
                next = read_all(s, next, false, &wrong);
            }
        }
        CHECK(!dropped);
        CHECK(!wrong);
        CHECK(next == w.message_count);
        CHECK(pool.used == 0);
        CHECK(stream_base(s) == w.isn + 1 + w.size && stream_front(s) == stream_base(s));
        stream_free(s);
        free(copy);
        CHECK(pool.used == 0);
    }
}

/* Segments are missing and acknowledged: every message that was seen whole is given, every byte that was not is in a
 * hole, and what is given cut is the beginning of a message. */
static void check_holes(void)
{
    for (unsigned round = 0; round < 1500; round++) {
        struct stream_pool pool = { .each = 2 << 20, .total = 2 << 20 };
        struct stream *s = stream_new(&pool);
        uint8_t *copy = NULL;
        unsigned wrong = 0;
        static const uint32_t longest[] = { 5, 100, 1448 };
        uint32_t missed = 0, next = 0;
        uint64_t holes = 0;
        make_world(longest[round % 3], 0);
        stream_start(s, w.isn);
        for (uint32_t i = 0; i <= w.segment_count; i++) {
            uint32_t to = i < w.segment_count ? w.segment[i].to : w.size;
            struct stream_ref ref = { .frame = i + 1, .when = { (int64_t)i * 1000 } };
            if (i == w.segment_count)
                stream_finish(s);
            else if (!below(6))
                missed += w.segment[i].to - w.segment[i].from;
            else
                send(s, i, &copy);
            stream_acked(s, w.isn + 1 + to, ref);
            struct stream_item item;
            while (stream_next(s, &item)) {
                wrong += item.kind == STREAM_NOISE;
                holes += item.kind == STREAM_HOLE ? item.bytes : 0;
                wrong += item.kind == STREAM_HOLE && !item.missed;
                if (item.kind != STREAM_MESSAGE)
                    continue;
                uint32_t end = item.end_seq - w.isn - 1, seen = 0;
                for (; next < w.message_count && w.message[next + 1] != end; next++) {
                    for (seen = w.message[next]; seen < w.message[next + 1] && w.seen[seen];)
                        seen++;
                    wrong += seen == w.message[next + 1]; /* it was seen whole, and not given */
                }
                if (next == w.message_count || (!item.msg.cut && !is_message(&item, next, round % 3 == 0)))
                    wrong++;
                else if (item.msg.cut)
                    wrong += memcmp(item.msg.raw, w.bytes + w.message[next],
                                    BGP_HEADER + cur_left(&item.msg.body)) != 0;
                next++;
            }
        }
        CHECK(!wrong);
        CHECK(holes + 1 >= missed && holes <= missed); /* one byte at the very end may be a FIN */
        stream_free(s);
        free(copy);
        CHECK(pool.used == 0);
    }
}

/* The first segments of the connection are not in the capture: from the first message on that is whole, all is there. */
static void check_midway(void)
{
    for (unsigned round = 0; round < 1000; round++) {
        struct stream_pool pool = { .each = 2 << 20, .total = 2 << 20 };
        struct stream *s = stream_new(&pool);
        uint8_t *copy = NULL;
        static const uint32_t longest[] = { 5, 200, 1448 };
        unsigned wrong = 0;
        make_world(longest[round % 3], 0);
        uint32_t i = below(w.segment_count), next = 0;
        while (next < w.message_count && w.message[next] < w.segment[i].from)
            next++;
        for (; i < w.segment_count; i++) {
            send(s, i, &copy);
            next = read_all(s, next, round % 3 == 0, &wrong);
            CHECK(pool.used <= 2 * BGP_LARGEST);
        }
        stream_finish(s);
        next = read_all(s, next, round % 3 == 0, &wrong);
        CHECK(!wrong);
        CHECK(next == w.message_count);
        CHECK(stream_joined_midway(s));
        stream_free(s);
        free(copy);
        CHECK(pool.used == 0);
    }
}

/* ---- ceilings ---- */

static unsigned feed(struct stream *s, uint32_t seq, const uint8_t *bytes, uint32_t n)
{
    static uint64_t frame;
    struct segment seg = { .seq = seq, .flags = TCP_ACK, .payload = cur_over(bytes, n), .payload_size = n };
    return stream_feed(s, &seg, (struct stream_ref){ .frame = ++frame });
}

static void check_pool(void)
{
    static uint8_t bytes[1448];
    struct stream_pool pool = { .each = 100000, .total = 250000 };
    struct stream *s[4];
    unsigned kept[4] = { 0 };
    for (unsigned i = 0; i < COUNT(s); i++) {
        s[i] = stream_new(&pool);
        stream_start(s[i], 0);
        stream_acked(s[i], 1, (struct stream_ref){ 0 });
        for (uint32_t n = 0; n < 1000; n++)
            kept[i] += !(feed(s[i], 2 + n * 1448, bytes, sizeof bytes) & STREAM_DROPPED);
        CHECK(pool.used <= pool.total && pool.used <= (i + 1) * pool.each);
    }
    CHECK(kept[0] > 50 && kept[0] == kept[1]);
    CHECK(kept[2] < kept[0] && kept[3] == 0);
    CHECK(pool.most <= pool.total);
    struct stream_item item;
    uint64_t hole = 0, noise = 0;
    stream_acked(s[0], 2 + 1000 * 1448, (struct stream_ref){ 0 });
    stream_finish(s[0]);
    while (stream_next(s[0], &item)) {
        hole += item.kind == STREAM_HOLE && item.missed ? item.bytes : 0;
        noise += item.kind == STREAM_NOISE;
    }
    CHECK(hole == 1 + (1000 - kept[0]) * UINT64_C(1448));
    CHECK(!noise);
    for (unsigned i = 0; i < COUNT(s); i++)
        stream_free(s[i]);
    CHECK(pool.used == 0);
}

/* A message for whose end there is no room is told cut, and reading goes on behind it. */
static void check_no_room(void)
{
    static uint8_t bytes[4096 + 19];
    struct stream_pool pool = { .each = 3000, .total = 3000 };
    struct stream *s = stream_new(&pool);
    struct stream_item item;
    memset(bytes, 255, 16);
    bytes[16] = 16;
    bytes[18] = BGP_UPDATE;
    memset(bytes + 4096, 255, 16);
    bytes[4096 + 17] = BGP_HEADER;
    bytes[4096 + 18] = BGP_KEEPALIVE;
    stream_start(s, 0);
    CHECK(feed(s, 1, bytes, 1448) == STREAM_NEW);
    CHECK(stream_next(s, &item) && item.kind == STREAM_MESSAGE && item.msg.cut && item.msg.length == 4096);
    CHECK(cur_left(&item.msg.body) == 1448 - BGP_HEADER && item.end_seq == 4097);
    CHECK(!stream_next(s, &item));
    CHECK(feed(s, 1449, bytes + 1448, 4115 - 1448) == (STREAM_NEW | STREAM_DROPPED));
    CHECK(stream_next(s, &item) && item.kind == STREAM_MESSAGE && item.msg.type == BGP_KEEPALIVE);
    CHECK(!stream_next(s, &item));
    CHECK(pool.most <= pool.total);
    stream_free(s);
    CHECK(pool.used == 0);
}

/* Ten thousand early pieces of one byte, each second byte of the stream, then all the others. */
static void check_many_pieces(void)
{
    static uint8_t bytes[30000];
    struct stream_pool pool = { .each = 64 << 20, .total = 64 << 20 };
    struct stream *s = stream_new(&pool);
    struct stream_item item;
    unsigned dropped = 0;
    stream_start(s, 0);
    for (uint32_t i = 10000; i > 0; i--)
        dropped += (feed(s, 1 + i * 2, bytes, 1) & STREAM_DROPPED) != 0;
    CHECK(dropped > 0 && dropped < 10000);
    CHECK(pool.used < 2 << 20);
    feed(s, 1, bytes, sizeof bytes);
    while (stream_next(s, &item))
        CHECK(item.kind == STREAM_NOISE);
    stream_free(s);
    CHECK(pool.used == 0);
}

/* What is not read while its packet is there is a hole like any other. */
static void check_not_read(void)
{
    static uint8_t bytes[19] = { 255, 255, 255, 255, 255, 255, 255, 255, 255,          255,
                                 255, 255, 255, 255, 255, 255, 0,   19,  BGP_KEEPALIVE };
    struct stream_pool pool = { .each = 1 << 20, .total = 1 << 20 };
    struct stream *s = stream_new(&pool);
    struct stream_item item;
    stream_start(s, 0);
    stream_acked(s, 1, (struct stream_ref){ 0 });
    CHECK(feed(s, 1, bytes, 19) == STREAM_NEW && stream_base(s) == 20);
    CHECK(feed(s, 20, bytes, 19) == (STREAM_NEW | STREAM_DROPPED) && stream_base(s) == 1 &&
          stream_front(s) == 39);
    CHECK(!stream_next(s, &item));
    CHECK(feed(s, 1, bytes, 19) == (STREAM_NEW | STREAM_FILLED) && stream_base(s) == 39);
    for (int i = 0; i < 2; i++)
        CHECK(stream_next(s, &item) && item.kind == STREAM_MESSAGE);
    CHECK(!stream_next(s, &item) && stream_base(s) == 39);
    stream_free(s);
    CHECK(pool.used == 0);
}

/* Segments and acknowledgements of another connection. */
static void check_far(void)
{
    static const uint8_t keepalive[19] = { 255, 255, 255, 255, 255, 255, 255, 255, 255,          255,
                                           255, 255, 255, 255, 255, 255, 0,   19,  BGP_KEEPALIVE };
    struct stream_pool pool = { .each = 1 << 20, .total = 1 << 20 };
    struct stream *s = stream_new(&pool);
    struct stream_item item;
    stream_start(s, 0);
    CHECK(feed(s, 1, keepalive, 19) == STREAM_NEW && stream_next(s, &item));
    static const uint32_t strays[] = { 17u << 20, 900u << 20, 0x60000000u, 0x80000000u, 0xd0000000u };
    for (unsigned i = 0; i < COUNT(strays); i++) {
        CHECK(!(feed(s, 20 + strays[i], keepalive, 19) & STREAM_NEW));
        stream_acked(s, 20 + strays[i] + 19, (struct stream_ref){ 0 });
        CHECK(!stream_next(s, &item) && stream_front(s) == 20 && stream_base(s) == 20);
    }
    CHECK(feed(s, 20 - (1u << 22), keepalive, 19) == STREAM_OLD);
    CHECK(feed(s, 20 - (1u << 29), keepalive, 19) == STREAM_OLD);
    CHECK(feed(s, 20, keepalive, 19) == STREAM_NEW && stream_next(s, &item) && item.kind == STREAM_MESSAGE);

    /* they go on like that: the capture missed much */
    uint32_t seq = 39 + (20u << 20);
    for (unsigned i = 0; i < 3; i++)
        CHECK(feed(s, seq + i * 19, keepalive, 19) == (STREAM_EARLY | STREAM_DROPPED));
    CHECK(feed(s, seq + 3 * 19, keepalive, 19) == (STREAM_EARLY | STREAM_NEW));
    CHECK(stream_next(s, &item) && item.kind == STREAM_HOLE && item.missed &&
          item.bytes == (20u << 20) + 3 * 19);
    CHECK(stream_next(s, &item) && item.kind == STREAM_MESSAGE && !stream_next(s, &item));

    /* another connection with the same ports, whose SYN was not seen */
    for (unsigned i = 0; i < 3; i++)
        CHECK(!(feed(s, seq + 0x70000000u + i * 19, keepalive, 19) & STREAM_NEW));
    CHECK(feed(s, seq + 0x70000000u + 3 * 19, keepalive, 19) == STREAM_NEW);
    CHECK(stream_next(s, &item) && item.kind == STREAM_MESSAGE && stream_joined_midway(s));
    stream_free(s);
    CHECK(pool.used == 0);
}

/* Between two messages a stream holds nothing. */
static void check_idle(void)
{
    static uint8_t bytes[4096];
    struct stream_pool pool = { .each = 1 << 20, .total = 1 << 20 };
    struct stream *s = stream_new(&pool);
    struct stream_item item;
    memset(bytes, 255, 16);
    bytes[16] = 16;
    bytes[18] = BGP_UPDATE;
    stream_start(s, 0);
    feed(s, 1, bytes, 2000);
    CHECK(!stream_next(s, &item) && pool.used >= 2000 && pool.used <= 4096);
    feed(s, 2001, bytes + 2000, 2096);
    CHECK(stream_next(s, &item) && !stream_next(s, &item) && pool.used == 0);
    stream_free(s);
}

int main(void)
{
    check_any_order();
    check_holes();
    check_midway();
    check_pool();
    check_no_room();
    check_many_pieces();
    check_not_read();
    check_far();
    check_idle();
    return CHECK_END();
}
