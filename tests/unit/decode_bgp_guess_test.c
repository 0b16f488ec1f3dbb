/* What is guessed when the OPENs were not seen: what counts as evidence, and what is made of it. */
#include "tests/check.h"
#include "tests/make/make_update.h"

enum evidence { NONE, TWO, FOUR };
enum paths { NOTHING, PLAIN, WITH_ID };

static const struct guess_case {
    const char *words, *withdrawn, *attrs, *routes;
    enum evidence as;
    enum bgp_family family;
    enum paths paths;
} cases[] = {
    // clang-format off
    { "nothing", "", "", "", NONE, FAMILY_IPV4_UNICAST, NOTHING },
    { "an empty path fits both", "", "40 02 00", "", NONE, FAMILY_IPV4_UNICAST, NOTHING },
    { "one AS of two bytes", "", "40 02 04 02 01 0c01", "", TWO, FAMILY_IPV4_UNICAST, NOTHING },
    { "one AS of four bytes", "", "40 02 06 02 01 00000c01", "", FOUR, FAMILY_IPV4_UNICAST, NOTHING },
    { "three ASes of four bytes", "", "40 02 0e 02 03 00000c01 00010001 00000c03", "", FOUR, FAMILY_IPV4_UNICAST, NOTHING },
    { "a path that nobody can read", "", "40 02 03 02 01 0c", "", NONE, FAMILY_IPV4_UNICAST, NOTHING },
    { "four bytes that could be two, but for an AS 0", "", "40 02 08 01 01 00000201 02 00", "", NONE, FAMILY_IPV4_UNICAST, NOTHING },
    { "AGGREGATOR of eight bytes", "", "40 02 00 c0 07 08 00000c01 0a000001", "", FOUR, FAMILY_IPV4_UNICAST, NOTHING },
    { "AGGREGATOR of six bytes", "", "40 02 00 c0 07 06 0c01 0a000001", "", TWO, FAMILY_IPV4_UNICAST, NOTHING },
    { "AGGREGATOR and path contradict each other", "", "40 02 04 02 01 0c01 c0 07 08 00000c01 0a000001", "", NONE, FAMILY_IPV4_UNICAST, NOTHING },

    { "one plain prefix", "", "", "18 c00002", NONE, FAMILY_IPV4_UNICAST, PLAIN },
    { "one prefix with an identifier", "", "", "00000001 18 c00002", NONE, FAMILY_IPV4_UNICAST, WITH_ID },
    { "the default route with an identifier", "", "", "00000001 00", NONE, FAMILY_IPV4_UNICAST, WITH_ID },
    { "the default route", "", "", "00", NONE, FAMILY_IPV4_UNICAST, PLAIN },
    { "two prefixes that fit both", "", "", "18 c00002 18 c00003", NONE, FAMILY_IPV4_UNICAST, NOTHING },
    { "three plain prefixes", "", "", "18 c00002 18 c00003 18 c00004", NONE, FAMILY_IPV4_UNICAST, PLAIN },
    { "two prefixes with identifiers", "", "", "00000001 18 c00002 00000001 18 c00003", NONE, FAMILY_IPV4_UNICAST, WITH_ID },
    { "one prefix by two paths", "", "", "00000001 18 c00002 00000002 18 c00002", NONE, FAMILY_IPV4_UNICAST, WITH_ID },
    { "withdrawn with identifiers", "00000001 18 c00002", "", "", NONE, FAMILY_IPV4_UNICAST, WITH_ID },
    { "withdrawn", "18 c00002", "", "", NONE, FAMILY_IPV4_UNICAST, PLAIN },
    { "routes that nobody can read", "", "", "ff", NONE, FAMILY_IPV4_UNICAST, NOTHING },
    { "IPv6", "", "80 0e 1a 0002 01 10 20010db8000000000000000000000001 00 20 20010db8", "", NONE, FAMILY_IPV6_UNICAST, PLAIN },
    { "IPv6 with identifiers", "", "80 0e 1e 0002 01 10 20010db8000000000000000000000001 00 00000005 20 20010db8", "", NONE, FAMILY_IPV6_UNICAST, WITH_ID },
    { "IPv6 withdrawn with identifiers", "", "80 0f 0c 0002 01 00000005 20 20010db8", "", NONE, FAMILY_IPV6_UNICAST, WITH_ID },
    { "VPN", "", "80 0e 1d 0001 80 0c 0000000000000000 0a000001 00 58 000641 0000fde900000001", "", NONE, FAMILY_VPNV4_UNICAST, PLAIN },
    { "VPN with identifiers", "", "80 0e 21 0001 80 0c 0000000000000000 0a000001 00 00000001 58 000641 0000fde900000001", "", NONE, FAMILY_VPNV4_UNICAST, WITH_ID },
    { "EVPN", "", "80 0e 1c 0019 46 04 0a000001 00 03 11 0000fde900000001 00000000 20 0a000001", "", NONE, FAMILY_L2VPN_EVPN, PLAIN },
    { "EVPN with identifiers", "", "80 0e 20 0019 46 04 0a000001 00 00000001 03 11 0000fde900000001 00000000 20 0a000001", "", NONE, FAMILY_L2VPN_EVPN, WITH_ID },
    { "the end of a table", "", "80 0f 03 0002 01", "", NONE, FAMILY_IPV6_UNICAST, NOTHING },
    { "a family that nobody knows", "", "80 0f 05 0019 ff 08 20", "", NONE, FAMILY_IPV4_UNICAST, NOTHING },
    // clang-format on
};

