/* Small networks, LSA by LSA, and what a router makes of them: which way it takes, what it costs, where it begins. */
#include "tests/check.h"
#include "tests/make/make_ospf.h"

#include "base/buf.h"
#include "state/ospf_spf.h"

enum { B = OSPF_ROUTER_B, E = OSPF_ROUTER_E, V = OSPF_ROUTER_V, NSSA = 0x100 };

struct net {
    struct ospf_lsdb *db;
    struct ospf_budget budget;
    struct ospf_made m;
    size_t lsa, links;
    uint32_t area;
};

static void begin(struct net *n, uint8_t version)
{
    n->budget = (struct ospf_budget){ .most = 1 << 20 };
    n->db = ospf_lsdb_new(version, 0, &n->budget);
    n->m.version = version;
}

static uint32_t id_of(const char *text)
{
    struct addr a = addr_parse(text);
    return (uint32_t)a.b[0] << 24 | (uint32_t)a.b[1] << 16 | (uint32_t)a.b[2] << 8 | a.b[3];
}

static void lsa(struct net *n, uint32_t area, unsigned type, uint32_t id, uint32_t router)
{
    n->area = area;
    put_packet(&n->m, n->m.version, OSPF_LSUPDATE, router, area);
    put_u32(&n->m, 1);
    n->lsa = put_lsa(&n->m, type, id, router);
}

static void end(struct net *n)
{
    struct ospf_batch batch;
    struct ospf_lsa_fed fed;
    struct ospf_lsa_seen seen = { .area = n->area, .ref = { .frame = 1, .when = { 1 } } };
    put_lsa_end(&n->m, n->lsa);
    put_end(&n->m);
    struct ospf_packet p = put_read(&n->m);
    struct ospf_lsa_iter it = ospf_lsas(&p);
    while (ospf_lsdb_batch(n->db, &it, n->area, 0, &batch))
        for (uint32_t i = 0; i < batch.count; i++)
            CHECK(ospf_lsdb_feed(n->db, &batch, i, &seen, &fed) == OSPF_CHANGE_NEW);
}

/* ---- OSPFv2: RFC 2328 A.4 ---- */

static void router(struct net *n, uint32_t area, uint32_t id, unsigned flags)
{
    lsa(n, area, 1, id, id);
    if (flags & NSSA)
        n->m.bytes[n->lsa + 2] = 8;
    put_u8(&n->m, flags & 0xff);
    put_u8(&n->m, 0);
    n->links = put_u16(&n->m, 0);
}

static void way(struct net *n, unsigned type, uint32_t id, uint32_t data, unsigned cost)
{
    put_u32(&n->m, id);
    put_u32(&n->m, data);
    put_u8(&n->m, type);
    put_u8(&n->m, 0);
    put_u16(&n->m, cost);
    n->m.bytes[n->links + 1]++;
}
static void ptp(struct net *n, uint32_t to, const char *own, unsigned cost)
{
    way(n, OSPF_LINK_PTP, to, id_of(own), cost);
}
static void transit(struct net *n, const char *dr, const char *own, unsigned cost)
{
    way(n, OSPF_LINK_TRANSIT, id_of(dr), id_of(own), cost);
}
static void stub(struct net *n, const char *prefix, unsigned cost)
{
    way(n, OSPF_LINK_STUB, id_of(prefix), 0xffffff00, cost);
}

static void network(struct net *n, uint32_t area, const char *dr, uint32_t by, uint32_t a, uint32_t b)
{
    lsa(n, area, 2, id_of(dr), by);
    put_u32(&n->m, 0xffffff00);
    put_u32(&n->m, a);
    put_u32(&n->m, b);
    end(n);
}

static void summary(struct net *n, uint32_t area, uint32_t by, const char *prefix, unsigned cost)
{
    lsa(n, area, 3, id_of(prefix), by);
    put_u32(&n->m, 0xffffff00);
    put_u32(&n->m, cost);
    end(n);
}

static void boundary(struct net *n, uint32_t area, uint32_t by, uint32_t asbr, unsigned cost)
{
    lsa(n, area, 4, asbr, by);
    put_u32(&n->m, 0);
    put_u32(&n->m, cost);
    end(n);
}

