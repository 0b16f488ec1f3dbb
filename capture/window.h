/* A window over the packets of a capture that puts those in order of time whose stamps step back a little,
 * as cards with several queues write them. Packets of a file in, in order of the file; out in order of time.
 *
 * A packet moves ahead of at most WINDOW_SIZE - 1 others. Equal stamps stay as they are. A step back of more
 * than a second is a clock that was set: nothing moves across it. */
#ifndef CAPTURE_WINDOW_H
#define CAPTURE_WINDOW_H

#include "base/macros.h"
#include "capture/packet.h"

enum {
    WINDOW_SIZE = 32,
    WINDOW_RING = 64, /* a power of two above WINDOW_SIZE: one more packet is being written */
};

#define WINDOW_CLOCK_STEP SPAN_S(1)

struct window {
    struct packet ring[WINDOW_RING];
    uint64_t head, tail; /* counted from the beginning; the slot is the count modulo WINDOW_RING */
    uint64_t floor;      /* nothing moves ahead of this count: the clock was set there */
    struct stamp newest; /* since then */
    unsigned size;       /* WINDOW_SIZE, or 1 to leave all in order of the file */
    struct window_keep {
        uint8_t *bytes;
        size_t room;
    } keep[2]; /* bytes of packets whose read buffer had to go; used in turn */
    unsigned kept_in;
};

static inline uint64_t window_count(const struct window *w) { return w->tail - w->head; }
static inline const struct packet *window_head(const struct window *w)
{
    return &w->ring[w->head % WINDOW_RING];
}
/* Where the next packet is written before window_push. */
static inline struct packet *window_slot(struct window *w) { return &w->ring[w->tail % WINDOW_RING]; }

/* The slot's packet is late, or the clock was set. */
void window_push_late(struct window *);

static inline void window_push(struct window *w)
{
    const struct packet *p = window_slot(w);
    if (LIKELY(!stamp_before(p->when, w->newest))) {
        w->newest = p->when;
        w->tail++;
    } else
        window_push_late(w);
}

static inline void window_pop(struct window *w, struct packet *out)
{
    *out = *window_head(w);
    w->head++;
}

/* Copies the bytes that the packets borrow, for their buffer is about to go. False without memory. */
MUST_USE bool window_keep(struct window *);
void window_free(struct window *);

#endif
