/* Packets of every coat in; whether the kernel's filter lets them through, out. */
#include "tests/check.h"
#include "tests/make/make_packet.h"

#include "capture/filter.h"

static void check_carriers(void)
{
    static const struct {
        const char *words;
        bool good;
        unsigned bits;
    } cases[] = {
        { "mpls", true, 1u << FILTER_MPLS },
        { "gre,vxlan", true, 1u << FILTER_GRE | 1u << FILTER_VXLAN },
        { "pppoe,ipip,geneve,mpls", true,
          1u << FILTER_PPPOE | 1u << FILTER_IPIP | 1u << FILTER_GENEVE | 1u << FILTER_MPLS },
        { "", false, 0 },
        { "gr", false, 0 },
        { "gre2", false, 0 },
        { "gre,,mpls", false, 0 },
        { "gre mpls", false, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned bits;
        bool good = filter_carriers(cases[i].words, &bits);
        CHECK_CASE(cases[i].words, good == cases[i].good);
        CHECK_CASE(cases[i].words, !good || bits == cases[i].bits);
    }
}

static void check_fits(void)
{
    struct filter_options all = { .ports = { 60000, 60001, 60002, 60003, 60004, 60005, 60006, 60007 },
                                  .port_count = 8,
                                  .carriers = (1u << FILTER_CARRIERS) - 1 };
    char text[FILTER_ROOM];
    CHECK(filter_text(&all, FILTER_TAGGED, text));
    CHECK(strlen(text) < FILTER_ROOM);
    CHECK(filter_text(&all, FILTER_BARE, text));
    CHECK(!strstr(text, "vlan"));
}

#ifdef RT_PCAP
#include <pcap.h>

static struct pkt m;

/* ---- what is put around the payload that a case begins with ---- */

static struct pkt_ip v4(uint8_t proto, uint16_t flags_offset)
{
    return (struct pkt_ip){
        .src = "192.0.2.1", .dst = "192.0.2.2", .proto = proto, .flags_offset = flags_offset
    };
}
static struct pkt_ip v6(uint8_t proto)
{
    return (struct pkt_ip){ .src = "2001:db8::1", .dst = "ff02::5", .proto = proto };
}

static void tcp(uint16_t sport, uint16_t dport)
{
    pkt_start(&m, "payload", 7);
    pkt_tcp(&m, (struct pkt_tcp){ .sport = sport, .dport = dport, .flags = 0x18 });
}
static void bgp4(void)
{
    tcp(40000, 179);
    pkt_ipv4(&m, v4(6, 0));
}
static void answer4(void)
{
    tcp(179, 40000);
    pkt_ipv4(&m, v4(6, 0));
}
static void bgp6(void)
{
    tcp(179, 40000);
    pkt_ipv6(&m, v6(6));
}
static void other_port(void)
{
    tcp(1179, 40000);
    pkt_ipv4(&m, v4(6, 0));
}
static void web(void)
{
    tcp(40000, 443);
    pkt_ipv4(&m, v4(6, 0));
}
static void web6(void)
{
    tcp(40000, 443);
    pkt_ipv6(&m, v6(6));
}
static void plain4(uint8_t proto, uint16_t flags_offset)
{
    pkt_start(&m, "0123456789abcdef0123456789abcdef", 32);
    pkt_ipv4(&m, v4(proto, flags_offset));
}
static void plain6(uint8_t proto)
{
    pkt_start(&m, "0123456789abcdef0123456789abcdef", 32);
    pkt_ipv6(&m, v6(proto));
}
static void ospf4(void) { plain4(89, 0); }
static void ospf6(void) { plain6(89); }
static void ospf6_ah(void) { plain6(51); }
static void ospf6_esp(void) { plain6(50); }
static void esp4(void) { plain4(50, 0); }
static void rest_of_tcp(void) { plain4(6, 185); }
static void rest_of_ospf(void) { plain4(89, 185); }
static void rest_of_udp(void) { plain4(17, 185); }
static void rest_of_gre(void) { plain4(47, 185); }
static void fragment6(uint8_t proto)
{
    pkt_start(&m, "0123456789abcdef", 16);
    pkt_fragment(&m, proto, 185, false, 7);
    pkt_ipv6(&m, v6(44));
}
static void rest_of_tcp6(void) { fragment6(6); }
static void rest_of_udp6(void) { fragment6(17); }
static void icmp4(uint8_t type)
{
    pkt_start(&m, "0123456789abcdef0123456789abcdef", 32);
    pkt_icmp(&m, type, 1, 0);
    pkt_ipv4(&m, v4(1, 0));
}
static void unreachable(void) { icmp4(3); }
static void time_exceeded(void) { icmp4(11); }
static void ping(void) { icmp4(8); }
static void icmp6(uint8_t type)
{
    pkt_start(&m, "0123456789abcdef0123456789abcdef", 32);
    pkt_icmp(&m, type, 1, 0);
    pkt_ipv6(&m, v6(58));
}
static void too_big6(void) { icmp6(2); }
static void neighbour6(void) { icmp6(135); }
static void hop_by_hop(void)
{
    tcp(179, 40000);
    pkt_extension(&m, 6, 1);
    pkt_ipv6(&m, v6(0));
}
static void gre(void)
{
    bgp4();
    pkt_gre(&m, 0x0800);
    pkt_ipv4(&m, v4(47, 0));
}
static void vxlan(void)
{
    bgp4();
    pkt_ethernet(&m, 0x0800);
    pkt_vxlan(&m, 77);
    pkt_ipv4(&m, v4(17, 0));
}
static void ipip(void)
{
    bgp4();
    pkt_ipv4(&m, v4(4, 0));
}
static void dns(void)
{
    pkt_start(&m, "question", 8);
    pkt_udp(&m, 40000, 53);
    pkt_ipv4(&m, v4(17, 0));
}
static void mpls(void)
{
    bgp4();
    pkt_mpls(&m, 16, true);
}
static void pppoe(void)
{
    bgp4();
    pkt_pppoe(&m, 0x0021);
}

enum {
    G = 1u << FILTER_GRE,
    V = 1u << FILTER_VXLAN,
    I = 1u << FILTER_IPIP,
    M = 1u << FILTER_MPLS,
    P = 1u << FILTER_PPPOE,
    N = 1u << FILTER_GENEVE
};

static const struct {
    const char *words;
    void (*make)(void);
    uint16_t type; /* EtherType */
    bool plainly;  /* passes with no carrier asked for */
    unsigned with; /* passes with this carrier */
} cases[] = {
    { "BGP, to the port", bgp4, 0x0800, true, 0 },
    { "BGP, from the port", answer4, 0x0800, true, 0 },
    { "BGP over IPv6", bgp6, 0x86dd, true, 0 },
    { "the port asked for besides", other_port, 0x0800, true, 0 },
    { "another port", web, 0x0800, false, 0 },
    { "another port, IPv6", web6, 0x86dd, false, 0 },
    { "OSPF", ospf4, 0x0800, true, 0 },
    { "OSPFv3", ospf6, 0x86dd, true, 0 },
    { "OSPFv3 behind AH", ospf6_ah, 0x86dd, true, 0 },
    { "OSPFv3 in ESP", ospf6_esp, 0x86dd, true, 0 },
    { "ESP of somebody's tunnel", esp4, 0x0800, false, 0 },
    { "a later fragment of TCP", rest_of_tcp, 0x0800, true, 0 },
    { "a later fragment of OSPF", rest_of_ospf, 0x0800, true, 0 },
    { "a later fragment of UDP", rest_of_udp, 0x0800, false, V | N },
    { "a later fragment of GRE", rest_of_gre, 0x0800, false, G },
    { "a later fragment of TCP, IPv6", rest_of_tcp6, 0x86dd, true, 0 },
    { "a later fragment of UDP, IPv6", rest_of_udp6, 0x86dd, false, V | N },
    { "unreachable", unreachable, 0x0800, true, 0 },
    { "time exceeded", time_exceeded, 0x0800, true, 0 },
    { "ping", ping, 0x0800, false, 0 },
    { "packet too big", too_big6, 0x86dd, true, 0 },
    { "neighbour solicitation", neighbour6, 0x86dd, false, 0 },
    { "BGP behind a hop-by-hop header", hop_by_hop, 0x86dd, true, 0 },
    { "DNS", dns, 0x0800, false, 0 },
    { "ARP", dns, 0x0806, false, 0 },
    { "GRE", gre, 0x0800, false, G },
    { "VXLAN", vxlan, 0x0800, false, V },
    { "IP in IP", ipip, 0x0800, false, I },
    { "MPLS", mpls, 0x8847, false, M },
    { "PPPoE", pppoe, 0x8864, false, P },
};

/* The packet with so many VLAN tags through the filter. */
static bool passes(const struct bpf_program *program, size_t which, unsigned tags)
{
    cases[which].make();
    uint16_t type = cases[which].type;
    for (unsigned i = 0; i < tags; i++) {
        pkt_vlan(&m, (uint16_t)(100 + i), type);
        type = i + 1 == tags && tags == 2 ? 0x88a8 : 0x8100;
    }
    pkt_ethernet(&m, type);
    struct pcap_pkthdr header = { .caplen = pkt_size(&m), .len = pkt_size(&m) };
    return pcap_offline_filter(program, &header, pkt_bytes(&m)) != 0;
}

static void check_packets(unsigned carriers)
{
    struct filter_options o = { .ports = { 1179, 179 }, .port_count = 2, .carriers = carriers };
    char text[FILTER_ROOM];
    struct bpf_program program;
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, 262144);
    CHECK(filter_text(&o, FILTER_TAGGED, text));
    int status = pcap_compile(dead, &program, text, 1, PCAP_NETMASK_UNKNOWN);
    CHECK_CASE(pcap_geterr(dead), status == 0);
    CHECK(program.bf_len < 4096); /* the kernel takes no more */
    for (size_t i = 0; !status && i < COUNT(cases); i++)
        for (unsigned tags = 0; tags < 3; tags++)
            CHECK_CASE(cases[i].words,
                       passes(&program, i, tags) == (cases[i].plainly || carriers & cases[i].with));
    pcap_freecode(&program);
    pcap_close(dead);
}

