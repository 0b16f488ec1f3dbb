/* Reviews: what rules say of a moment goes on top of what happened, and comes off again before the next one. */
#include "state/findings_internal.h"

#include "base/grow.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

/* Of all that a reader would see change. The moment is no part of it: a thing that lasts is no news. */
static uint64_t digest(const struct finding *f)
{
    uint64_t h = hash_u64((uint64_t)f->severity << 8 | (uint64_t)f->confidence, f->count);
    for (uint32_t i = 0; i < f->evidence_count; i++)
        h = hash_u64(f->evidence[i].ref.frame << 8 ^ f->evidence[i].ref.file, h);
    h = hash_u64(f->evidence_lost, h);
    h = f->title ? hash_bytes(f->title, strlen(f->title), h) : h;
    h = f->explanation ? hash_bytes(f->explanation, strlen(f->explanation), h) : h;
    return h ? h : 1;
}

static void tell_changed(struct findings *f, struct kept *k)
{
    uint64_t now = digest(&k->f);
    if (now == k->told)
        return;
    finding_tell(f, k);
    k->told = now;
}

static char *copy_of(const char *text)
{
    size_t n = text ? strlen(text) + 1 : 0;
    char *copy = n ? malloc(n) : NULL;
    return copy ? memcpy(copy, text, n) : NULL;
}

static void free_finding(struct finding *f)
{
    if (f) {
        free(f->title);
        free(f->explanation);
    }
    free(f);
}

/* Without memory there is no base: then what happened is taken for a part of the review. */
static struct finding *copy_finding(const struct finding *f)
{
    struct finding *copy = malloc(sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *f;
    copy->title = copy_of(f->title);
    copy->explanation = copy_of(f->explanation);
    return copy;
}

/* What the review said is taken off. Where nothing is under it, the words stay to be read, until somebody speaks. */
static void take_off(struct kept *k)
{
    k->reviewed = false;
    if (!k->base) {
        k->void_ = true;
        return;
    }
    struct finding *base = k->base;
    free(k->f.title);
    free(k->f.explanation);
    k->f = *base;
    free(base);
    k->base = NULL;
}

void finding_free_review(struct kept *k) { free_finding(k->base); }

/* Without memory it is not listed, and stays said. */
static void list(struct findings *f, struct kept *k)
{
    if (k->listed)
        return;
    if (!grow(&f->latest, f->latest_count, &f->latest_room, sizeof(*f->latest), 16, UINT32_MAX))
        return;
    k->listed = true;
    f->latest[f->latest_count++] = k;
}

void finding_make_ready(struct findings *f, struct kept *k, bool fresh)
{
    if (k->f.over)
        k->void_ = true;
    if (!f->reviewing) {
        if (k->reviewed)
            take_off(k);
    } else if (!k->reviewed) {
        k->base = fresh || k->void_ ? NULL : copy_finding(&k->f);
        k->reviewed = true;
        if (fresh || k->f.over)
            k->since = f->draft.when;
        list(f, k);
    }
    if (!k->void_)
        return;
    if (k->f.over)
        k->f.id = ++f->ids; /* it was told to be over: this is another one */
    finding_wipe(k);
}

void finding_drafted(struct findings *f, struct kept *k)
{
    /* it is so since the first of the reviews in a row that say so */
    if (k->reviewed && !k->base && stamp_before(k->since, k->f.first))
        k->f.first = k->since;
    if (f->reviewing)
        return;
    finding_tell(f, k);
    if (k->listed)
        k->told = digest(&k->f);
}

/* ---- a review ---- */

/* What the last review of a group said. */
struct review {
    uint32_t count;
    struct kept *list[];
};

static struct review *take_back(struct findings *f, uint32_t group)
{
    struct review *r = table_remove(&f->reviewed, &group);
    for (uint32_t i = 0; r && i < r->count; i++) {
        r->list[i]->listed = false;
        if (r->list[i]->reviewed)
            take_off(r->list[i]);
    }
    return r;
}

/* Nobody says it any more. */
static void settle(struct findings *f, struct kept *k, struct stamp now)
{
    if (!k->void_) {
        tell_changed(f, k);
    } else if (!k->f.over) {
        k->f.over = true;
        k->f.last = stamp_later(k->f.last, now);
        finding_tell(f, k);
    }
}

static void settle_all(struct findings *f, struct review *r, struct stamp now)
{
    for (uint32_t i = 0; r && i < r->count; i++)
        if (!r->list[i]->reviewed)
            settle(f, r->list[i], now);
    free(r);
}

bool findings_in_review(const struct findings *f, uint32_t group)
{
    return table_get(&f->reviewed, &group) != NULL;
}

void findings_review_begin(struct findings *f, uint32_t group)
{
    f->former = take_back(f, group);
    f->latest_count = 0;
    f->reviewing = true;
}

void findings_review_end(struct findings *f, uint32_t group, struct stamp now)
{
    uint32_t n = f->latest_count;
    f->reviewing = false;
    for (uint32_t i = 0; i < n; i++)
        tell_changed(f, f->latest[i]);
    settle_all(f, f->former, now);
    f->former = NULL;
    if (!n)
        return;
    struct review *r = malloc(sizeof *r + n * sizeof r->list[0]);
    if (r) {
        r->count = n;
        memcpy(r->list, f->latest, n * sizeof r->list[0]);
        if (table_put(&f->reviewed, &group, r))
            return;
    }
    free(r);
    for (uint32_t i = 0; i < n; i++) /* without memory they stay said */
        f->latest[i]->listed = false;
}

/* ---- the end ---- */

void findings_undo_reviews(struct findings *f)
{
    for (uint32_t i = 0; i < f->count; i++) {
        struct kept *k = (struct kept *)f->list[i];
        if (k->reviewed) {
            take_off(k);
            k->since = (struct stamp){ INT64_MAX }; /* the last word has a moment of its own */
        }
    }
}

void findings_close_reviews(struct findings *f, struct stamp now)
{
    struct review *r;
    for (uint32_t at = 0; (r = table_next(&f->reviewed, &at));)
        for (uint32_t i = 0; i < r->count; i++)
            settle(f, r->list[i], now);
}

void findings_free_reviews(struct findings *f)
{
    struct review *r;
    for (uint32_t at = 0; (r = table_next(&f->reviewed, &at));)
        free(r);
    table_free(&f->reviewed);
    free(f->latest);
}

/* ---- history ---- */

void findings_forget(struct findings *f, struct stamp before)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        struct kept *k = (struct kept *)f->list[i];
        bool past = !k->listed && !k->reviewed && stamp_before(k->f.last, before);
        if (past && k->f.over) { /* it was told in an earlier outbox */
            finding_drop(f, k);
            continue;
        }
        f->list[n++] = f->list[i];
        if (past) {
            k->f.over = k->f.old = true;
            finding_tell(f, k);
        }
    }
    f->count = n;
}
