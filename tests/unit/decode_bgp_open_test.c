/* OPEN: what the parameters hold, what capabilities say and change, what two sides agree on. */
#include "tests/check.h"
#include "tests/make/make_bgp.h"

enum { HEADER = BGP_HEADER, PARAMS = 29, AS_TRANS = 23456 };

#define BIT(family) (UINT64_C(1) << FAMILY_##family)
#define BYTES(...)  (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static struct made m;
static struct bgp_open o;

static const struct bgp_open *reading(void)
{
    struct bgp_msg msg = make_msg(&m);
    bgp_open_read(&msg, &o);
    return &o;
}

static bool faulty(const struct faults *f, enum fault_code code, size_t offset)
{
    for (unsigned i = 0; i < f->count; i++)
        if (f->list[i].code == code && f->list[i].offset == offset)
            return true;
    return false;
}

/* ---- capabilities: how each is told, and whether it is well ---- */

static const struct {
    const char *words;
    uint8_t code;
    const uint8_t *value;
    size_t size;
    enum fault_code fault;
    const char *told; /* behind code and name */
} caps[] = {
    { "family", 1, BYTES(0, 1, 0, 1), FAULT_COUNT, ",\"family\":\"ipv4-unicast\"" },
    { "family, reserved byte ignored", 1, BYTES(0, 25, 9, 70), FAULT_COUNT, ",\"family\":\"l2vpn-evpn\"" },
    { "family that nobody knows", 1, BYTES(0x12, 0x34, 0, 99), FAULT_COUNT, ",\"family\":\"4660/99\"" },
    { "family too short", 1, BYTES(0, 1, 0), FAULT_BGP_CAP_LENGTH, ",\"data\":\"000100\"" },
    { "family too long", 1, BYTES(0, 1, 0, 1, 0), FAULT_BGP_CAP_LENGTH, ",\"data\":\"0001000100\"" },
    { "route refresh", 2, NULL, 0, FAULT_COUNT, "" },
    { "route refresh with a value", 2, BYTES(1), FAULT_BGP_CAP_LENGTH, ",\"data\":\"01\"" },
    { "outbound filters", 3, BYTES(0, 1, 0, 1, 2, 64, 3, 128, 1, 0, 2, 0, 1, 1, 65, 9), FAULT_COUNT,
      ",\"families\":[{\"family\":\"ipv4-unicast\",\"types\":[{\"type\":64,\"name\":\"address-prefix\","
      "\"mode\":\"both\"},{\"type\":128,\"name\":\"address-prefix (prestandard)\",\"mode\":\"receive\"}]},"
      "{\"family\":\"ipv6-unicast\",\"types\":[{\"type\":65,\"name\":\"covering-prefixes\",\"mode\":9}]}]" },
    { "outbound filters, count too large", 3, BYTES(0, 1, 0, 1, 2, 64, 3), FAULT_BGP_CAP_LENGTH,
      ",\"data\":\"00010001024003\"" },
    { "outbound filters, one byte over", 3, BYTES(0, 1, 0, 1, 1, 64, 3, 0), FAULT_BGP_CAP_LENGTH,
      ",\"data\":\"0001000101400300\"" },
    { "several routes", 4, BYTES(1, 2), FAULT_COUNT, ",\"data\":\"0102\"" },
    { "next hops of another family", 5, BYTES(0, 1, 0, 1, 0, 2, 0, 1, 0, 128, 0, 25), FAULT_COUNT,
      ",\"families\":[{\"family\":\"ipv4-unicast\",\"next_hop\":\"ipv6\"},"
      "{\"family\":\"vpnv4-unicast\",\"next_hop\":25}]" },
    { "next hops cut short", 5, BYTES(0, 1, 0, 1, 0), FAULT_BGP_CAP_LENGTH, ",\"data\":\"0001000100\"" },
    { "extended messages", 6, NULL, 0, FAULT_COUNT, "" },
    { "BGPsec", 7, BYTES(0x08, 0, 2), FAULT_COUNT, ",\"version\":0,\"mode\":\"send\",\"afi\":\"ipv6\"" },
    { "labels", 8, BYTES(0, 1, 4, 3), FAULT_COUNT,
      ",\"families\":[{\"family\":\"ipv4-labeled-unicast\",\"labels\":3}]" },
    { "role", 9, BYTES(3), FAULT_COUNT, ",\"role\":\"customer\"" },
    { "role, not assigned", 9, BYTES(5), FAULT_BGP_CAP_VALUE, ",\"role\":5" },
    { "role of no byte", 9, NULL, 0, FAULT_BGP_CAP_LENGTH, "" },
    { "graceful restart", 64, BYTES(0xc0, 120, 0, 1, 1, 0x80, 0, 2, 1, 0), FAULT_COUNT,
      ",\"restarting\":true,\"notification\":true,\"restart_time\":120,\"families\":[{\"family\":"
      "\"ipv4-unicast\",\"forwarding\":true},{\"family\":\"ipv6-unicast\",\"forwarding\":false}]" },
    { "graceful restart, families left out", 64, BYTES(0x0f, 0xff), FAULT_COUNT,
      ",\"restarting\":false,\"notification\":false,\"restart_time\":4095,\"families\":[]" },
    { "graceful restart cut short", 64, BYTES(0, 120, 0, 1, 1), FAULT_BGP_CAP_LENGTH,
      ",\"data\":\"0078000101\"" },
    { "AS of four bytes", 65, BYTES(0, 0, 0xfd, 0xe9), FAULT_COUNT, ",\"asn\":65001" },
    { "AS of two bytes", 65, BYTES(0xfd, 0xe9), FAULT_BGP_CAP_LENGTH, ",\"data\":\"fde9\"" },
    { "deprecated", 66, BYTES(1), FAULT_COUNT, ",\"data\":\"01\"" },
    { "dynamic", 67, BYTES(1, 2), FAULT_COUNT, ",\"codes\":[1,2]" },
    { "multisession", 68, BYTES(0x80, 1), FAULT_COUNT, ",\"flags\":128,\"codes\":[1]" },
    { "ADD-PATH", 69, BYTES(0, 1, 1, 1, 0, 2, 1, 2, 0, 1, 4, 3), FAULT_COUNT,
      ",\"families\":[{\"family\":\"ipv4-unicast\",\"mode\":\"receive\"},{\"family\":\"ipv6-unicast\","
      "\"mode\":\"send\"},{\"family\":\"ipv4-labeled-unicast\",\"mode\":\"both\"}]" },
    { "ADD-PATH, mode not assigned", 69, BYTES(0, 1, 1, 4), FAULT_BGP_CAP_VALUE,
      ",\"families\":[{\"family\":\"ipv4-unicast\",\"mode\":4}]" },
    { "ADD-PATH cut short", 69, BYTES(0, 1, 1), FAULT_BGP_CAP_LENGTH, ",\"data\":\"000101\"" },
    { "enhanced refresh", 70, NULL, 0, FAULT_COUNT, "" },
    { "long-lived restart", 71, BYTES(0, 1, 1, 0x80, 1, 0x51, 0x80), FAULT_COUNT,
      ",\"families\":[{\"family\":\"ipv4-unicast\",\"forwarding\":true,\"stale_time\":86400}]" },
    { "long-lived restart cut short", 71, BYTES(0, 1, 1, 0x80, 1, 0x51), FAULT_BGP_CAP_LENGTH,
      ",\"data\":\"000101800151\"" },
    { "policy distribution", 72, BYTES(0, 1, 75, 2), FAULT_COUNT,
      ",\"families\":[{\"family\":\"1/75\",\"mode\":\"send\"}]" },
    { "names", 73, BYTES(2, 'r', '1', 3, 'l', 'a', 'b'), FAULT_COUNT, ",\"host\":\"r1\",\"domain\":\"lab\"" },
    { "names, no domain", 73, BYTES(2, 'r', '1', 0), FAULT_COUNT, ",\"host\":\"r1\",\"domain\":\"\"" },
    { "names that are no text", 73, BYTES(3, 0xff, 0x1b, 'x', 0), FAULT_COUNT,
      ",\"host\":\"\xef\xbf\xbd\xef\xbf\xbdx\",\"domain\":\"\"" },
    { "names, host too long", 73, BYTES(4, 'r', '1', 0), FAULT_BGP_CAP_LENGTH, ",\"data\":\"04723100\"" },
    { "names, bytes left over", 73, BYTES(1, 'r', 0, 'x'), FAULT_BGP_CAP_LENGTH, ",\"data\":\"01720078\"" },
    { "BFD", 74, NULL, 0, FAULT_COUNT, "" },
    { "software", 75, BYTES(5, 'F', 'R', 'R', '/', '9'), FAULT_COUNT, ",\"version\":\"FRR/9\"" },
    { "software, length wrong", 75, BYTES(6, 'F'), FAULT_BGP_CAP_LENGTH, ",\"data\":\"0646\"" },
    { "limit of paths", 76, BYTES(0, 1, 1, 1, 0), FAULT_COUNT,
      ",\"families\":[{\"family\":\"ipv4-unicast\",\"limit\":256}]" },
    { "prestandard refresh", 128, NULL, 0, FAULT_COUNT, "" },
    { "prestandard filters", 130, BYTES(0, 1, 0, 1, 1, 128, 2), FAULT_COUNT,
      ",\"families\":[{\"family\":\"ipv4-unicast\",\"types\":[{\"type\":128,\"name\":"
      "\"address-prefix (prestandard)\",\"mode\":\"send\"}]}]" },
    { "prestandard names", 184, BYTES(1, 'a', 1, 'b'), FAULT_COUNT, ",\"host\":\"a\",\"domain\":\"b\"" },
    { "not assigned", 200, BYTES(1, 2, 3), FAULT_COUNT, ",\"data\":\"010203\"" },
};

