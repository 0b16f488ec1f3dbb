/* UPDATE: its parts, RFC 7606's verdict on what headers and values show, what is told of it. */
#include "tests/check.h"
#include "tests/make/make_update.h"

#define GOOD   MAKE_MANDATORY
#define ROUTE  "18 c00002"
#define REACH6 "80 0e 1a 0002 01 10 20010db8000000000000000000000001 00 20 20010db8 "

static const struct bgp_ctx as4 = { .as4 = true };
static const struct bgp_ctx as2 = { .as4 = false };

/* ---- verdicts ---- */

static const struct verdict_case {
    const char *words, *withdrawn, *attrs, *routes;
    enum bgp_verdict verdict;
    enum fault_code fault; /* the first */
    unsigned offset;       /* of it */
} verdicts[] = {
    { "all is well", "", GOOD, ROUTE, BGP_FINE, FAULT_COUNT, 0 },
    { "a withdrawal needs no attributes", ROUTE, "", "", BGP_FINE, FAULT_COUNT, 0 },
    { "IPv6 needs no NEXT_HOP", "", "40 01 01 00 40 02 00 " REACH6, "", BGP_FINE, FAULT_COUNT, 0 },
    { "extended length for a short value", "", "50 01 0001 00 40 02 00 40 03 04 c6336401", ROUTE, BGP_FINE,
      FAULT_COUNT, 0 },
    { "unknown optional transitive attribute", "", GOOD "c0 c8 01 00", ROUTE, BGP_FINE, FAULT_COUNT, 0 },
    { "unknown optional attribute", "", GOOD "80 c8 01 00", ROUTE, BGP_FINE, FAULT_COUNT, 0 },
    { "partial bit of an optional transitive one", "", GOOD "e0 08 04 0c010001", ROUTE, BGP_FINE, FAULT_COUNT,
      0 },

    /* 3(c): flags */
    { "ORIGIN flagged optional", "", "c0 01 01 00 40 02 00 40 03 04 c6336401", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_FLAGS, 23 },
    { "MED flagged transitive", "", GOOD "c0 04 04 00000001", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_FLAGS, 43 },
    { "ATOMIC_AGGREGATE flagged optional", "", GOOD "c0 06 00", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_FLAGS, 43 },
    { "AIGP flagged transitive is discarded", "", GOOD "c0 1a 0b 01 000b 0000000000000001", ROUTE,
      BGP_DISCARD_ATTRIBUTE, FAULT_BGP_ATTR_FLAGS, 43 },
    { "a draft's attribute may have any flags", "", GOOD "80 22 01 00", ROUTE, BGP_FINE, FAULT_COUNT, 0 },

    /* 3(d): missing */
    { "ORIGIN missing", "", "40 02 00 40 03 04 c6336401", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_MISSING, 23 },
    { "AS_PATH missing", "", "40 01 01 00 40 03 04 c6336401", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_MISSING, 23 },
    { "NEXT_HOP missing", "", "40 01 01 00 40 02 00", ROUTE, BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_MISSING,
      23 },
    { "ORIGIN missing beside IPv6", "", "40 02 00 " REACH6, "", BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_MISSING,
      23 },
    { "BGPsec_PATH stands in AS_PATH's place", "",
      "40 01 01 00 40 03 04 c6336401 80 21 0b 0008 01 00 00000c01 0003 01", ROUTE, BGP_FINE, FAULT_COUNT, 0 },

    /* 3(g): repeated */
    { "ORIGIN twice", "", "40 01 01 00 " GOOD, ROUTE, BGP_DISCARD_ATTRIBUTE, FAULT_BGP_ATTR_TWICE, 27 },
    { "unknown attribute twice", "", GOOD "c0 c8 00 c0 c8 00", ROUTE, BGP_DISCARD_ATTRIBUTE,
      FAULT_BGP_ATTR_TWICE, 46 },
    { "MP_REACH_NLRI twice", "", GOOD REACH6 REACH6, "", BGP_RESET_SESSION, FAULT_BGP_ATTR_MP_TWICE, 72 },
    { "MP_UNREACH_NLRI twice", "", "80 0f 03 0002 01 80 0f 03 0002 01", "", BGP_RESET_SESSION,
      FAULT_BGP_ATTR_MP_TWICE, 29 },

    /* 4: lengths */
    { "last attribute longer than what is left", "", GOOD "80 04 05 00000001", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_OVERRUN, 43 },
    { "two bytes are no attribute", "", GOOD "80 04", ROUTE, BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_SHORT,
      43 },
    { "three bytes are none with extended length", "", GOOD "90 04 00", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_SHORT, 43 },
    { "unknown well-known attribute", "", GOOD "40 c8 01 00", ROUTE, BGP_RESET_SESSION,
      FAULT_BGP_ATTR_UNKNOWN, 43 },

    /* 5.2: malformed, and no route to treat as withdrawn */
    { "malformed without routes", "", "c0 01 01 00", "", BGP_RESET_SESSION, FAULT_BGP_ATTR_FLAGS, 23 },
    { "malformed value without routes", "", "40 01 01 05", "", BGP_RESET_SESSION, FAULT_BGP_ATTR_ORIGIN, 23 },
    { "discarded without routes", "", "40 01 01 00 40 01 01 00", "", BGP_DISCARD_ATTRIBUTE,
      FAULT_BGP_ATTR_TWICE, 27 },

    /* 5.3: routes */
    { "prefix length 40", "", GOOD, "28 0a00000000", BGP_RESET_SESSION, FAULT_BGP_NLRI_BITS, 43 },
    { "prefix longer than the message", "", GOOD, "18 0a00", BGP_RESET_SESSION, FAULT_BGP_NLRI_OVERRUN, 43 },
    { "the second of two", "", GOOD, "18 0a0000 21 0a000000 00", BGP_RESET_SESSION, FAULT_BGP_NLRI_BITS, 47 },
    { "withdrawn prefix length 33", "21 0a000000 00", "", "", BGP_RESET_SESSION, FAULT_BGP_NLRI_BITS, 21 },
    { "IPv6 prefix length 129", "",
      "40 01 01 00 40 02 00 80 0e 16 0002 01 10 20010db8000000000000000000000001 00 81", "",
      BGP_DISABLE_FAMILY, FAULT_BGP_NLRI_BITS, 54 },

    /* 7.1 to 7.10, by value */
    { "ORIGIN of two bytes", "", "40 01 02 0000 40 02 00 40 03 04 c6336401", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_LENGTH, 23 },
    { "ORIGIN value 5", "", "40 01 01 05 40 02 00 40 03 04 c6336401", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_ORIGIN, 23 },
    { "AS_PATH segment of type 5", "", "40 01 01 00 40 02 06 05 01 00000c01 40 03 04 c6336401", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_PATH_TYPE, 27 },
    { "AS_PATH segment too long", "", "40 01 01 00 40 02 06 02 05 00000c01 40 03 04 c6336401", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_PATH_OVERRUN, 27 },
    { "AS_PATH with a byte behind", "", "40 01 01 00 40 02 07 02 01 00000c01 02 40 03 04 c6336401", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_PATH_OVERRUN, 27 },
    { "AS_PATH segment of no ASes", "", "40 01 01 00 40 02 02 02 00 40 03 04 c6336401", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_PATH_EMPTY, 27 },
    { "AS 0 in AS_PATH", "", "40 01 01 00 40 02 06 02 01 00000000 40 03 04 c6336401", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_AS_ZERO, 27 },
    { "NEXT_HOP of three bytes", "", "40 01 01 00 40 02 00 40 03 03 c63364", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_LENGTH, 30 },
    { "NEXT_HOP 0.0.0.0", "", "40 01 01 00 40 02 00 40 03 04 00000000", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_NEXT_HOP, 30 },
    { "NEXT_HOP beside MP_REACH_NLRI is ignored", "", "40 01 01 00 40 02 00 40 03 04 00000000 " REACH6, "",
      BGP_FINE, FAULT_COUNT, 0 },
    { "MED of three bytes", "", GOOD "80 04 03 000001", ROUTE, BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_LENGTH,
      43 },
    { "LOCAL_PREF of five bytes", "", GOOD "40 05 05 0000000100", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_LENGTH, 43 },
    { "ATOMIC_AGGREGATE of one byte", "", GOOD "40 06 01 00", ROUTE, BGP_DISCARD_ATTRIBUTE,
      FAULT_BGP_ATTR_LENGTH, 43 },
    { "AGGREGATOR of three bytes", "", GOOD "c0 07 03 000001", ROUTE, BGP_DISCARD_ATTRIBUTE,
      FAULT_BGP_ATTR_LENGTH, 43 },
    { "AGGREGATOR of six bytes where eight are due", "", GOOD "c0 07 06 0c0101010101", ROUTE,
      BGP_DISCARD_ATTRIBUTE, FAULT_BGP_ATTR_LENGTH, 43 },
    { "AGGREGATOR of AS 0", "", GOOD "c0 07 08 0000000001010101", ROUTE, BGP_DISCARD_ATTRIBUTE,
      FAULT_BGP_ATTR_AS_ZERO, 43 },
    { "COMMUNITY of no bytes", "", GOOD "c0 08 00", ROUTE, BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_LENGTH, 43 },
    { "COMMUNITY of five bytes", "", GOOD "c0 08 05 0000000000", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_LENGTH, 43 },
    { "ORIGINATOR_ID of five bytes", "", GOOD "80 09 05 0101010101", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_LENGTH, 43 },
    { "CLUSTER_LIST of no bytes", "", GOOD "80 0a 00", ROUTE, BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_LENGTH,
      43 },

    /* 7.11: MP_REACH_NLRI */
    { "IPv6 next hop of five bytes", "", "40 01 01 00 40 02 00 80 0e 0f 0002 01 05 0000000000 00 20 20010db8",
      "", BGP_DISABLE_FAMILY, FAULT_BGP_ATTR_MP_NEXT_HOP, 30 },
    { "next hop longer than the attribute", "", "40 01 01 00 40 02 00 80 0e 05 0002 01 10 00", "",
      BGP_RESET_SESSION, FAULT_BGP_ATTR_MP_SHORT, 30 },
    { "MP_REACH_NLRI of two bytes", "", "80 0e 02 0002", "", BGP_RESET_SESSION, FAULT_BGP_ATTR_MP_SHORT, 23 },
    { "MP_UNREACH_NLRI of two bytes", "", "80 0f 02 0002", "", BGP_RESET_SESSION, FAULT_BGP_ATTR_MP_SHORT,
      23 },
    { "IPv4 routes with an IPv6 next hop", "",
      "40 01 01 00 40 02 00 80 0e 19 0001 01 10 20010db8000000000000000000000001 00 18 0a0102", "", BGP_FINE,
      FAULT_COUNT, 0 },

    /* others, each by its RFC */
    { "EXTENDED COMMUNITIES of nine bytes", "", GOOD "c0 10 09 000000000000000000", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_LENGTH, 43 },
    { "LARGE_COMMUNITY of 13 bytes", "", GOOD "c0 20 0d 00000000000000000000000000", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_LENGTH, 43 },
    { "OTC of three bytes", "", GOOD "c0 23 03 000001", ROUTE, BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_LENGTH,
      43 },
    { "AIGP whose TLV is too long", "", GOOD "80 1a 0b 01 000c 0000000000000001", ROUTE,
      BGP_DISCARD_ATTRIBUTE, FAULT_BGP_ATTR_TLV, 43 },
    { "AIGP TLV of another length", "", GOOD "80 1a 0a 01 000a 00000000000001", ROUTE, BGP_DISCARD_ATTRIBUTE,
      FAULT_BGP_ATTR_LENGTH, 43 },
    { "tunnel encapsulation that ends early", "", GOOD "c0 17 07 0008 0004 01 0c 00", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_TLV, 43 },
    { "tunnel encapsulation of nothing is discarded", "", GOOD "c0 17 00", ROUTE, BGP_DISCARD_ATTRIBUTE,
      FAULT_BGP_ATTR_NOTHING, 43 },
    { "tunnel encapsulation that is not transitive is discarded", "", GOOD "80 17 04 0008 0000", ROUTE,
      BGP_DISCARD_ATTRIBUTE, FAULT_BGP_ATTR_FLAGS, 43 },
    { "BGP-LS TLV too long", "", GOOD "80 1d 05 0402 0002 52", ROUTE, BGP_DISCARD_ATTRIBUTE,
      FAULT_BGP_ATTR_TLV, 43 },
    { "PMSI_TUNNEL of four bytes", "", GOOD "c0 16 04 00060000", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_LENGTH, 43 },
    { "ATTR_SET whose last attribute is cut", "", GOOD "c0 80 07 0000fde9 400101", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_TLV, 43 },
    { "BGPsec_PATH without signatures", "", GOOD "80 21 08 0008 01 00 00000c01", ROUTE, BGP_TREAT_AS_WITHDRAW,
      FAULT_BGP_ATTR_TLV, 43 },
    { "Prefix-SID label index of a wrong length", "", GOOD "c0 28 06 01 0003 000000", ROUTE,
      BGP_DISCARD_ATTRIBUTE, FAULT_BGP_ATTR_LENGTH, 43 },
    { "the worst counts", "", "40 01 01 00 40 01 01 00 40 02 00 40 03 04 c6336401 80 04 03 000001", ROUTE,
      BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_TWICE, 27 },
};

