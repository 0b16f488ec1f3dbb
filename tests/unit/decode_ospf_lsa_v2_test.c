/* Bodies of OSPFv2's LSAs. */
#include "tests/check.h"
#include "tests/make/make_ospf.h"

static struct ospf_made m;
static struct buf out;
static struct ospf_packet packet;

enum { ROUTER = 0x01010101 };

static size_t begin(unsigned type, uint32_t id)
{
    put_packet(&m, 2, OSPF_LSUPDATE, ROUTER, 0);
    put_u32(&m, 1);
    return put_lsa(&m, type, id, ROUTER);
}

/* The LSA that is whole now. */
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

/* What is told of the LSA behind its header's fields. */
static bool tells(const char *body)
{
    char want[1400];
    snprintf(want, sizeof want, "\"option_names\":[\"E\"],%s}]}", body);
    bool fine = strstr(put_told(&packet, &out), want);
    if (!fine)
        printf("got %s\n", buf_text(&out));
    return fine;
}

/* ---- Router-LSA ---- */

static void put_link(unsigned type, uint32_t id, uint32_t data, unsigned metric, unsigned tos)
{
    put_u32(&m, id);
    put_u32(&m, data);
    put_u8(&m, type);
    put_u8(&m, tos);
    put_u16(&m, metric);
    for (unsigned i = 0; i < tos; i++) {
        put_u8(&m, 8 + i);
        put_u8(&m, 0);
        put_u16(&m, 100 + i);
    }
}

static void router(void)
{
    struct ospf_router r;
    struct ospf_link link;
    struct ospf_network n;
    struct ospf_route route;
    size_t at = begin(1, ROUTER);
    put_u8(&m, OSPF_ROUTER_B | OSPF_ROUTER_E);
    put_u8(&m, 0);
    put_u16(&m, 4);
    put_link(OSPF_LINK_PTP, 0x02020202, 0x0a000001, 10, 0);
    put_link(OSPF_LINK_TRANSIT, 0x0a000102, 0x0a000101, 20, 2);
    put_link(OSPF_LINK_STUB, 0x0a000200, 0xffffff00, 65535, 0);
    put_link(OSPF_LINK_VIRTUAL, 0x03030303, 0x0a000301, 1, 0);
    struct ospf_lsa lsa = end(at);
    CHECK(ospf_router_read(&lsa, &r) && r.flags == 3 && r.link_left == 4);
    CHECK(ospf_link_next(&r, &link) && link.type == OSPF_LINK_PTP && link.id == 0x02020202);
    CHECK(link.data == 0x0a000001 && link.metric == 10 && !cur_left(&link.tos));
    CHECK(ospf_link_next(&r, &link) && link.type == OSPF_LINK_TRANSIT && cur_left(&link.tos) == 8);
    CHECK(ospf_link_next(&r, &link) && link.metric == OSPF_MAX_LINK_METRIC && link.data == 0xffffff00);
    CHECK(ospf_link_next(&r, &link) && link.type == OSPF_LINK_VIRTUAL && !ospf_link_next(&r, &link));
    CHECK(!ospf_network_read(&lsa, &n) && !ospf_route_read(&lsa, &route));
    CHECK(put_fault_is(&packet, FAULT_COUNT));
    CHECK(tells(
        "\"flags\":3,\"flag_names\":[\"E\",\"B\"],\"links\":["
        "{\"type\":1,\"name\":\"point-to-point\",\"link_id\":\"2.2.2.2\",\"link_data\":\"10.0.0.1\",\"metric\":10},"
        "{\"type\":2,\"name\":\"transit\",\"link_id\":\"10.0.1.2\",\"link_data\":\"10.0.1.1\",\"metric\":20,"
        "\"tos\":[{\"tos\":8,\"metric\":100},{\"tos\":9,\"metric\":101}]},"
        "{\"type\":3,\"name\":\"stub\",\"link_id\":\"10.0.2.0\",\"link_data\":\"255.255.255.0\",\"metric\":65535},"
        "{\"type\":4,\"name\":\"virtual\",\"link_id\":\"3.3.3.3\",\"link_data\":\"10.0.3.1\",\"metric\":1}]"));
    CHECK(put_every_cut(&m));
}