/* Every link that an interface can have takes the one form or the other. */
static void check_links(void)
{
    static const int links[] = { DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW, DLT_NULL, DLT_PPP };
    for (size_t i = 0; i < COUNT(links); i++) {
        struct filter_options o = { .carriers = (1u << FILTER_CARRIERS) - 1 };
        char text[FILTER_ROOM];
        struct bpf_program program;
        pcap_t *dead = pcap_open_dead(links[i], 262144);
        int status = -1;
        for (int reach = FILTER_TAGGED; status && reach <= FILTER_BARE; reach++)
            if (filter_text(&o, (enum filter_reach)reach, text))
                status = pcap_compile(dead, &program, text, 1, PCAP_NETMASK_UNKNOWN);
        CHECK_CASE(pcap_datalink_val_to_name(links[i]), status == 0);
        if (!status)
            pcap_freecode(&program);
        pcap_close(dead);
    }
}
#else
static void check_packets(unsigned carriers) { (void)carriers; }
static void check_links(void) {}
#endif

int main(void)
{
    check_carriers();
    check_fits();
    check_packets(0);
    for (unsigned i = 0; i < FILTER_CARRIERS; i++)
        check_packets(1u << i);
    check_packets((1u << FILTER_CARRIERS) - 1);
    check_links();
    return CHECK_END();
}
