/* pcap files of every kind, sound and damaged, in; packets, and what is said of the damage, out. */
#include "tests/check.h"
#include "tests/make/make_capture.h"
#include "tests/make/tell_source.h"

static void check_kinds(void)
{
    static const struct {
        const char *words;
        struct make_pcap_kind kind;
        uint32_t link;
        const char *want;
    } cases[] = {
        { "little-endian, microseconds",
          { 0xa1b2c3d4, false, 0 },
          1,
          "1@10.000500000/1*60=abc 2@4294967295.999999000/1*1=d" },
        { "big-endian, microseconds",
          { 0xa1b2c3d4, true, 0 },
          113,
          "1@10.000500000/113*60=abc 2@4294967295.999999000/113*1=d" },
        { "little-endian, nanoseconds",
          { 0xa1b23c4d, false, 0 },
          101,
          "1@10.000000500/101*60=abc 2@4294967295.000999999/101*1=d" },
        { "big-endian, nanoseconds",
          { 0xa1b23c4d, true, 0 },
          276,
          "1@10.000000500/276*60=abc 2@4294967295.000999999/276*1=d" },
        { "little-endian, modified",
          { 0xa1b2cd34, false, 8 },
          12,
          "1@10.000500000/12*60=abc 2@4294967295.999999000/12*1=d" },
        { "big-endian, modified",
          { 0xa1b2cd34, true, 8 },
          14,
          "1@10.000500000/14*60=abc 2@4294967295.999999000/14*1=d" },
        { "with a frame check sequence's length",
          { 0xa1b2c3d4, false, 0 },
          0x44000001,
          "1@10.000500000/1*60=abc 2@4294967295.999999000/1*1=d" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = make_capture();
        make_pcap(&b, &cases[i].kind, cases[i].link);
        make_pcap_packet(&b, &cases[i].kind, 10, 500, "abc", 3, 60);
        make_pcap_packet(&b, &cases[i].kind, UINT32_MAX, 999999, "d", 1, 0);
        struct buf told =
            tell_bytes(made(&b), NULL, TELL_TIME | TELL_LINK | TELL_WIRE | TELL_BYTES | TELL_ENDS);
        CHECK_CASE(cases[i].words, !strcmp(buf_text(&told), cases[i].want));
        CHECK_TEXT(buf_text(&told), cases[i].want);
        buf_free(&told);
        buf_free(&b);
    }
}

/* Two packets "abc" and "defg" at offsets 24 and 43; the file is 63 bytes. Then it is cut or a field changed. */
static void check_damage(void)
{
    static const struct {
        const char *words;
        unsigned keep; /* bytes of the file */
        unsigned at;   /* where 4 bytes are changed, if at > 0 */
        uint32_t value;
        const char *want;
    } cases[] = {
        { "whole", 63, 0, 0, "1 2" },
        { "cut after the first packet", 43, 0, 0, "1" },
        { "cut in the second packet's bytes", 62, 0, 0, "1 | at 43: ends in the middle of packet 2" },
        { "cut behind the second packet's header", 59, 0, 0, "1 | at 43: ends in the middle of packet 2" },
        { "cut in the second packet's header", 44, 0, 0, "1 | at 43: ends in the middle of packet 2" },
        { "cut in the first packet", 25, 0, 0, " | at 24: ends in the middle of packet 1" },
        { "no packet", 24, 0, 0, "" },
        { "cut in the file's header", 23, 0, 0, " | at 0: ends in the middle of its header" },
        { "only the magic number", 4, 0, 0, " | at 0: ends in the middle of its header" },
        { "the largest size that a packet can have", 63, 51, 262144,
          "1 | at 43: ends in the middle of packet 2" },
        { "one more", 63, 51, 262145,
          "1 | at 43: packet 2 claims to have 262145 bytes, which makes no sense" },
        { "the largest number", 63, 51, UINT32_MAX,
          "1 | at 43: packet 2 claims to have 4294967295 bytes, which makes no sense" },
        { "the first packet is damaged", 63, 32, 1u << 31,
          " | at 24: packet 1 claims to have 2147483648 bytes, which makes no sense" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = make_capture();
        make_pcap(&b, &PCAP_LITTLE, 1);
        make_pcap_packet(&b, &PCAP_LITTLE, 10, 0, "abc", 3, 3);
        make_pcap_packet(&b, &PCAP_LITTLE, 11, 0, "defg", 4, 4);
        CHECK(b.used == 63);
        for (unsigned k = 0; cases[i].at && k < 4; k++)
            b.text[cases[i].at + k] = (char)(cases[i].value >> 8 * k);
        b.used = cases[i].keep;
        struct buf told = tell_bytes(made(&b), NULL, TELL_ENDS);
        CHECK_CASE(cases[i].words, !strcmp(buf_text(&told), cases[i].want));
        CHECK_TEXT(buf_text(&told), cases[i].want);
        buf_free(&told);
        buf_free(&b);
    }
}

/* Every cut of a file gives the packets that are whole, and says which one is not. */
static void check_every_cut(void)
{
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 1);
    size_t ends[9] = { b.used };
    for (uint32_t i = 1; i < COUNT(ends); i++) {
        make_pcap_packet(&b, &PCAP_LITTLE, i, 0, "abcdefghij", i, i);
        ends[i] = b.used;
    }
    for (size_t cut = 24; cut <= b.used; cut++) {
        struct cursor all = made(&b);
        struct cursor some = cur_sub(&all, cut);
        enum err why;
        char message[300];
        struct source *s = source_open_memory(&some, 1, NULL, &why, message);
        unsigned whole = 0, got = 0;
        while (whole + 1 < COUNT(ends) && ends[whole + 1] <= cut)
            whole++;
        struct packet p;
        while (s && source_next(s, &p) == SOURCE_PACKET)
            got += p.size == p.number;
        CHECK(s && got == whole && source_file(s, 0)->packets == whole);
        CHECK(s && source_file(s, 0)->damaged == (ends[whole] != cut));
        CHECK(s && (ends[whole] == cut || source_file(s, 0)->damage_offset == ends[whole]));
        source_close(s);
    }
    buf_free(&b);
}

static void check_zeros(void)
{
    static const uint8_t zeros[4096];
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 1);
    make_pcap_packet(&b, &PCAP_LITTLE, 10, 0, "abc", 3, 3);
    make_bytes(&b, zeros, sizeof zeros);
    struct buf told = tell_bytes(made(&b), NULL, TELL_ENDS);
    CHECK_TEXT(buf_text(&told), "1 | at 43: there are only zeros where packet 2 should be");
    buf_free(&told);

    b.used = 43; /* packets without bytes are no damage */
    make_pcap_packet(&b, &PCAP_LITTLE, 0, 0, NULL, 0, 0);
    make_pcap_packet(&b, &PCAP_LITTLE, 11, 0, NULL, 0, 1500);
    told = tell_bytes(made(&b), NULL, TELL_WIRE | TELL_ENDS);
    CHECK_TEXT(buf_text(&told), "1*3 2*0 3*1500");
    buf_free(&told);
    buf_free(&b);
}

