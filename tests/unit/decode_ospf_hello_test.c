/* Hellos and Database Descriptions: what they say, what can be wrong with them. */
#include "tests/check.h"
#include "tests/make/make_ospf.h"

static struct ospf_made m;
static struct buf out;

enum { ROUTER = 0x01010101 };

static const struct ospf_hello_made plain = { .mask = 0xfffffffc,
                                              .interface_id = 0x10007,
                                              .hello = 10,
                                              .dead = 40,
                                              .options = 0x12,
                                              .priority = 7,
                                              .dr = 0x0a000001,
                                              .bdr = 0x0a000002 };

static void make_hello(unsigned version, const struct ospf_hello_made *h, unsigned neighbors)
{
    put_packet(&m, version, OSPF_HELLO, ROUTER, 0);
    put_hello(&m, *h);
    for (unsigned i = 1; i <= neighbors; i++)
        put_u32(&m, i * 0x01010101);
}

static void hello_fields(void)
{
    struct ospf_hello h;
    uint32_t id;
    for (unsigned version = 2; version <= 3; version++) {
        struct ospf_hello_made made = plain;
        made.options = 2;
        made.dead = version == 3 ? 65535 : 70000; /* 16 bits in OSPFv3 */
        make_hello(version, &made, 3);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        CHECK(ospf_hello_read(&p, &h) && put_fault_is(&p, FAULT_COUNT));
        CHECK(h.mask == (version == 2 ? 0xfffffffc : 0) && h.interface_id == (version == 3 ? 0x10007 : 0));
        CHECK(h.hello_interval == 10 && h.dead_interval == made.dead && h.options == 2 && h.priority == 7);
        CHECK(h.dr == 0x0a000001 && h.bdr == 0x0a000002);
        for (uint32_t i = 1; i <= 3; i++)
            CHECK(ospf_id_next(&h.neighbors, &id) && id == i * 0x01010101);
        CHECK(!ospf_id_next(&h.neighbors, &id));
        CHECK(put_every_cut(&m));
    }
}

static const struct {
    const char *words;
    uint32_t mask;
    unsigned more; /* bytes behind the neighbours */
    enum fault_code fault;
} hellos[] = {
    { "no mask: point-to-point", 0, 0, FAULT_COUNT },
    { "a host's mask", 0xffffffff, 0, FAULT_COUNT },
    { "half", 0xffff0000, 0, FAULT_COUNT },
    { "a hole", 0xff00ff00, 0, FAULT_OSPF_HELLO_MASK },
    { "upside down", 0x000000ff, 0, FAULT_OSPF_HELLO_MASK },
    { "one byte too many", 0xffffff00, 1, FAULT_OSPF_HELLO_NEIGHBORS },
    { "one byte too few", 0xffffff00, 3, FAULT_OSPF_HELLO_NEIGHBORS },
};

static void hello_faults(void)
{
    for (size_t i = 0; i < COUNT(hellos); i++) {
        struct ospf_hello_made made = { .mask = hellos[i].mask, .hello = 10, .dead = 40 };
        make_hello(2, &made, 1);
        for (unsigned k = 0; k < hellos[i].more; k++)
            put_u8(&m, 1);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        CHECK_CASE(hellos[i].words, put_fault_is(&p, hellos[i].fault));
    }
}

static void hello_told(void)
{
    struct ospf_hello_made made = plain;
    made.options = 0x13;
    make_hello(3, &made, 2);
    put_end(&m);
    struct ospf_packet p = put_read(&m);
    CHECK(strstr(
        put_told(&p, &out),
        "\"hello\":{\"interface_id\":65543,\"hello_interval\":10,\"dead_interval\":40,\"options\":19,"
        "\"option_names\":[\"V6\",\"E\",\"R\"],\"priority\":7,\"dr\":\"10.0.0.1\",\"bdr\":\"10.0.0.2\","
        "\"neighbors\":[\"1.1.1.1\",\"2.2.2.2\"]}"));
    CHECK_TEXT(put_line(&p, &out), "Hello 1.1.1.1 area 0.0.0.0 hello 10 dead 40 DR 10.0.0.1 BDR 10.0.0.2 "
                                   "neighbours 1.1.1.1 2.2.2.2");
}

/* ---- Database Description ---- */

