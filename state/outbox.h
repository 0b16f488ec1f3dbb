/* What one packet caused, in order. Owned by the engine, emptied at its next feed. */
#ifndef STATE_OUTBOX_H
#define STATE_OUTBOX_H

#include "state/event.h"

struct outbox {
    struct event *list;
    uint32_t count, room;
    uint64_t lost;             /* for want of memory */
    struct outbox_block *kept; /* bytes that events point to */
};

/* A copy goes behind what is there; without memory the outbox says that it lost something. */
void outbox_add(struct outbox *, const struct event *);
/* Or a place for one that comes often, of which the member of that kind is still to be filled; NULL without memory. */
struct event *outbox_open(struct outbox *, enum event_kind);
/* A copy of n bytes that lives as long as the events; NULL without memory. */
const void *outbox_keep(struct outbox *, const void *bytes, size_t n);
/* The message with its bytes, likewise. */
const struct bgp_msg *outbox_keep_message(struct outbox *, const struct bgp_msg *);
void outbox_clear(struct outbox *);
void outbox_free(struct outbox *);

#endif