static void one_cap(void)
{
    for (size_t i = 0; i < COUNT(caps); i++) {
        make_open(&m, 65001, 90, 0x0a000001);
        make_cap(&m, caps[i].code, caps[i].value, caps[i].size);
        make_open_end(&m);
        reading();
        CHECK_CASE(caps[i].words, o.cap_count == 1 && !o.caps_lost && !o.caps_cut);
        CHECK_CASE(caps[i].words, o.faults.count == (caps[i].fault != FAULT_COUNT));
        if (o.faults.count) {
            CHECK_CASE(caps[i].words, faulty(&o.faults, caps[i].fault, PARAMS + 2));
            CHECK_CASE(caps[i].words, o.faults.list[0].detail == caps[i].code);
        }

        struct buf got = buf_init(1 << 16), want = buf_init(1 << 16);
        struct writer w = writer_init(&writer_json, &got);
        bgp_cap_tell(&w, &o.caps[0]);
        const char *name = bgp_cap_name(caps[i].code);
        buf_printf(&want, "{\"code\":%u,\"name\":\"%s\"%s}", caps[i].code, name ? name : "Unknown",
                   caps[i].told);
        CHECK_TEXT(buf_text(&got), buf_text(&want));
        buf_free(&got);
        buf_free(&want);
    }
}