static void external(struct net *n, uint32_t area, unsigned type, uint32_t by, const char *prefix,
                     uint32_t cost, const char *forwarding)
{
    lsa(n, area, type, id_of(prefix), by);
    put_u32(&n->m, id_of(prefix) ? 0xffffff00 : 0);
    put_u32(&n->m, cost);
    put_u32(&n->m, forwarding ? id_of(forwarding) : 0);
    put_u32(&n->m, 0);
    end(n);
}
enum { TYPE2 = -0x7fffffff - 1 };

/* ---- what comes of it ---- */

/* "intra-area 20 via 10.0.0.2 10.0.1.2", or "none". */
static const char *route(const struct net *n, uint32_t from, const char *prefix, struct buf *out)
{
    struct ospf_graph *g = ospf_graph_new(n->db, (struct stamp){ 2 });
    struct ospf_paths *p = ospf_paths_new(g, from);
    struct addr to = addr_parse(prefix);
    const struct ospf_path_route *r = p ? ospf_paths_find(p, &to) : NULL;
    struct ospf_hop hops[OSPF_HOPS_MOST];
    char text[ADDR_TEXT];
    buf_clear(out);
    buf_printf(out, "%s", r ? ospf_route_type_name(r->type) : "none");
    if (r) {
        buf_printf(out, " %u via", r->cost);
        uint32_t count = ospf_paths_hops(p, r, hops, OSPF_HOPS_MOST);
        for (uint32_t i = 0; i < count; i++)
            buf_printf(out, " %s", addr_text(&hops[i].addr, text));
        buf_printf(out, "%s", count ? "" : " -");
    }
    ospf_paths_free(p);
    ospf_graph_free(g);
    return buf_text(out);
}

#define ROUTE(n, from, prefix, words)                                                                        \
    do {                                                                                                     \
        struct buf out_ = buf_init(400);                                                                     \
        CHECK_TEXT(route(n, from, prefix, &out_), words);                                                    \
        buf_free(&out_);                                                                                     \
    } while (0)

/* Two links side by side, and a LAN that is dearer: addresses of both ends belong together by their subnets. */
static void side_by_side(void)
{
    struct net n = { .area = 0 };
    begin(&n, 2);
    router(&n, 0, 1, 0);
    ptp(&n, 2, "10.0.0.1", 10);
    ptp(&n, 2, "10.0.0.5", 10);
    transit(&n, "10.1.0.2", "10.1.0.1", 11);
    end(&n);
    router(&n, 0, 2, 0);
    ptp(&n, 1, "10.0.0.6", 10);
    ptp(&n, 1, "10.0.0.2", 10);
    transit(&n, "10.1.0.2", "10.1.0.2", 11);
    stub(&n, "10.9.0.0", 3);
    end(&n);
    network(&n, 0, "10.1.0.2", 2, 1, 2);
    ROUTE(&n, 1, "10.9.0.0", "intra-area 13 via 10.0.0.2 10.0.0.6");
    ROUTE(&n, 1, "10.1.0.0", "intra-area 11 via -");
    ROUTE(&n, 2, "10.9.0.0", "intra-area 3 via -");
    ospf_lsdb_free(n.db);
}

/* Unnumbered: an ifIndex is no address. And a way that only one end speaks of is none (RFC 2328 16.1 (2b)). */
static void unnumbered(void)
{
    struct net n = { .area = 0 };
    begin(&n, 2);
    router(&n, 0, 1, 0);
    ptp(&n, 2, "0.0.0.7", 10);
    ptp(&n, 3, "10.0.0.1", 1);
    end(&n);
    router(&n, 0, 2, 0);
    ptp(&n, 1, "0.0.0.3", 10);
    stub(&n, "10.9.0.0", 3);
    end(&n);
    router(&n, 0, 3, 0);
    stub(&n, "10.8.0.0", 3);
    end(&n);
    ROUTE(&n, 1, "10.9.0.0", "intra-area 13 via ?");
    ROUTE(&n, 1, "10.8.0.0", "none");
    ospf_lsdb_free(n.db);
}

/* Routers 1 and 2 between areas 0 and 1, router 3 within area 1; 10.9 behind both, 10.8 announced by one that is no border
 * router. */
