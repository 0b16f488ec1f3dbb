/* How `path` says what it found: for people and for programs. */
#ifndef CLI_PATH_TELL_H
#define CLI_PATH_TELL_H

#include "base/writer.h"
#include "cli/ospf_doubts.h"
#include "store/layout.h"

struct path_told {
    const struct options *options;
    const struct ospf_lsdb *db; /* whose turn it is */
    const struct ospf_graph *graph;
    struct layout out; /* for people */
    struct buf buf;    /* for programs */
    struct writer w;
    bool lost; /* nobody reads */
};

void path_begin(struct path_told *, const struct options *, struct stamp at, bool ways);
/* False if not all could be told. */
bool path_end(struct path_told *);

void path_way_text(struct path_told *, uint32_t from, const char *to, const struct ospf_trace *,
                   const struct ospf_doubts *);
void path_way_json(struct path_told *, uint32_t from, const char *to, const struct ospf_trace *,
                   const struct ospf_doubts *);
/* False without memory. */
bool path_table_text(struct path_told *, uint32_t router);
bool path_table_json(struct path_told *, uint32_t router);

#endif
