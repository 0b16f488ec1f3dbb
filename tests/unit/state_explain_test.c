/* Each code has its words, and advice names both routers. */
#include "state/rules/explain.h"

#include "tests/check.h"

static bool has_words(enum finding_code c)
{
    static const char *const rooms[] = { "bgp-", "tcp-", "capture-", "route-", "ospf-" };
    for (size_t i = 0; i < COUNT(rooms); i++)
        if (!strncmp(code_name(c), rooms[i], strlen(rooms[i])))
            return true;
    return false;
}

static void every_code(void)
{
    const char *unknown = explain_meaning(CODE_COUNT);
    const struct advice_words known = { "192.0.2.1", "192.0.2.2", 64500, 64501 }, none = { NULL, NULL, 0, 0 };
    struct buf text = buf_init(4096);
    for (enum finding_code c = 0; c < CODE_COUNT; c++) {
        if (has_words(c)) {
            CHECK_CASE(code_name(c), explain_meaning(c) != unknown && *explain_meaning(c));
            CHECK_CASE(code_name(c), explain_proof(c) != explain_proof(CODE_COUNT) && *explain_proof(c));
            CHECK_CASE(code_name(c), explain_fix(c) != explain_fix(CODE_COUNT) && *explain_fix(c));
        }
        for (enum vendor v = VENDOR_GENERIC; v < VENDORS; v++)
            for (int i = 0; i < 2; i++) {
                buf_clear(&text);
                bool there = explain_advice(c, v, i ? &known : &none, &text);
                CHECK_CASE(code_name(c), there == (text.used > 0));
                CHECK_CASE(code_name(c), !text.lost && !strpbrk(buf_text(&text), "{}\n"));
                CHECK_CASE(code_name(c), there || v != VENDOR_GENERIC);
            }
    }
    buf_free(&text);
}

static void filled(void)
{
    static const struct {
        enum finding_code code;
        enum vendor vendor;
        struct advice_words words;
        const char *want;
    } cases[] = {
        { CODE_BGP_OPEN_BAD_PEER_AS,
          VENDOR_FRR,
          { "10.0.12.2", "10.0.12.1", 65002, 65001 },
          "router bgp 65002: neighbor 10.0.12.1 remote-as 65001" },
        { CODE_BGP_OPEN_BAD_PEER_AS,
          VENDOR_JUNOS,
          { 0 },
          "set protocols bgp group <group> neighbor <peer> peer-as <AS>" },
        { CODE_BGP_PEER_SILENT,
          VENDOR_GENERIC,
          { .at = "10.0.12.2" },
          "Look at 10.0.12.2 and the path from it: not even its TCP answered." },
        { CODE_BGP_MD5_MISMATCH,
          VENDOR_GENERIC,
          { 0 },
          "Look at either side: its TCP-MD5 password for the other side is not the one that the other side has." },
        { CODE_BGP_OPEN_BAD_PEER_AS,
          VENDOR_GENERIC,
          { "10.0.12.2", "10.0.12.1", 0, 4200000000 },
          "Look at 10.0.12.2: the remote AS it has for 10.0.12.1, which says that it is AS 4200000000; or at "
          "10.0.12.1: whether it should be that." },
        { CODE_BGP_TCP_AO_MISMATCH, VENDOR_FRR, { 0 }, "" }, /* FRR has no TCP-AO: no row */
        { CODE_COUNT,
          VENDOR_GENERIC,
          { "10.0.12.2", "10.0.12.1", 0, 0 },
          "Look at 10.0.12.2: its log at that time, and what it has configured for 10.0.12.1." },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = buf_init(4096);
        explain_advice(cases[i].code, cases[i].vendor, &cases[i].words, &text);
        CHECK_TEXT(buf_text(&text), cases[i].want);
        buf_free(&text);
    }
}

int main(void)
{
    every_code();
    filled();
    CHECK(explain_rank(CODE_TCP_PATH_MTU_BLACK_HOLE) < explain_rank(CODE_BGP_HOLD_TIMER_EXPIRED));
    CHECK(explain_rank(CODE_BGP_HOLD_TIMER_EXPIRED) < explain_rank(CODE_BGP_SESSION_FLAPPING));
    for (enum vendor v = VENDOR_GENERIC; v < VENDORS; v++)
        CHECK(vendor_parse(vendor_name(v)) == v);
    CHECK(vendor_parse("cisco") == VENDORS);
    return CHECK_END();
}
