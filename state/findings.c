/* Drafts of rules in; findings out, each told once and counted. */
#include "state/findings_internal.h"

#include "base/grow.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum severity severity;
} codes[] = {
#define CODE(ident, name, severity) [CODE_##ident] = { name, SEVERITY_##severity },
#include "state/codes.def"
#undef CODE
};

const char *code_name(enum finding_code code) { return code < CODE_COUNT ? codes[code].name : "?"; }
enum severity code_severity(enum finding_code code)
{
    return code < CODE_COUNT ? codes[code].severity : SEVERITY_INFO;
}

enum finding_code code_parse(const char *name)
{
    unsigned i = 0;
    while (i < CODE_COUNT && strcmp(codes[i].name, name) != 0)
        i++;
    return (enum finding_code)i;
}

const char *severity_name(enum severity s)
{
    static const char *const names[] = { "info", "warning", "error" };
    return names[s];
}

const char *confidence_name(enum confidence c)
{
    static const char *const names[] = { "possible", "likely", "certain" };
    return names[c];
}

enum { TITLE_MOST = 400, EXPLANATION_MOST = 2000, KEPT_FIRST = EVIDENCE_MAX / 2 };

void findings_init(struct findings *f, unsigned ceiling, struct outbox *outbox)
{
    *f = (struct findings){ .ceiling = ceiling, .outbox = outbox };
    table_init(&f->open, sizeof(struct finding_key), 0);
    table_init(&f->reviewed, sizeof(uint32_t), 0);
}

static void kept_free(struct kept *k)
{
    finding_free_review(k);
    free(k->f.title);
    free(k->f.explanation);
    free(k);
}

void findings_free(struct findings *f)
{
    for (uint32_t i = 0; i < f->count; i++)
        kept_free((struct kept *)f->list[i]);
    free(f->list);
    findings_free_reviews(f);
    table_free(&f->open);
    buf_free(&f->draft.title);
    buf_free(&f->draft.explanation);
}

struct draft *draft_begin(struct findings *f, enum finding_code code, enum confidence confidence,
                          struct stamp when)
{
    struct draft *d = &f->draft;
    struct buf title = d->title, explanation = d->explanation;
    *d = (struct draft){
        .code = code, .severity = code_severity(code), .confidence = confidence, .when = when
    };
    d->title = title;
    d->explanation = explanation;
    d->title.ceiling = TITLE_MOST;
    d->explanation.ceiling = EXPLANATION_MOST;
    buf_clear(&d->title);
    buf_clear(&d->explanation);
    return d;
}

void draft_evidence(struct draft *d, struct stream_ref ref, const char *note, ...)
{
    if (!ref.frame || d->evidence_count == EVIDENCE_MAX)
        return;
    for (unsigned i = 0; i < d->evidence_count; i++)
        if (d->evidence[i].ref.frame == ref.frame && d->evidence[i].ref.file == ref.file)
            return;
    struct evidence *e = &d->evidence[d->evidence_count++];
    e->ref = ref;
    va_list args;
    va_start(args, note);
    vsnprintf(e->note, sizeof e->note, note, args);
    va_end(args);
}

static void add_words(struct buf *b, const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    if (b->used)
        buf_char(b, ' ');
    buf_str(b, text);
}

void draft_title(struct draft *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_clear(&d->title);
    add_words(&d->title, format, args);
    va_end(args);
}

void draft_say(struct draft *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_words(&d->explanation, format, args);
    va_end(args);
}

/* The first ones stay; of the rest the latest. */
static void add_evidence(struct finding *one, const struct evidence *e)
{
    for (uint32_t i = 0; i < one->evidence_count; i++)
        if (one->evidence[i].ref.frame == e->ref.frame && one->evidence[i].ref.file == e->ref.file)
            return;
    if (one->evidence_count == EVIDENCE_MAX) {
        memmove(one->evidence + KEPT_FIRST, one->evidence + KEPT_FIRST + 1,
                (EVIDENCE_MAX - KEPT_FIRST - 1) * sizeof *one->evidence);
        one->evidence_count--;
        one->evidence_lost++;
    }
    one->evidence[one->evidence_count++] = *e;
}

static struct kept *find_or_open(struct findings *f, const struct draft *d, bool *fresh)
{
    struct finding_key key = { (uint32_t)d->code, d->peering, d->adjacency, d->subject, d->at };
    struct kept *k = table_get(&f->open, &key);
    *fresh = !k;
    if (k)
        return k;
    if (f->count == f->ceiling) {
        f->lost++;
        return NULL;
    }
    if (!grow(&f->list, f->count, &f->room, sizeof(*f->list), 16, UINT32_MAX))
        return NULL;
    k = calloc(1, sizeof *k);
    if (!k || !table_put(&f->open, &key, k)) {
        free(k);
        f->lost++;
        return NULL;
    }
    k->subject = d->subject;
    k->f = (struct finding){
        .id = ++f->ids, .code = d->code, .peering = d->peering, .adjacency = d->adjacency, .at = d->at
    };
    f->list[f->count++] = &k->f;
    return k;
}

void finding_drop(struct findings *f, struct kept *k)
{
    struct finding_key key = { (uint32_t)k->f.code, k->f.peering, k->f.adjacency, k->subject, k->f.at };
    table_remove(&f->open, &key);
    kept_free(k);
}

void finding_wipe(struct kept *k)
{
    free(k->f.title);
    free(k->f.explanation);
    k->f = (struct finding){
        .id = k->f.id, .code = k->f.code, .peering = k->f.peering, .adjacency = k->f.adjacency, .at = k->f.at
    };
    k->void_ = false;
}

void finding_tell(struct findings *f, struct kept *k)
{
    outbox_add(f->outbox, &(struct event){ .kind = EVENT_FINDING, .as.finding = &k->f });
}

static void take_words(char **to, const struct buf *from)
{
    char *text = buf_dup(from);
    if (!text)
        return;
    free(*to);
    *to = text;
}

void draft_end(struct findings *f, struct draft *d)
{
    bool fresh;
    struct kept *k = find_or_open(f, d, &fresh);
    if (!k)
        return;
    finding_make_ready(f, k, fresh);
    struct finding *one = &k->f;
    fresh = one->count == 0;
    if (fresh || !d->once)
        one->count++;
    one->severity = d->severity;
    one->several = d->subject != 0;
    one->confidence = d->confidence > one->confidence || fresh ? d->confidence : one->confidence;
    one->at_as = d->at_as ? d->at_as : one->at_as;
    one->peer_as = d->peer_as ? d->peer_as : one->peer_as;
    if (fresh)
        one->peer = d->peer;
    if (fresh || stamp_before(d->when, one->first))
        one->first = d->when;
    one->last = fresh ? d->when : stamp_later(one->last, d->when);
    for (unsigned i = 0; i < d->evidence_count; i++)
        add_evidence(one, &d->evidence[i]);
    if (fresh || d->title.used)
        take_words(&one->title, &d->title);
    if (fresh || d->explanation.used)
        take_words(&one->explanation, &d->explanation);
    finding_drafted(f, k);
}

const struct finding *findings_about(const struct findings *f, enum finding_code code, uint32_t peering)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (f->list[i]->code == code && (!peering || f->list[i]->peering == peering))
            return f->list[i];
    return NULL;
}
