/* From link bytes to IP: one packet in every coat, what is turned down, and every cut of every packet. */
#include "base/macros.h"
#include "decode/icmp.h"
#include "decode/ip.h"
#include "decode/tcp.h"
#include "tests/check.h"
#include "tests/make/make_packet.h"

static const struct frame_want all = { .ports = { 179, 1179 }, .port_count = 2, .ospf = true, .icmp = true };
static struct pkt m;

static enum frame_got read_as(uint32_t link, const struct frame_want *want, struct frame *f)
{
    return frame_read(link, pkt_bytes(&m), pkt_size(&m), pkt_size(&m), (struct stamp){ 0 }, want, NULL, f);
}
static enum frame_got read_ethernet(struct frame *f) { return read_as(LINK_ETHERNET, &all, f); }

/* ---- the packet ---- */

static struct pkt_ip v4 = { "192.0.2.1", "192.0.2.2",           .proto = 6, .ttl = 1, .tos = 0xc0,
                            .id = 77,    .flags_offset = 0x4000 };
static struct pkt_ip v6 = { "2001:db8::1", "2001:db8::2", .proto = 6, .ttl = 1, .tos = 0xc0 };

static void with_proto(struct pkt_ip h, uint8_t proto)
{
    h.proto = proto;
    (strchr(h.src, ':') ? pkt_ipv6 : pkt_ipv4)(&m, h);
}
static void bgp4(void)
{
    pkt_bgp_segment(&m);
    pkt_ipv4(&m, v4);
}
static void bgp6(void)
{
    pkt_bgp_segment(&m);
    pkt_ipv6(&m, v6);
}
static void ether4(void)
{
    bgp4();
    pkt_ethernet(&m, 0x0800);
}
static void ether6(void)
{
    bgp6();
    pkt_ethernet(&m, 0x86dd);
}
static void options4(void)
{
    struct pkt_ip h = v4;
    h.options = "\x94\x04\x00\x00"; /* router alert */
    h.options_size = 4;
    pkt_bgp_segment(&m);
    pkt_ipv4(&m, h);
}
static void extensions6(void)
{
    pkt_bgp_segment(&m);
    pkt_extension(&m, 6, 1);
    pkt_extension(&m, 60, 3);
    pkt_extension(&m, 43, 2);
    with_proto(v6, 0);
}
static void atomic6(void)
{
    pkt_bgp_segment(&m);
    pkt_fragment(&m, 6, 0, false, 5);
    with_proto(v6, 44);
}
static void signed_segment(void)
{
    pkt_bgp_segment(&m);
    pkt_hex(&m, "0604 0000 00000100 00000001 000102030405060708090a0b"); /* AH, RFC 4302 2 */
}
static void signed4(void)
{
    signed_segment();
    with_proto(v4, 51);
}
static void signed6(void)
{
    signed_segment();
    with_proto(v6, 51);
}
/* What a sending host captures of a segment that its interface will cut in pieces. */
static void offload4(void)
{
    bgp4();
    pkt_u16(m.room + m.at + 2, 0);
}
static void offload6(void)
{
    bgp6();
    pkt_u16(m.room + m.at + 4, 0);
}
static void like_ip_in_front(void)
{
    ether4();
    m.room[m.at] = 0x46; /* the address begins as an IPv4 header would */
}
static void in_options6(void)
{
    bgp6();
    pkt_extension(&m, 41, 1); /* the tunnel encapsulation limit, RFC 2473 4.1.1 */
}

/* ---- what stands around it ---- */

