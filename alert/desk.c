/* Alerts and the time in, batches out; pure: it neither waits nor sends. */
#include "alert/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_NAME = 160 };

/* In the chain of its group, oldest first. */
struct wait {
    struct wait *next;
    uint64_t serial;
    struct alert alert;
};

struct desk_group {
    char name[GROUP_NAME];
    struct wait *first, **end;
    struct stamp since; /* of the first that waits */
    struct stamp told;
    uint32_t firing;
};

/* What the sink was told, or is about to be. */
struct held {
    struct desk_group *group;
    struct alert alert;
};

void desk_init(struct desk *d, const struct alert_sink *sink)
{
    *d = (struct desk){ .sink = sink };
    table_init(&d->groups, GROUP_NAME, 0);
    table_init(&d->held, sizeof(uint64_t), 0);
}

static void free_chain(struct wait *w)
{
    for (struct wait *next; w; w = next) {
        next = w->next;
        free(w);
    }
}

void desk_free(struct desk *d)
{
    struct desk_group *g;
    void *one;
    for (uint32_t at = 0; (g = table_next(&d->groups, &at));) {
        free_chain(g->first);
        free(g);
    }
    for (uint32_t at = 0; (one = table_next(&d->held, &at));)
        free(one);
    table_free(&d->groups);
    table_free(&d->held);
}

/* ---- groups ---- */

static struct desk_group *group_of(struct desk *d, const struct alert *a)
{
    char name[GROUP_NAME] = "";
    switch (d->sink->group) {
    case GROUP_SUBJECT: snprintf(name, sizeof name, "%.150s", a->subject); break;
    case GROUP_CODE: snprintf(name, sizeof name, "%s", a->name); break;
    case GROUP_ALL: break;
    case GROUP_NONE: snprintf(name, sizeof name, "%llx", (unsigned long long)a->key); break;
    }
    struct desk_group *g = table_get(&d->groups, name);
    if (g || !(g = calloc(1, sizeof *g)))
        return g;
    memcpy(g->name, name, sizeof name);
    g->end = &g->first;
    if (table_put(&d->groups, name, g))
        return g;
    free(g);
    return NULL;
}

static void drop_if_empty(struct desk *d, struct desk_group *g)
{
    if (!g->first && !g->firing)
        free(table_remove(&d->groups, g->name));
}

static void drop_first(struct desk *d, struct desk_group *g)
{
    struct wait *w = g->first;
    g->first = w->next;
    if (!g->first)
        g->end = &g->first;
    free(w);
    d->waiting--;
}

/* The oldest of all that waits. */
static void make_room(struct desk *d)
{
    struct desk_group *g, *oldest = NULL;
    for (uint32_t at = 0; (g = table_next(&d->groups, &at));)
        if (g->first && (!oldest || g->first->serial < oldest->first->serial))
            oldest = g;
    if (!oldest)
        return;
    drop_first(d, oldest);
    d->lost++;
    drop_if_empty(d, oldest);
}

static void put(struct desk *d, const struct alert *a, struct stamp now)
{
    if (d->waiting >= DESK_MOST)
        make_room(d);
    struct desk_group *g = group_of(d, a);
    struct wait *w = g ? calloc(1, sizeof *w) : NULL;
    if (!w) {
        d->lost++;
        return;
    }
    w->alert = *a;
    w->serial = ++d->serial;
    if (!g->first)
        g->since = now;
    *g->end = w;
    g->end = &w->next;
    d->waiting++;
}

/* ---- what fires ---- */

/* Over, in the words that it was told in. */
static void put_over(struct desk *d, struct held *h, struct stamp when, struct stamp now)
{
    struct alert over = h->alert;
    over.firing = false;
    over.last = when;
    put(d, &over, now);
}

static void let_go(struct desk *d, struct held *h)
{
    struct desk_group *g = h->group;
    table_remove(&d->held, &h->alert.key);
    free(h);
    g->firing--;
    drop_if_empty(d, g);
}

