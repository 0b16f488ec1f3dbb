/* Segments that came before their turn in, in the order of their positions out. Bytes seen first win. */
#include "decode/stream_internal.h"

#include <stdlib.h>
#include <string.h>

bool stream_take(struct stream *s, size_t bytes, bool early)
{
    struct stream_pool *p = s->pool;
    size_t each = early ? p->each - p->each / 8 : p->each;
    size_t total = early ? p->total - p->total / 8 : p->total;
    if (s->kept > each || bytes > each - s->kept || p->used > total || bytes > total - p->used)
        return false;
    s->kept += bytes;
    p->used += bytes;
    if (p->most < p->used)
        p->most = p->used;
    return true;
}

void stream_give(struct stream *s, size_t bytes)
{
    s->kept -= bytes;
    s->pool->used -= bytes;
}

/* ---- the list ---- */

static struct piece *piece_at(const struct pieces *p, uint32_t i) { return p->list[p->first + i]; }
static uint64_t end_of(const struct piece *p) { return p->pos + p->run.size; }

struct piece *pieces_head(const struct stream *s) { return s->pieces.count ? piece_at(&s->pieces, 0) : NULL; }

/* The first that ends behind the position. */
static uint32_t find(const struct pieces *p, uint64_t pos)
{
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (end_of(piece_at(p, middle)) > pos)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void free_piece(struct stream *s, struct piece *p)
{
    if (!p)
        return;
    stream_give(s, p->room);
    free(p);
}

static void free_list(struct stream *s)
{
    stream_give(s, s->pieces.room * sizeof *s->pieces.list);
    free(s->pieces.list);
    s->pieces = (struct pieces){ 0 };
}

/* A place behind the last one of the list. */
static bool list_room(struct stream *s)
{
    struct pieces *p = &s->pieces;
    if (p->first + p->count < p->room)
        return true;
    if (p->first && p->first >= p->room / 2) {
        memmove(p->list, p->list + p->first, p->count * sizeof *p->list);
        p->first = 0;
        return true;
    }
    uint32_t room = p->room ? p->room * 2 : 8;
    if (!stream_take(s, room * sizeof *p->list, true))
        return false;
    struct piece **list = malloc(room * sizeof *list);
    if (!list) {
        stream_give(s, room * sizeof *list);
        return false;
    }
    if (p->count)
        memcpy(list, p->list + p->first, p->count * sizeof *list);
    uint32_t count = p->count;
    free_list(s);
    *p = (struct pieces){ list, 0, count, room };
    return true;
}

/* As number i, with a copy of the bytes. */
static bool insert(struct stream *s, uint32_t i, uint64_t pos, const struct run *run)
{
    struct pieces *p = &s->pieces;
    size_t room = sizeof(struct piece) + (run->bytes ? run->size : 0);
    if (p->count >= PIECES_MOST || !list_room(s) || !stream_take(s, room, true))
        return false;
    struct piece *piece = malloc(room);
    if (!piece) {
        stream_give(s, room);
        return false;
    }
    piece->pos = pos;
    piece->run = *run;
    piece->room = room;
    if (run->bytes) {
        memcpy(piece->bytes, run->bytes, run->size);
        piece->run.bytes = piece->bytes;
    }
    struct piece **here = p->list + p->first + i;
    memmove(here + 1, here, (p->count - i) * sizeof *here);
    *here = piece;
    p->count++;
    return true;
}

static void take_out(struct stream *s, uint32_t i)
{
    struct pieces *p = &s->pieces;
    struct piece **here = p->list + p->first + i;
    if (i)
        memmove(here, here + 1, (p->count - i - 1) * sizeof *here);
    else
        p->first++;
    if (!--p->count)
        free_list(s);
}

void pieces_pop(struct stream *s)
{
    free_piece(s, s->spent);
    s->spent = pieces_head(s);
    take_out(s, 0);
}

void pieces_clear(struct stream *s)
{
    free_piece(s, s->spent);
    s->spent = NULL;
    while (s->pieces.count)
        pieces_pop(s);
    free_piece(s, s->spent);
    s->spent = NULL;
    free_list(s);
}

/* ---- what is new of an arrival ---- */

/* What was cut away of one segment and comes with another was not lost: makes room for it. */
static void uncover(struct stream *s, uint64_t from, uint64_t to)
{
    struct pieces *p = &s->pieces;
    for (uint32_t i = find(p, from); i < p->count && piece_at(p, i)->pos < to;) {
        struct piece *piece = piece_at(p, i);
        uint64_t pos = piece->pos, end = end_of(piece);
        if (piece->run.bytes) {
            i++;
            continue;
        }
        if (pos < from) {
            piece->run.size = (size_t)(from - pos);
            struct run rest = { .size = (size_t)(end > to ? end - to : 0), .ref = piece->run.ref };
            i++;
            if (rest.size) /* without room for it, it is a hole like others */
                (void)insert(s, i, to, &rest);
        } else if (end > to) {
            piece->pos = to;
            piece->run.size = (size_t)(end - to);
            return;
        } else {
            take_out(s, i);
            free_piece(s, piece);
        }
    }
}

static unsigned compare(const struct arrival *a, uint64_t from, uint64_t to, const uint8_t *kept)
{
    if (to > a->seen)
        to = a->seen;
    if (from >= to || !kept)
        return STREAM_OLD;
    return memcmp(a->bytes + (from - a->pos), kept, (size_t)(to - from)) ? STREAM_OLD | STREAM_DIFFERS
                                                                         : STREAM_OLD;
}

/* Bytes that nobody has, before piece i: read next, or kept. */
static unsigned keep(struct stream *s, uint32_t *i, uint64_t from, uint64_t to, const struct arrival *a)
{
    struct pieces *p = &s->pieces;
    bool seen = from < a->seen;
    struct run run = { seen ? a->bytes + (from - a->pos) : NULL, (size_t)(to - from), a->ref };
    bool whole = from == s->at || (*i && end_of(piece_at(p, *i - 1)) == from);
    bool closes = seen && whole && *i < p->count && piece_at(p, *i)->pos == to;
    if (seen && from == s->at && !s->live.size)
        s->live = run;
    else if (insert(s, *i, from, &run))
        ++*i;
    else
        return STREAM_NEW | STREAM_DROPPED;
    return STREAM_NEW | (closes ? STREAM_FILLED : 0);
}

/* The part of the arrival from one position to another, all of it seen, or all of it cut away. */
static unsigned fill(struct stream *s, uint64_t from, uint64_t to, const struct arrival *a)
{
    unsigned got = 0;
    uint32_t i = find(&s->pieces, from);
    while (from < to) {
        const struct piece *p = i < s->pieces.count ? piece_at(&s->pieces, i) : NULL;
        uint64_t gap = p && p->pos < to ? p->pos : to;
        if (from < gap)
            got |= keep(s, &i, from, gap, a);
        from = from < gap ? gap : from;
        if (from == to)
            break;
        uint64_t end = end_of(p) < to ? end_of(p) : to;
        got |= compare(a, from, end, p->run.bytes ? p->run.bytes + (from - p->pos) : NULL);
        from = end;
        i++;
    }
    return got;
}

unsigned pieces_put(struct stream *s, struct arrival a)
{
    unsigned got = 0;
    uint64_t from = a.pos, held_from = s->at - s->held.size;
    if (from < s->at) {
        uint64_t to = a.end < s->at ? a.end : s->at;
        uint64_t low = from > held_from ? from : held_from;
        got |= low < to ? compare(&a, low, to, held_bytes(&s->held) + (low - held_from)) : STREAM_OLD;
        from = to;
    }
    if (from < a.seen) {
        uncover(s, from, a.seen);
        got |= fill(s, from, a.seen, &a);
        from = a.seen;
    }
    if (from < a.end)
        got |= fill(s, from, a.end, &a);
    return got;
}
