/* Every row of the tables of values: communities of all sizes, tunnel types, TLVs of BGP-LS; and that no row is without
 * its case here. */
#include "decode/bgp/update_internal.h"
#include "tests/check.h"
#include "tests/make/make_update.h"

static const struct bgp_ctx as4 = { .as4 = true };

/* The value of the one attribute of an UPDATE, as JSON. */
static struct buf tell_value(unsigned code, const char *hex)
{
    static struct made m;
    struct buf json = buf_init(1 << 16);
    make_update(&m);
    size_t attrs = make_attrs(&m), value = make_attr_begin(&m, attr_rows[code].flags, code);
    make_hex(&m, hex);
    make_attr_end(&m, value);
    make_nlri(&m, attrs);
    make_end(&m);
    struct bgp_msg msg = make_msg(&m);
    struct bgp_update u;
    bgp_update_read(&msg, &as4, &u);
    struct writer w = writer_init(&writer_json, &json);
    attr_tell_object(&w, bgp_update_attr(&u, code), &u, &as4, false);
    return json;
}

/* Tells hex as that attribute and looks for `"value":` and what is wanted behind it. */
static void check_value(unsigned code, const char *hex, const char *want)
{
    struct buf json = tell_value(code, hex);
    const char *value = strstr(buf_text(&json), "\"value\":");
    char whole[256];
    snprintf(whole, sizeof whole, "\"value\":%s}", want);
    CHECK_TEXT(value ? value : buf_text(&json), whole);
    buf_free(&json);
}

struct text_case {
    const char *hex, *text;
};

/* ---- communities ---- */

static const struct text_case communities[] = {
    // clang-format off
    { "fde9 0064", "65001:100" },
    { "0000 0000", "0:0" },
    { "ffff 0000", "graceful-shutdown" },
    { "ffff 0001", "accept-own" },
    { "ffff 0002", "route-filter-translated-v4" },
    { "ffff 0003", "route-filter-v4" },
    { "ffff 0004", "route-filter-translated-v6" },
    { "ffff 0005", "route-filter-v6" },
    { "ffff 0006", "llgr-stale" },
    { "ffff 0007", "no-llgr" },
    { "ffff 0008", "accept-own-nexthop" },
    { "ffff 0009", "standby-pe" },
    { "ffff 029a", "blackhole" },
    { "ffff ff01", "no-export" },
    { "ffff ff02", "no-advertise" },
    { "ffff ff03", "no-export-subconfed" },
    { "ffff ff04", "nopeer" },
    // clang-format on
};

static const struct text_case ipv6_communities[] = {
    { "4002 20010db8000000000000000000000001 0064", "0x4002:[2001:db8::1]:100" },
    { "0002 20010db8000000000000000000000001 0064", "rt:[2001:db8::1]:100" },
    { "0003 20010db8000000000000000000000001 0064", "soo:[2001:db8::1]:100" },
    { "000b 20010db8000000000000000000000001 0064", "vrf-route-import:[2001:db8::1]:100" },
    { "000c 20010db8000000000000000000000001 0064", "redirect-ip:[2001:db8::1]:100" },
    { "000d 20010db8000000000000000000000001 0064", "redirect:[2001:db8::1]:100" },
    { "0010 20010db8000000000000000000000001 0064", "vpn-distinguisher:[2001:db8::1]:100" },
    { "0012 20010db8000000000000000000000001 0064", "p2mp-segmented-next-hop:[2001:db8::1]:100" },
    { "0013 20010db8000000000000000000000001 0064", "rt-record:[2001:db8::1]:100" },
    { "0014 20010db8000000000000000000000001 0064", "vrf-recursive-next-hop:[2001:db8::1]:100" },
    { "0015 20010db8000000000000000000000001 0064", "rt-derived:[2001:db8::1]:100" },
};

