/* A graph, a router and a place in; router by router which way, and where it ends, out. Each decides by its own table,
 * which is why a way through areas is found as routers find it. */
#include "state/ospf_trace.h"

#include "base/grow.h"
#include <stdlib.h>

enum { STEPS_MOST = 4096, OTHERS_MOST = 128 };

static bool lookup(const struct ospf_paths *p, const struct ospf_place *to, struct ospf_path_route *out)
{
    const struct ospf_path_route *r;
    if (to->is_router)
        return ospf_paths_to_router(p, to->router, out);
    r = to->is_prefix ? ospf_paths_exact(p, &to->addr, to->bits) : ospf_paths_find(p, &to->addr);
    if (r)
        *out = *r;
    return r != NULL;
}

static bool announces(const struct ospf_graph *g, uint32_t router, const struct ospf_place *to,
                      struct ospf_path_route *out)
{
    if (to->is_router)
        return ospf_graph_announces_router(g, router, to->router, out);
    return ospf_graph_announces(g, router, &to->addr, to->bits, out) &&
           (!to->is_prefix || out->bits == to->bits);
}

static bool in_backbone(const struct ospf_graph *g, uint32_t router)
{
    uint32_t node = ospf_graph_router(g, 0, router);
    return node != OSPF_NO_NODE && ospf_graph_node(g, node)->described;
}

/* What the router announces itself it has from somewhere else than this database, unless the database says from where.
 * RFC 2328 12.4.3: into the backbone goes what is intra-area elsewhere; into other areas, what the backbone has. */
static bool from_elsewhere(const struct ospf_graph *g, uint32_t router, const struct ospf_path_route *own,
                           bool known, const struct ospf_path_route *route)
{
    if (!known || own->bits > route->bits)
        return true;
    if (own->bits < route->bits || route->type == OSPF_INTRA_AREA)
        return false;
    if (own->type == OSPF_INTER_AREA)
        return !own->area || !in_backbone(g, router);
    return route->type >= OSPF_EXTERNAL1 &&
           (!route->nssa || own->nssa); /* else it translates: RFC 3101 3.2 */
}

static bool better(const struct ospf_path_route *a, const struct ospf_path_route *b)
{
    if (a->bits != b->bits)
        return a->bits > b->bits;
    if (a->type != b->type)
        return a->type < b->type;
    return a->external != b->external ? a->external < b->external : a->cost < b->cost;
}

/* A border router announces also those that others bring in from outside, or the addresses that these name: its way there
 * is one of an area that the database does not have. */
static bool external_elsewhere(const struct ospf_graph *g, uint32_t router, const struct ospf_place *to,
                               bool known, const struct ospf_path_route *route, struct ospf_path_route *out)
{
    bool found = false;
    for (uint32_t i = 0, unused; !to->is_router && i < ospf_graph_announcements(g); i++) {
        struct ospf_path_route r = ospf_graph_announcement(g, i, &unused), own;
        if (r.type < OSPF_EXTERNAL1 || r.router == router || r.nssa || r.bits > to->bits ||
            (to->is_prefix && r.bits != to->bits) || !addr_same_prefix(&r.prefix, &to->addr, r.bits))
            continue;
        bool there = r.forwarding.size
                         ? ospf_graph_announces(g, router, &r.forwarding, r.forwarding.size * 8u, &own)
                         : ospf_graph_announces_router(g, router, r.router, &own);
        if (!there || own.type != OSPF_INTER_AREA || (own.area && in_backbone(g, router)))
            continue;
        r.cost += own.cost;
        r.area = own.area;
        if ((found && !better(&r, out)) || (known && !better(&r, route)))
            continue;
        *out = r;
        found = true;
    }
    return found;
}

static bool add_hops(struct ospf_trace_step *s, struct ospf_paths *p)
{
    struct ospf_hop hops[OSPF_HOPS_MOST];
    uint32_t count = ospf_paths_hops(p, &s->route, hops, COUNT(hops));
    if (!count) {
        s->end = OSPF_TRACE_HERE;
        return true;
    }
    s->next = malloc(count * sizeof *s->next);
    if (!s->next)
        return false;
    memcpy(s->next, hops, count * sizeof *hops);
    s->next_count = count;
    if (s->route.forwarding.size && addr_equal(&hops[0].addr, &s->route.forwarding))
        s->end = OSPF_TRACE_OUT;
    return true;
}

static bool decide(const struct ospf_graph *g, const struct ospf_place *to, struct ospf_trace_step *s)
{
    struct ospf_path_route own;
    if (to->is_router && to->router == s->router) {
        s->end = OSPF_TRACE_HERE;
        return true;
    }
    struct ospf_paths *p = ospf_paths_new(g, s->router);
    if (!p)
        return false;
    bool known = lookup(p, to, &s->route), good = true;
    if (announces(g, s->router, to, &own) && from_elsewhere(g, s->router, &own, known, &s->route)) {
        s->route = own;
        s->end = own.type >= OSPF_EXTERNAL1 ? OSPF_TRACE_OUT : OSPF_TRACE_UNSEEN;
    } else if (external_elsewhere(g, s->router, to, known, &s->route, &own)) {
        s->route = own;
        s->end = OSPF_TRACE_UNSEEN;
    } else if (!known)
        s->end = OSPF_TRACE_LOST;
    else
        good = add_hops(s, p);
    ospf_paths_free(p);
    s->route.also = 0;
    return good;
}

static uint32_t find(const struct ospf_trace *t, uint32_t router)
{
    uint32_t i = 0;
    while (i < t->count && t->steps[i].router != router)
        i++;
    return i;
}

/* The router as the next step, with what it decides. False without memory. */
static bool add_step(struct ospf_trace *t, const struct ospf_graph *g, const struct ospf_place *to,
                     uint32_t router)
{
    if (!grow(&t->steps, t->count, &t->room, sizeof *t->steps, 16, UINT32_MAX))
        return false;
    t->steps[t->count] = (struct ospf_trace_step){ .router = router };
    return decide(g, to, &t->steps[t->count++]);
}

bool ospf_trace(const struct ospf_graph *g, uint32_t from, const struct ospf_place *to, struct ospf_trace *t)
{
    *t = (struct ospf_trace){ .count = 0 };
    bool good = true;
    for (uint32_t router = from; good;) {
        t->cut = t->count == STEPS_MOST;
        if (t->cut || !(good = add_step(t, g, to, router)))
            break;
        t->steps[t->count - 1].on_way = true;
        if (t->steps[t->count - 1].end != OSPF_TRACE_ON)
            break;
        router = t->steps[t->count - 1].next[0].router;
        t->loop = find(t, router) < t->count;
        if (t->loop)
            break;
    }
    t->way = t->count;
    for (uint32_t i = 0; good && i < t->count && !t->more; i++)
        for (uint32_t k = 0; good && t->steps[i].end == OSPF_TRACE_ON && k < t->steps[i].next_count; k++) {
            if (find(t, t->steps[i].next[k].router) < t->count)
                continue;
            t->more = t->count == t->way + OTHERS_MOST;
            if (t->more)
                break;
            good = add_step(t, g, to, t->steps[i].next[k].router);
        }
    if (!good)
        ospf_trace_free(t);
    return good;
}

void ospf_trace_free(struct ospf_trace *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        free(t->steps[i].next);
    free(t->steps);
    *t = (struct ospf_trace){ .count = 0 };
}
