/* `routetap lsdb --changes`. */
#ifndef CLI_LSDB_CHANGES_H
#define CLI_LSDB_CHANGES_H

#include "cli/options.h"

/* An exit status. */
int lsdb_changes(const struct options *);

#endif
