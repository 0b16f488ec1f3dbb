/* Who and where an address is, by databases in MaxMind's format: AS, organisation, country, city. From any maker. */
#ifndef STATE_GEO_H
#define STATE_GEO_H

#include "base/addr.h"

struct geo;

struct geo_place {
    uint32_t asn;                                /* 0: unknown */
    char organisation[96], country[8], city[64]; /* "": unknown; country: ISO 3166, two letters */
};

/* NULL without memory, or if this routetap was built without libmaxminddb. */
struct geo *geo_new(void);
void geo_free(struct geo *);
/* NULL, or what is wrong with the file. What several files know of an address is put together, the first one first. */
const char *geo_add(struct geo *, const char *path);
/* Unknown is what no file has, and everything without files (NULL). */
void geo_find(const struct geo *, const struct addr *, struct geo_place *);
/* A file that had been opened turned out to be damaged when it was asked. */
bool geo_damaged(const struct geo *);

#endif
