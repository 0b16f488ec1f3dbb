/* ICMP errors and the packets that they quote, whole and cut. */
#include "base/macros.h"
#include "decode/icmp.h"
#include "decode/ip.h"
#include "tests/check.h"
#include "tests/make/make_packet.h"

static const struct frame_want all = { .ports = { 179 }, .port_count = 1, .ospf = true, .icmp = true };
static struct pkt m;

/* A SYN from 192.0.2.1 to 198.51.100.1 as a router quotes it: its header and `quoted` bytes more. */
static void quote4(uint8_t proto, uint16_t flags_offset, uint32_t quoted)
{
    pkt_start(&m, "", 0);
    pkt_tcp(&m, (struct pkt_tcp){ .sport = 40000, .dport = 179, .seq = 0x01020304, .flags = 2 });
    pkt_ipv4(&m, (struct pkt_ip){ "192.0.2.1", "198.51.100.1", .proto = proto, .ttl = 1,
                                  .flags_offset = flags_offset });
    uint8_t copy[40];
    memcpy(copy, pkt_bytes(&m), sizeof copy);
    pkt_start(&m, copy, 20 + quoted);
}
static void error4(uint8_t type, uint8_t code, uint32_t word)
{
    pkt_icmp(&m, type, code, word);
    pkt_ipv4(&m, (struct pkt_ip){ "203.0.113.9", "192.0.2.1", .proto = 1 });
}
static void error6(uint8_t type, uint8_t code, uint32_t word)
{
    pkt_icmp(&m, type, code, word);
    pkt_ipv6(&m, (struct pkt_ip){ "2001:db8:9::9", "2001:db8::1", .proto = 58 });
}
static void syn6(uint8_t extensions)
{
    pkt_start(&m, "", 0);
    pkt_tcp(&m, (struct pkt_tcp){ .sport = 40000, .dport = 179, .seq = 0x01020304, .flags = 2 });
    for (uint8_t i = 0; i < extensions; i++)
        pkt_extension(&m, i ? 60 : 6, 2);
    pkt_ipv6(&m, (struct pkt_ip){ "2001:db8::1", "2001:db8:2::1", .proto = extensions ? 60 : 6, .ttl = 1 });
}

static bool read_error(struct icmp_error *e)
{
    struct frame f;
    return frame_read(LINK_RAW, pkt_bytes(&m), pkt_size(&m), pkt_size(&m), (struct stamp){ 0 }, &all, NULL,
                      &f) == FRAME_IP &&
           icmp_read(&f, e);
}

static const struct {
    const char *words;
    uint8_t type, code;
    uint32_t word, mtu;
} kinds[] = {
    { "host unreachable", 3, 1, 0, 0 },
    { "communication administratively prohibited", 3, 13, 0, 0 },
    { "fragmentation needed and DF set", 3, 4, 1400, 1400 },
    { "fragmentation needed and DF set", 3, 4, 0, 0 },             /* as before RFC 1191 */
    { "fragmentation needed and DF set", 3, 4, 0x00050578, 1400 }, /* RFC 4884: a length stands beside it */
    { "redirect for the host", 5, 1, 0xc0000201, 0 },
    { "time exceeded in transit", 11, 0, 0, 0 },
    { "header parameter problem", 12, 0, 0, 0 },
};

static void each_kind(void)
{
    struct addr src = addr_parse("192.0.2.1"), dst = addr_parse("198.51.100.1");
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct icmp_error e = { 0 };
        quote4(6, 0x4000, 8);
        error4(kinds[i].type, kinds[i].code, kinds[i].word);
        CHECK_CASE(kinds[i].words, read_error(&e));
        CHECK_CASE(kinds[i].words,
                   e.type == kinds[i].type && e.code == kinds[i].code && e.mtu == kinds[i].mtu);
        CHECK_CASE(kinds[i].words, addr_equal(&e.src, &src) && addr_equal(&e.dst, &dst));
        CHECK_CASE(kinds[i].words, e.proto == 6 && e.ttl == 1 && e.has_ports);
        CHECK_CASE(kinds[i].words, e.sport == 40000 && e.dport == 179 && e.seq == 0x01020304);
        CHECK_TEXT(icmp_name(false, e.type, e.code), kinds[i].words);
    }
}

