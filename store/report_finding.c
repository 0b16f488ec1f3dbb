/* One finding in; what was found, why it is so, where to look and which frames prove it, out. */
#include "store/report_text_internal.h"

#include "store/render.h"
#include <string.h>

enum { FRAMES_SHOWN = 12 };

static enum paint severity_paint(enum severity s)
{
    return s == SEVERITY_ERROR ? RED : s == SEVERITY_WARNING ? YELLOW : CYAN;
}

/* "frames 12 15 16"; with several files "frames 12 15 of a.pcap, 3 of b.pcap". */
static void add_frames(struct story *t, const struct finding_row *f, struct buf *out)
{
    struct query q = query_evidence(t->store, f->id);
    struct evidence_row e;
    char path[256] = "";
    unsigned shown = 0;
    while (query_evidence_row(&q, &e)) {
        if (!e.frame || shown == FRAMES_SHOWN)
            continue;
        const char *here = e.path ? e.path : "";
        if (!shown)
            snprintf(path, sizeof path, "%s", here);
        else if (t->files > 1 && strncmp(path, here, sizeof path - 1) != 0) {
            buf_printf(out, " of %s,", path);
            snprintf(path, sizeof path, "%s", here);
        }
        buf_printf(out, " %llu", (unsigned long long)e.frame);
        shown++;
    }
    if (shown && t->files > 1)
        buf_printf(out, " of %s", path);
    if (f->evidence_lost)
        buf_printf(out, " and %llu more", (unsigned long long)f->evidence_lost);
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
    add_frames(t, f, &frames);
    add_times(t, f, &times);
    if (frames.used)
        buf_printf(&text, "frame%s%s", f->evidence_lost || strchr(buf_text(&frames) + 1, ' ') ? "s" : "",
                   buf_text(&frames));
    lay_to(&t->l, WORDS_AT);
    lay_part(&t->l, WORDS_AT, DIM, buf_text(&text));
    lay_part(&t->l, WORDS_AT, DIM, buf_text(&times));
    if (strcmp(f->confidence, confidence_name(CONFIDENCE_CERTAIN)) != 0)
        lay_part(&t->l, WORDS_AT, DIM, f->confidence);
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
