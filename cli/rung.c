/* Alerts, and who took them, in; rows of the database out; and at the start the other way round. */
#include "cli/rung.h"

#include "base/log.h"
#include "base/macros.h"
#include "store/alert_rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNG_MOST = 4096 };

static const char *const about_names[] = { "capture", "peering", "adjacency" };

/* ---- to the database ---- */

static void put(struct rung *r, const struct alert *a)
{
    const struct alert_row row = { .key = (int64_t)a->key,
                                   .about = about_names[a->about],
                                   .subject = a->subject,
                                   .name = a->name,
                                   .severity = severity_name(a->severity),
                                   .at = a->at,
                                   .finding = a->finding,
                                   .count = a->count,
                                   .first = a->first,
                                   .last = a->last,
                                   .firing = a->firing,
                                   .while_down = a->while_down,
                                   .confidence = a->confidence,
                                   .summary = a->summary,
                                   .description = a->description,
                                   .advice = a->advice,
                                   .called = a->called,
                                   .places = a->places };
    store_put_alert(r->store, &row);
}

static void drop(struct rung *r, struct alert_before *b)
{
    store_drop_alert(r->store, (int64_t)b->alert.key);
    free(table_remove(&r->alerts, &b->alert.key));
}

static struct alert_before *add(struct rung *r, const struct alert *a)
{
    struct alert_before *b = r->alerts.live < RUNG_MOST ? calloc(1, sizeof *b) : NULL;
    if (b) {
        b->alert = *a;
        if (table_put(&r->alerts, &a->key, b))
            return b;
        free(b);
    }
    if (!r->full)
        log_line(LOG_WARNING, "more than %d alerts fire at once: those beyond ring again after a restart",
                 RUNG_MOST);
    r->full = true;
    return NULL;
}

/* Over, in the words that it was told in. */
static void end(struct rung *r, struct alert_before *b, const struct alert *a)
{
    b->alert.firing = false;
    b->alert.last = a->last;
    if (b->told_count)
        put(r, &b->alert);
    else
        drop(r, b);
}

void rung_take(struct rung *r, const struct alert *a)
{
    struct alert_before *b = r->store ? table_get(&r->alerts, &a->key) : NULL;
    if (!r->store || (!b && !a->firing))
        return;
    if (!a->firing) {
        end(r, b, a);
        return;
    }
    struct stamp first = b ? b->alert.first : a->first;
    if (!b && !(b = add(r, a)))
        return;
    b->alert = *a;
    b->alert.first = first;
    put(r, &b->alert);
}

/* It heard that it is over. */
static void forget_told(struct rung *r, struct alert_before *b, uint64_t sink)
{
    for (uint32_t i = 0; i < b->told_count; i++)
        if (b->told[i].sink == sink) {
            b->told[i] = b->told[--b->told_count];
            store_drop_alert_told(r->store, (int64_t)b->alert.key, (int64_t)sink);
            break;
        }
    if (!b->told_count)
        drop(r, b);
}

static struct alert_told *told_by(struct alert_before *b, uint64_t sink)
{
    for (uint32_t i = 0; i < b->told_count; i++)
        if (b->told[i].sink == sink)
            return &b->told[i];
    return b->told_count < ALERT_SINKS ? &b->told[b->told_count++] : NULL;
}

void rung_told(void *rung, const struct alert_told *t)
{
    struct rung *r = rung;
    struct alert_before *b = r->store ? table_get(&r->alerts, &t->key) : NULL;
    if (!b || (!t->firing && b->alert.firing)) /* of a severity that it has no more */
        return;
    if (!t->firing) {
        forget_told(r, b, t->sink);
        return;
    }
    struct alert_told *known = told_by(b, t->sink);
    if (!known)
        return;
    *known = *t;
    store_put_alert_told(r->store, (int64_t)t->key, (int64_t)t->sink, t->when);
}