static void hold(struct desk *d, const struct alert *a)
{
    struct desk_group *g = d->held.live < DESK_HELD ? group_of(d, a) : NULL;
    struct held *h = g ? calloc(1, sizeof *h) : NULL;
    if (!h)
        return; /* it is told all the same, once */
    h->alert = *a;
    h->group = g;
    if (!table_put(&d->held, &a->key, h)) {
        free(h);
        return;
    }
    g->firing++;
}

void desk_take(struct desk *d, const struct alert *a, struct stamp now)
{
    struct held *h = table_get(&d->held, &a->key);
    if (!a->firing) {
        if (!h)
            return;
        put_over(d, h, a->last, now);
        let_go(d, h);
        return;
    }
    bool loud = a->severity >= d->sink->least;
    if (h && loud && h->alert.severity == a->severity) {
        struct stamp first = h->alert.first;
        h->alert = *a; /* for when it is told again */
        h->alert.first = first;
        return;
    }
    if (h) { /* the severity is a part of its name: the former one is over */
        put_over(d, h, a->last, now);
        let_go(d, h);
    }
    if (!loud)
        return;
    put(d, a, now);
    hold(d, a);
}

void desk_know(struct desk *d, const struct alert *a, struct stamp told, struct stamp now)
{
    struct alert fires = *a;
    fires.firing = true;
    if (!table_get(&d->held, &a->key))
        hold(d, &fires);
    struct held *h = table_get(&d->held, &a->key);
    if (h)
        h->group->told = h->group->firing > 1 ? stamp_later(h->group->told, told) : told;
    if (!a->firing)
        desk_take(d, a, now);
}

const struct alert *desk_firing(const struct desk *d, uint32_t *at)
{
    const struct held *h = table_next(&d->held, at);
    return h ? &h->alert : NULL;
}

/* ---- what is due ---- */

static struct stamp due_of(const struct desk *d, const struct desk_group *g)
{
    if (g->first)
        return stamp_add(g->since, d->sink->wait);
    return g->firing ? stamp_add(g->told, d->sink->resend) : STAMP_NEVER;
}

struct stamp desk_due(const struct desk *d)
{
    const struct desk_group *g;
    struct stamp least = STAMP_NEVER;
    for (uint32_t at = 0; (g = table_next(&d->groups, &at));) {
        struct stamp due = due_of(d, g);
        if (stamp_known(due) && (!stamp_known(least) || stamp_before(due, least)))
            least = due;
    }
    return least;
}

static void fill_waiting(const struct desk_group *g, struct desk_batch *b)
{
    for (const struct wait *w = g->first; w && b->count < DESK_BATCH; w = w->next)
        b->list[b->count++] = &w->alert;
}

static void fill_firing(const struct desk *d, const struct desk_group *g, struct desk_batch *b)
{
    const struct held *h;
    for (uint32_t at = 0; (h = table_next(&d->held, &at)) && b->count < DESK_BATCH;)
        if (h->group == g)
            b->list[b->count++] = &h->alert;
}

bool desk_next(struct desk *d, struct stamp now, bool all, struct desk_batch *b)
{
    struct desk_group *g, *next = NULL;
    b->count = 0;
    for (uint32_t at = 0; !next && (g = table_next(&d->groups, &at));) {
        struct stamp due = due_of(d, g);
        if (all ? g->first != NULL : stamp_known(due) && !stamp_before(now, due))
            next = g;
    }
    if (!next)
        return false;
    d->lent = next;
    d->resending = !next->first;
    if (d->resending)
        fill_firing(d, next, b);
    else
        fill_waiting(next, b);
    return true;
}

void desk_told(struct desk *d, const struct desk_batch *b, uint32_t n, struct stamp now)
{
    struct desk_group *g = d->lent;
    d->lent = NULL;
    if (!g)
        return;
    if (n == b->count)
        g->told = now;
    for (uint32_t i = 0; i < n && !d->resending; i++)
        drop_first(d, g);
    drop_if_empty(d, g);
}
