/* TCP headers: each option, options that lie, and every cut. */
#include "base/macros.h"
#include "decode/tcp.h"
#include "tests/check.h"
#include "tests/make/make_packet.h"

static struct pkt m;

static struct frame frame_over(const uint8_t *p, size_t captured, uint32_t size)
{
    return (struct frame){ .proto = 6, .payload = cur_over(p, captured), .payload_size = size };
}

static bool read_options(const char *hex, struct segment *s)
{
    uint8_t options[40];
    pkt_start(&m, "", 0);
    pkt_hex(&m, hex);
    uint32_t size = pkt_size(&m);
    memcpy(options, pkt_bytes(&m), size);
    pkt_start(&m, "payload", 7);
    pkt_tcp(&m, (struct pkt_tcp){ .sport = 179, .dport = 40000, .options = options, .options_size = size });
    struct frame f = frame_over(pkt_bytes(&m), pkt_size(&m), pkt_size(&m));
    return tcp_read(&f, s);
}

static void plain(void)
{
    struct segment s;
    pkt_start(&m, "payload", 7);
    pkt_tcp(&m, (struct pkt_tcp){ .sport = 179,
                                  .dport = 40000,
                                  .seq = 0x01020304,
                                  .ack = 0xf1f2f3f4,
                                  .flags = TCP_ACK | TCP_PSH | 0xc0,
                                  .window = 65000 });
    struct frame f = frame_over(pkt_bytes(&m), pkt_size(&m), pkt_size(&m));
    CHECK(tcp_read(&f, &s));
    CHECK(s.sport == 179 && s.dport == 40000 && s.seq == 0x01020304 && s.ack == 0xf1f2f3f4);
    CHECK(s.flags == (TCP_ACK | TCP_PSH) && s.window == 65000); /* ECN's bits are not ours */
    CHECK(s.payload_size == 7 && cur_left(&s.payload) == 7 && !memcmp(s.payload.at, "payload", 7));
    CHECK(cur_left(&s.header) == 20 && s.header.at == pkt_bytes(&m) && !s.options_cut);
    CHECK(!s.has_mss && !s.has_wscale && !s.has_stamp && !s.sack_permitted && !s.md5 && !s.ao &&
          !s.sack_blocks);
    f.proto = 17;
    CHECK(!tcp_read(&f, &s));
}

static void a_syn(void)
{
    struct segment s;
    CHECK(read_options("020405b4 0402 080a 00010203 00000000 01 030307", &s));
    CHECK(s.has_mss && s.mss == 1460 && s.sack_permitted && s.has_wscale && s.wscale == 7);
    CHECK(s.has_stamp && s.ts_value == 0x10203 && s.ts_echo == 0 && !s.options_cut);
    CHECK(cur_left(&s.header) == 40 && s.payload_size == 7);
}

