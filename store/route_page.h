/* Prefixes, each with an update that speaks of it, packed into the bytes of one row.
 *
 * An entry is how many bytes its prefix shares with the one before (one byte), the other bytes of the prefix, and its update:
 * seven bits a byte, low ones first, the high bit set on all but the last. A prefix is 4 or 6, the address, the length. */
#ifndef STORE_ROUTE_PAGE_H
#define STORE_ROUTE_PAGE_H

#include "base/cursor.h"

enum {
    ROUTE_KEY_MOST = 18,
    ROUTE_PAGE_MOST =
        900, /* what SQLite keeps beside its key in a leaf of 4 KiB, without a page of overflow */
};

struct route_entry {
    uint8_t key[ROUTE_KEY_MOST];
    uint8_t size;    /* of the key */
    uint32_t update; /* behind the first of its segment */
};

struct route_page {
    struct route_entry first, last;
    uint32_t used; /* 0: empty */
    uint8_t bytes[ROUTE_PAGE_MOST];
};

/* False if the page is full. Entries come in order of their keys. */
bool route_page_add(struct route_page *, const struct route_entry *);
/* The next of a row's bytes. `e` is the one before, all zero to begin with. False at the end, or where they are damaged. */
bool route_page_next(struct cursor *, struct route_entry *e);

#endif
