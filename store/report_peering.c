/* Peerings in, the worst first; a block for each that has something to tell, a line for each that is well, out. */
#include "store/report_text_internal.h"

#include "store/render.h"
#include "store/telling.h"
#include <string.h>

/* How many are told in full, in short, and one by one; --all tells them all. */
enum { FULL_MOST = 16, SHORT_MOST = 100, HEALTHY_MOST = 24, QUIET_MOST = 24 };

enum mood {
    TROUBLED, /* a warning or an error was found */
    QUIET,    /* nothing was found, and it is not Established */
    HEALTHY,
    MOODS
};

/* What the lines need of a peering. */
struct pair {
    struct peering_row p;
    enum mood mood;
    struct buf name; /* "10.0.12.1 (AS 65001) – 10.0.12.2 (AS 65002)" */
    char address[2][ADDR_TEXT], state[2][16];
    struct stamp since[2]; /* state */
    uint64_t established, lost, routes[2], messages[2];
    int64_t margin_ns; /* the least of both; -1: not known */
    bool margin_known;
};

static const char *type_word(const char *type)
{
    return !strcmp(type, "ebgp") ? "eBGP" : !strcmp(type, "ibgp") ? "iBGP" : "";
}

static void read_side(struct pair *pair, const struct side_row *s)
{
    int i = s->side;
    snprintf(pair->address[i], sizeof pair->address[i], "%s", s->address);
    snprintf(pair->state[i], sizeof pair->state[i], "%s", s->state);
    pair->since[i] = s->state_since;
    pair->routes[i] = s->routes;
    pair->messages[i] = s->opens + s->updates + s->notifications + s->keepalives + s->route_refreshes;
    if (s->established_count > pair->established)
        pair->established = s->established_count;
    if (s->lost_count > pair->lost)
        pair->lost = s->lost_count;
    if (stamp_known(s->min_margin_at) && (!pair->margin_known || s->min_margin_ns < pair->margin_ns)) {
        pair->margin_known = true;
        pair->margin_ns = s->min_margin_ns;
    }
    buf_printf(&pair->name, "%s%s", i ? " – " : "", s->address);
    if (s->asn > 0)
        buf_printf(&pair->name, " (AS %lld%s)", (long long)s->asn, s->asn_inferred ? "?" : "");
}

static enum mood mood_of(const struct peering_row *p)
{
    return p->worst > SEVERITY_INFO ? TROUBLED : p->up ? HEALTHY : QUIET;
}

static void read_pair(struct story *t, struct pair *pair)
{
    struct query q = query_sides(t->store, pair->p.id);
    struct side_row s;
    struct buf name = pair->name;
    struct peering_row p = pair->p;
    *pair = (struct pair){ .p = p, .name = name };
    buf_clear(&pair->name);
    while (query_side(&q, &s))
        if (s.side == 0 || s.side == 1)
            read_side(pair, &s);
    pair->mood = mood_of(&p);
}

/* ---- words of a peering ---- */

/* Since both sides are up. */
static void add_age(const struct story *t, const struct pair *pair, struct buf *out)
{
    struct stamp since = stamp_later(pair->since[0], pair->since[1]);
    if (pair->p.midway && !pair->lost)
        buf_str(out, "over ");
    if (stamp_known(since) && stamp_known(t->capture.last))
        render_span(out, stamp_since(t->capture.last, since));
    else
        buf_char(out, '?');
}

/* When it was last lost: the last step of either side out of Established. */
static struct stamp lost_at(struct story *t, const struct pair *pair)
{
    struct query q = query_transitions(t->store, pair->p.id);
    struct transition_row r;
    struct stamp lost = STAMP_NEVER;
    while (query_transition(&q, &r))
        if (!strcmp(r.from, "Established") && strcmp(r.to, "Established") != 0)
            lost = r.when;
    return lost;
}

/* ", lost once", ", lost 3 times" */
static void add_losses(const struct pair *pair, struct buf *out)
{
    buf_str(out, ", lost ");
    if (pair->lost == 1)
        buf_str(out, "once");
    else
        render_counted(out, pair->lost, "time", "times");
}

