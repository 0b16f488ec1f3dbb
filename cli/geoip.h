/* --geoip: databases in MaxMind's format, by path or by name. */
#ifndef CLI_GEOIP_H
#define CLI_GEOIP_H

#include "cli/options.h"
#include "state/geo.h"

/* Those of the options; a name without a slash that is no file here is sought in the usual folders. NULL after saying
 * why. */
struct geo *geoip_open(const struct options *);

/* A database turned out to be damaged while it was asked: says so, and the status becomes EXIT_DAMAGED. Freed. */
int geoip_close(struct geo *, int status);

#endif