/* What a reader of all of it finds: headers, values, routes. */
static void judge(const struct made *m, enum bgp_verdict *verdict, struct fault *first)
{
    struct bgp_msg msg = make_msg(m);
    struct bgp_update u;
    struct bgp_attrs_summary values;
    struct bgp_nlri n;
    *first = (struct fault){ FAULT_COUNT, 0, 0 };
    bgp_update_read(&msg, &as4, &u);
    bgp_attrs_read(&u, &as4, &values);
    *verdict = bgp_update_verdict(&u, &values);
    if (u.faults.count)
        *first = u.faults.list[0];
    else if (values.faults.count)
        *first = values.faults.list[0];
    struct bgp_nlri_iter blocks[] = { bgp_nlri_over(u.withdrawn, FAMILY_IPV4_UNICAST, &as4, true),
                                      bgp_nlri_over(u.nlri, FAMILY_IPV4_UNICAST, &as4, false),
                                      bgp_nlri_over(u.reach.nlri, u.reach.family, &as4, false) };
    for (size_t i = 0; i < COUNT(blocks); i++) {
        while (bgp_nlri_next(&blocks[i], &n))
            continue;
        if (bgp_nlri_verdict(&blocks[i]) > *verdict)
            *verdict = bgp_nlri_verdict(&blocks[i]);
        if (blocks[i].fault != FAULT_COUNT && first->code == FAULT_COUNT)
            *first = (struct fault){ blocks[i].fault, (uint32_t)bgp_offset(&msg, blocks[i].in.at), 0 };
    }
}

