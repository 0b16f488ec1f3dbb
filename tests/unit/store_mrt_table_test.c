/* Rows of tables as TABLE_DUMP_V2, held against RFC 6396 4.3 and RFC 8050 4. */
#include "store/mrt_table.h"

#include "base/macros.h"
#include "tests/check.h"
#include <string.h>

#define WHEN ((struct stamp){ INT64_C(1772359200000042999) }) /* 2026-03-01T10:00:00.000042Z */

// clang-format off
static const uint8_t origin[] = { 0x40, 1, 1, 0 };
static const struct {
    const char *words;
    enum bgp_family family;
    bool path_id, as4;
    uint8_t attrs[32];
    uint16_t attrs_size;
    uint8_t subtype;
    uint8_t want[40]; /* the attributes in the entry */
    uint16_t want_size;
} cases[] = {
    { "four-byte ASes stay as they are", FAMILY_IPV4_UNICAST, false, true, { 0x40, 2, 6, 2, 1, 0, 1, 0, 2 }, 9, 2,
      { 0x40, 2, 6, 2, 1, 0, 1, 0, 2 }, 9 },
    { "two-byte ASes get four", FAMILY_IPV4_UNICAST, false, false, { 0x40, 2, 6, 2, 2, 0xfd, 0xe9, 0xfd, 0xea }, 9, 2,
      { 0x50, 2, 0, 10, 2, 2, 0, 0, 0xfd, 0xe9, 0, 0, 0xfd, 0xea }, 14 },
    { "AGGREGATOR likewise", FAMILY_IPV4_UNICAST, false, false, { 0xc0, 7, 6, 0xfd, 0xe9, 10, 0, 0, 1 }, 9, 2,
      { 0xd0, 7, 0, 8, 0, 0, 0xfd, 0xe9, 10, 0, 0, 1 }, 12 },
    { "with path identifiers", FAMILY_IPV4_UNICAST, true, true, { 0x40, 2, 0 }, 3, 8, { 0x40, 2, 0 }, 3 },
    { "of MP_REACH_NLRI the next hop alone", FAMILY_IPV6_UNICAST, false, true,
      { 0x80, 14, 9, 0, 2, 1, 4, 1, 2, 3, 4, 0 }, 12, 4, { 0x80, 14, 5, 4, 1, 2, 3, 4 }, 8 },
    { "IPv6 multicast with path identifiers", FAMILY_IPV6_MULTICAST, true, true, { 0x40, 2, 0 }, 3, 11, { 0x40, 2, 0 }, 3 },
};
// clang-format on

static void entries(void)
{
    for (unsigned i = 0; i < COUNT(cases); i++) {
        struct rib_row row = { .attrs = cases[i].attrs,
                               .attrs_size = cases[i].attrs_size,
                               .has_path_id = cases[i].path_id,
                               .path_id = 7,
                               .as4 = cases[i].as4,
                               .from = 3,
                               .bits = 12,
                               .prefix = { 10, 16 } };
        struct rib_rows rows = { .list = &row, .count = 1 };
        struct buf out = buf_init(1 << 12);
        size_t at = 0, id = cases[i].path_id ? 4 : 0;
        CHECK_CASE(cases[i].words, mrt_rows_next(&out, WHEN, 9, cases[i].family, &rows, &at) == 0 && at == 1);
        const uint8_t head[] = { 0x69, 0xa4, 0x0e, 0x20, 0, 13, 0, cases[i].subtype };
        const uint8_t *p = (const uint8_t *)buf_text(&out);
        size_t want = 12 + 4 + 1 + 2 + 2 + 2 + 4 + id + 2 + cases[i].want_size;
        CHECK_CASE(cases[i].words, out.used == want && !memcmp(p, head, sizeof head));
        CHECK_CASE(cases[i].words,
                   p[11] == want - 12 && p[15] == 9 && p[16] == 12 && p[20] == 1 && p[22] == 3);
        CHECK_CASE(cases[i].words, !id || p[30] == 7);
        CHECK_CASE(cases[i].words, p[28 + id] == cases[i].want_size &&
                                       !memcmp(p + 29 + id, cases[i].want, cases[i].want_size));
        buf_free(&out);
    }
}