static const struct text_case ext_communities[] = {
    // clang-format off
    { "00 02 fde9 00000064", "rt:65001:100" },
    { "00 03 fde9 00000064", "soo:65001:100" },
    { "00 04 fde9 4cee6b28", "link-bandwidth:65001:125000000" },
    { "00 05 fde9 00000064", "ospf-domain-id:65001:100" },
    { "00 08 fde9 00000064", "bgp-data-collection:65001:100" },
    { "00 09 fde9 00000064", "source-as:65001:100" },
    { "00 0a fde9 00000064", "l2vpn-id:65001:100" },
    { "00 10 fde9 00000064", "vpn-distinguisher:65001:100" },
    { "00 13 fde9 00000064", "rt-record:65001:100" },
    { "00 15 fde9 00000064", "rt-derived:65001:100" },
    { "01 02 0a000001 0064", "rt:10.0.0.1:100" },
    { "01 03 0a000001 0064", "soo:10.0.0.1:100" },
    { "01 05 0a000001 0064", "ospf-domain-id:10.0.0.1:100" },
    { "01 07 0a000001 0064", "ospf-router-id:10.0.0.1:100" },
    { "01 09 0a000001 0064", "node-target:10.0.0.1:100" },
    { "01 0a 0a000001 0064", "l2vpn-id:10.0.0.1:100" },
    { "01 0b 0a000001 0064", "vrf-route-import:10.0.0.1:100" },
    { "01 0c 0a000001 0064", "redirect-ip:10.0.0.1:100" },
    { "01 10 0a000001 0064", "vpn-distinguisher:10.0.0.1:100" },
    { "01 12 0a000001 0064", "p2mp-segmented-next-hop:10.0.0.1:100" },
    { "01 13 0a000001 0064", "rt-record:10.0.0.1:100" },
    { "01 14 0a000001 0064", "vrf-recursive-next-hop:10.0.0.1:100" },
    { "01 15 0a000001 0064", "rt-derived:10.0.0.1:100" },
    { "01 20 0a000001 0064", "mvpn-sa-rp:10.0.0.1:100" },
    { "02 02 00010000 0064", "rt:65536:100" },
    { "02 03 00010000 0064", "soo:65536:100" },
    { "02 04 00010000 0064", "generic:65536:100" },
    { "02 05 00010000 0064", "ospf-domain-id:65536:100" },
    { "02 08 00010000 0064", "bgp-data-collection:65536:100" },
    { "02 09 00010000 0064", "source-as:65536:100" },
    { "02 10 00010000 0064", "vpn-distinguisher:65536:100" },
    { "02 13 00010000 0064", "rt-record:65536:100" },
    { "02 15 00010000 0064", "rt-derived:65536:100" },
    { "03 01 80 01 00000064", "cost:128:1:100" },
    { "03 03 0123456789ab", "cp-orf:0123456789ab" },
    { "03 04 0123456789ab", "extranet-source:0123456789ab" },
    { "03 05 0123456789ab", "extranet-separation:0123456789ab" },
    { "03 06 00000001 05 01", "ospf-route-type:0.0.0.1:5:1" },
    { "03 07 0123456789ab", "pmsi-flags:0123456789ab" },
    { "03 08 0123456789ab", "label-space-id:0123456789ab" },
    { "03 0b 0000 00000064", "color:100" },
    { "03 0c 00000000 0008", "encapsulation:vxlan" },
    { "03 0d 000000000000", "default-gateway" },
    { "03 0e 0123456789ab", "ppmp-label:0123456789ab" },
    { "03 14 0123456789ab", "consistent-hash-sort:0123456789ab" },
    { "03 aa 0123456789ab", "load-balance:0123456789ab" },
    { "04 00 0123456789ab", "qos-marking:0123456789ab" },
    { "05 00 0123456789ab", "cos-capability:0123456789ab" },
    { "06 00 01 00 00000005", "mac-mobility:5:sticky" },
    { "06 01 01 0000 000641", "esi-label:100:single-active" },
    { "06 02 001122334455", "es-import:00:11:22:33:44:55" },
    { "06 03 001122334455", "router-mac:00:11:22:33:44:55" },
    { "06 04 0002 05dc 0000", "l2-attributes:0x0002:1500" },
    { "06 05 01 0000 000641", "e-tree:leaf:100" },
    { "06 06 02 8000 000000", "df-election:2:0x8000" },
    { "06 07 0123456789ab", "i-sid:0123456789ab" },
    { "06 08 02 0000000000", "arp-nd:0x02" },
    { "06 09 0003 00000000", "multicast-flags:0x0003" },
    { "06 0a fde9 00000064", "evi-rt:65001:100" },
    { "06 0b 0a000001 0064", "evi-rt:10.0.0.1:100" },
    { "06 0c 00010000 0064", "evi-rt:65536:100" },
    { "06 0d 0123456789ab", "evi-rt:0123456789ab" },
    { "06 0e 0123456789ab", "attachment-circuit:0123456789ab" },
    { "06 0f 0123456789ab", "service-carving-time:0123456789ab" },
    { "08 00 0123456789ab", "redirect-next-hop:0123456789ab" },
    { "0a 02 0000 00000064", "transport-class:100" },
    { "0b 01 0123456789ab", "sfir-pool:0123456789ab" },
    { "0b 02 0123456789ab", "sfc-mixed-label:0123456789ab" },
    { "40 04 fde9 4cee6b28", "link-bandwidth:65001:125000000" },
    { "42 04 00010000 0064", "generic:65536:100" },
    { "43 00 0000000000 01", "origin-validation:not-found" },
    { "43 01 80 01 00000064", "cost:128:1:100" },
    { "44 00 0123456789ab", "qos-marking:0123456789ab" },
    { "80 00 00000001 05 01", "ospf-route-type:0.0.0.1:5:1" },
    { "80 01 0a000001 0064", "ospf-router-id:10.0.0.1:100" },
    { "80 04 0123456789ab", "security-group:0123456789ab" },
    { "80 05 0a000001 0064", "ospf-domain-id:10.0.0.1:100" },
    { "80 06 fde9 4cee6b28", "traffic-rate-bytes:65001:125000000" },
    { "80 07 0000000000 03", "traffic-action:sample,terminal" },
    { "80 08 fde9 00000064", "redirect:65001:100" },
    { "80 09 0000000000 2e", "traffic-marking:46" },
    { "80 0a 13 02 05dc 0000", "layer2-info:19:0x02:1500" },
    { "80 0b 0123456789ab", "e-tree-info:0123456789ab" },
    { "80 0c fde9 4cee6b28", "traffic-rate-packets:65001:125000000" },
    { "80 84 0123456789ab", "tag:0123456789ab" },
    { "80 85 0123456789ab", "origin-sub-cluster:0123456789ab" },
    { "81 08 0a000001 0064", "redirect:10.0.0.1:100" },
    { "82 08 00010000 0064", "redirect:65536:100" },
    /* what else the shapes may say */
    { "03 0b 4000 00000064", "color:0x4000:100" },
    { "03 0c 00000000 ffff", "encapsulation:65535" },
    { "06 00 00 00 00000005", "mac-mobility:5" },
    { "06 01 00 0000 000641", "esi-label:100:all-active" },
    { "06 05 00 0000 000641", "e-tree:root:100" },
    { "43 00 0000000000 00", "origin-validation:valid" },
    { "43 00 0000000000 02", "origin-validation:invalid" },
    { "43 00 0000000000 07", "origin-validation:7" },
    { "80 06 0000 00000000", "traffic-rate-bytes:0:0" },
    { "80 06 0000 7f800000", "traffic-rate-bytes:0:inf" },
    { "80 06 0000 7e967699", "traffic-rate-bytes:0:1e+38" },
    { "80 07 0000000000 00", "traffic-action:" },
    { "80 07 0000000000 01", "traffic-action:terminal" },
    { "80 07 0000000000 02", "traffic-action:sample" },
    /* types that nobody knows */
    { "3f 99 0123456789ab", "0x3f99:0123456789ab" },
    // clang-format on
};

