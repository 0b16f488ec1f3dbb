/* What the files of `topology` share: a network as one domain's database describes it, area after area. */
#ifndef CLI_TOPOLOGY_H
#define CLI_TOPOLOGY_H

#include "base/writer.h"
#include "cli/databases.h"
#include "state/ospf_spf.h"
#include "store/layout.h"

struct topology {
    const struct options *options;
    const struct ospf_lsdb *db;
    struct ospf_graph *graph; /* owned, as the arrays are */
    uint32_t *order;          /* nodes by area; routers first, then networks, in the order of their IDs */
    uint32_t *parts;          /* by node: ospf_graph_parts */
};

/* NULL in .graph without memory. */
struct topology topology_of(const struct ospf_lsdb *, struct stamp at, const struct options *);
void topology_free(struct topology *);

/* The nodes order[from] to order[to - 1] are those of an area; start with *to = 0; false at the end. With --area: only of
 * that one. */
bool topology_next_area(const struct topology *, uint32_t *from, uint32_t *to);
/* Whether to tell what is announced in the area, or in the whole AS. */
bool topology_wants(const struct topology *, const struct ospf_path_route *announced);

void topology_text(struct layout *, const struct topology *);
/* Into the object that is open: what stands where, without what is announced from elsewhere. */
void topology_areas_json(struct writer *, const struct topology *);
/* Likewise, with all. False without memory. */
bool topology_json(struct writer *, const struct topology *);
/* The text between the braces of a graph. */
void topology_dot(struct buf *, const struct topology *);

/* What is different: cli/topology_diff.c. Either may be without a graph: that domain was not there then. */
struct topology_change {
    const char *change;                /* "new", "gone", "changed" */
    const char *what, *before, *after; /* borrowed; NULL: it was not, or is not, there */
};
struct topology_diff; /* of one domain */
struct topology_diff *topology_diff_new(const struct topology *before, const struct topology *after);
void topology_diff_free(struct topology_diff *);
/* Start with at[] = 0. */
bool topology_diff_next(const struct topology_diff *, uint32_t at[2], struct topology_change *);

#endif
