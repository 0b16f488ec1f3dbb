/* What somebody expects of a capture: a rule a line, and what it means. */
#ifndef CLI_EXPECT_H
#define CLI_EXPECT_H

#include "cli/route_filter.h"

enum expect_kind {
    EXPECT_PEERING,     /* there is one of a and b */
    EXPECT_ESTABLISHED, /* … and it is Established on both sides at the end; with `within`: was, so soon */
    EXPECT_FINDING,     /* of `code`, or of `severity` and worse; looking at a */
    EXPECT_ROUTE,       /* to `prefix`, announced by a */
    EXPECT_ROUTES,      /* so many of them, announced by a */
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
    uint64_t least, most;
    struct stamp up[2]; /* when the sides of that peering were Established first; STAMP_NEVER */
};

struct expects {
    struct expect *list; /* owned */
    unsigned count;
};

/* From a file, "-" is standard input. EXIT_DONE, or a status after saying what is wrong and where. */
int expects_read(struct expects *, const char *path);
void expects_free(struct expects *);

#endif
