/* Addresses, prefixes and IDs: from text, to text, compared. */
#include "base/addr.h"
#include "base/macros.h"
#include "tests/check.h"

static void text_both_ways(void)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "192.0.2.1", "192.0.2.1" },
        { "0.0.0.0", "0.0.0.0" },
        { "255.255.255.255", "255.255.255.255" },
        { "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
        { "::", "::" },
        { "::1", "::1" },
        { "fe80::", "fe80::" },
        { "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, /* one group of zeros stays: RFC 5952 4.2.2 */
        { "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },          /* the longest run: 4.2.3 */
        { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },    /* the first of two as long */
        { "192.0.2.256", "?" },
        { "192.0.2", "?" },
        { "2001:db8", "?" },
        { "", "?" },
    };
    char text[ADDR_TEXT];
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr a = addr_parse(rows[i].in);
        CHECK_TEXT(addr_text(&a, text), rows[i].out);
    }
}

static void order(void)
{
    /* IPv4 first, then by number */
    static const char *const sorted[] = { "9.0.0.0", "10.0.0.0", "10.0.0.1", "::1", "2001:db8::" };
    for (size_t i = 0; i < COUNT(sorted); i++)
        for (size_t j = 0; j < COUNT(sorted); j++) {
            struct addr a = addr_parse(sorted[i]), b = addr_parse(sorted[j]);
            int order = addr_compare(&a, &b);
            CHECK_CASE(sorted[i], (order > 0) - (order < 0) == (i > j) - (i < j));
            CHECK_CASE(sorted[i], addr_equal(&a, &b) == (i == j));
        }
}

static void prefixes(void)
{
    static const struct {
        const char *a, *b;
        unsigned bits;
        bool same;
    } rows[] = {
        { "10.1.2.3", "10.1.2.4", 24, true },
        { "10.1.2.3", "10.1.2.4", 29, true },
        { "10.1.2.3", "10.1.2.4", 30, false },
        { "10.1.2.3", "10.1.2.3", 32, true },
        { "10.1.2.3", "10.1.2.2", 32, false },
        { "10.1.2.3", "192.0.2.1", 0, true },
        { "10.1.2.3", "::1", 0, false },
        { "2001:db8::1", "2001:db8::2", 64, true },
        { "2001:db8:0:8000::", "2001:db8::", 48, true },
        { "2001:db8:0:8000::", "2001:db8::", 49, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr a = addr_parse(rows[i].a), b = addr_parse(rows[i].b);
        CHECK_CASE(rows[i].a, addr_same_prefix(&a, &b, rows[i].bits) == rows[i].same);
    }
    struct prefix p = { addr_parse("10.255.255.255"), 9 };
    char text[ADDR_TEXT];
    prefix_clear(&p);
    CHECK_TEXT(addr_text(&p.addr, text), "10.128.0.0");
    CHECK_TEXT(prefix_text(p.addr.b, 9, 4, text), "10.128.0.0/9");
    CHECK_TEXT(prefix_text((const uint8_t[]){ 0x20, 0x01, 0x0d, 0xb8 }, 32, 16, text), "2001:db8::/32");
    CHECK_TEXT(prefix_text(p.addr.b, 0, 4, text), "0.0.0.0/0");
}

static void link_local(void)
{
    static const struct {
        const char *text;
        bool is;
    } rows[] = {
        { "fe80::1", true },  { "febf::1", true },     { "fec0::1", false },     { "fe40::1", false },
        { "ff02::5", false }, { "169.254.0.1", true }, { "169.253.0.1", false }, { "254.128.0.1", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr a = addr_parse(rows[i].text);
        CHECK_CASE(rows[i].text, addr_link_local(&a) == rows[i].is);
    }
}

static void numbers(void)
{
    char text[16], longer[ADDR_TEXT];
    struct addr a = addr_of_id(0x0a0b0c0d);
    CHECK_TEXT(addr_text(&a, longer), "10.11.12.13");
    CHECK_TEXT(addr_id_text(0x0a0b0c0d, text), "10.11.12.13");
    CHECK_TEXT(addr_id_text(UINT32_MAX, text), "255.255.255.255");
    CHECK(addr_mask_bits(0) == 0 && addr_mask_bits(0x80000000) == 1 && addr_mask_bits(0xffffff00) == 24);
    CHECK(addr_mask_bits(UINT32_MAX) == 32 && addr_mask_bits(0xff00ff00) == 8 && addr_mask_bits(1) == 0);
}

int main(void)
{
    text_both_ways();
    order();
    prefixes();
    link_local();
    numbers();
    return CHECK_END();
}
