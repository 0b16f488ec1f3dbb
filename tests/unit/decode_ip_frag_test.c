/* Fragments in every order, twice, overlapping, late, cut, and somebody else's. */
#include "base/macros.h"
#include "decode/ip.h"
#include "decode/tcp.h"
#include "tests/check.h"
#include "tests/make/make_packet.h"

enum { SIZE = 4000, BUDGET = 1 << 20 };

static const struct frame_want all = { .ports = { 179 }, .port_count = 1, .ospf = true, .icmp = true };
static struct pkt m;
static struct frame f;
static struct frag_table *table;
static uint8_t payload[SIZE]; /* of the whole packet: counts up, so that a misplaced byte shows */
static uint16_t id = 1;

static void fresh(size_t budget)
{
    frag_free(table);
    table = frag_new(budget);
    if (!table)
        abort();
    for (size_t i = 0; i < SIZE; i++)
        payload[i] = (uint8_t)(i / 8 + i);
    id++;
}

static enum frame_got feed_cut(unsigned ms, uint32_t captured)
{
    struct stamp when = { SPAN_MS(ms).ns };
    /* in an allocation of its own, for the address sanitizer to watch */
    uint8_t *p = malloc(captured);
    if (!p)
        abort();
    memcpy(p, pkt_bytes(&m), captured);
    enum frame_got got = frame_read(LINK_RAW, p, captured, pkt_size(&m), when, &all, table, &f);
    bool of_packet = f.payload.at >= p && f.payload.at <= p + captured;
    if (got == FRAME_IP)
        CHECK(of_packet == !f.reassembled || f.carriers);
    free(p);
    return got;
}
static enum frame_got feed(unsigned ms) { return feed_cut(ms, pkt_size(&m)); }

/* Bytes from..to of the payload as a fragment of an IPv4 packet. */
static void v4(uint8_t proto, uint32_t from, uint32_t to, bool more)
{
    pkt_start(&m, payload + from, to - from);
    pkt_ipv4(&m, (struct pkt_ip){ "192.0.2.1", "192.0.2.2", .proto = proto, .ttl = from ? 9 : 1, .id = id,
                                  .flags_offset = (uint16_t)(from / 8 | (more ? 0x2000u : 0)) });
}
/* The same for IPv6, with an extension header in front of the fragment header. */
static void v6(uint8_t proto, uint32_t from, uint32_t to, bool more)
{
    pkt_start(&m, payload + from, to - from);
    pkt_fragment(&m, proto, (uint16_t)(from / 8), more, id);
    pkt_extension(&m, 44, 2);
    pkt_ipv6(&m, (struct pkt_ip){ "2001:db8::1", "2001:db8::2", .proto = 0, .ttl = from ? 9 : 1 });
}
typedef void slice_maker(uint8_t proto, uint32_t from, uint32_t to, bool more);

static void check_whole(const char *words, bool six)
{
    struct ip_head h;
    CHECK_CASE(words, f.reassembled && !f.cut && f.proto == 89 && f.ttl == 1);
    CHECK_CASE(words, f.payload_size == SIZE && cur_left(&f.payload) == SIZE);
    CHECK_CASE(words, cur_left(&f.payload) == SIZE && !memcmp(f.payload.at, payload, SIZE));
    CHECK_CASE(words, ip_read(f.whole, (uint32_t)cur_left(&f.whole), &h) == IP_OK && !h.fragment);
    CHECK_CASE(words, h.total == cur_left(&f.whole) && h.total == h.header + SIZE);
    CHECK_CASE(words, six || (!ip_header_sum(h.at, h.own) && f.ip_id == id));
}

/* Five fragments in each of the 120 orders. */
static void every_order(slice_maker *make, bool six)
{
    static const uint32_t ends[] = { 0, 800, 1600, 2400, 3200, SIZE };
    for (unsigned order = 0; order < 120; order++) {
        unsigned left[] = { 0, 1, 2, 3, 4 }, code = order;
        fresh(BUDGET);
        for (unsigned n = 5; n > 0; n--) {
            unsigned pick = code % n, i = left[pick];
            code /= n;
            left[pick] = left[n - 1];
            make(89, ends[i], ends[i + 1], i < 4);
            CHECK(feed(n) == (n > 1 ? FRAME_FRAGMENT : FRAME_IP));
            CHECK(f.proto == 89);
        }
        check_whole("order", six);
        CHECK(frag_lost(table) == 0);
    }
}

