/* Peerings or adjacencies in, the worst first; a block for each that has something to tell, a line for each that is well,
 * out. */
#include "store/report_bond.h"

#include "store/render.h"
#include <string.h>

/* How many are told in full, in short, and one by one; --all tells them all. */
enum { FULL_MOST = 16, SHORT_MOST = 100, HEALTHY_MOST = 24, QUIET_MOST = 24 };

enum mood bond_mood(int worst, bool up) { return worst > SEVERITY_INFO ? TROUBLED : up ? HEALTHY : QUIET; }

void bond_margin(struct bond *b, int64_t margin_ns)
{
    if (b->margin_known && b->margin_ns <= margin_ns)
        return;
    b->margin_known = true;
    b->margin_ns = margin_ns;
}

/* ---- words ---- */

void bond_add_age(const struct story *t, const struct bond *b, struct buf *out)
{
    struct stamp since = stamp_later(b->end[0].since, b->end[1].since);
    if (b->at_least)
        buf_str(out, "over ");
    if (stamp_known(since) && stamp_known(t->capture.last))
        render_span(out, stamp_since(t->capture.last, since));
    else
        buf_char(out, '?');
}

void bond_add_margin(const struct bond *b, int64_t of, struct buf *out)
{
    struct buf margin = buf_init(64);
    render_span(&margin, (struct span){ b->margin_ns });
    size_t n = margin.used;
    if (of > 0 && n >= 2 && !strcmp(margin.text + n - 2, " s"))
        n -= 2;
    buf_add(out, buf_text(&margin), n);
    if (of > 0)
        buf_printf(out, " of %lld s", (long long)of);
    buf_free(&margin);
}

/* The last step of either end out of the state in which it did its work. */
static struct stamp lost_at(struct story *t, const struct bond_kind *k, const struct bond *b)
{
    struct query q = k->steps(t->store, b->id);
    struct transition_row r;
    struct stamp lost = STAMP_NEVER;
    while (k->step(&q, &r))
        if (!strcmp(r.from, k->top) && strcmp(r.to, k->top) != 0)
            lost = r.when;
    return lost;
}

static void add_state(struct story *t, const struct bond_kind *k, const struct bond *b, struct buf *out)
{
    struct stamp lost = b->up || !b->was_up ? STAMP_NEVER : lost_at(t, k, b);
    if (b->up) {
        buf_printf(out, "%s ", b->end[0].state);
        bond_add_age(t, b, out);
    } else if (!b->was_up)
        buf_printf(out, b->at_least ? "not seen %s" : "never %s", k->top);
    else if (stamp_known(lost)) {
        buf_str(out, "down since ");
        story_moment(t, out, lost);
    } else
        buf_printf(out, "%s at one side", k->top);
    if (b->losses <= (b->up ? 0 : 1))
        return;
    buf_str(out, ", lost ");
    if (b->losses == 1)
        buf_str(out, "once");
    else
        render_counted(out, b->losses, "time", "times");
}

/* ---- a block ---- */

static void tell_head(struct story *t, const struct bond_kind *k, const struct bond *b)
{
    bool utf8 = t->l.mode == TEXT_UTF8;
    const char *glyph = b->up              ? (b->mood == HEALTHY ? (utf8 ? "✓" : "+") : "!")
                        : b->mood == QUIET ? "?"
                                           : (utf8 ? "✗" : "x");
    enum paint p = b->up ? (b->mood == HEALTHY ? GREEN : YELLOW) : b->mood == QUIET ? DIM : RED;
    struct buf text = buf_init(1024);
    lay(&t->l, p, glyph);
    lay_to(&t->l, 2);
    lay_wrap(&t->l, INDENT, BOLD, buf_text(&b->name));
    k->add_label(b, &text);
    lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    buf_clear(&text);
    add_state(t, k, b, &text);
    lay_part(&t->l, INDENT, p == RED ? RED : PLAIN, buf_text(&text));
    lay_end(&t->l);
    buf_free(&text);
}

static void tell_states(struct story *t, const struct bond_kind *k, const struct bond *b)
{
    struct buf text = buf_init(512);
    lay_to(&t->l, INDENT);
    for (int i = 0; i < 2 && !b->up; i++) {
        buf_clear(&text);
        buf_printf(&text, "%s  %s", b->end[i].name, b->end[i].state);
        if (stamp_known(b->end[i].since)) {
            buf_str(&text, " since ");
            story_moment(t, &text, b->end[i].since);
        }
        lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    }
    k->tell_rest(t, b);
    lay_close(&t->l);
    buf_free(&text);
}

/* `most` of them, and those below a warning in short or, if they are many, counted. */
static void tell_findings(struct story *t, const struct bond_kind *k, const struct bond *b, unsigned most)
{
    struct query q = k->findings(t->store, b->id, t->options->least);
    struct finding_row f;
    for (unsigned i = 0; query_finding(&q, &f); i++) {
        if (i >= most) {
            t->infos_left_out += f.severity == SEVERITY_INFO;
            continue;
        }
        bool full = t->options->all || (f.severity > SEVERITY_INFO && most > 1);
        tell_finding(t, &f, full ? FINDING_FULL : FINDING_SHORT, "");
    }
}

