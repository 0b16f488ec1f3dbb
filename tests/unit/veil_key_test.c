/* What becomes of addresses, AS numbers and MACs: one to one, within their classes, with the prefixes that they share. */
#include "tests/check.h"
#include "veil/key.h"
#include "veil/veil.h"

#include "base/addr.h"

static struct veil_key key;

static unsigned shared(const uint8_t *a, const uint8_t *b, unsigned size)
{
    for (unsigned i = 0; i < size * 8; i++)
        if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1)
            return i;
    return size * 8;
}

static struct addr become(const char *text)
{
    struct addr a = addr_parse(text);
    key_prefix(&key, a.b, a.size, a.size * 8u);
    return a;
}

static void prefixes_are_kept(void)
{
    static const char *const texts[] = { "8.8.8.8",     "8.8.4.4",      "8.8.8.9",     "193.0.0.1",
                                         "193.0.0.129", "11.0.0.1",     "10.0.0.1",    "10.0.0.2",
                                         "10.255.0.1",  "172.16.0.1",   "172.32.0.1",  "192.168.1.1",
                                         "192.169.1.1", "223.255.0.1",  "203.0.113.9", "203.0.112.9",
                                         "1.1.1.1",     "9.255.255.255" };
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (unsigned j = 0; j < sizeof texts / sizeof texts[0]; j++) {
            struct addr a = addr_parse(texts[i]), b = addr_parse(texts[j]);
            struct addr x = become(texts[i]), y = become(texts[j]);
            CHECK_CASE(texts[i], shared(a.b, b.b, 4) == shared(x.b, y.b, 4));
        }
}

static void classes_are_kept(void)
{
    static const struct {
        const char *address;
        unsigned bits; /* of them the first stay */
        bool whole;    /* all of them do */
    } cases[] = {
        { "10.1.2.3", 8, false },      { "172.20.1.1", 12, false },  { "192.168.7.8", 16, false },
        { "100.64.5.6", 10, false },   { "169.254.3.4", 16, false }, { "198.51.100.7", 24, false },
        { "203.0.113.77", 24, false }, { "239.1.2.3", 4, false },    { "224.0.0.5", 32, true },
        { "0.0.0.0", 32, true },       { "0.0.0.1", 32, true },      { "127.0.0.1", 32, true },
        { "255.255.255.0", 32, true }, { "2001:db8::1", 32, false }, { "fe80::1:2", 64, false },
        { "fd00::1", 7, false },       { "ff02::5", 128, true },     { "::", 128, true },
        { "::1", 128, true },          { "2a00::1", 3, false },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct addr a = addr_parse(cases[i].address), b = become(cases[i].address);
        CHECK_CASE(cases[i].address, shared(a.b, b.b, a.size) >= cases[i].bits);
        CHECK_CASE(cases[i].address, addr_equal(&a, &b) == cases[i].whole);
    }
}

/* What is in no class gets into none. */
static void nothing_gets_in(void)
{
    for (uint32_t n = 0; n < 60000; n++) {
        uint32_t was = n * UINT32_C(71583) + 77;
        uint8_t p[4];
        put32(p, was);
        key_prefix(&key, p, 4, 32);
        CHECK((p[0] == 10) == (was >> 24 == 10) && (p[0] >= 224) == (was >> 24 >= 224));
        CHECK((get32(p) >> 20 == 0xac1) == (was >> 20 == 0xac1));
        CHECK((get32(p) >> 16 == 0xc0a8) == (was >> 16 == 0xc0a8));
    }
}

static void mapped_addresses_are_those_of_ipv4(void)
{
    struct addr six = become("::ffff:8.8.8.8"), four = become("8.8.8.8");
    CHECK_CASE("::ffff:8.8.8.8", !memcmp(six.b + 12, four.b, 4));
}

/* Not one in a hundred bits turns with its neighbour more often than chance has it: runs would tell. */
static void bits_turn_alone(void)
{
    unsigned same = 0, all = 0;
    for (uint32_t n = 1; n < 2000; n++) {
        uint32_t was = UINT32_C(0x50000000) + n * UINT32_C(4093);
        uint8_t p[4];
        put32(p, was);
        key_prefix(&key, p, 4, 32);
        uint32_t turned = was ^ get32(p);
        for (unsigned i = 0; i < 12; i++, all++)
            same += (turned >> i & 1) == (turned >> (i + 1) & 1);
    }
    CHECK(same > all * 48 / 100 && same < all * 52 / 100);
}

static void ases_are_one_to_one(void)
{
    static uint8_t seen[65536];
    for (uint32_t as = 0; as < 65536; as++) {
        uint32_t to = key_as(&key, as);
        CHECK(to < 65536 && !seen[to]++);
        CHECK((to >= 64512) == (as >= 64512) && (to >= 64496) == (as >= 64496));
        if (as == 0 || as == 23456 || as == 65535)
            CHECK(to == as);
    }
    CHECK_CASE("private", key_as(&key, 4200000001) >= 4200000000);
    CHECK_CASE("public, four bytes", key_as(&key, 200000) >= 131072 && key_as(&key, 200000) < 4200000000);
    CHECK_CASE("documentation", key_as(&key, 65540) >= 65536 && key_as(&key, 65540) < 65552);
}

static void order_of_routers_is_kept(void)
{
    static const uint32_t ids[] = { 0x01010101, 0x01010102, 0x0a000001, 0x0a000002, 0x0a010001,
                                    0xc0a80001, 0xc0a80101, 0x08080808, 0xdfff0001, 0x02020202 };
    unsigned n = sizeof ids / sizeof ids[0];
    for (unsigned i = 0; i < n; i++)
        key_meet(&key, ids[i]);
    key_order(&key);
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++) {
            uint8_t a[4], b[4];
            put32(a, ids[i]);
            put32(b, ids[j]);
            key_prefix(&key, a, 4, 32);
            key_prefix(&key, b, 4, 32);
            CHECK((ids[i] < ids[j]) == (memcmp(a, b, 4) < 0));
        }
}

static void macs(void)
{
    uint8_t one[6] = { 0, 0x1b, 0x21, 1, 2, 3 }, again[6] = { 0, 0x1b, 0x21, 1, 2, 3 }, was[6];
    uint8_t group[6] = { 1, 0, 0x5e, 0, 0, 5 };
    memcpy(was, one, 6);
    key_mac(&key, one);
    key_mac(&key, again);
    CHECK_CASE("the same one", !memcmp(one, again, 6) && memcmp(one, was, 6));
    CHECK_CASE("locally administered, and no group", (one[0] & 3) == 2);
    key_mac(&key, group);
    CHECK_CASE("all OSPF routers", group[0] == 1 && group[5] == 5);
}

int main(void)
{
    uint8_t bytes[VEIL_KEY];
    veil_key("any words will do here", 22, bytes);
    key_init(&key, bytes);
    prefixes_are_kept();
    classes_are_kept();
    nothing_gets_in();
    mapped_addresses_are_those_of_ipv4();
    bits_turn_alone();
    ases_are_one_to_one();
    macs();
    order_of_routers_is_kept();
    prefixes_are_kept();
    return CHECK_END();
}
