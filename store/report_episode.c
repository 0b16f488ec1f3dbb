/* Episodes of the store in; how long routing took to settle after a loss, who began and who was last, out. */
#include "store/report_text_internal.h"

#include "store/episodes.h"
#include "store/render.h"

enum { SHORT_MOST = 5, SIDES_SHOWN = 4, ALL_MOST = 100000, TIMES_AT = 4, SAYS_AT = 18 };

static void say(struct story *t, enum paint p, struct buf *text)
{
    lay_to(&t->l, SAYS_AT);
    lay_wrap(&t->l, SAYS_AT, p, buf_text(text));
    lay_end(&t->l);
    buf_clear(text);
}

/* "session 10.0.12.1-10.0.12.2 lost at 10.0.12.1 (bgp-cease-administrative-shutdown): 12 routes" */
static void add_trigger(const struct episode_row *r, struct buf *out)
{
    if (r->facts.trigger == EPISODE_WITHDRAWAL)
        buf_printf(out, "%s withdraws on %s", r->at, r->peering);
    else
        buf_printf(out, "session %s lost%s%s", r->peering, *r->at ? " at " : "", r->at);
    if (*r->code)
        buf_printf(out, " (%s)", r->code);
    buf_str(out, ": ");
    render_counted(out, r->facts.lost, "route", "routes");
}

static void add_frame(const struct story *t, struct stream_ref ref, struct buf *out)
{
    buf_str(out, " at ");
    story_moment(t, out, ref.when);
    if (ref.frame)
        buf_printf(out, " (frame %llu)", (unsigned long long)ref.frame);
}

static void add_count(struct buf *out, uint64_t n, const char *one, const char *many, const char **before)
{
    if (!n)
        return;
    buf_str(out, *before);
    render_counted(out, n, one, many);
    *before = ", ";
}

/* "half of them within 1.2 s, 95 in 100 within 9.1 s; 12 withdrawals, 3 replacements; up to 2 paths … tried" */
static void add_changes(const struct episode_row *r, struct buf *out)
{
    const struct bgp_episode *x = &r->facts;
    const char *before = "";
    if (x->prefixes > 1 && x->half.ns / 9 * 10 < stamp_since(x->last.when, x->first.when).ns) {
        buf_str(out, "half of them within ");
        render_span(out, x->half);
        buf_str(out, ", 95 in 100 within ");
        render_span(out, x->most);
        before = "; ";
    }
    add_count(out, x->withdrawn, "withdrawal", "withdrawals", &before);
    add_count(out, x->replaced, "replacement", "replacements", &before);
    add_count(out, x->announced, "announcement", "announcements", &before);
    if (x->explored_most) {
        buf_printf(out, "%sup to ", before);
        render_counted(out, x->explored_most, "path", "paths");
        buf_printf(out, " of a prefix tried and given up (median %u)", x->explored_median);
    }
}

/* "10.0.12.1 to 10.0.12.2: session lost, 12 routes; from 10:00:03.184 (frame 12) to 10:00:09.184 (frame 40)" */
static void add_side(const struct story *t, const struct episode_side_row *r, struct buf *out)
{
    const struct episode_side *s = &r->facts;
    const char *before = s->down ? ", " : "";
    buf_printf(out, "%s to %s: %s", r->from, r->to, s->down ? "session lost" : "");
    add_count(out, s->lost, "route lost", "routes lost", &before);
    add_count(out, s->withdrawn, "withdrawal", "withdrawals", &before);
    add_count(out, s->replaced, "replacement", "replacements", &before);
    add_count(out, s->announced, "announcement", "announcements", &before);
    if (!stamp_known(s->first.when))
        return;
    buf_str(out, "; first");
    add_frame(t, s->first, out);
    if (s->last.when.ns != s->first.when.ns || s->last.frame != s->first.frame) {
        buf_str(out, ", last");
        add_frame(t, s->last, out);
    }
}

static void tell_sides(struct story *t, const struct episode_row *r, struct buf *text)
{
    struct query q = query_episode_sides(t->store, r->id);
    struct episode_side_row side;
    uint64_t count = 0;
    while (query_episode_side(&q, &side))
        if (count++ < SIDES_SHOWN || t->options->all) {
            add_side(t, &side, text);
            say(t, DIM, text);
        }
    if (count > SIDES_SHOWN && !t->options->all) {
        buf_printf(text, "… and %llu more that told of it", (unsigned long long)(count - SIDES_SHOWN));
        say(t, DIM, text);
    }
}

/* What the figures are worth. */
static void tell_doubts(struct story *t, const struct bgp_episode *x, struct buf *text)
{
    const char *before = "";
    if (x->missed || x->more_sides) {
        buf_str(text, "a lower bound: the capture lacks part of it");
        before = "; ";
    }
    if (x->part < UINT64_C(1) << 32) {
        buf_printf(text, "%sone prefix in %.0f is followed", before, 4294967296.0 / (double)x->part);
        before = "; ";
    }
    if (x->kept)
        buf_printf(text, "%sgraceful restart: other routes of the session were kept", before);
    if (text->used)
        say(t, YELLOW, text);
}

static void tell_episode(struct story *t, const struct episode_row *r)
{
    const struct bgp_episode *x = &r->facts;
    struct buf text = buf_init(4096);
    story_moment(t, &text, x->first.when);
    lay_to(&t->l, TIMES_AT);
    lay(&t->l, DIM, buf_text(&text));
    buf_clear(&text);
    add_trigger(r, &text);
    say(t, BOLD, &text);
    episode_words(x, &text);
    say(t, x->end == EPISODE_SETTLED ? PLAIN : YELLOW, &text);
    add_changes(r, &text);
    if (text.used)
        say(t, PLAIN, &text);
    tell_sides(t, r, &text);
    tell_doubts(t, x, &text);
    buf_free(&text);
}

void tell_episodes(struct story *t)
{
    uint64_t count = query_episode_count(t->store, t->address), told = 0;
    struct query q = query_episodes(t->store, t->address, 0, t->options->all ? ALL_MOST : SHORT_MOST);
    struct episode_row r;
    struct buf text = buf_init(256);
    while (!t->l.err && query_episode(&q, &r)) {
        if (!told++) {
            lay_gap(&t->l);
            buf_str(&text, "Convergence after a loss: settled when nothing changed for ");
            render_span(&text, r.facts.quiet);
            lay_wrap(&t->l, INDENT, BOLD, buf_text(&text));
            lay_end(&t->l);
        }
        tell_episode(t, &r);
    }
    if (count > told) {
        buf_clear(&text);
        render_counted(&text, count - told, "smaller one", "smaller ones");
        buf_str(&text, ": --all tells them");
        say(t, DIM, &text);
    }
    buf_free(&text);
}