static void add_state(struct story *t, const struct pair *pair, struct buf *out)
{
    if (pair->p.up) {
        buf_str(out, "Established ");
        add_age(t, pair, out);
        if (pair->lost)
            add_losses(pair, out);
        return;
    }
    struct stamp lost = pair->established ? lost_at(t, pair) : STAMP_NEVER;
    if (!pair->established)
        buf_str(out, "never Established");
    else if (stamp_known(lost)) {
        buf_str(out, "down since ");
        story_moment(t, out, lost);
    } else
        buf_str(out, "Established at one side");
    if (pair->lost > 1)
        add_losses(pair, out);
}

static void add_pair_of(struct buf *out, const uint64_t n[2])
{
    render_count(out, n[0]);
    buf_str(out, " / ");
    render_count(out, n[1]);
}

/* "hold 9 s, lowest margin 5.9 s" */
static void add_hold(const struct pair *pair, struct buf *out)
{
    if (pair->p.hold_time == 0) {
        buf_str(out, "no keepalives (hold time 0)");
        return;
    }
    if (pair->p.hold_time > 0)
        buf_printf(out, "hold %lld s", (long long)pair->p.hold_time);
    if (pair->margin_known) {
        buf_str(out, out->used ? ", lowest margin " : "lowest hold margin ");
        render_span(out, (struct span){ pair->margin_ns });
    }
}

/* ---- a block ---- */

static void tell_head(struct story *t, const struct pair *pair)
{
    const char *glyph = t->l.mode == TEXT_UTF8 ? "✗" : "x";
    enum paint p = RED;
    struct buf text = buf_init(512);
    if (pair->p.up) {
        glyph = pair->mood == HEALTHY ? t->l.mode == TEXT_UTF8 ? "✓" : "+" : "!";
        p = pair->mood == HEALTHY ? GREEN : YELLOW;
    } else if (pair->mood == QUIET) {
        glyph = "?";
        p = DIM;
    }
    lay(&t->l, p, glyph);
    lay_to(&t->l, 2);
    lay_wrap(&t->l, INDENT, BOLD, buf_text(&pair->name));
    lay_part(&t->l, INDENT, PLAIN, type_word(pair->p.type));
    add_state(t, pair, &text);
    lay_part(&t->l, INDENT, pair->p.up ? PLAIN : p == DIM ? PLAIN : RED, buf_text(&text));
    lay_end(&t->l);
    buf_free(&text);
}

/* Who the sides are, as far as databases know them. */
static void tell_places(struct story *t, const struct pair *pair)
{
    struct geo_place place;
    struct buf text = buf_init(512);
    bool any = false;
    for (int i = 0; i < 2; i++) {
        if (!telling_find_place(t->store, pair->address[i], &place) ||
            (!place.asn && !*place.organisation && !*place.city && !*place.country))
            continue;
        if (!any)
            lay_to(&t->l, INDENT);
        any = true;
        buf_clear(&text);
        buf_printf(&text, "%s  ", pair->address[i]);
        telling_place_text(&place, &text);
        lay_part(&t->l, INDENT, DIM, buf_text(&text));
    }
    if (any)
        lay_close(&t->l);
    buf_free(&text);
}

static void tell_states(struct story *t, const struct pair *pair)
{
    struct buf text = buf_init(512);
    lay_to(&t->l, INDENT);
    for (int i = 0; i < 2 && !pair->p.up; i++) {
        buf_clear(&text);
        buf_printf(&text, "%s  %s", pair->address[i], pair->state[i]);
        if (stamp_known(pair->since[i])) {
            buf_str(&text, " since ");
            story_moment(t, &text, pair->since[i]);
        }
        lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    }
    buf_clear(&text);
    if (pair->p.connections > 1 || !pair->p.up)
        render_counted(&text, pair->p.connections, "connection", "connections");
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_clear(&text);
    if (pair->p.up || pair->routes[0] || pair->routes[1]) {
        buf_str(&text, "routes ");
        add_pair_of(&text, pair->routes);
    }
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_clear(&text);
    if (pair->p.up) {
        buf_str(&text, "messages ");
        add_pair_of(&text, pair->messages);
        lay_part(&t->l, INDENT, DIM, buf_text(&text));
        buf_clear(&text);
        add_hold(pair, &text);
    } else if (pair->p.midway)
        buf_str(&text, "joined in mid-session");
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    lay_close(&t->l);
    buf_free(&text);
}

