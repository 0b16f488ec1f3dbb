/* Routes of a side: what each UPDATE does to them, told as stories. */
#include "tests/check.h"
#include "tests/make/make_rib.h"

struct story {
    const char *words;
    struct step steps[20];
};

/* "+added ~changed =same -removed (routes now)", then what is notable. */
static const char *tell_news(const struct rib_news *n, uint32_t now, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "+%u ~%u =%u -%u (%u)", n->added, n->changed, n->same, n->removed, now);
    for (unsigned i = 0; i < n->notable_count; i++) {
        buf_str(out, n->notable[i].kind == RIB_FLAPPED ? " flap " : " origin ");
        bgp_nlri_text(&n->notable[i].nlri, out);
        buf_printf(out, " %u>%u", n->notable[i].before, n->notable[i].after);
    }
    return buf_text(out);
}

static void tell_story(const struct story *story)
{
    struct rib *rib = rib_new((size_t)1 << 24);
    struct rib_side *side = rib_side_new(rib);
    struct buf text = buf_init(4096);
    step_clock = INT64_C(1772359200) * NS_PER_S;
    for (const struct step *s = story->steps; s->want; s++) {
        static struct rib_news news;
        news = (struct rib_news){ 0 };
        step_clock += s->minutes * 60 * NS_PER_S;
        if (s->what == CLEAR)
            rib_side_clear(side, 0);
        else
            feed_step(side, s, &news);
        const char *got = tell_news(&news, rib_side_count(side, s->family), &text);
        if (strcmp(got, s->want))
            printf("%s, step %d:\n", story->words, (int)(s - story->steps) + 1);
        CHECK_TEXT(got, s->want);
    }
    rib_side_free(side);
    CHECK_CASE(story->words, rib_used(rib) == 0);
    rib_free(rib);
    buf_free(&text);
}

/* ---- stories ---- */

// clang-format off
#define V6   .family = FAMILY_IPV6_UNICAST
#define VPN  .family = FAMILY_VPNV4_UNICAST
#define EVPN .family = FAMILY_L2VPN_EVPN

#define RD1 "0000fde800000001"
#define RD2 "0000fde800000002"
/* VPN-IPv4: length with label and RD, label 16 or 17, RD, prefix. RFC 4364 4.3.4 */
#define VPN_10_8  "x60000101" RD1 "0a"
#define VPN_10_8B "x60000111" RD1 "0a" /* another label: the same route */
#define VPN_OTHER "x60000101" RD2 "0a"
#define VPN_12    "x64000101" RD1 "0a10"
#define VPN_12B   "x64000101" RD1 "0a1f" /* host bits: the same route */
/* EVPN type 3: RD, ethernet tag, length, originator. RFC 7432 7.3 */
#define EVPN_3    "x0311" RD1 "00000000" "20" "0a000001"
#define EVPN_3B   "x0311" RD1 "00000001" "20" "0a000001"

/* EVPN type 2: RD, ESI, ethernet tag, MAC, no address, label. RFC 7432 7.2 */
#define EVPN_2(esi, label) "x0221" RD1 esi "000000000000000000" "00000000" "30" "0011223344" "55" "00" "0000" label

