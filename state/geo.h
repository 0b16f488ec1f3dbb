/* Who and where an address is, by databases in MaxMind's format: AS, organisation, country, city. From any maker. */
#ifndef STATE_GEO_H
#define STATE_GEO_H

#include "base/addr.h"

struct geo;

/* All of it but geo_add and geo_sound may be called from any thread. */
struct geo_place {
    uint32_t asn;                      /* 0: unknown */
    char organisation[96], city[64];   /* "": unknown, like the next */
    char country[8], country_name[64]; /* ISO 3166, two letters; in English */
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
/* There is a file. */
bool geo_there(const struct geo *);
/* Looks for damage before anybody asks. */
bool geo_sound(struct geo *);
/* The files of `fresh`, which is freed, take the place of these; others may ask meanwhile. */
void geo_take(struct geo *, struct geo *fresh);

#endif