static void check_texts(unsigned code, const struct text_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char want[128];
        snprintf(want, sizeof want, "[\"%s\"]", cases[i].text);
        check_value(code, cases[i].hex, want);
    }
}

/* The first bytes of a case, as a number. */
static unsigned front(const char *hex, unsigned bytes)
{
    static struct made m;
    unsigned n = 0;
    m.used = 0;
    make_hex(&m, hex);
    for (unsigned i = 0; i < bytes; i++)
        n = n << 8 | m.bytes[i];
    return n;
}

static bool has_case(const struct text_case *cases, size_t n, unsigned number, unsigned bytes)
{
    for (size_t i = 0; i < n; i++)
        if (front(cases[i].hex, bytes) == number)
            return true;
    return false;
}

static void test_communities(void)
{
    check_texts(BGP_ATTR_COMMUNITY, communities, COUNT(communities));
    check_texts(BGP_ATTR_EXT_COMMUNITIES, ext_communities, COUNT(ext_communities));
    check_texts(BGP_ATTR_IPV6_EXT_COMM, ipv6_communities, COUNT(ipv6_communities));
#define COMMUNITY(high, low, name)                                                                           \
    CHECK_CASE(name, has_case(communities, COUNT(communities), (unsigned)(high) << 16 | (low), 4));
#include "decode/bgp/communities.def"
#undef COMMUNITY
#define EXT_COMMUNITY(type, subtype, name, shape)                                                            \
    CHECK_CASE(name, has_case(ext_communities, COUNT(ext_communities), (type) << 8 | (subtype), 2));
#include "decode/bgp/ext_communities.def"
#undef EXT_COMMUNITY
#define IPV6_COMMUNITY(type, name)                                                                           \
    CHECK_CASE(name, has_case(ipv6_communities, COUNT(ipv6_communities), (type), 2));
#include "decode/bgp/ipv6_communities.def"
#undef IPV6_COMMUNITY
}

