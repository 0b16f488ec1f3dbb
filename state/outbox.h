/* What one packet caused, in order. Owned by the engine, emptied at its next feed. */
#ifndef STATE_OUTBOX_H
#define STATE_OUTBOX_H

#include "state/event.h"

struct outbox {
    struct event *list;
    uint32_t count, room;
    uint64_t lost; /* for want of memory */
};

void outbox_add(struct outbox *, const struct event *);
static inline void outbox_clear(struct outbox *o) { o->count = 0; }
void outbox_free(struct outbox *);

#endif