static void test_verdicts(void)
{
    static struct made m;
    for (size_t i = 0; i < COUNT(verdicts); i++) {
        const struct verdict_case *c = &verdicts[i];
        enum bgp_verdict verdict;
        struct fault first;
        make_hex_update(&m, c->withdrawn, c->attrs, c->routes);
        judge(&m, &verdict, &first);
        CHECK_CASE(c->words, verdict == c->verdict);
        CHECK_CASE(c->words, first.code == c->fault);
        CHECK_CASE(c->words, first.offset == c->offset);

        /* and the same is told */
        struct buf json = tell_update(&m, &as4);
        char want[64];
        snprintf(want, sizeof want, "\"verdict\":\"%s\"", bgp_verdict_name(c->verdict));
        CHECK_CASE(c->words, (strstr(buf_text(&json), want) != NULL) == (c->verdict != BGP_FINE));
        if (c->fault != FAULT_COUNT)
            CHECK_CASE(c->words, strstr(buf_text(&json), fault_key(c->fault)) != NULL);
        else
            CHECK_CASE(c->words, !strstr(buf_text(&json), "\"faults\""));
        buf_free(&json);
    }
}

/* ---- the lengths of the three parts ---- */

static void test_lengths(void)
{
    static const struct {
        const char *words, *body;
        enum bgp_verdict verdict;
        enum fault_code fault;
        unsigned withdrawn, attrs, nlri; /* bytes of each that are read */
    } rows[] = {
        { "three bytes", "0000 00", BGP_RESET_SESSION, FAULT_BGP_UPDATE_SHORT, 0, 0, 0 },
        { "nothing", "", BGP_RESET_SESSION, FAULT_BGP_UPDATE_SHORT, 0, 0, 0 },
        { "withdrawn longer than the message", "0001 0000", BGP_RESET_SESSION, FAULT_BGP_UPDATE_WITHDRAWN, 0,
          0, 0 },
        { "attributes longer than the message", "0000 0005 40010100", BGP_RESET_SESSION,
          FAULT_BGP_UPDATE_ATTRS, 0, 4, 0 },
        { "attributes leave no room", "0004 18c00002 ffff", BGP_RESET_SESSION, FAULT_BGP_UPDATE_ATTRS, 4, 0,
          0 },
        { "all parts", "0004 18c00002 0003 80c800 08 0a", BGP_TREAT_AS_WITHDRAW, FAULT_BGP_ATTR_MISSING, 4, 3,
          2 },
    };
    static struct made m;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bgp_update u;
        make_begin(&m, BGP_UPDATE);
        make_hex(&m, rows[i].body);
        make_end(&m);
        struct bgp_msg msg = make_msg(&m);
        bgp_update_read(&msg, &as4, &u);
        CHECK_CASE(rows[i].words, u.verdict == rows[i].verdict);
        CHECK_CASE(rows[i].words, u.faults.count && u.faults.list[0].code == rows[i].fault);
        CHECK_CASE(rows[i].words, cur_left(&u.withdrawn) == rows[i].withdrawn);
        CHECK_CASE(rows[i].words, cur_left(&u.attrs) == rows[i].attrs);
        CHECK_CASE(rows[i].words, cur_left(&u.nlri) == rows[i].nlri);
    }
}

