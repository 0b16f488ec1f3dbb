/* Episodes of convergence in, rows out. */
#include "store/store_internal.h"

#include "state/finding.h"

static void write_side(struct store *s, int64_t episode, unsigned number, const struct episode_side *side)
{
    int64_t peering = store_peering_id(s, side->peering);
    if (!peering)
        return;
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_EPISODE_SIDE));
    bind_i64(&b, episode);
    bind_i64(&b, number);
    bind_i64(&b, peering);
    bind_i64(&b, side->side);
    bind_i64(&b, side->down);
    bind_u64(&b, side->lost);
    store_bind_ref(s, &b, side->first, true);
    store_bind_ref(s, &b, side->last, true);
    bind_u64(&b, side->withdrawn);
    bind_u64(&b, side->replaced);
    bind_u64(&b, side->announced);
    db_run(&s->db, b.stmt);
}

void store_episode(struct store *s, const struct bgp_episode *x)
{
    int64_t peering = store_peering_id(s, x->peering), id = x->id + s->episode_base;
    if (!peering)
        return;
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_EPISODE));
    bind_i64(&b, id);
    bind_text(&b, episode_trigger_name(x->trigger));
    bind_i64(&b, peering);
    if (x->side < 0)
        bind_null(&b);
    else
        bind_i64(&b, x->side);
    bind_text(&b, x->cause < CODE_COUNT ? code_name((enum finding_code)x->cause) : NULL);
    bind_text(&b, episode_end_name(x->end));
    store_bind_ref(s, &b, x->first, true);
    store_bind_ref(s, &b, x->last, true);
    bind_i64(&b, x->quiet.ns);
    bind_u64(&b, x->lost);
    bind_u64(&b, x->part);
    const uint32_t counts[] = {
        x->prefixes, x->back, x->other, x->gone, x->explored_most, x->explored_median
    };
    for (size_t i = 0; i < COUNT(counts); i++)
        bind_i64(&b, counts[i]);
    bind_i64(&b, x->half.ns);
    bind_i64(&b, x->most.ns);
    bind_i64(&b, x->missed);
    bind_i64(&b, x->kept);
    bind_i64(&b, x->more_sides);
    db_run(&s->db, b.stmt);
    for (unsigned i = 0; i < x->side_count; i++)
        write_side(s, id, i, &x->sides[i]);
}
