/* One direction of one TCP connection: segments in, BGP messages out, in the order of their sequence numbers.
 *
 * Nothing is copied while segments come in order: a message that lies whole in one segment is borrowed from the
 * packet; only a message that spans segments, and segments that came early, are kept. Every hole is said aloud.
 *
 *     stream_feed(s, &segment, ref);
 *     while (stream_next(s, &item)) …          // now: items borrow from the packet, and what is not read while its
 *                                              // bytes are there counts as dropped; also after stream_acked
 */
#ifndef DECODE_STREAM_H
#define DECODE_STREAM_H

#include "base/stamp.h"
#include "decode/bgp/bgp.h"
#include "decode/tcp.h"

struct stream;

/* What all streams of a capture may keep, together and each. Segments that came early leave an eighth of it to messages
 * that are being put together; a message for whose end there is no room is told cut. */
struct stream_pool {
    size_t each, total; /* bytes: ceilings */
    size_t used;        /* now, all streams */
    size_t most;        /* the most that was ever used */
};

/* Where bytes were seen. */
struct stream_ref {
    uint64_t frame;
    uint32_t file;
    struct stamp when;
};

/* What became of a segment: bits. */
enum stream_got {
    STREAM_NEW = 1,      /* it carried bytes that were not seen before */
    STREAM_OLD = 2,      /* it carried bytes that were seen before */
    STREAM_EARLY = 4,    /* bytes are missing between the stream's front (stream_front before it) and it */
    STREAM_FILLED = 8,   /* it closed a hole: no bytes are missing any more between some that were seen */
    STREAM_DIFFERS = 16, /* bytes seen before, and now they are others (first ones are kept) */
    STREAM_PROBE = 32,   /* a keep-alive or window probe: one old byte, or none, before the front */
    STREAM_DROPPED =
        64, /* no room, or numbers that cannot be: bytes of it, or of the one before, were not kept */
};

enum stream_kind {
    STREAM_MESSAGE, /* item.msg; msg.cut if only its first bytes are known */
    STREAM_HOLE, /* item.bytes were never seen, and will not be: the receiver acknowledged them (the capture
                       missed them), they were cut at the snapshot length, or (neither missed nor truncated) the stream
                       came to its end without them: lost on their way */
    STREAM_NOISE, /* item.bytes that are no BGP (item.msg.fault, item.msg.length and type as read): a header that no
                       implementation may send; reading goes on at the next place that makes sense. What goes on over
                       several segments is told with each */
};

struct stream_item {
    enum stream_kind kind;
    struct bgp_msg msg;      /* borrowed until the next stream_feed or stream_next */
    struct stream_ref last;  /* where its last byte was seen first */
    struct stream_ref first; /* where its first byte was seen first */
    uint64_t bytes;          /* STREAM_HOLE, STREAM_NOISE */
    bool truncated;          /* STREAM_HOLE: by the snapshot length */
    bool missed;             /* STREAM_HOLE: acknowledged, never seen */
    uint32_t end_seq;        /* sequence number behind it; of a cut message, where it would end */
};

/* NULL without memory. The pool must outlive the stream. */
struct stream *stream_new(struct stream_pool *);
void stream_free(struct stream *);

/* The SYN of this direction: its bytes begin at seq + 1 (data on a SYN is fed as a segment as usual). */
void stream_start(struct stream *, uint32_t isn);
/* A segment of this direction. Payload that follows a FIN is ignored. Returns bits of enum stream_got.
 * Without stream_start the stream joins in the middle: at the first place where bgp_resync finds a message and, unless
 * a segment begins or ends with it, another behind it. Numbers far from all that was seen are ignored until several in
 * a row agree. */
unsigned stream_feed(struct stream *, const struct segment *, struct stream_ref);
/* The other side acknowledged everything before `ack`. Holes below it are given up after a moment's grace (packets
 * may stand in the capture a little out of order): three later feeds or acks, or 20 ms. Of a stream that is never
 * acknowledged (one direction captured), holes are given up when its sender went on for seconds. */
void stream_acked(struct stream *, uint32_t ack, struct stream_ref);
/* What OPENs agreed: BGP_LARGEST_EXTENDED from now on. A stream that joined midway finds out by itself. */
void stream_set_largest(struct stream *, unsigned largest);
/* No more segments will come: the rest, cut as it is, can be had by stream_next. */
void stream_finish(struct stream *);

/* The next item, if there is one. */
bool stream_next(struct stream *, struct stream_item *out);

/* The highest sequence number seen (behind the last byte), whether or not there are holes; valid after a feed. */
uint32_t stream_front(const struct stream *);
/* Everything before it was seen, or given up. */
uint32_t stream_base(const struct stream *);
bool stream_joined_midway(const struct stream *);

/* a is before b on the circle of sequence numbers. RFC 9293 3.4 */
static inline bool seq_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

#endif