/* ---- what bgp_update_read keeps ---- */

static void test_parts(void)
{
    static struct made m;
    struct bgp_update u;
    make_hex_update(&m, "08 0a", GOOD "40 01 01 02 " REACH6 "80 0f 08 0002 01 20 20010db9", ROUTE);
    struct bgp_msg msg = make_msg(&m);
    bgp_update_read(&msg, &as4, &u);
    CHECK(u.attr_count == 5);
    CHECK(u.attr[0].code == 1 && u.attr[0].flags == 0x40 &&
          u.attr[0].value.at[0] == 0); /* the first of two counts */
    CHECK(bgp_update_has(&u, BGP_ATTR_AS_PATH) && !bgp_update_has(&u, BGP_ATTR_MULTI_EXIT_DISC));
    CHECK(bgp_update_attr(&u, BGP_ATTR_NEXT_HOP) == &u.attr[2]);
    CHECK(cur_left(&u.attr[2].raw) == 7 && cur_left(&u.attr[2].value) == 4);
    CHECK(!bgp_update_attr(&u, BGP_ATTR_MULTI_EXIT_DISC) && !bgp_update_attr(&u, 256));
    CHECK(u.reach.present && u.reach.family == FAMILY_IPV6_UNICAST && cur_left(&u.reach.next_hop) == 16);
    CHECK(cur_left(&u.reach.nlri) == 5 && u.unreach.present && cur_left(&u.unreach.nlri) == 5);
    CHECK(cur_left(&u.withdrawn) == 2 && cur_left(&u.nlri) == 4 && !u.end_of_rib);

    /* more attributes than are kept: each is noted, the first ones are kept */
    make_update(&m);
    size_t at = make_attrs(&m);
    for (unsigned code = 60; code < 60 + BGP_ATTRS_MAX + 3; code++)
        make_attr(&m, 0xc0, code, NULL, 0);
    make_nlri(&m, at);
    make_end(&m);
    msg = make_msg(&m);
    bgp_update_read(&msg, &as4, &u);
    CHECK(u.attr_count == BGP_ATTRS_MAX && u.attrs_lost == 3);
    CHECK(u.faults.count == 1 && u.faults.list[0].code == FAULT_BGP_UPDATE_MANY);
    CHECK(bgp_update_has(&u, 60 + BGP_ATTRS_MAX + 2) && !bgp_update_attr(&u, 60 + BGP_ATTRS_MAX + 2));
}

