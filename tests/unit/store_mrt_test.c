/* MRT records as bytes, held against RFC 6396 and RFC 8050. */
#include "store/mrt.h"

#include "base/macros.h"
#include "tests/check.h"
#include <stdlib.h>
#include <string.h>

#define MARKER "ffffffffffffffffffffffffffffffff"
#define PEER   "0a000001"
#define LOCAL  "0a000002"
/* 2026-03-01T10:00:00.000042Z */
#define HEAD(length, subtype) "69a40e200011" subtype length "0000002a"

static size_t unhex(const char *text, uint8_t *out)
{
    size_t n = 0;
    for (; text[2 * n] && text[2 * n + 1]; n++) {
        const char digits[] = { text[2 * n], text[2 * n + 1], '\0' };
        out[n] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

static struct mrt_ends ends(const struct addr *peer, const struct addr *local)
{
    return (struct mrt_ends){ { INT64_C(1772359200000042999) }, peer, local, 65001, 4200000000u };
}

// clang-format off
static const struct {
    const char *words, *message;
    struct bgp_ctx ctx;
    bool cut;
    const char *record; /* without the message; NULL: none is made */
} cases[] = {
    { "a KEEPALIVE has room for four bytes of AS, however the session encodes paths", MARKER "001304",
      { .as4 = false }, false, HEAD("0000002b", "0004") "0000fde9fa56ea0000000001" PEER LOCAL },
    { "an UPDATE with AS numbers of two bytes", MARKER "00170200000000", { .as4 = false }, false,
      HEAD("0000002b", "0001") "fde95ba000000001" PEER LOCAL },
    { "an UPDATE with AS numbers of four bytes", MARKER "00170200000000", { .as4 = true }, false,
      HEAD("0000002f", "0004") "0000fde9fa56ea0000000001" PEER LOCAL },
    { "a withdrawal with a path identifier", MARKER "001f020008" "0000000718c00002" "0000",
      { .as4 = true, .add_path = UINT64_C(1) << FAMILY_IPV4_UNICAST }, false,
      HEAD("00000037", "0009") "0000fde9fa56ea0000000001" PEER LOCAL },
    { "one with two-byte AS numbers", MARKER "001f020008" "0000000718c00002" "0000",
      { .add_path = UINT64_C(1) << FAMILY_IPV4_UNICAST }, false,
      HEAD("00000033", "0008") "fde95ba000000001" PEER LOCAL },
    { "path identifiers of a family that is not in this UPDATE", MARKER "001b02000418c00002" "0000",
      { .as4 = true, .add_path = UINT64_C(1) << FAMILY_IPV6_UNICAST }, false,
      HEAD("00000033", "0004") "0000fde9fa56ea0000000001" PEER LOCAL },
    { "a message that is cut", MARKER "0020020009", { .as4 = true }, true, NULL },
};
// clang-format on

static void messages(void)
{
    struct addr peer = addr_parse("10.0.0.1"), local = addr_parse("10.0.0.2");
    for (unsigned i = 0; i < COUNT(cases); i++) {
        uint8_t bytes[256] = { 0 }, want[256];
        size_t size = unhex(cases[i].message, bytes);
        struct bgp_msg msg = { .type = bytes[18],
                               .length = (uint16_t)(bytes[16] << 8 | bytes[17]),
                               .raw = bytes,
                               .body = cur_over(bytes + BGP_HEADER, size - BGP_HEADER),
                               .cut = cases[i].cut,
                               .fault = FAULT_COUNT };
        struct mrt_ends e = ends(&peer, &local);
        struct buf out = buf_init(1 << 16);
        bool made = mrt_message(&out, &e, &msg, &cases[i].ctx);
        CHECK_CASE(cases[i].words, made == (cases[i].record != NULL));
        size_t head = cases[i].record ? unhex(cases[i].record, want) : 0;
        if (head) {
            memcpy(want + head, bytes, size);
            CHECK_CASE(cases[i].words, out.used == head + size && !memcmp(buf_text(&out), want, out.used));
        } else
            CHECK_CASE(cases[i].words, !out.used);
        buf_free(&out);
    }
}

static void same(const char *words, struct buf *out, const char *record)
{
    uint8_t want[256];
    size_t n = unhex(record, want);
    CHECK_CASE(words, out->used == n && !memcmp(buf_text(out), want, n));
    buf_clear(out);
}

static void others(void)
{
    struct addr peer = addr_parse("2001:db8::1"), local = addr_parse("2001:db8::2");
    struct addr v4 = addr_parse("10.0.0.1"), all = addr_parse("224.0.0.5");
    struct mrt_ends e = ends(&peer, &local);
    const uint8_t packet[4] = { 2, 1, 0, 44 };
    struct buf out = buf_init(1 << 16);
    mrt_state(&out, &e, STATE_OPENCONFIRM, STATE_ESTABLISHED);
    same("a change of state between IPv6 addresses", &out,
         HEAD("00000034", "0005") "0000fde9fa56ea0000000002"
                                  "20010db8000000000000000000000001"
                                  "20010db8000000000000000000000002"
                                  "00050006");
    CHECK_CASE("OSPFv2 is written", mrt_ospf(&out, e.when, &v4, &all, cur_over(packet, 4), 4));
    same("OSPFv2: addresses, contents (RFC 6396 4.1)", &out,
         "69a40e20000b0000"
         "0000000c"
         "0a000001e0000005"
         "0201002c");
    CHECK_CASE("OSPFv3 is written", mrt_ospf(&out, e.when, &peer, &local, cur_over(packet, 4), 4));
    same("OSPFv3: AFI, addresses, contents (RFC 6396 4.5)", &out,
         "69a40e2000300000"
         "00000026"
         "0002"
         "20010db8000000000000000000000001"
         "20010db8000000000000000000000002"
         "0201002c");
    CHECK_CASE("a packet that is cut is left out",
               !mrt_ospf(&out, e.when, &v4, &all, cur_over(packet, 4), 44));
    CHECK_CASE("… without a trace", !out.used);
    buf_free(&out);
}

int main(void)
{
    messages();
    others();
    return CHECK_END();
}
