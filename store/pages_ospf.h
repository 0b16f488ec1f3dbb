/* Questions of the web about OSPF: bounded. The rules of query.h hold. */
#ifndef STORE_PAGES_OSPF_H
#define STORE_PAGES_OSPF_H

#include "store/query_ospf.h"

/* Of all adjacencies, the latest first. */
struct adjacency_change_row {
    uint32_t adjacency;
    struct transition_row t;
};
struct query pages_adjacency_changes(struct store *, uint32_t limit);
bool pages_adjacency_change(struct query *, struct adjacency_change_row *);

/* What became of LSAs within an interval; one in which nothing did has no row. */
struct lsa_activity_row {
    int64_t start_s;
    uint64_t fresh, refreshed, changed, flushed;
};
struct query pages_lsa_activity(struct store *, int64_t step_s);
bool pages_lsa_activity_row(struct query *, struct lsa_activity_row *);

/* An LSA by its key, and what is told of it. */
struct lsa_told_row {
    unsigned version, instance;
    bool of_as; /* it has no area */
    uint32_t area, type, id, router;
    uint64_t changes, changed;  /* of the busiest */
    struct stamp when;          /* of its latest change */
    const char *change, *words; /* of the latest changes; words: what is different, or NULL */
};
struct query pages_lsa_busiest(struct store *, uint32_t limit);
bool pages_lsa_busy(struct query *, struct lsa_told_row *);
/* Without those that were refreshed alone; the latest first. */
struct query pages_lsa_latest(struct store *, uint32_t limit);
bool pages_lsa_late(struct query *, struct lsa_told_row *);

#endif
