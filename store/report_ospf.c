/* OSPF adjacencies in, the worst first; a block for each that has something to tell, a line for each that is well, and what
 * stands in the databases, out. */
#include "store/report_text_internal.h"

#include "decode/ospf/ospf.h"
#include "store/query_ospf.h"
#include "store/render.h"
#include <stdlib.h>
#include <string.h>

/* How many are told in full, in short, and one by one; --all tells them all. */
enum { FULL_MOST = 16, SHORT_MOST = 100, HEALTHY_MOST = 24, QUIET_MOST = 24, ALONE_MOST = 6 };

enum mood {
    TROUBLED, /* a warning or an error was found */
    QUIET,    /* nothing was found, and it is neither Full nor 2-Way */
    HEALTHY,
    MOODS
};

struct end {
    char id[16], state[16];
    struct stamp since;
    uint64_t full, lost;
};

/* What the lines need of an adjacency. Texts of the row itself are gone once another question is asked. */
struct bond {
    uint32_t id;
    bool up;
    uint64_t losses;
    enum mood mood;
    struct buf name, link, area, type; /* "10.255.0.1 (DR) – 10.255.0.2 (BDR)" */
    struct end end[2];
    int64_t margin_ns, dead; /* the least of both, and of what; -1: not known */
    bool margin_known;
};

static struct bond bond_init(void)
{
    return (struct bond){
        .name = buf_init(512), .link = buf_init(512), .area = buf_init(512), .type = buf_init(512)
    };
}

static void bond_free(struct bond *b)
{
    buf_free(&b->name);
    buf_free(&b->link);
    buf_free(&b->area);
    buf_free(&b->type);
}

static void keep(struct buf *b, const char *text)
{
    buf_clear(b);
    buf_str(b, text);
}

static void read_end(struct bond *b, const struct neighbor_row *n, const struct adjacency_row *a)
{
    int i = n->side == 1;
    struct end *e = &b->end[i];
    snprintf(e->id, sizeof e->id, "%s", n->router_id);
    snprintf(e->state, sizeof e->state, "%s", n->state);
    e->since = n->state_since;
    e->full = n->full_count;
    e->lost = n->lost_count;
    if (stamp_known(n->min_margin_at) && (!b->margin_known || n->min_margin_ns < b->margin_ns)) {
        b->margin_known = true;
        b->margin_ns = n->min_margin_ns;
        b->dead = n->dead_interval;
    }
    bool dr = a->dr && !strcmp(a->dr, n->router_id), bdr = a->bdr && !strcmp(a->bdr, n->router_id);
    buf_printf(&b->name, "%s%s%s", i ? " – " : "", n->router_id, dr ? " (DR)" : bdr ? " (BDR)" : "");
}

/* With one ID at both ends their addresses tell them apart. */
static void name_twins(struct story *t, struct bond *b)
{
    struct query q = query_neighbors(t->store, b->id);
    struct neighbor_row n;
    buf_clear(&b->name);
    while (query_neighbor(&q, &n))
        buf_printf(&b->name, "%s%s at %s", n.side == 1 ? " – " : "", n.router_id,
                   n.address ? n.address : "?");
}

static void read_bond(struct story *t, const struct adjacency_row *a, struct bond *b)
{
    struct query q = query_neighbors(t->store, a->id);
    struct neighbor_row n;
    b->id = a->id;
    b->up = a->up;
    b->losses = a->losses;
    b->mood = a->worst > SEVERITY_INFO ? TROUBLED : a->up ? HEALTHY : QUIET;
    b->margin_known = false;
    keep(&b->name, "");
    keep(&b->link, a->link_name);
    keep(&b->area, a->area);
    keep(&b->type, a->link_type);
    while (query_neighbor(&q, &n))
        read_end(b, &n, a);
    if (!strcmp(b->end[0].id, b->end[1].id))
        name_twins(t, b);
}

/* ---- words ---- */

static void add_age(const struct story *t, const struct bond *b, struct buf *out)
{
    struct stamp since = stamp_later(b->end[0].since, b->end[1].since);
    if (stamp_known(since) && stamp_known(t->capture.last))
        render_span(out, stamp_since(t->capture.last, since));
    else
        buf_char(out, '?');
}

/* The last step of either side down from Full. */
static struct stamp lost_at(struct story *t, const struct bond *b)
{
    struct query q = query_ospf_transitions(t->store, b->id);
    struct transition_row r;
    struct stamp lost = STAMP_NEVER;
    while (query_ospf_transition(&q, &r))
        if (!strcmp(r.from, "Full") && strcmp(r.to, "Full") != 0)
            lost = r.when;
    return lost;
}