void rung_put_all(struct rung *r)
{
    const struct alert_before *b;
    if (!r->store)
        return;
    store_drop_alerts(r->store);
    for (uint32_t at = 0; (b = table_next(&r->alerts, &at));) {
        put(r, &b->alert);
        for (uint32_t i = 0; i < b->told_count; i++)
            store_put_alert_told(r->store, (int64_t)b->alert.key, (int64_t)b->told[i].sink, b->told[i].when);
    }
}

/* ---- and back ---- */

static bool sane(struct stamp t) { return t.ns >= 0 && t.ns < INT64_MAX / 2; }

static int among(const char *const *names, int count, const char *name)
{
    while (--count >= 0 && strcmp(names[count], name) != 0)
        continue;
    return count;
}

static enum severity severity_of(const char *name)
{
    enum severity s = SEVERITY_ERROR;
    while (s > SEVERITY_INFO && strcmp(severity_name(s), name) != 0)
        s--;
    return s;
}

static void read_one(void *rung, const struct alert_row *row)
{
    struct rung *r = rung;
    int about = among(about_names, (int)COUNT(about_names), row->about);
    if (about < 0 || !sane(row->first) || !sane(row->last))
        return;
    struct alert a = { .key = (uint64_t)row->key,
                       .severity = severity_of(row->severity),
                       .about = (enum alert_about)about,
                       .firing = row->firing,
                       .while_down = row->while_down,
                       .finding = row->finding,
                       .count = row->count,
                       .first = row->first,
                       .last = row->last };
    snprintf(a.name, sizeof a.name, "%s", row->name);
    snprintf(a.subject, sizeof a.subject, "%s", row->subject);
    snprintf(a.at, sizeof a.at, "%s", row->at);
    snprintf(a.called, sizeof a.called, "%s", row->called);
    snprintf(a.places, sizeof a.places, "%s", row->places);
    snprintf(a.confidence, sizeof a.confidence, "%s", row->confidence);
    snprintf(a.summary, sizeof a.summary, "%s", row->summary);
    snprintf(a.description, sizeof a.description, "%s", row->description);
    snprintf(a.advice, sizeof a.advice, "%s", row->advice);
    (void)add(r, &a);
}

struct reading {
    struct rung *rung;
    const struct alert_sink *sinks;
    unsigned count;
};

/* Who is not rung any more cannot be told that it is over. */
static void read_told(void *reading, int64_t key, int64_t sink, struct stamp when)
{
    const struct reading *of = reading;
    uint64_t of_key = (uint64_t)key;
    struct alert_before *b = table_get(&of->rung->alerts, &of_key);
    for (unsigned i = 0; b && i < of->count && sane(when); i++)
        if (alert_sink_id(&of->sinks[i]) == (uint64_t)sink) {
            struct alert_told *t = told_by(b, (uint64_t)sink);
            if (t)
                *t = (struct alert_told){ of_key, (uint64_t)sink, true, when };
            return;
        }
}

void rung_open(struct rung *r, struct store *store, struct alert_feed *feed, struct alerter *alerter,
               const struct alert_sink *sinks, unsigned count)
{
    struct reading reading = { r, sinks, count };
    struct alert_before *b;
    *r = (struct rung){ .store = store };
    table_init(&r->alerts, sizeof(uint64_t), 0);
    if (!store)
        return;
    store_alerts(store, read_one, r);
    store_alerts_told(store, read_told, &reading);
    alert_feed_numbers(feed, store_finding_last(store));
    for (uint32_t at = 0; (b = table_next(&r->alerts, &at));) {
        alert_feed_know(feed, &b->alert);
        if (!b->alert.firing && !b->told_count) {
            drop(r, b);
            continue;
        }
        alerter_know(alerter, b);
    }
    alerter_hear(alerter, rung_told, r);
    rung_put_all(r);
}

void rung_close(struct rung *r)
{
    void *one;
    for (uint32_t at = 0; r->store && (one = table_next(&r->alerts, &at));)
        free(one);
    if (r->store)
        table_free(&r->alerts);
}
