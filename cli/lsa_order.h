/* LSAs of a database as people look for them: areas first, then the AS; within them by type, ID, router. */
#ifndef CLI_LSA_ORDER_H
#define CLI_LSA_ORDER_H

#include "state/ospf_lsdb.h"

typedef bool lsa_wanted_fn(const void *arg, const struct ospf_lsa_facts *);

/* Those that are wanted, in order: to be freed. NULL without memory. */
const struct ospf_lsa_facts **lsas_in_order(const struct ospf_lsdb *, lsa_wanted_fn *, const void *arg,
                                            size_t *count);
bool lsa_of_as(const struct ospf_lsa_facts *);

#endif
