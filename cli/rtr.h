/* --rtr: validated payloads from a cache of the RPKI (RFC 6810, RFC 8210), kept up to date by a thread of the library's
 * own. Whoever listens waits for nobody: until the cache has told all, and when it was away for too long, nothing is
 * known. */
#ifndef CLI_RTR_H
#define CLI_RTR_H

#include "base/stamp.h"
#include "state/vrps.h"

struct rtr;

/* False in a routetap that was built without the library. */
bool rtr_there(void);
/* "host:port". NULL after saying why. */
struct rtr *rtr_open(const char *address);
void rtr_close(struct rtr *); /* at the end of the program */
/* While the program goes on: ended and freed by a thread of its own, which may take a while. */
void rtr_retire(struct rtr *);

/* For whoever may wait: until all was told, or so long. NULL if it was not, after saying so. */
struct vrps *rtr_wait(struct rtr *, struct span patience);
/* True if others hold than when it was asked last; not known: nothing does any more. To be asked again and again; while
 * the cache still tells, it is not yet true. */
bool rtr_news(struct rtr *, bool *known);
/* All that hold now: from any thread, and not quick. NULL without memory, which is said. */
struct vrps *rtr_copy(struct rtr *);

#endif
