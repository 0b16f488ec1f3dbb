/* Routes of all families: how a block is cut into routes, what is told of each, what makes two of them the same. */
#include "decode/bgp/update_internal.h"
#include "tests/check.h"
#include "tests/make/make_update.h"

#define RD0     "0000 fde9 00000064" /* 65001:100 */
#define RD1     "0001 0a000001 0064" /* 10.0.0.1:100 */
#define RD2     "0002 00010000 0064" /* 65536:100 */
#define ESI     "00112233445566778899"
#define NO_ESI  "00000000000000000000"
#define V6      "20010db8000000000000000000000001"
#define NODE    "0200 0004 0000fde9 0201 0004 00000000 0203 0006 000000000001"
#define LOCAL   "0100 001a " NODE
#define LS_HEAD "02 0000000000000000"

enum { PLAIN, ADD_PATH = 1, WITHDRAW = 2 };

/* Routes as JSON without their family; "!key" at the end when reading stopped with that fault. */
static const struct nlri_case {
    const char *words;
    enum bgp_family family;
    unsigned how;
    const char *hex, *json;
} cases[] = {
    // clang-format off
    { "no routes", FAMILY_IPV4_UNICAST, PLAIN, "", "" },
    { "IPv4 of all kinds of lengths", FAMILY_IPV4_UNICAST, PLAIN, "00 08 0a 09 0a80 18 c00002 20 c0000201",
      "0.0.0.0/0 10.0.0.0/8 10.128.0.0/9 192.0.2.0/24 192.0.2.1/32" },
    { "bits behind the length are not told", FAMILY_IPV4_UNICAST, PLAIN, "09 0aff 01 ff", "10.128.0.0/9 128.0.0.0/1" },
    { "IPv4 with path identifiers", FAMILY_IPV4_UNICAST, ADD_PATH, "00000001 18 c00002 ffffffff 00", "192.0.2.0/24#1 0.0.0.0/0#4294967295" },
    { "a path identifier alone", FAMILY_IPV4_UNICAST, ADD_PATH, "00000001", "!bgp.nlri.overrun" },
    { "a path identifier cut", FAMILY_IPV4_UNICAST, ADD_PATH, "00000001 00 0000", "0.0.0.0/0#1 !bgp.nlri.overrun" },
    { "33 bits of IPv4", FAMILY_IPV4_UNICAST, PLAIN, "08 0a 21 0a00000000", "10.0.0.0/8 !bgp.nlri.bits" },
    { "IPv4 cut", FAMILY_IPV4_UNICAST, PLAIN, "08 0a 18 c000", "10.0.0.0/8 !bgp.nlri.overrun" },
    { "IPv6", FAMILY_IPV6_UNICAST, PLAIN, "00 20 20010db8 80 " V6 " 03 ff", "::/0 2001:db8::/32 2001:db8::1/128 e000::/3" },
    { "IPv6 with path identifiers", FAMILY_IPV6_UNICAST, ADD_PATH, "00000007 20 20010db8", "2001:db8::/32#7" },
    { "129 bits of IPv6", FAMILY_IPV6_UNICAST, PLAIN, "81 " V6 "00", "!bgp.nlri.bits" },
    { "IPv4 multicast", FAMILY_IPV4_MULTICAST, PLAIN, "18 c00002", "192.0.2.0/24" },
    { "IPv6 multicast", FAMILY_IPV6_MULTICAST, PLAIN, "20 20010db8", "2001:db8::/32" },

    { "one label", FAMILY_IPV4_LABELED_UNICAST, PLAIN, "30 000641 c00002 18 000651", "192.0.2.0/24 labels 100 0.0.0.0/0 labels 101" },
    { "two labels", FAMILY_IPV4_LABELED_UNICAST, PLAIN, "48 000640 000651 c00002", "192.0.2.0/24 labels 100 101" },
    { "a label and a path identifier", FAMILY_IPV4_LABELED_UNICAST, ADD_PATH, "00000005 30 000641 c00002", "192.0.2.0/24#5 labels 100" },
    { "the label of a withdrawal", FAMILY_IPV4_LABELED_UNICAST, WITHDRAW, "30 800000 c00002 30 000000 c00003", "192.0.2.0/24 labels 524288 192.0.3.0/24 labels 0" },
    { "a withdrawal that repeats its label", FAMILY_IPV4_LABELED_UNICAST, WITHDRAW, "30 000641 c00002", "192.0.2.0/24 labels 100" },
    { "no bottom of the stack", FAMILY_IPV4_LABELED_UNICAST, PLAIN, "30 000640 c00002", "!bgp.nlri.labels" },
    { "fewer bits than a label", FAMILY_IPV4_LABELED_UNICAST, PLAIN, "10 0006", "!bgp.nlri.labels" },
    { "33 bits behind the label", FAMILY_IPV4_LABELED_UNICAST, PLAIN, "39 000641 0a00000000", "!bgp.nlri.bits" },
    { "IPv6 with a label", FAMILY_IPV6_LABELED_UNICAST, PLAIN, "38 000641 20010db8", "2001:db8::/32 labels 100" },

    { "VPN, RD of type 0", FAMILY_VPNV4_UNICAST, PLAIN, "70 000641 " RD0 " c00002", "192.0.2.0/24 rd 65001:100 labels 100" },
    { "VPN, RD of type 1", FAMILY_VPNV4_UNICAST, PLAIN, "70 000641 " RD1 " c00002", "192.0.2.0/24 rd 10.0.0.1:100 labels 100" },
    { "VPN, RD of type 2", FAMILY_VPNV4_UNICAST, PLAIN, "70 000641 " RD2 " c00002", "192.0.2.0/24 rd 65536:100 labels 100" },
    { "VPN, RD of a type that nobody knows", FAMILY_VPNV4_UNICAST, PLAIN, "70 000641 0003000000000001 c00002", "192.0.2.0/24 rd 0003000000000001 labels 100" },
    { "VPN withdrawn", FAMILY_VPNV4_UNICAST, WITHDRAW, "70 800000 " RD0 " c00002", "192.0.2.0/24 rd 65001:100 labels 524288" },
    { "VPN with path identifier", FAMILY_VPNV4_UNICAST, ADD_PATH, "00000001 58 000641 " RD0, "0.0.0.0/0#1 rd 65001:100 labels 100" },
    { "VPN without room for an RD", FAMILY_VPNV4_UNICAST, PLAIN, "30 000641 c00002", "!bgp.nlri.bits" },
    { "VPN cut", FAMILY_VPNV4_UNICAST, PLAIN, "70 000641 0000fde9", "!bgp.nlri.overrun" },
    { "IPv6 VPN", FAMILY_VPNV6_UNICAST, PLAIN, "78 000641 " RD0 " 20010db8", "2001:db8::/32 rd 65001:100 labels 100" },
    { "VPN multicast has no labels", FAMILY_VPNV4_MULTICAST, PLAIN, "58 " RD0 " c00002", "192.0.2.0/24 rd 65001:100" },
    { "IPv6 VPN multicast", FAMILY_VPNV6_MULTICAST, PLAIN, "60 " RD0 " 20010db8", "2001:db8::/32 rd 65001:100" },
    { "transport class", FAMILY_IPV4_TRANSPORT_CLASS, PLAIN, "78 000641 " RD0 " c0000201", "192.0.2.1/32 rd 65001:100 labels 100" },
    { "transport class, IPv6", FAMILY_IPV6_TRANSPORT_CLASS, PLAIN, "d8 000641 " RD0 " " V6, "2001:db8::1/128 rd 65001:100 labels 100" },

    { "EVPN 1", FAMILY_L2VPN_EVPN, PLAIN, "01 19 " RD1 ESI " 00000064 000641", "[1]:[00:11:22:33:44:55:66:77:88:99]:[100] rd 10.0.0.1:100 labels 100" },
    { "EVPN 2 without an address", FAMILY_L2VPN_EVPN, PLAIN, "02 21 " RD1 NO_ESI " 00000000 30 001122334455 00 000641", "[2]:[0]:[48]:[00:11:22:33:44:55] rd 10.0.0.1:100 labels 100" },
    { "EVPN 2 with all", FAMILY_L2VPN_EVPN, PLAIN, "02 34 " RD1 ESI " 00000064 30 001122334455 80 " V6 " 000641 000c81",
      "[2]:[100]:[48]:[00:11:22:33:44:55]:[128]:[2001:db8::1] rd 10.0.0.1:100 labels 100 200 esi 00:11:22:33:44:55:66:77:88:99" },
    { "EVPN 3", FAMILY_L2VPN_EVPN, PLAIN, "03 11 " RD1 " 00000000 20 0a000001", "[3]:[0]:[32]:[10.0.0.1] rd 10.0.0.1:100" },
    { "EVPN 3, IPv6", FAMILY_L2VPN_EVPN, ADD_PATH, "00000009 03 1d " RD1 " 00000000 80 " V6, "[3]:[0]:[128]:[2001:db8::1]#9 rd 10.0.0.1:100" },
    { "EVPN 4", FAMILY_L2VPN_EVPN, PLAIN, "04 17 " RD1 ESI " 20 0a000001", "[4]:[00:11:22:33:44:55:66:77:88:99]:[32]:[10.0.0.1] rd 10.0.0.1:100" },
    { "EVPN 5", FAMILY_L2VPN_EVPN, PLAIN, "05 22 " RD1 NO_ESI " 00000000 18 0a010203 0a000009 000641", "[5]:[0]:[24]:[10.1.2.0] rd 10.0.0.1:100 labels 100 gateway 10.0.0.9" },
    { "EVPN 5, IPv6", FAMILY_L2VPN_EVPN, PLAIN, "05 3a " RD1 ESI " 00000000 20 " V6 " 00000000000000000000000000000000 000641",
      "[5]:[0]:[32]:[2001:db8::] rd 10.0.0.1:100 labels 100 esi 00:11:22:33:44:55:66:77:88:99" },
    { "EVPN 6, any source", FAMILY_L2VPN_EVPN, PLAIN, "06 18 " RD1 " 00000064 00 20 e1010101 20 0a000002 02", "[6]:[100]:[0]:[32]:[225.1.1.1]:[32]:[10.0.0.2] rd 10.0.0.1:100" },
    { "EVPN 7", FAMILY_L2VPN_EVPN, PLAIN, "07 26 " RD1 ESI " 00000064 20 0a000001 20 e1010101 20 0a000002 02",
      "[7]:[00:11:22:33:44:55:66:77:88:99]:[100]:[32]:[10.0.0.1]:[32]:[225.1.1.1]:[32]:[10.0.0.2] rd 10.0.0.1:100" },
    { "EVPN 8", FAMILY_L2VPN_EVPN, PLAIN, "08 2b " RD1 ESI " 00000064 20 0a000001 20 e1010101 20 0a000002 00000000 0a 02",
      "[8]:[00:11:22:33:44:55:66:77:88:99]:[100]:[32]:[10.0.0.1]:[32]:[225.1.1.1]:[32]:[10.0.0.2] rd 10.0.0.1:100" },
    { "EVPN 9", FAMILY_L2VPN_EVPN, PLAIN, "09 14 " RD1 " 00000064 0000fde900000001", "[9]:[100]:[0000fde900000001] rd 10.0.0.1:100" },
    { "EVPN 10", FAMILY_L2VPN_EVPN, PLAIN, "0a 1b " RD1 " 00000064 20 0a000001 20 e1010101 20 0a000002", "[10]:[100]:[32]:[10.0.0.1]:[32]:[225.1.1.1]:[32]:[10.0.0.2] rd 10.0.0.1:100" },
    { "EVPN 11", FAMILY_L2VPN_EVPN, PLAIN, "0b 07 0102 20 0a000001", "[11]:[0102200a000001]" },
    { "EVPN of an unknown type is passed over", FAMILY_L2VPN_EVPN, PLAIN, "63 02 abcd 03 11 " RD1 " 00000000 20 0a000001", "6302abcd? [3]:[0]:[32]:[10.0.0.1] rd 10.0.0.1:100" },
    { "EVPN 2 of a wrong MAC length", FAMILY_L2VPN_EVPN, PLAIN, "02 21 " RD1 NO_ESI " 00000000 31 001122334455 00 000641", "0221000" "10a0000010064" NO_ESI "000000003100112233445500000641?" },
    { "EVPN 3 of a wrong address length", FAMILY_L2VPN_EVPN, PLAIN, "03 10 " RD1 " 00000000 18 0a0000", "031000010a000001006400000000180a0000?" },
    { "EVPN 1 without a label", FAMILY_L2VPN_EVPN, PLAIN, "01 16 " RD1 ESI " 00000064", "011600010a000001006400112233445566778899" "00000064?" },
    { "EVPN 5 of 33 bits", FAMILY_L2VPN_EVPN, PLAIN, "05 22 " RD1 NO_ESI " 00000000 21 0a010203 0a000009 000641", "0522" "00010a0000010064" NO_ESI "00000000" "210a010203" "0a000009" "000641?" },
    { "EVPN without an RD", FAMILY_L2VPN_EVPN, PLAIN, "03 02 0000", "03020000?" },
    { "EVPN cut", FAMILY_L2VPN_EVPN, PLAIN, "03 11 " RD1, "!bgp.nlri.overrun" },

    { "VPLS", FAMILY_L2VPN_VPLS, PLAIN, "0011 " RD0 " 0001 0009 0008 003201", "ve 1 offset 9 size 8 rd 65001:100 labels 800" },
    { "VPLS discovery", FAMILY_L2VPN_VPLS, PLAIN, "000c " RD0 " 0a000001", "10.0.0.1 rd 65001:100" },
    { "VPLS of another length", FAMILY_L2VPN_VPLS, PLAIN, "0009 " RD0 " 01 000c " RD0 " 0a000001", "00090000fde90000006401? rd 65001:100 10.0.0.1 rd 65001:100" },

    { "prefixes and operators", FAMILY_IPV4_FLOWSPEC, PLAIN, "18 01180a0102 0210c0a8 038106 04 0350 d50064 05 0116 91 01bb",
      "dst 10.1.2.0/24 src 192.168.0.0/16 proto =6 port >=80&<=100 dst-port =22 =443" },
    { "all components", FAMILY_IPV4_FLOWSPEC, PLAIN, "2f 0108 0a 0208 0b 038106 048101 058102 068103 078108 088100 098112 0a 9205dc 0b812e 0c8102 0d a1 0000ffff 0e 91 0800",
      "dst 10.0.0.0/8 src 11.0.0.0/8 proto =6 port =1 dst-port =2 src-port =3 icmp-type =8 icmp-code =0 tcp-flags =0x12 length >1500 dscp =46 fragment =0x2 flow-label =65535 ether-type =2048" },
    { "operators", FAMILY_IPV4_FLOWSPEC, PLAIN, "12 04 0000 0700 0401 4501 0601 8201 09 0301 8204", "port false true <1&<=1 !=1 >1 tcp-flags !=0x1 !0x4" },
    { "eight bytes", FAMILY_IPV4_FLOWSPEC, PLAIN, "0a 0d b1 ffffffffffffffff", "flow-label =18446744073709551615" },
    { "nothing to match", FAMILY_IPV4_FLOWSPEC, PLAIN, "00", "any" },
    { "a length of two bytes", FAMILY_IPV4_FLOWSPEC, PLAIN, "f003 038106", "proto =6" },
    { "an unknown component", FAMILY_IPV4_FLOWSPEC, PLAIN, "03 ff8106 03 038106", "03ff8106? proto =6" },
    { "operators without an end", FAMILY_IPV4_FLOWSPEC, PLAIN, "03 030106", "03030106?" },
    { "33 bits of destination", FAMILY_IPV4_FLOWSPEC, PLAIN, "07 0121 0a00000000", "0701210a00000000?" },
    { "flow specification cut", FAMILY_IPV4_FLOWSPEC, PLAIN, "04 038106", "!bgp.nlri.overrun" },
    { "IPv6 with an offset", FAMILY_IPV6_FLOWSPEC, PLAIN, "12 0120 00 20010db8 0268 40 123456789a 03813a", "dst 2001:db8::/32 src ::1234:5678:9a00:0/104 offset 64 proto =58" },
    { "an offset behind the length", FAMILY_IPV6_FLOWSPEC, PLAIN, "04 0120 20 00", "0401202000?" },
    { "VPN", FAMILY_VPNV4_FLOWSPEC, PLAIN, "0d " RD0 " 01180a0102", "dst 10.1.2.0/24 rd 65001:100" },
    { "IPv6 VPN", FAMILY_VPNV6_FLOWSPEC, PLAIN, "0f " RD0 " 0120 00 20010db8", "dst 2001:db8::/32 rd 65001:100" },
    { "VPN without an RD", FAMILY_VPNV4_FLOWSPEC, PLAIN, "03 038106", "03038106?" },
    { "layer 2", FAMILY_L2VPN_FLOWSPEC, PLAIN, "33 " RD0 " 0f 30 001122334455 10 18 001122 118101 128102 138103 148104 158105 168106 178107 188108 198101 1a8101",
      "src-mac 00:11:22:33:44:55 dst-mac 00:11:22/24 llc-dsap =1 llc-ssap =2 llc-control =3 snap =4 vlan =5 vlan-cos =6 inner-vlan =7 inner-vlan-cos =8 vlan-dei =0x1 inner-vlan-dei =0x1 rd 65001:100" },
    { "a MAC of 49 bits", FAMILY_L2VPN_FLOWSPEC, PLAIN, "11 " RD0 " 0f 31 00112233445566", "110000fde9000000640f3100112233445566? rd 65001:100" },

    { "MVPN 1", FAMILY_IPV4_MVPN, PLAIN, "01 0c " RD0 " 0a000001", "[1]:[10.0.0.1] rd 65001:100" },
    { "MVPN 2", FAMILY_IPV4_MVPN, PLAIN, "02 0c " RD0 " 0000fde9", "[2]:[65001] rd 65001:100" },
    { "MVPN 3", FAMILY_IPV4_MVPN, PLAIN, "03 16 " RD0 " 20 0a000005 20 e8010101 0a000001", "[3]:[10.0.0.5]:[232.1.1.1]:[10.0.0.1] rd 65001:100" },
    { "MVPN 3, any source and group", FAMILY_IPV4_MVPN, PLAIN, "03 0e " RD0 " 00 00 0a000001", "[3]:[*]:[*]:[10.0.0.1] rd 65001:100" },
    { "MVPN 4", FAMILY_IPV4_MVPN, PLAIN, "04 12 010c " RD0 " 0a000001 0a000002", "[4]:[010c0000fde9000000640a000001]:[10.0.0.2]" },
    { "MVPN 5", FAMILY_IPV4_MVPN, PLAIN, "05 12 " RD0 " 20 0a000005 20 e8010101", "[5]:[10.0.0.5]:[232.1.1.1] rd 65001:100" },
    { "MVPN 6", FAMILY_IPV4_MVPN, PLAIN, "06 16 " RD0 " 0000fde9 20 0a000005 20 e8010101", "[6]:[65001]:[10.0.0.5]:[232.1.1.1] rd 65001:100" },
    { "MVPN 7, IPv6", FAMILY_IPV6_MVPN, PLAIN, "07 2e " RD0 " 0000fde9 80 " V6 " 80 ff0e0000000000000000000000000001", "[7]:[65001]:[2001:db8::1]:[ff0e::1] rd 65001:100" },
    { "MVPN of an unknown type", FAMILY_IPV4_MVPN, PLAIN, "08 01 00 01 0c " RD0 " 0a000001", "080100? [1]:[10.0.0.1] rd 65001:100" },
    { "MVPN 5 of a wrong address length", FAMILY_IPV4_MVPN, PLAIN, "05 11 " RD0 " 18 0a0000 20 e8010101", "05110000fde900000064180a000020e8010101?" },
    { "MVPN 1 of a wrong originator", FAMILY_IPV4_MVPN, PLAIN, "01 0b " RD0 " 0a0000", "010b0000fde9000000640a0000?" },

    { "route targets", FAMILY_IPV4_RT_CONSTRAIN, PLAIN, "60 0000fde9 0002fde900000064 00 20 0000fde9 30 0000fde9 0002", "65001:rt:65001:100 default 65001/32 65001:0002/48" },
    { "a route target of 97 bits", FAMILY_IPV4_RT_CONSTRAIN, PLAIN, "61 0000fde9 0002fde900000064 00", "!bgp.nlri.bits" },
    { "an origin AS of eight bits", FAMILY_IPV4_RT_CONSTRAIN, PLAIN, "08 00", "0800?" },
    { "SR Policy", FAMILY_IPV4_SR_POLICY, PLAIN, "60 00000001 00000064 0a000005", "[1]:[100]:[10.0.0.5]" },
    { "SR Policy, IPv6", FAMILY_IPV6_SR_POLICY, PLAIN, "c0 00000001 00000064 " V6, "[1]:[100]:[2001:db8::1]" },
    { "SR Policy of another length", FAMILY_IPV4_SR_POLICY, PLAIN, "40 00000001 00000064", "400000000100000064?" },
    { "MDT", FAMILY_IPV4_MDT, PLAIN, "80 " RD0 " 0a000001 ef010101", "10.0.0.1,239.1.1.1 rd 65001:100" },
    { "MDT, IPv6", FAMILY_IPV6_MDT, PLAIN, "00", "00?" },
    { "encapsulation", FAMILY_IPV4_ENCAP, PLAIN, "20 0a000001", "10.0.0.1" },
    { "encapsulation, IPv6", FAMILY_IPV6_ENCAP, PLAIN, "80 " V6, "2001:db8::1" },

    { "BGP-LS node", FAMILY_BGP_LS, PLAIN, "0001 0027 " LS_HEAD LOCAL, "NODE { AS:65001 BGP-LS:0 ID:0000.0000.0001.00 ISIS-L2:0 }" },
    { "BGP-LS link", FAMILY_BGP_LS, PLAIN,
      "0002 0071 " LS_HEAD LOCAL " 0101 000b 0203 0007 00000000000203 0103 0004 0a000001 0104 0004 0a000002 0105 0010 " V6 " 0102 0008 00000001 00000002 0107 0002 0002 0fff 0001 aa",
      "LINK { Local { AS:65001 BGP-LS:0 ID:0000.0000.0001.00 } Remote { ID:0000.0000.0002.03 } IPv4:10.0.0.1 Neighbor:10.0.0.2 IPv6:2001:db8::1 Link:1.2 MT:2 4095:aa ISIS-L2:0 }" },
    { "BGP-LS prefix", FAMILY_BGP_LS, PLAIN, "0003 002a 03 0000000000000007 0100 0010 0202 0004 00000000 0203 0004 0a000001 0108 0001 01 0109 0004 18 0a0102",
      "PREFIX { Node { Area:0.0.0.0 ID:10.0.0.1 } Type:1 Prefix:10.1.2.0/24 OSPF:7 }" },
    { "BGP-LS IPv6 prefix", FAMILY_BGP_LS, PLAIN, "0004 0024 06 0000000000000000 0100 000c 0203 0008 0a000001 0a000102 0109 0007 30 20010db80001",
      "PREFIX { Node { ID:10.0.0.1:10.0.1.2 } Prefix:2001:db8:1::/48 OSPFv3:0 }" },
    { "BGP-LS SRv6 SID", FAMILY_BGP_LS, PLAIN, "0006 003b " LS_HEAD LOCAL " 0206 0010 " V6, "SRV6-SID { Node { AS:65001 BGP-LS:0 ID:0000.0000.0001.00 } SID:2001:db8::1 ISIS-L2:0 }" },
    { "BGP-LS BGP node", FAMILY_BGP_LS_SPF, PLAIN, "0001 001d 07 0000000000000000 0100 0010 0204 0004 0a000001 0205 0004 0000fde9", "NODE { BGP-ID:10.0.0.1 Confed:65001 BGP:0 }" },
    { "BGP-LS in a VPN", FAMILY_BGP_LS_VPN, PLAIN, "0001 002f " RD0 LS_HEAD LOCAL, "NODE { AS:65001 BGP-LS:0 ID:0000.0000.0001.00 ISIS-L2:0 } rd 65001:100" },
    { "BGP-LS of an unknown protocol", FAMILY_BGP_LS, PLAIN, "0001 0009 63 0000000000000001", "NODE { 99:1 }" },
    { "BGP-LS of an unknown type", FAMILY_BGP_LS, PLAIN, "0063 0001 00 0001 0009 63 0000000000000001", "0063000100? NODE { 99:1 }" },
    { "BGP-LS descriptor cut", FAMILY_BGP_LS, PLAIN, "0001 000e 02 0000000000000000 0100 0005 00", "0001000e02000000000000000001000005" "00?" },
    { "BGP-LS descriptor within a descriptor cut", FAMILY_BGP_LS, PLAIN, "0001 0011 02 0000000000000000 0100 0004 0200 0004", "00010011020000000000000000010000040200" "0004?" },
    { "BGP-LS cut", FAMILY_BGP_LS, PLAIN, "0001 0027 02", "!bgp.nlri.overrun" },
    // clang-format on
};

