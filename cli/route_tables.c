/* Files or a database in; tables at a moment out. */
#include "cli/route_tables.h"

#include "base/log.h"
#include "cli/command.h"
#include "cli/peerings.h"
#include "cli/route_db.h"

static bool take(void *taker, const struct outbox *out)
{
    (void)taker;
    (void)out;
    return true;
}

/* A table of before is empty, one of later that of the end: whoever mistook the clock must not think it true. */
static void tell_outside(bool before, bool behind, struct stamp edge)
{
    char text[STAMP_TEXT];
    if (before)
        log_line(LOG_NOTE, "that moment is before the capture%s%s",
                 stamp_known(edge) ? ", which begins at " : "",
                 stamp_known(edge) ? stamp_text(edge, 6, text) : "");
    else if (behind)
        log_line(LOG_NOTE, "that moment is behind the capture, which ends at %s: its last tables are told",
                 stamp_text(edge, 6, text));
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
    const struct capture_facts *c = engine_capture(t->loop.engine);
    t->when = c->last;
    struct stamp asked = at.kind ? when_resolve(at, c->first) : STAMP_NEVER;
    if (at.kind)
        tell_outside(!c->packets, !t->loop.later && stamp_before(c->last, asked), c->last);
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
    if (at.kind) {
        struct stamp first = route_db_moment(t->db, (struct when){ .kind = WHEN_RELATIVE });
        struct stamp last = route_db_moment(t->db, (struct when){ 0 });
        bool before = stamp_before(t->when, first);
        tell_outside(before, stamp_before(last, t->when), before ? first : last);
    }
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