static void add_losses(const struct bond *b, struct buf *out)
{
    buf_str(out, ", lost ");
    if (b->losses == 1)
        buf_str(out, "once");
    else
        render_counted(out, b->losses, "time", "times");
}

static void add_state(struct story *t, const struct bond *b, struct buf *out)
{
    bool full = b->end[0].full || b->end[1].full;
    struct stamp lost = b->up || !full ? STAMP_NEVER : lost_at(t, b);
    if (b->up) {
        buf_printf(out, "%s ", b->end[0].state);
        add_age(t, b, out);
    } else if (!full)
        buf_str(out, "never Full");
    else if (stamp_known(lost)) {
        buf_str(out, "down since ");
        story_moment(t, out, lost);
    } else
        buf_str(out, "Full at one side");
    if (b->losses > (b->up ? 0 : 1))
        add_losses(b, out);
}

/* "2.9 of 4 s" */
static void add_margin(const struct bond *b, struct buf *out)
{
    struct buf margin = buf_init(64);
    if (!b->margin_known)
        return;
    render_span(&margin, (struct span){ b->margin_ns });
    size_t n = margin.used;
    if (b->dead > 0 && n >= 2 && !strcmp(margin.text + n - 2, " s"))
        n -= 2;
    buf_add(out, buf_text(&margin), n);
    if (b->dead > 0)
        buf_printf(out, " of %lld s", (long long)b->dead);
    buf_free(&margin);
}

/* ---- a block ---- */

static void tell_head(struct story *t, const struct bond *b)
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
    buf_printf(&text, "OSPF %s", buf_text(&b->link));
    lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    buf_clear(&text);
    add_state(t, b, &text);
    lay_part(&t->l, INDENT, b->up || p == DIM ? PLAIN : RED, buf_text(&text));
    lay_end(&t->l);
    buf_free(&text);
}

static void tell_states(struct story *t, const struct bond *b)
{
    struct buf text = buf_init(512);
    lay_to(&t->l, INDENT);
    for (int i = 0; i < 2 && !b->up; i++) {
        buf_clear(&text);
        buf_printf(&text, "%s  %s", b->end[i].id, b->end[i].state);
        if (stamp_known(b->end[i].since)) {
            buf_str(&text, " since ");
            story_moment(t, &text, b->end[i].since);
        }
        lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    }
    buf_clear(&text);
    buf_printf(&text, "area %s", buf_text(&b->area));
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    if (strcmp(buf_text(&b->type), "unknown") != 0)
        lay_part(&t->l, INDENT, DIM, buf_text(&b->type));
    buf_clear(&text);
    if (b->margin_known) {
        buf_str(&text, "lowest dead margin ");
        add_margin(b, &text);
    }
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    lay_close(&t->l);
    buf_free(&text);
}