/* A span port gives every packet twice, at once or a little later. */
static void copies(slice_maker *make, bool six)
{
    fresh(BUDGET);
    for (int i = 0; i < 2; i++) {
        make(89, 0, 2000, true);
        CHECK(feed(1) == FRAME_FRAGMENT);
    }
    make(89, 2000, SIZE, false);
    CHECK(feed(2) == FRAME_IP);
    check_whole("copies", six);
    CHECK(feed(3) == FRAME_FRAGMENT);
    make(89, 0, 2000, true);
    CHECK(feed(4) == FRAME_FRAGMENT);
    make(89, 2000, SIZE, false);
    CHECK(feed(4) == FRAME_FRAGMENT); /* not a second packet */
    make(89, 0, 2000, true);
    CHECK(feed(5000) == FRAME_FRAGMENT); /* long after, the number has come round: another packet */
    make(89, 2000, SIZE, false);
    CHECK(feed(5001) == FRAME_IP);
    check_whole("the number again", six);
    CHECK(frag_lost(table) == 0);
}

static void first_bytes_win(void)
{
    fresh(BUDGET);
    v4(89, 0, 1600, true);
    CHECK(feed(0) == FRAME_FRAGMENT);
    v4(89, 3200, SIZE, false);
    CHECK(feed(0) == FRAME_FRAGMENT);
    v4(89, 800, 3600, true);
    memset(m.room + m.at + 20, 0xee, 800); /* where bytes stand already, others */
    memset(m.room + m.at + 20 + 2400, 0xee, 400);
    CHECK(feed(0) == FRAME_IP);
    check_whole("overlap", false);
}

static void v6_overlap_spoils_all(void)
{
    fresh(BUDGET);
    v6(89, 0, 1600, true);
    CHECK(feed(0) == FRAME_FRAGMENT);
    v6(89, 800, 2400, true);
    CHECK(feed(0) == FRAME_MALFORMED);
    v6(89, 0, 1600, true);
    CHECK(feed(1) == FRAME_MALFORMED); /* those not yet received as well */
    v6(89, 1600, SIZE, false);
    CHECK(feed(1) == FRAME_MALFORMED);
    id++;
    v6(89, 0, 1600, true);
    CHECK(feed(2) == FRAME_FRAGMENT); /* another packet is not spoilt */
    v6(89, 0, 1600, true);
    m.room[m.at + 100] ^= 1; /* the same place, other bytes */
    CHECK(feed(2) == FRAME_MALFORMED);
}

static void contradictions(void)
{
    fresh(BUDGET);
    v4(89, 0, 801, true);
    CHECK(feed(0) == FRAME_MALFORMED); /* not a multiple of eight, and more is to follow */
    v4(89, 0, 0, true);
    CHECK(feed(0) == FRAME_MALFORMED);
    v4(89, 0, 1600, false);
    pkt_u16(m.room + m.at + 6, 65528 / 8);
    CHECK(feed(0) == FRAME_MALFORMED); /* ends beyond the largest packet */
    v4(89, 1600, 2400, false);
    CHECK(feed(0) == FRAME_FRAGMENT);
    v4(89, 2400, 3200, true);
    CHECK(feed(0) == FRAME_MALFORMED); /* beyond the end */
    v4(89, 1600, 2000, false);
    CHECK(feed(0) == FRAME_MALFORMED); /* another end */
    v4(89, 0, 1600, true);
    CHECK(feed(0) == FRAME_IP && f.payload_size == 2400);
    CHECK(!memcmp(f.payload.at, payload, 2400));
}

/* Each fragment may be small enough, and the whole not. */
static void too_large_together(void)
{
    static const uint8_t options[40];
    fresh(BUDGET);
    for (uint32_t at = 0; at < 65520; at += 1456) {
        pkt_start(&m, payload, 1456);
        pkt_ipv4(&m,
                 (struct pkt_ip){ "192.0.2.1", "192.0.2.2", .proto = 89, .id = id, .options = options,
                                  .options_size = 40,
                                  .flags_offset = (uint16_t)(at / 8 | (at + 1456 < 65520 ? 0x2000u : 0)) });
        CHECK(feed(0) == (at + 1456 < 65520 ? FRAME_FRAGMENT : FRAME_MALFORMED));
    }
}

static void patience(void)
{
    fresh(BUDGET);
    v4(89, 0, 2000, true);
    CHECK(feed(0) == FRAME_FRAGMENT);
    v4(89, 2000, SIZE, false);
    CHECK(feed(59999) == FRAME_IP);
    CHECK(frag_lost(table) == 0);
    id++;
    v4(89, 0, 2000, true);
    CHECK(feed(100000) == FRAME_FRAGMENT);
    v4(89, 2000, SIZE, false);
    CHECK(feed(160001) == FRAME_FRAGMENT);
    CHECK(frag_lost(table) == 1);
}

/* ---- what is not ours ---- */

