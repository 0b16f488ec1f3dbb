#include "state/outbox.h"

#include <stdlib.h>

void outbox_add(struct outbox *o, const struct event *e)
{
    if (o->count == o->room) {
        uint32_t room = o->room ? o->room * 2 : 16;
        struct event *list = realloc(o->list, room * sizeof *list);
        if (!list) {
            o->lost++;
            return;
        }
        o->list = list;
        o->room = room;
    }
    o->list[o->count++] = *e;
}

void outbox_free(struct outbox *o)
{
    free(o->list);
    *o = (struct outbox){ 0 };
}
