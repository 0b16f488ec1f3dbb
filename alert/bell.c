/* Alerts from a socket in; each sink's share to its thread, which waits, groups, tells, and tries again. Orders come in
 * there, too: sinks that are the same in the new one go on, those that are not in it any more tell what they can at once
 * and leave what fires to those that are new. */
#include "alert/bell.h"

#include "alert/sender.h"
#include "alert/spec.h"
#include "base/log.h"
#include "base/wall.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BOX_MOST = 4096, BACKOFF_MOST_S = 60, LAST_WORDS_S = 6 };

/* Alerts on their way to a sink's thread; shared by it and the one that reads the socket. */
struct box {
    struct box_item {
        struct box_item *next;
        struct alert alert;
        struct stamp told; /* by an earlier run; STAMP_NEVER: it is news */
    } * first, **end;
    uint32_t count;
    uint64_t lost;
    bool closed;
    bool at_once; /* closed, and nothing is tried again */
    pthread_mutex_t lock;
    pthread_cond_t news;
};

struct bell {
    struct alert_said said;
    struct alert_sink sink; /* points into it */
    int report;             /* where it is said what was taken; not ours */
    char shown[128];
    struct box box;
    pthread_t thread;
    bool running;
    /* the thread's own */
    struct desk desk;
    struct sender *sender;
    struct stamp failing; /* since; STAMP_NEVER: it takes what it is told */
    struct stamp next_try;
    struct span backoff;
    uint64_t lost_told;
};

/* ---- the box ---- */

static bool box_init(struct box *b)
{
    pthread_condattr_t how;
    b->end = &b->first;
    if (pthread_mutex_init(&b->lock, NULL) || pthread_condattr_init(&how))
        return false;
    bool well = !pthread_condattr_setclock(&how, CLOCK_MONOTONIC) && !pthread_cond_init(&b->news, &how);
    pthread_condattr_destroy(&how);
    return well;
}

static void box_put(struct box *b, const struct alert *a, struct stamp told)
{
    struct box_item *item = malloc(sizeof *item);
    pthread_mutex_lock(&b->lock);
    if (item && b->count < BOX_MOST) {
        item->next = NULL;
        item->alert = *a;
        item->told = told;
        *b->end = item;
        b->end = &item->next;
        b->count++;
        item = NULL;
    } else
        b->lost++;
    pthread_cond_signal(&b->news);
    pthread_mutex_unlock(&b->lock);
    free(item);
}

static void box_close(struct box *b, bool at_once)
{
    pthread_mutex_lock(&b->lock);
    b->closed = true;
    b->at_once = at_once;
    pthread_cond_signal(&b->news);
    pthread_mutex_unlock(&b->lock);
}

/* All that came, once there is something, the box is closed, or it is that late (STAMP_NEVER: however late). */
static struct box_item *box_wait(struct box *b, struct stamp until, bool *closed, uint64_t *lost)
{
    pthread_mutex_lock(&b->lock);
    int status = 0;
    while (!b->first && !b->closed && !status) {
        const struct timespec t = { .tv_sec = (time_t)(until.ns / NS_PER_S), .tv_nsec = until.ns % NS_PER_S };
        status = stamp_known(until) ? pthread_cond_timedwait(&b->news, &b->lock, &t)
                                    : pthread_cond_wait(&b->news, &b->lock);
    }
    struct box_item *all = b->first;
    b->first = NULL;
    b->end = &b->first;
    b->count = 0;
    *closed = b->closed;
    *lost = b->lost;
    pthread_mutex_unlock(&b->lock);
    return all;
}

/* ---- one sink ---- */

static void trouble(struct bell *b, const char *why, struct stamp now)
{
    if (!stamp_known(b->failing)) {
        b->failing = now;
        b->backoff = SPAN_S(1);
        log_line(LOG_ERROR, "%s: %s; alerts wait until it works again", b->shown, why);
    } else if (b->backoff.ns < SPAN_S(BACKOFF_MOST_S).ns)
        b->backoff.ns *= 2;
    b->next_try = stamp_add(now, b->backoff);
}

static void well_again(struct bell *b, struct stamp now)
{
    if (!stamp_known(b->failing))
        return;
    log_line(LOG_NOTE, "%s takes alerts again, after %.0f s", b->shown,
             span_seconds(stamp_since(now, b->failing)));
    b->failing = STAMP_NEVER;
    b->next_try = STAMP_NEVER;
}