/* ---- what a case tells ---- */

static void add_route(const struct bgp_nlri *n, struct buf *out)
{
    bgp_nlri_text(n, out);
    if (n->unreadable)
        buf_char(out, '?');
    if (n->has_path_id)
        buf_printf(out, "#%u", (unsigned)n->path_id);
    if (cur_left(&n->rd)) {
        buf_str(out, " rd ");
        bgp_rd_text(n->rd, out);
    }
    struct cursor labels = n->labels;
    CHECK(cur_left(&labels) == n->label_count * 3u);
    if (cur_left(&labels))
        buf_str(out, " labels");
    while (cur_left(&labels))
        buf_printf(out, " %u", (unsigned)cur_u24(&labels) >> 4);
    if (nlri_rows[n->family].reader->more) {
        struct writer w = writer_init(&writer_text, out);
        size_t before = out->used;
        buf_char(out, ' ');
        nlri_rows[n->family].reader->more(&w, n);
        if (out->used == before + 1)
            out->text[--out->used] = '\0';
    }
}

static bool within(struct cursor inner, struct cursor outer)
{
    return inner.at >= outer.at && inner.end <= outer.end && inner.at <= inner.end;
}

static void read_case(const struct nlri_case *c, struct cursor block, struct buf *out)
{
    struct bgp_ctx ctx = { .add_path = c->how & ADD_PATH ? UINT64_C(1) << c->family : 0 };
    struct bgp_nlri_iter it = bgp_nlri_over(block, c->family, &ctx, c->how & WITHDRAW);
    struct bgp_nlri n;
    while (bgp_nlri_next(&it, &n)) {
        if (out->used)
            buf_char(out, ' ');
        add_route(&n, out);
        CHECK_CASE(c->words, n.family == c->family && cur_left(&n.raw));
        CHECK_CASE(c->words, within(n.raw, block) && within(n.key, n.raw) && within(n.rd, n.raw) &&
                                 within(n.labels, n.raw));
    }
    if (it.fault != FAULT_COUNT)
        buf_printf(out, "%s!%s", out->used ? " " : "", fault_key(it.fault));
    CHECK_CASE(c->words, !bgp_nlri_next(&it, &n)); /* once at the end, always at the end */
}

