/* What the files of `routetap routes` share. */
#ifndef CLI_ROUTES_H
#define CLI_ROUTES_H

#include "cli/route_filter.h"

/* What became of the routes that the filter asks for, change by change. */
int routes_history(const struct options *, struct route_filter *);

/* What two moments, two peers, or the sides of one session differ in. */
int routes_diff(const struct options *, struct route_filter *);

#endif