static void tell_lost(struct bell *b, uint64_t in_box)
{
    uint64_t lost = b->desk.lost + in_box;
    if (lost == b->lost_told || stamp_known(b->failing))
        return;
    log_line(LOG_WARNING, "%s: %llu alerts were lost, the oldest of too many", b->shown,
             (unsigned long long)(lost - b->lost_told));
    b->lost_told = lost;
}

/* So that another run knows of it. When that cannot be said now, that one rings once more. */
static void report(const struct bell *b, const struct desk_batch *batch, uint32_t n)
{
    struct alert_told told = { .sink = alert_sink_id(&b->sink), .when = wall_now() };
    for (uint32_t i = 0; i < n; i++) {
        told.key = batch->list[i]->key;
        told.firing = batch->list[i]->firing;
        (void)!send(b->report, &told, sizeof told, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

/* False when it did not take all that is due. */
static bool tell_due(struct bell *b, bool all)
{
    struct desk_batch batch;
    while (desk_next(&b->desk, wall_steady(), all, &batch)) {
        char why[200] = "";
        uint32_t done = 0;
        enum sent sent = sender_send(b->sender, &batch, &done, why);
        struct stamp now = wall_steady();
        if (sent == SENT_REFUSED) {
            log_line(LOG_ERROR, "%s: %s; %u alerts are given up", b->shown, why, (unsigned)batch.count);
            done = batch.count;
        }
        report(b, &batch, done);
        desk_told(&b->desk, &batch, done, now);
        if (sent == SENT_LATER) {
            trouble(b, why, now);
            return false;
        }
        well_again(b, now);
    }
    return true;
}

/* Once the box is closed, nobody writes it any more. */
static bool leaves(const struct bell *b, bool closed) { return closed && b->box.at_once; }

/* Of the wall clock, which may have been set meanwhile, on the steady one. */
static struct stamp on_steady(struct stamp wall, struct stamp now)
{
    struct span ago = stamp_since(wall_now(), wall);
    return stamp_sub(now, ago.ns > 0 ? ago : (struct span){ 0 });
}

static void take_in(struct bell *b, struct box_item *all)
{
    struct stamp now = wall_steady();
    for (struct box_item *next; all; all = next) {
        next = all->next;
        if (stamp_known(all->told))
            desk_know(&b->desk, &all->alert, on_steady(all->told, now), now);
        else
            desk_take(&b->desk, &all->alert, now);
        free(all);
    }
}

static void *serve(void *of)
{
    struct bell *b = of;
    bool closed = false;
    uint64_t lost = 0;
    struct stamp give_up = STAMP_NEVER;
    for (;;) {
        struct stamp due = desk_due(&b->desk);
        if (stamp_known(due) && stamp_known(b->next_try))
            due = stamp_later(due, b->next_try);
        if (closed) { /* no more comes: what waits is told, as far as there is time */
            wall_sleep(SPAN_MS(200));
        } else
            take_in(b, box_wait(&b->box, due, &closed, &lost));
        if (closed && !stamp_known(give_up))
            give_up = stamp_add(wall_steady(), SPAN_S(LAST_WORDS_S - 1));
        bool leaving = leaves(b, closed), try = closed || !stamp_before(wall_steady(), b->next_try);
        if (leaving && stamp_known(b->failing))
            try = false;
        bool told = try && tell_due(b, closed);
        tell_lost(b, lost);
        if (leaving || (closed && (told || !stamp_before(wall_steady(), give_up))))
            break;
    }
    if (b->desk.waiting && !b->box.at_once)
        log_line(LOG_WARNING, "%s: %u alerts were not told", b->shown, (unsigned)b->desk.waiting);
    return NULL;
}

/* ---- all of them ---- */

struct bells {
    struct bell *list[ALERT_SINKS]; /* owned; NULL where there was no memory for it */
    unsigned count;
};

static struct bell *begin(const struct alert_said *said, int report_to)
{
    struct bell *b = calloc(1, sizeof *b);
    if (b) {
        *b = (struct bell){
            .said = *said, .report = report_to, .failing = STAMP_NEVER, .next_try = STAMP_NEVER
        };
        b->sink = alert_order_sink(&b->said);
        alert_spec_shown(&b->sink, b->shown);
        desk_init(&b->desk, &b->sink);
        b->sender = sender_new(&b->sink);
        b->running = b->sender && box_init(&b->box) && !pthread_create(&b->thread, NULL, serve, b);
    }
    if (!b || !b->running)
        log_line(LOG_ERROR, "%s: cannot be rung", b ? b->shown : "an alert sink");
    return b;
}

/* What fires is news to those that are new; what happens meanwhile waits in the socket. */
static void end(struct bell *b, struct bell *const *heirs, unsigned count)
{
    const struct alert *a;
    if (b->running) {
        box_close(&b->box, true);
        pthread_join(b->thread, NULL);
    }
    for (uint32_t at = 0; (a = desk_firing(&b->desk, &at));)
        for (unsigned i = 0; i < count; i++)
            if (heirs[i]->running)
                box_put(&heirs[i]->box, a, STAMP_NEVER);
    desk_free(&b->desk);
    sender_free(b->sender);
    if (b->running) {
        pthread_cond_destroy(&b->box.news);
        pthread_mutex_destroy(&b->box.lock);
    }
    memset(&b->said, 0, sizeof b->said); /* with its token */
    free(b);
}

static struct bell *taken_out(struct bells *from, const struct alert_said *said)
{
    for (unsigned i = 0; i < from->count; i++) {
        struct bell *b = from->list[i];
        if (b && alert_said_same(&b->said, said)) {
            from->list[i] = NULL;
            return b;
        }
    }
    return NULL;
}

static void obey(struct bells *bells, const struct alert_order *order, int report_to)
{
    struct bells old = *bells;
    struct bell *fresh[ALERT_SINKS];
    unsigned fresh_count = 0;
    bells->count = 0;
    for (unsigned i = 0; i < order->count && i < ALERT_SINKS; i++) {
        struct bell *b = taken_out(&old, &order->said[i]);
        if (!b && (b = begin(&order->said[i], report_to)))
            fresh[fresh_count++] = b;
        if (b)
            bells->list[bells->count++] = b;
    }
    for (unsigned i = 0; i < old.count; i++)
        if (old.list[i])
            end(old.list[i], fresh, fresh_count);
}

static void on_alarm(int number)
{
    (void)number;
    _exit(0);
}

static void last_words(struct bells *bells)
{
    for (unsigned i = 0; i < bells->count; i++)
        if (bells->list[i]->running)
            box_close(&bells->list[i]->box, false);
    signal(SIGALRM, on_alarm);
    alarm(LAST_WORDS_S + 1); /* a sink that does not answer at all */
    for (unsigned i = 0; i < bells->count; i++)
        if (bells->list[i]->running)
            pthread_join(bells->list[i]->thread, NULL);
}

static struct stamp told_when(const struct alert_before *a, uint64_t sink)
{
    for (uint32_t i = 0; i < a->told_count && i < ALERT_SINKS; i++)
        if (a->told[i].sink == sink)
            return a->told[i].when;
    return STAMP_NEVER;
}

/* What fires is news to whom nobody told of it; that it is over, is not. */
static void remember(const struct bells *bells, const struct alert_before *a)
{
    for (unsigned i = 0; i < bells->count; i++) {
        struct bell *b = bells->list[i];
        struct stamp told = told_when(a, alert_sink_id(&b->sink));
        if (b->running && (a->alert.firing || stamp_known(told)))
            box_put(&b->box, &a->alert, told);
    }
}

static void ring(const struct bells *bells, const struct alert *a)
{
    for (unsigned i = 0; i < bells->count; i++)
        if (bells->list[i]->running)
            box_put(&bells->list[i]->box, a, STAMP_NEVER);
}

int bell_run(int socket, struct alert_order *order)
{
    static struct bells bells;
    static union {
        struct alert alert;
        struct alert_before before;
        struct alert_order order;
    } got;
    _Static_assert(sizeof got.alert != sizeof got.order && sizeof got.before != sizeof got.order &&
                       sizeof got.alert != sizeof got.before,
                   "told apart by their size");
    ssize_t n;
    obey(&bells, order, socket);
    while ((n = recv(socket, &got, sizeof got, 0)) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        if (n == (ssize_t)sizeof got.alert)
            ring(&bells, &got.alert);
        if (n == (ssize_t)sizeof got.before)
            remember(&bells, &got.before);
        if (n == (ssize_t)sizeof got.order) {
            *order = got.order;
            obey(&bells, order, socket);
        }
    }
    last_words(&bells);
    return 0;
}
