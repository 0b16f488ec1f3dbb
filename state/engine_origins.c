/* Other validated payloads in; routes that stand, and that these call invalid while the ones before did not, out. */
#include "state/engine_internal.h"

#include "base/macros.h"

/* Of two that are invalid the first one by address: the order of the tables is another one in each run. */
static bool comes_first(const struct prefix *a, const struct prefix *b)
{
    int order = a->addr.size != b->addr.size ? a->addr.size - b->addr.size : addr_compare(&a->addr, &b->addr);
    return order < 0 || (!order && a->bits < b->bits);
}

struct judging {
    const struct vrps *before, *after, *changed;
    struct routes_judged news;
};

/* Most routes have nothing to do with what changed. An empty path is none of ours (bgp_rib_feed.c). */
static void judge(struct judging *j, const struct rib_route *r)
{
    struct prefix p = rib_prefix(&r->nlri);
    struct vrps_against against;
    bool touched = j->changed == j->after || vrps_check(j->changed, &p, 0, NULL) != RPKI_NOT_FOUND;
    if (!r->path_length || !touched || vrps_check(j->after, &p, r->origin_as, &against) != RPKI_INVALID)
        return;
    enum rpki_state was = vrps_check(j->before, &p, r->origin_as, NULL);
    if (was == RPKI_INVALID || (j->news.count++ && !comes_first(&p, &j->news.prefix)))
        return;
    j->news.prefix = p;
    j->news.origin = r->origin_as;
    j->news.was = was;
    j->news.against = against;
}

static void judge_side(struct engine *e, struct judging *j, const struct peering *p, int side)
{
    static const enum bgp_family families[] = { FAMILY_IPV4_UNICAST, FAMILY_IPV6_UNICAST };
    struct rib_route r;
    j->news.count = 0;
    for (size_t i = 0; p->rib[side] && i < COUNT(families); i++)
        for (struct rib_at at = { 0 }; rib_next(p->rib[side], families[i], &at, &r);)
            judge(j, &r);
    if (j->news.count)
        engine_happen(
            e, &(struct happening){
                   .kind = HAPPEN_JUDGED, .peering = p, .side = side, .live = true, .judged = &j->news });
}

const struct outbox *engine_set_vrps(struct engine *e, const struct vrps *v)
{
    struct vrps *changed = v && e->options.vrps ? vrps_changes(e->options.vrps, v) : NULL;
    struct judging j = { .before = e->options.vrps, .after = v, .changed = changed ? changed : v };
    engine_begin(e);
    e->options.vrps = v;
    rib_set_vrps(e->rib, v);
    const struct peering *p;
    for (uint32_t at = 0; v && (p = table_next(&e->peerings, &at));)
        for (int side = 0; side < 2; side++)
            judge_side(e, &j, p, side);
    vrps_free(changed);
    return &e->outbox;
}
