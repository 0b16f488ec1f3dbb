/* What was fed in, messages, holes and noise out, in the order of their sequence numbers. */
#include "decode/stream_internal.h"

#include <stdlib.h>

enum step {
    GIVEN, /* *out is filled */
    AGAIN, /* something was done: look again */
    STUCK  /* nothing more can be read from what is there */
};

/* The bytes that are next, or NULL. */
static struct run *next_run(struct stream *s)
{
    if (s->live.size)
        return &s->live;
    struct piece *head = pieces_head(s);
    return head && head->pos == s->at && head->run.bytes ? &head->run : NULL;
}

/* Its first n bytes are done with. The run may be gone then, its bytes are not. */
static void pass(struct stream *s, struct run *run, size_t n)
{
    if (!n)
        return;
    run->bytes += n;
    run->size -= n;
    s->at += n;
    if (run == &s->live)
        return;
    pieces_head(s)->pos += n;
    if (!run->size)
        pieces_pop(s);
}

static void skip(struct stream *s, struct run *run)
{
    size_t n = s->skip < run->size ? (size_t)s->skip : run->size;
    s->skip -= n;
    pass(s, run, n);
}

static void go_on(struct stream *s, enum stream_mode mode)
{
    s->mode = mode;
    s->need = 0;
}

void stream_release(struct stream *s)
{
    if (s->held.given) {
        held_drop(s, s->held.given);
        s->held.given = 0;
    }
    if (s->spent) {
        stream_give(s, s->spent->room);
        free(s->spent);
        s->spent = NULL;
    }
}

/* How many bytes there must be before another look tells more. */
static size_t wanted(const struct bgp_msg *msg, size_t size)
{
    size_t need = size < BGP_HEADER ? BGP_HEADER : msg->length;
    return need > size ? need : size + 1;
}

/* ---- messages ---- */

/* The first bytes of out->msg are all there will be; `there` of them. */
static enum step give_cut(struct stream *s, struct stream_item *out, size_t there)
{
    out->kind = STREAM_MESSAGE;
    out->msg.cut = true;
    s->skip = out->msg.length - there;
    out->end_seq = (uint32_t)(s->at + s->skip);
    go_on(s, READING);
    return GIVEN;
}

static enum step give_held_cut(struct stream *s, struct stream_item *out)
{
    struct held *h = &s->held;
    (void)bgp_next(held_bytes(h), h->size, s->largest, &out->msg);
    out->first = held_ref(h, 0);
    out->last = held_ref(h, h->size - 1);
    h->given = h->size;
    return give_cut(s, out, h->size);
}

/* No room for the end of the message in hand: it is told as far as it is in this run. */
static enum step give_run_cut(struct stream *s, struct run *run, struct stream_item *out)
{
    size_t there = run->size;
    out->first = out->last = run->ref;
    pass(s, run, there);
    s->late |= STREAM_DROPPED;
    return give_cut(s, out, there);
}

/* Who did not see the OPENs cannot know whether long messages were agreed: the first one says so. RFC 8654 4 */
static bool turns_out_long(struct stream *s, const struct bgp_msg *msg)
{
    if (!s->midway || s->largest >= BGP_LARGEST_EXTENDED || msg->fault != FAULT_BGP_HEADER_LENGTH ||
        msg->length <= s->largest)
        return false;
    s->largest = BGP_LARGEST_EXTENDED;
    return true;
}

/* No BGP in front. What has a marker and a length is left out whole; otherwise a place where reading can go on is
 * sought. */
static enum step not_bgp(struct stream *s, struct run *run, struct stream_item *out)
{
    struct held *h = &s->held;
    const struct bgp_msg *msg = &out->msg;
    if (turns_out_long(s, msg))
        return AGAIN;
    struct stream_ref ref = h->size ? held_ref(h, 0) : run->ref;
    s->noise = (struct noise){
        .fault = msg->fault, .type = msg->type, .length = msg->length, .first = ref, .last = ref
    };
    bool sane =
        msg->fault != FAULT_BGP_HEADER_MARKER && msg->length >= BGP_HEADER && msg->length <= s->largest;
    size_t n = sane ? msg->length : 1;
    s->noise.bytes = n;
    s->skip = n;
    if (h->size) {
        size_t there = n < h->size ? n : h->size;
        s->noise.last = held_ref(h, there - 1);
        held_drop(s, there);
        s->skip -= there;
    }
    go_on(s, sane ? READING : LOST);
    return AGAIN;
}

