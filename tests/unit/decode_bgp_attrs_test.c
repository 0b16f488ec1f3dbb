/* Values of path attributes: what is told of each, what is wrong with each, and what bgp_attrs_read makes of a set. */
#include "decode/bgp/update_internal.h"
#include "tests/check.h"
#include "tests/make/make_update.h"

static const struct bgp_ctx as4 = { .as4 = true };
static const struct bgp_ctx as2 = { .as4 = false };

#define F32_1G "4cee6b28" /* 125000000 bytes a second */

/* ---- each attribute by itself ---- */

static const struct value_case {
    const char *words;
    unsigned code;
    const char *hex, *json;
    enum fault_code fault;
    bool two_bytes; /* AS numbers */
} values[] = {
    // clang-format off
    { "IGP", 1, "00", "\"IGP\"", FAULT_COUNT, false },
    { "EGP", 1, "01", "\"EGP\"", FAULT_COUNT, false },
    { "unknown origin, as hex", 1, "03", "\"03\"", FAULT_BGP_ATTR_ORIGIN, false },
    { "path of four bytes", 2, "02 02 00000c01 00010001", "\"3073 65537\"", FAULT_COUNT, false },
    { "path of two bytes", 2, "02 02 0c01 fde9", "\"3073 65001\"", FAULT_COUNT, true },
    { "empty path", 2, "", "\"\"", FAULT_COUNT, false },
    { "all kinds of segments", 2, "03 01 0000fde9 04 01 0000fdea 02 01 00000c01 01 02 00000c02 00000c03",
      "\"(65001) [65002] 3073 {3074 3075}\"", FAULT_COUNT, false },
    { "AS 0 can still be told", 2, "02 02 00000c01 00000000", "\"3073 0\"", FAULT_BGP_ATTR_AS_ZERO, false },
    { "form is worse than AS 0", 2, "02 01 00000000 02", "\"02010000000002\"", FAULT_BGP_ATTR_PATH_OVERRUN, false },
    { "next hop", 3, "c6336401", "\"198.51.100.1\"", FAULT_COUNT, false },
    { "loopback is no next hop", 3, "7f000001", "\"127.0.0.1\"", FAULT_BGP_ATTR_NEXT_HOP, false },
    { "multicast is no next hop", 3, "e0000001", "\"224.0.0.1\"", FAULT_BGP_ATTR_NEXT_HOP, false },
    { "MED", 4, "ffffffff", "4294967295", FAULT_COUNT, false },
    { "LOCAL_PREF", 5, "00000064", "100", FAULT_COUNT, false },
    { "ATOMIC_AGGREGATE", 6, "", "true", FAULT_COUNT, false },
    { "AGGREGATOR of eight bytes", 7, "00000c01 0a000001", "{\"asn\":3073,\"address\":\"10.0.0.1\"}", FAULT_COUNT, false },
    { "AGGREGATOR of six bytes", 7, "0c01 0a000001", "{\"asn\":3073,\"address\":\"10.0.0.1\"}", FAULT_COUNT, true },
    { "AGGREGATOR of eight where six are due", 7, "00000c01 0a000001", "\"00000c010a000001\"", FAULT_BGP_ATTR_LENGTH, true },
    { "communities", 8, "ffff029a fde90001", "[\"blackhole\",\"65001:1\"]", FAULT_COUNT, false },
    { "ORIGINATOR_ID", 9, "0a000001", "\"10.0.0.1\"", FAULT_COUNT, false },
    { "CLUSTER_LIST", 10, "0a000001 0a000002", "[\"10.0.0.1\",\"10.0.0.2\"]", FAULT_COUNT, false },
    { "DPA", 11, "0102", "\"0102\"", FAULT_COUNT, false },
    { "ADVERTISER", 12, "0102", "\"0102\"", FAULT_COUNT, false },
    { "RCID_PATH", 13, "0102", "\"0102\"", FAULT_COUNT, false },
    { "VPN next hop with a zero RD", 14, "0001 80 0c 0000000000000000 0a000001 00", "{\"family\":\"vpnv4-unicast\",\"next_hop\":\"10.0.0.1\"}", FAULT_COUNT, false },
    { "VPN next hop with an RD", 14, "0001 80 0c 0000fde900000001 0a000001 00",
      "{\"family\":\"vpnv4-unicast\",\"next_hop\":\"10.0.0.1\",\"next_hop_rd\":\"65001:1\"}", FAULT_COUNT, false },
    { "two VPN next hops", 14, "0002 80 30 0000000000000000 20010db8000000000000000000000001 0000000000000000 fe800000000000000000000000000001 00",
      "{\"family\":\"vpnv6-unicast\",\"next_hop\":\"2001:db8::1\",\"next_hop_link_local\":\"fe80::1\"}", FAULT_COUNT, false },
    { "no next hop for flow specifications", 14, "0001 85 00 00", "{\"family\":\"ipv4-flowspec\"}", FAULT_COUNT, false },
    { "a next hop of an odd length", 14, "0001 01 03 0a0000 00", "{\"family\":\"ipv4-unicast\",\"next_hop\":\"0a0000\"}", FAULT_COUNT, false },
    { "MP_UNREACH_NLRI", 15, "0002 01 00", "{\"family\":\"ipv6-unicast\"}", FAULT_COUNT, false },
    { "extended communities", 16, "0002fde900000064 030c000000000008", "[\"rt:65001:100\",\"encapsulation:vxlan\"]", FAULT_COUNT, false },
    { "AS4_PATH", 17, "02 01 00010001", "\"65537\"", FAULT_COUNT, true },
    { "AS4_PATH of nothing", 17, "", "\"\"", FAULT_BGP_ATTR_LENGTH, true },
    { "AS4_PATH is not judged among speakers of four bytes", 17, "02 01 00", "\"\"", FAULT_COUNT, false },
    { "AS4_AGGREGATOR", 18, "00010001 0a000001", "{\"asn\":65537,\"address\":\"10.0.0.1\"}", FAULT_COUNT, true },
    { "AS4_AGGREGATOR of six bytes", 18, "0c01 0a000001", "\"0c010a000001\"", FAULT_BGP_ATTR_LENGTH, true },
    { "AS4_AGGREGATOR is not judged among speakers of four bytes", 18, "0c01", "\"0c01\"", FAULT_COUNT, false },
    { "SSA", 19, "0102", "\"0102\"", FAULT_COUNT, false },
    { "Connector", 20, "0102", "\"0102\"", FAULT_COUNT, false },
    { "AS_PATHLIMIT", 21, "05 00000c01", "{\"limit\":5,\"asn\":3073}", FAULT_COUNT, false },
    { "AS_PATHLIMIT of four bytes", 21, "00000c01", "\"00000c01\"", FAULT_BGP_ATTR_LENGTH, false },

    { "PMSI: no tunnel", 22, "00 00 000000", "{\"flags\":0,\"type\":0,\"name\":\"none\",\"label\":0}", FAULT_COUNT, false },
    { "PMSI: RSVP-TE", 22, "01 01 000641 0a000001 0000 0005 0000000a",
      "{\"flags\":1,\"type\":1,\"name\":\"rsvp-te-p2mp\",\"label\":100,\"extended_tunnel_id\":\"10.0.0.1\",\"tunnel_id\":5,\"p2mp_id\":10}", FAULT_COUNT, false },
    { "PMSI: mLDP", 22, "00 02 000000 0601", "{\"flags\":0,\"type\":2,\"name\":\"mldp-p2mp\",\"label\":0,\"identifier\":\"0601\"}", FAULT_COUNT, false },
    { "PMSI: PIM-SSM", 22, "00 03 000000 0a000001 e8010101",
      "{\"flags\":0,\"type\":3,\"name\":\"pim-ssm\",\"label\":0,\"source\":\"10.0.0.1\",\"group\":\"232.1.1.1\"}", FAULT_COUNT, false },
    { "PMSI: PIM-SSM cut", 22, "00 03 000000 0a000001", "\"00030000000a000001\"", FAULT_BGP_ATTR_LENGTH, false },
    { "PMSI: ingress replication", 22, "00 06 000641 0a000001",
      "{\"flags\":0,\"type\":6,\"name\":\"ingress-replication\",\"label\":100,\"endpoint\":\"10.0.0.1\"}", FAULT_COUNT, false },
    { "PMSI: BIER", 22, "00 0b 000000 010203", "{\"flags\":0,\"type\":11,\"name\":\"bier\",\"label\":0,\"identifier\":\"010203\"}", FAULT_COUNT, false },
    { "PMSI: a type that nobody knows", 22, "00 7b 000000 01", "{\"flags\":0,\"type\":123,\"name\":null,\"label\":0,\"identifier\":\"01\"}", FAULT_COUNT, false },

    { "tunnel: VXLAN", 23, "0008 0027 01 0c c0 000064 001122334455 0000 04 08 030b 0000 00000064 06 0a 00000000 0001 0a000001 07 01 2e",
      "[{\"type\":8,\"name\":\"vxlan\",\"sub_tlvs\":[{\"type\":1,\"name\":\"encapsulation\",\"value\":{\"vni\":100,\"mac\":\"00:11:22:33:44:55\"}},"
      "{\"type\":4,\"name\":\"color\",\"value\":\"color:100\"},{\"type\":6,\"name\":\"egress-endpoint\",\"value\":\"10.0.0.1\"},"
      "{\"type\":7,\"name\":\"ds-field\",\"value\":46}]}]", FAULT_COUNT, false },
    { "tunnel: VXLAN without VNI and MAC", 23, "0008 000e 01 0c 00 000064 001122334455 0000",
      "[{\"type\":8,\"name\":\"vxlan\",\"sub_tlvs\":[{\"type\":1,\"name\":\"encapsulation\",\"value\":{}}]}]", FAULT_COUNT, false },
    { "tunnel: GRE", 23, "0002 000a 01 04 00000005 02 02 0800",
      "[{\"type\":2,\"name\":\"gre\",\"sub_tlvs\":[{\"type\":1,\"name\":\"encapsulation\",\"value\":5},{\"type\":2,\"name\":\"protocol-type\",\"value\":2048}]}]", FAULT_COUNT, false },
    { "tunnel: the route's next hop is its end", 23, "0007 0008 06 06 00000000 0000",
      "[{\"type\":7,\"name\":\"ip-in-ip\",\"sub_tlvs\":[{\"type\":6,\"name\":\"egress-endpoint\",\"value\":\"next hop\"}]}]", FAULT_COUNT, false },
    { "tunnel: the other sub-TLVs", 23,
      "000d 0023 03 01 01 05 02 0018 06 02 0000 08 02 12b5 09 01 01 0a 08 00064000 000c8100 0b 02 0102 63 01 aa",
      "[{\"type\":13,\"name\":\"mpls-in-udp\",\"sub_tlvs\":[{\"type\":3,\"name\":\"ipsec-authenticator\",\"value\":\"01\"},"
      "{\"type\":5,\"name\":\"load-balancing-block\",\"value\":24},{\"type\":6,\"name\":\"egress-endpoint\",\"value\":\"0000\"},"
      "{\"type\":8,\"name\":\"udp-port\",\"value\":4789},{\"type\":9,\"name\":\"embedded-label-handling\",\"value\":1},"
      "{\"type\":10,\"name\":\"label-stack\",\"value\":[100,200]},{\"type\":11,\"name\":\"prefix-sid\",\"value\":\"0102\"},"
      "{\"type\":99,\"name\":null,\"value\":\"aa\"}]}]", FAULT_COUNT, false },
    { "tunnel: SR Policy", 23,
      "000f 0044 0c 06 0000 00000064 0d 06 0000 00064000 0e 03 0000 03 0f 02 0500 80 0019 00 09 06 0000 00000001 01 06 0000 00064000 03 06 000000000000 "
      "81 0005 00 74657374 82 0004 00 706f6c",
      "[{\"type\":15,\"name\":\"sr-policy\",\"sub_tlvs\":[{\"type\":12,\"name\":\"preference\",\"value\":100},{\"type\":13,\"name\":\"binding-sid\",\"value\":100},"
      "{\"type\":14,\"name\":\"enlp\",\"value\":3},{\"type\":15,\"name\":\"priority\",\"value\":5},"
      "{\"type\":128,\"name\":\"segment-list\",\"value\":[{\"type\":9,\"weight\":1},{\"type\":1,\"sid\":100},{\"type\":3,\"value\":\"000000000000\"}]},"
      "{\"type\":129,\"name\":\"candidate-path-name\",\"value\":\"test\"},{\"type\":130,\"name\":\"policy-name\",\"value\":\"pol\"}]}]", FAULT_COUNT, false },
    { "tunnel: SRv6 SIDs", 23,
      "000f 0034 0d 02 0000 14 12 0000 20010db8000000000000000000000005 80 0019 00 0d 12 0000 20010db8000000000000000000000006 01 02 0000",
      "[{\"type\":15,\"name\":\"sr-policy\",\"sub_tlvs\":[{\"type\":13,\"name\":\"binding-sid\",\"value\":null},"
      "{\"type\":20,\"name\":\"srv6-binding-sid\",\"value\":\"2001:db8::5\"},"
      "{\"type\":128,\"name\":\"segment-list\",\"value\":[{\"type\":13,\"sid\":\"2001:db8::6\"},{\"type\":1,\"sid\":null}]}]}]", FAULT_COUNT, false },
    { "tunnel: TLV longer than the attribute", 23, "0008 0001", "\"00080001\"", FAULT_BGP_ATTR_TLV, false },

    { "Traffic Engineering", 24, "01 02 0000 " F32_1G "00000000 00000000 00000000 00000000 00000000 00000000 " F32_1G " 0102",
      "{\"switching_capability\":1,\"encoding\":2,\"bandwidth\":[125000000,0,0,0,0,0,0,125000000],\"specific\":\"0102\"}", FAULT_COUNT, false },
    { "Traffic Engineering of four bytes", 24, "01020000", "\"01020000\"", FAULT_BGP_ATTR_LENGTH, false },
    { "IPv6 communities", 25, "0002 20010db8000000000000000000000001 0064", "[\"rt:[2001:db8::1]:100\"]", FAULT_COUNT, false },
    { "AIGP, the first TLV counts", 26, "01 000b 00000000000007d0 01 000b 0000000000000001 02 0004 00", "{\"metric\":2000}", FAULT_COUNT, false },
    { "AIGP of nothing", 26, "", "\"\"", FAULT_BGP_ATTR_LENGTH, false },
    { "AIGP TLV of length 2", 26, "010002", "\"010002\"", FAULT_BGP_ATTR_TLV, false },
    { "PE Distinguisher Labels", 27, "0a000001 000641 0a000002 000c81",
      "[{\"pe\":\"10.0.0.1\",\"label\":100},{\"pe\":\"10.0.0.2\",\"label\":200}]", FAULT_COUNT, false },
    { "PE Distinguisher Labels, IPv6", 27, "20010db8000000000000000000000001 000641", "[{\"pe\":\"2001:db8::1\",\"label\":100}]", FAULT_COUNT, false },
    { "PE Distinguisher Labels that fit nothing", 27, "0a000001", "\"0a000001\"", FAULT_BGP_ATTR_LENGTH, false },
    { "Entropy Label Capability", 28, "", "\"\"", FAULT_COUNT, false },
    { "BGP-LS", 29, "0402 0004 6e6f6465 0447 0001 0a",
      "[{\"type\":1026,\"name\":\"node-name\",\"value\":\"node\"},{\"type\":1095,\"name\":\"igp-metric\",\"value\":10}]", FAULT_COUNT, false },
    { "deprecated 30", 30, "01", "\"01\"", FAULT_COUNT, false },
    { "deprecated 31", 31, "01", "\"01\"", FAULT_COUNT, false },
    { "large communities", 32, "0000fde9 00000001 00000002 00000000 00000000 ffffffff", "[\"65001:1:2\",\"0:0:4294967295\"]", FAULT_COUNT, false },
    { "BGPsec_PATH", 33, "000e 01 00 00000c01 01 80 00010001 001b 01 0102030405060708090a0b0c0d0e0f1011121314 0002 abcd",
      "{\"path\":[{\"count\":1,\"flags\":0,\"asn\":3073},{\"count\":1,\"flags\":128,\"asn\":65537}],"
      "\"signatures\":[{\"algorithm\":1,\"key\":\"0102030405060708090a0b0c0d0e0f1011121314\",\"signature\":\"abcd\"}]}", FAULT_COUNT, false },
    { "BGPsec_PATH with a secure path of no segment", 33, "0002 0003 01", "\"0002000301\"", FAULT_BGP_ATTR_LENGTH, false },
    { "BGPsec_PATH with three blocks", 33, "0008 01 00 00000c01 0003 01 0003 02 0003 03", "\"0008010000000c01000301000302000303\"", FAULT_BGP_ATTR_TLV, false },
    { "BGPsec_PATH with a signature that is cut", 33, "0008 01 00 00000c01 0005 01 0102", "\"0008010000000c010005010102\"", FAULT_BGP_ATTR_TLV, false },
    { "Community Container", 34, "01", "\"01\"", FAULT_COUNT, false },
    { "OTC", 35, "00000c01", "3073", FAULT_COUNT, false },
    { "D-PATH", 36, "02 0000fde9 0001 00010001 0002 80 01 00000001 0001 46",
      "[{\"domains\":[\"65001:1\",\"65537:2\"],\"safi\":128},{\"domains\":[\"1:1\"],\"safi\":70}]", FAULT_COUNT, false },
    { "D-PATH without domains", 36, "00 80", "\"0080\"", FAULT_BGP_ATTR_TLV, false },
    { "D-PATH of nothing", 36, "", "\"\"", FAULT_BGP_ATTR_LENGTH, false },
    { "SFP", 37, "01 0002 0102 63 0000", "[{\"type\":1,\"name\":\"association\",\"value\":\"0102\"},{\"type\":99,\"name\":null,\"value\":\"\"}]", FAULT_COUNT, false },
    { "SFP cut", 37, "01 0002 01", "\"01000201\"", FAULT_BGP_ATTR_TLV, false },
    { "BFD Discriminator", 38, "01 00000005 02 00 01 04 0a000001", "{\"mode\":1,\"discriminator\":5,\"source\":\"10.0.0.1\"}", FAULT_COUNT, false },
    { "BFD Discriminator of ten bytes", 38, "01 00000005 01 03 0a0000", "\"010000000501030a0000\"", FAULT_BGP_ATTR_LENGTH, false },
    { "BFD Discriminator whose TLV is cut", 38, "01 00000005 01 05 0a000001", "\"010000000501050a000001\"", FAULT_BGP_ATTR_TLV, false },
    { "NHC", 39, "01", "\"01\"", FAULT_COUNT, false },
    { "Prefix-SID", 40, "01 0007 00 0000 00000064 03 000e 0000 003e80 001f40 005dc0 0003e8 04 0001 aa",
      "[{\"type\":1,\"name\":\"label-index\",\"label_index\":100},{\"type\":3,\"name\":\"originator-srgb\",\"srgb\":[{\"base\":16000,\"range\":8000},"
      "{\"base\":24000,\"range\":1000}]},{\"type\":4,\"name\":null,\"value\":\"aa\"}]", FAULT_COUNT, false },
    { "Prefix-SID: SRv6", 40,
      "05 0022 00 01 001e 00 20010db8000000000000000000000009 00 0013 00 01 0006 20 10 10 00 10 30 06 0005 00 01 0001 aa",
      "[{\"type\":5,\"name\":\"srv6-l3-service\",\"sids\":[{\"sid\":\"2001:db8::9\",\"behavior\":19,\"structure\":{\"locator_block\":32,"
      "\"locator_node\":16,\"function\":16,\"argument\":0,\"transposition\":16,\"transposition_offset\":48}}]},"
      "{\"type\":6,\"name\":\"srv6-l2-service\",\"sids\":[{\"type\":1,\"value\":\"aa\"}]}]", FAULT_COUNT, false },
    { "Prefix-SID of nothing", 40, "", "\"\"", FAULT_BGP_ATTR_LENGTH, false },
    { "Prefix-SID: SRGB of no range", 40, "03 0002 0000", "\"0300020000\"", FAULT_BGP_ATTR_LENGTH, false },
    { "Prefix-SID: SRv6 service cut", 40, "05 0003 00 01 00", "\"050003000100\"", FAULT_BGP_ATTR_TLV, false },
    { "BIER", 41, "01", "\"01\"", FAULT_COUNT, false },
    { "Edge Metadata", 42, "01", "\"01\"", FAULT_COUNT, false },
    { "ATTR_SET, and no set within it", 128, "0000fde9 40 01 01 00 40 02 06 0201 0000fdea c0 80 04 00000001",
      "{\"origin_as\":65001,\"attributes\":[{\"code\":1,\"name\":\"ORIGIN\",\"flags\":64,\"value\":\"IGP\"},"
      "{\"code\":2,\"name\":\"AS_PATH\",\"flags\":64,\"value\":\"65002\"},{\"code\":128,\"name\":\"ATTR_SET\",\"flags\":192,\"value\":\"00000001\"}]}", FAULT_COUNT, true },
    { "ATTR_SET of three bytes", 128, "000001", "\"000001\"", FAULT_BGP_ATTR_LENGTH, false },
    { "deprecated 129", 129, "01", "\"01\"", FAULT_COUNT, false },
    { "deprecated 241", 241, "01", "\"01\"", FAULT_COUNT, false },
    { "deprecated 242", 242, "01", "\"01\"", FAULT_COUNT, false },
    { "deprecated 243", 243, "01", "\"01\"", FAULT_COUNT, false },
    { "for development", 255, "01", "\"01\"", FAULT_COUNT, false },
    { "not assigned", 200, "0102", "\"0102\"", FAULT_COUNT, false },
    // clang-format on
};

