/* Two topologies of one domain in, what is different out: each is written down as facts, a name and a value, in the order
 * of their names; then both lists are read side by side. */
#include "cli/topology.h"

#include "base/grow.h"
#include "cli/ospf_tell.h"
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 1 << 12 };

struct fact {
    char *name, *value; /* owned */
};

struct facts {
    struct fact *list;
    uint32_t count, room;
    bool failed;
};

struct topology_diff {
    struct facts before, after;
};

static void add(struct facts *f, struct buf *name, struct buf *value)
{
    bool room = grow(&f->list, f->count, &f->room, sizeof *f->list, 64, UINT32_MAX);
    struct fact new = { buf_dup(name), buf_dup(value) };
    if (room && new.name &&new.value)
        f->list[f->count++] = new;
    else {
        free(new.name);
        free(new.value);
        f->failed = true;
    }
    buf_free(name);
    buf_free(value);
}

static void of_node(struct facts *f, const struct topology *t, uint32_t which)
{
    char text[16];
    const struct ospf_node *n = ospf_graph_node(t->graph, which);
    struct buf name = buf_init(TEXT_MOST), value = buf_init(TEXT_MOST);
    buf_str(&name, n->network ? "network " : "router ");
    ospf_node_text(t->graph, which, &name);
    buf_printf(&name, " in area %s", ospf_id_text(n->area, text));
    if (!n->described)
        buf_str(&value, "named by others only");
    else if (n->network)
        buf_printf(&value, "designated router %s", ospf_id_text(n->dr, text));
    else
        buf_printf(&value, "%s%s%s%s", n->flags & OSPF_ROUTER_B ? "area border router" : "",
                   (n->flags & OSPF_ROUTER_B) && (n->flags & OSPF_ROUTER_E) ? ", " : "",
                   n->flags & OSPF_ROUTER_E ? "AS boundary router" : "",
                   n->flags & (OSPF_ROUTER_B | OSPF_ROUTER_E) ? "" : "internal");
    add(f, &name, &value);
}

static void of_edge(struct facts *f, const struct topology *t, const struct ospf_edge *e)
{
    char text[16];
    const struct ospf_node *from = ospf_graph_node(t->graph, e->from), *to = ospf_graph_node(t->graph, e->to);
    struct buf name = buf_init(TEXT_MOST), value = buf_init(TEXT_MOST);
    if (from->network)
        buf_str(&name, "on network ");
    else
        buf_str(&name, "link ");
    ospf_node_text(t->graph, e->from, &name);
    buf_str(&name, from->network ? ": " : " to ");
    ospf_node_text(t->graph, e->to, &name);
    buf_str(&name, to->network ? " (network)" : "");
    if (!from->network && ospf_graph_version(t->graph) == 2)
        buf_printf(&name, " from %s", ospf_id_text(e->data, text));
    else if (!from->network)
        buf_printf(&name, " from interface %u", (unsigned)e->data);
    buf_printf(&name, " in area %s", ospf_id_text(from->area, text));
    if (!from->network)
        buf_printf(&value, "cost %u", (unsigned)e->cost);
    if (!e->back)
        buf_printf(&value, "%snot described back", from->network ? "" : ", ");
    add(f, &name, &value);
}

static void of_leaf(struct facts *f, const struct topology *t, const struct ospf_leaf *l)
{
    char text[ADDR_TEXT];
    const struct ospf_node *n = ospf_graph_node(t->graph, l->node);
    struct buf name = buf_init(TEXT_MOST), value = buf_init(TEXT_MOST);
    buf_printf(&name, "prefix %s of ", prefix_text(l->prefix.b, l->bits, l->prefix.size, text));
    ospf_node_text(t->graph, l->node, &name);
    buf_printf(&name, " in area %s", ospf_id_text(n->area, text));
    buf_printf(&value, "cost %u", (unsigned)l->cost);
    add(f, &name, &value);
}

