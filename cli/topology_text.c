/* A topology in, the same for people out: area by area its routers with their links, its networks, and what comes into it
 * from elsewhere. */
#include "cli/topology.h"

#include "base/table.h"
#include "cli/ospf_tell.h"
#include "store/render.h"
#include <stdlib.h>

enum { ROUTER_AT = 2, ROLE_AT = 19, TO_AT = 30, COST_AT = 55, FROM_AT = 64, NOTE_AT = 82, LINE = 160 };

static void heads(struct layout *out, const char *const words[], const unsigned at[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lay_to(out, at[i]);
        lay(out, DIM, words[i]);
    }
    lay_end(out);
}

static void lay_cost(struct layout *out, uint32_t cost)
{
    char text[16];
    snprintf(text, sizeof text, "%6u", (unsigned)cost);
    lay_to(out, COST_AT - 2);
    lay(out, PLAIN, text);
}

static void lay_node(struct layout *out, enum paint p, const struct topology *t, uint32_t node)
{
    struct buf text = buf_init(LINE);
    ospf_node_text(t->graph, node, &text);
    lay(out, p, buf_text(&text));
    buf_free(&text);
}

static void lay_link(struct layout *out, const struct topology *t, const struct ospf_edge *e)
{
    char text[24];
    const struct ospf_node *to = ospf_graph_node(t->graph, e->to);
    lay_to(out, TO_AT);
    lay_node(out, PLAIN, t, e->to);
    if (to->network || e->type == OSPF_LINK_VIRTUAL)
        lay(out, DIM, to->network ? " net" : " virtual");
    lay_cost(out, e->cost);
    lay_to(out, FROM_AT);
    if (ospf_graph_version(t->graph) == 2)
        lay(out, DIM, ospf_id_text(e->data, text));
    else {
        snprintf(text, sizeof text, "interface %u", (unsigned)e->data);
        lay(out, DIM, text);
    }
    if (!e->back) {
        lay_to(out, NOTE_AT);
        lay(out, YELLOW, to->described ? "not described back" : "other end not seen");
    }
    lay_end(out);
}

static void lay_leaf(struct layout *out, const struct ospf_leaf *l)
{
    char text[ADDR_TEXT];
    lay_to(out, TO_AT);
    lay(out, DIM, prefix_text(l->prefix.b, l->bits, l->prefix.size, text));
    lay_cost(out, l->cost);
    lay_end(out);
}

static void tell_router(struct layout *out, const struct topology *t, uint32_t which, bool parted)
{
    char text[24];
    const struct ospf_node *n = ospf_graph_node(t->graph, which);
    lay_to(out, ROUTER_AT);
    lay(out, BOLD, ospf_id_text(n->id, text));
    if (n->flags & (OSPF_ROUTER_B | OSPF_ROUTER_E)) {
        lay_to(out, ROLE_AT);
        lay(out, CYAN, n->flags & OSPF_ROUTER_B ? "ABR" : "");
        lay(out, CYAN, (n->flags & OSPF_ROUTER_B) && (n->flags & OSPF_ROUTER_E) ? " " : "");
        lay(out, CYAN, n->flags & OSPF_ROUTER_E ? "ASBR" : "");
    }
    if (!n->described) {
        lay_to(out, TO_AT);
        lay(out, YELLOW, "others name it; its own LSA was not seen");
    } else if (parted) {
        snprintf(text, sizeof text, "part %u", (unsigned)t->parts[which]);
        lay_to(out, TO_AT);
        lay(out, RED, text);
        lay_end(out);
    }
    for (uint32_t i = n->edge; i < n->edge + n->edge_count; i++)
        lay_link(out, t, ospf_graph_edge(t->graph, i));
    for (uint32_t i = n->leaf; i < n->leaf + n->leaf_count; i++)
        lay_leaf(out, ospf_graph_leaf(t->graph, i));
    lay_close(out);
}

static void tell_network(struct layout *out, const struct topology *t, uint32_t which)
{
    char text[16];
    const struct ospf_node *n = ospf_graph_node(t->graph, which);
    struct buf list = buf_init((size_t)1 << 16);
    lay_to(out, ROUTER_AT);
    lay_node(out, BOLD, t, which);
    lay_to(out, TO_AT);
    if (n->described)
        lay(out, PLAIN, ospf_id_text(n->dr, text));
    else
        lay(out, YELLOW, "its LSA was not seen");
    for (uint32_t i = n->edge; i < n->edge + n->edge_count; i++) {
        buf_str(&list, i > n->edge ? ", " : "");
        buf_str(&list, ospf_id_text(ospf_graph_node(t->graph, ospf_graph_edge(t->graph, i)->to)->id, text));
    }
    lay_to(out, COST_AT);
    lay_wrap(out, COST_AT, PLAIN, buf_text(&list));
    lay_close(out);
    buf_free(&list);
}

struct counts {
    uint32_t routers, networks, parts, unseen;
};

static struct counts count(const struct topology *t, uint32_t from, uint32_t to)
{
    struct counts c = { 0, 0, 0, 0 };
    for (uint32_t i = from; i < to; i++) {
        const struct ospf_node *n = ospf_graph_node(t->graph, t->order[i]);
        c.routers += !n->network;
        c.networks += n->network;
        c.unseen += !n->described;
        c.parts = t->parts[t->order[i]] > c.parts ? t->parts[t->order[i]] : c.parts;
    }
    return c;
}

