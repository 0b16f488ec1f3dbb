/* What became of routes, change by change: from UPDATEs as packets bring them, or as a database kept them. */
#ifndef CLI_ROUTE_HISTORY_H
#define CLI_ROUTE_HISTORY_H

#include "cli/route_db.h"
#include "cli/route_filter.h"
#include "cli/route_known.h"
#include "state/outbox.h"

struct history;

/* One change. */
struct route_told {
    const char *line; /* a JSON object, or for people, by the options; borrowed */
    size_t size;
    const void *route; /* the same for each change of one route */
    bool live, again;  /* it is there now; announced once more, the same */
    struct stamp since;
};
/* False: no more. */
typedef bool route_told_fn(void *, const struct route_told *);

/* What is known of routes besides is told with those that are announced. NULL without memory. */
struct history *history_new(const struct options *, struct route_filter *, const struct route_known *,
                            route_told_fn *, void *);
/* Of an engine that tells messages. False: nobody wants more. */
bool history_take(void *history, const struct outbox *);
/* Where a route of route_told stands. */
struct route_place {
    uint32_t peering;
    int side; /* that announced it */
    enum bgp_family family;
    bool
        stale; /* it outlived its session, and was not announced again: RFC 4724 4.2. A database does not tell */
};
struct route_place history_place(const void *route);
/* Of a database: a route_said_fn. */
bool history_said(void *history, const struct route_said *);
void history_free(struct history *);

#endif