static void test_end_of_rib(void)
{
    static const struct {
        const char *words, *withdrawn, *attrs, *routes;
        bool end;
        enum bgp_family family;
    } rows[] = {
        { "an empty message", "", "", "", true, FAMILY_IPV4_UNICAST },
        { "an empty MP_UNREACH_NLRI", "", "80 0f 03 0002 01", "", true, FAMILY_IPV6_UNICAST },
        { "of EVPN", "", "80 0f 03 0019 46", "", true, FAMILY_L2VPN_EVPN },
        { "of a family that nobody knows", "", "80 0f 03 0019 ff", "", true, FAMILY_NONE },
        { "beside another attribute it is none", "", "80 0f 03 0002 01 c0 c8 00", "", false, FAMILY_NONE },
        { "with a route it is none", "", "80 0f 05 0002 01 08 20", "", false, FAMILY_NONE },
        { "beside a withdrawal it is none", "08 0a", "80 0f 03 0002 01", "", false, FAMILY_NONE },
        { "a withdrawal", "08 0a", "", "", false, FAMILY_NONE },
        { "an announcement", "", GOOD, ROUTE, false, FAMILY_NONE },
    };
    static struct made m;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bgp_update u;
        make_hex_update(&m, rows[i].withdrawn, rows[i].attrs, rows[i].routes);
        struct bgp_msg msg = make_msg(&m);
        bgp_update_read(&msg, &as4, &u);
        CHECK_CASE(rows[i].words, u.end_of_rib == rows[i].end);
        CHECK_CASE(rows[i].words, u.end_of_rib_family == rows[i].family);
    }
}

