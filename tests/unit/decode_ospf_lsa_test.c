/* LSAs whatever their type: requests, headers, one after another, checksums, which of two is newer. */
#include "tests/check.h"
#include "tests/make/make_ospf.h"

static struct ospf_made m;
static struct buf out;

enum { ROUTER = 0x01010101 };

/* An update of one LSA of that type, whose body is `size` zeros. */
static size_t one(unsigned version, unsigned type, size_t size)
{
    put_packet(&m, version, OSPF_LSUPDATE, ROUTER, 0);
    put_u32(&m, 1);
    size_t at = put_lsa(&m, type, 0x0a000000, ROUTER);
    while (size--)
        put_u8(&m, 0);
    put_lsa_end(&m, at);
    return at;
}

/* ---- requests ---- */

static void requests(void)
{
    struct ospf_request r;
    for (unsigned version = 2; version <= 3; version++) {
        put_packet(&m, version, OSPF_LSREQ, ROUTER, 0);
        put_request(&m, 0xabcd0000 | (version == 3 ? 0x2001u : 1u), 5, ROUTER);
        put_request(&m, version == 3 ? 0x4005 : 5, 6, ROUTER);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        struct cursor body = p.body;
        /* the upper half is reserved in OSPFv3 and part of the type in OSPFv2 */
        CHECK(ospf_request_next(&p, &body, &r) && r.type == (version == 3 ? 0x2001 : 0xabcd0001));
        CHECK(r.id == 5 && r.router == ROUTER);
        CHECK(ospf_request_next(&p, &body, &r) && r.type == (version == 3 ? 0x4005 : 5) && r.id == 6);
        CHECK(!ospf_request_next(&p, &body, &r) && put_fault_is(&p, FAULT_COUNT));
        CHECK(put_every_cut(&m));
        put_u8(&m, 0);
        put_end(&m);
        p = put_read(&m);
        CHECK(put_fault_is(&p, FAULT_OSPF_LSREQ_LENGTH));
        put_told(&p, &out);
        CHECK(strstr(buf_text(&out),
                     version == 3 ? ",\"lsas\":[{\"type\":8193,\"name\":\"Router-LSA\","
                                    "\"link_state_id\":\"0.0.0.5\",\"advertising_router\":\"1.1.1.1\"},"
                                    "{\"type\":16389,\"name\":\"AS-External-LSA\","
                                    "\"link_state_id\":\"0.0.0.6\",\"advertising_router\":\"1.1.1.1\"}]"
                                  : ",\"lsas\":[{\"type\":2882338817,"
                                    "\"link_state_id\":\"0.0.0.5\",\"advertising_router\":\"1.1.1.1\"},"
                                    "{\"type\":5,\"name\":\"AS-External-LSA\","));
    }
    CHECK_TEXT(put_line(&(struct ospf_packet){ .version = 2, .type = OSPF_LSREQ, .have = 0 }, &out),
               "Link State Request");
    put_packet(&m, 2, OSPF_LSREQ, ROUTER, 0);
    for (uint32_t i = 0; i < 5; i++)
        put_request(&m, 1, i, ROUTER);
    put_end(&m);
    struct ospf_packet p = put_read(&m);
    CHECK_TEXT(put_line(&p, &out),
               "Link State Request 1.1.1.1 area 0.0.0.0: Router-LSA 0.0.0.0 from 1.1.1.1, "
               "Router-LSA 0.0.0.1 from 1.1.1.1, Router-LSA 0.0.0.2 from 1.1.1.1 and 2 more");
}

/* ---- headers ---- */

static void header(void)
{
    struct ospf_lsa lsa;
    put_packet(&m, 2, OSPF_LSACK, ROUTER, 0);
    size_t at = put_lsa(&m, 5, 0x0a010000, 0x02020202);
    put_u16_at(&m, at, 0x8000 | 700); /* DoNotAge: RFC 1793 2.2 */
    m.bytes[at + 2] = 0x22;
    put_end(&m);
    struct ospf_packet p = put_read(&m);
    struct ospf_lsa_iter it = ospf_lsas(&p);
    CHECK(ospf_lsa_next(&it, &lsa));
    CHECK(lsa.age == 700 && lsa.do_not_age && lsa.options == 0x22 && lsa.type == 5 && lsa.id == 0x0a010000);
    CHECK(lsa.kind == OSPF_LSA_V2_EXTERNAL && lsa.router == 0x02020202 && lsa.sequence == 0x80000001);
    CHECK(lsa.checksum == 0x1234 && lsa.length == 20 && lsa.offset == at && lsa.raw == m.bytes + at);
    CHECK(!ospf_lsa_next(&it, &lsa));
    struct writer w = writer_init(&writer_text, &out);
    buf_clear(&out);
    ospf_lsa_tell(&w, &lsa);
    CHECK_TEXT(buf_text(&out),
               "type 5 name AS-External-LSA link state id 10.1.0.0 advertising router 2.2.2.2 "
               "sequence 0x80000001 age 700 do not age true length 20 checksum 0x1234 options 34 "
               "option names [E DC]");
    CHECK_TEXT(put_line(&p, &out), "Link State Acknowledgment 1.1.1.1 area 0.0.0.0: "
                                   "AS-External-LSA 10.1.0.0 from 2.2.2.2 0x80000001");
    CHECK(strstr(put_told(&p, &out),
                 ",\"lsas\":[{\"type\":5,\"name\":\"AS-External-LSA\","
                 "\"link_state_id\":\"10.1.0.0\",\"advertising_router\":\"2.2.2.2\","
                 "\"sequence\":\"0x80000001\",\"age\":700,\"do_not_age\":true,\"length\":20,"
                 "\"checksum\":\"0x1234\",\"options\":34,\"option_names\":[\"E\",\"DC\"]}]}"));
}

