/* A clock that is set back and forth in; a time that goes on out. */
#include "capture/pace.h"
#include "tests/check.h"

static struct span step;

static int64_t take(struct pace *p, double clock)
{
    return pace_take(p, (struct stamp){ (int64_t)(clock * 1000) * 1000000 }, &step).ns / 1000000;
}

static void plain(void)
{
    struct pace p = PACE_NEW(5);
    CHECK(take(&p, 1000) == 1000000 && step.ns == 0);
    CHECK(take(&p, 1001.5) == 1001500 && step.ns == 1500000000);
    CHECK(take(&p, 1001.25) == 1001250); /* out of order */
    CHECK(take(&p, 1002) == 1002000 && step.ns == 500000000);
    CHECK(take(&p, 8000) == 8000000 && step.ns == SPAN_S(6998).ns);
}

/* An hour back: no moment comes twice, spans are an eighth short, and after eight hours all is as before. */
static void back(void)
{
    struct pace p = PACE_NEW(5);
    int64_t before = take(&p, 10000), now = 0;
    CHECK(take(&p, 6400) == before && step.ns == -SPAN_S(3600).ns);
    CHECK(take(&p, 6404) == before + 3500 && step.ns == 3500000000);
    CHECK(take(&p, 6403) == before + 2500); /* out of order */
    for (int s = 6405; s <= 6400 + 8 * 3600; s++) {
        int64_t next = take(&p, s);
        CHECK(!now || next - now == 875);
        now = next;
    }
    CHECK(now == (int64_t)(6400 + 8 * 3600) * 1000);
    CHECK(take(&p, 6400 + 8 * 3600 + 1) - now == 1000);
}

/* Set right again before that, or a long silence: at once. */
static void forth(void)
{
    struct pace p = PACE_NEW(5);
    int64_t before = take(&p, 10000);
    take(&p, 6400);
    CHECK(take(&p, 10001) == 10001000 && step.ns == SPAN_S(1).ns && before == 10000000);
    take(&p, 6400);
    CHECK(take(&p, 7400) == 10001000 && step.ns == 0); /* of a thousand seconds nobody knows */
    CHECK(take(&p, 7404) == 10004500);
}

int main(void)
{
    plain();
    back();
    forth();
    return CHECK_END();
}
