/* Peerings in, the worst first; a block for each that has something to tell, a line for each that is well, out. */
#include "store/render.h"
#include "store/report_bond.h"
#include "store/telling.h"
#include <string.h>

/* What the lines need of a peering besides. Texts of the row live until the walk goes on. */
struct pair {
    struct bond bond; /* its name: "10.0.12.1 (AS 65001) – 10.0.12.2 (AS 65002)" */
    struct peering_row p;
    uint64_t routes[2], messages[2];
};

static const struct pair *pair_of(const struct bond *b) { return (const struct pair *)b; }

static const char *type_word(const char *type)
{
    return !strcmp(type, "ebgp") ? "eBGP" : !strcmp(type, "ibgp") ? "iBGP" : "";
}

static void read_side(struct pair *pair, const struct side_row *s)
{
    int i = s->side;
    struct bond *b = &pair->bond;
    snprintf(b->end[i].name, sizeof b->end[i].name, "%s", s->address);
    snprintf(b->end[i].state, sizeof b->end[i].state, "%s", s->state);
    b->end[i].since = s->state_since;
    pair->routes[i] = s->routes;
    pair->messages[i] = s->opens + s->updates + s->notifications + s->keepalives + s->route_refreshes;
    b->was_up = b->was_up || s->established_count;
    if (s->lost_count > b->losses)
        b->losses = s->lost_count;
    if (stamp_known(s->min_margin_at))
        bond_margin(b, s->min_margin_ns);
    buf_printf(&b->name, "%s%s", i ? " – " : "", s->address);
    if (s->asn > 0)
        buf_printf(&b->name, " (AS %lld%s)", (long long)s->asn, s->asn_inferred ? "?" : "");
}

static struct query ask(struct story *t)
{
    return query_peerings(t->store, PEERINGS_WORST_FIRST, t->address);
}

static bool next_pair(struct query *q, struct bond *b)
{
    struct pair *pair = (struct pair *)b;
    if (!query_peering(q, &pair->p))
        return false;
    b->id = pair->p.id;
    b->up = pair->p.up;
    b->mood = bond_mood(pair->p.worst, b->up);
    return true;
}

static void read_pair(struct story *t, struct bond *b)
{
    struct pair *pair = (struct pair *)b;
    struct query q = query_sides(t->store, b->id);
    struct side_row s;
    *pair =
        (struct pair){ .p = pair->p, .bond = { .id = b->id, .up = b->up, .mood = b->mood, .name = b->name } };
    buf_clear(&b->name);
    while (query_side(&q, &s))
        if (s.side == 0 || s.side == 1)
            read_side(pair, &s);
    b->routes = pair->routes[0] + pair->routes[1];
    b->at_least = pair->p.midway && !b->losses;
}

/* ---- words of a peering ---- */

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
    if (pair->bond.margin_known) {
        buf_str(out, out->used ? ", lowest margin " : "lowest hold margin ");
        render_span(out, (struct span){ pair->bond.margin_ns });
    }
}

static void add_label(const struct bond *b, struct buf *out) { buf_str(out, type_word(pair_of(b)->p.type)); }

/* ---- a block ---- */

/* Who the sides are, as far as databases know them. */
static void tell_places(struct story *t, const struct bond *b)
{
    struct geo_place place;
    struct buf text = buf_init(512);
    bool any = false;
    for (int i = 0; i < 2; i++) {
        if (!telling_find_place(t->store, b->end[i].name, &place) ||
            (!place.asn && !*place.organisation && !*place.city && !*place.country))
            continue;
        if (!any)
            lay_to(&t->l, INDENT);
        any = true;
        buf_clear(&text);
        buf_printf(&text, "%s  ", b->end[i].name);
        telling_place_text(&place, &text);
        lay_part(&t->l, INDENT, DIM, buf_text(&text));
    }
    if (any)
        lay_close(&t->l);
    buf_free(&text);
}

static void tell_rest(struct story *t, const struct bond *b)
{
    const struct pair *pair = pair_of(b);
    struct buf text = buf_init(512);
    if (pair->p.connections > 1 || !b->up)
        render_counted(&text, pair->p.connections, "connection", "connections");
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_clear(&text);
    if (b->up || pair->routes[0] || pair->routes[1]) {
        buf_str(&text, "routes ");
        add_pair_of(&text, pair->routes);
    }
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_clear(&text);
    if (b->up) {
        buf_str(&text, "messages ");
        add_pair_of(&text, pair->messages);
        lay_part(&t->l, INDENT, DIM, buf_text(&text));
        buf_clear(&text);
        add_hold(pair, &text);
    } else if (pair->p.midway)
        buf_str(&text, "joined in mid-session");
    lay_part(&t->l, INDENT, DIM, buf_text(&text));
    buf_free(&text);
}

/* ---- those that are well: a table ---- */

enum column { NAME, TYPE, AGE, ROUTES, MESSAGES, HOLD, COLUMNS };

static void add_hold_margin(const struct pair *pair, struct buf *out)
{
    int64_t hold = pair->p.hold_time;
    if (hold == 0)
        buf_str(out, "hold time 0");
    else if (pair->bond.margin_known)
        bond_add_margin(&pair->bond, hold, out);
    else if (hold > 0)
        buf_printf(out, "? of %lld s", (long long)hold);
}

static void cell(const struct story *t, const struct bond *b, unsigned column, struct buf *out)
{
    const struct pair *pair = pair_of(b);
    switch ((enum column)column) {
    case NAME: buf_str(out, buf_text(&b->name)); break;
    case TYPE: add_label(b, out); break;
    case AGE: bond_add_age(t, b, out); break;
    case ROUTES: add_pair_of(out, pair->routes); break;
    case MESSAGES: add_pair_of(out, pair->messages); break;
    case HOLD: add_hold_margin(pair, out); break;
    case COLUMNS: break;
    }
}

void tell_peerings(struct story *t)
{
    static const struct bond_kind kind = {
        .top = "Established",
        .healthy = "peerings Established",
        .more_quiet = "peerings not Established, with nothing found",
        .more_troubled = "more peerings with findings",
        .margin = "lowest hold margin",
        .has_routes = true,
        .ask = ask,
        .next = next_pair,
        .read = read_pair,
        .steps = query_transitions,
        .step = query_transition,
        .findings = query_findings_of_peering,
        .add_label = add_label,
        .tell_rest = tell_rest,
        .tell_places = tell_places,
        .sheet = { COLUMNS,
                   { "peering", "type", "up for", "routes", "messages", "hold margin" },
                   { MESSAGES, TYPE },
                   2,
                   cell },
    };
    struct pair pair = { .bond.name = buf_init(256) };
    tell_bonds(t, &kind, &pair.bond);
    buf_free(&pair.bond.name);
}
