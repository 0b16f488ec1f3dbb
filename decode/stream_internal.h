/* What the parts of a stream share: stream.c takes segments and acknowledgements in, stream_pieces.c keeps what came
 * before its turn, stream_held.c the beginning of a message whose end is awaited, stream_read.c gives items out. */
#ifndef DECODE_STREAM_INTERNAL_H
#define DECODE_STREAM_INTERNAL_H

#include "decode/stream.h"

enum {
    PIECES_MOST = 4096, /* a walk over all of them is still short */
    HELD_SMALL = 64,    /* most messages are shorter: their beginning needs no memory of its own */
    HELD_MARKS = 4,
};

/* Bytes to be read that stand in one place: the segment in hand, or one that was kept. */
struct run {
    const uint8_t *bytes; /* NULL: cut away at the snapshot length */
    size_t size;
    struct stream_ref ref;
};

/* A run that came before its turn. */
struct piece {
    uint64_t pos;
    struct run run;
    size_t room; /* what it takes of the pool */
    uint8_t bytes[];
};

/* In the order of their positions, none over another. */
struct pieces {
    struct piece **list; /* list[first] is the lowest */
    uint32_t first, count, room;
};

/* Where the bytes of `held` up to `end` were seen. */
struct mark {
    size_t end;
    struct stream_ref ref;
};

/* The beginning of a message: the bytes just before stream.at. */
struct held {
    uint8_t *bytes; /* `small`, or from the heap */
    size_t start, size, room;
    size_t given; /* of the item given last: left when the next one is asked for */
    bool ends;    /* a segment ends where they end */
    unsigned mark_count;
    struct mark marks[HELD_MARKS];
    uint8_t small[HELD_SMALL];
};

enum stream_mode {
    READING, /* a message begins at the front */
    JOINING, /* where one begins is sought: in mid-stream, or behind a hole */
    LOST,    /* the same behind what is no BGP: what is left out is noise */
};

struct noise {
    enum fault_code fault;
    uint8_t type;
    uint16_t length;
    uint64_t bytes; /* left out and not told yet */
    struct stream_ref first, last;
};

/* Positions have 64 bits; the low 32 are the sequence number, so nothing but stream_position knows of its circle. */
struct stream {
    struct stream_pool *pool;
    size_t kept; /* its part of pool->used */

    bool begun, midway, finished, fin_known, ack_seen, waiting;
    enum stream_mode mode;
    unsigned largest;
    uint64_t at;     /* the next byte to be read; what is held is before it */
    uint64_t skip;   /* bytes from `at` on that belong to a message of which nothing more is told */
    size_t need;     /* no use to look again before so many bytes are held */
    uint64_t origin; /* the first byte */
    uint64_t front;  /* behind the last byte seen */
    uint64_t fin;    /* nothing follows */

    uint64_t acked;                          /* the highest acknowledgement */
    uint64_t ripe;                           /* what is missing before it is given up */
    uint64_t waiting_for;                    /* to be ripe soon */
    unsigned later;                          /* segments and acknowledgements since */
    struct stream_ref ripe_ref, waiting_ref; /* the acknowledgements that said so */

    uint32_t far_seq; /* a number that cannot be, seen far_count times in a row */
    unsigned far_count;
    unsigned late; /* what to say at the next feed */

    struct run live; /* of the segment in hand: borrowed */
    struct pieces pieces;
    struct piece *spent; /* borrowed by the item given last */
    struct held held;
    struct noise noise;
};

/* Bytes on their way in: what was seen of them, and what was cut away behind. */
struct arrival {
    uint64_t pos, seen, end;
    const uint8_t *bytes;
    struct stream_ref ref;
};

/* ---- stream_pieces.c ---- */

/* Room in the pool. Pieces leave an eighth for the messages that are being put together: without it a full pool could
 * never be emptied. */
bool stream_take(struct stream *, size_t bytes, bool early);
void stream_give(struct stream *, size_t bytes);
/* What of it is new is made the run in hand if it is next, else kept. Returns bits of enum stream_got. */
unsigned pieces_put(struct stream *, struct arrival);
/* The lowest, or NULL. */
struct piece *pieces_head(const struct stream *);
/* The lowest is done with: its bytes live on as stream.spent. */
void pieces_pop(struct stream *);
void pieces_clear(struct stream *);

/* ---- stream_held.c ---- */

/* Copies the first n bytes of the run. False without room: never as long as HELD_SMALL bytes are not exceeded. */
MUST_USE bool held_add(struct stream *, const struct run *, size_t n);
/* The first n bytes are done with. */
void held_drop(struct stream *, size_t n);
static inline const uint8_t *held_bytes(const struct held *h) { return h->bytes + h->start; }
/* Where its byte at that offset was seen. */
struct stream_ref held_ref(const struct held *, size_t offset);

/* ---- stream_read.c ---- */

/* Takes back what the item given last has borrowed. */
void stream_release(struct stream *);

#endif
