/* Bodies of OSPFv3's LSAs, for IPv6 and (RFC 5838) for IPv4. */
#include "tests/check.h"
#include "tests/make/make_ospf.h"

static struct ospf_made m;
static struct buf out;
static struct ospf_packet packet;

enum { ROUTER = 0x01010101, IPV4 = 64 /* an instance */ };

static size_t begin(unsigned type, unsigned instance)
{
    put_packet(&m, 3, OSPF_LSUPDATE, ROUTER, 0);
    m.bytes[14] = (uint8_t)instance;
    put_u32(&m, 1);
    return put_lsa(&m, type, 3, ROUTER);
}

static struct ospf_lsa end(size_t at)
{
    struct ospf_lsa lsa = { 0 };
    put_lsa_end(&m, at);
    put_end(&m);
    packet = put_read(&m);
    struct ospf_lsa_iter it = ospf_lsas(&packet);
    CHECK(ospf_lsa_next(&it, &lsa));
    return lsa;
}

/* What is told of the LSA behind its header's fields, the last of which is the checksum. */
static bool tells(const struct ospf_lsa *lsa, const char *body)
{
    char want[1400];
    snprintf(want, sizeof want, "\"checksum\":\"0x%04x\",%s}]}", lsa->checksum, body);
    bool fine = strstr(put_told(&packet, &out), want);
    if (!fine)
        printf("got %s\n", buf_text(&out));
    return fine;
}

static bool is(const struct addr *a, const char *text)
{
    struct addr b = addr_parse(text);
    return addr_equal(a, &b);
}

/* ---- Router-LSA ---- */

static void put_link(unsigned type, unsigned metric, uint32_t neighbor)
{
    put_u8(&m, type);
    put_u8(&m, 0);
    put_u16(&m, metric);
    put_u32(&m, 5);
    put_u32(&m, 6);
    put_u32(&m, neighbor);
}

static void router(void)
{
    struct ospf_router r;
    struct ospf_link link;
    size_t at = begin(0x2001, 0);
    put_u8(&m, OSPF_ROUTER_B | OSPF_ROUTER_NT);
    put_u24(&m, OSPF_V3_V6 | OSPF_V3_E | OSPF_V3_R);
    put_link(OSPF_LINK_PTP, 10, 0x02020202);
    put_link(OSPF_LINK_TRANSIT, 65535, 0x03030303);
    struct ospf_lsa lsa = end(at);
    CHECK(ospf_router_read(&lsa, &r) && r.flags == 0x11 && r.options == 0x13);
    CHECK(ospf_link_next(&r, &link) && link.type == OSPF_LINK_PTP && link.metric == 10);
    CHECK(link.interface_id == 5 && link.neighbor_interface_id == 6 && link.neighbor == 0x02020202);
    CHECK(ospf_link_next(&r, &link) && link.metric == OSPF_MAX_LINK_METRIC && !ospf_link_next(&r, &link));
    CHECK(put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));
    CHECK(tells(
        &lsa,
        "\"flags\":17,\"flag_names\":[\"Nt\",\"B\"],\"options\":19,\"option_names\":[\"V6\",\"E\",\"R\"],"
        "\"links\":[{\"type\":1,\"name\":\"point-to-point\",\"metric\":10,\"interface_id\":5,"
        "\"neighbor_interface_id\":6,\"neighbor\":\"2.2.2.2\"},{\"type\":2,\"name\":\"transit\","
        "\"metric\":65535,\"interface_id\":5,\"neighbor_interface_id\":6,\"neighbor\":\"3.3.3.3\"}]"));
    put_u32(&m, 0);
    end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_BODY));
    at = begin(0x2001, 0);
    put_u32(&m, 0);
    put_link(OSPF_LINK_STUB, 1, 0); /* there is no such link in OSPFv3 */
    end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_LINK));
    at = begin(0x2001, 0);
    put_u16(&m, 0);
    lsa = end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_BODY) && !ospf_router_read(&lsa, &r));
}