static void ethernet_4(void) { pkt_ethernet(&m, 0x0800); }
static void ethernet_6(void) { pkt_ethernet(&m, 0x86dd); }
static void padded(void)
{
    ethernet_4();
    pkt_pad(&m, 30);
}
static void dot1q(void) { pkt_ethernet(&m, 0x8100); }
static void dot1ad(void)
{
    pkt_vlan(&m, 100, 0x8100);
    pkt_ethernet(&m, 0x88a8);
}
static void old_qinq(void)
{
    pkt_vlan(&m, 100, 0x9100);
    pkt_ethernet(&m, 0x9100);
}
static void with_length(void)
{
    pkt_ethernet(&m, (uint16_t)pkt_size(&m));
    pkt_pad(&m, 4);
}
static void tagged_length(void)
{
    pkt_vlan(&m, 9, (uint16_t)pkt_size(&m));
    dot1q();
}
static void pppoe_4(void) { pkt_pppoe(&m, 0x0021); }
static void pppoe_ethernet_4(void)
{
    pppoe_4();
    pkt_ethernet(&m, 0x8864);
    pkt_pad(&m, 6);
}
static void pppoe_tagged_6(void)
{
    pkt_pppoe(&m, 0x0057);
    pkt_vlan(&m, 35, 0x8864);
    dot1q();
}
static void mpls(void) { pkt_ethernet(&m, 0x8847); }
static void in_ipv4(uint8_t proto)
{
    pkt_ipv4(&m, (struct pkt_ip){ "203.0.113.1", "203.0.113.2", .proto = proto });
    ethernet_4();
}
static void in_ipv6(uint8_t proto)
{
    pkt_ipv6(&m, (struct pkt_ip){ "2001:db8:1::1", "2001:db8:1::2", .proto = proto });
    ethernet_6();
}
static void in_udp(uint16_t port)
{
    pkt_udp(&m, 50000, port);
    in_ipv4(17);
}
static void ipip(void) { in_ipv4(4); }
static void sixin4(void) { in_ipv4(41); }
static void gre(void) { in_ipv4(47); }
static void gre_6(void) { in_ipv6(47); }
static void mpls_ip(void) { in_ipv4(137); }
static void udp_gre(void) { in_udp(4754); }
static void udp_mpls(void) { in_udp(6635); }
static void vxlan(void)
{
    pkt_vxlan(&m, 42);
    in_ipv4(17);
}
static void linux_vxlan(void) { in_udp(8472); }
static void vxlan_gpe(void) { in_udp(4790); }
static void geneve(void) { in_udp(6081); }
static void v6_ipip(void) { in_ipv6(4); }
static void v6_6(void) { in_ipv6(60); }
static void deep(unsigned headers)
{
    while (headers-- > 1)
        pkt_ipv4(&m, (struct pkt_ip){ "203.0.113.1", "203.0.113.2", .proto = 4 });
    ipip();
}
static void deepest(void) { deep(FRAME_DEPTH - 1); }

