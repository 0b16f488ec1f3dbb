/* Files or a database in; tables at a moment out. */
#include "cli/route_tables.h"

#include "cli/command.h"
#include "cli/peerings.h"
#include "cli/route_db.h"

static bool take(void *taker, const struct outbox *out)
{
    (void)taker;
    (void)out;
    return true;
}

static int open_files(struct tables *t, struct when at)
{
    struct options until = *t->options;
    until.rpki = until.rtr = NULL; /* whoever tells the routes asks it */
    if (at.kind) {
        until.until = at;
        until.until.ns++;
    }
    t->loop = (struct loop){ .take = take };
    int status = loop_open(&t->loop, &until, engine_defaults(), false);
    if (status)
        return status;
    status = loop_run(&t->loop, &until);
    t->when = engine_capture(t->loop.engine)->last;
    return status;
}

int tables_open(struct tables *t, const struct options *o, struct route_filter *f, struct when at)
{
    *t = (struct tables){ .options = o };
    if (!route_db_is(o))
        return open_files(t, at);
    int status;
    t->db = route_db_open(o, &status);
    if (!t->db)
        return status;
    t->when = route_db_moment(t->db, at);
    return route_db_load(t->db, f, t->when);
}

void tables_close(struct tables *t)
{
    if (t->db)
        route_db_close(t->db);
    else
        loop_close(&t->loop);
}

static bool wanted(const struct options *o, const struct bgp_peering *p, int side)
{
    return peering_wanted(o, p) && (!o->from.size || addr_equal(&o->from, &p->side[side].addr) ||
                                    addr_equal(&o->against, &p->side[side].addr));
}

/* The place is twice the peering's, and the side. */
bool tables_next(const struct tables *t, uint32_t *at, struct table_side *out)
{
    for (;;) {
        uint32_t place = *at / 2;
        out->side = (int)(*at % 2);
        if (!t->db && !t->loop.engine)
            return false;
        out->peering = t->db ? route_db_peering(t->db, place) : engine_next_peering(t->loop.engine, &place);
        if (!out->peering)
            return false;
        ++*at;
        if (!wanted(t->options, out->peering, out->side))
            continue;
        out->rib = t->db ? route_db_routes(out->peering, out->side)
                         : engine_routes(t->loop.engine, out->peering, out->side);
        return true;
    }
}

bool tables_partial(const struct tables *t, const struct table_side *s, enum bgp_family family)
{
    return t->db ? route_db_partial(s->peering, s->side, family)
                 : engine_routes_partial(t->loop.engine, s->peering, s->side, family);
}