/* ---- tunnel types ---- */

static const struct {
    unsigned type;
    const char *name;
} tunnels[] = {
    // clang-format off
    { 1, "l2tpv3" },
    { 2, "gre" },
    { 3, "ipsec-endpoint" },
    { 4, "ipsec" },
    { 5, "mpls-in-ipsec" },
    { 6, "ipip-ipsec" },
    { 7, "ip-in-ip" },
    { 8, "vxlan" },
    { 9, "nvgre" },
    { 10, "mpls" },
    { 11, "mpls-in-gre" },
    { 12, "vxlan-gpe" },
    { 13, "mpls-in-udp" },
    { 14, "ipv6-tunnel" },
    { 15, "sr-policy" },
    { 16, "bare" },
    { 17, "sr-tunnel" },
    { 18, "cloud-security" },
    { 19, "geneve" },
    { 20, "any" },
    { 21, "gtp" },
    { 22, "dynamic-path-selection" },
    { 23, "originating-pe" },
    { 24, "dynamic-path-selection-policy" },
    { 25, "sd-wan-hybrid" },
    { 26, "xudp" },
    // clang-format on
};

static void test_tunnel_types(void)
{
    for (size_t i = 0; i < COUNT(tunnels); i++)
        CHECK_TEXT(bgp_tunnel_type_name(tunnels[i].type), tunnels[i].name);
    CHECK(!bgp_tunnel_type_name(0) && !bgp_tunnel_type_name(65535));
    size_t rows = 0;
#define TUNNEL_TYPE(type, name) rows++;
#include "decode/bgp/tunnel_types.def"
#undef TUNNEL_TYPE
    CHECK(rows == COUNT(tunnels));
}

/* ---- TLVs of BGP-LS ---- */

