/* A database for as long as the page is shown: for captures that nobody wants to keep an analysis of. */
#ifndef CLI_SCRATCH_H
#define CLI_SCRATCH_H

#include "base/macros.h"
#include <stdbool.h>

struct scratch {
    char folder[512], path[540];
};

/* False after saying why. */
MUST_USE bool scratch_open(struct scratch *);
void scratch_remove(const struct scratch *);

#endif
