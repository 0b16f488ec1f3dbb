/* What is known of a route besides what its speaker says: whether the RPKI calls its origin valid; whose and where its
 * prefix and its next hop are, and whether that is who originates it. */
#ifndef CLI_ROUTE_KNOWN_H
#define CLI_ROUTE_KNOWN_H

#include "cli/geoip.h"
#include "cli/origins.h"
#include "state/bgp_facts.h"
#include "store/route.h"

/* NULL: nobody asks. */
struct route_known {
    struct origins *origins;
    struct geoip *geoip;
};

/* Both of the options; false after saying why. route_known_close is due in any case, and returns the status. */
bool route_known_open(struct route_known *, const struct options *);
int route_known_close(struct route_known *, int status);

/* What the RPKI calls it: "valid"; NULL: nobody asks. */
const char *route_known_rpki(const struct route_known *, const struct bgp_side *from, const struct bgp_nlri *,
                             const struct route_attrs *);
/* "rpki" and "geo", as far as somebody asks. `from`: the side that announces it. */
void route_known_tell(const struct route_known *, const struct bgp_side *from, const struct bgp_nlri *,
                      const struct route_attrs *, struct writer *);
void route_known_text(const struct route_known *, const struct bgp_side *from, const struct bgp_nlri *,
                      const struct route_attrs *, struct buf *out);
/* The parts of the latter. */
void route_known_rpki_text(const struct route_known *, const struct bgp_side *from, const struct bgp_nlri *,
                           const struct route_attrs *, struct buf *out);
void route_known_geo_text(const struct route_known *, const struct bgp_nlri *, const struct route_attrs *,
                          struct buf *out);

#endif
