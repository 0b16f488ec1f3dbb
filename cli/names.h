/* What people call addresses and ASes. Rows of the configuration in, names out. */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "base/addr.h"
#include "base/table.h"

struct names {
    struct table addresses; /* by struct addr; owned */
    struct table ases;      /* by uint32_t; likewise */
};

void names_init(struct names *);
void names_free(struct names *);
/* "10.0.12.1" or "64500"; the name is copied. NULL, or what is wrong. */
const char *names_add_address(struct names *, const char *address, const char *name);
const char *names_add_as(struct names *, const char *asn, const char *name);
/* NULL: it has none. Borrowed. */
const char *names_address(const struct names *, const struct addr *);
/* One after another: start with *at = 0; NULL at the end. */
const char *names_next_address(const struct names *, uint32_t *at, struct addr *of);
const char *names_next_as(const struct names *, uint32_t *at, uint32_t *of);

#endif
