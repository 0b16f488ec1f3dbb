/* What happens in, JSON lines out, in the names that pmacct's collectors use: for whoever keeps and searches events.
 * The engine has to tell messages (engine_options.tell_messages). */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "base/addr.h"
#include "state/outbox.h"

struct events;

/* One event as an object, without a newline; borrowed. False to stop. */
typedef bool events_fn(void *to, const char *line, size_t n);

/* `sensor` is in each of them; borrowed. `peer` of size 0: all peerings. NULL without memory. */
struct events *events_new(const char *sensor, const struct addr *peer, events_fn *, void *to);
void events_free(struct events *);
/* False once it was told to stop. */
bool events_take(struct events *, const struct outbox *);
/* So many events were not told, since there was no room for them. */
void events_lost(struct events *, struct stamp when, uint64_t count);
/* Messages that are not all in the capture, and are not told. */
uint64_t events_cut(const struct events *);

#endif
