/* Alerts between two runs: what fires, and who was told of it, goes into monitor's database; what an earlier run left
 * comes out of it, for the feed and for those that ring. */
#ifndef CLI_RUNG_H
#define CLI_RUNG_H

#include "alert/alerter.h"
#include "alert/feed.h"
#include "base/table.h"
#include "store/store.h"

struct rung {
    struct store *store; /* NULL: nothing is kept. Borrowed */
    struct table alerts; /* by key; owned */
    bool full;           /* more fired at once than are kept; said */
};

/* Once all of them are open, and before anything happens. */
void rung_open(struct rung *, struct store *, struct alert_feed *, struct alerter *,
               const struct alert_sink *, unsigned count);
void rung_close(struct rung *);
void rung_take(struct rung *, const struct alert *);
/* A sink took it; of a rung. */
void rung_told(void *rung, const struct alert_told *);
/* In a database that knows nothing of it. */
void rung_put_all(struct rung *);

#endif