static void make_one(struct made *m, unsigned code, const char *hex)
{
    make_update(m);
    size_t attrs = make_attrs(m),
           value = make_attr_begin(m, attr_rows[code].check ? attr_rows[code].flags : 0xc0, code);
    make_hex(m, hex);
    make_attr_end(m, value);
    make_nlri(m, attrs);
    make_prefix(m, "192.0.2.0/24");
    make_end(m);
}

static void test_values(void)
{
    static struct made m;
    for (size_t i = 0; i < COUNT(values); i++) {
        const struct value_case *c = &values[i];
        const struct bgp_ctx *ctx = c->two_bytes ? &as2 : &as4;
        make_one(&m, c->code, c->hex);
        struct bgp_msg msg = make_msg(&m);
        struct bgp_update u;
        struct bgp_attrs_summary summary;
        bgp_update_read(&msg, ctx, &u);
        bgp_attrs_read(&u, ctx, &summary);
        CHECK_CASE(c->words, summary.faults.count == (c->fault != FAULT_COUNT));
        CHECK_CASE(c->words, c->fault == FAULT_COUNT || summary.faults.list[0].code == c->fault);
        CHECK_CASE(c->words, !summary.faults.count || summary.faults.list[0].offset == 23);
        CHECK_CASE(c->words, !summary.faults.count || summary.faults.list[0].detail == c->code);
        CHECK_CASE(c->words, summary.verdict == (c->fault == FAULT_COUNT ? 0 : attr_rows[c->code].bad));

        struct buf json = buf_init(1 << 16);
        struct writer w = writer_init(&writer_json, &json);
        attr_tell_object(&w, bgp_update_attr(&u, c->code), &u, ctx, false);
        const char *value = strstr(buf_text(&json), "\"value\":");
        char want[1024];
        snprintf(want, sizeof want, "\"value\":%s}", c->json);
        CHECK_TEXT(value ? value : buf_text(&json), want);
        buf_free(&json);
    }
}

