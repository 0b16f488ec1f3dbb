/* Tables of routes at their limits, and against a plain list. */
#include "tests/check.h"
#include "tests/make/make_rib.h"

/* ---- memory ---- */

static const char *prefix_of(unsigned i, char text[40])
{
    snprintf(text, 40, "%u.%u.%u.0/24", 1 + i / 65536, i / 256 % 256, i % 256);
    return text;
}

static void small_sides_cost_little(void)
{
    struct rib *rib = rib_new((size_t)1 << 24);
    struct rib_side *side[100];
    static struct rib_news n;
    for (unsigned i = 0; i < COUNT(side); i++) {
        side[i] = rib_side_new(rib);
        feed_step(side[i],
                  &(struct step){ .announce = "10.0.0.0/16 10.1.0.0/16 10.2.0.0/16 10.3.0.0/16 10.4.0.0/16 "
                                              "10.5.0.0/16 10.6.0.0/16 10.7.0.0/16 10.8.0.0/16 10.9.0.0/16",
                                  .origin = 7 },
                  &n);
        CHECK(n.added == 10);
    }
    CHECK(rib_used(rib) / COUNT(side) < 700);
    for (unsigned i = 0; i < COUNT(side); i++)
        rib_side_free(side[i]);
    CHECK(rib_used(rib) == 0);
    rib_free(rib);
}

static void many_routes(void)
{
    enum { ROUTES = 200000 };
    struct rib *rib = rib_new((size_t)1 << 28);
    struct rib_side *side = rib_side_new(rib);
    static struct rib_news n;
    char text[40];
    size_t most = 0;
    for (unsigned i = 0; i < ROUTES; i++) {
        feed_step(side, &(struct step){ .announce = prefix_of(i, text), .origin = 7 + i % 100 }, &n);
        CHECK(n.added == 1);
        if (most < rib_used(rib))
            most = rib_used(rib);
    }
    CHECK(rib_side_count(side, FAMILY_IPV4_UNICAST) == ROUTES);
    CHECK(most / ROUTES < 24); /* at any time: growing needs no second table */
    for (unsigned i = 0; i < ROUTES; i++) {
        feed_step(side, &(struct step){ .withdraw = prefix_of(i, text) }, &n);
        CHECK(n.removed == 1);
    }
    CHECK(rib_side_count(side, FAMILY_IPV4_UNICAST) == 0);
    CHECK(rib_used(rib) < most / 4); /* ghosts are bounded, and what they leave is given back */
    rib_side_free(side);
    CHECK(rib_used(rib) == 0);
    rib_free(rib);
}

/* Prefixes that come and go, each another one, while a few stay. */
static void churn_is_bounded(void)
{
    struct rib *rib = rib_new((size_t)1 << 24);
    struct rib_side *side = rib_side_new(rib);
    static struct rib_news n;
    char text[40];
    feed_step(side, &(struct step){ .announce = "10.0.0.0/16 10.1.0.0/16", .origin = 7 }, &n);
    size_t most = 0;
    for (unsigned i = 0; i < 100000; i++) {
        feed_step(side, &(struct step){ .announce = prefix_of(i, text), .origin = 7 + i }, &n);
        feed_step(side, &(struct step){ .withdraw = prefix_of(i, text) }, &n);
        if (i % 1000 == 0)
            rib_side_clear(side, 0);
        if (most < rib_used(rib))
            most = rib_used(rib);
    }
    CHECK(most < 400000);
    rib_side_free(side);
    CHECK(rib_used(rib) == 0);
    rib_free(rib);
}