static void areas(struct net *n)
{
    begin(n, 2);
    router(n, 0, 1, B);
    ptp(n, 2, "10.0.0.1", 10);
    end(n);
    router(n, 0, 2, B | E);
    ptp(n, 1, "10.0.0.2", 10);
    end(n);
    router(n, 1, 1, B);
    ptp(n, 3, "10.0.1.1", 10);
    end(n);
    router(n, 1, 2, B | E);
    ptp(n, 3, "10.0.2.2", 10);
    end(n);
    router(n, 1, 3, 0);
    ptp(n, 1, "10.0.1.3", 10);
    ptp(n, 2, "10.0.2.3", 10);
    end(n);
    summary(n, 1, 1, "10.9.0.0", 5);
    summary(n, 1, 2, "10.9.0.0", 5);
    summary(n, 1, 3, "10.8.0.0", 5);
}

static void between_areas(void)
{
    struct net n;
    areas(&n);
    summary(&n, 0, 2, "10.7.0.0", 1);
    summary(&n, 1, 2, "10.7.0.0", 1);
    ROUTE(&n, 3, "10.9.0.0", "inter-area 15 via 10.0.1.1 10.0.2.2");
    ROUTE(&n, 1, "10.8.0.0", "none");
    ROUTE(&n, 1, "10.9.0.0", "none"); /* 16.2: a border router believes the backbone alone */
    ROUTE(&n, 1, "10.7.0.0", "inter-area 11 via 10.0.0.2");
    ospf_lsdb_free(n.db);
}

/* RFC 2328 16.4.1: the way to router 2 within area 1 comes before the shorter one through the backbone. */
static void outside(void)
{
    struct net n;
    areas(&n);
    external(&n, 0, 5, 2, "192.0.2.0", 7, NULL);
    external(&n, 0, 5, 2, "198.51.100.0", (uint32_t)TYPE2 | 7, NULL);
    external(&n, 0, 5, 2, "203.0.113.0", 7, "10.9.0.9");
    external(&n, 0, 5, 4, "203.0.114.0", 7, NULL); /* of which nobody knows where it is */
    ROUTE(&n, 1, "192.0.2.0", "external type 1 27 via 10.0.1.3");
    ROUTE(&n, 3, "192.0.2.0", "external type 1 17 via 10.0.2.2");
    ROUTE(&n, 3, "198.51.100.0", "external type 2 10 via 10.0.2.2");
    ROUTE(&n, 3, "203.0.113.0", "external type 1 22 via 10.0.1.1 10.0.2.2");
    ROUTE(&n, 3, "203.0.114.0", "none");
    boundary(&n, 1, 1, 4, 2);
    boundary(&n, 1, 2, 4, 2);
    ROUTE(&n, 3, "203.0.114.0", "external type 1 19 via 10.0.1.1 10.0.2.2");
    ospf_lsdb_free(n.db);
}

/* An NSSA, 2, with border routers 1 and 2, of which 2 is the boundary router of an AS-external-LSA: RFC 3101 2.5 (3) takes
 * no way through the NSSA for it. Router 3 in the NSSA announces a prefix whose forwarding address is on router 1's own
 * link. */
static void not_so_stubby(void)
{
    struct net n;
    begin(&n, 2);
    router(&n, 0, 1, B);
    ptp(&n, 2, "10.0.0.1", 50);
    end(&n);
    router(&n, 0, 2, B | E);
    ptp(&n, 1, "10.0.0.2", 50);
    end(&n);
    router(&n, 2, 1, B | NSSA);
    ptp(&n, 3, "10.0.1.1", 10);
    stub(&n, "10.0.1.0", 10);
    end(&n);
    router(&n, 2, 2, B | E | NSSA);
    ptp(&n, 3, "10.0.2.2", 10);
    end(&n);
    router(&n, 2, 3, E | NSSA);
    ptp(&n, 1, "10.0.1.3", 10);
    ptp(&n, 2, "10.0.2.3", 10);
    stub(&n, "10.0.1.0", 10);
    end(&n);
    external(&n, 0, 5, 2, "192.0.2.0", 7, NULL);
    external(&n, 2, 7, 3, "198.51.100.0", 7, "10.0.1.3");
    external(&n, 2, 7, 2, "0.0.0.0", 7, NULL);
    ROUTE(&n, 1, "192.0.2.0", "external type 1 57 via 10.0.0.2");
    ROUTE(&n, 1, "198.51.100.0", "external type 1 17 via 10.0.1.3");
    ROUTE(&n, 2, "198.51.100.0", "external type 1 27 via 10.0.2.3");
    ROUTE(&n, 3, "192.0.2.0", "external type 1 17 via 10.0.2.2"); /* a default, P bit clear: … */
    ROUTE(&n, 1, "203.0.113.0", "none");                          /* … not for border routers */
    ospf_lsdb_free(n.db);
}

