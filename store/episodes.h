/* Losses of routes, and how long it took until the routing had settled: asked for, and told in words and as a document.
 * The rules of query.h hold. */
#ifndef STORE_EPISODES_H
#define STORE_EPISODES_H

#include "store/telling.h"

struct episode_row {
    struct bgp_episode
        facts; /* without its sides, counts of changes among them; `peering` is the database's */
    int64_t id;
    const char *code, *peering, *at; /* its finding's; a name; an address, "" if not known */
};
/* The largest, in the order of time. address: of a side that took part, or NULL; peering: which took part, or 0. */
struct query query_episodes(struct store *, const char *address, uint32_t peering, uint32_t limit);
bool query_episode(struct query *, struct episode_row *);
uint64_t query_episode_count(struct store *, const char *address);

struct episode_side_row {
    struct episode_side facts;
    const char *from, *to; /* addresses */
    const char *peering;   /* its name */
};
/* In the order in which they took part. */
struct query query_episode_sides(struct store *, int64_t episode);
bool query_episode_side(struct query *, struct episode_side_row *);

/* The row as an object, with its sides. */
void telling_episode(struct telling *, const struct episode_row *);

/* "settled after 12.3 s; 3 prefixes: 2 with another path, 1 gone": without who and why. */
void episode_words(const struct bgp_episode *, struct buf *out);

#endif