static enum step give_noise(struct stream *s, struct stream_item *out)
{
    struct noise *n = &s->noise;
    out->kind = STREAM_NOISE;
    out->msg = (struct bgp_msg){ .fault = n->fault, .type = n->type, .length = n->length };
    out->bytes = n->bytes;
    out->first = n->first;
    out->last = n->last;
    out->end_seq = (uint32_t)(s->at - s->held.size + s->skip);
    n->bytes = 0;
    return GIVEN;
}

/* A message whose beginning is held: only what completes it is copied. */
static enum step read_held(struct stream *s, struct run *run, struct stream_item *out)
{
    struct held *h = &s->held;
    if (h->size < s->need) {
        if (!run)
            return STUCK;
        size_t lack = s->need - h->size, n = lack < run->size ? lack : run->size;
        if (!held_add(s, run, n)) {
            s->late |= STREAM_DROPPED;
            return give_held_cut(s, out);
        }
        pass(s, run, n);
        if (h->size < s->need)
            return AGAIN;
    }
    switch (bgp_next(held_bytes(h), h->size, s->largest, &out->msg)) {
    case BGP_MESSAGE: break;
    case BGP_MORE: s->need = wanted(&out->msg, h->size); return AGAIN;
    case BGP_NOT: return not_bgp(s, run, out);
    }
    out->kind = STREAM_MESSAGE;
    h->given = out->msg.length;
    out->first = held_ref(h, 0);
    out->last = held_ref(h, h->given - 1);
    out->end_seq = (uint32_t)(s->at - (h->size - h->given));
    s->need = 0;
    return GIVEN;
}

static enum step read_run(struct stream *s, struct run *run, struct stream_item *out)
{
    switch (bgp_next(run->bytes, run->size, s->largest, &out->msg)) {
    case BGP_MESSAGE: break;
    case BGP_MORE:
        s->need = wanted(&out->msg, run->size);
        if (!held_add(s, run, run->size))
            return give_run_cut(s, run, out);
        pass(s, run, run->size);
        return AGAIN;
    case BGP_NOT: return not_bgp(s, run, out);
    }
    out->kind = STREAM_MESSAGE;
    out->first = out->last = run->ref;
    pass(s, run, out->msg.length);
    out->end_seq = (uint32_t)s->at;
    return GIVEN;
}

/* ---- finding the place ---- */

/* How many bytes to leave out before a message may begin; *found if it is one. Until what follows it is there too,
 * sixteen bytes 255 may just as well be part of a route; a segment that ends with it is proof enough. */
static size_t sift(struct stream *s, const uint8_t *bytes, size_t size, bool ends, bool *found)
{
    struct bgp_msg msg;
    size_t place = bgp_resync(bytes, size, s->largest), rest = size - place;
    *found = false;
    if (!rest)
        return place;
    if (bgp_next(bytes + place, rest, s->largest, &msg) != BGP_MESSAGE)
        s->need = wanted(&msg, rest);
    else if (rest >= (size_t)msg.length + BGP_HEADER || (rest == msg.length && ends))
        *found = true;
    else
        s->need = (size_t)msg.length + BGP_HEADER;
    return place;
}

static void leave_out(struct stream *s, size_t n, struct stream_ref last)
{
    if (s->mode != LOST || !n)
        return;
    s->noise.bytes += n;
    s->noise.last = last;
}

/* A segment often begins with a message: no need to see what follows it. */
static bool begins_here(const struct stream *s, const struct run *run)
{
    struct bgp_msg msg;
    return run->size >= BGP_HEADER && bgp_next(run->bytes, run->size, s->largest, &msg) != BGP_NOT;
}