static const struct {
    unsigned version, type;
    enum ospf_kind kind;
    enum ospf_scope scope;
} types[] = {
    { 2, 1, OSPF_LSA_V2_ROUTER, OSPF_SCOPE_AREA },
    { 2, 5, OSPF_LSA_V2_EXTERNAL, OSPF_SCOPE_AS },
    { 2, 7, OSPF_LSA_V2_NSSA, OSPF_SCOPE_AREA },
    { 2, 9, OSPF_LSA_V2_OPAQUE_LINK, OSPF_SCOPE_LINK },
    { 2, 10, OSPF_LSA_V2_OPAQUE_AREA, OSPF_SCOPE_AREA },
    { 2, 11, OSPF_LSA_V2_OPAQUE_AS, OSPF_SCOPE_AS },
    { 3, 0x2001, OSPF_LSA_V3_ROUTER, OSPF_SCOPE_AREA },
    { 3, 0x4005, OSPF_LSA_V3_EXTERNAL, OSPF_SCOPE_AS },
    { 3, 0x0008, OSPF_LSA_V3_LINK, OSPF_SCOPE_LINK },
    { 3, 0x000b, OSPF_LSA_V3_GRACE, OSPF_SCOPE_LINK },
    { 3, 0x800c, OSPF_LSA_V3_ROUTER_INFO, OSPF_SCOPE_LINK },
    { 3, 0xa00c, OSPF_LSA_V3_ROUTER_INFO, OSPF_SCOPE_AREA },
    { 3, 0xc00c, OSPF_LSA_V3_ROUTER_INFO, OSPF_SCOPE_AS },
    { 3, 0xa029, OSPF_LSA_V3_E_INTRA_PREFIX, OSPF_SCOPE_AREA },
    { 3, 0xbfff, OSPF_LSA_UNKNOWN, OSPF_SCOPE_AREA }, /* unknown types are no fault in OSPFv3 */
};

static void kinds(void)
{
    for (size_t i = 0; i < COUNT(types); i++) {
        struct ospf_lsa lsa;
        put_packet(&m, types[i].version, OSPF_LSACK, ROUTER, 0);
        put_lsa(&m, types[i].type, 1, ROUTER);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        struct ospf_lsa_iter it = ospf_lsas(&p);
        const char *name = ospf_kind_name(types[i].kind);
        CHECK_CASE(name, ospf_lsa_next(&it, &lsa) && lsa.kind == types[i].kind);
        CHECK_CASE(name, lsa.type == types[i].type && ospf_lsa_scope(&lsa) == types[i].scope);
        CHECK_CASE(name, put_fault_is(&p, FAULT_COUNT));
    }
}

static const struct {
    const char *words;
    unsigned version;
    size_t at; /* two bytes of the header … */
    unsigned is;
    enum fault_code fault;
    size_t offset; /* of the fault, from the LSA */
} headers[] = {
    { "MaxAge", 2, 0, 3600, FAULT_COUNT, 0 },
    { "beyond MaxAge", 2, 0, 3601, FAULT_OSPF_LSA_AGE, 0 },
    { "does not age", 2, 0, 0x8000 | 3600, FAULT_COUNT, 0 },
    { "unknown type", 2, 2, 0x020c, FAULT_OSPF_LSA_TYPE, 3 },
    { "type 0", 2, 2, 0x0200, FAULT_OSPF_LSA_TYPE, 3 },
    { "reserved scope", 3, 2, 0x6001, FAULT_OSPF_LSA_SCOPE, 2 },
    { "length of less than a header", 2, 18, 19, FAULT_OSPF_LSA_LENGTH, 18 },
};

