/* Alerts and the time in, batches out: what waits, what is grouped, what is told again, what is given up. */
#include "alert/desk.h"
#include "tests/check.h"

#include <stdio.h>

static struct alert alert(uint64_t key, const char *subject, enum severity severity, bool firing)
{
    struct alert a = { .key = key, .severity = severity, .firing = firing, .about = ALERT_PEERING };
    snprintf(a.name, sizeof a.name, "code-%llu", (unsigned long long)key);
    snprintf(a.subject, sizeof a.subject, "%s", subject);
    return a;
}

static struct stamp at(int64_t s) { return (struct stamp){ s * NS_PER_S }; }

static void take(struct desk *d, uint64_t key, const char *subject, enum severity severity, bool firing,
                 int64_t s)
{
    struct alert a = alert(key, subject, severity, firing);
    desk_take(d, &a, at(s));
}

/* "1+ 2-": what is due then, and told: its key, and whether it fires. */
static const char *due(struct desk *d, int64_t s)
{
    static char text[400];
    struct desk_batch b;
    size_t n = 0;
    text[0] = '\0';
    if (!desk_next(d, at(s), false, &b))
        return "nothing";
    for (uint32_t i = 0; i < b.count && n < 300; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%llu%c%s", i ? " " : "",
                              (unsigned long long)b.list[i]->key, b.list[i]->firing ? '+' : '-',
                              b.list[i]->severity == SEVERITY_ERROR ? "!" : "");
    desk_told(d, &b, b.count, at(s));
    return text;
}

static const struct alert_sink usual = { .least = SEVERITY_WARNING,
                                         .wait = { 5 * NS_PER_S },
                                         .resend = { 60 * NS_PER_S } };

static void groups(void)
{
    struct desk d;
    desk_init(&d, &usual);
    take(&d, 1, "a", SEVERITY_ERROR, true, 100);
    take(&d, 2, "b", SEVERITY_WARNING, true, 101);
    take(&d, 3, "a", SEVERITY_WARNING, true, 103);
    take(&d, 4, "a", SEVERITY_INFO, true, 103);
    CHECK_TEXT(due(&d, 104), "nothing");
    CHECK_TEXT(due(&d, 105), "1+! 3+");
    CHECK_TEXT(due(&d, 105), "nothing");
    CHECK_TEXT(due(&d, 106), "2+");
    take(&d, 1, "a", SEVERITY_ERROR, true, 120); /* it fires already */
    CHECK_TEXT(due(&d, 130), "nothing");
    CHECK_TEXT(due(&d, 165), "1+! 3+"); /* told again */
    take(&d, 1, "a", SEVERITY_ERROR, false, 166);
    take(&d, 4, "a", SEVERITY_INFO, false, 166); /* was never told */
    CHECK_TEXT(due(&d, 167), "2+");
    CHECK_TEXT(due(&d, 171), "1-!");
    CHECK_TEXT(due(&d, 230), "2+");
    CHECK_TEXT(due(&d, 231), "3+");
    desk_free(&d);
}

static void graver(void)
{
    struct desk d;
    desk_init(&d, &usual);
    take(&d, 1, "a", SEVERITY_WARNING, true, 100);
    CHECK_TEXT(due(&d, 105), "1+");
    take(&d, 1, "a", SEVERITY_ERROR, true, 110);
    CHECK_TEXT(due(&d, 115), "1- 1+!"); /* the severity is a part of its name */
    take(&d, 1, "a", SEVERITY_INFO, true, 120);
    CHECK_TEXT(due(&d, 125), "1-!");
    CHECK(!stamp_known(desk_due(&d)));
    desk_free(&d);
}

/* What comes and goes while it waits is told, both. */
static void brief(void)
{
    struct desk d;
    desk_init(&d, &usual);
    take(&d, 1, "a", SEVERITY_ERROR, true, 100);
    take(&d, 1, "a", SEVERITY_ERROR, false, 101);
    take(&d, 1, "a", SEVERITY_ERROR, true, 102);
    CHECK(desk_due(&d).ns == at(105).ns);
    CHECK_TEXT(due(&d, 105), "1+! 1-! 1+!");
    CHECK(desk_due(&d).ns == at(165).ns);
    desk_free(&d);
}

