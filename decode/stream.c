/* Segments and acknowledgements in: where each byte belongs, and what may be given up. Messages come out of
 * stream_read.c.
 *
 *     origin            at - held      at          ripe      waiting_for   front
 *     | read, or given up | held        | live, then a gap, then pieces      |
 *     +-------------------+-------------+------------------------------------+------> positions
 */
#include "decode/stream_internal.h"

#include <stdlib.h>

enum {
    GRACE_COUNT = 3, /* packets that follow an acknowledgement, or … */
    GRACE_MS = 20,   /* … before what it covers and was not seen is given up */
    PATIENCE_MS =
        5000, /* the same where no acknowledgements are in the capture: longer than TCP waits to repeat */
    WINDOW = 16 << 20, /* bytes that a segment may be ahead of all that was seen */
    FAR_IS_TRUE = 4, /* so many numbers in a row that cannot be, and agree: it was us who missed something */
    LARGEST_GAP = 1 << 30, /* bytes that we may have missed and still speak of the same connection */
    LARGEST_CUT = 1 << 20, /* bytes that may be cut away of a segment */
};

struct stream *stream_new(struct stream_pool *pool)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->pool = pool;
    s->largest = BGP_LARGEST;
    s->held.bytes = s->held.small;
    s->held.room = HELD_SMALL;
    return s;
}

static void forget(struct stream *s)
{
    stream_release(s);
    if (s->held.size)
        held_drop(s, s->held.size);
    pieces_clear(s);
    s->live.size = 0;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    forget(s);
    free(s);
}

/* ---- positions ---- */

/* The position nearest to what is read now. RFC 9293 3.4 */
static uint64_t position(const struct stream *s, uint32_t seq)
{
    return s->at + (uint64_t)(int64_t)(int32_t)(seq - (uint32_t)s->at);
}

/* Positions of another beginning are far from the old ones: nothing can be mistaken for near. */
static void begin(struct stream *s, uint32_t seq, bool midway)
{
    s->begun = true;
    s->midway = midway;
    s->mode = midway ? JOINING : READING;
    s->need = 0;
    s->skip = 0;
    s->fin_known = s->waiting = false;
    s->at = ((s->at >> 32) + 2) << 32 | seq;
    s->origin = s->front = s->acked = s->ripe = s->waiting_for = s->at;
    s->noise.bytes = 0;
}

void stream_start(struct stream *s, uint32_t isn)
{
    bool read = s->at != s->origin || s->front != s->origin;
    if (s->begun && (uint32_t)s->origin == isn + 1 && s->midway) { /* the SYN stands behind its first data */
        s->midway = false;
        if (s->at == s->origin && s->mode == JOINING)
            s->mode = READING;
    } else if (!s->begun || (!read && (uint32_t)s->origin != isn + 1)) {
        begin(s, isn + 1, false);
    }
}

/* How far the bytes go that can be read without a gap. */
static uint64_t reach(const struct stream *s)
{
    uint64_t end = s->at + s->live.size;
    for (uint32_t i = 0; i < s->pieces.count; i++) {
        const struct piece *p = s->pieces.list[s->pieces.first + i];
        if (p->pos != end)
            break;
        end += p->run.size;
    }
    return end;
}

uint32_t stream_front(const struct stream *s) { return (uint32_t)s->front; }
uint32_t stream_base(const struct stream *s) { return (uint32_t)reach(s); }
bool stream_joined_midway(const struct stream *s) { return s->midway; }
void stream_set_largest(struct stream *s, unsigned largest) { s->largest = largest; }

/* ---- acknowledgements ---- */

/* Stamps are what a file says: differences may be anything. */
static bool passed(struct stamp since, struct stamp now, struct span span)
{
    return stamp_before(since, now) && (uint64_t)now.ns - (uint64_t)since.ns >= (uint64_t)span.ns;
}

static void wait_for(struct stream *s, uint64_t pos, struct stream_ref ref)
{
    s->waiting = true;
    s->waiting_for = pos;
    s->waiting_ref = ref;
    s->later = 0;
}

static void ripen(struct stream *s, uint64_t pos, struct stream_ref ref)
{
    if (s->ripe >= pos)
        return;
    s->ripe = pos;
    s->ripe_ref = ref;
}

/* One more packet: the grace of what was acknowledged may be over. */
static void pass_time(struct stream *s, struct stream_ref ref)
{
    if (!s->waiting)
        return;
    s->later++;
    if (s->waiting_for > s->at) {
        if (s->later < GRACE_COUNT && !passed(s->waiting_ref.when, ref.when, SPAN_MS(GRACE_MS)))
            return;
        ripen(s, s->waiting_for, s->waiting_ref);
    }
    s->waiting = false;
    if (s->acked > s->waiting_for && s->acked > s->at)
        wait_for(s, s->acked, ref);
}

/* Without acknowledgements in the capture, a sender that goes on for seconds has been understood. */
static void lose_patience(struct stream *s, unsigned got, struct stream_ref ref)
{
    const struct piece *head = pieces_head(s);
    if (s->ack_seen || !head)
        return;
    if (got & STREAM_DROPPED || passed(head->run.ref.when, ref.when, SPAN_MS(PATIENCE_MS)))
        ripen(s, head->pos, head->run.ref);
}

