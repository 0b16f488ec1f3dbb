/* A domain's database in, its network at a moment out, area after area. */
#include "cli/topology.h"

#include <stdlib.h>

/* For qsort, which takes nothing else along: what is sorted goes with its node. */
struct placed {
    uint32_t area, network, id, interface_id, node;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    const uint32_t order[][2] = { { x->area, y->area },
                                  { x->network, y->network },
                                  { x->id, y->id },
                                  { x->interface_id, y->interface_id } };
    for (size_t i = 0; i < COUNT(order); i++)
        if (order[i][0] != order[i][1])
            return order[i][0] < order[i][1] ? -1 : 1;
    return 0;
}

static bool put_in_order(struct topology *t, uint32_t count)
{
    struct placed *list = malloc((count + 1) * sizeof *list);
    if (!list)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct ospf_node *n = ospf_graph_node(t->graph, i);
        list[i] = (struct placed){ n->area, n->network, n->id, n->interface_id, i };
    }
    if (count)
        qsort(list, count, sizeof *list, by_place);
    for (uint32_t i = 0; i < count; i++)
        t->order[i] = list[i].node;
    free(list);
    return true;
}

struct topology topology_of(const struct ospf_lsdb *db, struct stamp at, const struct options *o)
{
    struct topology t = { .options = o, .db = db, .graph = ospf_graph_new(db, at) };
    uint32_t count = t.graph ? ospf_graph_nodes(t.graph) : 0;
    t.order = malloc((count + 1) * sizeof *t.order);
    t.parts = malloc((count + 1) * sizeof *t.parts);
    if (t.graph && t.order && t.parts && put_in_order(&t, count) && ospf_graph_parts(t.graph, t.parts))
        return t;
    topology_free(&t);
    return t;
}

void topology_free(struct topology *t)
{
    ospf_graph_free(t->graph);
    free(t->order);
    free(t->parts);
    *t = (struct topology){ .graph = NULL };
}

static uint32_t area_at(const struct topology *t, uint32_t place)
{
    return ospf_graph_node(t->graph, t->order[place])->area;
}

bool topology_next_area(const struct topology *t, uint32_t *from, uint32_t *to)
{
    uint32_t count = ospf_graph_nodes(t->graph);
    do {
        *from = *to;
        while (*to < count && area_at(t, *to) == area_at(t, *from))
            ++*to;
    } while (*from < count && t->options->by_area && area_at(t, *from) != t->options->area);
    return *from < count;
}

bool topology_wants(const struct topology *t, const struct ospf_path_route *r)
{
    return !t->options->by_area || r->area == t->options->area;
}
