/* Alerts of an earlier run in; what this one tells of them is the same alert, and what it does not is over in time. */
#include "alert/feed_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    DOUBT_S = 60,       /* whoever joins midway knows by then */
    UNHEARD_S = 3600,   /* what was not found again by then is history, as of this run's own findings */
    LOST_S = 30 * 86400 /* of whom nothing is seen for so long, nobody waits for any more */
};

void alert_feed_numbers(struct alert_feed *f, uint32_t last) { f->numbers = last; }

static bool is_state(const struct alert *a, const char *end)
{
    size_t n = strlen(a->name), m = strlen(end);
    return !a->finding && n > m && !strcmp(a->name + n - m, end);
}

/* ---- whose it is ---- */

static void remember_finding(struct subject *s, const struct alert *a)
{
    struct said *said = calloc(1, sizeof *said);
    if (!said)
        return;
    *said = (struct said){ .next = s->said,
                           .key = a->key,
                           .number = a->finding,
                           .earlier = a->count,
                           .code = code_parse(a->name),
                           .severity = a->severity,
                           .least = a->severity,
                           .at = addr_parse(a->at),
                           .first = a->first,
                           .told = a->last,
                           .firing = true,
                           .while_down = a->while_down,
                           .title = strdup(a->summary) };
    s->said = said;
}

static void remember_state(struct subject *s, const struct alert *a)
{
    bool up = is_state(a, "-up");
    s->key = a->key;
    s->since = a->first;
    s->up = s->up_firing = s->remembered = up;
    s->down_firing = !up;
}

static void remember(struct subject *s, const struct alert *a)
{
    if (a->finding)
        remember_finding(s, a);
    else if (!s->up_firing && !s->down_firing)
        remember_state(s, a);
}

void alert_feed_know(struct alert_feed *f, const struct alert *a)
{
    f->key = a->key > f->key ? a->key : f->key;
    if (!a->firing || (a->finding ? code_parse(a->name) == CODE_COUNT : a->about == ALERT_CAPTURE))
        return;
    f->remembers = true;
    if (a->about == ALERT_CAPTURE) {
        remember_finding(&f->capture, a);
        return;
    }
    struct before *b = calloc(1, sizeof *b);
    if (!b)
        return;
    b->alert = *a;
    b->next = f->before;
    f->before = b;
}

void feed_claim(struct alert_feed *f, struct subject *s)
{
    for (struct before **at = &f->before; *at;) {
        struct before *b = *at;
        if (b->alert.about == s->about && !strcmp(b->alert.subject, s->name)) {
            *at = b->next;
            remember(s, &b->alert);
            free(b);
        } else
            at = &b->next;
    }
}

/* Of several of its kind it is the one with these words; else there is only one, whatever the words are by now. */
struct said *feed_again(struct subject *s, const struct finding *one)
{
    struct said **found = NULL;
    for (struct said **at = &s->said; *at; at = &(*at)->next) {
        struct said *said = *at;
        if (said->id || !said->firing || said->code != one->code || !addr_equal(&said->at, &one->at))
            continue;
        bool same = said->title && one->title && !strcmp(said->title, one->title);
        if (same || (!one->several && !found))
            found = at;
        if (same)
            break;
    }
    struct said *said = found ? *found : NULL;
    if (said)
        *found = said->next;
    return said;
}

void feed_free_said(struct said *said)
{
    if (said)
        free(said->title);
    free(said);
}

static void free_remembered(struct subject *s)
{
    for (struct said **at = &s->said; *at;) {
        struct said *said = *at;
        if (!said->id) {
            *at = said->next;
            feed_free_said(said);
        } else
            at = &said->next;
    }
}

void feed_free_before(struct alert_feed *f)
{
    struct subject *s;
    for (uint32_t at = 0; (s = table_next(&f->subjects, &at));)
        free_remembered(s);
    free_remembered(&f->capture);
    for (struct before *b = f->before, *next; b; b = next) {
        next = b->next;
        free(b);
    }
}

/* ---- what is over ---- */

static bool in_doubt(const struct subject *s) { return s->remembered && stamp_known(s->doubt); }

static void settle_subject(struct alert_feed *f, struct subject *s, bool late, struct stamp now)
{
    if (in_doubt(s) && stamp_since(now, s->doubt).ns >= SPAN_S(DOUBT_S).ns)
        feed_turn(f, s, false, s->doubt, "It was up when an earlier run ended", "it is not since then");
    for (struct said *said = s->said; late && said; said = said->next)
        if (!said->id && said->firing)
            feed_resolve(f, s, said, said->told);
    if (late)
        free_remembered(s);
}

/* Whom nobody saw: a loss stays one, until it is an old one. */
static void settle_unseen(struct alert_feed *f, struct stamp now)
{
    for (struct before **at = &f->before; *at;) {
        struct before *b = *at;
        if (is_state(&b->alert, "-down") && stamp_since(now, b->alert.last).ns < SPAN_S(LOST_S).ns) {
            at = &b->next;
            continue;
        }
        *at = b->next;
        b->alert.firing = false;
        f->options.emit(f->options.to, &b->alert);
        free(b);
    }
}

void alert_feed_beat(struct alert_feed *f, struct stamp now)
{
    if (!stamp_known(f->since))
        f->since = now;
    if (!f->remembers)
        return;
    struct subject *s;
    bool late = stamp_since(now, f->since).ns >= SPAN_S(UNHEARD_S).ns;
    bool doubt = false;
    settle_subject(f, &f->capture, late, now);
    for (uint32_t at = 0; (s = table_next(&f->subjects, &at));) {
        settle_subject(f, s, late, now);
        doubt |= in_doubt(s);
    }
    if (late)
        settle_unseen(f, now);
    if (late && !doubt && !f->before)
        f->remembers = false;
}