/* ---- what capabilities change ---- */

static void plain(void)
{
    make_open(&m, 65001, 90, 0x0a000001);
    make_open_end(&m);
    reading();
    CHECK(o.version == 4 && o.asn == 65001 && o.my_as == 65001 && o.hold == 90 && o.router_id == 0x0a000001);
    CHECK(o.families == BIT(IPV4_UNICAST) && !o.has_multiprotocol); /* RFC 4760 8 */
    CHECK(!o.as4 && !o.graceful && !o.route_refresh && o.role == -1 && !o.caps_cut && !o.extended_params);
    CHECK(!o.faults.count && !o.cap_count);
}

static void absorbed(void)
{
    make_open(&m, AS_TRANS, 180, 0xc0000201);
    make_cap_family(&m, 2, 1);
    make_cap_family(&m, 25, 70);
    make_cap_family(&m, 4660, 99);
    make_cap_as4(&m, 4200000001u);
    make_cap(&m, 2, NULL, 0);
    make_cap(&m, 70, NULL, 0);
    make_cap(&m, 6, NULL, 0);
    make_cap(&m, 9, "\1", 1);
    make_cap(&m, 9, "\1", 1);
    make_cap_add_path(&m, 1, 1, 1);
    make_cap_add_path(&m, 2, 1, 3);
    make_cap_add_path(&m, 1, 4, 2);
    make_cap(&m, 64, "\x8f\xff\0\1\1\x80", 6);
    make_cap(&m, 64, "\xc0\x78\0\2\1\x80\0\1\1\0", 10);
    make_cap(&m, 71, "\0\2\1\0\0\0\x1e", 7);
    make_open_end(&m);
    reading();
    CHECK(!o.faults.count && o.cap_count == 15);
    CHECK(o.has_multiprotocol && o.families == (BIT(IPV6_UNICAST) | BIT(L2VPN_EVPN)));
    CHECK(o.as4 && o.asn == 4200000001u && o.my_as == AS_TRANS);
    CHECK(o.route_refresh && o.enhanced_refresh && o.extended_message && o.llgr && o.role == 1);
    CHECK(o.add_path_receive == (BIT(IPV4_UNICAST) | BIT(IPV6_UNICAST)));
    CHECK(o.add_path_send == (BIT(IPV6_UNICAST) | BIT(IPV4_LABELED_UNICAST)));
    /* of two graceful restarts the last counts: RFC 4724 3 */
    CHECK(o.graceful && o.restarting && o.n_bit && o.restart_time == 120);
    CHECK(o.restart_families == (BIT(IPV4_UNICAST) | BIT(IPV6_UNICAST)) && o.forwarding == BIT(IPV6_UNICAST));
}

