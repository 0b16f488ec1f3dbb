/* pcapng files, sound and damaged, in; packets, and what is said of the damage, out. */
#include "tests/check.h"
#include "tests/make/make_capture.h"
#include "tests/make/tell_source.h"

enum { ETHERNET = 1, RAW = 101 };

/* Takes the file over. */
static void check_told(const char *words, struct buf *b, unsigned what, const char *want)
{
    struct buf told = tell_bytes(made(b), NULL, what | TELL_ENDS);
    CHECK_CASE(words, !strcmp(buf_text(&told), want));
    CHECK_TEXT(buf_text(&told), want);
    buf_free(&told);
    buf_free(b);
}

/* A section with one interface that counts microseconds. */
static struct buf begun(bool big)
{
    struct buf b = make_capture();
    make_section(&b, big);
    make_interface(&b, big, ETHERNET, 262144, -1, 0);
    return b;
}

static void check_both_orders(void)
{
    for (unsigned big = 0; big < 2; big++) {
        struct buf b = begun(big);
        make_ng_packet(&b, big, 0, 10000500, "abc", 3, 60);
        make_old_packet(&b, big, 0, 11000000, "defg", 4, 4);
        make_simple_packet(&b, big, "hijkl", 5, 5);
        check_told(big ? "big-endian" : "little-endian", &b, TELL_TIME | TELL_LINK | TELL_WIRE | TELL_BYTES,
                   "1@10.000500000/1*60=abc 2@11.000000000/1*4=defg 3@11.000000000/1*5=hijkl");
    }
}