static void tell_head(struct layout *out, const struct topology *t, uint32_t area, const struct counts *c)
{
    char id[16];
    struct buf text = buf_init(LINE);
    tell_domain_text(&text, t->db);
    buf_printf(&text, ", area %s", ospf_id_text(area, id));
    lay_gap(out);
    lay(out, BOLD, buf_text(&text));
    buf_clear(&text);
    render_counted(&text, c->routers, "router", "routers");
    buf_str(&text, ", ");
    render_counted(&text, c->networks, "network", "networks");
    lay_part(out, 2, DIM, buf_text(&text));
    buf_clear(&text);
    buf_printf(&text, "in %u parts, and no way from one to the other", (unsigned)c->parts);
    if (c->parts > 1)
        lay_part(out, 2, RED, buf_text(&text));
    lay_end(out);
    buf_free(&text);
}

static void tell_area(struct layout *out, const struct topology *t, uint32_t from, uint32_t to)
{
    static const char *const router_words[] = { "router", "role", "to", "cost", "from its" };
    static const unsigned router_at[] = { ROUTER_AT, ROLE_AT, TO_AT, COST_AT, FROM_AT };
    static const char *const network_words[] = { "network", "designated router", "routers" };
    static const unsigned network_at[] = { ROUTER_AT, TO_AT, COST_AT };
    struct counts c = count(t, from, to);
    tell_head(out, t, ospf_graph_node(t->graph, t->order[from])->area, &c);
    if (c.routers)
        heads(out, router_words, router_at, COUNT(router_at));
    for (uint32_t i = from; i < to; i++) {
        bool network = ospf_graph_node(t->graph, t->order[i])->network;
        if (network && c.networks) {
            heads(out, network_words, network_at, COUNT(network_at));
            c.networks = 0;
        }
        if (network)
            tell_network(out, t, t->order[i]);
        else
            tell_router(out, t, t->order[i], c.parts > 1);
    }
}

/* ---- from elsewhere ---- */

/* Of one router, in one area or the whole AS. */
struct sum {
    uint32_t router, area;
    bool of_as;
    uint32_t prefixes, routers, least, most;
};

static int by_area(const void *a, const void *b)
{
    const struct sum *x = a, *y = b;
    const uint32_t order[][2] = { { x->of_as, y->of_as }, { x->area, y->area }, { x->router, y->router } };
    for (size_t i = 0; i < COUNT(order); i++)
        if (order[i][0] != order[i][1])
            return order[i][0] < order[i][1] ? -1 : 1;
    return 0;
}

static void tell_sum(struct layout *out, const struct sum *s)
{
    char text[16];
    struct buf words = buf_init(LINE);
    lay_to(out, ROUTER_AT);
    lay(out, BOLD, ospf_id_text(s->router, text));
    lay_to(out, ROLE_AT);
    lay(out, PLAIN, s->of_as ? "everywhere" : ospf_id_text(s->area, text));
    render_counted(&words, s->prefixes, "prefix", "prefixes");
    if (s->routers) {
        buf_str(&words, ", ");
        render_counted(&words, s->routers, "AS boundary router", "AS boundary routers");
    }
    buf_printf(&words, s->least == s->most ? ", metric %u" : ", metric %u to %u", (unsigned)s->least,
               (unsigned)s->most);
    lay_to(out, TO_AT + 5);
    lay(out, PLAIN, buf_text(&words));
    lay_end(out);
    buf_free(&words);
}

static void add_sum(struct sum *s, const struct ospf_path_route *r)
{
    uint32_t metric = r->type == OSPF_EXTERNAL2 ? r->external : r->cost;
    bool first = !s->prefixes && !s->routers;
    s->prefixes += r->prefix.size != 0;
    s->routers += !r->prefix.size;
    s->least = first || metric < s->least ? metric : s->least;
    s->most = first || metric > s->most ? metric : s->most;
}

static void tell_announced(struct layout *out, const struct topology *t)
{
    uint32_t n = ospf_graph_announcements(t->graph), count = 0, unused;
    struct sum *sums = calloc(n + 1, sizeof *sums);
    struct table known;
    table_init(&known, 3 * sizeof(uint32_t), 0);
    for (uint32_t i = 0; sums && i < n; i++) {
        struct ospf_path_route r = ospf_graph_announcement(t->graph, i, &unused);
        bool of_as = r.type >= OSPF_EXTERNAL1 && !r.nssa;
        uint32_t key[3] = { r.router, r.area, of_as };
        uintptr_t at = (uintptr_t)table_get(&known, key);
        if (!topology_wants(t, &r) || (!at && !table_put(&known, key, (void *)((uintptr_t)count + 1))))
            continue;
        at = at ? at : ++count;
        sums[at - 1].router = r.router;
        sums[at - 1].area = r.area;
        sums[at - 1].of_as = of_as;
        add_sum(&sums[at - 1], &r);
    }
    table_free(&known);
    if (sums && count) {
        static const char *const words[] = { "announced by", "into area", "of other areas and from outside" };
        static const unsigned at[] = { ROUTER_AT, ROLE_AT, TO_AT + 5 };
        qsort(sums, count, sizeof *sums, by_area);
        lay_gap(out);
        heads(out, words, at, COUNT(at));
        for (uint32_t i = 0; i < count; i++)
            tell_sum(out, &sums[i]);
    }
    free(sums);
}

void topology_text(struct layout *out, const struct topology *t)
{
    for (uint32_t from, to = 0; topology_next_area(t, &from, &to);)
        tell_area(out, t, from, to);
    tell_announced(out, t);
}