/* Numbers far from everything seen belong to another connection, unless they go on like that. */
static bool believe(struct stream *s, uint32_t seq)
{
    bool agrees = s->far_count && (uint32_t)(seq - s->far_seq + WINDOW) <= 2 * (uint32_t)WINDOW;
    s->far_count = agrees ? s->far_count + 1 : 1;
    s->far_seq = seq;
    if (s->far_count < FAR_IS_TRUE)
        return false;
    s->far_count = 0;
    return true;
}

static bool too_far(const struct stream *s, uint64_t pos)
{
    return pos > (s->front > s->acked ? s->front : s->acked) + WINDOW;
}

void stream_acked(struct stream *s, uint32_t ack, struct stream_ref ref)
{
    if (!s->begun || s->finished)
        return;
    pass_time(s, ref);
    uint64_t pos = position(s, ack);
    if (s->fin_known && pos > s->fin)
        pos = s->fin;
    if (pos + WINDOW < s->at)
        return;
    s->ack_seen = true;
    if (pos <= s->acked)
        return;
    if (too_far(s, pos)) {
        if (pos - s->at > LARGEST_GAP || !believe(s, ack))
            return;
        ripen(s, pos, ref);
    }
    s->acked = pos;
    if (!s->waiting && pos > s->ripe && pos > reach(s))
        wait_for(s, pos, ref);
}

void stream_finish(struct stream *s)
{
    if (s->begun && s->ack_seen)
        ripen(s, s->acked, s->waiting_ref);
    s->finished = true;
}

/* ---- segments ---- */

/* Whether the position can be of this connection; what to say if not. */
static bool plausible(struct stream *s, uint32_t seq, struct stream_ref ref, unsigned *got)
{
    uint64_t pos = position(s, seq);
    bool ahead = too_far(s, pos), behind = pos + LARGEST_GAP < s->at;
    if (!ahead && !behind) {
        *got = STREAM_OLD;
        s->far_count = 0;
        return pos + WINDOW >= s->at;
    }
    *got = ahead ? STREAM_EARLY | STREAM_DROPPED : STREAM_OLD;
    if (!believe(s, seq))
        return false;
    if (ahead && pos - s->at <= LARGEST_GAP) {
        ripen(s, pos, ref);
        return true;
    }
    forget(s);
    begin(s, seq, true);
    return true;
}

/* A FIN before bytes that were seen is not of this connection. */
static void take_fin(struct stream *s, uint64_t pos)
{
    if (s->fin_known || pos < s->front)
        return;
    s->fin_known = true;
    s->fin = pos;
    if (s->acked > pos)
        s->acked = pos;
    if (s->waiting_for > pos)
        s->waiting_for = pos;
    if (s->ripe > pos)
        s->ripe = pos;
}

static bool take_syn(struct stream *s, const struct segment *seg)
{
    if (seg->flags & TCP_SYN)
        stream_start(s, seg->seq);
    else if (!s->begun && seg->payload_size)
        begin(s, seg->seq, true);
    return s->begun;
}

/* A SYN has a number of its own, so data on it begins one later (RFC 9293 3.4). */
static uint32_t data_seq(const struct stream *s, const struct segment *seg)
{
    bool counted = s->begun && seg->seq == (uint32_t)s->origin;
    return seg->seq + (seg->flags & TCP_SYN && !counted);
}

static unsigned place(struct stream *s, const struct segment *seg, struct stream_ref ref)
{
    unsigned got;
    uint32_t seq = data_seq(s, seg);
    if (!plausible(s, seq, ref, &got))
        return got;
    uint32_t size = seg->payload_size, seen = (uint32_t)cur_left(&seg->payload);
    seen = seen < size ? seen : size;
    size = size - seen > LARGEST_CUT ? seen + LARGEST_CUT : size;
    uint64_t pos = position(s, seq), end = pos + size;
    /* RFC 9293 3.8.4: a keep-alive has the number before the next one */
    if (size <= 1 && pos + 1 == s->front && !(seg->flags & (TCP_SYN | TCP_FIN)))
        return STREAM_PROBE;
    if (seg->flags & TCP_FIN)
        take_fin(s, end);
    if (s->fin_known && end > s->fin)
        end = s->fin;
    if (end <= pos)
        return 0;
    uint64_t seen_end = pos + seen < end ? pos + seen : end;
    got = pos > s->front ? STREAM_EARLY : 0;
    got |= pieces_put(s, (struct arrival){ pos, seen_end, end, seg->payload.at, ref });
    if (s->front < end)
        s->front = end;
    return got;
}

unsigned stream_feed(struct stream *s, const struct segment *seg, struct stream_ref ref)
{
    size_t seen = cur_left(&seg->payload);
    stream_release(s);
    /* in order, and nothing is kept: then nothing is before `front` that was not read */
    if (LIKELY(s->begun && s->front == s->at && seg->seq == (uint32_t)s->at && seen == seg->payload_size &&
               seen && !(seg->flags & (TCP_SYN | TCP_FIN | TCP_RST)) && !s->fin_known && !s->finished)) {
        s->live = (struct run){ seg->payload.at, seen, ref };
        s->front += seen;
        s->far_count = 0;
        pass_time(s, ref);
        unsigned late = s->late;
        s->late = 0;
        return STREAM_NEW | late;
    }
    if (s->finished || seg->flags & TCP_RST || !take_syn(s, seg))
        return 0;
    if (s->live.size) { /* not read while its packet was there */
        s->live.size = 0;
        s->late |= STREAM_DROPPED;
    }
    unsigned got = place(s, seg, ref) | s->late;
    s->late = 0;
    pass_time(s, ref);
    lose_patience(s, got, ref);
    return got;
}
