/* What `analyze` and `report` have in common: the report on standard output, and the exit status that it deserves. */
#ifndef CLI_REPORT_OUT_H
#define CLI_REPORT_OUT_H

#include "cli/options.h"
#include "store/store.h"

/* How text is to be laid out here: by options, terminal, locale and environment. */
struct look {
    unsigned width;
    bool colour, utf8;
};
struct look look_find(const struct options *);

/* EXIT_DONE, EXIT_FOUND by --fail-on, or EXIT_DAMAGED after saying why. */
int report_out(struct store *, const struct options *);

#endif
