/* LSAs in, routes of a router and ways between routers out: RFC 2328 16, RFC 3101 2.5, RFC 5340 4.8. Each network is
 * small enough to be reckoned by hand. */
#include "state/ospf_trace.h"
#include "tests/check.h"
#include "tests/make/make_ospf.h"

static struct ospf_made m;
static struct ospf_lsdb *db;
static struct ospf_budget budget;
static const struct stamp now = { INT64_C(1700000000) * NS_PER_S };

static uint32_t id(const char *text)
{
    struct addr a = addr_parse(text);
    return (uint32_t)a.b[0] << 24 | (uint32_t)a.b[1] << 16 | (uint32_t)a.b[2] << 8 | a.b[3];
}

static uint32_t mask(unsigned bits) { return bits ? UINT32_MAX << (32 - bits) : 0; }

/* ---- LSAs, one an Update ---- */

static size_t lsa_at, count_at;
static unsigned links;

static void begin(unsigned type, uint32_t area, const char *lsid, const char *router)
{
    put_packet(&m, ospf_lsdb_version(db), OSPF_LSUPDATE, id(router), area);
    put_u32(&m, 1);
    lsa_at = put_lsa(&m, type, id(lsid), id(router));
}

static void end(uint32_t area)
{
    put_lsa_end(&m, lsa_at);
    put_end(&m);
    struct ospf_packet p = put_read(&m);
    struct ospf_lsa_iter it = ospf_lsas(&p);
    static struct ospf_batch batch;
    struct ospf_lsa_seen seen = { .area = area, .link = 1, .ref = { .frame = 1, .when = now } };
    struct ospf_lsa_fed fed;
    CHECK(ospf_lsdb_batch(db, &it, area, 1, &batch));
    CHECK(ospf_lsdb_feed(db, &batch, 0, &seen, &fed) == OSPF_CHANGE_NEW);
}

static void router(uint32_t area, const char *router_id, unsigned flags)
{
    begin(1, area, router_id, router_id);
    put_u8(&m, flags);
    put_u8(&m, 0);
    count_at = put_u16(&m, 0);
    links = 0;
}

static void link_to(unsigned type, const char *to, const char *data, unsigned metric)
{
    put_u32(&m, id(to));
    put_u32(&m, id(data));
    put_u8(&m, type);
    put_u8(&m, 0);
    put_u16(&m, metric);
    put_u16_at(&m, count_at, ++links);
}

static void ptp(const char *to, const char *own, unsigned metric) { link_to(OSPF_LINK_PTP, to, own, metric); }
static void transit(const char *dr, const char *own, unsigned metric)
{
    link_to(OSPF_LINK_TRANSIT, dr, own, metric);
}
static void stub(const char *net, const char *net_mask, unsigned metric)
{
    link_to(OSPF_LINK_STUB, net, net_mask, metric);
}

static void network(uint32_t area, const char *dr_address, unsigned bits, const char *const *routers)
{
    begin(2, area, dr_address, routers[0]);
    put_u32(&m, mask(bits));
    for (; *routers; routers++)
        put_u32(&m, id(*routers));
    end(area);
}

static void summary(unsigned type, uint32_t area, const char *by, const char *to, unsigned bits,
                    unsigned metric)
{
    begin(type, area, to, by);
    put_u32(&m, mask(bits));
    put_u32(&m, metric);
    end(area);
}

static void outside(unsigned type, uint32_t area, const char *by, const char *net, unsigned e,
                    unsigned metric, const char *forwarding)
{
    begin(type, area, net, by);
    put_u32(&m, mask(24));
    put_u32(&m, e << 31 | metric);
    put_u32(&m, id(forwarding));
    put_u32(&m, 0);
    end(area);
}

/* ---- what comes out ---- */

static void start(unsigned version)
{
    budget = (struct ospf_budget){ .most = 1 << 24 };
    db = ospf_lsdb_new((uint8_t)version, 0, &budget);
}

