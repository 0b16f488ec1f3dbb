/* Outboxes and what an earlier run left in, alerts out: what is the same, what is over, and when. */
#include "alert/feed.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

static char told[400];

static void emit(void *to, const struct alert *a)
{
    (void)to;
    size_t n = strlen(told);
    snprintf(told + n, sizeof told - n, "%s%s%s %llu/%u@%lld", n ? ", " : "",
             !a->firing ? "over "
             : a->again ? "again "
                        : "",
             a->name, (unsigned long long)a->key, (unsigned)a->finding, (long long)(a->first.ns / NS_PER_S));
}

static const char *said(void)
{
    static char last[400];
    memcpy(last, told, sizeof last);
    told[0] = '\0';
    return last;
}

static struct stamp at(int64_t s) { return (struct stamp){ s * NS_PER_S }; }

static struct alert_feed *fresh(void)
{
    const struct alert_feed_options o = { .emit = emit };
    struct alert_feed *f = alert_feed_new(&o);
    alert_feed_numbers(f, 100);
    return f;
}

static void know(struct alert_feed *f, uint64_t key, const char *name, uint32_t finding, bool while_down)
{
    struct alert a = { .key = key,
                       .about = ALERT_PEERING,
                       .severity = SEVERITY_ERROR,
                       .firing = true,
                       .finding = finding,
                       .while_down = while_down,
                       .first = at(10),
                       .last = at(20) };
    snprintf(a.name, sizeof a.name, "%s", name);
    snprintf(a.subject, sizeof a.subject, "p");
    snprintf(a.summary, sizeof a.summary, "title %u", (unsigned)finding);
    alert_feed_know(f, &a);
}

static void take(struct alert_feed *f, struct event *e)
{
    const struct outbox o = { .list = e, .count = 1 };
    alert_feed_take(f, &o);
}

static void appears(struct alert_feed *f)
{
    static struct bgp_peering p = { .id = 1 };
    snprintf(p.name, sizeof p.name, "p");
    take(f, &(struct event){ .kind = EVENT_PEERING, .as.peering = &p });
}

static void turns(struct alert_feed *f, int side, enum bgp_state to, int64_t s)
{
    take(f, &(struct event){
                .kind = EVENT_TRANSITION,
                .as.transition = {
                    .peering = 1, .side = side, .to = to, .ref = { .when = at(s) }, .cause = "" } });
}

static void finds(struct alert_feed *f, uint32_t id, enum finding_code code, char *title, bool several,
                  int64_t s)
{
    const struct finding one = { .id = id,
                                 .code = code,
                                 .severity = SEVERITY_WARNING,
                                 .peering = 1,
                                 .count = 1,
                                 .first = at(s),
                                 .last = at(s),
                                 .several = several,
                                 .title = title };
    take(f, &(struct event){ .kind = EVENT_FINDING, .as.finding = &one });
}

/* Down it was, and down it is: not told; up: all that was found meanwhile is over, under its old key. */
static void down(void)
{
    struct alert_feed *f = fresh();
    know(f, 7, "bgp-session-down", 0, false);
    know(f, 8, "bgp-hold-timer-expired", 5, true);
    know(f, 9, "bgp-update-malformed", 6, false);
    appears(f);
    turns(f, 0, STATE_CONNECT, 1000);
    finds(f, 1, CODE_BGP_HOLD_TIMER_EXPIRED, NULL, false, 1001);
    CHECK_TEXT(said(), "again bgp-hold-timer-expired 8/5@10");
    turns(f, 0, STATE_ESTABLISHED, 1002);
    turns(f, 1, STATE_ESTABLISHED, 1003);
    CHECK_TEXT(said(),
               "over bgp-session-down 7/0@10, bgp-session-up 10/0@1003, over bgp-hold-timer-expired 8/5@10");
    alert_feed_beat(f, at(1004));
    alert_feed_beat(f, at(1004 + 3599));
    CHECK_TEXT(said(), "");
    alert_feed_beat(f, at(1004 + 3600));
    CHECK_TEXT(said(), "over bgp-update-malformed 9/6@10");
    alert_feed_free(f);
}

/* Up it was: nothing is told when it is; when for a minute it is not, it is lost. */
static void up(void)
{
    struct alert_feed *f = fresh();
    know(f, 3, "bgp-session-up", 0, false);
    alert_feed_beat(f, at(999));
    appears(f);
    turns(f, 0, STATE_ESTABLISHED, 1000);
    turns(f, 1, STATE_ESTABLISHED, 1001);
    alert_feed_beat(f, at(1100));
    CHECK_TEXT(said(), "");
    turns(f, 1, STATE_IDLE, 1200);
    CHECK_TEXT(said(), "over bgp-session-up 3/0@10, bgp-session-down 4/0@1200");
    alert_feed_free(f);

    f = fresh();
    know(f, 3, "bgp-session-up", 0, false);
    alert_feed_beat(f, at(999));
    appears(f);
    turns(f, 0, STATE_CONNECT, 1000);
    alert_feed_beat(f, at(1059));
    CHECK_TEXT(said(), "");
    alert_feed_beat(f, at(1060));
    CHECK_TEXT(said(), "over bgp-session-up 3/0@10, bgp-session-down 4/0@1000");
    alert_feed_free(f);
}

/* Of several of one code it is the one with the same title; another one is news. */
static void several(void)
{
    struct alert_feed *f = fresh();
    know(f, 1, "route-flapping", 1, false);
    know(f, 2, "route-flapping", 2, false);
    appears(f);
    finds(f, 1, CODE_ROUTE_FLAPPING, (char[]){ "another" }, true, 1000);
    CHECK_TEXT(said(), "route-flapping 3/101@1000");
    finds(f, 2, CODE_ROUTE_FLAPPING, (char[]){ "title 1" }, true, 1000);
    CHECK_TEXT(said(), "again route-flapping 1/1@10");
    alert_feed_free(f);
}

/* Of whom nobody is seen: a loss stays for a month, all else for an hour. */
static void unseen(void)
{
    struct alert_feed *f = fresh();
    know(f, 1, "bgp-session-down", 0, false);
    know(f, 2, "bgp-hold-timer-expired", 1, true);
    alert_feed_beat(f, at(1000));
    alert_feed_beat(f, at(5000));
    CHECK_TEXT(said(), "over bgp-hold-timer-expired 2/1@10");
    alert_feed_beat(f, at(20 + 30 * 86400 - 1));
    CHECK_TEXT(said(), "");
    alert_feed_beat(f, at(20 + 30 * 86400));
    CHECK_TEXT(said(), "over bgp-session-down 1/0@10");
    alert_feed_free(f);
}

int main(void)
{
    down();
    up();
    several();
    unseen();
    return CHECK_END();
}
