/* Updates of a database in, in their order; what was said, one after another, with the ends of tables between, out. */
#include "cli/route_db_internal.h"

#include "base/macros.h"
#include <stdlib.h>

/* As they are told while they end: by when, and of one session by side. */
static int by_end(const void *left, const void *right)
{
    const struct route_table_row *a = *(const struct route_table_row *const *)left;
    const struct route_table_row *b = *(const struct route_table_row *const *)right;
    const int64_t order[][2] = { { a->ended_update, b->ended_update },
                                 { a->ended.ns, b->ended.ns },
                                 { a->peering, b->peering },
                                 { a->side, b->side },
                                 { a->id, b->id } };
    for (size_t i = 0; i < COUNT(order); i++)
        if (order[i][0] != order[i][1])
            return order[i][0] < order[i][1] ? -1 : 1;
    return 0;
}

/* Tables that ended, in that order; owned by the caller. */
static const struct route_table_row **ends_of(struct route_db *d, size_t *count)
{
    const struct route_table_row **ends = malloc((d->table_count + 1) * sizeof *ends);
    *count = 0;
    for (size_t i = 0; ends && i < d->table_count; i++)
        if (d->tables[i].ended_update >= 0)
            ends[(*count)++] = &d->tables[i];
    if (ends && *count)
        qsort(ends, *count, sizeof *ends, by_end);
    return ends;
}

struct walk {
    struct route_db *db;
    route_said_fn *said;
    void *arg;
    const struct route_table_row **ends;
    size_t end_count, ended;
};

/* Those that ended before this update. False to stop. */
static bool tell_ends(struct walk *w, int64_t before)
{
    for (; w->ended < w->end_count && w->ends[w->ended]->ended_update < before; w->ended++) {
        const struct route_table_row *t = w->ends[w->ended];
        const struct db_peer *p = route_db_peer(w->db, t->peering);
        if (p && !w->said(w->arg, &(struct route_said){ &p->facts, t, NULL }))
            return false;
    }
    return true;
}

static bool tell_update(struct walk *w, const struct route_update_row *row)
{
    const struct route_table_row *t = route_db_table(w->db, row->table);
    const struct db_peer *p = t ? route_db_peer(w->db, t->peering) : NULL;
    if (!tell_ends(w, row->id))
        return false;
    return !p || t->family >= FAMILY_COUNT || w->said(w->arg, &(struct route_said){ &p->facts, t, row });
}

int route_db_walk(struct route_db *d, struct route_filter *f, route_said_fn *said, void *arg)
{
    struct walk w = { .db = d, .said = said, .arg = arg };
    struct route_numbers chosen = { 0 };
    struct route_update_row row;
    bool going = true;
    d->until = (struct stamp){ INT64_MAX };
    w.ends = ends_of(d, &w.end_count);
    if (route_db_choose(d, f, &chosen)) {
        for (size_t i = 0; going && i < chosen.count; i++)
            going = !query_route_update_at(d->store, chosen.of[i], &row) || tell_update(&w, &row);
    } else {
        struct query q = query_route_updates(d->store, 0);
        while (query_route_update(&q, &row))
            going = going && tell_update(&w, &row);
    }
    if (going)
        tell_ends(&w, INT64_MAX);
    route_db_mark_partial(d, d->last);
    free(w.ends);
    free(chosen.of);
    return route_db_failure(d);
}
