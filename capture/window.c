/* Packets that came late in, their right place in the window out. */
#include "capture/window.h"

#include <stdlib.h>
#include <string.h>

void window_push_late(struct window *w)
{
    struct packet late = *window_slot(w);
    uint64_t at = w->tail++;
    if (stamp_since(w->newest, late.when).ns > WINDOW_CLOCK_STEP.ns) {
        w->floor = at;
        w->newest = late.when;
        return;
    }
    uint64_t first = w->head > w->floor ? w->head : w->floor;
    for (; at > first && stamp_before(late.when, w->ring[(at - 1) % WINDOW_RING].when); at--)
        w->ring[at % WINDOW_RING] = w->ring[(at - 1) % WINDOW_RING];
    w->ring[at % WINDOW_RING] = late;
}

/* Two memories in turn: some packets lie already in the one that was used last. */
bool window_keep(struct window *w)
{
    size_t need = 0;
    for (uint64_t i = w->head; i < w->tail; i++)
        need += w->ring[i % WINDOW_RING].size;
    struct window_keep *to = &w->keep[w->kept_in ^ 1];
    if (to->room < need) {
        free(to->bytes);
        to->bytes = malloc(need);
        to->room = to->bytes ? need : 0;
        if (!to->bytes)
            return false;
    }
    uint8_t *at = to->bytes;
    for (uint64_t i = w->head; i < w->tail; i++) {
        struct packet *p = &w->ring[i % WINDOW_RING];
        if (!p->size)
            continue;
        memcpy(at, p->bytes, p->size);
        p->bytes = at;
        at += p->size;
    }
    w->kept_in ^= 1;
    return true;
}

void window_free(struct window *w)
{
    free(w->keep[0].bytes);
    free(w->keep[1].bytes);
}
