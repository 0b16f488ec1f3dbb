/* A session that is joined in its midst: its tables are partial, and whole again when all of them was sent again. */
#include "tests/check.h"
#include "tests/make/make_talk.h"

static void announce(struct talk *t, const char *prefix)
{
    static const uint8_t path[] = { 2, 1, 0, 0, 0xfd, 0xe9 };
    struct made m = { 0 };
    make_update(&m);
    size_t attrs = make_attrs(&m);
    make_attr(&m, 0x40, BGP_ATTR_ORIGIN, "\0", 1);
    make_attr(&m, 0x40, BGP_ATTR_AS_PATH, path, sizeof path);
    make_attr(&m, 0x40, BGP_ATTR_NEXT_HOP, "\12\0\0\1", 4);
    make_nlri(&m, attrs);
    make_prefix(&m, prefix);
    make_end(&m);
    talk_made(t, 0, &m);
}

static void end_of_rib(struct talk *t)
{
    struct made m = { 0 };
    make_update(&m);
    make_nlri(&m, make_attrs(&m));
    make_end(&m);
    talk_made(t, 0, &m);
}

static void refresh(struct talk *t, int from, unsigned subtype)
{
    struct made m = { 0 };
    make_refresh(&m, 1, subtype, 1);
    talk_made(t, from, &m);
}

static bool partial(const struct talk *t)
{
    return engine_routes_partial(t->engine, talk_peering(t), 0, FAMILY_IPV4_UNICAST);
}

/* Both have acknowledged something, and nobody has seen how it began. */
static void join(struct talk *t)
{
    talk_begin(t, "10.0.0.1", "10.0.0.2");
    t->heard[0] = t->seq[1];
    t->heard[1] = t->seq[0];
    for (int i = 0; i < 3; i++) {
        talk_keepalive(t, 0);
        talk_keepalive(t, 1);
        talk_wait(t, SPAN_S(1));
    }
    announce(t, "192.0.2.0/24");
}

enum { ASKED, BEGIN, END };

/* RFC 7313 4: BoRR, all routes, EoRR. */
static void enhanced(void)
{
    struct talk t;
    join(&t);
    CHECK(partial(&t));
    refresh(&t, 0, END); /* the end of something that began before */
    CHECK(partial(&t));
    refresh(&t, 0, BEGIN);
    announce(&t, "198.51.100.0/24");
    CHECK(partial(&t));
    refresh(&t, 0, END);
    CHECK(!partial(&t));
    CHECK(engine_routes_partial(t.engine, talk_peering(&t), 0, FAMILY_IPV6_UNICAST));
    CHECK(engine_routes_partial(t.engine, talk_peering(&t), 1, FAMILY_IPV4_UNICAST));
    engine_free(t.engine);
}

/* RFC 2918: asked for; some tell by End-of-RIB that this was all. */
static void asked(void)
{
    struct talk t;
    join(&t);
    end_of_rib(&t); /* nobody had asked */
    CHECK(partial(&t));
    refresh(&t, 1, ASKED);
    announce(&t, "198.51.100.0/24");
    end_of_rib(&t);
    CHECK(!partial(&t));
    engine_free(t.engine);
}

/* What the capture misses makes it partial again, also while it is being sent again. */
static void missed(bool within)
{
    struct talk t;
    join(&t);
    refresh(&t, 0, BEGIN);
    if (!within)
        refresh(&t, 0, END);
    CHECK(partial(&t) == within);
    t.lost = true;
    announce(&t, "198.51.100.0/24");
    for (int i = 0; i < 5; i++) {
        talk_wait(&t, SPAN_MS(50));
        announce(&t, "203.0.113.0/24");
    }
    if (within)
        refresh(&t, 0, END);
    CHECK(partial(&t));
    engine_free(t.engine);
}

/* A session that was seen from its beginning has all there is. */
static void whole(void)
{
    struct talk t;
    talk_begin(&t, "10.0.0.1", "10.0.0.2");
    talk_dial(&t, 0);
    talk_answer(&t, 1);
    talk_open(&t, 0, 65001, 90, 1);
    talk_open(&t, 1, 65002, 90, 2);
    talk_keepalive(&t, 0);
    talk_keepalive(&t, 1);
    announce(&t, "192.0.2.0/24");
    CHECK(!partial(&t));
    engine_free(t.engine);
}

int main(void)
{
    enhanced();
    asked();
    missed(false);
    missed(true);
    whole();
    return CHECK_END();
}