static void header_faults(void)
{
    for (size_t i = 0; i < COUNT(headers); i++) {
        put_packet(&m, headers[i].version, OSPF_LSACK, ROUTER, 0);
        size_t at = put_lsa(&m, headers[i].version == 3 ? 0x2001 : 1, 1, ROUTER);
        put_u16_at(&m, at + headers[i].at, headers[i].is);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        struct faults f = put_faults(&p);
        CHECK_CASE(headers[i].words, put_fault_is(&p, headers[i].fault));
        if (f.count)
            CHECK_CASE(headers[i].words, f.list[0].offset == at + headers[i].offset);
    }
    put_packet(&m, 2, OSPF_LSACK, ROUTER, 0);
    size_t at = put_lsa(&m, 1, 1, ROUTER);
    put_u16_at(&m, at + 14, 0); /* 0x80000000 */
    put_end(&m);
    struct ospf_packet p = put_read(&m);
    CHECK(put_fault_is(&p, FAULT_OSPF_LSA_SEQUENCE));
    CHECK(strstr(put_told(&p, &out), "sequence number that is reserved (Router-LSA)"));
}

/* ---- one after another ---- */

static const struct {
    const char *words;
    unsigned said; /* LSAs */
    int wrong;     /* the length of the second of three is off by so much */
    unsigned more; /* bytes behind the last */
    unsigned given;
    enum fault_code fault;
} updates[] = {
    { "three", 3, 0, 0, 3, FAULT_COUNT },
    { "one more promised", 4, 0, 0, 3, FAULT_OSPF_LSUPDATE_COUNT },
    { "one less promised", 2, 0, 0, 2, FAULT_OSPF_LSUPDATE_COUNT },
    { "none promised", 0, 0, 0, 0, FAULT_OSPF_LSUPDATE_COUNT },
    { "far too many promised", 0xffffffff, 0, 0, 3, FAULT_OSPF_LSUPDATE_COUNT },
    { "a byte too many", 3, 0, 1, 3, FAULT_OSPF_LSUPDATE_COUNT },
    { "the beginning of another", 4, 0, 19, 3, FAULT_OSPF_LSA_SHORT },
    { "shorter than a header", 3, -5, 0, 2, FAULT_OSPF_LSA_LENGTH },
    { "longer than the packet", 3, 45, 0, 2, FAULT_OSPF_LSA_LENGTH },
};

static void iteration(void)
{
    for (size_t i = 0; i < COUNT(updates); i++) {
        struct ospf_lsa lsa;
        put_packet(&m, 2, OSPF_LSUPDATE, ROUTER, 0);
        put_u32(&m, updates[i].said);
        for (uint32_t n = 0; n < 3; n++) {
            size_t at = put_lsa(&m, 2, n, ROUTER);
            put_u32(&m, 0xffffff00);
            put_lsa_end(&m, at);
            if (n == 1)
                put_u16_at(&m, at + 18, (unsigned)(24 + updates[i].wrong));
        }
        for (unsigned n = 0; n < updates[i].more; n++)
            put_u8(&m, 0);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        struct ospf_lsa_iter it = ospf_lsas(&p);
        uint32_t given = 0;
        while (ospf_lsa_next(&it, &lsa)) {
            CHECK_CASE(updates[i].words, lsa.id == given && !lsa.header_only);
            given++;
        }
        CHECK_CASE(updates[i].words, given == updates[i].given && it.fault == updates[i].fault);
        CHECK_CASE(updates[i].words, !ospf_lsa_next(&it, &lsa));
        CHECK_CASE(updates[i].words, put_fault_is(&p, updates[i].fault));
        if (updates[i].fault == FAULT_COUNT)
            CHECK_CASE(updates[i].words, put_every_cut(&m));
    }
}

/* An LSA that the capture cut is given as far as it goes. */
static void cut_body(void)
{
    struct addr src = put_src(2), dst = put_dst(2);
    struct ospf_packet p;
    struct ospf_lsa lsa;
    one(2, 2, 12);
    put_end(&m);
    CHECK(ospf_read(cur_over(m.bytes, m.used - 4), (uint32_t)m.used, &src, &dst, &p));
    struct ospf_lsa_iter it = ospf_lsas(&p);
    CHECK(ospf_lsa_next(&it, &lsa) && lsa.cut && cur_left(&lsa.body) == 8 && lsa.length == 32);
    CHECK(ospf_lsa_sum(&lsa) == OSPF_SUM_UNKNOWN && !ospf_lsa_next(&it, &lsa) && it.fault == FAULT_COUNT);
}

/* ---- Fletcher ---- */