static void check_facts(void)
{
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 228);
    make_pcap_packet(&b, &PCAP_LITTLE, 10, 0, "abc", 3, 100);
    make_pcap_packet(&b, &PCAP_LITTLE, 11, 0, "abc", 3, 3);
    struct cursor bytes = made(&b);
    enum err why;
    char message[300];
    struct source *s = source_open_memory(&bytes, 1, NULL, &why, message);
    CHECK(s != NULL && why == ERR_NONE);
    CHECK(source_file_count(s) == 1);
    struct packet p;
    while (source_next(s, &p) == SOURCE_PACKET)
        CHECK(p.file == 0);
    CHECK(source_next(s, &p) == SOURCE_END); /* and so it stays */
    const struct source_file_facts *f = source_file(s, 0);
    CHECK(f->packets == 2 && f->bytes == 103 && f->link == 228);
    CHECK(!f->several_links && !f->dropped && !f->damaged);
    CHECK(source_progress(s) >= 1 && source_progress(s) <= 1);
    source_close(s);
    buf_free(&b);
}

/* More than the read buffer, with packets of every size, some as large as they may be. */
static void check_long_file(void)
{
    static uint8_t bytes[256 << 10];
    struct buf b = make_capture();
    make_pcap(&b, &PCAP_LITTLE, 1);
    enum { PACKETS = 3000 };
    for (uint32_t i = 1; i <= PACKETS; i++) {
        uint32_t size = i % 97 ? i * 7 % 1600 : (i % 5 ? 200000 : (uint32_t)sizeof bytes);
        memset(bytes, (int)(i & 0xff), size);
        make_pcap_packet(&b, &PCAP_LITTLE, i, 0, bytes, size, size);
    }
    struct cursor all = made(&b);
    enum err why;
    char message[300];
    struct source *s = source_open_memory(&all, 1, NULL, &why, message);
    struct packet p;
    double progress = 0;
    uint64_t n = 0;
    bool good = true;
    while (s && source_next(s, &p) == SOURCE_PACKET) {
        good = good && p.number == ++n && (int64_t)n * NS_PER_S == p.when.ns;
        for (uint32_t i = 0; i < p.size; i++)
            good = good && p.bytes[i] == (n & 0xff);
        good = good && source_progress(s) >= progress && source_progress(s) <= 1;
        progress = source_progress(s);
    }
    CHECK(good && n == PACKETS);
    CHECK(s && !source_file(s, 0)->damaged);
    source_close(s);
    buf_free(&b);
}

int main(void)
{
    check_kinds();
    check_damage();
    check_every_cut();
    check_zeros();
    check_facts();
    check_long_file();
    return CHECK_END();
}
