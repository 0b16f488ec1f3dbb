/* OSPF adjacencies in, the worst first; a block for each that has something to tell, a line for each that is well, and what
 * stands in the databases, out. */
#include "decode/ospf/ospf.h"
#include "store/query_ospf.h"
#include "store/render.h"
#include "store/report_bond.h"
#include <stdlib.h>
#include <string.h>

/* How many routers without a neighbour are told; --all tells them all. */
enum { ALONE_MOST = 6 };

/* What the lines need of an adjacency besides. Texts of the row live until the walk goes on. */
struct adjacency {
    struct bond bond; /* its name: "10.255.0.1 (DR) – 10.255.0.2 (BDR)" */
    struct adjacency_row a;
    int64_t dead; /* the interval that the margin is of */
};

static const struct adjacency *adjacency_of(const struct bond *b) { return (const struct adjacency *)b; }

static void read_side(struct adjacency *j, const struct neighbor_row *n)
{
    int i = n->side == 1;
    struct bond *b = &j->bond;
    snprintf(b->end[i].name, sizeof b->end[i].name, "%s", n->router_id);
    snprintf(b->end[i].state, sizeof b->end[i].state, "%s", n->state);
    b->end[i].since = n->state_since;
    b->was_up = b->was_up || n->full_count;
    if (stamp_known(n->min_margin_at) && (!b->margin_known || n->min_margin_ns < b->margin_ns)) {
        bond_margin(b, n->min_margin_ns);
        j->dead = n->dead_interval;
    }
    bool dr = j->a.dr && !strcmp(j->a.dr, n->router_id), bdr = j->a.bdr && !strcmp(j->a.bdr, n->router_id);
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

static struct query ask(struct story *t)
{
    return query_adjacencies(t->store, ADJACENCIES_WORST_FIRST, t->address);
}

static bool next_adjacency(struct query *q, struct bond *b)
{
    struct adjacency *j = (struct adjacency *)b;
    if (!query_adjacency(q, &j->a))
        return false;
    b->id = j->a.id;
    b->up = j->a.up;
    b->mood = bond_mood(j->a.worst, b->up);
    return true;
}

static void read_adjacency(struct story *t, struct bond *b)
{
    struct adjacency *j = (struct adjacency *)b;
    struct query q = query_neighbors(t->store, b->id);
    struct neighbor_row n;
    j->bond =
        (struct bond){ .id = b->id, .up = b->up, .mood = b->mood, .losses = j->a.losses, .name = b->name };
    buf_clear(&b->name);
    while (query_neighbor(&q, &n))
        read_side(j, &n);
    if (!strcmp(b->end[0].name, b->end[1].name))
        name_twins(t, b);
}

/* ---- a block ---- */

static void add_label(const struct bond *b, struct buf *out)
{
    buf_printf(out, "OSPF %s", adjacency_of(b)->a.link_name);
}

static void tell_rest(struct story *t, const struct bond *b)
{
    const struct adjacency *j = adjacency_of(b);
    struct buf text = buf_init(512);
    buf_printf(&text, "area %s", j->a.area);
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    if (strcmp(j->a.link_type, "unknown") != 0)
        lay_part(&t->l, INDENT, DIM, j->a.link_type);
    buf_clear(&text);
    if (b->margin_known) {
        buf_str(&text, "lowest dead margin ");
        bond_add_margin(b, j->dead, &text);
    }
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_free(&text);
}

/* ---- those that are well: a table ---- */

enum column { NAME, LINK, AREA, TYPE, STATE, AGE, MARGIN, COLUMNS };

static void cell(const struct story *t, const struct bond *b, unsigned column, struct buf *out)
{
    const struct adjacency *j = adjacency_of(b);
    switch ((enum column)column) {
    case NAME: buf_str(out, buf_text(&b->name)); break;
    case LINK: buf_str(out, j->a.link_name); break;
    case AREA: buf_str(out, j->a.area); break;
    case TYPE: buf_str(out, j->a.link_type); break;
    case STATE: buf_str(out, b->end[0].state); break;
    case AGE: bond_add_age(t, b, out); break;
    case MARGIN:
        if (b->margin_known)
            bond_add_margin(b, j->dead, out);
        break;
    case COLUMNS: break;
    }
}

static void tell_adjacencies(struct story *t)
{
    static const struct bond_kind kind = {
        .top = "Full",
        .healthy = "adjacencies as they should be",
        .more_quiet = "adjacencies neither Full nor 2-Way, with nothing found",
        .more_troubled = "more adjacencies with findings",
        .margin = "lowest dead margin",
        .ask = ask,
        .next = next_adjacency,
        .read = read_adjacency,
        .steps = query_ospf_transitions,
        .step = query_ospf_transition,
        .findings = query_findings_of_adjacency,
        .add_label = add_label,
        .tell_rest = tell_rest,
        .sheet = { COLUMNS,
                   { "adjacency", "link", "area", "type", "state", "for", "dead margin" },
                   { TYPE, AREA, AGE },
                   3,
                   cell },
    };
    struct adjacency j = { .bond.name = buf_init(512) };
    tell_bonds(t, &kind, &j.bond);
    buf_free(&j.bond.name);
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
    tell_adjacencies(t);
    if (!t->address) {
        tell_alone(t);
        tell_databases(t);
    }
}
