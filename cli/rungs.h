/* Steps of a ladder, each from the event that it is: messages between two ends, and the ends of connections. */
#ifndef CLI_RUNGS_H
#define CLI_RUNGS_H

#include "base/buf.h"
#include "state/event.h"

enum way { WAY_NONE, WAY_RIGHT, WAY_LEFT, WAY_BOTH };
/* Those of a kind that follow each other and change nothing become one; RUNG_OTHER never does. */
enum rung_kind { RUNG_OTHER, RUNG_KEEPALIVE, RUNG_UPDATE, RUNG_STATE };

struct rung {
    struct stamp when, until; /* first and last of several */
    uint64_t frame;
    enum way way;
    enum rung_kind kind;
    unsigned count;
    uint64_t announced, withdrawn;
    bool changed[2]; /* states of the sides, by it */
    enum bgp_state state[2];
    char *words; /* owned by the ladder that it stands in */
};

/* What fits between two columns is added to `words`. */
struct rung rung_of_message(const struct event_message *, const struct bgp_peering *, struct buf *words);
/* midway: it was there when the capture began. */
struct rung rung_of_beginning(const struct bgp_connection *, bool midway, struct buf *words);
struct rung rung_of_end(const struct bgp_connection *, struct buf *words);

#endif