static void network(void)
{
    struct ospf_network n;
    uint32_t id;
    size_t at = begin(0x2002, 0);
    put_u32(&m, 0x13);
    put_u32(&m, ROUTER);
    struct ospf_lsa lsa = end(at);
    CHECK(ospf_network_read(&lsa, &n) && n.options == 0x13 && ospf_id_next(&n.routers, &id) && id == ROUTER);
    CHECK(tells(&lsa,
                "\"options\":19,\"option_names\":[\"V6\",\"E\",\"R\"],\"attached_routers\":[\"1.1.1.1\"]"));
    CHECK(put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));
}

/* ---- prefixes between areas ---- */

static const struct {
    const char *words;
    unsigned instance;
    const char *address; /* as on the wire */
    unsigned bits, options;
    const char *prefix, *told;
    enum fault_code fault;
} inter[] = {
    { "IPv6", 0, "2001:db8:1:ffff::", 64, 0, "2001:db8:1:ffff::", "\"prefix\":\"2001:db8:1:ffff::/64\"",
      FAULT_COUNT },
    { "bits of the host", 0, "2001:db8:1:ffff::", 49, 0,
      "2001:db8:1:8000::", "\"prefix\":\"2001:db8:1:8000::/49\"", FAULT_COUNT },
    { "default", 0, "::", 0, 0, "::", "\"prefix\":\"::/0\"", FAULT_COUNT },
    { "host", 0, "2001:db8::1", 128, 2, "2001:db8::1",
      "\"prefix\":\"2001:db8::1/128\",\"prefix_options\":2,\"prefix_option_names\":[\"LA\"]", FAULT_COUNT },
    { "IPv4", IPV4, "10.1.2.0", 24, 0, "10.1.2.0", "\"prefix\":\"10.1.2.0/24\"", FAULT_COUNT },
    { "IPv4 default", IPV4, "0.0.0.0", 0, 0, "0.0.0.0", "\"prefix\":\"0.0.0.0/0\"", FAULT_COUNT },
    { "IPv6, though the instance is one for IPv4", IPV4, "2001:db8::", 64, 0,
      "2001:db8::", "\"prefix\":\"2001:db8::/64\"", FAULT_COUNT },
    { "129 bits", 0, "2001:db8::", 129, 0, NULL, NULL, FAULT_OSPF_LSA_PREFIX },
};

static void inter_area(void)
{
    for (size_t i = 0; i < COUNT(inter); i++) {
        struct ospf_route r;
        char want[300];
        size_t at = begin(0x2003, inter[i].instance);
        put_u32(&m, 20);
        put_prefix(&m, inter[i].address, inter[i].bits > 128 ? 128 : inter[i].bits, inter[i].options, 0);
        m.bytes[at + 24] = (uint8_t)inter[i].bits;
        struct ospf_lsa lsa = end(at);
        bool read = ospf_route_read(&lsa, &r);
        CHECK_CASE(inter[i].words, read == (inter[i].fault == FAULT_COUNT));
        if (!read) {
            CHECK_CASE(inter[i].words, put_fault_is(&packet, inter[i].fault));
            continue;
        }
        CHECK_CASE(inter[i].words, put_fault_is(&packet, inter[i].fault) && put_every_cut(&m));
        CHECK_CASE(inter[i].words, is(&r.prefix, inter[i].prefix) && r.bits == inter[i].bits);
        CHECK_CASE(inter[i].words, r.metric == 20 && r.prefix_options == inter[i].options && !r.external);
        snprintf(want, sizeof want, "\"metric\":20,%s", inter[i].told);
        CHECK_CASE(inter[i].words, tells(&lsa, want));
    }
}

static void inter_router(void)
{
    struct ospf_route r;
    size_t at = begin(0x2004, 0);
    put_u32(&m, 0x13);
    put_u32(&m, 30);
    put_u32(&m, 0x09090909);
    struct ospf_lsa lsa = end(at);
    CHECK(ospf_route_read(&lsa, &r) && r.router == 0x09090909 && r.metric == 30 && r.options == 0x13);
    CHECK(!r.prefix.size && put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));
    CHECK(tells(&lsa,
                "\"options\":19,\"option_names\":[\"V6\",\"E\",\"R\"],\"metric\":30,\"router\":\"9.9.9.9\""));
}

/* ---- external ---- */