static const struct story stories[] = {
    { "announce, again, withdraw, again", {
        { .announce = "10.0.0.0/8 10.1.0.0/16", .origin = 65001, .want = "+2 ~0 =0 -0 (2)" },
        { .announce = "10.0.0.0/8 10.1.0.0/16", .origin = 65001, .want = "+0 ~0 =2 -0 (2)" },
        { .withdraw = "10.0.0.0/8",                              .want = "+0 ~0 =0 -1 (1)" },
        { .withdraw = "10.0.0.0/8 10.9.0.0/16",                  .want = "+0 ~0 =0 -0 (1)" },
    } },
    { "one UPDATE withdraws and announces", {
        { .announce = "10.0.0.0/8", .origin = 65001,                             .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8", .announce = "10.1.0.0/16", .origin = 65001, .want = "+1 ~0 =0 -1 (1)" },
    } },
    { "implicit withdraw: other attributes, then another origin", {
        { .announce = "10.0.0.0/8", .origin = 65001,           .want = "+1 ~0 =0 -0 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .med = 1, .want = "+0 ~1 =0 -0 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65002, .med = 1,
          .want = "+0 ~1 =0 -0 (1) origin 10.0.0.0/8 65001>65002" },
    } },
    { "the first attributes come back: the set is known", {
        { .announce = "10.0.0.0/8", .origin = 65001,           .want = "+1 ~0 =0 -0 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .med = 1, .want = "+0 ~1 =0 -0 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65001,           .want = "+0 ~1 =0 -0 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65001,           .want = "+0 ~0 =1 -0 (1)" },
    } },
    { "length is part of the key, host bits are not", {
        { .announce = "10.16.0.0/12", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .announce = "10.31.0.0/12", .origin = 65001, .want = "+0 ~0 =1 -0 (1)" },
        { .announce = "10.16.0.0/13", .origin = 65001, .want = "+1 ~0 =0 -0 (2)" },
        { .announce = "10.16.0.0/16 10.16.0.0/24 10.16.0.0/32", .origin = 65001, .want = "+3 ~0 =0 -0 (5)" },
        { .withdraw = "10.17.0.0/12",                  .want = "+0 ~0 =0 -1 (4)" },
    } },
    { "the default route", {
        { .announce = "0.0.0.0/0", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .announce = "0.0.0.0/1", .origin = 65001, .want = "+1 ~0 =0 -0 (2)" },
        { .withdraw = "0.0.0.0/0",                  .want = "+0 ~0 =0 -1 (1)" },
    } },
    { "path identifiers make routes of their own", {
        { .path_ids = true, .announce = "1@10.0.0.0/8 2@10.0.0.0/8", .origin = 65001, .want = "+2 ~0 =0 -0 (2)" },
        { .path_ids = true, .announce = "2@10.0.0.0/8", .origin = 65001, .med = 1,    .want = "+0 ~1 =0 -0 (2)" },
        { .path_ids = true, .withdraw = "3@10.0.0.0/8",                               .want = "+0 ~0 =0 -0 (2)" },
        { .path_ids = true, .withdraw = "1@10.0.0.0/8",                               .want = "+0 ~0 =0 -1 (1)" },
    } },
    { "IPv6", {
        { V6, .announce = "2001:db8::/32 2001:db8:1::/48 ::/0", .origin = 65001, .want = "+3 ~0 =0 -0 (3)" },
        { V6, .announce = "2001:db8:1::/48", .origin = 65001, .med = 1,   .want = "+0 ~1 =0 -0 (3)" },
        { V6, .announce = "2001:db8::1/128 2001:db8::2/128 2001:db8::/128", .origin = 65001, .want = "+3 ~0 =0 -0 (6)" },
        { V6, .announce = "2001:dbf::/29", .origin = 65001,               .want = "+1 ~0 =0 -0 (7)" },
        { V6, .withdraw = "2001:db8::/29 ::/0 2001:db8::2/128",           .want = "+0 ~0 =0 -3 (4)" },
        { V6, .path_ids = true, .announce = "9@2001:db8::/32", .origin = 65001, .want = "+1 ~0 =0 -0 (5)" },
        { V6, .path_ids = true, .withdraw = "8@2001:db8::/32",            .want = "+0 ~0 =0 -0 (5)" },
    } },
    { "VPN: the route distinguisher counts, host bits do not; another label changes the route", {
        { VPN, .announce = VPN_10_8,  .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { VPN, .announce = VPN_10_8B, .origin = 65001, .want = "+0 ~1 =0 -0 (1)" },
        { VPN, .announce = VPN_10_8B, .origin = 65001, .want = "+0 ~0 =1 -0 (1)" },
        { VPN, .announce = VPN_OTHER, .origin = 65001, .want = "+1 ~0 =0 -0 (2)" },
        { VPN, .announce = VPN_12,    .origin = 65001, .want = "+1 ~0 =0 -0 (3)" },
        { VPN, .announce = VPN_12B,   .origin = 65001, .want = "+0 ~0 =1 -0 (3)" },
        { VPN, .withdraw = VPN_10_8,                   .want = "+0 ~0 =0 -1 (2)" },
        { VPN, .withdraw = VPN_12B " " VPN_OTHER,      .want = "+0 ~0 =0 -2 (0)" },
    } },
    { "EVPN: ESI and label of a MAC are no part of its key", {
        { EVPN, .announce = EVPN_2("00", "01"), .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { EVPN, .announce = EVPN_2("00", "01"), .origin = 65001, .want = "+0 ~0 =1 -0 (1)" },
        { EVPN, .announce = EVPN_2("11", "01"), .origin = 65001, .want = "+0 ~1 =0 -0 (1)" },
        { EVPN, .announce = EVPN_2("11", "02"), .origin = 65001, .want = "+0 ~1 =0 -0 (1)" },
        { EVPN, .withdraw = EVPN_2("22", "03"),                  .want = "+0 ~0 =0 -1 (0)" },
        { EVPN, .announce = EVPN_2("22", "02"), .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
    } },
    { "EVPN", {
        { EVPN, .announce = EVPN_3 " " EVPN_3B, .origin = 65001, .want = "+2 ~0 =0 -0 (2)" },
        { EVPN, .announce = EVPN_3, .origin = 65001, .med = 1,   .want = "+0 ~1 =0 -0 (2)" },
        { EVPN, .withdraw = EVPN_3,                              .want = "+0 ~0 =0 -1 (1)" },
        { EVPN, .announce = EVPN_3, .origin = 65001,             .want = "+1 ~0 =0 -0 (2)" },
        { EVPN, .what = CLEAR,                                   .want = "+0 ~0 =0 -0 (0)" },
    } },
    { "the third return is a flap, and each one behind it", {
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1) flap 10.0.0.0/8 2>3" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -0 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65002,
          .want = "+1 ~0 =0 -0 (1) flap 10.0.0.0/8 3>4 origin 10.0.0.0/8 65001>65002" },
    } },
    { "withdrawn and announced by one UPDATE: announced (RFC 4271 4.3)", {
        { .announce = "10.0.0.0/8 10.1.0.0/16", .origin = 65001,                .want = "+2 ~0 =0 -0 (2)" },
        { .withdraw = "10.0.0.0/8", .announce = "10.0.0.0/8", .origin = 65001, .want = "+0 ~0 =1 -0 (2)" },
        { .withdraw = "10.0.0.0/8 10.1.0.0/16", .announce = "10.0.0.0/8", .origin = 65002,
          .want = "+0 ~1 =0 -1 (1) origin 10.0.0.0/8 65001>65002" },
        { .withdraw = "10.0.0.0/8",                                             .want = "+0 ~0 =0 -1 (0)" },
        { V6, .announce = "2001:db8::/32", .origin = 65001,                     .want = "+1 ~0 =0 -0 (1)" },
        { V6, .withdraw = "2001:db8::/32", .announce = "2001:db8::/32", .origin = 65001, .want = "+0 ~0 =1 -0 (1)" },
        { .withdraw = "10.0.0.0/8", .announce = "10.0.0.0/8", .origin = 65001, .harm = ORIGIN_VALUE, .want = "+0 ~0 =0 -0 (0)" },
    } },
    { "a reset is no flap, but what flapped before is not forgotten with it", {
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .what = CLEAR,                             .want = "+0 ~0 =0 -0 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .what = CLEAR,                             .want = "+0 ~0 =0 -0 (0)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -0 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1) flap 10.0.0.0/8 2>3" },
    } },
    { "flaps of two hours ago are forgotten", {
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8", .minutes = 120,  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8", .minutes = 30,   .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8", .minutes = 30,   .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .want = "+1 ~0 =0 -0 (1) flap 10.0.0.0/8 2>3" },
        { .withdraw = "10.0.0.0/8",                  .want = "+0 ~0 =0 -1 (0)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .minutes = 120, .want = "+1 ~0 =0 -0 (1)" },
    } },
    { "another origin after a withdrawal, after a reset; an unknown one says nothing", {
        { .announce = "10.0.0.0/8 10.1.0.0/16", .origin = 65001, .want = "+2 ~0 =0 -0 (2)" },
        { .withdraw = "10.0.0.0/8",                              .want = "+0 ~0 =0 -1 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65002, .want = "+1 ~0 =0 -0 (2) origin 10.0.0.0/8 65001>65002" },
        { .what = CLEAR,                                         .want = "+0 ~0 =0 -0 (0)" },
        { .announce = "10.0.0.0/8 10.1.0.0/16", .origin = 65002,
          .want = "+2 ~0 =0 -0 (2) origin 10.1.0.0/16 65001>65002" },
        { .announce = "10.0.0.0/8", .origin = 0,                 .want = "+0 ~1 =0 -0 (2)" },
        { .announce = "10.0.0.0/8", .origin = 65003,             .want = "+0 ~1 =0 -0 (2)" },
    } },
    { "treat-as-withdraw (RFC 7606 2): an attribute is missing, or its value is wrong; no flap", {
        { .announce = "10.0.0.0/8 10.1.0.0/16", .origin = 65001,             .want = "+2 ~0 =0 -0 (2)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .harm = NO_ORIGIN,      .want = "+0 ~0 =0 -1 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65001,                         .want = "+1 ~0 =0 -0 (2)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .harm = ORIGIN_VALUE,   .want = "+0 ~0 =0 -1 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65001,                         .want = "+1 ~0 =0 -0 (2)" },
        { .announce = "10.0.0.0/8", .origin = 65001, .harm = NO_HOP,         .want = "+0 ~0 =0 -1 (1)" },
        { .announce = "10.0.0.0/8", .origin = 65001,                         .want = "+1 ~0 =0 -0 (2)" },
        { .announce = "10.9.0.0/16 10.0.0.0/8", .origin = 65001, .harm = ORIGIN_VALUE, .want = "+0 ~0 =0 -1 (1)" },
    } },
    { "what resets the session changes nothing", {
        { .announce = "10.0.0.0/8", .origin = 65001,                         .want = "+1 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8", .announce = "10.1.0.0/16", .origin = 65001, .harm = TWO_REACH, .want = "+0 ~0 =0 -0 (1)" },
        { .withdraw = "10.0.0.0/8", .harm = TWO_REACH,                       .want = "+0 ~0 =0 -0 (1)" },
    } },
    { "what is notable is told eight times an UPDATE", {
        { .announce = "10.0.0.0/16 10.1.0.0/16 10.2.0.0/16 10.3.0.0/16 10.4.0.0/16 10.5.0.0/16 10.6.0.0/16 10.7.0.0/16 10.8.0.0/16",
          .origin = 65001, .want = "+9 ~0 =0 -0 (9)" },
        { .announce = "10.0.0.0/16 10.1.0.0/16 10.2.0.0/16 10.3.0.0/16 10.4.0.0/16 10.5.0.0/16 10.6.0.0/16 10.7.0.0/16 10.8.0.0/16",
          .origin = 65002, .want = "+0 ~9 =0 -0 (9) origin 10.0.0.0/16 65001>65002 origin 10.1.0.0/16 65001>65002 "
          "origin 10.2.0.0/16 65001>65002 origin 10.3.0.0/16 65001>65002 origin 10.4.0.0/16 65001>65002 "
          "origin 10.5.0.0/16 65001>65002 origin 10.6.0.0/16 65001>65002 origin 10.7.0.0/16 65001>65002" },
    } },
};
// clang-format on

/* ---- what else an UPDATE tells ---- */

static void summaries(void)
{
    struct rib *rib = rib_new((size_t)1 << 24);
    struct rib_side *side = rib_side_new(rib);
    static struct rib_news n;
    // clang-format off
    static const struct {
        const char *words;
        struct step step;
        bool has_summary, is_new;
        enum bgp_verdict verdict;
        unsigned faults;
        uint64_t families;
    } cases[] = {
        { "first", { .announce = "10.0.0.0/8", .origin = 7, .med = 5 }, true, true, BGP_FINE, 0,
          UINT64_C(1) << FAMILY_IPV4_UNICAST },
        { "again", { .announce = "10.1.0.0/16", .origin = 7, .med = 5 }, true, false, BGP_FINE, 0,
          UINT64_C(1) << FAMILY_IPV4_UNICAST },
        { "withdrawal", { .withdraw = "10.1.0.0/16" }, false, false, BGP_FINE, 0,
          UINT64_C(1) << FAMILY_IPV4_UNICAST },
        { "faulty", { .announce = "10.0.0.0/8", .origin = 7, .harm = ORIGIN_VALUE }, true, true,
          BGP_TREAT_AS_WITHDRAW, 1, UINT64_C(1) << FAMILY_IPV4_UNICAST },
        { "faulty again", { .announce = "10.0.0.0/8", .origin = 7, .harm = ORIGIN_VALUE }, true, false,
          BGP_TREAT_AS_WITHDRAW, 1, UINT64_C(1) << FAMILY_IPV4_UNICAST },
        { "IPv6", { V6, .announce = "2001:db8::/32", .origin = 7, .med = 5 }, true, true, BGP_FINE, 0,
          UINT64_C(1) << FAMILY_IPV6_UNICAST },
    };
    // clang-format on
    for (size_t i = 0; i < COUNT(cases); i++) {
        feed_step(side, &cases[i].step, &n);
        const struct bgp_attrs_summary *s = n.summary;
        CHECK_CASE(cases[i].words, (s != NULL) == cases[i].has_summary);
        CHECK_CASE(cases[i].words, n.summary_new == cases[i].is_new);
        CHECK_CASE(cases[i].words, n.families == cases[i].families);
        if (!s)
            continue;
        CHECK_CASE(cases[i].words, s->verdict == cases[i].verdict && s->faults.count == cases[i].faults);
        CHECK_CASE(cases[i].words, s->origin_as == 7 && s->first_as == 65000 && s->path_length == 2);
        CHECK_CASE(cases[i].words, s->has_med && s->med == cases[i].step.med);
        CHECK_CASE(cases[i].words,
                   !s->has_otc && !s->has_local_pref && !s->originator_id && !s->cluster_count);
        struct addr hop = addr_v4((const uint8_t[]){ 10, 0, 0, 1 });
        CHECK_CASE(cases[i].words, cases[i].step.family ? !s->next_hop.size : addr_equal(&s->next_hop, &hop));
    }
    rib_side_free(side);
    rib_free(rib);
}

static void nlri_said(void)
{
    struct rib *rib = rib_new((size_t)1 << 24);
    struct rib_side *side = rib_side_new(rib);
    static struct rib_news n;
    feed_step(side, &(struct step){ .announce = "8.8.8.0/24 127.0.0.0/8 192.168.0.0/16", .origin = 7 }, &n);
    CHECK(n.announced == 3 && n.withdrawn == 0 && n.bogon_count == 2 && n.bogon_why);
    CHECK(n.bogon.bits == 8 && n.bogon.prefix.at[0] == 127);
    CHECK(n.nlri_fault == FAULT_COUNT);
    feed_step(side, &(struct step){ .announce = "8.8.9.0/24 x210102", .origin = 7 }, &n);
    CHECK(n.announced == 1 && n.added == 1 && n.bogon_count == 0);
    CHECK(n.nlri_fault < FAULT_COUNT && n.nlri_fault_family == FAMILY_IPV4_UNICAST);
    feed_step(side, &(struct step){ .withdraw = "8.8.9.0/24 9.9.9.0/24" }, &n);
    CHECK(n.announced == 0 && n.withdrawn == 2 && n.removed == 1);
    rib_side_free(side);
    rib_free(rib);
}

static void reading(void)
{
    struct rib *rib = rib_new((size_t)1 << 24);
    struct rib_side *side = rib_side_new(rib);
    static struct rib_news n;
    struct rib_route route;
    struct buf text = buf_init(4096);
    static const struct {
        enum bgp_family family;
        bool path_ids;
        const char *nlri, *want;
    } cases[] = {
        { FAMILY_IPV4_UNICAST, false, "10.31.0.0/12", "10.16.0.0/12" },
        { FAMILY_IPV4_UNICAST, true, "77@10.2.3.4/32", "10.2.3.4/32" },
        { FAMILY_IPV6_UNICAST, false, "2001:db8:ffff::/44", "2001:db8:fff0::/44" },
        { FAMILY_IPV6_UNICAST, true, "77@::/0", "::/0" },
        { FAMILY_VPNV4_UNICAST, false, VPN_12B, "10.16.0.0/12" },
        { FAMILY_L2VPN_EVPN, false, EVPN_3, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct step s = {
            .family = cases[i].family, .path_ids = cases[i].path_ids, .announce = cases[i].nlri, .origin = 7
        };
        rib_side_clear(side, 0);
        feed_step(side, &s, &n);
        struct rib_at at = { 0 };
        CHECK_CASE(cases[i].nlri, rib_next(side, cases[i].family, &at, &route));
        CHECK_CASE(cases[i].nlri, route.nlri.has_path_id == cases[i].path_ids);
        CHECK_CASE(cases[i].nlri, route.nlri.path_id == (cases[i].path_ids ? 77 : 0));
        CHECK_CASE(cases[i].nlri, route.as4 && route.origin_as == 7 && cur_left(&route.attrs) > 20);
        buf_clear(&text);
        bgp_nlri_text(&route.nlri, &text);
        if (cases[i].want)
            CHECK_TEXT(buf_text(&text), cases[i].want);
        struct rib_route found;
        CHECK_CASE(cases[i].nlri, rib_find(side, &route.nlri, &found) && found.attrs.at == route.attrs.at);
        CHECK_CASE(cases[i].nlri, !rib_next(side, cases[i].family, &at, &route));
    }
    /* attributes as they were, MP_REACH_NLRI with its next hop and without NLRI */
    feed_step(side,
              &(struct step){ V6, .announce = "2001:db8::/32", .withdraw = "2001:db9::/32", .origin = 7 },
              &n);
    struct rib_at at = { 0 };
    CHECK(rib_next(side, FAMILY_IPV6_UNICAST, &at, &route));
    const uint8_t reach[] = {
        0x90, 14, 0, 21, 0, 2, 1, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    size_t size = cur_left(&route.attrs);
    CHECK(size == 4 + 13 + 7 + sizeof reach);
    CHECK(!memcmp(route.attrs.at + size - sizeof reach, reach, sizeof reach));
    rib_side_free(side);
    rib_free(rib);
    buf_free(&text);
}

int main(void)
{
    for (size_t i = 0; i < COUNT(stories); i++)
        tell_story(&stories[i]);
    summaries();
    nlri_said();
    reading();
    return CHECK_END();
}