static const struct ls_case {
    unsigned type;
    const char *name, *hex, *json;
} ls[] = {
    // clang-format off
    { 256, "local-node", "0102", "\"0102\"" },
    { 257, "remote-node", "0102", "\"0102\"" },
    { 258, "link-ids", "0000000100000002", "[1,2]" },
    { 259, "ipv4-interface", "0a000001", "\"10.0.0.1\"" },
    { 260, "ipv4-neighbor", "0a000001", "\"10.0.0.1\"" },
    { 261, "ipv6-interface", "20010db8000000000000000000000001", "\"2001:db8::1\"" },
    { 262, "ipv6-neighbor", "20010db8000000000000000000000001", "\"2001:db8::1\"" },
    { 263, "multi-topology", "00020003", "[2,3]" },
    { 264, "ospf-route-type", "07", "7" },
    { 265, "ip-reachability", "0102", "\"0102\"" },
    { 266, "node-msd", "0102", "\"0102\"" },
    { 267, "link-msd", "0102", "\"0102\"" },
    { 512, "autonomous-system", "00010002", "65538" },
    { 513, "bgp-ls-id", "00010002", "65538" },
    { 514, "ospf-area", "0a000001", "\"10.0.0.1\"" },
    { 515, "igp-router-id", "0102", "\"0102\"" },
    { 516, "bgp-router-id", "0a000001", "\"10.0.0.1\"" },
    { 517, "confederation-member", "00010002", "65538" },
    { 518, "srv6-sid", "20010db8000000000000000000000001", "\"2001:db8::1\"" },
    { 1024, "node-flags", "07", "7" },
    { 1025, "opaque-node", "0102", "\"0102\"" },
    { 1026, "node-name", "6e6f6465", "\"node\"" },
    { 1027, "isis-area", "0102", "\"0102\"" },
    { 1028, "ipv4-router-id-local", "0a000001", "\"10.0.0.1\"" },
    { 1029, "ipv6-router-id-local", "20010db8000000000000000000000001", "\"2001:db8::1\"" },
    { 1030, "ipv4-router-id-remote", "0a000001", "\"10.0.0.1\"" },
    { 1031, "ipv6-router-id-remote", "20010db8000000000000000000000001", "\"2001:db8::1\"" },
    { 1032, "s-bfd-discriminators", "0000000100000002", "[1,2]" },
    { 1034, "sr-capabilities", "0102", "\"0102\"" },
    { 1035, "sr-algorithms", "0001", "[0,1]" },
    { 1036, "sr-local-block", "0102", "\"0102\"" },
    { 1037, "srms-preference", "07", "7" },
    { 1038, "srv6-capabilities", "0102", "\"0102\"" },
    { 1039, "flex-algorithm", "0102", "\"0102\"" },
    { 1044, "flex-algorithm-metric", "0102", "\"0102\"" },
    { 1088, "admin-group", "00010002", "65538" },
    { 1089, "max-bandwidth", "4cee6b28", "125000000" },
    { 1090, "max-reservable-bandwidth", "4cee6b28", "125000000" },
    { 1091, "unreserved-bandwidth", "4cee6b2800000000", "[125000000,0]" },
    { 1092, "te-default-metric", "00000a", "10" },
    { 1093, "link-protection", "0102", "258" },
    { 1094, "mpls-protocols", "07", "7" },
    { 1095, "igp-metric", "00000a", "10" },
    { 1096, "srlg", "0000000100000002", "[1,2]" },
    { 1097, "opaque-link", "0102", "\"0102\"" },
    { 1098, "link-name", "6e6f6465", "\"node\"" },
    { 1099, "adjacency-sid", "0102", "\"0102\"" },
    { 1100, "lan-adjacency-sid", "0102", "\"0102\"" },
    { 1101, "peer-node-sid", "0102", "\"0102\"" },
    { 1102, "peer-adjacency-sid", "0102", "\"0102\"" },
    { 1103, "peer-set-sid", "0102", "\"0102\"" },
    { 1106, "srv6-end-x-sid", "0102", "\"0102\"" },
    { 1107, "isis-srv6-lan-end-x-sid", "0102", "\"0102\"" },
    { 1108, "ospf-srv6-lan-end-x-sid", "0102", "\"0102\"" },
    { 1114, "link-delay", "00010002", "65538" },
    { 1115, "link-delay-min-max", "0000000100000002", "[1,2]" },
    { 1116, "link-delay-variation", "00010002", "65538" },
    { 1117, "link-loss", "00010002", "65538" },
    { 1118, "residual-bandwidth", "4cee6b28", "125000000" },
    { 1119, "available-bandwidth", "4cee6b28", "125000000" },
    { 1120, "utilized-bandwidth", "4cee6b28", "125000000" },
    { 1121, "graceful-link-shutdown", "", "true" },
    { 1122, "application-specific", "0102", "\"0102\"" },
    { 1152, "igp-flags", "07", "7" },
    { 1153, "igp-route-tag", "0000000100000002", "[1,2]" },
    { 1154, "extended-route-tag", "0102", "\"0102\"" },
    { 1155, "prefix-metric", "00010002", "65538" },
    { 1156, "ospf-forwarding-address", "0a000001", "\"10.0.0.1\"" },
    { 1157, "opaque-prefix", "0102", "\"0102\"" },
    { 1158, "prefix-sid", "0102", "\"0102\"" },
    { 1159, "range", "0102", "\"0102\"" },
    { 1161, "sid-label", "00000a", "10" },
    { 1162, "srv6-locator", "0102", "\"0102\"" },
    { 1170, "prefix-attribute-flags", "0102", "\"0102\"" },
    { 1171, "source-router-id", "0a000001", "\"10.0.0.1\"" },
    { 1172, "l2-bundle-member", "0102", "\"0102\"" },
    { 1173, "extended-admin-group", "0000000100000002", "[1,2]" },
    { 1174, "source-ospf-router-id", "0a000001", "\"10.0.0.1\"" },
    { 1250, "srv6-endpoint-behavior", "0102", "\"0102\"" },
    { 1251, "srv6-bgp-peer-node-sid", "0102", "\"0102\"" },
    { 1252, "srv6-sid-structure", "0001", "[0,1]" },
    /* what does not fit the shape of its row is told as hex */
    { 1088, "admin-group", "010203", "\"010203\"" },
    { 1095, "igp-metric", "3f", "63" },
    { 1095, "igp-metric", "", "\"\"" },
    { 1171, "source-router-id", "20010db8000000000000000000000001", "\"2001:db8::1\"" },
    { 1153, "igp-route-tag", "", "\"\"" },
    // clang-format on
};

