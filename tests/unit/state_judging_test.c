/* Other payloads while packets come: routes that stand are held against them a few at a time, each once, whatever is
 * announced and withdrawn in between. */
#include "state/vrps.h"
#include "tests/check.h"
#include "tests/make/make_talk.h"

enum { STAND = 3000, A_TURN = 16 };

/* net.x.y.0/24 of so many numbers from this one on. */
static void update(struct talk *t, unsigned net, unsigned from, unsigned count, bool withdraw)
{
    static const uint8_t path[] = { 2, 1, 0, 0, 0xfd, 0xe9 };
    for (unsigned end = from + count; from < end;) {
        struct made m = { 0 };
        make_update(&m);
        for (unsigned i = 0; withdraw && i < 100 && from < end; i++, from++)
            make_bytes(&m, (const uint8_t[]){ 24, (uint8_t)net, (uint8_t)(from >> 8), (uint8_t)from }, 4);
        size_t attrs = make_attrs(&m);
        if (!withdraw) {
            make_attr(&m, 0x40, BGP_ATTR_ORIGIN, "\0", 1);
            make_attr(&m, 0x40, BGP_ATTR_AS_PATH, path, sizeof path);
            make_attr(&m, 0x40, BGP_ATTR_NEXT_HOP, "\12\0\0\1", 4);
        }
        make_nlri(&m, attrs);
        for (unsigned i = 0; !withdraw && i < 100 && from < end; i++, from++)
            make_bytes(&m, (const uint8_t[]){ 24, (uint8_t)net, (uint8_t)(from >> 8), (uint8_t)from }, 4);
        make_end(&m);
        talk_made(t, 0, &m);
    }
}

struct net {
    uint8_t b, c, bits; /* b.0.c.0/bits; bits 0: the end */
};

static struct vrps *payloads(const struct net *net, uint32_t asn)
{
    struct vrps *v = vrps_new();
    for (; v && net->bits; net++) {
        struct prefix p = { addr_v4((const uint8_t[]){ net->b, 0, net->c, 0 }), net->bits };
        CHECK(vrps_add(v, &p, p.bits, asn));
    }
    if (v)
        vrps_seal(v);
    return v;
}

static void begin(struct talk *t)
{
    talk_begin(t, "10.0.0.1", "10.0.0.2");
    talk_establish(t, 90);
    update(t, 20, 0, STAND, false);
}

/* Nothing between the turns, or half of another net comes and goes so that all that stands moves about. */
static void judged(bool between)
{
    struct talk t;
    begin(&t);
    struct vrps *v = payloads((const struct net[]){ { 20, 0, 8 }, { 0 } }, 1);
    engine_set_vrps(t.engine, v, NULL);
    unsigned turns = 0, after = 0;
    for (unsigned fresh = 0; engine_judging(t.engine) && turns < 10 * STAND; turns++) {
        after += talk_finding(&t, "route-rpki-invalid") != NULL; /* told when the side is over */
        (void)engine_judge(t.engine, A_TURN);
        if (!between || turns % 4)
            continue;
        update(&t, 30, fresh, 300, false);
        if (turns % 8)
            update(&t, 30, fresh / 2, 150, true);
        fresh += 300;
    }
    CHECK(turns >= STAND / A_TURN && turns < 10 * STAND);
    CHECK(after <= 1); /* the other side, which has none, may be a turn of its own */
    const struct finding *f = talk_finding(&t, "route-rpki-invalid");
    CHECK(f && f->evidence_count == 0);
    if (f) {
        CHECK(strstr(f->title, "announces 20.0.0.0/24, which the RPKI calls invalid by now"));
        CHECK(strstr(f->explanation, "No frame shows it"));
        CHECK(strstr(f->explanation, "So do 2999 others of this side.")); /* all, and none of them twice */
    }
    engine_free(t.engine);
    vrps_free(v);
}

/* What comes while the others wait for their turn is held against the new ones at once. */
static void meanwhile(void)
{
    struct talk t;
    begin(&t);
    struct vrps *v = payloads((const struct net[]){ { 30, 0, 8 }, { 0 } }, 1);
    engine_set_vrps(t.engine, v, NULL);
    (void)engine_judge(t.engine, A_TURN);
    update(&t, 30, 0, 1, false);
    const struct finding *f = talk_finding(&t, "route-rpki-invalid");
    CHECK(f && strstr(f->title, "30.0.0.0/24") && f->evidence_count == 1);
    CHECK(engine_judging(t.engine));
    engine_free(t.engine);
    vrps_free(v);
}

/* Only what the changes touch is told, and what was invalid before is not told again. */
static void changes(void)
{
    struct talk t;
    begin(&t);
    struct vrps *before = payloads((const struct net[]){ { 20, 1, 24 }, { 0 } }, 1);
    struct vrps *after = payloads((const struct net[]){ { 20, 1, 24 }, { 20, 2, 24 }, { 0 } }, 1);
    struct vrps *between = vrps_changes(before, after);
    engine_set_vrps(t.engine, before, NULL);
    while (engine_judging(t.engine))
        (void)engine_judge(t.engine, A_TURN);
    CHECK(talk_finding(&t, "route-rpki-invalid") && talk_finding(&t, "route-rpki-invalid")->count == 1);
    engine_set_vrps(t.engine, after, between);
    while (engine_judging(t.engine))
        (void)engine_judge(t.engine, A_TURN);
    const struct finding *f = talk_finding(&t, "route-rpki-invalid");
    CHECK(f && f->count == 2 && !strstr(f->explanation, "others"));
    engine_set_vrps(t.engine, NULL, NULL); /* none any more: nothing to be judged */
    CHECK(!engine_judging(t.engine));
    engine_free(t.engine);
    vrps_free(before);
    vrps_free(after);
    vrps_free(between);
}

int main(void)
{
    judged(false);
    judged(true);
    meanwhile();
    changes();
    return CHECK_END();
}
