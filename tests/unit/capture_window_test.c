/* Packets in the order of a file in; out in order of time, as far as the window and the clock allow. */
#include "tests/check.h"
#include "tests/make/make_capture.h"
#include "tests/make/tell_source.h"

/* Milliseconds for stamps; a pcap file of them. Each packet holds its own number. */
static struct buf capture_of(const int *ms, unsigned count)
{
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 1);
    for (unsigned i = 0; i < count; i++) {
        char number[12];
        uint32_t n = (uint32_t)snprintf(number, sizeof number, "%u", i + 1);
        make_pcap_packet(&b, &PCAP_LITTLE, (uint32_t)ms[i] / 1000, (uint32_t)ms[i] % 1000 * 1000, number, n,
                         n);
    }
    return b;
}

static void check_order(void)
{
    static const struct {
        const char *words;
        int ms[12];
        const char *want;
        bool in_file_order;
    } cases[] = {
        { "in order", { 1, 2, 3, 4 }, "1 2 3 4", false },
        { "neighbours", { 1, 3, 2, 4 }, "1 3 2 4", false },
        { "neighbours, left alone", { 1, 3, 2, 4 }, "1 2 3 4", true },
        { "several late ones", { 10, 9, 8, 7, 11, 6 }, "6 4 3 2 1 5", false },
        { "equal stamps stay", { 5, 5, 5, 4, 4, 5 }, "4 5 1 2 3 6", false },
        { "exactly a second back", { 1, 2001, 1001, 2002 }, "1 3 2 4", false },
        { "more: the clock was set", { 1, 2001, 1000, 2002 }, "1 2 3 4", false },
        { "nothing moves across a clock step",
          { 5000, 5002, 100, 102, 101, 99, 5001 },
          "1 2 6 3 5 4 7",
          false },
        { "on either side of it things do", { 5002, 5001, 102, 101, 200 }, "2 1 4 3 5", false },
        { "one stamp far ahead", { 10, 90000, 11, 13, 12 }, "1 2 3 5 4", false },
        { "one stamp far back", { 5000, 1, 5002, 5001 }, "1 2 4 3", false },
        { "a second back is counted from the newest", { 2000, 1500, 999, 3000 }, "2 1 3 4", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned count = 0;
        while (count < COUNT(cases[i].ms) && cases[i].ms[count])
            count++;
        struct buf b = capture_of(cases[i].ms, count);
        struct source_options options = { .in_file_order = cases[i].in_file_order };
        struct buf told = tell_bytes(made(&b), &options, 0);
        CHECK_CASE(cases[i].words, !strcmp(buf_text(&told), cases[i].want));
        CHECK_TEXT(buf_text(&told), cases[i].want);
        buf_free(&told);
        buf_free(&b);
    }
}

/* The packet that is late moves ahead of 31 others and no more. */
static void check_reach(void)
{
    for (unsigned ahead = 30; ahead <= 33; ahead++) {
        int ms[100];
        unsigned late = 50 + ahead;
        for (unsigned i = 0; i < 100; i++)
            ms[i] = (int)(1000 + i);
        ms[late] = 1000 + 49; /* as the one at 49: its place is behind that */
        struct buf b = capture_of(ms, 100);
        struct cursor bytes = made(&b);
        enum err why;
        char message[300];
        struct source *s = source_open_memory(&bytes, 1, NULL, &why, message);
        struct packet p;
        unsigned at = 0;
        while (s && source_next(s, &p) == SOURCE_PACKET && p.number != late + 1)
            at++;
        CHECK(at == (ahead <= 31 ? 50 : late - 31));
        source_close(s);
        buf_free(&b);
    }
}

/* Late packets everywhere, over many read buffers, large ones among them: what is borrowed stays what it was. */
static void check_bytes_stay(void)
{
    static uint8_t bytes[256 << 10];
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 1);
    enum { PACKETS = 6000 };
    uint32_t r = 7;
    for (uint32_t i = 1; i <= PACKETS; i++) {
        r = r * 1664525 + 1013904223;
        uint32_t size = i % 211 ? (r >> 16) % 1500 : (r >> 12) % (uint32_t)sizeof bytes;
        uint32_t us = 100000 + i * 100 - (r >> 20) % 10 * 100; /* up to nine places late */
        memset(bytes, (int)(i & 0xff), size);
        make_pcap_packet(&b, &PCAP_LITTLE, us / 1000000, us % 1000000, bytes, size, size);
    }
    struct cursor all = made(&b);
    enum err why;
    char message[300];
    struct source *s = source_open_memory(&all, 1, NULL, &why, message);
    struct packet p;
    struct stamp last = { 0 };
    uint64_t n = 0, sum = 0, last_number = 0;
    bool good = true, moved = false;
    while (s && source_next(s, &p) == SOURCE_PACKET) {
        n++;
        sum += p.number;
        good = good && !stamp_before(p.when, last) && (last.ns != p.when.ns || p.number > last_number);
        moved = moved || p.number < last_number;
        last = p.when;
        last_number = p.number;
        for (uint32_t i = 0; i < p.size; i++)
            good = good && p.bytes[i] == (p.number & 0xff);
    }
    CHECK(good && moved && n == PACKETS && sum == (uint64_t)PACKETS * (PACKETS + 1) / 2);
    source_close(s);
    buf_free(&b);
}

/* A packet with a stamp ahead of all others stays in the window while thousands pass it by. */
static void check_one_held_long(void)
{
    static uint8_t bytes[1000];
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 1);
    make_pcap_packet(&b, &PCAP_LITTLE, 1, 900000, "held", 4, 4);
    for (uint32_t i = 0; i < 5000; i++)
        make_pcap_packet(&b, &PCAP_LITTLE, 1, 100000 + i, bytes, sizeof bytes, sizeof bytes);
    struct cursor all = made(&b);
    enum err why;
    char message[300];
    struct source *s = source_open_memory(&all, 1, NULL, &why, message);
    struct packet p = { .number = 0 };
    while (s && source_next(s, &p) == SOURCE_PACKET && p.number != 1)
        ;
    CHECK(p.number == 1 && p.size == 4 && !memcmp(p.bytes, "held", 4));
    CHECK(s && source_next(s, &p) == SOURCE_END);
    source_close(s);
    buf_free(&b);
}

int main(void)
{
    check_order();
    check_reach();
    check_bytes_stay();
    check_one_held_long();
    return CHECK_END();
}