static void budget(void)
{
    static const size_t budgets[] = { 0, 100, 500, 1000, 3000, 10000, 50000, 100000 };
    for (size_t b = 0; b < COUNT(budgets); b++) {
        struct rib *rib = rib_new(budgets[b]);
        struct rib_side *side = rib_side_new(rib);
        static struct rib_news n;
        uint64_t kept = 0, removed = 0;
        char text[40];
        for (unsigned i = 0; side && i < 10000; i++) {
            feed_step(side, &(struct step){ .announce = prefix_of(i, text), .origin = 7 + i }, &n);
            kept += n.added;
            CHECK(n.announced == 1 && n.summary && n.summary->origin_as == 7 + i);
            CHECK(rib_used(rib) <= budgets[b]);
        }
        if (side) {
            CHECK(kept + rib_refused(rib) == 10000 && rib_refused(rib));
            CHECK(rib_side_count(side, FAMILY_IPV4_UNICAST) == kept);
        }
        for (unsigned i = 0; side && i < 10000; i++) {
            feed_step(side, &(struct step){ .withdraw = prefix_of(i, text) }, &n);
            removed += n.removed;
        }
        CHECK(removed == kept);
        rib_side_free(side);
        CHECK(rib_used(rib) == 0);
        rib_free(rib);
    }
}

/* What is only remembered makes room for what is announced. */
static void ghosts_go_first(void)
{
    struct rib *rib = rib_new(200000);
    struct rib_side *a = rib_side_new(rib), *b = rib_side_new(rib);
    static struct rib_news n;
    char text[40];
    for (unsigned i = 0; i < 5000; i++)
        feed_step(a, &(struct step){ .announce = prefix_of(i, text), .origin = 7 }, &n);
    CHECK(rib_refused(rib) == 0);
    rib_side_clear(a, 0);
    for (unsigned i = 0; i < 8000; i++)
        feed_step(b, &(struct step){ .announce = prefix_of(i, text), .origin = 7 }, &n);
    CHECK(rib_refused(rib) == 0 && rib_side_count(b, FAMILY_IPV4_UNICAST) == 8000);
    rib_side_free(a);
    rib_side_free(b);
    CHECK(rib_used(rib) == 0);
    rib_free(rib);
}

/* ---- against a plain list ---- */

enum { KINDS = 6, KEYS_MOST = 20000, PER_UPDATE = 60 };

static const struct {
    enum bgp_family family;
    bool path_ids;
} kinds[KINDS] = {
    { FAMILY_IPV4_UNICAST, false },  { FAMILY_IPV4_UNICAST, true },   { FAMILY_IPV6_UNICAST, false },
    { FAMILY_IPV6_MULTICAST, true }, { FAMILY_VPNV4_UNICAST, false }, { FAMILY_VPNV6_UNICAST, true },
};

struct plain {
    bool live, ghost, withdrawn;
    unsigned set;   /* attributes: what step.med says; the origin follows from it */
    unsigned label; /* of a VPN's route */
    uint32_t origin;
    unsigned flaps;
};
static struct plain plain[KINDS][KEYS_MOST];
static uint64_t dice_state;

static unsigned dice(unsigned sides)
{
    dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(dice_state >> 33) % sides;
}

static uint32_t origin_of(unsigned set) { return set % 4 ? 64496 + set % 4 : 0; }

static bool has_labels(unsigned kind) { return bgp_family_safi(kinds[kind].family) == 128; }

/* Key i of a kind as hex, with bits behind its length that shall not matter. */
static size_t key_text(unsigned kind, unsigned i, unsigned label, char text[100])
{
    bool v6 = bgp_family_afi(kinds[kind].family) == 2, vpn = has_labels(kind);
    uint8_t address[16] = { 0x20, (uint8_t)(i >> 8), (uint8_t)i };
    unsigned bits = 24 + i % (v6 ? 105 : 9), size = (bits + 7) / 8;
    if (bits % 8)
        address[size - 1] = (uint8_t)(address[size - 1] | dice(1u << (8 - bits % 8)));
    int n = sprintf(text, "x");
    if (kinds[kind].path_ids)
        n += sprintf(text + n, "%08x", i % 3);
    n += sprintf(text + n, "%02x", bits + (vpn ? 88 : 0));
    if (vpn)
        n += sprintf(text + n, "%06x%016x", label << 4 | 1, i % 5);
    for (unsigned b = 0; b < size; b++)
        n += sprintf(text + n, "%02x", address[b]);
    return (size_t)n;
}

struct counts {
    unsigned added, changed, same, removed, notable;
};

