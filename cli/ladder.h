/* A ladder: two columns, and arrows between them. */
#ifndef CLI_LADDER_H
#define CLI_LADDER_H

#include "base/buf.h"
#include "state/bgp_facts.h"

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
    char *words; /* owned */
};

struct ladder {
    struct rung *rungs; /* owned */
    size_t rung_count, room;
    uint32_t *connections; /* owned: those whose beginning was told, later their end (high bit) */
    unsigned connection_count;
    uint64_t lost; /* steps for which there was no memory */
};

/* Copies the words. */
void ladder_add(struct ladder *, const struct rung *, const char *words);
/* Beside the rung that caused it, or on one of its own. */
void ladder_state(struct ladder *, const struct bgp_transition *);
/* True once for each connection. */
bool ladder_first_of(struct ladder *, uint32_t connection);
bool ladder_last_of(struct ladder *, uint32_t connection);
void ladder_print(const struct ladder *, const struct bgp_peering *, unsigned width, bool utf8);
void ladder_free(struct ladder *);

#endif