static void ports(uint16_t sport, uint16_t dport)
{
    pkt_u16(payload, sport);
    pkt_u16(payload + 2, dport);
}

static void foreign(slice_maker *make, uint8_t proto)
{
    fresh(BUDGET);
    ports(40000, 443);
    make(proto, 0, 1600, true);
    CHECK(feed(0) == FRAME_NOTHING);
    make(proto, 1600, 2400, true);
    CHECK(feed(0) == FRAME_NOTHING); /* the first fragment is remembered */
    id++;
    make(proto, 1600, 2400, true);
    CHECK(feed(0) == FRAME_FRAGMENT); /* it could be ours */
    make(proto, 0, 1600, true);
    CHECK(feed(0) == FRAME_NOTHING);
    make(proto, 2400, SIZE, false);
    CHECK(feed(0) == FRAME_NOTHING);
    make(200, 0, 1600, true);
    CHECK(feed(0) == FRAME_NOTHING);
    make(50, 1600, 2400, true);
    CHECK(feed(0) == FRAME_NOTHING);
    CHECK(frag_lost(table) == 0);
}

static void icmp_fragments(void)
{
    fresh(BUDGET);
    ports(0x0800, 0); /* echo */
    v4(1, 0, 1600, true);
    CHECK(feed(0) == FRAME_NOTHING);
    id++;
    ports(0x0301, 0);
    v4(1, 0, 1600, true);
    CHECK(feed(0) == FRAME_FRAGMENT);
    v4(1, 1600, SIZE, false);
    CHECK(feed(0) == FRAME_IP && f.proto == 1 && f.payload_size == SIZE);
}

static void our_tcp(void)
{
    struct segment s;
    fresh(BUDGET);
    ports(40000, 179);
    payload[12] = 0x50;
    v4(6, 2000, SIZE, false);
    CHECK(feed(0) == FRAME_FRAGMENT);
    v4(6, 0, 2000, true);
    CHECK(feed(0) == FRAME_IP && f.reassembled && tcp_read(&f, &s) && s.payload_size == SIZE - 20);
}

static void without_table(void)
{
    fresh(BUDGET);
    frag_free(table);
    table = NULL;
    v4(89, 0, 2000, true);
    CHECK(feed(0) == FRAME_NOTHING);
}

/* A flood of fragments that could be anybody's does not push out those known to be ours. */
static void flood_of_unknown(void)
{
    fresh(200000);
    uint16_t ours = id;
    v4(89, 0, 2000, true);
    CHECK(feed(0) == FRAME_FRAGMENT);
    for (unsigned i = 0; i < 20000; i++) {
        id++;
        v4(6, 1600, 2400, true);
        CHECK(feed(1) == FRAME_FRAGMENT);
    }
    id = ours;
    v4(89, 2000, SIZE, false);
    CHECK(feed(2) == FRAME_IP);
    CHECK(frag_lost(table) == 0);
}

/* Of our own, the oldest goes. */
static void flood_of_ours(void)
{
    fresh(100000);
    uint16_t oldest = id;
    for (unsigned i = 0; i < 1000; i++, id++) {
        v4(89, 0, 2000, true);
        CHECK(feed(1) == FRAME_FRAGMENT);
    }
    CHECK(frag_lost(table) > 900 && frag_lost(table) < 1000);
    uint64_t lost = frag_lost(table);
    id--;
    v4(89, 2000, SIZE, false);
    CHECK(feed(2) == FRAME_IP);
    CHECK(frag_lost(table) == lost || frag_lost(table) == lost + 1);
    id = oldest;
    CHECK((v4(89, 2000, SIZE, false), feed(2)) == FRAME_FRAGMENT);
}

static void no_room_at_all(void)
{
    fresh(100);
    v4(89, 0, 2000, true);
    CHECK(feed(0) == FRAME_FRAGMENT);
    v4(89, 2000, SIZE, false);
    CHECK(feed(0) == FRAME_FRAGMENT);
    CHECK(frag_lost(table) == 2);
}

/* ---- cut by the capture ---- */