static void malformed_changes_nothing(void)
{
    make_open(&m, 65001, 90, 1);
    make_cap(&m, 65, "\0\0\1", 3);
    make_cap(&m, 69, "\0\1\1\3\0", 5);
    make_cap(&m, 9, "\7", 1);
    make_open_end(&m);
    reading();
    CHECK(!o.as4 && o.asn == 65001 && !o.add_path_send && !o.add_path_receive && o.role == -1);
    CHECK(o.faults.count == 3 && faulty(&o.faults, FAULT_BGP_CAP_LENGTH, PARAMS + 2));
    CHECK(faulty(&o.faults, FAULT_BGP_CAP_LENGTH, PARAMS + 9) &&
          faulty(&o.faults, FAULT_BGP_CAP_VALUE, PARAMS + 18));
}

static void two_roles(void)
{
    make_open(&m, 65001, 90, 1);
    make_cap(&m, 9, "\0", 1);
    make_cap(&m, 9, "\3", 1);
    make_open_end(&m);
    CHECK(faulty(&reading()->faults, FAULT_BGP_CAP_ROLES, PARAMS + 7));
}

/* ---- the fixed part ---- */

static const struct {
    const char *words;
    unsigned version, my_as, hold;
    uint32_t as4, router_id; /* as4 0: no capability 65 */
    enum fault_code fault;
    size_t offset;
} fixed[] = {
    { "all well", 4, 65001, 180, 65001, 1, FAULT_COUNT, 0 },
    { "hold time 0", 4, 65001, 0, 65001, 1, FAULT_COUNT, 0 },
    { "hold time 3", 4, 65001, 3, 65001, 1, FAULT_COUNT, 0 },
    { "hold time 2", 4, 65001, 2, 65001, 1, FAULT_BGP_OPEN_HOLD_TIME, 22 },
    { "hold time 1", 4, 65001, 1, 65001, 1, FAULT_BGP_OPEN_HOLD_TIME, 22 },
    { "version 3", 3, 65001, 180, 65001, 1, FAULT_BGP_OPEN_VERSION, 19 },
    { "AS 0", 4, 0, 180, 0, 1, FAULT_BGP_OPEN_AS_ZERO, 20 },
    { "AS_TRANS for a large one", 4, AS_TRANS, 180, 400001, 1, FAULT_COUNT, 0 },
    { "AS_TRANS for a small one", 4, AS_TRANS, 180, 65001, 1, FAULT_COUNT, 0 },
    { "AS_TRANS alone", 4, AS_TRANS, 180, 0, 1, FAULT_BGP_OPEN_AS_TRANS, 20 },
    { "AS_TRANS for itself", 4, AS_TRANS, 180, AS_TRANS, 1, FAULT_BGP_OPEN_AS_TRANS, 20 },
    { "two ASes", 4, 65001, 180, 65002, 1, FAULT_BGP_OPEN_AS_DIFFERS, 20 },
    { "identifier 0", 4, 65001, 180, 65001, 0, FAULT_BGP_OPEN_IDENTIFIER, 24 },
};