static void of_announced(struct facts *f, const struct ospf_path_route *r, uint32_t asbr)
{
    char text[ADDR_TEXT];
    struct buf name = buf_init(TEXT_MOST), value = buf_init(TEXT_MOST);
    bool of_as = r->type >= OSPF_EXTERNAL1 && !r->nssa;
    if (r->prefix.size)
        buf_printf(&name, "prefix %s", ospf_route_prefix(r, text));
    else
        buf_printf(&name, "AS boundary router %s", ospf_id_text(asbr, text));
    buf_printf(&name, " announced by %s", ospf_id_text(r->router, text));
    if (!of_as)
        buf_printf(&name, " into area %s", ospf_id_text(r->area, text));
    buf_printf(&value, "%s metric %u", ospf_route_word(r),
               (unsigned)(r->type == OSPF_EXTERNAL2 ? r->external : r->cost));
    if (r->forwarding.size)
        buf_printf(&value, ", forwarding to %s", addr_text(&r->forwarding, text));
    add(f, &name, &value);
}

static int by_name(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->value, y->value);
}

static struct facts facts_of(const struct topology *t)
{
    struct facts f = { .count = 0 };
    uint32_t asbr;
    if (!t->graph)
        return f;
    for (uint32_t from, to = 0; topology_next_area(t, &from, &to);)
        for (uint32_t i = from; i < to; i++) {
            const struct ospf_node *n = ospf_graph_node(t->graph, t->order[i]);
            of_node(&f, t, t->order[i]);
            for (uint32_t k = n->edge; k < n->edge + n->edge_count; k++)
                of_edge(&f, t, ospf_graph_edge(t->graph, k));
            for (uint32_t k = n->leaf; k < n->leaf + n->leaf_count; k++)
                of_leaf(&f, t, ospf_graph_leaf(t->graph, k));
        }
    for (uint32_t i = 0; i < ospf_graph_announcements(t->graph); i++) {
        struct ospf_path_route r = ospf_graph_announcement(t->graph, i, &asbr);
        if (topology_wants(t, &r))
            of_announced(&f, &r, asbr);
    }
    if (f.count)
        qsort(f.list, f.count, sizeof *f.list, by_name);
    return f;
}

static void facts_free(struct facts *f)
{
    for (uint32_t i = 0; i < f->count; i++) {
        free(f->list[i].name);
        free(f->list[i].value);
    }
    free(f->list);
}

struct topology_diff *topology_diff_new(const struct topology *before, const struct topology *after)
{
    struct topology_diff *d = malloc(sizeof *d);
    if (!d)
        return NULL;
    *d = (struct topology_diff){ facts_of(before), facts_of(after) };
    if (!d->before.failed && !d->after.failed)
        return d;
    topology_diff_free(d);
    return NULL;
}

void topology_diff_free(struct topology_diff *d)
{
    if (!d)
        return;
    facts_free(&d->before);
    facts_free(&d->after);
    free(d);
}

static const struct fact *fact_at(const struct facts *f, uint32_t at)
{
    static const struct fact none = { NULL, NULL };
    return at < f->count ? &f->list[at] : &none;
}

bool topology_diff_next(const struct topology_diff *d, uint32_t at[2], struct topology_change *out)
{
    for (;;) {
        const struct fact *b = fact_at(&d->before, at[0]), *a = fact_at(&d->after, at[1]);
        if (!b->name && !a->name)
            return false;
        int order = !b->name ? 1 : !a->name ? -1 : strcmp(b->name, a->name);
        at[0] += order <= 0;
        at[1] += order >= 0;
        if (!order && !strcmp(b->value, a->value))
            continue;
        *out = (struct topology_change){ order < 0   ? "gone"
                                         : order > 0 ? "new"
                                                     : "changed",
                                         order < 0 ? b->name : a->name, order <= 0 ? b->value : NULL,
                                         order >= 0 ? a->value : NULL };
        return true;
    }
}