/* ---- telling ---- */

static void test_tell(void)
{
    static const struct {
        const char *words, *withdrawn, *attrs, *routes, *json, *line;
    } rows[] = {
        { "routes in both directions", "08 0a 10 0b01", GOOD, ROUTE " 19 c6336480",
          "{\"withdrawn\":[{\"family\":\"ipv4-unicast\",\"prefix\":\"10.0.0.0/8\"},"
          "{\"family\":\"ipv4-unicast\",\"prefix\":\"11.1.0.0/16\"}],"
          "\"announced\":[{\"family\":\"ipv4-unicast\",\"prefix\":\"192.0.2.0/24\"},"
          "{\"family\":\"ipv4-unicast\",\"prefix\":\"198.51.100.128/25\"}],"
          "\"attributes\":[{\"code\":1,\"name\":\"ORIGIN\",\"flags\":64,\"value\":\"IGP\"},"
          "{\"code\":2,\"name\":\"AS_PATH\",\"flags\":64,\"value\":\"3073\"},"
          "{\"code\":3,\"name\":\"NEXT_HOP\",\"flags\":64,\"value\":\"198.51.100.1\"}]}",
          " 2 announced, 2 withdrawn, AS path 3073, next hop 198.51.100.1" },
        { "IPv6, both addresses of the next hop", "",
          "40 01 01 02 40 02 00 80 0e 2a 0002 01 20 20010db8000000000000000000000001 "
          "fe800000000000000000000000000001 00 20 20010db8",
          "",
          "{\"announced\":[{\"family\":\"ipv6-unicast\",\"prefix\":\"2001:db8::/32\"}],"
          "\"attributes\":[{\"code\":1,\"name\":\"ORIGIN\",\"flags\":64,\"value\":\"INCOMPLETE\"},"
          "{\"code\":2,\"name\":\"AS_PATH\",\"flags\":64,\"value\":\"\"},"
          "{\"code\":14,\"name\":\"MP_REACH_NLRI\",\"flags\":128,\"value\":{\"family\":\"ipv6-unicast\","
          "\"next_hop\":\"2001:db8::1\",\"next_hop_link_local\":\"fe80::1\"}}]}",
          " 1 announced, ipv6-unicast, next hop 2001:db8::1" },
        { "the end of a table", "", "80 0f 03 0002 01", "",
          "{\"end_of_rib\":\"ipv6-unicast\",\"attributes\":[{\"code\":15,\"name\":\"MP_UNREACH_NLRI\",\"flags\":128,"
          "\"value\":{\"family\":\"ipv6-unicast\"}}]}",
          " End-of-RIB ipv6-unicast" },
        { "the end of another table", "", "", "", "{\"end_of_rib\":\"ipv4-unicast\"}",
          " End-of-RIB ipv4-unicast" },
        { "a family that nobody knows", "", "80 0f 05 0019 ff 08 20", "",
          "{\"attributes\":[{\"code\":15,\"name\":\"MP_UNREACH_NLRI\",\"flags\":128,"
          "\"value\":{\"family\":\"25/255\",\"nlri\":\"0820\"}}]}",
          " 0 announced, 25/255" },
        { "a repeated attribute is told, and its fault", "", "40 01 01 00 40 01 01 01", "",
          "{\"attributes\":[{\"code\":1,\"name\":\"ORIGIN\",\"flags\":64,\"value\":\"IGP\"},"
          "{\"code\":1,\"name\":\"ORIGIN\",\"flags\":64,\"value\":\"EGP\"}],\"verdict\":\"attribute-discard\","
          "\"faults\":[{\"code\":\"bgp.attr.twice\",\"offset\":27,\"text\":\"attribute given twice (ORIGIN)\"}]}",
          " 0 announced, malformed: attribute-discard" },
        { "an unknown attribute is told as hex", "", "c0 c8 02 abcd", "",
          "{\"attributes\":[{\"code\":200,\"name\":null,\"flags\":192,\"value\":\"abcd\"}]}",
          " 0 announced" },
        { "what there is of an attribute that is too long", "", "80 c8 09 ab", "",
          "{\"attributes\":[{\"code\":200,\"name\":null,\"flags\":128,\"value\":\"ab\"}],"
          "\"verdict\":\"session-reset\",\"faults\":[{\"code\":\"bgp.attr.overrun\",\"offset\":23,"
          "\"text\":\"attribute is longer than what is left of the path attributes (200)\"},"
          "{\"code\":\"bgp.update.no-routes\",\"offset\":23,"
          "\"text\":\"malformed attributes, and no announced route can be found\"}]}",
          " 0 announced, malformed: session-reset" },
    };
    static struct made m;
    for (size_t i = 0; i < COUNT(rows); i++) {
        make_hex_update(&m, rows[i].withdrawn, rows[i].attrs, rows[i].routes);
        struct bgp_msg msg = make_msg(&m);
        struct buf json = tell_msg(&msg, &as4), line = buf_init(1 << 12);
        bgp_update_line(&msg, &as4, &line);
        CHECK_TEXT(buf_text(&json), rows[i].json);
        CHECK_TEXT(buf_text(&line), rows[i].line);
        buf_free(&json);
        buf_free(&line);
    }
}

