/* What two sets of attributes of one route differ in. */
#ifndef CLI_ROUTE_CHANGES_H
#define CLI_ROUTE_CHANGES_H

#include "store/route.h"

/* How the two are called: keys of JSON, and what stands between them for people. */
struct change_words {
    const char *now, *before, *between;
    bool before_first; /* for people: what was before stands first */
};
extern const struct change_words changes_in_time; /* "after", "before", ", was " */
extern const struct change_words changes_of_two;  /* "against", "from", " against " */

/* Every attribute but the two of RFC 4760, which hold routes; and the next hop, wherever it stands. */
bool route_same_attrs(const struct route_attrs *, const struct route_attrs *);
/* What a route is told by; nlri NULL where its family has prefixes and nothing else. */
struct route_version {
    const struct bgp_nlri *nlri;
    const struct route_attrs *attrs;
};
/* Each part that is another one. Members of the object that is open in the writer; NULL: words behind the line. */
void route_changes_tell(struct route_version before, struct route_version now, const struct change_words *,
                        struct writer *, struct buf *line);

#endif