enum mac { NONE, BOTH, SOURCE };
static const struct coat {
    const char *words;
    void (*packet)(void);
    const char *hex; /* in front of it, and the next around both */
    void (*around)(void);
    uint32_t link;
    enum mac mac;
    uint16_t vlan, carriers;
} coats[] = {
    // clang-format off
    { "Ethernet, IPv4",         bgp4,   "",                                      ethernet_4,       1, BOTH,   0, 0 },
    { "Ethernet, IPv6",         bgp6,   "",                                      ethernet_6,       1, BOTH,   0, 0 },
    { "padded",                 bgp4,   "",                                      padded,           1, BOTH,   0, 0 },
    { "802.1Q",                 bgp4,   "e064 0800",                             dot1q,            1, BOTH,   100, CARRIER_VLAN },
    { "802.1Q, IPv6",           bgp6,   "0064 86dd",                             dot1q,            1, BOTH,   100, CARRIER_VLAN },
    { "802.1ad",                bgp6,   "0007 86dd",                             dot1ad,           1, BOTH,   7, CARRIER_VLAN | CARRIER_QINQ },
    { "QinQ of old",            bgp4,   "0007 0800",                             old_qinq,         1, BOTH,   7, CARRIER_VLAN | CARRIER_QINQ },
    { "SNAP",                   bgp4,   "aaaa03 000000 0800",                    with_length,      1, BOTH,   0, 0 },
    { "SNAP in 802.1Q",         bgp4,   "aaaa03 0000f8 0800",                    tagged_length,    1, BOTH,   9, CARRIER_VLAN },
    { "LLC 6",                  bgp4,   "060603",                                with_length,      1, BOTH,   0, 0 },
    { "PPPoE",                  bgp4,   "",                                      pppoe_ethernet_4, 1, BOTH,   0, CARRIER_PPPOE },
    { "PPPoE, 802.1Q, IPv6",    bgp6,   "",                                      pppoe_tagged_6,   1, BOTH,   35, CARRIER_PPPOE | CARRIER_VLAN },
    { "IPv4 options",           options4, "",                                    ethernet_4,       1, BOTH,   0, 0 },
    { "extension headers",      extensions6, "",                                 ethernet_6,       1, BOTH,   0, 0 },
    { "atomic fragment",        atomic6, "",                                     ethernet_6,       1, BOTH,   0, 0 },
    { "AH",                     signed4, "",                                     ethernet_4,       1, BOTH,   0, 0 },
    { "AH, IPv6",               signed6, "",                                     ethernet_6,       1, BOTH,   0, 0 },
    { "offload, length 0",      offload4, "",                                    ethernet_4,       1, BOTH,   0, 0 },
    { "offload, IPv6",          offload6, "",                                    ethernet_6,       1, BOTH,   0, 0 },
    { "MPLS, two labels",       bgp4,   "00011040 00012140",                     mpls,             1, BOTH,   0, CARRIER_MPLS },
    { "MPLS, IPv6",             bgp6,   "00002140",                              mpls,             1, BOTH,   0, CARRIER_MPLS },
    { "MPLS pseudowire",        ether4, "00012140",                              mpls,             1, BOTH,   0, CARRIER_MPLS },
    { "MPLS control word",      ether6, "00012140 00000007",                     mpls,             1, BOTH,   0, CARRIER_MPLS },
    { "MPLS, address like IP",  like_ip_in_front, "00012140",                    mpls,             1, BOTH,   0, CARRIER_MPLS },
    { "MPLS in UDP",            bgp4,   "00012140",                              udp_mpls,         1, BOTH,   0, CARRIER_MPLS },
    { "MPLS in IP",             bgp4,   "00012140",                              mpls_ip,          1, BOTH,   0, CARRIER_MPLS },
    { "GRE",                    bgp4,   "0000 0800",                             gre,              1, BOTH,   0, CARRIER_GRE },
    { "GRE, IPv6 in IPv6",      bgp6,   "0000 86dd",                             gre_6,            1, BOTH,   0, CARRIER_GRE },
    { "GRE, C K S",             bgp4,   "b000 0800 abcd0000 00000007 00000001",  gre,              1, BOTH,   0, CARRIER_GRE },
    { "GRE, source routes",     bgp4,   "4000 0800 00000000 08000004 c0000201 00000000", gre,      1, BOTH,   0, CARRIER_GRE },
    { "GRE, MPLS",              bgp4,   "0000 8847 00012140",                    gre,              1, BOTH,   0, CARRIER_GRE | CARRIER_MPLS },
    { "NVGRE",                  ether4, "2000 6558 00000100",                    gre,              1, BOTH,   0, CARRIER_GRE },
    { "PPTP",                   bgp4,   "3081 880b 00200001 00000001 00000000 21", gre,            1, BOTH,   0, CARRIER_GRE },
    { "GRE in UDP",             bgp4,   "0000 0800",                             udp_gre,          1, BOTH,   0, CARRIER_GRE },
    { "ERSPAN I",               ether4, "0000 88be",                             gre,              1, BOTH,   0, CARRIER_GRE | CARRIER_ERSPAN },
    { "ERSPAN II",              ether4, "1000 88be 00000001 1064 0800 00000000", gre,              1, BOTH,   0, CARRIER_GRE | CARRIER_ERSPAN },
    { "ERSPAN III",             ether6, "1000 22eb 00000001 20640001 00000000 00000000", gre,      1, BOTH,   0, CARRIER_GRE | CARRIER_ERSPAN },
    { "ERSPAN III, subheader",  ether4, "1000 22eb 00000001 20640001 00000000 00000001 0102030405060708", gre, 1, BOTH, 0, CARRIER_GRE | CARRIER_ERSPAN },
    { "ERSPAN III of IP",       bgp4,   "1000 22eb 00000001 20640001 00000000 00000800", gre,      1, BOTH,   0, CARRIER_GRE | CARRIER_ERSPAN },
    { "VXLAN",                  ether4, "",                                      vxlan,            1, BOTH,   0, CARRIER_VXLAN },
    { "VXLAN, Linux's port",    ether6, "08000000 00002a00",                     linux_vxlan,      1, BOTH,   0, CARRIER_VXLAN },
    { "VXLAN, 802.1Q within",   bgp4,   "020000000002 020000000001 8100 000c 0800", vxlan,         1, BOTH,   12, CARRIER_VXLAN | CARRIER_VLAN },
    { "VXLAN-GPE",              bgp6,   "0c000002 00002a00",                     vxlan_gpe,        1, BOTH,   0, CARRIER_VXLAN },
    { "GENEVE, options",        ether4, "01406558 00002a00 01020300",            geneve,           1, BOTH,   0, CARRIER_GENEVE },
    { "GENEVE of IP",           bgp4,   "00000800 00002a00",                     geneve,           1, BOTH,   0, CARRIER_GENEVE },
    { "IP in IP",               bgp4,   "",                                      ipip,             1, BOTH,   0, CARRIER_IPIP },
    { "6in4",                   bgp6,   "",                                      sixin4,           1, BOTH,   0, CARRIER_6IN4 },
    { "IPv4 in IPv6",           bgp4,   "",                                      v6_ipip,          1, BOTH,   0, CARRIER_IPIP },
    { "IPv6 in IPv6",           in_options6, "",                                 v6_6,             1, BOTH,   0, CARRIER_6IN4 },
    { "as deep as we follow",   bgp4,   "",                                      deepest,          1, BOTH,   0, CARRIER_IPIP },
    { "loopback, little-endian", bgp4,  "02000000",                              NULL,             0, NONE,   0, 0 },
    { "loopback, big-endian",   bgp4,   "00000002",                              NULL,             0, NONE,   0, 0 },
    { "loopback, Darwin, IPv6", bgp6,   "1e000000",                              NULL,             0, NONE,   0, 0 },
    { "loopback, OpenBSD",      bgp6,   "00000018",                              NULL,           108, NONE,   0, 0 },
    { "PPP",                    bgp4,   "0021",                                  NULL,             9, NONE,   0, 0 },
    { "PPP, short protocol",    bgp6,   "57",                                    NULL,             9, NONE,   0, 0 },
    { "PPP in HDLC framing",    bgp6,   "ff03 0057",                             NULL,            50, NONE,   0, 0 },
    { "PPP that is Cisco HDLC", bgp4,   "0f00 0800",                             NULL,            50, NONE,   0, 0 },
    { "PPP, MPLS",              bgp4,   "ff03 0281 00012140",                    NULL,             9, NONE,   0, CARRIER_MPLS },
    { "PPPoE alone",            bgp4,   "",                                      pppoe_4,         51, NONE,   0, CARRIER_PPPOE },
    { "raw IP",                 bgp4,   "",                                      NULL,           101, NONE,   0, 0 },
    { "raw IP, 12",             bgp6,   "",                                      NULL,            12, NONE,   0, 0 },
    { "raw IP, 14",             bgp4,   "",                                      NULL,            14, NONE,   0, 0 },
    { "IPv4",                   bgp4,   "",                                      NULL,           228, NONE,   0, 0 },
    { "IPv6",                   bgp6,   "",                                      NULL,           229, NONE,   0, 0 },
    { "Cisco HDLC",             bgp4,   "0f00 0800",                             NULL,           104, NONE,   0, 0 },
    { "Cisco HDLC, broadcast",  bgp6,   "8f00 86dd",                             NULL,           104, NONE,   0, 0 },
    { "Frame Relay, NLPID",     bgp4,   "1841 03cc",                             NULL,           107, NONE,   0, 0 },
    { "Frame Relay, IPv6",      bgp6,   "1841 038e",                             NULL,           107, NONE,   0, 0 },
    { "Frame Relay, SNAP",      bgp4,   "1841 0300 80 000000 0800",              NULL,           107, NONE,   0, 0 },
    { "Frame Relay, Cisco",     bgp4,   "1841 0800",                             NULL,           107, NONE,   0, 0 },
    { "Frame Relay, long",      bgp4,   "18402041 03cc",                         NULL,           107, NONE,   0, 0 },
    { "Frame Relay, PPP",       bgp4,   "1841 03cf 0021",                        NULL,           107, NONE,   0, 0 },
    { "Frame Relay, bridged",   ether4, "1841 0300 80 0080c2 0007",              NULL,           107, BOTH,   0, 0 },
    { "SLL",                    bgp4,   "0000 0001 0006 020000000001 0000 0800", NULL,           113, SOURCE, 0, 0 },
    { "SLL, IPv6",              bgp6,   "0004 0001 0006 020000000001 0000 86dd", NULL,           113, SOURCE, 0, 0 },
    { "SLL, 802.1Q",            bgp4,   "0000 0001 0006 020000000001 0000 8100 0064 0800", NULL, 113, SOURCE, 100, CARRIER_VLAN },
    { "SLL, LLC",               bgp4,   "0000 0001 0006 020000000001 0000 0004 aaaa03 000000 0800", NULL, 113, SOURCE, 0, 0 },
    { "SLL, GRE interface",     bgp4,   "0000 030a 0004 cb007101 00000000 0800", NULL,           113, NONE,   0, 0 },
    { "SLL2",                   bgp4,   "0800 0000 00000002 0001 0006 020000000001 0000", NULL,  276, SOURCE, 0, 0 },
    { "SLL2, Frame Relay",      bgp4,   "0000 0000 00000002 0302 0002 1841000000000000 1841 03cc", NULL, 276, NONE, 0, 0 },
    { "Junos, extensions",      ether4, "4d4743 81 0006 020100 030101",          NULL,           178, BOTH,   0, 0 },
    { "Junos",                  ether6, "4d4743 00",                             NULL,           178, BOTH,   0, 0 },
    { "Junos, no link header",  bgp4,   "4d4743 82 0003 020100 02000000",        NULL,           178, NONE,   0, 0 },
    { "Junos, PPP",             bgp4,   "4d4743 01 0021",                        NULL,           179, NONE,   0, 0 },
    { "Junos, Frame Relay",     bgp4,   "4d4743 01 1841 03cc",                   NULL,           180, NONE,   0, 0 },
    { "Junos, Cisco HDLC",      bgp6,   "4d4743 01 0f00 86dd",                   NULL,           181, NONE,   0, 0 },
    { "PPP with direction",     bgp4,   "01 ff03 0021",                          NULL,           204, NONE,   0, 0 },
    { "Cisco HDLC with direction", bgp4, "00 0f00 0800",                         NULL,           205, NONE,   0, 0 },
    { "Frame Relay with direction", bgp4, "00 1841 03cc",                        NULL,           206, NONE,   0, 0 },
    // clang-format on
};

