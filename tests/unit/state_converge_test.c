/* Losses of routes: when one begins, what belongs to it, when it has settled, and what became of the prefixes. */
#include "state/bgp_rib.h"

#include "tests/check.h"
#include "tests/make/make_talk.h"

static struct bgp_episode told; /* the latest */
static unsigned told_count;     /* … that are over */

static void take(const struct outbox *out)
{
    for (uint32_t i = 0; i < out->count; i++)
        if (out->list[i].kind == EVENT_EPISODE) {
            told = *out->list[i].as.episode;
            told_count += told.end != EPISODE_GOES_ON;
        }
}

/* With this MED: another one is another path. */
static void announce(struct talk *t, const char *prefix, uint8_t med)
{
    static const uint8_t path[] = { 2, 1, 0, 0, 0xfd, 0xe9 };
    const uint8_t value[4] = { 0, 0, 0, med };
    struct made m = { 0 };
    make_update(&m);
    size_t attrs = make_attrs(&m);
    make_attr(&m, 0x40, BGP_ATTR_ORIGIN, "\0", 1);
    make_attr(&m, 0x40, BGP_ATTR_AS_PATH, path, sizeof path);
    make_attr(&m, 0x40, BGP_ATTR_NEXT_HOP, "\12\0\0\1", 4);
    make_attr(&m, 0x80, BGP_ATTR_MULTI_EXIT_DISC, value, sizeof value);
    make_nlri(&m, attrs);
    make_prefix(&m, prefix);
    make_end(&m);
    talk_made(t, 0, &m);
}

static void withdraw(struct talk *t, const char *prefix)
{
    struct made m = { 0 };
    make_update(&m);
    make_prefix(&m, prefix);
    make_nlri(&m, make_attrs(&m));
    make_end(&m);
    talk_made(t, 0, &m);
}

/* 100 routes of side 0: 10.0.0.0/24 … 10.0.99.0/24. */
static void begin(struct talk *t)
{
    told_count = 0;
    talk_begin(t, "10.0.0.1", "10.0.0.2");
    talk_establish(t, 90);
    for (unsigned i = 0; i < 100; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "10.0.%u.0/24", i);
        announce(t, prefix, 0);
    }
    talk_wait(t, SPAN_S(20));
}

static void withdraw_some(struct talk *t, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "10.0.%u.0/24", i);
        withdraw(t, prefix);
    }
}

static void wait_quietly(struct talk *t, unsigned seconds)
{
    for (unsigned i = 0; i < seconds; i += 10) {
        talk_wait(t, SPAN_S(10));
        take(engine_advance(t->engine, t->now));
        talk_keepalive(t, 0);
        talk_keepalive(t, 1);
    }
}

/* A few withdrawals of many routes are no loss; a twentieth of them are. */
static void least(void)
{
    struct talk t;
    begin(&t);
    withdraw_some(&t, 4);
    wait_quietly(&t, 100);
    CHECK(told_count == 0);
    take(engine_finish(t.engine));
    CHECK(told_count == 0);
    engine_free(t.engine);
}

/* One comes back as it was, one by two other paths, the others stay away. */
static void fates(void)
{
    struct talk t;
    begin(&t);
    struct stamp first = t.now;
    withdraw_some(&t, 5);
    CHECK(stamp_before(first, stamp_add(t.now, SPAN_S(1))));
    talk_wait(&t, SPAN_S(30));
    announce(&t, "10.0.0.0/24", 0);
    announce(&t, "10.0.1.0/24", 1);
    talk_wait(&t, SPAN_S(40)); /* not so long that it had settled */
    announce(&t, "10.0.1.0/24", 2);
    announce(&t, "10.0.50.0/24", 9); /* of no concern */
    wait_quietly(&t, 60);
    CHECK(told_count == 0);
    wait_quietly(&t, 20);
    CHECK(told_count == 1 && told.end == EPISODE_SETTLED && told.trigger == EPISODE_WITHDRAWAL);
    CHECK(told.lost == 5 && told.prefixes == 5 && told.back == 1 && told.other == 1 && told.gone == 3);
    CHECK(told.withdrawn == 5 && told.announced == 2 && told.replaced == 1);
    CHECK(told.explored_most == 1 && told.explored_median == 0);
    int64_t took = stamp_since(told.last.when, told.first.when).ns;
    CHECK(took >= SPAN_S(70).ns && took < SPAN_S(71).ns && told.half.ns < SPAN_S(1).ns);
    CHECK(told.first.frame && told.last.frame > told.first.frame && !told.missed);
    CHECK(told.side_count == 1 && told.sides[0].side == 0 && told.sides[0].lost == 5);
    CHECK(told.part == RIB_LOTS);
    engine_free(t.engine);
}

/* All routes go with the session, and nobody withdrew them; why it ended is known. */
static void session_end(void)
{
    struct talk t;
    begin(&t);
    talk_notify(&t, 1, 6, 2);
    talk_ack(&t, 0);
    talk_fin(&t, 1);
    take(engine_finish(t.engine));
    CHECK(told_count == 0 && told.end == EPISODE_GOES_ON && told.trigger == EPISODE_SESSION);
    CHECK(told.lost == 100 && told.prefixes == 100 && told.gone == 100 && told.withdrawn == 0);
    CHECK(told.side == 1 && told.cause == CODE_BGP_CEASE_ADMINISTRATIVE_SHUTDOWN);
    CHECK(told.sides[0].down && told.sides[0].side == 0);
    engine_free(t.engine);
}

/* What the capture misses makes it a lower bound. */
static void missed(void)
{
    struct talk t;
    begin(&t);
    withdraw_some(&t, 10);
    t.lost = true;
    withdraw(&t, "10.0.20.0/24");
    wait_quietly(&t, 100);
    CHECK(told_count == 1 && told.missed && told.lost == 10);
    engine_free(t.engine);
}

/* A loss, and after it had settled another one. */
static void twice(void)
{
    struct talk t;
    begin(&t);
    withdraw_some(&t, 10);
    wait_quietly(&t, 100);
    CHECK(told_count == 1 && told.id == 1);
    for (unsigned i = 60; i < 80; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "10.0.%u.0/24", i);
        withdraw(&t, prefix);
    }
    wait_quietly(&t, 100);
    CHECK(told_count == 2 && told.id == 2 && told.lost == 20 && told.gone == 20);
    engine_free(t.engine);
}

int main(void)
{
    least();
    fates();
    session_end();
    missed();
    twice();
    return CHECK_END();
}