/* A sink that takes nothing: all is kept up to the bound, then the oldest goes; the order stays. */
static void bounded(void)
{
    struct desk d;
    struct desk_batch b;
    struct alert_sink one = usual;
    one.group = GROUP_ALL;
    desk_init(&d, &one);
    for (uint64_t i = 1; i <= DESK_MOST + 10; i++)
        take(&d, i, "a", SEVERITY_ERROR, true, 100);
    CHECK(d.waiting == DESK_MOST && d.lost == 10);
    CHECK(desk_next(&d, at(200), false, &b) && b.count == DESK_BATCH && b.list[0]->key == 11);
    desk_told(&d, &b, 0, at(200)); /* not taken */
    CHECK(desk_next(&d, at(201), false, &b) && b.list[0]->key == 11);
    desk_told(&d, &b, 3, at(201)); /* three of them */
    uint64_t next = 14;
    while (d.waiting && desk_next(&d, at(202), false, &b)) {
        for (uint32_t i = 0; i < b.count; i++)
            CHECK(b.list[i]->key == next++);
        desk_told(&d, &b, b.count, at(202));
    }
    CHECK(next == DESK_MOST + 11);
    desk_free(&d);
}

static void ways_to_group(void)
{
    static const struct {
        enum alert_group group;
        unsigned batches;
        const char *words;
    } cases[] = {
        { GROUP_SUBJECT, 2, "by subject" },
        { GROUP_CODE, 3, "by code" },
        { GROUP_ALL, 1, "all" },
        { GROUP_NONE, 3, "none" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alert_sink sink = usual;
        struct desk d;
        struct desk_batch b;
        unsigned n = 0;
        sink.group = cases[i].group;
        desk_init(&d, &sink);
        take(&d, 1, "a", SEVERITY_ERROR, true, 100);
        take(&d, 2, "b", SEVERITY_ERROR, true, 100);
        take(&d, 3, "b", SEVERITY_ERROR, true, 100);
        while (desk_next(&d, at(101), true, &b)) {
            desk_told(&d, &b, b.count, at(101));
            n++;
        }
        CHECK_CASE(cases[i].words, n == cases[i].batches);
        desk_free(&d);
    }
}

/* What fires, and no more than that, is there for another to be told. */
static void firing(void)
{
    struct desk d;
    const struct alert *a;
    uint64_t keys = 0;
    uint32_t n = 0;
    desk_init(&d, &usual);
    take(&d, 1, "a", SEVERITY_ERROR, true, 100);
    take(&d, 2, "b", SEVERITY_ERROR, true, 100);
    take(&d, 3, "c", SEVERITY_INFO, true, 100); /* not for this sink */
    take(&d, 1, "a", SEVERITY_ERROR, false, 101);
    for (uint32_t place = 0; (a = desk_firing(&d, &place)); n++)
        keys |= a->key;
    CHECK(n == 1 && keys == 2);
    desk_free(&d);
}

static void know(struct desk *d, uint64_t key, const char *subject, bool firing, int64_t told, int64_t s)
{
    struct alert a = alert(key, subject, SEVERITY_ERROR, firing);
    desk_know(d, &a, at(told), at(s));
}

/* What an earlier run told is no news; it is told again counted from then, and that it is over. */
static void earlier(void)
{
    struct desk d;
    desk_init(&d, &usual);
    know(&d, 1, "a", true, 70, 100);
    know(&d, 2, "a", true, 80, 100);
    know(&d, 3, "b", false, 60, 100);
    CHECK_TEXT(due(&d, 104), "nothing");
    CHECK_TEXT(due(&d, 105), "3-!");
    take(&d, 1, "a", SEVERITY_ERROR, true, 110); /* it is found again */
    CHECK_TEXT(due(&d, 139), "nothing");
    CHECK_TEXT(due(&d, 140), "1+! 2+!"); /* the group was told at 80 */
    take(&d, 1, "a", SEVERITY_ERROR, false, 150);
    CHECK_TEXT(due(&d, 155), "1-!");
    know(&d, 4, "c", true, -1000, 160); /* long ago: the machine was off */
    CHECK_TEXT(due(&d, 160), "4+!");
    desk_free(&d);
}

int main(void)
{
    groups();
    firing();
    graver();
    brief();
    bounded();
    ways_to_group();
    earlier();
    return CHECK_END();
}