static void cut_fragments(void)
{
    fresh(BUDGET);
    v4(89, 0, 1600, true);
    CHECK(feed_cut(0, 96) == FRAME_FRAGMENT);
    v4(89, 1600, SIZE, false);
    CHECK(feed_cut(0, 96) == FRAME_IP && f.reassembled && f.cut);
    CHECK(f.payload_size == SIZE && cur_left(&f.payload) == 76 && !memcmp(f.payload.at, payload, 76));
    id++;
    v4(89, 1600, SIZE, false);
    CHECK(feed_cut(0, 96) == FRAME_FRAGMENT);
    v4(89, 0, 1600, true);
    CHECK(feed(0) == FRAME_IP && f.cut && f.payload_size == SIZE && cur_left(&f.payload) == 1676);
    CHECK(!memcmp(f.payload.at, payload, 1676));
    id++;
    v4(89, 0, 801, true); /* it fits no other fragment, but its first bytes can be read */
    CHECK(feed_cut(0, 96) == FRAME_IP && f.cut && !f.reassembled && cur_left(&f.payload) == 76);
    fresh(BUDGET);
    v6(89, 0, 1600, true);
    CHECK(feed_cut(0, 104) == FRAME_FRAGMENT);
    CHECK(feed_cut(0, 104) == FRAME_FRAGMENT); /* a copy, cut alike */
    v6(89, 1600, SIZE, false);
    CHECK(feed_cut(0, 65) == FRAME_IP && f.cut && f.payload_size == SIZE && cur_left(&f.payload) == 40);
}

/* ---- fragments of carriers ---- */

/* What is in m, as fragments of a packet around it; the last is left in m. */
static void fragment_m(uint8_t proto, uint32_t at)
{
    static uint8_t copy[SIZE * 2];
    uint32_t size = pkt_size(&m);
    memcpy(copy, pkt_bytes(&m), size);
    pkt_start(&m, copy, at);
    pkt_ipv4(&m, (struct pkt_ip){ "203.0.113.1", "203.0.113.2", .proto = proto, .id = id,
                                  .flags_offset = 0x2000 });
    CHECK(feed(0) == FRAME_FRAGMENT);
    pkt_start(&m, copy + at, size - at);
    pkt_ipv4(&m, (struct pkt_ip){ "203.0.113.1", "203.0.113.2", .proto = proto, .id = id,
                                  .flags_offset = (uint16_t)(at / 8) });
}

static void fragmented_carriers(void)
{
    fresh(BUDGET);
    pkt_start(&m, payload, SIZE);
    pkt_ipv4(&m, (struct pkt_ip){ "192.0.2.1", "192.0.2.2", .proto = 89, .ttl = 1 });
    pkt_gre(&m, 0x0800);
    fragment_m(47, 1480);
    CHECK(feed(0) == FRAME_IP && f.carriers == CARRIER_GRE && !f.reassembled && f.ttl == 1);
    CHECK(f.payload_size == SIZE && !memcmp(f.payload.at, payload, SIZE));

    fresh(
        BUDGET); /* fragments within fragments: the inner ones stand in the buffer that the outer ones filled */
    v4(89, 0, 2000, true);
    pkt_ethernet(&m, 0x0800);
    pkt_vxlan(&m, 5);
    fragment_m(17, 1480);
    CHECK(feed(0) == FRAME_FRAGMENT);
    id++;
    uint16_t outer = id;
    id--;
    v4(89, 2000, SIZE, false);
    pkt_ethernet(&m, 0x0800);
    pkt_vxlan(&m, 5);
    uint16_t inner = id;
    id = outer;
    fragment_m(17, 1480);
    CHECK(feed(0) == FRAME_IP && f.carriers == CARRIER_VXLAN && f.mac_src[5] == 1);
    id = inner;
    check_whole("fragments within fragments", false);
}

/* Thousands of random fragments: nothing to expect but that nothing breaks and the room is kept. */
static void at_random(void)
{
    uint32_t random = 1, wholes = 0;
    fresh(50000);
    for (unsigned i = 0; i < 100000; i++) {
        random = random * 1664525 + 1013904223;
        uint32_t r = random >> 8, from = r % 5 * 800, to = from + 800;
        if ((r >> 5) % 8 == 0) /* one that overlaps the next */
            to += 160;
        if (to > SIZE)
            to = SIZE;
        bool more = (r >> 3) % 64 ? to < SIZE : to >= SIZE;
        id = (uint16_t)((r >> 12) % 8);
        (r & 1 ? v4 : v6)(r & 2 ? 89 : 6, from, to, more);
        wholes += feed_cut(i, (r >> 4) % 8 ? pkt_size(&m) : pkt_size(&m) / 2) == FRAME_IP;
    }
    CHECK(wholes > 100);
}

int main(void)
{
    every_order(v4, false);
    every_order(v6, true);
    copies(v4, false);
    copies(v6, true);
    first_bytes_win();
    v6_overlap_spoils_all();
    contradictions();
    too_large_together();
    patience();
    foreign(v4, 6);
    foreign(v4, 17);
    foreign(v6, 6);
    icmp_fragments();
    our_tcp();
    without_table();
    flood_of_unknown();
    flood_of_ours();
    no_room_at_all();
    cut_fragments();
    fragmented_carriers();
    at_random();
    frag_free(table);
    return CHECK_END();
}