static enum step join_run(struct stream *s, struct run *run)
{
    bool found = begins_here(s, run);
    if (!found) {
        size_t out = sift(s, run->bytes, run->size, true, &found), rest = run->size - out;
        leave_out(s, out, run->ref);
        pass(s, run, out);
        if (rest && !found) {
            if (held_add(s, run, rest))
                pass(s, run, rest);
            else
                found = true; /* no room to be sure */
        }
    }
    if (found)
        go_on(s, READING);
    return AGAIN;
}

static enum step join_held(struct stream *s, struct run *run)
{
    struct held *h = &s->held;
    if (h->size < s->need) {
        if (!run)
            return STUCK;
        size_t lack = s->need - h->size, n = lack < run->size ? lack : run->size;
        if (!held_add(s, run, n)) { /* no room to be sure */
            go_on(s, READING);
            return AGAIN;
        }
        pass(s, run, n);
        if (h->size < s->need)
            return AGAIN;
    }
    bool found;
    size_t out = sift(s, held_bytes(h), h->size, h->ends, &found);
    if (out) {
        leave_out(s, out, held_ref(h, out - 1));
        held_drop(s, out);
    }
    if (found)
        go_on(s, READING);
    return AGAIN;
}

static enum step join(struct stream *s, struct run *run)
{
    if (s->held.size)
        return join_held(s, run);
    return run ? join_run(s, run) : STUCK;
}

/* ---- holes ---- */

struct gap {
    uint64_t size; /* 0: nothing is to be given up */
    bool truncated, missed;
    struct stream_ref ref;
};

/* What is missing in front and will not come. */
static struct gap find_gap(const struct stream *s)
{
    const struct piece *head = pieces_head(s);
    if (head && head->pos == s->at)
        return (struct gap){ head->run.size, true, false, head->run.ref };
    if (s->ripe > s->at) {
        uint64_t end = head && head->pos < s->ripe ? head->pos : s->ripe;
        /* one byte that nothing follows is a FIN that was not seen: RFC 9293 3.4 */
        if (end - s->at > 1 || head || s->front > end)
            return (struct gap){ end - s->at, false, true, s->ripe_ref };
    }
    if (s->finished && head)
        return (struct gap){ head->pos - s->at, false, false, head->run.ref };
    return (struct gap){ 0 };
}

static enum step give_hole(struct stream *s, const struct gap *gap, struct stream_item *out)
{
    out->kind = STREAM_HOLE;
    out->msg = (struct bgp_msg){ .fault = FAULT_COUNT };
    out->bytes = gap->size;
    out->truncated = gap->truncated;
    out->missed = gap->missed;
    out->first = out->last = gap->ref;
    if (gap->truncated)
        pieces_pop(s);
    s->at += gap->size;
    out->end_seq = (uint32_t)s->at;
    if (s->front < s->at)
        s->front = s->at;
    if (gap->size > s->skip) { /* else the next message begins where the last one said */
        s->skip = 0;
        go_on(s, JOINING);
    } else
        s->skip -= gap->size;
    return GIVEN;
}

/* Nothing more can be read: gives up what will not come, first the message that waits for it. */
static enum step give_up(struct stream *s, struct stream_item *out)
{
    struct held *h = &s->held;
    struct gap gap = find_gap(s);
    if (!gap.size && !s->finished)
        return STUCK;
    if (h->size >= BGP_HEADER && s->mode == READING)
        return give_held_cut(s, out);
    if (h->size >= BGP_HEADER) {
        go_on(s, READING); /* a place that was not sure */
        return AGAIN;
    }
    if (h->size)
        held_drop(s, h->size);
    return gap.size ? give_hole(s, &gap, out) : STUCK;
}

bool stream_next(struct stream *s, struct stream_item *out)
{
    enum step step = AGAIN;
    stream_release(s);
    out->bytes = 0;
    out->truncated = out->missed = false;
    while (step == AGAIN) {
        struct run *run = next_run(s);
        if (s->noise.bytes && s->mode == READING)
            step = give_noise(s, out);
        else if (run && s->skip)
            skip(s, run);
        else if (s->mode == READING)
            step = s->held.size ? read_held(s, run, out) : run ? read_run(s, run, out) : STUCK;
        else
            step = join(s, run);
        if (step == STUCK)
            step = s->noise.bytes ? give_noise(s, out) : give_up(s, out);
    }
    return step == GIVEN;
}