static void tell_block(struct story *t, const struct bond_kind *k, const struct bond *b, bool states)
{
    tell_head(t, k, b);
    if (states)
        tell_states(t, k, b);
    if (k->tell_places)
        k->tell_places(t, b);
}

/* ---- all of them ---- */

struct count {
    unsigned of[MOODS];
    uint64_t lost, routes;
    struct bond least; /* its margin */
};

static bool listed(const struct story *t, const struct count *n, enum mood mood)
{
    static const unsigned most[MOODS] = { UINT32_MAX, QUIET_MOST, HEALTHY_MOST };
    return t->options->all || n->of[mood] <= most[mood];
}

/* The first walk: how many there are of each, and how wide their table gets. */
static void survey(struct story *t, const struct bond_kind *k, struct bond *b, struct count *n,
                   struct sheet *sheet)
{
    struct query q = k->ask(t);
    while (k->next(&q, b)) {
        n->of[b->mood]++;
        if (b->mood != HEALTHY)
            continue;
        k->read(t, b);
        n->lost += b->losses;
        n->routes += b->routes;
        if (b->margin_known)
            bond_margin(&n->least, b->margin_ns);
        if (t->options->all || n->of[HEALTHY] <= HEALTHY_MOST)
            sheet_measure(t, sheet, b);
    }
    sheet_fit(t, sheet);
}

static void tell_trouble(struct story *t, const struct bond_kind *k, const struct bond *b, unsigned number)
{
    if (!t->options->all && number > SHORT_MOST)
        return;
    bool full = t->options->all || number <= FULL_MOST;
    if (full || number == FULL_MOST + 1)
        lay_gap(&t->l);
    tell_block(t, k, b, full);
    tell_findings(t, k, b, full ? UINT32_MAX : 1);
}

static void tell_quiet(struct story *t, const struct bond_kind *k, const struct bond *b)
{
    lay_gap(&t->l);
    tell_block(t, k, b, true);
    tell_findings(t, k, b, UINT32_MAX);
}

static void tell_healthy(struct story *t, const struct bond_kind *k, const struct bond *b,
                         const struct sheet *sheet, unsigned number)
{
    if (number == 1)
        lay_gap(&t->l);
    if (number == 1 && sheet->table)
        sheet_tell_heads(t, sheet);
    if (sheet->table)
        sheet_tell_row(t, sheet, b);
    else
        tell_block(t, k, b, true);
    tell_findings(t, k, b, UINT32_MAX);
}

static void tell_summary(struct story *t, const struct bond_kind *k, const struct count *n)
{
    struct buf text = buf_init(512);
    lay_gap(&t->l);
    lay(&t->l, GREEN, t->l.mode == TEXT_UTF8 ? "✓" : "+");
    lay_to(&t->l, 2);
    render_count(&text, n->of[HEALTHY]);
    buf_printf(&text, "%s %s%s: --all lists them", n->of[TROUBLED] || n->of[QUIET] ? " more" : "", k->healthy,
               n->lost ? "" : " throughout");
    lay_wrap(&t->l, INDENT, PLAIN, buf_text(&text));
    buf_clear(&text);
    if (k->has_routes)
        render_counted(&text, n->routes, "route", "routes");
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_clear(&text);
    if (n->least.margin_known) {
        buf_printf(&text, "%s ", k->margin);
        render_span(&text, (struct span){ n->least.margin_ns });
    }
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    lay_end(&t->l);
    buf_free(&text);
}

static void tell_unlisted(struct story *t, uint64_t n, const char *words)
{
    struct buf text = buf_init(256);
    lay_gap(&t->l);
    lay(&t->l, DIM, "?");
    lay_to(&t->l, 2);
    render_count(&text, n);
    buf_printf(&text, " %s: --all lists them", words);
    lay_wrap(&t->l, INDENT, PLAIN, buf_text(&text));
    lay_end(&t->l);
    buf_free(&text);
}

void tell_bonds(struct story *t, const struct bond_kind *k, struct bond *b)
{
    struct count n = { 0 };
    struct sheet sheet = { .plan = &k->sheet };
    unsigned told[MOODS] = { 0 };
    survey(t, k, b, &n, &sheet);
    struct query q = k->ask(t);
    while (!t->l.err && k->next(&q, b)) {
        unsigned number = ++told[b->mood];
        if (!listed(t, &n, b->mood))
            continue;
        k->read(t, b);
        switch (b->mood) {
        case TROUBLED: tell_trouble(t, k, b, number); break;
        case QUIET: tell_quiet(t, k, b); break;
        default: tell_healthy(t, k, b, &sheet, number); break;
        }
    }
    if (!t->options->all && n.of[TROUBLED] > SHORT_MOST)
        tell_unlisted(t, n.of[TROUBLED] - SHORT_MOST, k->more_troubled);
    if (!listed(t, &n, QUIET))
        tell_unlisted(t, n.of[QUIET], k->more_quiet);
    if (!listed(t, &n, HEALTHY))
        tell_summary(t, k, &n);
}