static void test_cases(void)
{
    static struct made m;
    struct buf told = buf_init(1 << 16);
    for (size_t i = 0; i < COUNT(cases); i++) {
        m.used = 0;
        make_hex(&m, cases[i].hex);
        buf_clear(&told);
        read_case(&cases[i], cur_over(m.bytes, m.used), &told);
        CHECK_TEXT(buf_text(&told), cases[i].json);
    }
    buf_free(&told);
}

/* Every cut of every block, in memory of its own. */
static void test_cuts(void)
{
    static struct made m;
    struct buf told = buf_init(1 << 16);
    for (size_t i = 0; i < COUNT(cases); i++) {
        m.used = 0;
        make_hex(&m, cases[i].hex);
        for (size_t n = 0; n < m.used; n++) {
            uint8_t *copy = malloc(n ? n : 1);
            memcpy(copy, m.bytes, n);
            for (unsigned how = 0; how < 4; how++) {
                struct nlri_case c = cases[i];
                c.how = how;
                buf_clear(&told);
                read_case(&c, cur_over(copy, n), &told);
            }
            free(copy);
        }
    }
    buf_free(&told);
}

/* Every family has a case, and so has every type and component. */
static void test_rows(void)
{
#define NLRI(afi, safi, ident, name, reader)                                                                 \
    {                                                                                                        \
        bool found = false;                                                                                  \
        for (size_t i = 0; i < COUNT(cases); i++)                                                            \
            found |= cases[i].family == FAMILY_##ident;                                                      \
        CHECK_CASE(name, found);                                                                             \
        CHECK_TEXT(bgp_family_name(FAMILY_##ident), name);                                                   \
        CHECK_CASE(name, bgp_family_of(afi, safi) == FAMILY_##ident);                                        \
        CHECK_CASE(name, bgp_family_parse(name) == FAMILY_##ident);                                          \
        CHECK_CASE(name,                                                                                     \
                   bgp_family_afi(FAMILY_##ident) == (afi) && bgp_family_safi(FAMILY_##ident) == (safi));    \
    }
#include "decode/bgp/nlri.def"
#undef NLRI
#define TOLD(name, words)                                                                                    \
    {                                                                                                        \
        bool found = false;                                                                                  \
        for (size_t i = 0; i < COUNT(cases); i++)                                                            \
            found |= !strncmp(cases[i].json, words, strlen(words)) || strstr(cases[i].json, " " words " ");  \
        CHECK_CASE(name, found);                                                                             \
    }
#define EVPN(type, name, fields)     TOLD(name, "[" #type "]:")
#define MVPN(type, name, fields)     TOLD(name, "[" #type "]:")
#define FLOWSPEC(type, name, reader) TOLD(name, name)
#include "decode/bgp/evpn.def"
#include "decode/bgp/flowspec.def"
#include "decode/bgp/mvpn.def"
    CHECK(bgp_family_of(1, 200) == FAMILY_NONE && bgp_family_parse("ipv4") == FAMILY_NONE);
    CHECK_TEXT(bgp_family_name(FAMILY_NONE), "unknown");
    CHECK(FAMILY_COUNT <= 64); /* bits of a mask */
}

/* A family that nobody knows has no routes, and no fault. */
static void test_no_family(void)
{
    struct bgp_ctx ctx = { .add_path = UINT64_MAX };
    struct bgp_nlri n;
    struct bgp_nlri_iter it =
        bgp_nlri_over(cur_over((const uint8_t *)"\x08\x0a", 2), FAMILY_NONE, &ctx, false);
    CHECK(!bgp_nlri_next(&it, &n) && it.fault == FAULT_COUNT && bgp_nlri_verdict(&it) == BGP_FINE);
}

/* ---- what makes a route the same route ---- */

static struct bgp_nlri only(struct made *m, enum bgp_family family, bool withdraw, const char *hex)
{
    const struct bgp_ctx ctx = { .as4 = true };
    struct bgp_nlri n = { .family = FAMILY_NONE };
    m->used = 0;
    make_hex(m, hex);
    struct bgp_nlri_iter it = bgp_nlri_over(cur_over(m->bytes, m->used), family, &ctx, withdraw);
    CHECK(bgp_nlri_next(&it, &n));
    return n;
}

static bool same_bytes(struct cursor a, struct cursor b)
{
    return cur_left(&a) == cur_left(&b) && !memcmp(a.at, b.at, cur_left(&a));
}

static void test_keys(void)
{
    static const struct {
        const char *words;
        enum bgp_family family;
        const char *one;
        bool withdrawn; /* the other one */
        const char *other;
        bool same;
    } rows[] = {
        { "IPv4", FAMILY_IPV4_UNICAST, "18 c00002", true, "18 c00002", true },
        { "another length", FAMILY_IPV4_UNICAST, "17 c00002", false, "18 c00002", false },
        { "another label", FAMILY_IPV4_LABELED_UNICAST, "30 000641 c00002", true, "30 800000 c00002", true },
        { "two labels and one", FAMILY_IPV4_LABELED_UNICAST, "48 000640 000641 c00002", true,
          "30 800000 c00002", true },
        { "another RD", FAMILY_VPNV4_UNICAST, "70 000641 " RD0 " c00002", false, "70 000641 " RD1 " c00002",
          false },
        { "VPN, another label", FAMILY_VPNV4_UNICAST, "70 000641 " RD0 " c00002", true,
          "70 800000 " RD0 " c00002", true },
        { "EVPN, another label", FAMILY_L2VPN_EVPN, "02 21 " RD1 NO_ESI " 00000000 30 001122334455 00 000641",
          true, "02 24 " RD1 NO_ESI " 00000000 30 001122334455 00 000651 000641", true },
        { "EVPN, another MAC", FAMILY_L2VPN_EVPN, "02 21 " RD1 NO_ESI " 00000000 30 001122334455 00 000641",
          false, "02 21 " RD1 NO_ESI " 00000000 30 001122334456 00 000641", false },
        { "EVPN, another RD", FAMILY_L2VPN_EVPN, "03 11 " RD1 " 00000000 20 0a000001", false,
          "03 11 " RD0 " 00000000 20 0a000001", false },
        { "EVPN prefix, another gateway", FAMILY_L2VPN_EVPN,
          "05 22 " RD1 NO_ESI " 00000000 18 0a010200 0a000009 000641", false,
          "05 22 " RD1 NO_ESI " 00000000 18 0a010200 00000000 000651", true },
        { "EVPN multicast, other flags", FAMILY_L2VPN_EVPN,
          "06 18 " RD1 " 00000064 00 20 e1010101 20 0a000002 02", false,
          "06 18 " RD1 " 00000064 00 20 e1010101 20 0a000002 01", true },
        { "VPLS, another label base", FAMILY_L2VPN_VPLS, "0011 " RD0 " 0001 0009 0008 003201", false,
          "0011 " RD0 " 0001 0009 0008 003301", true },
        { "flow specification", FAMILY_IPV4_FLOWSPEC, "03 038106", false, "03 038111", false },
    };
    static struct made a, b;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bgp_nlri one = only(&a, rows[i].family, false, rows[i].one);
        struct bgp_nlri other = only(&b, rows[i].family, rows[i].withdrawn, rows[i].other);
        bool same = one.type == other.type && one.bits == other.bits && same_bytes(one.key, other.key);
        CHECK_CASE(rows[i].words, same == rows[i].same);
    }
}

/* ---- labels are as wide as the encapsulation says ---- */

static void test_vni(void)
{
    static struct made m;
    const struct bgp_ctx ctx = { .as4 = true };
    for (int vxlan = 0; vxlan < 2; vxlan++) {
        make_hex_update(
            &m, "",
            vxlan ? "40 01 01 00 40 02 00 80 0e 24 0019 46 04 0a000001 00 01 19 " RD1 ESI "00000064 000064"
                    "c0 10 08 030c000000000008"
                  : "40 01 01 00 40 02 00 80 0e 24 0019 46 04 0a000001 00 01 19 " RD1 ESI "00000064 000641",
            "");
        struct buf json = tell_update(&m, &ctx);
        CHECK(strstr(buf_text(&json), "\"labels\":[100]"));
        buf_free(&json);
    }
}

/* ---- bogons ---- */

static void test_bogons(void)
{
    static const struct {
        enum bgp_family family;
        const char *hex, *words;
    } rows[] = {
        { FAMILY_IPV4_UNICAST, "00", NULL },
        { FAMILY_IPV4_UNICAST, "08 08", NULL },
        { FAMILY_IPV4_UNICAST, "18 010203", NULL },
        { FAMILY_IPV4_UNICAST, "08 00", "this network (RFC 791)" },
        { FAMILY_IPV4_UNICAST, "08 0a", "private use (RFC 1918)" },
        { FAMILY_IPV4_UNICAST, "20 0a010203", "private use (RFC 1918)" },
        { FAMILY_IPV4_UNICAST, "07 0a", NULL }, /* it holds more than what is private */
        { FAMILY_IPV4_UNICAST, "0a 6440", "shared address space (RFC 6598)" },
        { FAMILY_IPV4_UNICAST, "0a 6480", NULL },
        { FAMILY_IPV4_UNICAST, "08 7f", "loopback (RFC 1122)" },
        { FAMILY_IPV4_UNICAST, "10 a9fe", "link-local (RFC 3927)" },
        { FAMILY_IPV4_UNICAST, "0c ac10", "private use (RFC 1918)" },
        { FAMILY_IPV4_UNICAST, "10 ac1f", "private use (RFC 1918)" },
        { FAMILY_IPV4_UNICAST, "10 ac20", NULL },
        { FAMILY_IPV4_UNICAST, "18 c00000", "IETF protocol assignments (RFC 6890)" },
        { FAMILY_IPV4_UNICAST, "18 c00002", "documentation (RFC 5737)" },
        { FAMILY_IPV4_UNICAST, "18 c0a801", "private use (RFC 1918)" },
        { FAMILY_IPV4_UNICAST, "0f c612", "benchmarking (RFC 2544)" },
        { FAMILY_IPV4_UNICAST, "10 c613", "benchmarking (RFC 2544)" },
        { FAMILY_IPV4_UNICAST, "18 c63364", "documentation (RFC 5737)" },
        { FAMILY_IPV4_UNICAST, "18 cb0071", "documentation (RFC 5737)" },
        { FAMILY_IPV4_UNICAST, "08 ef", "multicast (RFC 5771)" },
        { FAMILY_IPV4_UNICAST, "20 ffffffff", "reserved (RFC 1112)" },
        { FAMILY_IPV6_UNICAST, "00", NULL },
        { FAMILY_IPV6_UNICAST, "20 26200000", NULL },
        { FAMILY_IPV6_UNICAST, "80 00000000000000000000000000000001",
          "reserved: unspecified, loopback, IPv4-mapped (RFC 4291)" },
        { FAMILY_IPV6_UNICAST, "60 0064ff9b0000000000000000", NULL },
        { FAMILY_IPV6_UNICAST, "30 0064ff9b0001", "local-use translation (RFC 8215)" },
        { FAMILY_IPV6_UNICAST, "40 0100000000000000", "discard only (RFC 6666)" },
        { FAMILY_IPV6_UNICAST, "1c 20010010", "ORCHID, deprecated (RFC 4843)" },
        { FAMILY_IPV6_UNICAST, "30 200100020000", "benchmarking (RFC 5180)" },
        { FAMILY_IPV6_UNICAST, "20 20010db8", "documentation (RFC 3849)" },
        { FAMILY_IPV6_UNICAST, "10 3ffe", "6bone, returned (RFC 3701)" },
        { FAMILY_IPV6_UNICAST, "14 3fff00", "documentation (RFC 9637)" },
        { FAMILY_IPV6_UNICAST, "14 3fff10", NULL },
        { FAMILY_IPV6_UNICAST, "10 5f00", "SRv6 SIDs (RFC 9602)" },
        { FAMILY_IPV6_UNICAST, "08 fd", "unique local (RFC 4193)" },
        { FAMILY_IPV6_UNICAST, "0a fe80", "link-local (RFC 4291)" },
        { FAMILY_IPV6_UNICAST, "0a fec0", "site-local, deprecated (RFC 3879)" },
        { FAMILY_IPV6_UNICAST, "08 ff", "multicast (RFC 4291)" },
        { FAMILY_IPV4_MULTICAST, "08 0a", NULL }, /* unicast only */
        { FAMILY_VPNV4_UNICAST, "60 000641 " RD0 " 0a", NULL },
    };
    static struct made m;
    size_t words = 0, told = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bgp_nlri n = only(&m, rows[i].family, false, rows[i].hex);
        const char *bogon = bgp_nlri_bogon(&n);
        CHECK_TEXT(bogon ? bogon : "none", rows[i].words ? rows[i].words : "none");
        told += rows[i].words != NULL;
    }
#define BOGON_PREFIX(afi, bits, text, ...) words += (text) != NULL;
#include "decode/bgp/bogon_prefix.def"
#undef BOGON_PREFIX
    CHECK(told >= words);
}

int main(void)
{
    test_cases();
    test_cuts();
    test_rows();
    test_no_family();
    test_keys();
    test_vni();
    test_bogons();
    return CHECK_END();
}