/* ---- every cut of every message ---- */

/* Looks at all that can be had of a message. */
static bool look(const struct bgp_msg *msg, const struct bgp_ctx *ctx)
{
    struct buf json = tell_msg(msg, ctx), line = buf_init(1 << 12);
    struct bgp_guess guess = { 0 };
    bgp_update_line(msg, ctx, &line);
    bgp_guess_feed(&guess, msg);
    bool faults = strstr(buf_text(&json), "\"faults\"") != NULL;
    buf_free(&json);
    buf_free(&line);
    return faults;
}

static void test_cuts(void)
{
    static struct made m;
    for (size_t i = 0; i < COUNT(verdicts); i++) {
        make_hex_update(&m, verdicts[i].withdrawn, verdicts[i].attrs, verdicts[i].routes);
        for (size_t n = BGP_HEADER; n <= m.used; n++) {
            uint8_t *copy;
            struct bgp_msg msg = make_cut(&m, n, &copy);
            bool faults = look(&msg, &as4);
            look(&msg, &as2);
            if (verdicts[i].fault == FAULT_COUNT) /* a cut is not the sender's fault */
                CHECK_CASE(verdicts[i].words, !faults);
            /* the same bytes as a message that ends there */
            msg.cut = false;
            msg.length = (uint16_t)n;
            look(&msg, &as4);
            free(copy);
        }
    }
}

