/* Where each prefix is spoken of: held until the next flush, then sorted and written.
 *
 * They go into segments that are full after a while: a row that goes somewhere into a tree of millions writes a page of its
 * own, one that goes to its end shares it with hundreds. Those of a busy moment make a segment of packed rows at once. */
#ifndef STORE_STORE_PREFIXES_H
#define STORE_STORE_PREFIXES_H

#include "state/event.h"
#include "store/route_page.h"
#include "store/store.h"

/* What a prefix is found by in the database; its size. */
size_t store_prefix_key(const struct addr *, unsigned bits, uint8_t key[ROUTE_KEY_MOST]);

struct held_prefix;
struct store_prefixes {
    struct held_prefix *held; /* owned; in the order in which they came */
    uint32_t count;
    struct stamp first, last;
    int64_t from; /* first update of those held */
    int64_t segment;
    uint32_t in_segment;
};

MUST_USE bool store_prefixes_init(struct store_prefixes *);
void store_prefixes_free(struct store_prefixes *);
/* Segments go on behind those that are in the database; what is held is forgotten. */
void store_prefixes_again(struct store *, struct store_prefixes *);
/* The prefixes of one update; writes those that are held when they are too many. */
void store_prefixes_hold(struct store *, struct store_prefixes *, const struct event_routes *,
                         int64_t update);
/* Writes what is held; `update` is the latest of all. */
void store_prefixes_put(struct store *, struct store_prefixes *, int64_t update);

#endif
