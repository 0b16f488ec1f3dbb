/* Memory of the route tables: every byte is counted against one ceiling.
 * Two kinds: pieces whose size the owner remembers, and blocks that are named by 32 bits instead of a pointer, for
 * small things of many sizes that hundreds of thousands of routes point at. */
#ifndef STATE_RIB_MEMORY_H
#define STATE_RIB_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Asks for the line of memory that is so many bytes behind p; it need not belong to anything. */
#ifdef __GNUC__
#define RIB_PREFETCH(p, bytes) __builtin_prefetch((const void *)((uintptr_t)(p) + (bytes)))
#else
#define RIB_PREFETCH(p, bytes) ((void)(p))
#endif

enum { BLOCK_LARGEST = 4096, BLOCK_STEP = 8, BLOCK_SIZES = BLOCK_LARGEST / BLOCK_STEP + 1 };
enum { BLOCK_BITS = 12 }; /* of a handle: which block of its page */

/* Blocks of one size. */
struct block_page {
    uint8_t *bytes;
    uint32_t size;       /* of a block */
    uint32_t next, prev; /* pages of that size that have room; 0 ends the list */
    uint16_t room, made, live;
    uint16_t free; /* 1 + the block freed last; a free block begins with the next one */
};

struct rib_memory {
    size_t used, budget;
    struct block_page *pages;                         /* page 0 is none, so that no handle is 0 */
    uint32_t page_count, page_room, page_live, spare; /* spare: first page without bytes */
    uint32_t partial[BLOCK_SIZES];                    /* by size: first page that has room */
    uint8_t grown[BLOCK_SIZES];                       /* by size: pages get larger with their number */
};

/* Nothing is left to free when every block and piece was given back. */
void rib_memory_init(struct rib_memory *, size_t budget);

/* NULL at the ceiling, or without memory. */
void *rib_take(struct rib_memory *, size_t);
void *rib_take_zeroed(struct rib_memory *, size_t);
void rib_give(struct rib_memory *, void *, size_t);

/* A handle, or 0 at the ceiling. */
uint32_t block_new(struct rib_memory *, size_t);
void block_free(struct rib_memory *, uint32_t handle);
/* Where the block is, for as long as it lives; aligned for uint64_t. */
static inline void *block_at(const struct rib_memory *m, uint32_t handle)
{
    const struct block_page *page = &m->pages[handle >> BLOCK_BITS];
    return page->bytes + (size_t)(handle & ((1u << BLOCK_BITS) - 1)) * page->size;
}

#endif