static void plain_announce(struct plain *p, unsigned set, unsigned label, struct counts *c)
{
    uint32_t origin = origin_of(set), before = p->origin;
    if (p->live && p->set == set && p->label == label) {
        c->same++;
        return;
    }
    if (p->live)
        c->changed++;
    else
        c->added++;
    if (p->ghost && p->withdrawn && ++p->flaps >= RIB_FLAPS)
        c->notable++;
    if (before && origin && before != origin)
        c->notable++;
    *p = (struct plain){ .live = true, .set = set, .label = label, .origin = origin, .flaps = p->flaps };
}

static void plain_end(struct plain *p, bool withdrawn, struct counts *c)
{
    if (!p->live)
        return;
    c->removed++;
    p->live = false;
    p->ghost = true;
    p->withdrawn = withdrawn;
}

/* One UPDATE of random routes to both; they must agree. */
static void random_update(struct rib_side *side, unsigned keys, bool all_kept)
{
    static char announce[PER_UPDATE * 100], withdraw[PER_UPDATE * 100];
    static unsigned announced[PER_UPDATE], withdrawn[PER_UPDATE], labels[PER_UPDATE];
    unsigned kind = dice(KINDS), set = dice(200), how = dice(5);
    unsigned a = how < 3 ? 1 + dice(PER_UPDATE) : 0, w = how >= 2 ? 1 + dice(PER_UPDATE) : 0;
    size_t n = 0;
    for (unsigned i = 0; i < a; i++) {
        announced[i] = dice(keys);
        labels[i] = has_labels(kind) ? 16 + dice(2) : 0;
        n += key_text(kind, announced[i], labels[i], announce + n);
        announce[n++] = i + 1 < a ? ' ' : '\0';
    }
    n = 0;
    for (unsigned i = 0; i < w; i++) {
        withdrawn[i] = dice(keys);
        n += key_text(kind, withdrawn[i], dice(1000), withdraw + n);
        withdraw[n++] = i + 1 < w ? ' ' : '\0';
    }
    struct step s = { .family = kinds[kind].family,
                      .path_ids = kinds[kind].path_ids,
                      .med = set,
                      .origin = origin_of(set),
                      .announce = a ? announce : NULL,
                      .withdraw = w ? withdraw : NULL };
    struct counts want = { 0 };
    for (unsigned i = 0; i < w; i++) {
        bool both = false;
        for (unsigned j = 0; j < a; j++)
            both |= announced[j] == withdrawn[i];
        if (!both)
            plain_end(&plain[kind][withdrawn[i]], true, &want);
    }
    for (unsigned i = 0; i < a; i++)
        plain_announce(&plain[kind][announced[i]], set, labels[i], &want);
    static struct rib_news news;
    feed_step(side, &s, &news);
    CHECK(news.announced == a && news.withdrawn == w && news.nlri_fault == FAULT_COUNT);
    CHECK(news.added == want.added && news.changed == want.changed && news.same == want.same);
    CHECK(news.removed == want.removed);
    if (all_kept)
        CHECK(news.notable_count == (want.notable < RIB_NOTABLE ? want.notable : RIB_NOTABLE));
}

/* Every route of one is in the other, with its attributes. */
static void compare(struct rib_side *side, unsigned keys)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        unsigned live = 0, found = 0;
        for (unsigned i = 0; i < keys; i++)
            live += plain[kind][i].live;
        struct rib_at at = { 0 };
        struct rib_route route;
        while (rib_next(side, kinds[kind].family, &at, &route)) {
            if (route.nlri.has_path_id != kinds[kind].path_ids)
                continue;
            unsigned i = (unsigned)route.nlri.prefix.at[1] << 8 | route.nlri.prefix.at[2];
            const struct plain *p = &plain[kind][i];
            CHECK(i < keys && p->live && p->origin == route.origin_as);
            CHECK(!route.nlri.has_path_id || route.nlri.path_id == i % 3);
            struct cursor labels = route.nlri.labels;
            CHECK(has_labels(kind) == (route.nlri.label_count == 1));
            CHECK(!has_labels(kind) || cur_u24(&labels) == (p->label << 4 | 1));
            const uint8_t *path = route.attrs.at + 4; /* behind ORIGIN */
            CHECK(cur_left(&route.attrs) > 20 && path[1] == BGP_ATTR_AS_PATH &&
                  path[2] == (p->origin ? 10 : 0));
            found++;
        }
        CHECK(found == live);
    }
}

