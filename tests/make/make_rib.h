/* Feeds the table of a side with UPDATEs that are told in a line each. One translation unit, one table of steps. */
#ifndef TESTS_MAKE_RIB_H
#define TESTS_MAKE_RIB_H

#include "state/bgp_rib.h"
#include "tests/make/make_bgp.h"
#include <stdio.h>

enum step_what { FEED, CLEAR };
enum step_harm { SOUND, NO_ORIGIN, ORIGIN_VALUE, TWO_REACH, NO_HOP };

/* Routes: "10.0.0.0/8", "7@10.0.0.0/8" with path identifier 7, or an NLRI as hex: "x180a00", several with blanks
 * between them. */
struct step {
    enum step_what what;
    enum bgp_family family;
    bool path_ids;
    const char *withdraw, *announce;
    uint32_t origin;  /* AS path: 65000 origin; 0: an empty one */
    const char *want; /* as tell_news tells */
    unsigned med;     /* another one makes another set */
    enum step_harm harm;
    unsigned minutes; /* since the step before */
};

static struct made step_made;

static inline void step_add_route(const char *text, size_t n)
{
    char one[200];
    snprintf(one, sizeof one, "%.*s", (int)n, text);
    char *id = strchr(one, '@');
    if (*one == 'x') {
        for (const char *p = one + 1; p[0] && p[1]; p += 2) {
            char byte[3] = { p[0], p[1], '\0' };
            make_u8(&step_made, (unsigned)strtoul(byte, NULL, 16));
        }
    } else if (id)
        make_prefix_id(&step_made, (uint32_t)strtoul(one, NULL, 10), id + 1);
    else
        make_prefix(&step_made, one);
}

static inline void step_add_routes(const char *text)
{
    while (text && *text) {
        size_t n = strcspn(text, " ");
        step_add_route(text, n);
        text += n + (text[n] == ' ');
    }
}

static inline void step_add_mp(const struct step *s, bool reach)
{
    size_t at = make_attr_begin(&step_made, 0x80, reach ? BGP_ATTR_MP_REACH_NLRI : BGP_ATTR_MP_UNREACH_NLRI);
    make_u16(&step_made, bgp_family_afi(s->family));
    make_u8(&step_made, bgp_family_safi(s->family));
    if (reach) {
        uint8_t hop[24] = { 0 };
        uint8_t safi = bgp_family_safi(s->family);
        hop[safi == 128 ? 11 : 3] = 1;
        unsigned size = (safi == 128 ? 8u : 0u) + (bgp_family_afi(s->family) == 2 ? 16u : 4u);
        make_u8(&step_made, size);
        make_bytes(&step_made, hop, size);
        make_u8(&step_made, 0);
    }
    step_add_routes(reach ? s->announce : s->withdraw);
    make_attr_end(&step_made, at);
}

static inline void step_add_attrs(const struct step *s)
{
    const uint8_t o[] = { (uint8_t)(s->origin >> 24), (uint8_t)(s->origin >> 16), (uint8_t)(s->origin >> 8),
                          (uint8_t)s->origin };
    const uint8_t path[] = { 2, 2, 0, 0, 0xfd, 0xe8, o[0], o[1], o[2], o[3] };
    if (s->harm != NO_ORIGIN)
        make_attr(&step_made, 0x40, BGP_ATTR_ORIGIN, s->harm == ORIGIN_VALUE ? "\7" : "\0", 1);
    make_attr(&step_made, 0x40, BGP_ATTR_AS_PATH, path, s->origin ? sizeof path : 0);
    if (s->family == FAMILY_IPV4_UNICAST)
        make_attr(&step_made, 0x40, BGP_ATTR_NEXT_HOP, "\12\0\0\1", s->harm == NO_HOP ? 3 : 4);
    make_attr(&step_made, 0x80, BGP_ATTR_MULTI_EXIT_DISC, (uint8_t[]){ 0, 0, 0, (uint8_t)s->med }, 4);
}

static inline struct bgp_msg step_message(const struct step *s)
{
    bool classic = s->family == FAMILY_IPV4_UNICAST;
    make_update(&step_made);
    if (classic)
        step_add_routes(s->withdraw);
    size_t attrs = make_attrs(&step_made);
    if (!classic && s->withdraw)
        step_add_mp(s, false);
    if (s->announce)
        step_add_attrs(s);
    if (!classic && s->announce)
        step_add_mp(s, true);
    if (s->harm == TWO_REACH) {
        struct step other = { .family = FAMILY_IPV6_UNICAST };
        step_add_mp(&other, true);
        step_add_mp(&other, true);
    }
    make_nlri(&step_made, attrs);
    if (classic)
        step_add_routes(s->announce);
    make_end(&step_made);
    return make_msg(&step_made);
}

static int64_t step_clock; /* packet time, ns */

static inline void feed_step(struct rib_side *side, const struct step *s, struct rib_news *news)
{
    struct bgp_msg msg = step_message(s);
    struct bgp_ctx ctx = { .as4 = true, .add_path = s->path_ids ? UINT64_C(1) << s->family : 0 };
    struct bgp_update u;
    bgp_update_read(&msg, &ctx, &u);
    struct stream_ref ref = { .frame = 1, .when = { step_clock } };
    rib_feed(side, &u, &ctx, ref, news);
}

#endif