static void put_on(const struct coat *c)
{
    c->packet();
    pkt_hex(&m, c->hex);
    if (c->around)
        c->around();
}

static void check_same(const char *words, const struct frame *f)
{
    static const uint8_t end[] = { 0, 19, 4 }; /* of the KEEPALIVE */
    bool six = f->src.size == 16;
    struct addr src = addr_parse(six ? v6.src : v4.src), dst = addr_parse(six ? v6.dst : v4.dst);
    struct segment s;
    CHECK_CASE(words, addr_equal(&f->src, &src) && addr_equal(&f->dst, &dst));
    CHECK_CASE(words, f->proto == 6 && f->ttl == 1 && f->tos == 0xc0 && f->df && !f->cut && !f->reassembled);
    CHECK_CASE(words, f->ip_id == (six ? 0 : 77));
    CHECK_CASE(words, f->payload_size == 39 && cur_left(&f->payload) == 39);
    CHECK_CASE(words, f->whole.end == f->payload.end && f->whole.at[0] >> 4 == (six ? 6 : 4));
    CHECK_CASE(words,
               tcp_read(f, &s) && s.dport == 179 && s.payload_size == 19 && cur_left(&s.payload) == 19);
    CHECK_CASE(words, !memcmp(f->payload.end - 3, end, 3));
}

