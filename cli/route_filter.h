/* Which routes are asked for. */
#ifndef CLI_ROUTE_FILTER_H
#define CLI_ROUTE_FILTER_H

#include "cli/options.h"
#include "store/route.h"
#include <regex.h>

/* "192.0.2.0/24", or an address: all of its bits, and *address. Bits behind the length are cleared. */
bool prefix_parse(const char *text, struct prefix *out, bool *address);

struct route_filter {
    const struct options *options;
    struct prefix at;
    enum {
        AT_ANY,
        AT_EXACT,
        AT_LONGER,
        AT_SHORTER,
        AT_LONGEST
    } how; /* AT_LONGEST: as AT_SHORTER, then the longest */
    bool has_path;
    regex_t path;
    struct buf community; /* as routes tell theirs; empty: any */
    struct buf words;
};

/* EXIT_DONE, or a status after saying why. `where`: a prefix or an address, or NULL. */
int route_filter_init(struct route_filter *, const struct options *, const char *where);
void route_filter_free(struct route_filter *);
/* By its prefix alone. */
bool route_filter_prefix(const struct route_filter *, const struct bgp_nlri *);
/* By its attributes; route_filter_reads: whether they matter. */
bool route_filter_reads(const struct route_filter *);
bool route_filter_attrs(struct route_filter *, const struct route_attrs *);

#endif
