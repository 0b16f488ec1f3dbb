/* --geoip: databases in MaxMind's format, by path or by name, and others in their place when the files change. */
#ifndef CLI_GEOIP_H
#define CLI_GEOIP_H

#include "cli/options.h"
#include "state/geo.h"

struct geoip;

/* Those of the options, which may be none; a name without a slash that is no file here is sought in the usual folders.
 * NULL after saying why. */
struct geoip *geoip_open(const struct options *);
/* To be asked, from any thread, until geoip_close. */
const struct geo *geoip_geo(const struct geoip *);

/* To be called about once a second: files that have changed are read again. Says what it did; one that is damaged
 * leaves all as it was. */
void geoip_look(struct geoip *);
/* At SIGHUP: those of these options, whether they have changed or not. Likewise. */
void geoip_reread(struct geoip *, const struct options *);

/* A database turned out to be damaged while it was asked: says so, and the status becomes EXIT_DAMAGED. Freed. */
int geoip_close(struct geoip *, int status);

#endif
