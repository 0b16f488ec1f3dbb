/* Other validated payloads in; routes that stand, and that these call invalid while the ones before did not, out. A few
 * at a time: packets come in between, and tables may have millions of routes. */
#include "state/engine_internal.h"

#include "base/macros.h"

static const enum bgp_family families[] = { FAMILY_IPV4_UNICAST, FAMILY_IPV6_UNICAST };

/* Most routes have nothing to do with what changed. An empty path is none of ours (bgp_rib_feed.c). Of those that are
 * invalid the first one by address is told: the order of the tables is another one in each run. */
static void judge(struct judging *j, const struct rib_route *r)
{
    struct prefix p = rib_prefix(&r->nlri);
    struct vrps_against against;
    bool touched = !j->changes || vrps_check(j->changes, &p, 0, NULL) != RPKI_NOT_FOUND;
    if (!r->path_length || !touched || vrps_check(j->after, &p, r->origin_as, &against) != RPKI_INVALID)
        return;
    enum rpki_state was = vrps_check(j->before, &p, r->origin_as, NULL);
    if (was == RPKI_INVALID || (j->news.count++ && prefix_compare(&p, &j->news.prefix) >= 0))
        return;
    j->news.prefix = p;
    j->news.origin = r->origin_as;
    j->news.was = was;
    j->news.against = against;
}

/* The side is over: what was found is told. */
static void tell_side(struct engine *e, struct judging *j)
{
    if (j->news.count)
        engine_happen(e, &(struct happening){ .kind = HAPPEN_JUDGED,
                                              .peering = j->peering,
                                              .side = j->side,
                                              .live = true,
                                              .judged = &j->news });
    j->news.count = 0;
}

static void go_on(struct engine *e, struct judging *j)
{
    j->place = (struct rib_at_hash){ .table = 0 };
    if (j->peering && ++j->family < COUNT(families))
        return;
    j->family = 0;
    if (j->peering) {
        tell_side(e, j);
        if (++j->side < 2)
            return;
    }
    j->side = 0;
    j->peering = table_next(&e->peerings, &j->at);
    j->going = j->peering != NULL;
}

void engine_set_vrps(struct engine *e, const struct vrps *v, const struct vrps *changes)
{
    e->judging =
        (struct judging){ .before = e->options.vrps, .after = v, .changes = changes, .going = v != NULL };
    e->options.vrps = v;
    rib_set_vrps(e->rib, v);
}

bool engine_judging(const struct engine *e) { return e->judging.going; }

const struct outbox *engine_judge(struct engine *e, unsigned most)
{
    struct judging *j = &e->judging;
    engine_begin(e);
    for (struct rib_route r; most && j->going; most--) {
        const struct rib_side *rib = j->peering ? j->peering->rib[j->side] : NULL;
        if (rib && rib_next_lasting(rib, families[j->family], &j->place, &r))
            judge(j, &r);
        else
            go_on(e, j);
    }
    return &e->outbox;
}