static const struct {
    const char *words;
    unsigned type, instance, flags, options, referenced; /* flags: E 4, F 2, T 1 */
    const char *told;
} externals[] = {
    { "plain", 0x4005, 0, 0, 0, 0, "\"metric\":20,\"metric_type\":1" },
    { "type 2 metric", 0x4005, 0, 4, 0, 0, "\"metric\":20,\"metric_type\":2" },
    { "forwarding address", 0x4005, 0, 6, 0, 0,
      "\"metric\":20,\"metric_type\":2,\"forwarding_address\":\"2001:db8::9\"" },
    { "tag", 0x4005, 0, 1, 0, 0, "\"metric\":20,\"metric_type\":1,\"tag\":4000000000" },
    { "all of it", 0x4005, 0, 7, 0, 0x2001,
      "\"metric\":20,\"metric_type\":2,\"forwarding_address\":\"2001:db8::9\",\"tag\":4000000000,"
      "\"referenced_type\":8193,\"referenced_id\":\"0.0.0.77\"" },
    { "NSSA, to be translated", 0x2007, 0, 6, 8, 0,
      "\"prefix_options\":8,\"prefix_option_names\":[\"P\"],\"metric\":20,\"metric_type\":2,"
      "\"forwarding_address\":\"2001:db8::9\"" },
    { "IPv4", 0x4005, IPV4, 6, 0, 0, "\"metric\":20,\"metric_type\":2,\"forwarding_address\":\"10.0.0.9\"" },
};

static void external(void)
{
    for (size_t i = 0; i < COUNT(externals); i++) {
        struct ospf_route r;
        char want[400];
        bool ipv4 = externals[i].instance == IPV4;
        size_t at = begin(externals[i].type, externals[i].instance);
        put_u8(&m, externals[i].flags);
        put_u24(&m, 20);
        put_prefix(&m, ipv4 ? "192.168.0.0" : "2001:db8:2::", ipv4 ? 24 : 48, externals[i].options,
                   externals[i].referenced);
        if (externals[i].flags & 2) {
            put_addr(&m, ipv4 ? "10.0.0.9" : "2001:db8::9");
            for (unsigned k = 0; ipv4 && k < 12; k++)
                put_u8(&m, 0);
        }
        if (externals[i].flags & 1)
            put_u32(&m, 4000000000);
        if (externals[i].referenced)
            put_u32(&m, 77);
        struct ospf_lsa lsa = end(at);
        CHECK_CASE(externals[i].words, ospf_route_read(&lsa, &r) && r.external && r.metric == 20);
        CHECK_CASE(externals[i].words,
                   r.type2 == !!(externals[i].flags & 4) && r.propagate == (externals[i].type == 0x2007));
        CHECK_CASE(externals[i].words, !!r.forwarding.size == !!(externals[i].flags & 2));
        if (r.forwarding.size)
            CHECK_CASE(externals[i].words, is(&r.forwarding, ipv4 ? "10.0.0.9" : "2001:db8::9"));
        CHECK_CASE(externals[i].words,
                   r.has_tag == (externals[i].flags & 1) && r.tag == (r.has_tag ? 4000000000 : 0));
        CHECK_CASE(externals[i].words, r.referenced_type == externals[i].referenced &&
                                           r.referenced_id == (externals[i].referenced ? 77 : 0));
        CHECK_CASE(externals[i].words, put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));
        snprintf(want, sizeof want, "\"prefix\":\"%s\",%s", ipv4 ? "192.168.0.0/24" : "2001:db8:2::/48",
                 externals[i].told);
        CHECK_CASE(externals[i].words, tells(&lsa, want));
        put_u32(&m, 0);
        end(at);
        CHECK_CASE(externals[i].words, put_fault_is(&packet, FAULT_OSPF_LSA_BODY));
    }
}

/* ---- Link-LSA, Intra-Area-Prefix-LSA ---- */

