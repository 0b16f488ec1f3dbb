/* Peerings by their number. */
#include "cli/peerings.h"

#include <stdlib.h>
#include <string.h>

void peerings_learn(struct peerings *p, const struct event *e)
{
    if (e->kind != EVENT_PEERING)
        return;
    uint32_t id = e->as.peering->id;
    if (id >= p->room) {
        uint32_t room = 2 * id + 16;
        const struct bgp_peering **more = realloc(p->list, room * sizeof *more);
        if (!more)
            return;
        memset(more + p->room, 0, (room - p->room) * sizeof *more);
        p->list = more;
        p->room = room;
    }
    p->list[id] = e->as.peering;
}

const struct bgp_peering *peerings_at(const struct peerings *p, uint32_t id)
{
    return id < p->room ? p->list[id] : NULL;
}

void peerings_free(struct peerings *p) { free(p->list); }