/* Every row has a case here, and a name; TLVs of tunnels too. */
static void test_rows(void)
{
#define ATTR(number, ident, name, flags, bad, reader)                                                        \
    {                                                                                                        \
        bool found = false;                                                                                  \
        for (size_t i = 0; i < COUNT(values); i++)                                                           \
            found |= values[i].code == (number);                                                             \
        CHECK_CASE(name, found);                                                                             \
        CHECK_TEXT(bgp_attr_name(number), name);                                                             \
    }
#include "decode/bgp/attrs.def"
#undef ATTR
#define TUNNEL_SUBTLV(type, words, skip, shape)                                                              \
    {                                                                                                        \
        bool found = false;                                                                                  \
        for (size_t i = 0; i < COUNT(values); i++)                                                           \
            found |= strstr(values[i].json, "\"" words "\"") != NULL;                                        \
        CHECK_CASE(words, found);                                                                            \
    }
#include "decode/bgp/tunnel_subtlvs.def"
#undef TUNNEL_SUBTLV
    CHECK(!bgp_attr_name(0) && !bgp_attr_name(200) && !bgp_attr_name(256));
}

/* Every cut of every value, in memory of its own. */
static void test_cuts(void)
{
    static struct made m;
    for (size_t i = 0; i < COUNT(values); i++) {
        make_one(&m, values[i].code, values[i].hex);
        size_t whole =
            m.used - 4 - 27; /* behind it a prefix; before it header, lengths, the attribute's header */
        for (size_t n = 0; n < whole; n++) {
            uint8_t *copy = malloc(27 + n);
            memcpy(copy, m.bytes, 27 + n);
            copy[21] = (uint8_t)((n + 4) >> 8); /* a shorter attribute, in attributes that it fills */
            copy[22] = (uint8_t)(n + 4);
            copy[25] = (uint8_t)(n >> 8);
            copy[26] = (uint8_t)n;
            struct bgp_msg msg = { .type = BGP_UPDATE, .length = (uint16_t)(27 + n), .raw = copy };
            msg.body = cur_over(copy + BGP_HEADER, 8 + n);
            for (int bytes = 0; bytes < 2; bytes++) {
                struct buf json = tell_msg(&msg, bytes ? &as4 : &as2);
                CHECK_CASE(values[i].words, strstr(buf_text(&json), "\"value\":") != NULL);
                buf_free(&json);
            }
            free(copy);
        }
    }
}

