/* The beginning of a message in, more of it in, the whole message out: in memory of its own only if it is long. */
#include "decode/stream_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    AT_ONCE = 4096
}; /* a message of the usual size gets its room at once, a longer one as its bytes come */

/* Its bytes begin at 0 again. */
static void compact(struct held *h)
{
    if (!h->start)
        return;
    memmove(h->bytes, h->bytes + h->start, h->size);
    for (unsigned i = 0; i < h->mark_count; i++)
        h->marks[i].end -= h->start;
    h->start = 0;
}

static bool grow(struct stream *s, size_t size)
{
    struct held *h = &s->held;
    size_t room = h->room * 2 > AT_ONCE ? h->room * 2 : AT_ONCE;
    room = s->need < room ? s->need : room;
    room = room < size ? size : room;
    if (!stream_take(s, room, false))
        return false;
    uint8_t *bytes = malloc(room);
    if (!bytes) {
        stream_give(s, room);
        return false;
    }
    memcpy(bytes, h->bytes, h->size);
    if (h->bytes != h->small) {
        free(h->bytes);
        stream_give(s, h->room);
    }
    h->bytes = bytes;
    h->room = room;
    return true;
}

/* A few marks do: what will be asked for is where the first and the last byte of a message were seen, and the first
 * behind it, of which at most a header is held. The message ends at `edge`. */
static void mark(struct held *h, const struct stream_ref *ref, size_t edge)
{
    struct mark *last = h->mark_count ? &h->marks[h->mark_count - 1] : NULL;
    if (last && last->ref.frame == ref->frame && last->ref.file == ref->file) {
        last->end = h->size;
        return;
    }
    if (h->mark_count == HELD_MARKS) {
        unsigned gone = h->marks[1].end < edge ? 1 : HELD_MARKS - 1;
        memmove(&h->marks[gone], &h->marks[gone + 1], (HELD_MARKS - gone - 1) * sizeof *h->marks);
        h->mark_count--;
    }
    h->marks[h->mark_count++] = (struct mark){ h->size, *ref };
}

bool held_add(struct stream *s, const struct run *run, size_t n)
{
    struct held *h = &s->held;
    compact(h);
    if (h->size + n > h->room && !grow(s, h->size + n))
        return false;
    memcpy(h->bytes + h->size, run->bytes, n);
    h->size += n;
    h->ends = n == run->size;
    mark(h, &run->ref, s->mode == READING || s->need < BGP_HEADER ? s->need : s->need - BGP_HEADER);
    return true;
}

void held_drop(struct stream *s, size_t n)
{
    struct held *h = &s->held;
    h->start += n;
    h->size -= n;
    if (h->size) {
        unsigned gone = 0;
        while (gone + 1 < h->mark_count && h->marks[gone].end <= h->start)
            gone++;
        h->mark_count -= gone;
        memmove(h->marks, h->marks + gone, h->mark_count * sizeof *h->marks);
        return;
    }
    h->start = 0;
    h->mark_count = 0;
    if (h->bytes != h->small) { /* there are thousands of streams, and most are idle */
        free(h->bytes);
        stream_give(s, h->room);
        h->bytes = h->small;
        h->room = HELD_SMALL;
    }
}

struct stream_ref held_ref(const struct held *h, size_t offset)
{
    unsigned i = 0;
    while (i + 1 < h->mark_count && h->marks[i].end <= h->start + offset)
        i++;
    return h->marks[i].ref;
}
