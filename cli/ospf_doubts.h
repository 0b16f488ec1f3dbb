/* What has to be believed so that an answer about the network holds: what the packets did not show. */
#ifndef CLI_OSPF_DOUBTS_H
#define CLI_OSPF_DOUBTS_H

#include "cli/databases.h"
#include "state/ospf_trace.h"

struct ospf_doubt {
    const char *
        code; /* "summary", "external", "late-capture", "not-described", "header-only", "one-sided", "overdue" */
    char *text; /* owned */
};

struct ospf_doubts {
    struct ospf_doubt *list;
    uint32_t count, room;
    bool short_of_memory;
};

/* Of a domain, in the areas that the trace touches. */
void ospf_doubts_find(struct ospf_doubts *, const struct databases *, const struct ospf_lsdb *,
                      const struct ospf_graph *, const struct ospf_trace *);
void ospf_doubts_free(struct ospf_doubts *);

#endif