/* Labels of PMSI_TUNNEL are as wide as the encapsulation says. RFC 8365 5.1.3 */
static void test_vni(void)
{
    static struct made m;
    make_hex_update(&m, "", MAKE_MANDATORY "c0 16 09 00 06 000064 0a000001 c0 10 08 030c000000000008",
                    "18c00002");
    struct buf json = tell_update(&m, &as4);
    CHECK(strstr(buf_text(&json), "\"vni\":100") && !strstr(buf_text(&json), "\"label\""));
    buf_free(&json);
}

/* ---- a set of attributes ---- */

static const struct summary_case {
    const char *words, *attrs, *path;
    bool two_bytes;
    uint32_t origin_as, first_as;
    unsigned length;
    uint32_t bogon;
} summaries[] = {
    // clang-format off
    { "nothing", "", "", false, 0, 0, 0, 0 },
    { "an empty path", "40 02 00", "", false, 0, 0, 0, 0 },
    { "a sequence", "40 02 0e 02 03 00000c01 00000c02 00000c03", "3073 3074 3075", false, 3075, 3073, 3, 0 },
    { "of two bytes", "40 02 08 02 03 0c01 0c02 0c03", "3073 3074 3075", true, 3075, 3073, 3, 0 },
    { "a set counts one, and is no origin", "40 02 10 02 01 00000c01 01 02 00000c02 00000c03", "3073 {3074 3075}", false, 0, 3073, 2, 0 },
    { "a set in the middle", "40 02 16 02 01 00000c01 01 02 00000c02 00000c03 02 01 00000c04", "3073 {3074 3075} 3076", false, 3076, 3073, 3, 0 },
    { "confederations do not count", "40 02 0c 03 01 0000fde9 02 01 00000c01", "(65001) 3073", false, 3073, 65001, 1, 0 },
    { "a confederation alone", "40 02 06 03 01 0000fde9", "(65001)", false, 0, 65001, 0, 0 },
    { "private AS", "40 02 0a 02 02 00000c01 0000fde9", "3073 65001", false, 65001, 3073, 2, 65001 },
    { "the leftmost bogon", "40 02 0e 02 03 00000c01 0000fbf0 0000fde9", "3073 64496 65001", false, 65001, 3073, 3, 64496 },
    { "AS_TRANS in a path of four bytes", "40 02 06 02 01 00005ba0", "23456", false, 23456, 23456, 1, 23456 },
    { "AS_TRANS in a path of two bytes", "40 02 04 02 01 5ba0", "23456", true, 23456, 23456, 1, 0 },

    /* RFC 6793 4.2.3 */
    { "AS4_PATH replaces all", "40 02 06 02 02 5ba0 0c01 c0 11 0a 02 02 00010001 00000c01", "65537 3073", true, 3073, 65537, 2, 65537 },
    { "AS4_PATH is the end", "40 02 08 02 03 0c02 5ba0 0c01 c0 11 0a 02 02 00020001 00000c01", "3074 131073 3073", true, 3073, 3074, 3, 0 },
    { "AS4_PATH longer than AS_PATH is ignored", "40 02 04 02 01 5ba0 c0 11 0a 02 02 00020001 00000c01", "23456", true, 23456, 23456, 1, 0 },
    { "a set counts one on both sides", "40 02 0a 02 01 0c01 01 02 0c02 5ba0 c0 11 0a 01 02 00000c02 00020001", "3073 {3074 131073}", true, 0, 3073, 2, 0 },
    { "leading confederations stay", "40 02 0a 03 01 fde9 02 02 5ba0 0c01 c0 11 0a 02 02 00020001 00000c01", "(65001) 131073 3073", true, 3073, 65001, 2, 0 },
    { "confederations in AS4_PATH are dropped", "40 02 06 02 02 5ba0 0c01 c0 11 10 03 01 0000fde9 02 02 00020001 00000c01", "131073 3073", true, 3073, 131073, 2, 0 },
    { "malformed AS4_PATH is ignored", "40 02 06 02 02 5ba0 0c01 c0 11 0a 02 03 00020001 00000c01", "23456 3073", true, 3073, 23456, 2, 0 },
    { "AS 0 in AS4_PATH is ignored with it", "40 02 04 02 01 5ba0 c0 11 06 02 01 00000000", "23456", true, 23456, 23456, 1, 0 },
    { "aggregated since: AS4_PATH is ignored", "40 02 04 02 01 5ba0 c0 11 06 02 01 00020001 c0 07 06 0c01 0a000001 c0 12 08 00020001 0a000001", "23456", true, 23456, 23456, 1, 0 },
    { "aggregated by AS_TRANS: AS4_PATH holds", "40 02 04 02 01 5ba0 c0 11 06 02 01 00020001 c0 07 06 5ba0 0a000001 c0 12 08 00020001 0a000001", "131073", true, 131073, 131073, 1, 0 },
    { "AS4_PATH among speakers of four bytes is ignored", "40 02 06 02 01 00000c01 c0 11 06 02 01 00020001", "3073", false, 3073, 3073, 1, 0 },
    { "AS4_PATH without AS_PATH", "c0 11 06 02 01 00020001", "", true, 0, 0, 0, 0 },
    // clang-format on
};