/* Of a cut message is told what there is. */
static void test_cut_tells(void)
{
    static struct made m;
    make_hex_update(&m, "08 0a", GOOD, ROUTE " 18 c00003");
    uint8_t *copy;
    struct bgp_msg msg = make_cut(&m, m.used - 2, &copy);
    struct buf json = tell_msg(&msg, &as4);
    CHECK(strstr(buf_text(&json), "10.0.0.0/8") && strstr(buf_text(&json), "192.0.2.0/24"));
    CHECK(!strstr(buf_text(&json), "192.0.3.0/24") && strstr(buf_text(&json), "NEXT_HOP"));
    buf_free(&json);
    free(copy);

    make_hex_update(
        &m, "", "80 0e 1f 0002 01 10 20010db8000000000000000000000001 00 20 20010db8 20 20010db9 " GOOD, "");
    msg = make_cut(&m, BGP_HEADER + 4 + 3 + 21 + 7, &copy);
    json = tell_msg(&msg, &as4);
    CHECK(strstr(buf_text(&json), "2001:db8::/32") && !strstr(buf_text(&json), "2001:db9::/32"));
    CHECK(!strstr(buf_text(&json), "verdict") && !strstr(buf_text(&json), "end_of_rib"));
    struct bgp_update u;
    bgp_update_read(&msg, &as4, &u);
    CHECK(u.reach.present && u.attr_count == 0 && u.verdict == BGP_FINE);
    buf_free(&json);
    free(copy);

    /* cut behind two zero lengths it is no End-of-RIB: routes may follow */
    make_hex_update(&m, "", "", ROUTE);
    msg = make_cut(&m, BGP_HEADER + 4, &copy);
    bgp_update_read(&msg, &as4, &u);
    CHECK(!u.end_of_rib && u.verdict == BGP_FINE);
    free(copy);
}

int main(void)
{
    test_verdicts();
    test_lengths();
    test_parts();
    test_end_of_rib();
    test_tell();
    test_cuts();
    test_cut_tells();
    return CHECK_END();
}