static void against_a_list(unsigned keys, unsigned updates)
{
    struct rib *rib = rib_new((size_t)1 << 28);
    struct rib_side *side = rib_side_new(rib);
    memset(plain, 0, sizeof plain);
    dice_state = keys;
    struct counts ignored = { 0 };
    for (unsigned u = 0; u < updates; u++) {
        random_update(side, keys, keys < 1000);
        if (u % 500 == 499)
            compare(side, keys);
        if (dice(1000))
            continue;
        rib_side_clear(side, 0);
        for (unsigned kind = 0; kind < KINDS; kind++)
            for (unsigned i = 0; i < keys; i++)
                plain_end(&plain[kind][i], false, &ignored);
        compare(side, keys);
    }
    compare(side, keys);
    rib_side_free(side);
    CHECK(rib_used(rib) == 0);
    rib_free(rib);
}

/* ---- looking ahead ---- */

static void expect_cut(const uint8_t *bytes, size_t size, void *side)
{
    struct bgp_ctx ctx = { .as4 = true };
    CHECK(rib_expect(side, bytes, size, &ctx) <= size);
}

/* One side is told what comes, its twin is not. */
static void looking_ahead_changes_nothing(void)
{
    enum { FILL = 300000, AT_ONCE = 100 };
    struct rib *rib = rib_new((size_t)1 << 28);
    struct rib_side *side[2] = { rib_side_new(rib), rib_side_new(rib) };
    static struct rib_news news[2];
    static char list[AT_ONCE * 40];
    for (unsigned i = 0; i < FILL; i += AT_ONCE) {
        size_t n = 0;
        for (unsigned k = i; k < i + AT_ONCE; k++)
            n += (size_t)sprintf(list + n, "2001:%x:%x::/48 ", k / 65536 + 1, k % 65536);
        list[n - 1] = '\0';
        struct step s = { .family = FAMILY_IPV6_UNICAST, .announce = list, .origin = 7 + i };
        feed_step(side[0], &s, &news[0]);
        feed_step(side[1], &s, &news[1]);
    }
    CHECK(rib_used(rib) > (size_t)8 << 20);
    size_t looked = 0;
    for (unsigned u = 0; u < 3000; u++) {
        char one[40], other[40];
        sprintf(one, "2001:%x:%x::/48", 1 + dice(5), dice(65536));
        sprintf(other, "%u.%u.%u.0/24", 1 + dice(2), dice(4), dice(256));
        struct step s = { .family = dice(2) ? FAMILY_IPV6_UNICAST : FAMILY_IPV4_UNICAST,
                          .origin = 7 + dice(50) };
        *(dice(3) ? &s.announce : &s.withdraw) = s.family ? one : other;
        struct bgp_msg msg = step_message(&s);
        struct bgp_ctx ctx = { .as4 = true };
        looked += rib_expect(side[0], msg.raw, msg.length, &ctx) == msg.length;
        if (u % 100 == 0)
            make_every_cut(&step_made, expect_cut, side[0]);
        feed_step(side[0], &s, &news[0]);
        feed_step(side[1], &s, &news[1]);
        CHECK(news[0].added == news[1].added && news[0].changed == news[1].changed);
        CHECK(news[0].same == news[1].same && news[0].removed == news[1].removed);
        CHECK(news[0].notable_count == news[1].notable_count);
    }
    CHECK(looked == 3000);
    rib_side_free(side[0]);
    rib_side_free(side[1]);
    CHECK(rib_used(rib) == 0);
    rib_free(rib);
}

int main(void)
{
    looking_ahead_changes_nothing();
    against_a_list(20, 2000);
    against_a_list(900, 10000);
    against_a_list(KEYS_MOST, 20000);
    small_sides_cost_little();
    many_routes();
    churn_is_bounded();
    budget();
    ghosts_go_first();
    return CHECK_END();
}