static const struct {
    const char *words;
    unsigned said, type, tos; /* links promised; type and TOS metrics promised by the only one */
    unsigned more;            /* bytes behind it */
    enum fault_code fault;
} routers[] = {
    { "one link", 1, 3, 0, 0, FAULT_COUNT },
    { "two promised", 2, 3, 0, 0, FAULT_OSPF_LSA_BODY },
    { "none promised", 0, 3, 0, 0, FAULT_OSPF_LSA_BODY },
    { "a beginning of another", 2, 3, 0, 8, FAULT_OSPF_LSA_BODY },
    { "too many metrics promised", 1, 3, 1, 0, FAULT_OSPF_LSA_BODY },
    { "link type 5", 1, 5, 0, 0, FAULT_OSPF_LSA_LINK },
    { "link type 0", 1, 0, 0, 0, FAULT_OSPF_LSA_LINK },
};

static void router_faults(void)
{
    for (size_t i = 0; i < COUNT(routers); i++) {
        size_t at = begin(1, ROUTER);
        put_u16(&m, 0);
        put_u16(&m, routers[i].said);
        put_link(routers[i].type, 1, 2, 3, 0);
        m.bytes[m.used - 3] = (uint8_t)routers[i].tos;
        for (unsigned k = 0; k < routers[i].more; k++)
            put_u8(&m, 0);
        end(at);
        CHECK_CASE(routers[i].words, put_fault_is(&packet, routers[i].fault));
    }
}

/* ---- Network-LSA ---- */

static void network(void)
{
    struct ospf_network n;
    uint32_t id;
    size_t at = begin(2, 0x0a000105);
    put_u32(&m, 0xffffff00);
    put_u32(&m, ROUTER);
    put_u32(&m, 0x02020202);
    struct ospf_lsa lsa = end(at);
    CHECK(ospf_network_read(&lsa, &n) && n.mask == 0xffffff00);
    CHECK(ospf_id_next(&n.routers, &id) && id == ROUTER && ospf_id_next(&n.routers, &id) && id == 0x02020202);
    CHECK(!ospf_id_next(&n.routers, &id) && put_fault_is(&packet, FAULT_COUNT));
    CHECK(tells("\"mask\":\"255.255.255.0\",\"prefix\":\"10.0.1.0/24\","
                "\"attached_routers\":[\"1.1.1.1\",\"2.2.2.2\"]"));
    CHECK(put_every_cut(&m));
    put_u16(&m, 0);
    end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_BODY));
    at = begin(2, 0x0a000105);
    put_u32(&m, 0xff00ff00);
    end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_MASK));
    at = begin(2, 0x0a000105);
    put_u16(&m, 0xffff);
    end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_BODY));
}

/* ---- Summary-LSAs ---- */

static void summaries(void)
{
    struct ospf_route r;
    size_t at = begin(3, 0x0a010203);
    put_u32(&m, 0xffff0000);
    put_u32(&m, 0x00000014);
    put_u8(&m, 8);
    put_u24(&m, 30);
    struct ospf_lsa lsa = end(at);
    CHECK(ospf_route_read(&lsa, &r) && r.bits == 16 && r.metric == 20 && !r.external && !r.forwarding.size);
    CHECK(r.prefix.size == 4 &&
          !memcmp(r.prefix.b, "\x0a\x01\0\0", 4)); /* bits of the host may be set: RFC 2328 E */
    CHECK(tells(
        "\"mask\":\"255.255.0.0\",\"prefix\":\"10.1.0.0/16\",\"metric\":20,\"tos\":[{\"tos\":8,\"metric\":30}]"));
    CHECK(put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));

    at = begin(4, 0x05050505);
    put_u32(&m, 0);
    put_u32(&m, OSPF_INFINITY);
    lsa = end(at);
    CHECK(ospf_route_read(&lsa, &r) && r.router == 0x05050505 && r.metric == OSPF_INFINITY && !r.prefix.size);
    CHECK(tells("\"metric\":16777215") && put_fault_is(&packet, FAULT_COUNT));

    at = begin(3, 0);
    put_u32(&m, 0);
    put_u32(&m, 1);
    lsa = end(at);
    CHECK(ospf_route_read(&lsa, &r) && !r.bits &&
          tells("\"mask\":\"0.0.0.0\",\"prefix\":\"0.0.0.0/0\",\"metric\":1"));
    put_u16(&m, 0);
    end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_BODY));
    at = begin(3, 0);
    put_u32(&m, 0);
    lsa = end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_BODY) && !ospf_route_read(&lsa, &r));
}

/* ---- AS-External-LSA, NSSA-LSA ---- */