static void every_coat(void)
{
    static const uint8_t one[6] = { 2, 0, 0, 0, 0, 1 }, two[6] = { 2, 0, 0, 0, 0, 2 };
    for (size_t i = 0; i < COUNT(coats); i++) {
        const struct coat *c = &coats[i];
        struct frame f;
        put_on(c);
        enum frame_got got = read_as(c->link, &all, &f);
        CHECK_CASE(c->words, got == FRAME_IP);
        if (got != FRAME_IP)
            continue;
        check_same(c->words, &f);
        CHECK_CASE(c->words, f.vlan == c->vlan && f.carriers == c->carriers);
        CHECK_CASE(c->words, f.has_mac == (c->mac != NONE));
        CHECK_CASE(c->words, c->mac == NONE || !memcmp(f.mac_src, one, 6));
        CHECK_CASE(c->words, c->mac != BOTH || !memcmp(f.mac_dst + 1, two + 1, 5));
    }
}

/* Once for a capture that cut the packet and once for a packet that is no longer than that, each time in an
 * allocation of its own, for the address sanitizer to watch. */
static void cut_at(const struct coat *c, uint32_t n, uint32_t wire)
{
    uint8_t *p = malloc(n + !n);
    struct frame f;
    if (!p)
        abort();
    memcpy(p, pkt_bytes(&m), n);
    if (frame_read(c->link, p, n, wire, (struct stamp){ 0 }, &all, NULL, &f) == FRAME_IP) {
        struct segment s;
        bool tcp = tcp_read(&f, &s);
        CHECK_CASE(c->words, f.proto == 6 && f.cut == (cur_left(&f.payload) < f.payload_size));
        CHECK_CASE(c->words, cur_left(&f.payload) >= 4 && f.payload.end <= p + n && f.whole.at >= p);
        CHECK_CASE(c->words, tcp == (cur_left(&f.payload) >= 20 && f.payload_size >= 20));
        CHECK_CASE(c->words, !tcp || (s.dport == 179 && cur_left(&s.payload) <= s.payload_size));
        CHECK_CASE(c->words, n >= pkt_size(&m) || f.cut || wire == n || f.payload_size == 39);
    }
    free(p);
}