static const struct {
    const char *words;
    unsigned flags;
    bool init, more, master, resync;
    enum fault_code fault;
    const char *names;
} flags[] = {
    { "the first of all", 7, true, true, true, false, FAULT_COUNT, "[\"I\",\"M\",\"MS\"]" },
    { "of the master", 3, false, true, true, false, FAULT_COUNT, "[\"M\",\"MS\"]" },
    { "of the master, the last", 1, false, false, true, false, FAULT_COUNT, "[\"MS\"]" },
    { "of the slave", 2, false, true, false, false, FAULT_COUNT, "[\"M\"]" },
    { "of the slave, the last", 0, false, false, false, false, FAULT_COUNT, "[]" },
    { "out of band", 15, true, true, true, true, FAULT_COUNT, "[\"R\",\"I\",\"M\",\"MS\"]" },
    { "the first, of the slave", 6, true, true, false, false, FAULT_OSPF_DBDESC_FLAGS, "[\"I\",\"M\"]" },
    { "the first, and the last", 5, true, false, true, false, FAULT_OSPF_DBDESC_FLAGS, "[\"I\",\"MS\"]" },
};

static void dbdescs(void)
{
    struct ospf_dbdesc d;
    char want[200];
    for (size_t i = 0; i < COUNT(flags) * 2; i++) {
        unsigned version = 2 + i % 2;
        size_t row = i / 2;
        put_packet(&m, version, OSPF_DBDESC, ROUTER, 0);
        put_dbdesc(&m, 1500, 2, flags[row].flags, 0x80001234);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        CHECK_CASE(flags[row].words, ospf_dbdesc_read(&p, &d) && put_fault_is(&p, flags[row].fault));
        CHECK_CASE(flags[row].words, d.mtu == 1500 && d.options == 2 && d.sequence == 0x80001234);
        CHECK_CASE(flags[row].words, d.flags == flags[row].flags && d.init == flags[row].init);
        CHECK_CASE(flags[row].words, d.more == flags[row].more && d.master == flags[row].master);
        CHECK_CASE(flags[row].words, d.resync == flags[row].resync);
        snprintf(want, sizeof want,
                 "\"database_description\":{\"mtu\":1500,\"options\":2,\"option_names\":[\"E\"],\"flags\":%u,"
                 "\"flag_names\":%s,\"sequence\":\"0x80001234\"}",
                 flags[row].flags, flags[row].names);
        CHECK_CASE(flags[row].words, strstr(put_told(&p, &out), want));
    }
}

static void dbdesc_lsas(void)
{
    for (unsigned version = 2; version <= 3; version++) {
        unsigned type = version == 3 ? 0x2001 : 1;
        struct ospf_lsa lsa;
        put_packet(&m, version, OSPF_DBDESC, ROUTER, 0);
        put_dbdesc(&m, 1500, 2, 2, 7);
        put_lsa(&m, type, 1, ROUTER);
        put_lsa(&m, type, 2, ROUTER);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        struct ospf_lsa_iter it = ospf_lsas(&p);
        CHECK(ospf_lsa_next(&it, &lsa) && lsa.id == 1 && lsa.type == type && lsa.header_only && !lsa.cut);
        CHECK(ospf_lsa_next(&it, &lsa) && lsa.id == 2 && ospf_lsa_sum(&lsa) == OSPF_SUM_UNKNOWN);
        CHECK(!ospf_lsa_next(&it, &lsa) && it.fault == FAULT_COUNT && put_fault_is(&p, FAULT_COUNT));
        CHECK_TEXT(put_line(&p, &out),
                   "Database Description 1.1.1.1 area 0.0.0.0 MTU 1500 M sequence 0x00000007: "
                   "Router-LSA 0.0.0.1 from 1.1.1.1 0x80000001, "
                   "Router-LSA 0.0.0.2 from 1.1.1.1 0x80000001");
        CHECK(put_every_cut(&m));
        put_u8(&m, 0);
        put_end(&m);
        p = put_read(&m);
        CHECK(put_fault_is(&p, FAULT_OSPF_LSA_SHORT));
    }
}

int main(void)
{
    out = buf_init(1 << 20);
    hello_fields();
    hello_faults();
    hello_told();
    dbdescs();
    dbdesc_lsas();
    buf_free(&out);
    return CHECK_END();
}