static void stop(void) { ospf_lsdb_free(db); }

static const char *word(const struct ospf_path_route *r)
{
    static const char *const words[] = { "intra", "inter", "E1", "E2" };
    return r->nssa ? (r->type == OSPF_EXTERNAL1 ? "N1" : "N2") : words[r->type];
}

/* "10.4.0.0/24 intra 21 2@10.0.12.2 3@10.0.13.3; " where 2 is the last byte of the next router's ID. */
static const char *table(const char *of)
{
    static char out[4096];
    size_t used = 0;
    struct ospf_graph *g = ospf_graph_new(db, now);
    struct ospf_paths *p = ospf_paths_new(g, id(of));
    out[0] = '\0';
    for (uint32_t i = 0; p && i < ospf_paths_count(p); i++) {
        const struct ospf_path_route *r = ospf_paths_route(p, i);
        struct ospf_hop hops[OSPF_HOPS_MOST];
        char text[ADDR_TEXT];
        uint32_t count = ospf_paths_hops(p, r, hops, COUNT(hops));
        used += (size_t)snprintf(out + used, sizeof out - used, "%s %s %u",
                                 prefix_text(r->prefix.b, r->bits, r->prefix.size, text), word(r), r->cost);
        if (r->type == OSPF_EXTERNAL2)
            used += (size_t)snprintf(out + used, sizeof out - used, "+%u", r->external);
        for (uint32_t k = 0; k < count; k++)
            used += (size_t)snprintf(out + used, sizeof out - used, " %u@%s", hops[k].router & 255,
                                     addr_text(&hops[k].addr, text));
        used += (size_t)snprintf(out + used, sizeof out - used, "; ");
    }
    ospf_paths_free(p);
    ospf_graph_free(g);
    return out;
}

/* "1 2 4 here | 3": the first way, how it ends, routers of other ways. */
static const char *way(const char *from, const char *to)
{
    static const char *const ends[] = { "on", "here", "out", "unseen", "lost" };
    static char out[512];
    size_t used = 0;
    struct ospf_place place = { .addr = addr_parse(to), .bits = 32 };
    struct ospf_trace t;
    struct ospf_graph *g = ospf_graph_new(db, now);
    CHECK(ospf_trace(g, id(from), &place, &t));
    out[0] = '\0';
    for (uint32_t i = 0; i < t.count; i++) {
        CHECK(t.steps[i].on_way == (i < t.way));
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%u", i == t.way ? "| " : "",
                                 t.steps[i].router & 255);
        used += (size_t)snprintf(out + used, sizeof out - used, i + 1 == t.way ? " %s " : " ",
                                 ends[t.steps[i].end]);
    }
    ospf_trace_free(&t);
    ospf_graph_free(g);
    return out;
}

/* ---- networks ---- */

/* 1 is joined to 2 and 3, these to 4, all at the same cost; and 1 to 2 a second time. */
static void diamond(bool from_three)
{
    start(2);
    router(0, "1.0.0.1", 0);
    ptp("1.0.0.2", "10.0.12.1", 10);
    ptp("1.0.0.2", "10.1.12.1", 10);
    ptp("1.0.0.3", "10.0.13.1", 10);
    end(0);
    router(0, "1.0.0.2", 0);
    ptp("1.0.0.1", "10.0.12.2", 10);
    ptp("1.0.0.1", "10.1.12.2", 10);
    ptp("1.0.0.4", "10.0.24.2", 10);
    end(0);
    router(0, "1.0.0.3", 0);
    if (from_three)
        ptp("1.0.0.1", "10.0.13.3", 10);
    ptp("1.0.0.4", "10.0.34.3", 10);
    end(0);
    router(0, "1.0.0.4", 0);
    ptp("1.0.0.2", "10.0.24.4", 10);
    ptp("1.0.0.3", "10.0.34.4", 10);
    stub("10.4.0.0", "255.255.255.0", 1);
    end(0);
}

