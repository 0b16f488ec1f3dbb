/* One finding in; what was found, why it is so, where to look and which frames prove it, out. */
#include "store/report_text_internal.h"

#include "store/render.h"
#include <stdlib.h>
#include <string.h>

enum { FRAMES_SHOWN = 12 };

static enum paint severity_paint(enum severity s)
{
    return s == SEVERITY_ERROR ? RED : s == SEVERITY_WARNING ? YELLOW : CYAN;
}

struct place {
    int64_t file;
    uint64_t frame;
    char path[256];
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* " 12 15 16"; with several files " 12 15 of a.pcap, 3 of b.pcap". Returns how many. */
static uint64_t add_frames(struct story *t, const struct finding_row *f, struct buf *out)
{
    struct query q = query_evidence(t->store, f->id);
    struct evidence_row e;
    struct place places[FRAMES_SHOWN];
    uint64_t count = f->evidence_lost;
    size_t shown = 0;
    while (query_evidence_row(&q, &e)) {
        if (!e.frame)
            continue;
        if (shown < FRAMES_SHOWN) {
            places[shown] = (struct place){ .file = e.file, .frame = e.frame };
            snprintf(places[shown++].path, sizeof places->path, "%s", e.path ? e.path : "?");
        }
        count++;
    }
    qsort(places, shown, sizeof *places, by_place);
    for (size_t i = 0; i < shown; i++) {
        buf_printf(out, " %llu", (unsigned long long)places[i].frame);
        bool last = i + 1 == shown;
        if (t->files > 1 && (last || places[i + 1].file != places[i].file))
            buf_printf(out, " of %s%s", places[i].path, last ? "" : ",");
    }
    if (shown && count > shown)
        buf_printf(out, " and %llu more", (unsigned long long)(count - shown));
    return shown ? count : 0;
}

/* "at 10:00:03.184", "14 times from 10:00:03.184 to 10:01:08.184" */
static void add_times(struct story *t, const struct finding_row *f, struct buf *out)
{
    bool range = f->count > 1 && f->last.ns != f->first.ns;
    if (f->count > 1)
        render_counted(out, f->count, "time", "times");
    if (!stamp_known(f->first))
        return;
    buf_str(out, f->count > 1 ? range ? " from " : " at " : "at ");
    story_moment(t, out, f->first);
    if (range) {
        buf_str(out, " to ");
        story_moment(t, out, f->last);
    }
}

static void tell_proof(struct story *t, const struct finding_row *f)
{
    struct buf frames = buf_init(4096), times = buf_init(256), text = buf_init(8192);
    uint64_t count = add_frames(t, f, &frames);
    /* of the capture as a whole: it has no moment of its own */
    if (count || f->count > 1 || strncmp(f->code_name, "capture-", 8) != 0)
        add_times(t, f, &times);
    if (count)
        buf_printf(&text, "frame%s%s", count > 1 ? "s" : "", buf_text(&frames));
    lay_to(&t->l, WORDS_AT);
    lay_part(&t->l, WORDS_AT, DIM, buf_text(&text));
    lay_part(&t->l, WORDS_AT, DIM, buf_text(&times));
    if (strcmp(f->confidence, confidence_name(CONFIDENCE_CERTAIN)) != 0)
        lay_part(&t->l, WORDS_AT, DIM, f->confidence);
    if (stamp_known(f->over)) {
        buf_clear(&text);
        buf_str(&text, "over since ");
        story_moment(t, &text, f->over);
        lay_part(&t->l, WORDS_AT, DIM, buf_text(&text));
    }
    lay_close(&t->l);
    buf_free(&frames);
    buf_free(&times);
    buf_free(&text);
}

static void tell_line(struct story *t, enum paint p, const char *text)
{
    if (!*text)
        return;
    lay_to(&t->l, WORDS_AT);
    lay_wrap(&t->l, WORDS_AT, p, text);
    lay_end(&t->l);
}

static void tell_advice(struct story *t, const struct finding_row *f)
{
    const struct advice_words words = { f->at, f->peer, f->at_as, f->peer_as };
    struct buf text = buf_init(4096);
    explain_advice(f->code, VENDOR_GENERIC, &words, &text);
    tell_line(t, CYAN, buf_text(&text));
    buf_clear(&text);
    buf_printf(&text, "%s: ", vendor_title(t->options->vendor));
    if (t->options->vendor != VENDOR_GENERIC && explain_advice(f->code, t->options->vendor, &words, &text))
        tell_line(t, CYAN, buf_text(&text));
    buf_free(&text);
}

void tell_finding(struct story *t, const struct finding_row *f, int how, const char *whose)
{
    struct buf title = buf_init(4096);
    if (stamp_known(f->over))
        how = FINDING_SHORT;
    buf_printf(&title, "%s%s%s", whose, *whose ? ": " : "", f->title);
    lay_to(&t->l, INDENT);
    lay(&t->l, severity_paint(f->severity), f->severity_name);
    lay_to(&t->l, WORDS_AT);
    lay(&t->l, PLAIN, f->code_name);
    if (t->l.column + 2 + lay_width(&t->l, buf_text(&title)) <= t->l.width)
        lay_to(&t->l, t->l.column + 2);
    else {
        lay_end(&t->l);
        lay_to(&t->l, WORDS_AT);
    }
    lay_wrap(&t->l, WORDS_AT, how == FINDING_FULL ? BOLD : PLAIN, buf_text(&title));
    lay_end(&t->l);
    if (how == FINDING_FULL) {
        tell_line(t, PLAIN, f->explanation);
        tell_advice(t, f);
    }
    tell_proof(t, f);
    buf_free(&title);
}