static void every_cut(void)
{
    for (size_t i = 0; i < COUNT(coats); i++) {
        put_on(&coats[i]);
        for (uint32_t n = 0; n <= pkt_size(&m); n++) {
            cut_at(&coats[i], n, pkt_size(&m));
            cut_at(&coats[i], n, n);
        }
    }
}

/* A cut packet says how long it was. */
static void cut_sizes(void)
{
    struct frame f;
    struct segment s;
    ether4();
    uint32_t wire = pkt_size(&m);
    CHECK(frame_read(1, pkt_bytes(&m), 14 + 20 + 25, wire, (struct stamp){ 0 }, &all, NULL, &f) == FRAME_IP);
    CHECK(f.cut && f.payload_size == 39 && cur_left(&f.payload) == 25);
    CHECK(tcp_read(&f, &s) && s.payload_size == 19 && cur_left(&s.payload) == 5);
    CHECK(frame_read(1, pkt_bytes(&m), 14 + 20, wire, (struct stamp){ 0 }, &all, NULL, &f) == FRAME_NOTHING);
    CHECK(frame_read(1, pkt_bytes(&m), 14 + 19, wire, (struct stamp){ 0 }, &all, NULL, &f) == FRAME_NOTHING);
    pkt_pad(&m, 20); /* only padding was cut: nothing is missing */
    CHECK(frame_read(1, pkt_bytes(&m), wire, wire + 20, (struct stamp){ 0 }, &all, NULL, &f) == FRAME_IP &&
          !f.cut);
}

/* ---- what is not ours ---- */

static void tcp_ports(uint16_t sport, uint16_t dport, uint8_t proto)
{
    pkt_start(&m, "0123456789012345678901234567890123456789", 40);
    pkt_tcp(&m, (struct pkt_tcp){ .sport = sport, .dport = dport });
    with_proto(v4, proto);
    ethernet_4();
}

static const struct {
    const char *words;
    uint16_t sport, dport;
    uint8_t proto;
    enum frame_got want;
} turned_down[] = {
    // clang-format off
    { "TCP to 443",                       40000,   443,   6, FRAME_NOTHING },
    { "TCP to 17900",                     40000, 17900,   6, FRAME_NOTHING },
    { "TCP to 179",                       40000,   179,   6, FRAME_IP },
    { "TCP from 179",                       179, 40000,   6, FRAME_IP },
    { "TCP to the second port we want",   40000,  1179,   6, FRAME_IP },
    { "UDP to 179",                       40000,   179,  17, FRAME_NOTHING },
    { "UDP to 4789 that is no VXLAN",     40000,  4789,  17, FRAME_NOTHING },
    { "UDP to 6081 that is no GENEVE",    40000,  6081,  17, FRAME_NOTHING },
    { "GRE that is none",                 40000,   179,  47, FRAME_NOTHING },
    { "OSPF",                             0x0201,   44,  89, FRAME_IP },
    { "PIM",                              40000,   179, 103, FRAME_NOTHING },
    { "ICMP echo",                        0x0800,    0,   1, FRAME_NOTHING },
    { "ICMP echo reply",                  0x0000,    0,   1, FRAME_NOTHING },
    { "ICMP unreachable",                 0x0301,    0,   1, FRAME_IP },
    { "ICMP source quench",               0x0400,    0,   1, FRAME_IP },
    { "ICMP redirect",                    0x0501,    0,   1, FRAME_IP },
    { "ICMP time exceeded",               0x0b00,    0,   1, FRAME_IP },
    { "ICMP parameter problem",           0x0c00,    0,   1, FRAME_IP },
    { "ICMPv6 packet too big",            0x0200,    0,  58, FRAME_IP },
    { "ICMPv6 neighbour solicitation",    0x8700,    0,  58, FRAME_NOTHING },
    { "no protocol that we know",         40000,   179, 200, FRAME_NOTHING },
    // clang-format on
};

