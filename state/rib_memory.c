/* Sizes in; memory, or a refusal at the ceiling, out. Blocks live in pages of one size each: a page that has none
 * left goes back, and a block costs no more than its bytes, rounded up to eight. */
#include "state/rib_memory.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_COST = 16 };      /* what malloc needs for itself, about */
enum { PAGE_SMALLEST = 2048 }; /* the first page of a size; the next ones double … */
enum { PAGE_DOUBLINGS = 5 };   /* … so often: few routes need few bytes, many routes few pages */
enum { BLOCK_SMALLEST = 16, PAGES_MOST = 1 << (32 - BLOCK_BITS) };

void rib_memory_init(struct rib_memory *m, size_t budget) { *m = (struct rib_memory){ .budget = budget }; }

void *rib_take(struct rib_memory *m, size_t n)
{
    size_t cost = n + PIECE_COST;
    if (n > m->budget || cost > m->budget - m->used)
        return NULL;
    void *p = malloc(n);
    if (p)
        m->used += cost;
    return p;
}

void *rib_take_zeroed(struct rib_memory *m, size_t n)
{
    void *p = rib_take(m, n);
    return p ? memset(p, 0, n) : NULL;
}

void rib_give(struct rib_memory *m, void *p, size_t n)
{
    if (p)
        m->used -= n + PIECE_COST;
    free(p);
}

static void link_page(struct rib_memory *m, uint32_t i)
{
    uint32_t *first = &m->partial[m->pages[i].size / BLOCK_STEP];
    m->pages[i].prev = 0;
    m->pages[i].next = *first;
    if (*first)
        m->pages[*first].prev = i;
    *first = i;
}

static void unlink_page(struct rib_memory *m, uint32_t i)
{
    struct block_page *p = &m->pages[i];
    if (p->prev)
        m->pages[p->prev].next = p->next;
    else
        m->partial[p->size / BLOCK_STEP] = p->next;
    if (p->next)
        m->pages[p->next].prev = p->prev;
}

/* An entry of m->pages that is not in use, or 0. */
static uint32_t spare_page(struct rib_memory *m)
{
    if (m->spare) {
        uint32_t i = m->spare;
        m->spare = m->pages[i].next;
        return i;
    }
    if (m->page_count == m->page_room) {
        uint32_t room = m->page_room ? m->page_room + m->page_room / 2 : 16;
        if (room > PAGES_MOST)
            return 0;
        struct block_page *pages = rib_take(m, room * sizeof *pages);
        if (!pages)
            return 0;
        if (m->pages) {
            memcpy(pages, m->pages, m->page_count * sizeof *pages);
            rib_give(m, m->pages, m->page_room * sizeof *pages);
        }
        m->pages = pages;
        m->page_room = room;
        m->page_count += !m->page_count;
    }
    return m->page_count++;
}

static void page_free(struct rib_memory *m, uint32_t i)
{
    struct block_page *p = &m->pages[i];
    if (p->bytes)
        rib_give(m, p->bytes, (size_t)p->room * p->size);
    *p = (struct block_page){ .next = m->spare };
    m->spare = i;
    if (--m->page_live)
        return;
    rib_give(m, m->pages, m->page_room * sizeof *m->pages);
    *m = (struct rib_memory){ .used = m->used, .budget = m->budget };
}

static uint32_t page_new(struct rib_memory *m, size_t size)
{
    size_t room = 1;
    if (size <= BLOCK_LARGEST) {
        uint8_t *grown = &m->grown[size / BLOCK_STEP];
        room = ((size_t)PAGE_SMALLEST << *grown) / size;
        room += !room;
        *grown = (uint8_t)(*grown + (*grown < PAGE_DOUBLINGS));
    }
    uint32_t i = spare_page(m);
    if (!i)
        return 0;
    uint8_t *bytes = rib_take(m, room * size);
    if (!bytes && room > 1) { /* near the ceiling a few blocks are better than none */
        room = PAGE_SMALLEST / size + !(PAGE_SMALLEST / size);
        bytes = rib_take(m, room * size);
    }
    m->pages[i] = (struct block_page){ .bytes = bytes, .size = (uint32_t)size, .room = (uint16_t)room };
    m->page_live++;
    if (!bytes) {
        page_free(m, i);
        return 0;
    }
    if (size <= BLOCK_LARGEST)
        link_page(m, i);
    return i;
}

uint32_t block_new(struct rib_memory *m, size_t n)
{
    size_t size = n < BLOCK_SMALLEST ? BLOCK_SMALLEST : (n + BLOCK_STEP - 1) / BLOCK_STEP * BLOCK_STEP;
    uint32_t i = size <= BLOCK_LARGEST ? m->partial[size / BLOCK_STEP] : 0;
    if (!i && !(i = page_new(m, size)))
        return 0;
    struct block_page *p = &m->pages[i];
    uint32_t block = p->made;
    if (p->free) {
        block = p->free - 1u;
        memcpy(&p->free, p->bytes + (size_t)block * p->size, sizeof p->free);
    } else
        p->made++;
    if (++p->live == p->room && size <= BLOCK_LARGEST)
        unlink_page(m, i);
    return i << BLOCK_BITS | block;
}

void block_free(struct rib_memory *m, uint32_t handle)
{
    uint32_t i = handle >> BLOCK_BITS;
    struct block_page *p = &m->pages[i];
    if (p->size <= BLOCK_LARGEST && p->live == p->room)
        link_page(m, i);
    memcpy(block_at(m, handle), &p->free, sizeof p->free);
    p->free = (uint16_t)(1 + (handle & ((1u << BLOCK_BITS) - 1)));
    if (--p->live)
        return;
    if (p->size <= BLOCK_LARGEST)
        unlink_page(m, i);
    page_free(m, i);
}
