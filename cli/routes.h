/* What the files of `routetap routes` share. */
#ifndef CLI_ROUTES_H
#define CLI_ROUTES_H

#include "cli/route_filter.h"

/* What became of the routes that the filter asks for, change by change. */
int routes_history(const struct options *, struct route_filter *);

#endif