/* Equal prefixes share a record; one whose attributes cannot be read is left out of it. */
static void grouping(void)
{
    static const uint8_t broken[] = { 0x40, 2, 9, 2 };
    struct rib_row list[] = {
        { .attrs = origin, .attrs_size = 4, .as4 = true, .bits = 24, .prefix = { 192, 0, 2 }, .from = 1 },
        { .attrs = origin, .attrs_size = 4, .as4 = true, .bits = 8, .prefix = { 10 } },
        { .attrs = broken, .attrs_size = 4, .as4 = true, .bits = 24, .prefix = { 192, 0, 2 }, .from = 2 },
        { .attrs = origin, .attrs_size = 4, .as4 = true, .bits = 24, .prefix = { 192, 0, 2 }, .from = 0 },
    };
    struct rib_rows rows = { .list = list, .count = COUNT(list) };
    struct buf out = buf_init(1 << 12);
    size_t at = 0;
    mrt_rows_sort(&rows, FAMILY_IPV4_UNICAST);
    CHECK(mrt_rows_next(&out, WHEN, 0, FAMILY_IPV4_UNICAST, &rows, &at) == 0 && at == 1);
    buf_clear(&out);
    CHECK(mrt_rows_next(&out, WHEN, 1, FAMILY_IPV4_UNICAST, &rows, &at) == 1 && at == 4);
    const uint8_t *p = (const uint8_t *)buf_text(&out);
    CHECK(p[20] == 0 && p[21] == 2);      /* entries */
    CHECK(p[23] == 0 && p[23 + 12] == 1); /* of peers 0 and 1 */
    CHECK(out.used == 12 + 4 + 4 + 2 + 2 * (2 + 4 + 2 + 4));
    buf_free(&out);
}

/* Families without a subtype of their own: AFI, SAFI and the NLRI as it was said. RFC 6396 4.3.3, RFC 8050 4.2 */
static void generic(void)
{
    static const uint8_t vpn[] = { 0, 0, 0, 7, 0x60, 0, 1, 1, 0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 10 };
    static const uint8_t other[] = { 0, 0, 0, 8, 0x60, 0, 1, 1, 0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 10 };
    for (int path_ids = 0; path_ids < 2; path_ids++) {
        size_t skip = path_ids ? 0 : 4, size = sizeof vpn - skip;
        struct rib_row list[] = {
            { .attrs = origin, .attrs_size = 4, .as4 = true, .from = 2, .has_path_id = path_ids, .bits = 8 },
            { .attrs = origin, .attrs_size = 4, .as4 = true, .from = 1, .has_path_id = path_ids, .bits = 8 },
            { .attrs = origin, .attrs_size = 4, .as4 = true, .from = 0, .has_path_id = path_ids, .bits = 8 },
        };
        list[0].raw = cur_over(vpn + skip, size);
        list[1].raw = cur_over(vpn + skip, size);
        list[2].raw = cur_over(other + skip, size);
        struct rib_rows rows = { .list = list, .count = COUNT(list) };
        struct buf out = buf_init(1 << 12);
        size_t at = 0, want = 12 + 4 + 3 + size + 2;
        mrt_rows_sort(&rows, FAMILY_VPNV4_UNICAST);
        CHECK(mrt_rows_next(&out, WHEN, 1, FAMILY_VPNV4_UNICAST, &rows, &at) == 0);
        CHECK(at == (path_ids ? 2 : 3) && out.used == want + at * (2 + 4 + 2 + 4));
        const uint8_t *p = (const uint8_t *)buf_text(&out);
        CHECK(p[5] == 13 && p[7] == (path_ids ? 12 : 6) && p[17] == 1 && p[18] == 128);
        CHECK(!memcmp(p + 19, vpn + skip, size) && p[want - 1] == at);
        CHECK(p[want + 1] == (path_ids ? 1 : 0)); /* the first entry's peer */
        buf_free(&out);
    }
}

static void peers(void)
{
    const struct mrt_peer list[] = { { addr_parse("10.0.0.1"), 4200000000u, 0x01020304 },
                                     { addr_parse("2001:db8::1"), 1, 0 } };
    struct buf out = buf_init(1 << 12);
    mrt_peers(&out, WHEN, 0x0a000002, "v", list, 2);
    const uint8_t *p = (const uint8_t *)buf_text(&out);
    CHECK(out.used == 12 + 4 + 2 + 1 + 2 + 13 + 25);
    CHECK(p[7] == 1 && p[15] == 2 && p[17] == 1 && p[18] == 'v' && p[20] == 2);
    CHECK(p[21] == 2 && p[25] == 4 && p[26] == 10 && p[30] == 0xfa); /* IPv4, four-byte AS */
    CHECK(p[34] == 3 && p[39] == 0x20);
    buf_free(&out);
}

int main(void)
{
    entries();
    grouping();
    generic();
    peers();
    return CHECK_END();
}