static void fixed_part(void)
{
    for (size_t i = 0; i < COUNT(fixed); i++) {
        make_open(&m, fixed[i].my_as, fixed[i].hold, fixed[i].router_id);
        m.bytes[HEADER] = (uint8_t)fixed[i].version;
        if (fixed[i].as4)
            make_cap_as4(&m, fixed[i].as4);
        make_open_end(&m);
        reading();
        CHECK_CASE(fixed[i].words, o.asn == (fixed[i].as4 ? fixed[i].as4 : fixed[i].my_as));
        CHECK_CASE(fixed[i].words, o.faults.count == (fixed[i].fault != FAULT_COUNT));
        CHECK_CASE(fixed[i].words, !o.faults.count || faulty(&o.faults, fixed[i].fault, fixed[i].offset));
    }
    make_open(&m, AS_TRANS, 180, 1);
    make_cap_as4(&m, 0);
    make_open_end(&m);
    CHECK(faulty(&reading()->faults, FAULT_BGP_OPEN_AS_ZERO, 20));
}

/* ---- parameters ---- */

static const struct {
    const char *words;
    const uint8_t *bytes; /* from the length of the parameters on */
    size_t size;
    unsigned caps;
    uint8_t odd;
    bool extended;
    enum fault_code fault;
    size_t offset;
} params[] = {
    { "one capability in each", BYTES(8, 2, 2, 2, 0, 2, 2, 6, 0), 2, 0, false, FAULT_COUNT, 0 },
    { "two capabilities in one", BYTES(6, 2, 4, 2, 0, 6, 0), 2, 0, false, FAULT_COUNT, 0 },
    { "a parameter without capabilities", BYTES(6, 2, 0, 2, 2, 2, 0), 1, 0, false, FAULT_COUNT, 0 },
    { "authentication", BYTES(7, 1, 1, 0, 2, 2, 2, 0), 1, 1, false, FAULT_BGP_OPEN_PARAM, 29 },
    { "unknown parameter behind", BYTES(7, 2, 2, 2, 0, 77, 1, 0), 1, 77, false, FAULT_BGP_OPEN_PARAM, 33 },
    { "255 that is not the first", BYTES(6, 2, 2, 2, 0, 255, 0), 1, 255, false, FAULT_BGP_OPEN_PARAM, 33 },
    { "list shorter than the message", BYTES(4, 2, 2, 2, 0, 2, 2, 6, 0), 1, 0, false, FAULT_BGP_OPEN_LENGTH,
      28 },
    { "list longer than the message", BYTES(5, 2, 2, 2, 0), 1, 0, false, FAULT_BGP_OPEN_LENGTH, 28 },
    { "no list, and bytes behind", BYTES(0, 2, 2, 2, 0), 0, 0, false, FAULT_BGP_OPEN_LENGTH, 28 },
    { "parameter past its list", BYTES(4, 2, 3, 2, 0), 1, 0, false, FAULT_BGP_OPEN_PARAM_LENGTH, 29 },
    { "half a parameter's header", BYTES(5, 2, 2, 2, 0, 2), 1, 0, false, FAULT_BGP_OPEN_PARAM_LENGTH, 33 },
    { "capability past its parameter", BYTES(8, 2, 2, 65, 4, 2, 2, 6, 0), 1, 0, false, FAULT_BGP_CAP_SHORT,
      31 },
    { "half a capability's header", BYTES(5, 2, 3, 2, 0, 6), 1, 0, false, FAULT_BGP_CAP_SHORT, 33 },
    { "extended", BYTES(255, 255, 0, 10, 2, 0, 2, 2, 0, 2, 0, 2, 6, 0), 2, 0, true, FAULT_COUNT, 0 },
    { "extended, first length disregarded", BYTES(9, 255, 0, 5, 2, 0, 2, 2, 0), 1, 0, true, FAULT_COUNT, 0 },
    { "extended, empty", BYTES(255, 255, 0, 0), 0, 0, true, FAULT_COUNT, 0 },
    { "extended, length wrong", BYTES(255, 255, 0, 6, 2, 0, 2, 2, 0), 1, 0, true, FAULT_BGP_OPEN_LENGTH, 28 },
    { "extended, length cut off", BYTES(255, 255, 0), 0, 0, true, FAULT_BGP_OPEN_LENGTH, 28 },
    { "extended, parameter past its list", BYTES(255, 255, 0, 5, 2, 1, 2, 2, 0), 1, 0, true,
      FAULT_BGP_OPEN_PARAM_LENGTH, 32 },
    { "long list, not extended", BYTES(255, 2, 2, 2, 0), 1, 0, false, FAULT_BGP_OPEN_LENGTH, 28 },
};