static void check_time_units(void)
{
    static const struct {
        const char *words;
        int resolution;
        int64_t offset;
        uint64_t ticks;
        const char *want;
    } cases[] = {
        { "not said: microseconds", -1, 0, 1700000000123456, "1@1700000000.123456000" },
        { "seconds", 0, 0, 1700000000, "1@1700000000.000000000" },
        { "milliseconds", 3, 0, 1700000000123, "1@1700000000.123000000" },
        { "nanoseconds", 9, 0, 1700000000123456789, "1@1700000000.123456789" },
        { "tenths of a nanosecond", 10, 0, 17000000001234567891u, "1@1700000000.123456789" },
        { "10^-19 s", 19, 0, 12345678901234567890u, "1@1.234567890" },
        { "10^-20 s", 20, 0, 12345678901234567890u, "1@0.123456789" },
        { "10^-127 s", 127, 0, UINT64_MAX, "1@0.000000000" },
        { "2^0 s", 0x80, 0, 1700000000, "1@1700000000.000000000" },
        { "2^-1 s", 0x81, 0, 3400000001, "1@1700000000.500000000" },
        { "2^-20 s", 0x94, 0, (1700000000u * UINT64_C(1048576)) + 524288 + 1, "1@1700000000.500000953" },
        { "2^-32 s", 0xa0, 0, (UINT64_C(1700000000) << 32) + 0x80000000u, "1@1700000000.500000000" },
        { "2^-40 s", 0xa8, 0, UINT64_MAX, "1@16777215.999999999" },
        { "2^-63 s", 0xbf, 0, UINT64_C(3) << 62, "1@1.500000000" },
        { "2^-64 s", 0xc0, 0, UINT64_C(1) << 63, "1@0.500000000" },
        { "2^-127 s", 0xff, 0, UINT64_MAX, "1@0.000000000" },
        { "an offset", -1, 1700000000, 123456, "1@1700000000.123456000" },
        { "an offset back", 9, -3600, 7200000000001, "1@3600.000000001" },
        { "an offset of a binary unit", 0x81, 10, 1, "1@10.500000000" },
        { "before 1970 is 1970", -1, -3600, 1000000, "1@0.000000000" },
        { "the last second", -1, 0, UINT64_C(4294967295000000), "1@4294967295.000000000" },
        { "after 2106 is 2106", -1, 0, UINT64_MAX, "1@4294967295.000000000" },
        { "an offset after 2106", 0, 4294967295 + 10, 7, "1@4294967295.000000000" },
        { "absurd in seconds", 0, 0, UINT64_MAX, "1@4294967295.000000000" },
        { "an absurd offset", 0, INT64_MIN, 7,
          " | at 28: after packet 0 an interface's description makes no sense" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = make_capture();
        make_section(&b, false);
        make_interface(&b, false, ETHERNET, 0, cases[i].resolution, cases[i].offset);
        make_ng_packet(&b, false, 0, cases[i].ticks, "abc", 3, 3);
        check_told(cases[i].words, &b, TELL_TIME, cases[i].want);
    }
}

static void check_several_interfaces(void)
{
    struct buf b = make_capture();
    make_section(&b, false);
    make_interface(&b, false, ETHERNET, 96, 6, 0);
    make_interface(&b, false, RAW, 262144, 9, 0);
    make_ng_packet(&b, false, 1, 10000000001, "abc", 3, 3);
    make_ng_packet(&b, false, 0, 11000000, "defg", 4, 1500);
    make_interface(&b, false, 113, 262144, 0, 0); /* may come at any time */
    make_ng_packet(&b, false, 2, 12, "h", 1, 1);
    struct cursor bytes = made(&b);
    enum err why;
    char message[300];
    struct source *s = source_open_memory(&bytes, 1, NULL, &why, message);
    CHECK(s && source_file(s, 0)->link == ETHERNET && source_file(s, 0)->several_links);
    struct buf told = tell_source(s, TELL_TIME | TELL_LINK | TELL_WIRE | TELL_ENDS);
    CHECK_TEXT(buf_text(&told), "1@10.000000001/101*3 2@11.000000000/1*1500 3@12.000000000/113*1");
    buf_free(&told);
    buf_free(&b);
}

static void check_several_sections(void)
{
    struct buf b = make_capture();
    make_section(&b, false);
    make_interface(&b, false, RAW, 0, 9, 0);
    make_ng_packet(&b, false, 0, 10000000001, "abc", 3, 3);
    make_section(&b, true);
    make_interface(&b, true, ETHERNET, 0, 6, 0);
    make_ng_packet(&b, true, 0, 11000000, "defg", 4, 4);
    make_section(&b, true); /* an empty one */
    make_section(&b, false);
    make_interface(&b, false, 276, 0, 0, 0);
    make_ng_packet(&b, false, 0, 12, "h", 1, 1);
    check_told("sections of both byte orders", &b, TELL_TIME | TELL_LINK,
               "1@10.000000001/101 2@11.000000000/1 3@12.000000000/276");

    b = begun(false);
    make_ng_packet(&b, false, 0, 10, "abc", 3, 3);
    size_t second = b.used;
    make_section(&b, false);
    make_ng_packet(&b, false, 0, 11, "abc", 3, 3);
    CHECK(second == 96);
    check_told("interfaces end with their section", &b, 0,
               "1 | at 124: packet 2 is of an interface that was not described");
}

static void check_blocks_passed_over(void)
{
    static uint8_t large[3 << 20];
    struct buf b = make_capture();
    make_section(&b, false);
    make_block(&b, false, 0x0bad, "custom, not to be copied", 24);
    make_interface(&b, false, ETHERNET, 0, -1, 0);
    make_block(&b, false, 4, "names", 5);
    make_ng_packet(&b, false, 0, 10, "abc", 3, 3);
    make_block(&b, false, 0x40000bad, large, sizeof large); /* larger than the read buffer */
    make_block(&b, false, 0x80000001, NULL, 0);
    make_ng_packet(&b, false, 0, 11, "defg", 4, 4);
    check_told("unknown blocks", &b, TELL_BYTES, "2=abc 4=defg"); /* Wireshark counts the custom ones */

    b = begun(false);
    size_t at = b.used;
    make_block(&b, false, 0x0bad, large, sizeof large);
    make32(&b, false, 6);
    b.text[at + 8 + sizeof large] ^= 1;
    check_told("a large block's second length differs", &b, 0,
               " | at 60: after packet 0 a block gives its length as 3145740 and as 3145741");

    b = begun(false);
    make_block(&b, false, 0x0bad, large, sizeof large);
    b.used -= 100;
    check_told("cut in a large block", &b, 0, " | at 60: ends in the middle of a block");
}

static void check_simple_packets(void)
{
    struct buf b = make_capture();
    make_section(&b, false);
    make_interface(&b, false, RAW, 3, -1, 0);
    make_simple_packet(&b, false, "abc", 3, 1500);
    make_simple_packet(&b, false, "de", 2, 2);
    check_told("cut at the snap length", &b, TELL_TIME | TELL_WIRE | TELL_BYTES | TELL_LINK,
               "1@0.000000000/101*1500=abc 2@0.000000000/101*2=de");

    b = make_capture();
    make_section(&b, false);
    make_interface(&b, false, RAW, 0, -1, 0);
    make_simple_packet(&b, false, "abcd", 4, 1500);
    check_told("no snap length, and cut all the same", &b, TELL_WIRE | TELL_BYTES, "1*1500=abcd");

    b = make_capture();
    make_section(&b, false);
    make_simple_packet(&b, false, "abcd", 4, 4);
    check_told("no interface", &b, 0, " | at 28: packet 1 is of an interface that was not described");
}

static void check_drops(void)
{
    struct buf b = begun(false);
    make_interface(&b, false, ETHERNET, 0, -1, 0);
    make_statistics(&b, false, 0, 3, 4); /* counts grow */
    make_ng_packet(&b, false, 0, 10, "abc", 3, 3);
    make_statistics(&b, false, 0, 30, 5);
    make_statistics(&b, false, 1, 100, UINT64_MAX); /* not known */
    make_statistics(&b, false, 7, 1000, 1000);      /* of nobody */
    make_block(&b, false, 5, "short", 5);
    struct cursor bytes = made(&b);
    enum err why;
    char message[300];
    struct source *s = source_open_memory(&bytes, 1, NULL, &why, message);
    struct packet p;
    CHECK(s && source_next(s, &p) == SOURCE_PACKET && source_next(s, &p) == SOURCE_END);
    CHECK(s && source_file(s, 0)->dropped == 135 && !source_file(s, 0)->several_links);
    CHECK(s && !source_file(s, 0)->damaged);
    source_close(s);
    buf_free(&b);
}

/* A packet at 60 of 36 bytes, a second one at 96 of 36. Then the file is cut or one field changed. */
static void check_damage(void)
{
    static const struct {
        const char *words;
        unsigned keep, at;
        uint32_t value;
        const char *want;
    } cases[] = {
        { "whole", 132, 0, 0, "1 2" },
        { "cut after the first packet", 96, 0, 0, "1" },
        { "cut in the second packet", 131, 0, 0, "1 | at 96: ends in the middle of packet 2" },
        { "cut behind its type", 100, 0, 0, "1 | at 96: ends in the middle of packet 2" },
        { "cut in its type", 99, 0, 0, "1 | at 96: ends in the middle of a block" },
        { "cut in an interface", 50, 0, 0, " | at 28: ends in the middle of a block" },
        { "cut in the section's header", 27, 0, 0, " | at 0: ends in the middle of a section's header" },
        { "cut behind its type", 4, 0, 0, " | at 0: ends in the middle of a block" },
        { "no multiple of 4", 132, 100, 37,
          "1 | at 96: after packet 1 a block claims to have 37 bytes, which makes no sense" },
        { "too short for a block", 132, 100, 8,
          "1 | at 96: after packet 1 a block claims to have 8 bytes, which makes no sense" },
        { "no length", 132, 100, 0,
          "1 | at 96: after packet 1 a block claims to have 0 bytes, which makes no sense" },
        { "too long for a packet", 132, 100, 1 << 21,
          "1 | at 96: after packet 1 a block claims to have 2097152 bytes, which makes no sense" },
        { "beyond the file", 132, 100, 40, "1 | at 96: ends in the middle of packet 2" },
        { "too short for a packet", 132, 100, 28,
          "1 | at 96: after packet 1 a block gives its length as 28 and as 4" },
        { "another second length", 132, 128, 32,
          "1 | at 96: after packet 1 a block gives its length as 36 and as 32" },
        { "an interface that is not there", 132, 104, 1,
          "1 | at 96: packet 2 is of an interface that was not described" },
        { "more bytes than the block", 132, 116, 5,
          "1 | at 96: packet 2 claims to have more bytes than it can" },
        { "far more", 132, 116, UINT32_MAX, "1 | at 96: packet 2 claims to have more bytes than it can" },
        { "an unknown block too long to be true", 132, 100, 0x7ffffffc,
          "1 | at 96: after packet 1 a block claims to have 2147483644 bytes, which makes no sense" },
        { "a section of version 2", 132, 12, 2,
          " | at 0: a section is of format version 2, which is not known here" },
        { "no byte order", 132, 8, 2,
          "FORMAT memory is no pcap or pcapng file; give a capture that tcpdump, dumpcap or Wireshark wrote" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = begun(false);
        make_ng_packet(&b, false, 0, 10, "abcd", 4, 4);
        make_ng_packet(&b, false, 0, 11, "efgh", 4, 4);
        CHECK(b.used == 132);
        for (unsigned k = 0; cases[i].at && k < 4; k++)
            b.text[cases[i].at + k] = (char)(cases[i].value >> 8 * k);
        b.used = cases[i].keep;
        check_told(cases[i].words, &b, 0, cases[i].want);
    }
}

static void check_bad_interfaces(void)
{
    struct buf b = make_capture(), body = make_capture();
    make_section(&b, false);
    make32(&body, false, ETHERNET);
    make32(&body, false, 0);
    make16(&body, false, 9);
    make16(&body, false, 100); /* longer than the block */
    make32(&body, false, 6);
    make_made_block(&b, false, 1, &body);
    check_told("an option longer than its block", &b, 0,
               " | at 28: after packet 0 an interface's description makes no sense");

    b = make_capture();
    make_section(&b, false);
    make_block(&b, false, 1, "abcd", 4);
    check_told("too short", &b, 0, " | at 28: after packet 0 an interface's description makes no sense");

    b = make_capture();
    make_section(&b, false);
    for (int i = 0; i < 65537; i++)
        make_block(&b, false, 1, "\1\0\0\0\0\0\0\0", 8);
    check_told("too many", &b, 0, " | at 1310748: describes more than 65536 interfaces");
}

int main(void)
{
    check_both_orders();
    check_time_units();
    check_several_interfaces();
    check_several_sections();
    check_blocks_passed_over();
    check_simple_packets();
    check_drops();
    check_damage();
    check_bad_interfaces();
    return CHECK_END();
}
