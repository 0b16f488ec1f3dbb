/* What is asked for in; the numbers of the updates in a database that have to do with it out: found by prefix, or by what
 * their attributes say. */
#include "cli/route_db_internal.h"

#include <stdlib.h>

enum { PREFIXES_MOST = 4096 }; /* of an origin AS, a path, a community: beyond, all is read */

/* Every prefix that covers the one asked for. */
static void covering(const struct route_db *d, const struct prefix *p, struct route_numbers *out)
{
    for (unsigned bits = 0; bits <= p->bits; bits++) {
        struct prefix one = { p->addr, bits };
        prefix_clear(&one);
        query_route_prefix(d->store, &one, false, d->until, out);
    }
}

static void by_place(const struct route_db *d, const struct route_filter *f, struct route_numbers *out)
{
    if (f->how == AT_EXACT || f->how == AT_LONGER)
        query_route_prefix(d->store, &f->at, f->how == AT_LONGER, d->until, out);
    else
        covering(d, &f->at, out);
}

/* Updates that carry what is asked for. False: they are too many to be asked for one by one. */
static bool carriers(struct route_db *d, struct route_filter *f, struct route_numbers *out)
{
    const struct options *o = d->options;
    struct query q = query_route_attrs(d->store, o->by_origin, o->origin);
    bool few = true;
    for (struct route_attrs_row row; query_route_attrs_row(&q, &row);) {
        if (!few || !route_attrs_read(d->attrs, row.bytes, row.as4) || !route_filter_attrs(f, d->attrs))
            continue;
        struct query of = query_route_carriers(d->store, row.id);
        for (int64_t id; query_route_carrier(&of, &id);)
            route_numbers_add(out, id);
        few = out->count <= PREFIXES_MOST;
    }
    d->attrs_id = 0;
    route_numbers_sort(out);
    return few;
}

/* The prefixes of what the numbers name, each sought by itself: another update may have taken them away again. */
static bool spoken_of(struct route_db *d, const struct route_numbers *from, struct route_numbers *out)
{
    unsigned sought = 0;
    for (size_t i = 0; i < from->count; i++) {
        struct route_update_row row;
        if (!query_route_update_at(d->store, from->of[i], &row))
            continue;
        const struct route_table_row *t = route_db_table(d, row.table);
        if (!t || t->family >= FAMILY_COUNT)
            continue;
        struct bgp_ctx ctx = { .add_path = (uint64_t)t->path_ids << t->family, .as4 = row.as4 };
        struct bgp_nlri_iter it = bgp_nlri_over(row.nlri, t->family, &ctx, false);
        for (struct bgp_nlri n; bgp_nlri_next(&it, &n);) {
            struct prefix p = prefix_of(&n);
            if (!p.addr.size || ++sought > PREFIXES_MOST)
                return false;
            query_route_prefix(d->store, &p, false, d->until, out);
        }
    }
    return true;
}

bool route_db_choose(struct route_db *d, struct route_filter *f, struct route_numbers *out)
{
    struct route_numbers carrying = { 0 };
    bool chosen = true;
    if (f->how != AT_ANY)
        by_place(d, f, out);
    else if (route_filter_reads(f))
        chosen = carriers(d, f, &carrying) && spoken_of(d, &carrying, out);
    else
        chosen = false;
    free(carrying.of);
    d->short_of_memory |= carrying.short_of_memory || out->short_of_memory;
    route_numbers_sort(out);
    return chosen;
}