static void parameters(void)
{
    for (size_t i = 0; i < COUNT(params); i++) {
        make_open(&m, 65001, 90, 1);
        m.used--;
        make_bytes(&m, params[i].bytes, params[i].size);
        make_end(&m);
        reading();
        CHECK_CASE(params[i].words, o.cap_count == params[i].caps);
        CHECK_CASE(params[i].words, o.odd_param == params[i].odd);
        CHECK_CASE(params[i].words, o.extended_params == params[i].extended);
        CHECK_CASE(params[i].words, o.faults.count == (params[i].fault != FAULT_COUNT));
        CHECK_CASE(params[i].words, !o.faults.count || faulty(&o.faults, params[i].fault, params[i].offset));
    }
}

/* More capabilities than are kept still count. */
static void many(void)
{
    make_open(&m, 65001, 90, 1);
    m.used--;
    make_bytes(&m, "\xff\xff", 2);
    size_t list = make_u16(&m, 0);
    for (unsigned i = 0; i < 120; i++) {
        make_u8(&m, 2);
        make_u16(&m, 2);
        make_u8(&m, i < 119 ? 2 : 6);
        make_u8(&m, 0);
    }
    make_length16(&m, list);
    make_end(&m);
    reading();
    CHECK(o.cap_count == BGP_CAPS_MAX && o.caps_lost == 120 - BGP_CAPS_MAX && o.extended_message);
    CHECK(!o.faults.count);
}

/* ---- what two sides agree on ---- */

static void negotiated(void)
{
    struct bgp_open a = { .as4 = true, .extended_message = true, .add_path_send = 5, .add_path_receive = 2 };
    struct bgp_open b = { .as4 = true, .extended_message = true, .add_path_send = 2, .add_path_receive = 6 };
    struct bgp_ctx ab = bgp_negotiate(&a, &b), ba = bgp_negotiate(&b, &a);
    CHECK(ab.as4 && ab.extended && ab.add_path == 4);
    CHECK(ba.as4 && ba.extended && ba.add_path == 2);
    CHECK(!ab.inferred_as4 && !ab.inferred_add_path);
    a.as4 = b.extended_message = false;
    ab = bgp_negotiate(&a, &b);
    ba = bgp_negotiate(&b, &a);
    CHECK(!ab.as4 && !ab.extended && !ba.as4 && !ba.extended);
}

/* ---- the whole, told ---- */

static void tell(const struct bgp_msg *msg, struct buf *json)
{
    struct writer w = writer_init(&writer_json, json);
    buf_clear(json);
    write_object(&w, NULL);
    bgp_tell(&w, msg, &(struct bgp_ctx){ 0 });
    write_end(&w);
}

static void told(void)
{
    struct buf out = buf_init(1 << 16);
    make_open(&m, AS_TRANS, 90, 0x0a000001);
    make_cap_family(&m, 2, 1);
    make_cap_as4(&m, 400001);
    make_open_end(&m);
    struct bgp_msg msg = make_msg(&m);
    tell(&msg, &out);
    CHECK_TEXT(buf_text(&out),
               "{\"type\":\"OPEN\",\"length\":45,\"open\":{\"version\":4,\"asn\":400001,\"my_as\":23456,"
               "\"hold_time\":90,\"router_id\":\"10.0.0.1\",\"capabilities\":["
               "{\"code\":1,\"name\":\"Multiprotocol Extensions\",\"family\":\"ipv6-unicast\"},"
               "{\"code\":65,\"name\":\"4-octet AS Number\",\"asn\":400001}]}}");
    buf_clear(&out);
    bgp_line(&msg, &(struct bgp_ctx){ 0 }, &out);
    CHECK_TEXT(buf_text(&out), "OPEN AS 400001, hold time 90 s, router ID 10.0.0.1, ipv6-unicast");

    m.bytes[22] = 0;
    m.bytes[23] = 2;
    tell(&msg, &out);
    CHECK(strstr(buf_text(&out),
                 "\"faults\":[{\"code\":\"bgp.open.hold-time\",\"offset\":22,\"text\":\"hold time "
                 "of one or two seconds (2)\"}]"));
    buf_clear(&out);
    bgp_line(&msg, &(struct bgp_ctx){ 0 }, &out);
    CHECK(strstr(buf_text(&out), " [hold time of one or two seconds (2)]"));
    buf_free(&out);
}