static void link_lsa(void)
{
    struct ospf_link_lsa l;
    struct ospf_prefix p;
    size_t at = begin(0x0008, 0);
    put_u8(&m, 9);
    put_u24(&m, 0x13);
    put_addr(&m, "fe80::5");
    put_u32(&m, 2);
    put_prefix(&m, "2001:db8::", 64, 0, 0);
    put_prefix(&m, "2001:db8:1::", 48, 2, 0);
    struct ospf_lsa lsa = end(at);
    CHECK(ospf_link_lsa_read(&lsa, &l) && l.priority == 9 && l.options == 0x13 && is(&l.address, "fe80::5"));
    CHECK(ospf_prefix_next(&l.prefixes, &p) && is(&p.prefix, "2001:db8::") && p.bits == 64);
    CHECK(ospf_prefix_next(&l.prefixes, &p) && p.bits == 48 && p.options == 2);
    CHECK(!ospf_prefix_next(&l.prefixes, &p) && !l.prefixes.bad);
    CHECK(put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));
    CHECK(tells(&lsa,
                "\"priority\":9,\"options\":19,\"option_names\":[\"V6\",\"E\",\"R\"],\"address\":\"fe80::5\","
                "\"prefixes\":[{\"prefix\":\"2001:db8::/64\"},{\"prefix\":\"2001:db8:1::/48\","
                "\"prefix_options\":2,\"prefix_option_names\":[\"LA\"]}]"));
    at = begin(0x0008, IPV4);
    put_u8(&m, 1);
    put_u24(&m, 0x100);
    put_addr(&m, "10.0.0.5");
    put_bytes(&m, (const uint8_t[12]){ 0 }, 12);
    put_u32(&m, 1);
    put_prefix(&m, "10.0.0.0", 24, 0, 0);
    lsa = end(at);
    CHECK(ospf_link_lsa_read(&lsa, &l) && is(&l.address, "10.0.0.5") && put_fault_is(&packet, FAULT_COUNT));
    CHECK(ospf_prefix_next(&l.prefixes, &p) && is(&p.prefix, "10.0.0.0"));
}

static const struct {
    const char *words;
    unsigned said; /* prefixes, of which there are two */
    unsigned bits; /* of the second */
    enum fault_code fault;
} intra[] = {
    { "two", 2, 128, FAULT_COUNT },
    { "three promised", 3, 128, FAULT_OSPF_LSA_BODY },
    { "one promised", 1, 128, FAULT_OSPF_LSA_BODY },
    { "200 bits", 2, 200, FAULT_OSPF_LSA_PREFIX },
};

static void intra_area(void)
{
    for (size_t i = 0; i < COUNT(intra); i++) {
        struct ospf_intra_prefix a;
        struct ospf_prefix p;
        size_t at = begin(0x2009, 0);
        put_u16(&m, intra[i].said);
        put_u16(&m, 0x2002);
        put_u32(&m, 5);
        put_u32(&m, 0x02020202);
        put_prefix(&m, "2001:db8::", 64, 0, 10);
        put_u8(&m, intra[i].bits);
        put_u8(&m, 2);
        put_u16(&m, 0);
        put_addr(&m, "2001:db8::7");
        struct ospf_lsa lsa = end(at);
        CHECK_CASE(intra[i].words, ospf_intra_prefix_read(&lsa, &a) && a.referenced_type == 0x2002);
        CHECK_CASE(intra[i].words, a.referenced_id == 5 && a.referenced_router == 0x02020202);
        CHECK_CASE(intra[i].words, ospf_prefix_next(&a.prefixes, &p) && p.metric == 10 && p.bits == 64);
        CHECK_CASE(intra[i].words, put_fault_is(&packet, intra[i].fault));
        if (intra[i].fault != FAULT_COUNT)
            continue;
        CHECK(tells(
            &lsa,
            "\"referenced_type\":8194,\"referenced_id\":\"0.0.0.5\",\"referenced_router\":\"2.2.2.2\","
            "\"prefixes\":[{\"prefix\":\"2001:db8::/64\",\"metric\":10},{\"prefix\":\"2001:db8::7/128\","
            "\"prefix_options\":2,\"prefix_option_names\":[\"LA\"],\"metric\":0}]"));
        CHECK(put_every_cut(&m));
    }
}

int main(void)
{
    out = buf_init(1 << 20);
    router();
    network();
    inter_area();
    inter_router();
    external();
    link_lsa();
    intra_area();
    buf_free(&out);
    return CHECK_END();
}