/* Findings of a peering; `most` of them, and those below a warning in short or, if they are many, counted. */
static void tell_findings(struct story *t, const struct pair *pair, unsigned most)
{
    struct query q = query_findings_of_peering(t->store, pair->p.id, t->options->least);
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

/* ---- those that are well: a table ---- */

enum column { NAME, TYPE, AGE, ROUTES, MESSAGES, HOLD, COLUMNS };

struct sheet {
    unsigned width[COLUMNS];
    bool shown[COLUMNS];
    bool table; /* false: too wide for a line each */
};

static const char *const column_heads[COLUMNS] = { "peering", "type",     "up for",
                                                   "routes",  "messages", "hold margin" };

static void cell(const struct story *t, const struct pair *pair, enum column c, struct buf *out)
{
    switch (c) {
    case NAME: buf_str(out, buf_text(&pair->name)); break;
    case TYPE: buf_str(out, type_word(pair->p.type)); break;
    case AGE: add_age(t, pair, out); break;
    case ROUTES: add_pair_of(out, pair->routes); break;
    case MESSAGES: add_pair_of(out, pair->messages); break;
    case HOLD:
        if (pair->p.hold_time == 0)
            buf_str(out, "hold time 0");
        else if (pair->margin_known) {
            struct buf margin = buf_init(64);
            render_span(&margin, (struct span){ pair->margin_ns });
            /* "5.9 of 9 s" */
            size_t n = margin.used >= 2 && !strcmp(margin.text + margin.used - 2, " s") ? margin.used - 2
                                                                                        : margin.used;
            buf_add(out, buf_text(&margin), pair->p.hold_time > 0 ? n : margin.used);
            buf_free(&margin);
            if (pair->p.hold_time > 0)
                buf_printf(out, " of %lld s", (long long)pair->p.hold_time);
        } else if (pair->p.hold_time > 0)
            buf_printf(out, "? of %lld s", (long long)pair->p.hold_time);
        break;
    case COLUMNS: break;
    }
}

static void measure(struct story *t, const struct pair *pair, struct sheet *sheet)
{
    struct buf text = buf_init(512);
    for (enum column c = NAME; c < COLUMNS; c++) {
        buf_clear(&text);
        cell(t, pair, c, &text);
        unsigned width = lay_width(&t->l, buf_text(&text));
        if (width > sheet->width[c])
            sheet->width[c] = width;
    }
    buf_free(&text);
}

/* Leaves out what matters least until a line is enough; two blanks between columns. */
static void fit(const struct story *t, struct sheet *sheet)
{
    static const enum column least_first[] = { MESSAGES, TYPE };
    unsigned total = 0;
    for (enum column c = NAME; c < COLUMNS; c++) {
        unsigned head = (unsigned)strlen(column_heads[c]);
        sheet->shown[c] = c == NAME || sheet->width[c];
        if (sheet->width[c] && sheet->width[c] < head)
            sheet->width[c] = head;
        if (sheet->shown[c])
            total += 2 + sheet->width[c];
    }
    for (size_t i = 0; i < COUNT(least_first) && total > t->l.width; i++) {
        if (sheet->shown[least_first[i]])
            total -= 2 + sheet->width[least_first[i]];
        sheet->shown[least_first[i]] = false;
    }
    sheet->table = total <= t->l.width;
}

static void tell_heads(struct story *t, const struct sheet *sheet)
{
    unsigned at = 2;
    for (enum column c = NAME; c < COLUMNS; c++) {
        if (!sheet->shown[c])
            continue;
        lay_to(&t->l, at);
        lay(&t->l, DIM, column_heads[c]);
        at += sheet->width[c] + 2;
    }
    lay_end(&t->l);
}

static void tell_row(struct story *t, const struct pair *pair, const struct sheet *sheet)
{
    struct buf text = buf_init(512);
    unsigned at = 2;
    lay(&t->l, GREEN, t->l.mode == TEXT_UTF8 ? "✓" : "+");
    for (enum column c = NAME; c < COLUMNS; c++) {
        if (!sheet->shown[c])
            continue;
        buf_clear(&text);
        cell(t, pair, c, &text);
        lay_to(&t->l, at);
        lay(&t->l, PLAIN, buf_text(&text));
        at += sheet->width[c] + 2;
    }
    lay_end(&t->l);
    buf_free(&text);
}

/* ---- all of them ---- */

struct count {
    unsigned of[MOODS];
    uint64_t lost, routes;
    int64_t margin_ns;
    bool margin_known;
};

static bool listed(const struct story *t, const struct count *n, enum mood mood)
{
    static const unsigned most[MOODS] = { UINT32_MAX, QUIET_MOST, HEALTHY_MOST };
    return t->options->all || n->of[mood] <= most[mood];
}

/* The first walk: how many there are of each, and how wide their table gets. */
static void survey(struct story *t, struct pair *pair, struct count *n, struct sheet *sheet)
{
    struct query q = query_peerings(t->store, PEERINGS_WORST_FIRST, t->address);
    while (query_peering(&q, &pair->p)) {
        read_pair(t, pair);
        n->of[pair->mood]++;
        if (pair->mood != HEALTHY)
            continue;
        n->lost += pair->lost;
        n->routes += pair->routes[0] + pair->routes[1];
        if (pair->margin_known && (!n->margin_known || pair->margin_ns < n->margin_ns)) {
            n->margin_known = true;
            n->margin_ns = pair->margin_ns;
        }
        if (t->options->all || n->of[HEALTHY] <= HEALTHY_MOST)
            measure(t, pair, sheet);
    }
    fit(t, sheet);
}

static void tell_trouble(struct story *t, const struct pair *pair, unsigned number)
{
    if (!t->options->all && number > SHORT_MOST)
        return;
    bool full = t->options->all || number <= FULL_MOST;
    if (full || number == FULL_MOST + 1)
        lay_gap(&t->l);
    tell_head(t, pair);
    if (full)
        tell_states(t, pair);
    tell_places(t, pair);
    tell_findings(t, pair, full ? UINT32_MAX : 1);
}

static void tell_quiet(struct story *t, const struct pair *pair)
{
    lay_gap(&t->l);
    tell_head(t, pair);
    tell_states(t, pair);
    tell_places(t, pair);
    tell_findings(t, pair, UINT32_MAX);
}

static void tell_healthy(struct story *t, const struct pair *pair, const struct sheet *sheet)
{
    if (sheet->table)
        tell_row(t, pair, sheet);
    else {
        tell_head(t, pair);
        tell_states(t, pair);
        tell_places(t, pair);
    }
    tell_findings(t, pair, UINT32_MAX);
}

static void tell_summary(struct story *t, const struct count *n)
{
    struct buf text = buf_init(512);
    lay_gap(&t->l);
    lay(&t->l, GREEN, t->l.mode == TEXT_UTF8 ? "✓" : "+");
    lay_to(&t->l, 2);
    render_count(&text, n->of[HEALTHY]);
    if (n->of[TROUBLED] || n->of[QUIET])
        buf_str(&text, " more");
    buf_str(&text, n->lost ? " peerings Established" : " peerings Established throughout");
    buf_str(&text, ": --all lists them");
    lay_wrap(&t->l, INDENT, PLAIN, buf_text(&text));
    buf_clear(&text);
    render_counted(&text, n->routes, "route", "routes");
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_clear(&text);
    if (n->margin_known) {
        buf_str(&text, "lowest hold margin ");
        render_span(&text, (struct span){ n->margin_ns });
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
    buf_str(&text, words);
    lay_wrap(&t->l, INDENT, PLAIN, buf_text(&text));
    lay_end(&t->l);
    buf_free(&text);
}

void tell_peerings(struct story *t)
{
    struct pair pair = { .name = buf_init(256) };
    struct count n = { 0 };
    struct sheet sheet = { 0 };
    survey(t, &pair, &n, &sheet);
    unsigned told[MOODS] = { 0 };
    struct query q = query_peerings(t->store, PEERINGS_WORST_FIRST, t->address);
    while (!t->l.err && query_peering(&q, &pair.p)) {
        unsigned number = ++told[mood_of(&pair.p)];
        if (!listed(t, &n, mood_of(&pair.p)))
            continue;
        read_pair(t, &pair);
        if (pair.mood == TROUBLED)
            tell_trouble(t, &pair, number);
        else if (pair.mood == QUIET)
            tell_quiet(t, &pair);
        else {
            if (number == 1)
                lay_gap(&t->l);
            if (number == 1 && sheet.table)
                tell_heads(t, &sheet);
            tell_healthy(t, &pair, &sheet);
        }
    }
    if (!t->options->all && n.of[TROUBLED] > SHORT_MOST)
        tell_unlisted(t, n.of[TROUBLED] - SHORT_MOST, " more peerings with findings: --all lists them");
    if (!listed(t, &n, QUIET))
        tell_unlisted(t, n.of[QUIET], " peerings not Established, with nothing found: --all lists them");
    if (!listed(t, &n, HEALTHY))
        tell_summary(t, &n);
    buf_free(&pair.name);
}
