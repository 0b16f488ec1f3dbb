/* The bytes of a direction in; its messages anonymised, all else zeroed, out. */
#include "veil/flow.h"

#include <stdlib.h>

enum { MARKER = 16 };

struct reader {
    struct veil *veil;
    struct flow_run *run;
    struct bgp_guess *guess; /* this time messages are only weighed; NULL: they are rewritten */
    unsigned largest;
    size_t next; /* where the next message begins, if that is known */
    bool known;
};

static void zero(const struct reader *r, size_t from, size_t to)
{
    if (from < to && !r->guess)
        memset(r->run->bytes + from, 0, to - from);
}

/* What may be a header, or its beginning: nothing but ones is a marker. */
static void keep_header(const struct reader *r, size_t at, size_t n)
{
    for (size_t i = 0; i < n && i < MARKER; i++)
        if (r->run->bytes[at + i] != 0xff)
            zero(r, at + i, at + i + 1);
}

static void message(const struct reader *r, size_t at, size_t there, const struct bgp_msg *msg, bool bgp)
{
    struct brush b = brush_over(r->run->bytes + at, there);
    if (!r->guess)
        veil_bgp(r->veil, &b, bgp ? msg->type : 0, &r->run->ctx);
    else if (bgp && msg->type == BGP_UPDATE && there == msg->length)
        bgp_guess_feed(r->guess, msg);
}

/* At a place where a message should begin. How many bytes it has; it may end behind `end`. */
static size_t read_one(struct reader *r, size_t at, size_t end)
{
    struct bgp_msg msg;
    const uint8_t *bytes = r->run->bytes + at;
    size_t left = end - at;
    enum bgp_got got = bgp_next(bytes, left, r->largest, &msg);
    bool whole = left >= BGP_HEADER, noise = got == BGP_NOT;
    size_t length = whole ? get16(bytes + MARKER) : 0;
    if (whole && length >= BGP_HEADER && length <= r->largest &&
        (!noise || msg.fault != FAULT_BGP_HEADER_MARKER)) {
        message(r, at, length < left ? length : left, &msg, !noise);
        return length;
    }
    size_t head = whole ? BGP_HEADER : left;
    keep_header(r, at, head);
    r->known = false;
    return head;
}

static void read_part(struct reader *r, size_t at, size_t end)
{
    while (at < end) {
        if (!r->known) {
            size_t skip = bgp_resync(r->run->bytes + at, end - at, r->largest);
            zero(r, at, at + skip);
            at += skip;
            r->known = at < end;
        } else
            at += read_one(r, at, end);
    }
    r->next = at;
}

static void read_all(struct reader *r)
{
    const struct flow_run *run = r->run;
    r->known = run->started;
    r->next = 0;
    for (unsigned i = 0; i < run->part_count; i++) {
        size_t at = run->parts[i].from, end = run->parts[i].to;
        if (r->known && r->next > at) { /* the end of a message whose middle is missing */
            size_t until = r->next < end ? r->next : end;
            zero(r, at, until);
            at = until;
        } else if (r->next != at)
            r->known = false; /* messages are missing, too */
        if (at < end)
            read_part(r, at, end);
    }
}

/* Its OPEN, if the first bytes that were seen are one. */
void flow_read_open(struct veil *v, struct flow_run *run)
{
    struct bgp_msg msg;
    if (!run->part_count)
        return;
    const struct flow_part *first = &run->parts[0];
    if (bgp_next(run->bytes + first->from, first->to - first->from, BGP_LARGEST, &msg) == BGP_NOT ||
        msg.type != BGP_OPEN || !(run->open = malloc(sizeof *run->open)))
        return;
    msg.cut = cur_left(&msg.body) + BGP_HEADER < msg.length;
    bgp_open_read(&msg, run->open);
    if (run->open->router_id && v->options.keep_order)
        key_meet(&v->key, run->open->router_id);
    run->has_open = !msg.cut;
}

void flow_agree(struct veil *v, struct flow_run *run)
{
    const struct flow_run *other = run->other;
    struct bgp_guess guess = { 0 };
    struct reader r = { v, run, &guess, BGP_LARGEST_EXTENDED, 0, false };
    run->known = run->has_open && other && other->has_open;
    if (run->known) {
        run->ctx = bgp_negotiate(run->open, other->open);
        return;
    }
    read_all(&r);
    run->ctx = bgp_guess_ctx(&guess);
}

void flow_rewrite(struct veil *v, struct flow_run *run)
{
    struct reader r = { v, run, NULL, BGP_LARGEST_EXTENDED, 0, false };
    if (run->known && !run->ctx.extended)
        r.largest = BGP_LARGEST;
    read_all(&r);
}