static void test_summaries(void)
{
    static struct made m;
    for (size_t i = 0; i < COUNT(summaries); i++) {
        const struct summary_case *c = &summaries[i];
        const struct bgp_ctx *ctx = c->two_bytes ? &as2 : &as4;
        struct bgp_update u;
        struct bgp_attrs_summary s;
        struct buf path = buf_init(1 << 10);
        make_hex_update(&m, "", c->attrs, "18c00002");
        struct bgp_msg msg = make_msg(&m);
        bgp_update_read(&msg, ctx, &u);
        bgp_attrs_read(&u, ctx, &s);
        bgp_path_text(&u, ctx, &path);
        CHECK_TEXT(buf_text(&path), c->path);
        CHECK_CASE(c->words, s.origin_as == c->origin_as);
        CHECK_CASE(c->words, s.first_as == c->first_as);
        CHECK_CASE(c->words, s.path_length == c->length);
        CHECK_CASE(c->words, s.bogon_as == c->bogon);
        if (c->first_as)
            CHECK_CASE(c->words, bgp_path_has(&u, ctx, c->first_as));
        CHECK_CASE(c->words, !bgp_path_has(&u, ctx, 4000000000));
        buf_free(&path);
    }
}

static void test_summary_values(void)
{
    static struct made m;
    struct bgp_update u;
    struct bgp_attrs_summary s;
    make_hex_update(
        &m, "",
        MAKE_MANDATORY
        "80 04 04 00000005 40 05 04 00000064 80 09 04 0a000001 80 0a 08 0a000001 0a000002 c0 23 04 00000c01",
        "18c00002");
    struct bgp_msg msg = make_msg(&m);
    bgp_update_read(&msg, &as4, &u);
    bgp_attrs_read(&u, &as4, &s);
    CHECK(s.verdict == BGP_FINE && s.has_med && s.med == 5 && s.has_local_pref && s.local_pref == 100);
    CHECK(s.has_otc && s.otc == 3073 && s.originator_id == 0x0a000001 && s.cluster_count == 2);
    struct addr hop = addr_parse("198.51.100.1");
    CHECK(addr_equal(&s.next_hop, &hop));

    make_hex_update(&m, "", "40 02 00", "18c00002");
    msg = make_msg(&m);
    bgp_update_read(&msg, &as4, &u);
    bgp_attrs_read(&u, &as4, &s);
    CHECK(!s.has_med && !s.has_local_pref && !s.has_otc && !s.originator_id && !s.cluster_count &&
          !s.next_hop.size);
}