static void test_evidence(void)
{
    static struct made m;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct guess_case *c = &cases[i];
        struct bgp_guess g = { 0 };
        make_hex_update(&m, c->withdrawn, c->attrs, c->routes);
        struct bgp_msg msg = make_msg(&m);
        bgp_guess_feed(&g, &msg);
        CHECK_CASE(c->words, g.updates == 1);
        CHECK_CASE(c->words, g.as2_fits == (c->as == TWO) && g.as4_fits == (c->as == FOUR));
        for (unsigned f = 0; f < FAMILY_COUNT; f++) {
            enum paths want = f == (unsigned)c->family ? c->paths : NOTHING;
            CHECK_CASE(c->words,
                       g.plain_fits[f] == (want == PLAIN) && g.add_path_fits[f] == (want == WITH_ID));
        }
        struct bgp_ctx ctx = bgp_guess_ctx(&g);
        CHECK_CASE(c->words, ctx.as4 == (c->as != TWO) && ctx.inferred_as4);
        CHECK_CASE(c->words, ctx.add_path == (c->paths == WITH_ID ? UINT64_C(1) << c->family : 0));
        CHECK_CASE(c->words, ctx.inferred_add_path == (c->paths == WITH_ID));
    }
}

/* More evidence outweighs less; other messages, broken ones and cut ones say nothing of routes. */
static void test_weight(void)
{
    static struct made m;
    struct bgp_guess g = { 0 };
    for (int i = 0; i < 3; i++) {
        make_hex_update(&m, "", i ? "40 02 04 02 01 0c01" : "40 02 06 02 01 00000c01",
                        i ? "00000001 18 c00002" : "18 c00002");
        struct bgp_msg msg = make_msg(&m);
        bgp_guess_feed(&g, &msg);
    }
    CHECK(g.as2_fits == 2 && g.as4_fits == 1 && g.updates == 3);
    struct bgp_ctx ctx = bgp_guess_ctx(&g);
    CHECK(!ctx.as4 && ctx.add_path == 1 && !ctx.extended);

    struct bgp_guess before = g;
    make_keepalive(&m);
    struct bgp_msg msg = make_msg(&m);
    bgp_guess_feed(&g, &msg);
    CHECK(!memcmp(&before, &g, sizeof g));

    /* attributes longer than the message: where routes begin is not known */
    make_hex_update(&m, "", "40 02 04 02 01 0c01", "18 c00002");
    m.bytes[22] = 0xff;
    msg = make_msg(&m);
    bgp_guess_feed(&g, &msg);
    CHECK(g.as2_fits == 2 && g.plain_fits[0] == 1 && g.add_path_fits[0] == 2);

    /* a cut message: its path is whole, its routes are not */
    make_hex_update(&m, "", "40 02 04 02 01 0c01", "18 c00002 18 c00003 18 c00004");
    uint8_t *copy;
    msg = make_cut(&m, m.used - 4, &copy);
    bgp_guess_feed(&g, &msg);
    CHECK(g.as2_fits == 3 && g.plain_fits[0] == 1 && g.add_path_fits[0] == 2);
    free(copy);
}

int main(void)
{
    test_evidence();
    test_weight();
    return CHECK_END();
}