static void what_is_turned_down(void)
{
    struct frame f;
    for (size_t i = 0; i < COUNT(turned_down); i++) {
        const char *words = turned_down[i].words;
        for (int way = 0; way < 4;
             way++) { /* plain and tagged on the short way, and what only the long way reads */
            tcp_ports(turned_down[i].sport, turned_down[i].dport, turned_down[i].proto);
            if (way == 1) {
                m.at += 14;
                pkt_vlan(&m, 5, 0x0800);
                dot1q();
            } else if (way == 2) {
                m.at += 14;
                pkt_hex(&m, "aaaa03 000000 0800");
                with_length();
            } else if (way == 3) {
                m.at += 34;
                with_proto(v6, turned_down[i].proto);
                ethernet_6();
            }
            enum frame_got got = read_ethernet(&f);
            CHECK_CASE(words, got == turned_down[i].want);
            CHECK_CASE(words, got != FRAME_IP || f.proto == turned_down[i].proto);
        }
    }
}

static void what_is_wanted_decides(void)
{
    static const struct frame_want tcp_only = { .ports = { 179 }, .port_count = 1 },
                                   none = { .port_count = 0 };
    struct frame f;
    tcp_ports(0x0301, 0, 1);
    CHECK(read_as(1, &tcp_only, &f) == FRAME_NOTHING);
    tcp_ports(0x0201, 44, 89);
    CHECK(read_as(1, &tcp_only, &f) == FRAME_NOTHING);
    ether4();
    CHECK(read_as(1, &tcp_only, &f) == FRAME_IP);
    CHECK(read_as(1, &none, &f) == FRAME_NOTHING);
    tcp_ports(40000, 1179, 6);
    CHECK(read_as(1, &tcp_only, &f) == FRAME_NOTHING);
}

static const struct {
    const char *words;
    uint32_t link;
    const char *hex;
    enum frame_got want;
} odd[] = {
    // clang-format off
    { "nothing at all",              1,   "", FRAME_NOTHING },
    { "ARP",                         1,   "ffffffffffff 020000000001 0806 0001 0800 0604 0001 020000000001 c0000201 000000000000 c0000202", FRAME_NOTHING },
    { "spanning tree",               1,   "0180c2000000 020000000001 0026 424203 00000000", FRAME_NOTHING },
    { "PPPoE discovery",             1,   "ffffffffffff 020000000001 8863 1109 0000 0004 01010000", FRAME_NOTHING },
    { "PPPoE with a code",           1,   "ffffffffffff 020000000001 8864 1109 0000 0004 0021 4500", FRAME_NOTHING },
    { "PPP, LCP",                    9,   "ff03 c021 0101 0004", FRAME_NOTHING },
    { "Cisco SLARP",                 104, "8f00 8035 00000002 00000000", FRAME_NOTHING },
    { "Cisco HDLC, other address",   104, "4500 0800 4500", FRAME_NOTHING },
    { "Frame Relay, LMI",            107, "0001 03 08 00 75 95 01 01 00", FRAME_NOTHING },
    { "Frame Relay, endless address", 107, "0000000000 0001 03cc", FRAME_NOTHING },
    { "loopback, no IP",             0,   "07000000 4500", FRAME_NOTHING },
    { "Junos without its magic",     178, "4d4744 00 020000000002 020000000001 0800", FRAME_NOTHING },
    { "an unknown link type",        147, "4500 0028 0000 4000 4006 0000 c0000201 c0000202", FRAME_NOTHING },
    { "IPv4, header of 16 bytes",    101, "4400 0028 0000 4000 4006 0000 c0000201 c0000202 9c40 00b3 00000000", FRAME_MALFORMED },
    { "IPv4, length below header",   101, "4500 0013 0000 4000 4006 0000 c0000201 c0000202 9c40 00b3 00000000", FRAME_MALFORMED },
    { "IPv4, too short for it",      101, "4500 0028 0000 4000 4006 0000 c0000201", FRAME_MALFORMED },
    { "IPv4, too short for options", 101, "4600 0028 0000 4000 4006 0000 c0000201 c0000202", FRAME_MALFORMED },
    { "IPv4, version 6 in it",       228, "6000 0000 0000 063f 20010db8000000000000000000000001 20010db8000000000000000000000002", FRAME_MALFORMED },
    { "IPv6, version 4 in it",       229, "4500 0028 0000 4000 4006 0000 c0000201 c0000202 9c40 00b3 00000000", FRAME_MALFORMED },
    { "raw, neither version",        101, "5500 0028 0000 4000 4006 0000 c0000201 c0000202", FRAME_NOTHING },
    { "IPv6, extension beyond end",  101, "60000000 0008 3cff 20010db8000000000000000000000001 20010db8000000000000000000000002 0601000000000000", FRAME_MALFORMED },
    { "IPv6, no next header",        101, "60000000 0004 3bff 20010db8000000000000000000000001 20010db8000000000000000000000002 9c4000b3", FRAME_NOTHING },
    { "MPLS, no bottom",             9,   "0281 00011040 00012040", FRAME_NOTHING },
    { "MPLS, OAM",                   9,   "0281 00012140 10000007 4500", FRAME_NOTHING },
    // clang-format on
};

