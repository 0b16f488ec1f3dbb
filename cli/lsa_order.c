/* A link-state database in; those of its LSAs that are wanted, in the order in which people look for them, out. */
#include "cli/lsa_order.h"

#include <stdlib.h>

bool lsa_of_as(const struct ospf_lsa_facts *f) { return f->key.scope == OSPF_SCOPE_AS; }

static int by_place(const void *left, const void *right)
{
    const struct ospf_lsa_facts *a = *(const struct ospf_lsa_facts *const *)left,
                                *b = *(const struct ospf_lsa_facts *const *)right;
    const uint32_t order[][2] = { { lsa_of_as(a), lsa_of_as(b) },   { a->key.area, b->key.area },
                                  { a->key.type, b->key.type },     { a->key.id, b->key.id },
                                  { a->key.router, b->key.router }, { a->key.link, b->key.link } };
    for (size_t i = 0; i < COUNT(order); i++)
        if (order[i][0] != order[i][1])
            return order[i][0] < order[i][1] ? -1 : 1;
    return 0;
}

const struct ospf_lsa_facts **lsas_in_order(const struct ospf_lsdb *db, lsa_wanted_fn *wanted,
                                            const void *arg, size_t *count)
{
    const struct ospf_lsa_facts *f, **list = malloc((ospf_lsdb_count(db) + 1) * sizeof *list);
    *count = 0;
    if (!list)
        return NULL;
    for (uint32_t at = 0; (f = ospf_lsdb_next(db, &at));)
        if (wanted(arg, f))
            list[(*count)++] = f;
    if (*count)
        qsort(list, *count, sizeof *list, by_place);
    return list;
}
