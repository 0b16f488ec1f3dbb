/* What one packet caused, in order, with the bytes that it points to, until the next one. */
#include "state/outbox.h"

#include "base/grow.h"
#include <stdlib.h>
#include <string.h>

struct outbox_block {
    struct outbox_block *next;
    size_t used, room;
    _Alignas(16) uint8_t bytes[];
};

enum { BLOCK = 16384 };

struct event *outbox_open(struct outbox *o, enum event_kind kind)
{
    if (!grow(&o->list, o->count, &o->room, sizeof *o->list, 16, UINT32_MAX)) {
        o->lost++;
        return NULL;
    }
    struct event *e = &o->list[o->count++];
    e->kind = kind;
    return e;
}

void outbox_add(struct outbox *o, const struct event *e)
{
    struct event *to = outbox_open(o, e->kind);
    if (to)
        *to = *e;
}

const void *outbox_keep(struct outbox *o, const void *bytes, size_t n)
{
    size_t need = (n + 15) & ~(size_t)15;
    struct outbox_block *b = o->kept;
    if (!b || b->room - b->used < need) {
        size_t room = need > BLOCK ? need : BLOCK;
        b = malloc(sizeof *b + room);
        if (!b) {
            o->lost++;
            return NULL;
        }
        *b = (struct outbox_block){ .next = o->kept, .room = room };
        o->kept = b;
    }
    uint8_t *to = b->bytes + b->used;
    b->used += need;
    return n ? memcpy(to, bytes, n) : to;
}

const struct bgp_msg *outbox_keep_message(struct outbox *o, const struct bgp_msg *msg)
{
    size_t size = BGP_HEADER + cur_left(&msg->body);
    struct bgp_msg copy = *msg;
    copy.raw = outbox_keep(o, msg->raw, size);
    if (!copy.raw)
        return NULL;
    copy.body = cur_over(copy.raw + BGP_HEADER, size - BGP_HEADER);
    return outbox_keep(o, &copy, sizeof copy);
}

/* One block is kept, so that a capture full of small events asks for memory once. */
void outbox_clear(struct outbox *o)
{
    o->count = 0;
    while (o->kept && (o->kept->next || o->kept->room > BLOCK)) {
        struct outbox_block *next = o->kept->next;
        free(o->kept);
        o->kept = next;
    }
    if (o->kept)
        o->kept->used = 0;
}

void outbox_free(struct outbox *o)
{
    outbox_clear(o);
    free(o->kept);
    free(o->list);
    *o = (struct outbox){ 0 };
}