/* `most` of them, and those below a warning in short or, if they are many, counted. */
static void tell_findings(struct story *t, const struct bond *b, unsigned most)
{
    struct query q = query_findings_of_adjacency(t->store, b->id, t->options->least);
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

enum column { NAME, LINK, AREA, TYPE, STATE, AGE, MARGIN, COLUMNS };

struct sheet {
    unsigned width[COLUMNS];
    bool shown[COLUMNS];
    bool table; /* false: too wide for a line each */
};

static const char *const column_heads[COLUMNS] = { "adjacency", "link", "area",       "type",
                                                   "state",     "for",  "dead margin" };

static void cell(const struct story *t, const struct bond *b, enum column c, struct buf *out)
{
    switch (c) {
    case NAME: buf_str(out, buf_text(&b->name)); break;
    case LINK: buf_str(out, buf_text(&b->link)); break;
    case AREA: buf_str(out, buf_text(&b->area)); break;
    case TYPE: buf_str(out, buf_text(&b->type)); break;
    case STATE: buf_str(out, b->end[0].state); break;
    case AGE: add_age(t, b, out); break;
    case MARGIN: add_margin(b, out); break;
    case COLUMNS: break;
    }
}

static void measure(struct story *t, const struct bond *b, struct sheet *sheet)
{
    struct buf text = buf_init(512);
    for (enum column c = NAME; c < COLUMNS; c++) {
        buf_clear(&text);
        cell(t, b, c, &text);
        unsigned width = lay_width(&t->l, buf_text(&text));
        if (width > sheet->width[c])
            sheet->width[c] = width;
    }
    buf_free(&text);
}

/* Leaves out what matters least until a line is enough; two blanks between columns. */
static void fit(const struct story *t, struct sheet *sheet)
{
    static const enum column least_first[] = { TYPE, AREA, AGE };
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

/* b NULL: the heads. */
static void tell_row(struct story *t, const struct bond *b, const struct sheet *sheet)
{
    struct buf text = buf_init(512);
    unsigned at = 2;
    if (b)
        lay(&t->l, GREEN, t->l.mode == TEXT_UTF8 ? "✓" : "+");
    for (enum column c = NAME; c < COLUMNS; c++) {
        if (!sheet->shown[c])
            continue;
        buf_clear(&text);
        if (b)
            cell(t, b, c, &text);
        else
            buf_str(&text, column_heads[c]);
        lay_to(&t->l, at);
        lay(&t->l, b ? PLAIN : DIM, buf_text(&text));
        at += sheet->width[c] + 2;
    }
    lay_end(&t->l);
    buf_free(&text);
}

/* ---- all of them ---- */

struct count {
    unsigned of[MOODS];
    uint64_t lost;
    int64_t margin_ns;
    bool margin_known;
};

static bool listed(const struct story *t, const struct count *n, enum mood mood)
{
    static const unsigned most[MOODS] = { UINT32_MAX, QUIET_MOST, HEALTHY_MOST };
    return t->options->all || n->of[mood] <= most[mood];
}

/* The first walk: how many there are of each, and how wide their table gets. */
static void survey(struct story *t, struct bond *b, struct count *n, struct sheet *sheet)
{
    struct query q = query_adjacencies(t->store, ADJACENCIES_WORST_FIRST, t->address);
    struct adjacency_row a;
    while (query_adjacency(&q, &a)) {
        read_bond(t, &a, b);
        n->of[b->mood]++;
        if (b->mood != HEALTHY)
            continue;
        n->lost += b->losses;
        if (b->margin_known && (!n->margin_known || b->margin_ns < n->margin_ns)) {
            n->margin_known = true;
            n->margin_ns = b->margin_ns;
        }
        if (t->options->all || n->of[HEALTHY] <= HEALTHY_MOST)
            measure(t, b, sheet);
    }
    fit(t, sheet);
}

static void tell_trouble(struct story *t, const struct bond *b, unsigned number)
{
    if (!t->options->all && number > SHORT_MOST)
        return;
    bool full = t->options->all || number <= FULL_MOST;
    if (full || number == FULL_MOST + 1)
        lay_gap(&t->l);
    tell_head(t, b);
    if (full)
        tell_states(t, b);
    tell_findings(t, b, full ? UINT32_MAX : 1);
}

static void tell_healthy(struct story *t, const struct bond *b, const struct sheet *sheet, unsigned number)
{
    if (number == 1) {
        lay_gap(&t->l);
        if (sheet->table)
            tell_row(t, NULL, sheet);
    }
    if (sheet->table)
        tell_row(t, b, sheet);
    else {
        tell_head(t, b);
        tell_states(t, b);
    }
    tell_findings(t, b, UINT32_MAX);
}

static void tell_summary(struct story *t, const struct count *n)
{
    struct buf text = buf_init(512);
    lay_gap(&t->l);
    lay(&t->l, GREEN, t->l.mode == TEXT_UTF8 ? "✓" : "+");
    lay_to(&t->l, 2);
    render_count(&text, n->of[HEALTHY]);
    buf_printf(&text, "%s adjacencies as they should be%s: --all lists them",
               n->of[TROUBLED] || n->of[QUIET] ? " more" : "", n->lost ? "" : " throughout");
    lay_wrap(&t->l, INDENT, PLAIN, buf_text(&text));
    buf_clear(&text);
    if (n->margin_known) {
        buf_str(&text, "lowest dead margin ");
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

static void tell_adjacencies(struct story *t, struct bond *b)
{
    struct count n = { 0 };
    struct sheet sheet = { 0 };
    unsigned told[MOODS] = { 0 };
    survey(t, b, &n, &sheet);
    struct query q = query_adjacencies(t->store, ADJACENCIES_WORST_FIRST, t->address);
    struct adjacency_row a;
    while (!t->l.err && query_adjacency(&q, &a)) {
        read_bond(t, &a, b);
        unsigned number = ++told[b->mood];
        if (b->mood == TROUBLED)
            tell_trouble(t, b, number);
        else if (b->mood == QUIET && listed(t, &n, QUIET)) {
            lay_gap(&t->l);
            tell_head(t, b);
            tell_states(t, b);
            tell_findings(t, b, UINT32_MAX);
        } else if (b->mood == HEALTHY && listed(t, &n, HEALTHY))
            tell_healthy(t, b, &sheet, number);
    }
    if (!t->options->all && n.of[TROUBLED] > SHORT_MOST)
        tell_unlisted(t, n.of[TROUBLED] - SHORT_MOST, " more adjacencies with findings: --all lists them");
    if (!listed(t, &n, QUIET))
        tell_unlisted(t, n.of[QUIET],
                      " adjacencies neither Full nor 2-Way, with nothing found: --all lists them");
    if (!listed(t, &n, HEALTHY))
        tell_summary(t, &n);
}

/* ---- routers that are alone on a link ---- */

static void tell_alone(struct story *t)
{
    struct query q = query_ospf_alone(t->store);
    struct ospf_alone_row r;
    struct buf text = buf_init(4096);
    uint64_t n = 0;
    for (; query_ospf_alone_row(&q, &r); n++)
        if (n < ALONE_MOST || t->options->all)
            buf_printf(&text, "%s%s on %s", n ? ", " : "", r.router_id, r.link);
    if (n) {
        lay_gap(&t->l);
        lay(&t->l, DIM, t->l.mode == TEXT_UTF8 ? "·" : ".");
        lay_to(&t->l, 2);
        struct buf line = buf_init(8192);
        buf_printf(&line, "no OSPF neighbour seen: %s", buf_text(&text));
        if (n > ALONE_MOST && !t->options->all)
            buf_printf(&line, " and %llu more", (unsigned long long)(n - ALONE_MOST));
        lay_wrap(&t->l, INDENT, PLAIN, buf_text(&line));
        lay_end(&t->l);
        buf_free(&line);
    }
    buf_free(&text);
}

/* ---- databases ---- */

enum { AREAS_TOLD = 64 };

struct tally {
    unsigned version, instance;
    struct {
        bool of_as;
        uint32_t area;
        uint64_t lsas;
    } area[AREAS_TOLD];
    unsigned areas;
    uint64_t lsas;
};

static void tell_tally(struct story *t, const struct tally *n)
{
    struct buf text = buf_init(256);
    char id[16];
    if (!n->lsas)
        return;
    lay_to(&t->l, 2);
    buf_printf(&text, "OSPFv%u database", n->version);
    if (n->instance)
        buf_printf(&text, " of instance %u", n->instance);
    lay_wrap(&t->l, INDENT, PLAIN, buf_text(&text));
    buf_clear(&text);
    render_counted(&text, n->lsas, "LSA", "LSAs");
    lay_part(&t->l, INDENT, PLAIN, buf_text(&text));
    for (unsigned i = 0; i < n->areas; i++) {
        buf_clear(&text);
        if (n->area[i].of_as)
            buf_str(&text, "AS");
        else
            buf_printf(&text, "area %s", ospf_id_text(n->area[i].area, id));
        if (n->areas > 1) {
            buf_str(&text, ": ");
            render_count(&text, n->area[i].lsas);
        }
        lay_part(&t->l, INDENT, DIM, buf_text(&text));
    }
    lay_end(&t->l);
    buf_free(&text);
}

static void count_lsa(struct tally *n, const struct lsa_row *r)
{
    unsigned i = 0;
    n->lsas++;
    while (i < n->areas && (n->area[i].of_as != r->of_as || n->area[i].area != r->area))
        i++;
    if (i == AREAS_TOLD)
        return;
    if (i == n->areas) {
        n->areas++;
        n->area[i].of_as = r->of_as;
        n->area[i].area = r->area;
        n->area[i].lsas = 0;
    }
    n->area[i].lsas++;
}

static void tell_databases(struct story *t)
{
    struct tally *n = calloc(1, sizeof *n);
    struct query q = query_lsas(t->store, STAMP_NEVER);
    struct lsa_row r;
    bool first = true;
    while (n && query_lsa(&q, &r)) {
        if (!lsa_row_current(&r, t->capture.last))
            continue;
        if (first)
            lay_gap(&t->l);
        if (r.version != n->version || r.instance != n->instance) {
            tell_tally(t, n);
            *n = (struct tally){ .version = r.version, .instance = r.instance };
        }
        first = false;
        count_lsa(n, &r);
    }
    if (n)
        tell_tally(t, n);
    free(n);
}

void tell_ospf(struct story *t)
{
    struct bond b = bond_init();
    tell_adjacencies(t, &b);
    if (!t->address) {
        tell_alone(t);
        tell_databases(t);
    }
    bond_free(&b);
}
