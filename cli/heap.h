/* How the memory of a run over files is had from the kernel. */
#ifndef CLI_HEAP_H
#define CLI_HEAP_H

/* Before much is asked for, and once: the heap grows in large steps, by large pages where Linux gives them. Tables that
 * are walked in no order cost less so. Without it all goes as well, and slower. */
void heap_in_large_pages(void);

#endif
