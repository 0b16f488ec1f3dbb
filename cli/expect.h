/* What somebody expects of a capture: a rule a line, and what it means. */
#ifndef CLI_EXPECT_H
#define CLI_EXPECT_H

#include "cli/route_filter.h"
#include "state/engine.h"
#include "state/ospf_facts.h"
#include <stdio.h>

enum expect_kind {
    EXPECT_PEERING,     /* there is one of a and b */
    EXPECT_ESTABLISHED, /* … and it is Established on both sides at the end; with `within`: was, so soon */
    EXPECT_FINDING,     /* of `code`, or of `severity` and worse; looking at a */
    EXPECT_ROUTE,       /* to `prefix`, announced by a */
    EXPECT_ROUTES,      /* so many of them, announced by a */
    EXPECT_ADJACENCY,   /* there is one of the routers a and b, on any link */
    EXPECT_STATE, /* … and it is in `state` or further on both sides at the end; with `within`: was, so soon */
    EXPECT_REACHABLE, /* OSPF has a way from the router a to `prefix` */
};

struct expect {
    unsigned line;
    char *text; /* owned: the line as it stands */
    enum expect_kind kind;
    bool negated;
    struct addr a, b;
    struct span within;     /* 0: not said */
    enum finding_code code; /* CODE_COUNT: any */
    int severity;           /* at least */
    struct prefix prefix;
    bool address;          /* not a prefix */
    enum ospf_state state; /* TWO_WAY or FULL */
    uint64_t least, most;
    struct stamp up[2]; /* when the sides of that peering or adjacency were so far first; STAMP_NEVER */
    uint32_t adjacency; /* the one that `up` is of; 0: none yet */
    struct stamp began; /* when the first of both heard the other */
};

struct expects {
    struct expect *list; /* owned */
    unsigned count;
};

/* From an open file. EXIT_DONE, or a status after saying what is wrong and where. */
int expects_parse(struct expects *, FILE *, const char *name);
/* From a file, "-" is standard input. Likewise. */
int expects_read(struct expects *, const char *path);
void expects_free(struct expects *);

/* Rules about OSPF: takes note of what happens; whether it is so, with what there is in `why`. */
void expect_ospf_take(struct expects *, const struct ospf_transition *, const struct engine *);
bool expect_ospf_is(const struct expect *, const struct engine *, struct buf *why);

#endif