/* Router 3 is in the backbone by a virtual link through area 1 alone, and begins by what leads through it. */
static void virtual_link(void)
{
    struct net n;
    begin(&n, 2);
    router(&n, 0, 1, B);
    way(&n, OSPF_LINK_VIRTUAL, 3, id_of("10.0.1.1"), 20);
    stub(&n, "10.9.0.0", 1);
    end(&n);
    router(&n, 0, 3, B);
    way(&n, OSPF_LINK_VIRTUAL, 1, id_of("10.0.2.3"), 20);
    end(&n);
    router(&n, 1, 1, B | V);
    ptp(&n, 2, "10.0.1.1", 10);
    end(&n);
    router(&n, 1, 2, 0);
    ptp(&n, 1, "10.0.1.2", 10);
    ptp(&n, 3, "10.0.2.2", 10);
    end(&n);
    router(&n, 1, 3, B | V);
    ptp(&n, 2, "10.0.2.3", 10);
    end(&n);
    ROUTE(&n, 3, "10.9.0.0", "intra-area 21 via 10.0.2.2");
    ospf_lsdb_free(n.db);
}

/* ---- OSPFv3: RFC 5340 A.4 ---- */

enum { OPTIONS = 0x13 /* V6, E, R */ };

static void router6(struct net *n, uint32_t id, unsigned options)
{
    lsa(n, 0, 0x2001, 0, id);
    put_u8(&n->m, 0);
    put_u24(&n->m, options);
}
static void ptp6(struct net *n, uint32_t to, unsigned own, unsigned far, unsigned cost)
{
    put_u8(&n->m, OSPF_LINK_PTP);
    put_u8(&n->m, 0);
    put_u16(&n->m, cost);
    put_u32(&n->m, own);
    put_u32(&n->m, far);
    put_u32(&n->m, to);
}
static void prefix6(struct net *n, uint32_t id, const char *prefix)
{
    lsa(n, 0, 0x2009, 0, id);
    put_u16(&n->m, 1);
    put_u16(&n->m, 0x2001);
    put_u32(&n->m, 0);
    put_u32(&n->m, id);
    put_u8(&n->m, 64);
    put_u8(&n->m, 0);
    put_u16(&n->m, 1);
    put_bytes(&n->m, addr_parse(prefix).b, 8);
    end(n);
}
static void link6(struct net *n, uint32_t id, unsigned interface, const char *address)
{
    lsa(n, 0, 0x0008, interface, id);
    put_u32(&n->m, 0x01000000 | OPTIONS);
    put_bytes(&n->m, addr_parse(address).b, 16);
    put_u32(&n->m, 0);
    end(n);
}

/* A line of three routers and a shorter way by router 4, which carries nothing through (RFC 5340 4.8.1: R bit). */
static void six(void)
{
    struct net n = { .area = 0 };
    begin(&n, 3);
    router6(&n, 1, OPTIONS);
    ptp6(&n, 2, 5, 6, 10);
    ptp6(&n, 4, 9, 9, 1);
    end(&n);
    router6(&n, 2, OPTIONS);
    ptp6(&n, 1, 6, 5, 10);
    ptp6(&n, 3, 7, 8, 10);
    end(&n);
    router6(&n, 3, OPTIONS);
    ptp6(&n, 2, 8, 7, 10);
    ptp6(&n, 4, 10, 10, 1);
    end(&n);
    router6(&n, 4, OPTIONS & ~OSPF_V3_R);
    ptp6(&n, 1, 9, 9, 1);
    ptp6(&n, 3, 10, 10, 1);
    end(&n);
    prefix6(&n, 3, "2001:db8:3::");
    prefix6(&n, 4, "2001:db8:4::");
    link6(&n, 2, 6, "fe80::2");
    link6(&n, 2, 7, "fe80::bad");
    ROUTE(&n, 1, "2001:db8:3::", "intra-area 21 via fe80::2");
    ROUTE(&n, 1, "2001:db8:4::", "intra-area 2 via ?");
    ROUTE(&n, 4,
          "2001:db8:3::", "intra-area 2 via ?"); /* from it, there is a way; no Link-LSA was seen there */
    ospf_lsdb_free(n.db);
}

int main(void)
{
    side_by_side();
    unnumbered();
    between_areas();
    outside();
    not_so_stubby();
    virtual_link();
    six();
    return CHECK_END();
}
