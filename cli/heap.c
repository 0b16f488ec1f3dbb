/* Nothing in; a heap that lies in large pages out. Linux gives them to those who ask (madvise(2)), and glibc asks by an
 * environment variable only, which is too late for us. */
#include "cli/heap.h"

#include <stdlib.h>

#if defined(__GLIBC__) && !defined(RT_FREE_ALL)
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Address space, not memory: what is not touched costs nothing. */
#define STEP ((size_t)512 << 20)

void heap_in_large_pages(void)
{
    enum { PIECE = 64 << 10, PIECES = 8, LARGE_IS_OWN = 32 << 20 };
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = ((uintptr_t)sbrk(0) + page - 1) / page * page;
    if (!mallopt(M_TOP_PAD, (int)STEP) || !mallopt(M_TRIM_THRESHOLD, (int)STEP) ||
        !mallopt(M_MMAP_THRESHOLD, LARGE_IS_OWN))
        return;
    void *pieces[PIECES];
    unsigned n = 0;
    do
        pieces[n++] = malloc(PIECE);
    while (n < PIECES && (uintptr_t)sbrk(0) <= from);
    uintptr_t to = (uintptr_t)sbrk(0) / page * page;
    if (to > from)
        (void)madvise((void *)from, to - from,
                      MADV_HUGEPAGE); /* NOLINT(performance-no-int-to-ptr): an address */
    while (n)
        free(pieces[--n]);
}
#else
void heap_in_large_pages(void) {}
#endif