static void signed_segments(void)
{
    static const uint8_t digest[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
    struct segment s;
    CHECK(read_options("0101 1312 0102030405060708090a0b0c0d0e0f10", &s) && s.md5 && !s.options_cut);
    CHECK(s.md5 && !memcmp(s.md5, digest, 16));
    CHECK(read_options("1d10 0705 0102030405060708090a0b0c", &s) && s.ao && s.ao_size == 14 && s.ao[0] == 7);
    CHECK(read_options("1d04 0705", &s) && s.ao && s.ao_size == 2);
    CHECK(read_options("1d03 07", &s) && !s.ao && !s.ao_size);
    CHECK(read_options("1310 0102030405060708090a0b0c0d0e", &s) && !s.md5 && !s.options_cut);
}

static const struct {
    const char *words, *hex;
    bool cut;
    bool mss, wscale, stamp;
    uint8_t sack_blocks;
} options[] = {
    // clang-format off
    { "end of options hides what follows", "00 020405b4 000000",         false, false, false, false, 0 },
    { "no-operation",                      "01010101",                   false, false, false, false, 0 },
    { "one SACK block",                    "0101 050a 0000000100000002", false, false, false, false, 1 },
    { "three SACK blocks",                 "0101 051a 0000000100000002 0000000300000004 0000000500000006", false, false, false, false, 3 },
    { "length 0",                          "020405b4 0800 0303",         true,  true,  false, false, 0 },
    { "length 1",                          "020405b4 0801 0303",         true,  true,  false, false, 0 },
    { "beyond the header",                 "020405b4 0808 0303",         true,  true,  false, false, 0 },
    { "kind without length",               "020405b4 010101fe",          true,  true,  false, false, 0 },
    { "MSS of the wrong size",             "0203 05 01",                 false, false, false, false, 0 },
    { "unknown kind",                      "fd06 01020304 01 01",        false, false, false, false, 0 },
    { "timestamps of the wrong size",      "0809 00010203000000 01 0101", false, false, false, false, 0 },
    // clang-format on
};

static void odd_options(void)
{
    for (size_t i = 0; i < COUNT(options); i++) {
        struct segment s;
        CHECK_CASE(options[i].words, read_options(options[i].hex, &s));
        CHECK_CASE(options[i].words, s.options_cut == options[i].cut && s.has_mss == options[i].mss);
        CHECK_CASE(options[i].words, s.has_wscale == options[i].wscale && s.has_stamp == options[i].stamp);
        CHECK_CASE(options[i].words, s.sack_blocks == options[i].sack_blocks && s.payload_size == 7);
    }
    struct segment s;
    CHECK(read_options("0303ff 01", &s) && s.wscale == 14); /* RFC 7323 2.3 */
}

static void bad_offsets(void)
{
    struct segment s;
    for (unsigned words = 0; words < 16; words++) {
        pkt_start(&m, "0123456789012345", 16);
        pkt_tcp(&m, (struct pkt_tcp){ .sport = 1, .dport = 179 });
        m.room[m.at + 12] = (uint8_t)(words << 4);
        struct frame f = frame_over(pkt_bytes(&m), pkt_size(&m), pkt_size(&m));
        bool good = words >= 5 && words <= 9; /* 36 bytes are there */
        CHECK(tcp_read(&f, &s) == good);
        CHECK(!good || s.payload_size == 36 - words * 4);
    }
}

/* A segment that the capture cut: as far as the bytes go, and the size that it had. */
static void every_cut(void)
{
    static const uint8_t some[] = { 2, 4, 5, 180, 8, 10, 0, 0, 0, 1,  0,  0,  0,  2,  19, 18,
                                    1, 2, 3, 4,   5, 6,  7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
    struct segment s;
    pkt_start(&m, "payload", 7);
    pkt_tcp(&m, (struct pkt_tcp){ .dport = 179, .options = some, .options_size = sizeof some });
    for (uint32_t n = 0; n <= pkt_size(&m); n++) {
        uint8_t *p = malloc(n + !n);
        if (!p)
            abort();
        memcpy(p, pkt_bytes(&m), n);
        struct frame f = frame_over(p, n, pkt_size(&m));
        bool got = tcp_read(&f, &s);
        CHECK(got == (n >= 20));
        if (got) {
            CHECK(s.payload_size == 7 && cur_left(&s.payload) == (n > 52 ? n - 52 : 0));
            CHECK(s.options_cut == (n < 52) && s.has_mss == (n >= 24) && s.has_stamp == (n >= 34));
            CHECK((s.md5 != NULL) == (n >= 52) && cur_left(&s.header) == (n < 52 ? n : 52));
        }
        f.payload_size = n;
        CHECK(tcp_read(&f, &s) == (n >= 52)); /* nothing was cut: the header is longer than the segment */
        free(p);
    }
}

int main(void)
{
    plain();
    a_syn();
    signed_segments();
    odd_options();
    bad_offsets();
    every_cut();
    return CHECK_END();
}
