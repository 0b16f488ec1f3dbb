/* A database, its graph and a way through it in; sentences about what the packets did not show, out. */
#include "cli/ospf_doubts.h"

#include "base/grow.h"
#include "cli/ospf_tell.h"
#include "store/render.h"
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 400, LISTED = 8, REFRESH_S = 1800 }; /* LSRefreshTime: RFC 2328 B */

struct finder {
    struct ospf_doubts *out;
    const struct databases *databases;
    const struct ospf_lsdb *db;
    const struct ospf_graph *graph;
};

void ospf_doubts_free(struct ospf_doubts *d)
{
    for (uint32_t i = 0; i < d->count; i++)
        free(d->list[i].text);
    free(d->list);
}

/* Takes the text. */
static void add(struct ospf_doubts *d, const char *code, struct buf *text)
{
    bool room = grow(&d->list, d->count, &d->room, sizeof *d->list, 8, UINT32_MAX);
    d->short_of_memory |= !room;
    char *words = room ? buf_dup(text) : NULL;
    if (words)
        d->list[d->count++] = (struct ospf_doubt){ code, words };
    d->short_of_memory |= !words;
    buf_free(text);
}

/* The step brings in an area that no step before it did. */
static bool new_area(const struct ospf_trace *t, uint32_t step)
{
    if (t->steps[step].end == OSPF_TRACE_LOST)
        return false;
    for (uint32_t i = 0; i < step; i++)
        if (t->steps[i].end != OSPF_TRACE_LOST && t->steps[i].route.area == t->steps[step].route.area)
            return false;
    return true;
}

/* What stands behind the last router that the database knows. */
static void at_the_end(const struct finder *f, const struct ospf_trace_step *s)
{
    char id[16], prefix[ADDR_TEXT];
    struct buf text = buf_init(TEXT_MOST);
    const struct ospf_path_route *r = &s->route;
    const char *what = r->prefix.size ? ospf_route_prefix(r, prefix) : "the AS boundary router";
    buf_printf(&text, "that %s reaches %s", ospf_id_text(s->router, id), what);
    if (s->end == OSPF_TRACE_UNSEEN) {
        buf_printf(&text, " at cost %u: it says so in area %s, and the area behind it was not seen",
                   (unsigned)r->cost, ospf_id_text(r->area, id));
        add(f->out, "summary", &text);
    } else {
        buf_str(&text, " outside of OSPF: it says so");
        add(f->out, "external", &text);
    }
}

/* "10.255.0.3, 10.255.0.4 and 12 more" */
static void list_node(const struct finder *f, struct buf *text, uint32_t node, uint32_t count)
{
    if (count >= LISTED)
        return;
    buf_str(text, count ? ", " : "");
    ospf_node_text(f->graph, node, text);
}

static void list_end(struct buf *text, uint32_t count)
{
    if (count > LISTED)
        buf_printf(text, " and %u more", (unsigned)(count - LISTED));
}

static void not_described(const struct finder *f, uint32_t area)
{
    char id[16];
    struct buf names = buf_init(TEXT_MOST), text = buf_init(TEXT_MOST);
    uint32_t count = 0;
    for (uint32_t i = 0; i < ospf_graph_nodes(f->graph); i++) {
        const struct ospf_node *n = ospf_graph_node(f->graph, i);
        if (n->area == area && !n->described)
            list_node(f, &names, i, count++);
    }
    list_end(&names, count);
    buf_printf(
        &text,
        "that no way leads over %s in area %s: others name %s, and what %s of %s is not in the database",
        buf_text(&names), ospf_id_text(area, id), count == 1 ? "it" : "them",
        count == 1 ? "it says" : "they say", count == 1 ? "itself" : "themselves");
    buf_free(&names);
    if (count)
        add(f->out, "not-described", &text);
    else
        buf_free(&text);
}

static void one_sided(const struct finder *f, uint32_t area)
{
    for (uint32_t i = 0, told = 0; i < ospf_graph_edges(f->graph) && told < LISTED; i++) {
        const struct ospf_edge *e = ospf_graph_edge(f->graph, i);
        const struct ospf_node *from = ospf_graph_node(f->graph, e->from);
        if (e->back || from->area != area || !ospf_graph_node(f->graph, e->to)->described)
            continue;
        struct buf text = buf_init(TEXT_MOST);
        buf_str(&text, "that there is no link from ");
        ospf_node_text(f->graph, e->from, &text);
        buf_str(&text, " to ");
        ospf_node_text(f->graph, e->to, &text);
        buf_printf(&text, ": only the one end describes it (cost %u), and the other does not",
                   (unsigned)e->cost);
        add(f->out, "one-sided", &text);
        told++;
    }
}

static void late(const struct finder *f, uint32_t area)
{
    char id[16];
    if (databases_area_seen(f->databases, ospf_lsdb_version(f->db), ospf_lsdb_instance(f->db), area))
        return;
    struct buf text = buf_init(TEXT_MOST);
    buf_printf(
        &text,
        "that nothing else is in area %s: no exchange of whole databases was seen there, and what was not "
        "originated anew since the capture began is missing",
        ospf_id_text(area, id));
    add(f->out, "late-capture", &text);
}

static void name_lsa(struct buf *text, const struct ospf_lsa_facts *l)
{
    char id[16], router[16];
    buf_printf(text, "the %s %s of %s", ospf_kind_name((enum ospf_kind)l->kind), ospf_id_text(l->key.id, id),
               ospf_id_text(l->key.router, router));
}

/* LSAs that say less than they should, and those that nobody renewed when it was time. */
static void old_lsas(const struct finder *f, uint32_t area)
{
    const struct ospf_lsa_facts *l;
    uint32_t told = 0;
    for (uint32_t at = 0; told < LISTED && (l = ospf_lsdb_next(f->db, &at));) {
        unsigned age = ospf_lsa_age(l, f->databases->at);
        bool stale = !l->raw || l->raw_sequence != l->sequence,
             overdue = age > REFRESH_S + 60 && !l->do_not_age;
        if (l->key.area != area || l->key.scope != OSPF_SCOPE_AREA || !l->instances ||
            !ospf_lsa_current(l, f->databases->at) || (!stale && !overdue))
            continue;
        struct buf text = buf_init(TEXT_MOST);
        buf_str(&text, stale ? "that " : "that its router still stands by ");
        name_lsa(&text, l);
        if (stale && l->raw)
            buf_printf(&text, " says what it said in instance 0x%08x: of the newest only the header was seen",
                       (unsigned)l->raw_sequence);
        else if (stale)
            buf_str(&text, " changes nothing here: only its header was seen");
        else {
            buf_str(&text, ": it is ");
            render_span(&text, SPAN_S(age));
            buf_str(&text, " old, and was due to be originated anew");
        }
        add(f->out, stale ? "header-only" : "overdue", &text);
        told++;
    }
}

void ospf_doubts_find(struct ospf_doubts *out, const struct databases *d, const struct ospf_lsdb *db,
                      const struct ospf_graph *g, const struct ospf_trace *t)
{
    const struct finder f = { out, d, db, g };
    *out = (struct ospf_doubts){ .count = 0 };
    for (uint32_t i = 0; i < t->count; i++)
        if (t->steps[i].end == OSPF_TRACE_UNSEEN || t->steps[i].end == OSPF_TRACE_OUT)
            at_the_end(&f, &t->steps[i]);
    for (uint32_t i = 0; i < t->count; i++)
        if (new_area(t, i)) {
            uint32_t area = t->steps[i].route.area;
            late(&f, area);
            not_described(&f, area);
            one_sided(&f, area);
            old_lsas(&f, area);
        }
}