static void other_quotes(void)
{
    struct icmp_error e;
    quote4(6, 0x4000, 20);
    error4(3, 1, 0);
    CHECK(read_error(&e) && e.has_ports && e.seq == 0x01020304);
    quote4(6, 0x4000, 7); /* less than RFC 792 asks for */
    error4(3, 1, 0);
    CHECK(read_error(&e) && !e.has_ports && e.proto == 6);
    quote4(6, 0x0010, 8); /* a later fragment has no ports */
    error4(11, 1, 0);
    CHECK(read_error(&e) && !e.has_ports && e.dst.b[0] == 198);
    quote4(89, 0, 8);
    error4(3, 2, 0);
    CHECK(read_error(&e) && !e.has_ports && e.proto == 89);
    pkt_start(&m, "0123456789012345678901234567", 28); /* quotes what is no IP */
    error4(3, 1, 0);
    CHECK(!read_error(&e));
    pkt_start(&m, "", 0); /* quotes nothing */
    error4(3, 1, 0);
    CHECK(!read_error(&e));
}

static void version_6(void)
{
    struct addr src = addr_parse("2001:db8::1"), dst = addr_parse("2001:db8:2::1");
    struct icmp_error e = { 0 };
    for (uint8_t extensions = 0; extensions < 4; extensions++) {
        syn6(extensions);
        error6(2, 0, 1280);
        CHECK(read_error(&e) && e.type == 2 && e.mtu == 1280 && addr_equal(&e.src, &src) &&
              addr_equal(&e.dst, &dst));
        CHECK(e.proto == 6 && e.ttl == 1 && e.has_ports && e.dport == 179 && e.seq == 0x01020304);
    }
    syn6(0);
    error6(1, 3, 99);
    CHECK(read_error(&e) && e.mtu == 0);
    CHECK_TEXT(icmp_name(true, e.type, e.code), "address unreachable");
    syn6(0);
    error6(128, 0, 0); /* echo */
    CHECK(!read_error(&e));
}

/* The frame may come from elsewhere than frame_read: other protocols and messages are no errors. */
static void no_error(void)
{
    struct icmp_error e;
    quote4(6, 0, 8);
    pkt_icmp(&m, 8, 0, 0);
    struct frame f = { .proto = 1,
                       .payload = cur_over(pkt_bytes(&m), pkt_size(&m)),
                       .payload_size = pkt_size(&m) };
    CHECK(!icmp_read(&f, &e));
    m.room[m.at] = 3;
    CHECK(icmp_read(&f, &e));
    f.proto = 6;
    CHECK(!icmp_read(&f, &e));
}

/* In an allocation of its own each time, for the address sanitizer to watch. */
static void every_cut(void)
{
    for (int six = 0; six < 2; six++) {
        if (six) {
            syn6(2);
            error6(3, 0, 0);
        } else {
            quote4(6, 0, 20);
            error4(11, 0, 0);
        }
        uint32_t whole = pkt_size(&m), quote = six ? 40 + 8 : 20 + 8, head = six ? 40 : 20,
                 extensions = six ? 32 : 0;
        for (uint32_t n = 0; n <= whole; n++) {
            uint8_t *p = malloc(n + !n);
            struct frame f;
            struct icmp_error e;
            if (!p)
                abort();
            memcpy(p, pkt_bytes(&m), n);
            bool got = frame_read(LINK_RAW, p, n, whole, (struct stamp){ 0 }, &all, NULL, &f) == FRAME_IP;
            CHECK(got == (n > quote - 8));
            got = got && icmp_read(&f, &e);
            CHECK(got == (n >= quote + head));
            CHECK(!got || e.has_ports == (n >= quote + head + extensions + 8));
            free(p);
        }
    }
}

static void names(void)
{
    CHECK_TEXT(icmp_name(false, 3, 0), "network unreachable");
    CHECK_TEXT(icmp_name(false, 3, 200), "destination unreachable");
    CHECK_TEXT(icmp_name(false, 11, 9), "time exceeded");
    CHECK_TEXT(icmp_name(false, 12, 9), "parameter problem");
    CHECK_TEXT(icmp_name(false, 77, 0), "ICMP message");
    CHECK_TEXT(icmp_name(true, 1, 0), "no route to destination");
    CHECK_TEXT(icmp_name(true, 1, 77), "destination unreachable");
    CHECK_TEXT(icmp_name(true, 2, 0), "packet too big");
    CHECK_TEXT(icmp_name(true, 3, 0), "hop limit exceeded in transit");
    CHECK_TEXT(icmp_name(true, 4, 77), "parameter problem");
    CHECK_TEXT(icmp_name(true, 200, 0), "ICMPv6 message");
}

int main(void)
{
    each_kind();
    other_quotes();
    version_6();
    no_error();
    every_cut();
    names();
    return CHECK_END();
}
