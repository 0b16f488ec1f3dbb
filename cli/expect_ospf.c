/* Rules about OSPF: the facts of adjacencies and databases in, whether they are as expected out. */
#include "cli/expect.h"

#include "state/ospf.h"
#include "state/ospf_lsdb.h"
#include "state/ospf_spf.h"
#include <inttypes.h>

static uint32_t id_of(const struct addr *a)
{
    return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 | (uint32_t)a->b[2] << 8 | a->b[3];
}

static bool is_of(const struct expect *e, const struct ospf_adjacency *a)
{
    uint32_t one = a->end[0]->router_id, other = a->end[1]->router_id, x = id_of(&e->a), y = id_of(&e->b);
    return (one == x && other == y) || (one == y && other == x);
}

static const struct ospf_adjacency *adjacency_at(const struct engine *engine, uint32_t id)
{
    const struct ospf_adjacency *a;
    for (uint32_t at = 0; (a = ospf_next_adjacency(engine_ospf(engine), &at));)
        if (a->id == id)
            return a;
    return NULL;
}

/* Of several adjacencies between two routers the first one counts. */
void expect_ospf_take(struct expects *all, const struct ospf_transition *t, const struct engine *engine)
{
    const struct ospf_adjacency *a = NULL;
    for (unsigned i = 0; i < all->count; i++) {
        struct expect *e = &all->list[i];
        if (e->kind != EXPECT_STATE || (e->adjacency && e->adjacency != t->adjacency))
            continue;
        if (!a && !(a = adjacency_at(engine, t->adjacency)))
            return;
        if (!is_of(e, a))
            continue;
        e->adjacency = t->adjacency;
        if (!stamp_known(e->began) || stamp_before(t->ref.when, e->began))
            e->began = t->ref.when; /* what had to be proven first is told later */
        if (t->to >= e->state && !stamp_known(e->up[t->side]))
            e->up[t->side] = t->ref.when;
    }
}

static bool was_soon(const struct expect *e, const struct ospf_adjacency *a, struct buf *why)
{
    if (a->id != e->adjacency || !stamp_known(e->up[0]) || !stamp_known(e->up[1])) {
        buf_str(why, "; it never was so on both sides");
        return false;
    }
    struct span took = stamp_since(stamp_later(e->up[0], e->up[1]), e->began);
    buf_printf(why, "; so far after %.3f s", span_seconds(took));
    return took.ns <= e->within.ns;
}

static bool is_adjacency(const struct expect *e, const struct engine *engine, struct buf *why)
{
    const struct ospf_adjacency *a;
    char id[16];
    bool is = false;
    for (uint32_t at = 0; (a = ospf_next_adjacency(engine_ospf(engine), &at));) {
        if (!is_of(e, a))
            continue;
        buf_printf(why, "%s%s:", why->used ? "\n" : "", a->name);
        for (int i = 0; i < 2; i++)
            buf_printf(why, "%s %s is %s", i ? "," : "", addr_id_text(a->end[i]->router_id, id),
                       ospf_state_name(a->side[i].state));
        if (e->kind == EXPECT_ADJACENCY)
            is = true;
        else if (e->within.ns)
            is |= was_soon(e, a, why);
        else
            is |= a->side[0].state >= e->state && a->side[1].state >= e->state;
    }
    if (!why->used)
        buf_str(why, "there is no such adjacency");
    return is;
}

static const struct ospf_path_route *find_route(const struct expect *e, const struct ospf_paths *p)
{
    return e->address ? ospf_paths_find(p, &e->prefix.addr)
                      : ospf_paths_exact(p, &e->prefix.addr, (unsigned)e->prefix.bits);
}

/* In any of the databases seen that describe the router. */
static bool is_reachable(const struct expect *e, const struct engine *engine, struct buf *why)
{
    const struct ospf_lsdb *db;
    bool is = false, described = false;
    struct stamp end = engine_capture(engine)->last;
    for (uint32_t at = 0; !is && (db = ospf_next_domain(engine_ospf(engine), &at));) {
        struct ospf_graph *g = ospf_graph_new(db, end);
        struct ospf_paths *p = g ? ospf_paths_new(g, id_of(&e->a)) : NULL;
        const struct ospf_path_route *r = p ? find_route(e, p) : NULL;
        described |= p != NULL;
        if (r) {
            is = true;
            buf_printf(why, "it is %s, cost %" PRIu32, ospf_route_type_name(r->type), r->cost);
        }
        ospf_paths_free(p);
        ospf_graph_free(g);
    }
    if (!is)
        buf_str(why, described ? "that router has no route to it" : "no Router-LSA of that router was seen");
    return is;
}

bool expect_ospf_is(const struct expect *e, const struct engine *engine, struct buf *why)
{
    return e->kind == EXPECT_REACHABLE ? is_reachable(e, engine, why) : is_adjacency(e, engine, why);
}