/* ---- cut: told as far as it goes, and nothing is held against the sender ---- */

static void look_at_cut(const uint8_t *bytes, size_t size, void *with)
{
    static const struct {
        size_t from; /* told from so many bytes on: capabilities when they are whole */
        const char *key;
    } keys[] = { { 20, "\"version\":4" },  { 22, "\"asn\":65001" },         { 24, "\"hold_time\":90" },
                 { 28, "\"router_id\":" }, { PARAMS + 8, "{\"code\":65," }, { PARAMS + 12, "{\"code\":2," } };
    struct buf *out = with;
    struct bgp_msg msg;
    enum bgp_got got = bgp_next(bytes, size, BGP_LARGEST, &msg);
    if (size < BGP_HEADER)
        return;
    msg.cut = got == BGP_MORE;
    bgp_open_read(&msg, &o);
    CHECK(!o.faults.count);
    CHECK(o.caps_cut == msg.cut);
    CHECK(o.families == (msg.cut ? 0 : BIT(IPV4_UNICAST)));
    tell(&msg, out);
    for (size_t i = 0; i < COUNT(keys); i++) {
        bool there = strstr(buf_text(out), keys[i].key);
        CHECK_CASE(keys[i].key, there == (size >= keys[i].from));
    }
    CHECK(!!strstr(buf_text(out), "\"truncated\":true") == msg.cut);
    CHECK(!strstr(buf_text(out), "faults"));
    buf_clear(out);
    bgp_line(&msg, &(struct bgp_ctx){ 0 }, out);
    CHECK(!!strstr(buf_text(out), " (cut)") == msg.cut);
}

/* The same bytes in a message that claims to be whole: whatever it says, nothing is read past the end. */
static void look_at_end(const uint8_t *bytes, size_t size, void *with)
{
    if (size < BGP_HEADER)
        return;
    struct bgp_msg msg = { .type = BGP_OPEN,
                           .length = (uint16_t)size,
                           .body = cur_over(bytes + BGP_HEADER, size - BGP_HEADER),
                           .raw = bytes,
                           .fault = FAULT_COUNT };
    bgp_open_read(&msg, &o);
    CHECK((o.faults.count > 0) == (size != *(size_t *)with));
}

static void cuts(void)
{
    struct buf out = buf_init(1 << 16);
    make_open(&m, 65001, 90, 0x0a000001);
    make_cap_as4(&m, 65001);
    make_cap(&m, 2, NULL, 0);
    make_open_end(&m);
    make_every_cut(&m, look_at_cut, &out);
    make_every_cut(&m, look_at_end, &m.used);
    buf_free(&out);

    make_open(&m, 65001, 90, 0x0a000001);
    for (size_t i = 0; i < COUNT(caps); i++)
        if (caps[i].fault == FAULT_COUNT && m.used < 230)
            make_cap(&m, caps[i].code, caps[i].value, caps[i].size);
    make_open_end(&m);
    make_every_cut(&m, look_at_end, &m.used);
    make_open(&m, 65001, 90, 0x0a000001);
    for (size_t i = COUNT(caps); i-- && m.used < 230;)
        if (caps[i].fault == FAULT_COUNT)
            make_cap(&m, caps[i].code, caps[i].value, caps[i].size);
    make_open_end(&m);
    make_every_cut(&m, look_at_end, &m.used);
}

int main(void)
{
    one_cap();
    plain();
    absorbed();
    malformed_changes_nothing();
    two_roles();
    fixed_part();
    parameters();
    many();
    negotiated();
    told();
    cuts();
    return CHECK_END();
}
