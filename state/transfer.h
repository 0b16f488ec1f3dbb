/* A table on its way: what it waited for, stretch by stretch. */
#ifndef STATE_TRANSFER_H
#define STATE_TRANSFER_H

#include "state/bgp_facts.h"

struct transfer; /* free */

enum transfer_cause { TRANSFER_SENDER, TRANSFER_WINDOW, TRANSFER_LOSS, TRANSFER_CAUSES };
enum { TRANSFER_QUIET_S = 5 }; /* without a new route: then it is over */

struct transfer *transfer_new(void); /* NULL without memory */
/* So long after its beginning, and until then, nothing new came, because of that. */
void transfer_wait(struct transfer *, struct span from, struct span until, enum transfer_cause);
/* A letter for each part of the time: s the sender paused, w the receiver's window was shut, l loss; - it went on. */
void transfer_line(const struct transfer *, struct span took, char line[TRANSFER_LINE]);
struct span transfer_part(const struct transfer *); /* how long a part is */
/* Pauses of the sender that are of one length: how many, 0: none; they take up most of its pauses. */
unsigned transfer_timer(const struct transfer *, struct span *length);

#endif