static void test_bgpls(void)
{
    for (size_t i = 0; i < COUNT(ls); i++) {
        static struct made m;
        char hex[128], want[256];
        m.used = 0;
        snprintf(hex, sizeof hex, "%04x %04x %s", ls[i].type, (unsigned)(make_hex(&m, ls[i].hex), m.used),
                 ls[i].hex);
        snprintf(want, sizeof want, "[{\"type\":%u,\"name\":\"%s\",\"value\":%s}]", ls[i].type, ls[i].name,
                 ls[i].json);
        struct buf json = tell_value(BGP_ATTR_BGP_LS, hex);
        CHECK_CASE(ls[i].name, strstr(buf_text(&json), want) != NULL);
        buf_free(&json);
    }
#define BGPLS(number, name, shape)                                                                           \
    {                                                                                                        \
        bool found = false;                                                                                  \
        for (size_t i = 0; i < COUNT(ls); i++)                                                               \
            found |= ls[i].type == (number);                                                                 \
        CHECK_CASE(name, found);                                                                             \
    }
#include "decode/bgp/bgpls.def"
#undef BGPLS
    check_value(BGP_ATTR_BGP_LS, "ffff 0001 aa", "[{\"type\":65535,\"name\":null,\"value\":\"aa\"}]");
    check_value(BGP_ATTR_BGP_LS, "", "[]");
}

int main(void)
{
    test_communities();
    test_tunnel_types();
    test_bgpls();
    return CHECK_END();
}