static void odd_packets(void)
{
    struct frame f;
    for (size_t i = 0; i < COUNT(odd); i++) {
        pkt_start(&m, "", 0);
        pkt_hex(&m, odd[i].hex);
        CHECK_CASE(odd[i].words, read_as(odd[i].link, &all, &f) == odd[i].want);
    }
    bgp4();
    deep(FRAME_DEPTH);
    CHECK(read_ethernet(&f) == FRAME_NOTHING);
    bgp4();
    for (unsigned i = 0; i < 100; i++)
        pkt_vlan(&m, 7, i ? 0x8100 : 0x0800);
    dot1q();
    CHECK(read_ethernet(&f) == FRAME_NOTHING);
}

/* The header promises more than the wire had. It is believed, and what is missing is missing. */
static void promises_too_much(void)
{
    struct frame f;
    ether4();
    pkt_u16(m.room + m.at + 16, 1500);
    CHECK(read_ethernet(&f) == FRAME_IP && f.cut && f.payload_size == 1480 && cur_left(&f.payload) == 39);
}

/* ---- ESP ---- */

static void esp(const char *ospf, unsigned padding, unsigned check_value)
{
    static const uint8_t pads[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    pkt_start(&m, "abcdefghijklmnopqrstuvwxyzabcdef", check_value);
    pkt_put(&m, (const uint8_t[]){ (uint8_t)padding, 89 }, 2);
    pkt_put(&m, pads, padding);
    pkt_hex(&m, ospf);
    pkt_hex(&m, "00000100 00000001");
    with_proto(v6, 50);
    ethernet_6();
}

static void encrypted(void)
{
    static const char hello[] =
        "0301 0024 01010101 00000000 0000 0000 00000005 01000013 000a 0028 00000000 00000000";
    static const struct frame_want icmp_only = { .icmp = true };
    static const unsigned sums[] = { 12, 16, 24, 32 };
    struct frame f;
    for (size_t i = 0; i < COUNT(sums); i++) {
        esp(hello, 2, sums[i]);
        CHECK(read_ethernet(&f) == FRAME_IP && f.proto == 89);
        CHECK(f.payload_size == 36 && cur_left(&f.payload) == 36 && f.payload.at[0] == 3 &&
              f.payload.at[1] == 1);
    }
    esp(hello, 2, 13);
    CHECK(read_ethernet(&f) == FRAME_ENCRYPTED && f.src.size == 16 && f.src.b[15] == 1 && f.dst.b[15] == 2);
    CHECK(read_as(1, &icmp_only, &f) == FRAME_NOTHING);
    esp("0301 0124 01010101 00000000 0000 0000 00000005 01000013 000a 0028 00000000 00000000", 2, 12);
    CHECK(read_ethernet(&f) == FRAME_ENCRYPTED);
    esp(hello, 2, 12);
    CHECK(frame_read(1, pkt_bytes(&m), pkt_size(&m) - 1, pkt_size(&m), (struct stamp){ 0 }, &all, NULL, &f) ==
          FRAME_ENCRYPTED);
}

static void names(void)
{
    CHECK_TEXT(link_name(LINK_ETHERNET), "Ethernet");
    CHECK_TEXT(link_name(276), "Linux cooked v2");
    CHECK(!link_name(147));
}

int main(void)
{
    every_coat();
    every_cut();
    cut_sizes();
    what_is_turned_down();
    what_is_wanted_decides();
    odd_packets();
    promises_too_much();
    encrypted();
    names();
    return CHECK_END();
}