static const struct {
    const char *words;
    unsigned type, options;
    bool type2, propagate;
    const char *forwarding;
} externals[] = {
    { "type 1 metric", 5, 2, false, false, "0.0.0.0" },
    { "type 2 metric", 5, 2, true, false, "0.0.0.0" },
    { "with forwarding address", 5, 2, true, false, "10.0.0.9" },
    { "NSSA", 7, 0, true, false, "10.0.0.9" },
    { "NSSA, to be translated", 7, OSPF_V2_N, true, true, "10.0.0.9" },
    { "the bit means nothing here", 5, OSPF_V2_N, true, false, "0.0.0.0" },
};

static void external(void)
{
    for (size_t i = 0; i < COUNT(externals); i++) {
        struct ospf_route r;
        struct addr forwarding = addr_parse(externals[i].forwarding);
        char want[300];
        size_t at = begin(externals[i].type, 0xc0a80000);
        m.bytes[at + 2] = (uint8_t)externals[i].options;
        put_u32(&m, 0xffffff00);
        put_u32(&m, (externals[i].type2 ? 0x80000000 : 0) | 20);
        put_addr(&m, externals[i].forwarding);
        put_u32(&m, 4200000000);
        struct ospf_lsa lsa = end(at);
        CHECK_CASE(externals[i].words, ospf_route_read(&lsa, &r) && r.external && r.metric == 20);
        CHECK_CASE(externals[i].words, r.bits == 24 && r.has_tag && r.tag == 4200000000);
        CHECK_CASE(externals[i].words,
                   r.type2 == externals[i].type2 && r.propagate == externals[i].propagate);
        if (strcmp(externals[i].forwarding, "0.0.0.0"))
            CHECK_CASE(externals[i].words, addr_equal(&r.forwarding, &forwarding));
        else
            CHECK_CASE(externals[i].words, !r.forwarding.size);
        snprintf(want, sizeof want,
                 "\"mask\":\"255.255.255.0\",\"prefix\":\"192.168.0.0/24\",\"metric\":20,\"metric_type\":%d,"
                 "\"forwarding_address\":\"%s\",\"tag\":4200000000}]}",
                 externals[i].type2 ? 2 : 1, externals[i].forwarding);
        CHECK_CASE(externals[i].words, strstr(put_told(&packet, &out), want));
        CHECK_CASE(externals[i].words, put_fault_is(&packet, FAULT_COUNT) && put_every_cut(&m));
    }
    size_t at = begin(5, 0xc0a80000);
    put_u32(&m, 0xffffff00);
    for (unsigned i = 0; i < 2; i++) {
        put_u32(&m, 0x08000014);
        put_u32(&m, 0);
        put_u32(&m, 7);
    }
    end(at);
    CHECK(put_fault_is(&packet, FAULT_COUNT));
    CHECK(tells("\"mask\":\"255.255.255.0\",\"prefix\":\"192.168.0.0/24\",\"metric\":20,\"metric_type\":1,"
                "\"forwarding_address\":\"0.0.0.0\",\"tag\":7,"
                "\"tos\":[{\"tos\":8,\"metric\":20,\"forwarding_address\":\"0.0.0.0\",\"tag\":7}]"));
    put_u32(&m, 0);
    end(at);
    CHECK(put_fault_is(&packet, FAULT_OSPF_LSA_BODY));
}

/* ---- what else there is ---- */

static void others(void)
{
    size_t at = begin(6, 0xe0000105);
    put_u32(&m, 1);
    put_u32(&m, ROUTER);
    end(at);
    CHECK(tells("\"vertices\":[{\"type\":1,\"id\":\"1.1.1.1\"}]") && put_fault_is(&packet, FAULT_COUNT));
    at = begin(8, 1);
    put_u32(&m, 0xdeadbeef);
    end(at);
    CHECK(tells("\"data\":\"deadbeef\"") && put_fault_is(&packet, FAULT_COUNT));
    at = begin(12, 1);
    put_u32(&m, 0xdeadbeef);
    end(at);
    CHECK(strstr(put_told(&packet, &out), "\"data\":\"deadbeef\"}],\"faults\":[{\"code\":\"ospf.lsa.type\""));
}

int main(void)
{
    out = buf_init(1 << 20);
    router();
    router_faults();
    network();
    summaries();
    external();
    others();
    buf_free(&out);
    return CHECK_END();
}