static void fletcher(void)
{
    static const size_t sizes[] = { 4, 8, 100, 4096, 8188, 40000 };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct ospf_lsa lsa;
        size_t at = one(2, 10, sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++)
            m.bytes[at + 20 + k] = 0xff;
        put_lsa_end(&m, at);
        put_end(&m);
        struct ospf_packet p = put_read(&m);
        struct ospf_lsa_iter it = ospf_lsas(&p);
        CHECK(ospf_lsa_next(&it, &lsa) && ospf_lsa_sum(&lsa) == OSPF_SUM_RIGHT);
        m.bytes[at] = 14; /* the age is not part of it */
        CHECK(ospf_lsa_sum(&lsa) == OSPF_SUM_RIGHT);
        m.bytes[at + 24 + sizes[i] / 2 - 4]--;
        CHECK(ospf_lsa_sum(&lsa) == OSPF_SUM_WRONG);
        put_end(&m);
        p = put_read(&m);
        struct faults f = put_faults(&p);
        CHECK(f.count && f.list[0].code == FAULT_OSPF_LSA_CHECKSUM && f.list[0].offset == at + 16);
    }
    /* RFC 2328 12.1.7: 0 is no checksum */
    struct ospf_lsa lsa;
    size_t at = one(2, 2, 4);
    put_u16_at(&m, at + 16, 0);
    put_end(&m);
    struct ospf_packet p = put_read(&m);
    struct ospf_lsa_iter it = ospf_lsas(&p);
    CHECK(ospf_lsa_next(&it, &lsa) && ospf_lsa_sum(&lsa) == OSPF_SUM_WRONG);
}

/* A Router-LSA as FRR sent it: builder and reader agree with a third. */
static void fletcher_known(void)
{
    // clang-format off
    static const uint8_t known[48] = {
        0x00, 0x02, 0x02, 0x01, 0xac, 0x1f, 0xff, 0x01, 0xac, 0x1f, 0xff, 0x01, 0x80, 0x00, 0x00, 0x02,
        0xe2, 0xb2, 0x00, 0x30, 0x00, 0x00, 0x00, 0x02, 0x0a, 0x14, 0x1e, 0x00, 0xff, 0xff, 0xff, 0x00,
        0x03, 0x00, 0x00, 0x0a, 0xac, 0x1f, 0xff, 0x01, 0xff, 0xff, 0xff, 0xff, 0x03, 0x00, 0x00, 0x00,
    };
    // clang-format on
    struct ospf_lsa lsa = { .version = 2, .length = sizeof known, .raw = known, .checksum = 0xe2b2 };
    uint8_t mine[sizeof known];
    CHECK(ospf_lsa_sum(&lsa) == OSPF_SUM_RIGHT);
    memcpy(mine, known, sizeof mine);
    put_fletcher(mine + 2, sizeof mine - 2, 14);
    CHECK(!memcmp(mine, known, sizeof mine));
}

/* ---- which is newer (RFC 2328 13.1) ---- */

static const struct {
    const char *words;
    struct ospf_lsa a, b;
    int newer;
} pairs[] = {
    { "the same", { .sequence = 0x80000005 }, { .sequence = 0x80000005 }, 0 },
    { "sequence", { .sequence = 0x80000006 }, { .sequence = 0x80000005 }, 1 },
    { "sequence numbers have a sign", { .sequence = 1 }, { .sequence = 0x80000005 }, 1 },
    { "the largest of all", { .sequence = 0x7fffffff }, { .sequence = 0xffffffff }, 1 },
    { "checksum", { .checksum = 5 }, { .checksum = 0xfff0 }, -1 },
    { "sequence before checksum", { .sequence = 3, .checksum = 5 }, { .sequence = 2, .checksum = 6 }, 1 },
    { "MaxAge", { .age = 3600 }, { .age = 3 }, 1 },
    { "both MaxAge", { .age = 3600 }, { .age = 3600 }, 0 },
    { "much younger", { .age = 1 }, { .age = 902 }, 1 },
    { "hardly younger", { .age = 1 }, { .age = 901 }, 0 },
};

static void newer(void)
{
    for (size_t i = 0; i < COUNT(pairs); i++) {
        CHECK_CASE(pairs[i].words, ospf_lsa_newer(&pairs[i].a, &pairs[i].b) == pairs[i].newer);
        CHECK_CASE(pairs[i].words, ospf_lsa_newer(&pairs[i].b, &pairs[i].a) == -pairs[i].newer);
    }
}

int main(void)
{
    out = buf_init(1 << 20);
    requests();
    header();
    kinds();
    header_faults();
    iteration();
    cut_body();
    fletcher();
    fletcher_known();
    newer();
    buf_free(&out);
    return CHECK_END();
}
