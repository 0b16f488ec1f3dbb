/* A ladder: two columns, and arrows between them. */
#ifndef CLI_LADDER_H
#define CLI_LADDER_H

#include "cli/rungs.h"

struct ladder {
    struct rung *rungs; /* owned */
    size_t rung_count;
    uint32_t room;
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

/* What stands at a rung, and above a side's line. */
void ladder_words(const struct rung *, bool utf8, struct buf *out);
void ladder_name(const struct bgp_side *, char text[96]);

/* As SVG: begin with the height of all together, each one below the other, end. */
unsigned ladder_svg_height(const struct ladder *);
void ladder_svg_begin(unsigned height);
void ladder_svg(const struct ladder *, const struct bgp_peering *, unsigned top);
void ladder_svg_end(void);

#endif