static void equal_cost(void)
{
    diamond(true);
    CHECK_TEXT(table("1.0.0.1"), "10.4.0.0/24 intra 21 2@10.0.12.2 2@10.1.12.2 3@10.0.13.3; ");
    CHECK_TEXT(way("1.0.0.1", "10.4.0.7"), "1 2 4 here | 3 ");
    stop();
}

/* RFC 2328 16.1 (2) (b): 1 says that it has a link to 3, and 3 does not. */
static void one_sided(void)
{
    diamond(false);
    CHECK_TEXT(table("1.0.0.1"), "10.4.0.0/24 intra 21 2@10.0.12.2 2@10.1.12.2; ");
    CHECK_TEXT(table("1.0.0.3"), "10.4.0.0/24 intra 11 4@10.0.34.4; ");
    stop();
}

/* 1, 2 and 3 on one network; behind 2 and 3 the same prefix. */
static void shared_network(void)
{
    static const char *const on_it[] = { "1.0.0.3", "1.0.0.1", "1.0.0.2", NULL };
    static const char *const own[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3" };
    static const char *const ids[] = { "1.0.0.1", "1.0.0.2", "1.0.0.3" };
    start(2);
    for (size_t i = 0; i < 3; i++) {
        router(0, ids[i], 0);
        transit("10.0.0.3", own[i], 10);
        if (i)
            stub("10.9.0.0", "255.255.0.0", 5);
        end(0);
    }
    network(0, "10.0.0.3", 24, on_it);
    CHECK_TEXT(table("1.0.0.1"), "10.0.0.0/24 intra 10; 10.9.0.0/16 intra 15 2@10.0.0.2 3@10.0.0.3; ");
    CHECK_TEXT(table("1.0.0.2"), "10.0.0.0/24 intra 10; 10.9.0.0/16 intra 5; ");
    CHECK_TEXT(way("1.0.0.1", "10.0.0.2"), "1 here ");
    stop();
}

/* Area 1: 1 between the border routers 2 and 3, whose backbone is not in the database. */
static void areas(void)
{
    start(2);
    router(1, "1.0.0.1", 0);
    ptp("1.0.0.2", "10.0.12.1", 10);
    ptp("1.0.0.3", "10.0.13.1", 20);
    end(1);
    router(1, "1.0.0.2", OSPF_ROUTER_B);
    ptp("1.0.0.1", "10.0.12.2", 10);
    end(1);
    router(1, "1.0.0.3", OSPF_ROUTER_B);
    ptp("1.0.0.1", "10.0.13.3", 20);
    end(1);
    summary(3, 1, "1.0.0.2", "10.5.0.0", 24, 20); /* as near as by the other */
    summary(3, 1, "1.0.0.3", "10.5.0.0", 24, 10);
    summary(3, 1, "1.0.0.2", "10.6.0.0", 24, 0xffffff); /* not reachable: RFC 2328 12.4.3 */
    summary(4, 1, "1.0.0.2", "1.0.0.9", 0, 7);
    outside(5, 0, "1.0.0.9", "203.0.113.0", 0, 3, "0.0.0.0");
    outside(5, 0, "1.0.0.9", "203.0.114.0", 1, 3, "0.0.0.0");
    outside(5, 0, "1.0.0.9", "203.0.115.0", 1, 3, "10.5.0.77");  /* both ways lead there */
    outside(5, 0, "1.0.0.9", "203.0.116.0", 1, 3, "10.66.0.77"); /* nothing leads there */
    outside(5, 0, "1.0.0.8", "203.0.117.0", 1, 3, "0.0.0.0");    /* no way to that router */
}

static void inter_area(void)
{
    areas();
    CHECK_TEXT(table("1.0.0.1"),
               "10.5.0.0/24 inter 30 2@10.0.12.2 3@10.0.13.3; 203.0.113.0/24 E1 20 2@10.0.12.2; "
               "203.0.114.0/24 E2 17+3 2@10.0.12.2; 203.0.115.0/24 E2 30+3 2@10.0.12.2 3@10.0.13.3; ");
    /* what a border router announces, it has from elsewhere; and so it has the way to an AS boundary router */
    CHECK_TEXT(way("1.0.0.1", "10.5.0.1"), "1 2 unseen | 3 ");
    CHECK_TEXT(way("1.0.0.1", "203.0.113.1"), "1 2 unseen ");
    CHECK_TEXT(way("1.0.0.1", "198.51.100.1"), "1 lost ");
    stop();
}

/* Both border routers are in the backbone, too: 3 is nearer to what is in area 1, and takes from the backbone alone. */
static void at_the_border(void)
{
    areas();
    router(0, "1.0.0.2", OSPF_ROUTER_B);
    ptp("1.0.0.3", "10.0.23.2", 1);
    stub("10.5.0.0", "255.255.255.0", 20);
    end(0);
    router(0, "1.0.0.3", OSPF_ROUTER_B);
    ptp("1.0.0.2", "10.0.23.3", 1);
    end(0);
    summary(3, 0, "1.0.0.2", "10.7.0.0", 24, 4);
    CHECK_TEXT(table("1.0.0.3"), "10.5.0.0/24 intra 21 2@10.0.23.2; 10.7.0.0/24 inter 5 2@10.0.23.2; ");
    CHECK_TEXT(way("1.0.0.1", "10.5.0.1"), "1 2 here | 3 ");
    stop();
}

/* RFC 3101: 1 has the same prefix from the NSSA's 3, and from outside by 2; only what is of the NSSA comes into it. */
static void nssa(void)
{
    start(2);
    router(1, "1.0.0.1", 0);
    ptp("1.0.0.2", "10.0.12.1", 10);
    ptp("1.0.0.3", "10.0.13.1", 10);
    stub("10.0.13.0", "255.255.255.0", 10);
    end(1);
    router(1, "1.0.0.2", OSPF_ROUTER_B | OSPF_ROUTER_E);
    ptp("1.0.0.1", "10.0.12.2", 10);
    end(1);
    router(1, "1.0.0.3", OSPF_ROUTER_E);
    ptp("1.0.0.1", "10.0.13.3", 10);
    stub("10.0.13.0", "255.255.255.0", 10);
    end(1);
    outside(7, 1, "1.0.0.3", "203.0.113.0", 0, 5, "10.0.13.3");
    outside(7, 1, "1.0.0.3", "203.0.114.0", 1, 5, "10.66.0.1");
    /* the forwarding address is on a link of 1's own: it is next itself (RFC 2328 16.4 (3)) */
    CHECK_TEXT(table("1.0.0.1"), "10.0.13.0/24 intra 10; 203.0.113.0/24 N1 15 3@10.0.13.3; ");
    CHECK_TEXT(table("1.0.0.2"), "10.0.13.0/24 intra 20 1@10.0.12.1; 203.0.113.0/24 N1 25 1@10.0.12.1; ");
    CHECK_TEXT(way("1.0.0.2", "203.0.113.5"), "2 1 out ");
    stop();
}

/* RFC 2328 16.4.1: 2 is reached through area 1 at 30 and through the backbone at 10. */
static void not_the_backbone(void)
{
    start(2);
    for (uint32_t area = 0; area < 2; area++) {
        router(area, "1.0.0.1", OSPF_ROUTER_B);
        ptp("1.0.0.2", area ? "10.1.12.1" : "10.0.12.1", area ? 30 : 10);
        end(area);
        router(area, "1.0.0.2", OSPF_ROUTER_B | OSPF_ROUTER_E);
        ptp("1.0.0.1", area ? "10.1.12.2" : "10.0.12.2", area ? 30 : 10);
        end(area);
    }
    outside(5, 0, "1.0.0.2", "203.0.113.0", 1, 5, "0.0.0.0");
    CHECK_TEXT(table("1.0.0.1"), "203.0.113.0/24 E2 30+5 2@10.1.12.2; ");
    stop();
}

/* 1 and 3 are the ends of a virtual link through area 1, over 2; 3 joins area 2 to it. */
static void virtual_link(void)
{
    start(2);
    router(0, "1.0.0.1", OSPF_ROUTER_B);
    link_to(OSPF_LINK_VIRTUAL, "1.0.0.3", "10.0.12.1", 20);
    end(0);
    router(0, "1.0.0.3", OSPF_ROUTER_B);
    link_to(OSPF_LINK_VIRTUAL, "1.0.0.1", "10.0.23.3", 20);
    stub("10.3.0.0", "255.255.255.0", 1);
    end(0);
    router(1, "1.0.0.1", OSPF_ROUTER_B | OSPF_ROUTER_V);
    ptp("1.0.0.2", "10.0.12.1", 10);
    end(1);
    router(1, "1.0.0.2", 0);
    ptp("1.0.0.1", "10.0.12.2", 10);
    ptp("1.0.0.3", "10.0.23.2", 10);
    end(1);
    router(1, "1.0.0.3", OSPF_ROUTER_B | OSPF_ROUTER_V);
    ptp("1.0.0.2", "10.0.23.3", 10);
    end(1);
    summary(3, 0, "1.0.0.3", "10.9.0.0", 24, 10);
    CHECK_TEXT(table("1.0.0.1"), "10.3.0.0/24 intra 21 2@10.0.12.2; 10.9.0.0/24 inter 30 2@10.0.12.2; ");
    stop();
}

/* OSPFv3: what a router is, and what it has, are LSAs apart; next hops are link-local addresses, by Link-LSAs. */
static void version_three(void)
{
    start(3);
    for (unsigned i = 1; i <= 2; i++) {
        const char *own = i == 1 ? "1.0.0.1" : "1.0.0.2", *other = i == 1 ? "1.0.0.2" : "1.0.0.1";
        begin(0x2001, 0, "0.0.0.0", own);
        put_u8(&m, 0);
        put_u24(&m, OSPF_V3_V6 | OSPF_V3_R | OSPF_V2_E);
        put_u8(&m, OSPF_LINK_PTP);
        put_u8(&m, 0);
        put_u16(&m, 10);
        put_u32(&m, 4 + i);
        put_u32(&m, 7 - i);
        put_u32(&m, id(other));
        end(0);
        begin(8, 0, i == 1 ? "0.0.0.5" : "0.0.0.6", own);
        put_u8(&m, 1);
        put_u24(&m, OSPF_V3_V6 | OSPF_V3_R);
        put_addr(&m, i == 1 ? "fe80::1" : "fe80::2");
        put_u32(&m, 0);
        end(0);
        begin(0x2009, 0, "0.0.0.0", own);
        put_u16(&m, 1);
        put_u16(&m, 0x2001);
        put_u32(&m, 0);
        put_u32(&m, id(own));
        put_prefix(&m, i == 1 ? "2001:db8:1::" : "2001:db8:2::", 64, 0, 3);
        end(0);
    }
    CHECK_TEXT(table("1.0.0.1"), "2001:db8:1::/64 intra 3; 2001:db8:2::/64 intra 13 2@fe80::2; ");
    stop();
}

/* An area that has fallen apart. */
static void parts(void)
{
    diamond(false);
    router(0, "1.0.0.7", 0);
    end(0);
    struct ospf_graph *g = ospf_graph_new(db, now);
    uint32_t part[8] = { 0 };
    CHECK(ospf_graph_nodes(g) == 5 && ospf_graph_parts(g, part));
    for (uint32_t i = 0; i < 5; i++)
        CHECK(part[i] == (ospf_graph_node(g, i)->id == id("1.0.0.7") ? 2 : 1));
    ospf_graph_free(g);
    stop();
}

int main(void)
{
    equal_cost();
    one_sided();
    shared_network();
    inter_area();
    at_the_border();
    nssa();
    not_the_backbone();
    virtual_link();
    version_three();
    parts();
    return CHECK_END();
}