static void test_bogon_as(void)
{
    static const struct {
        uint32_t asn;
        const char *words;
    } rows[] = {
        { 0, "AS 0 (RFC 7607)" },
        { 1, NULL },
        { 23455, NULL },
        { 23456, "AS_TRANS (RFC 6793)" },
        { 64495, NULL },
        { 64496, "documentation (RFC 5398)" },
        { 64511, "documentation (RFC 5398)" },
        { 64512, "private use (RFC 6996)" },
        { 65534, "private use (RFC 6996)" },
        { 65535, "reserved (RFC 7300)" },
        { 65536, "documentation (RFC 5398)" },
        { 65551, "documentation (RFC 5398)" },
        { 65552, "reserved (IANA)" },
        { 131071, "reserved (IANA)" },
        { 131072, NULL },
        { 4199999999, NULL },
        { 4200000000, "private use (RFC 6996)" },
        { 4294967294, "private use (RFC 6996)" },
        { 4294967295, "reserved (RFC 7300)" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *words = bgp_as_bogon(rows[i].asn);
        CHECK_TEXT(words ? words : "none", rows[i].words ? rows[i].words : "none");
    }
}

int main(void)
{
    test_values();
    test_rows();
    test_cuts();
    test_vni();
    test_summaries();
    test_summary_values();
    test_bogon_as();
    return CHECK_END();
}
