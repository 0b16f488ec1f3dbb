/* Fragments in, whole packets out; memory bounded by the budget given to frag_new (frame.h). */
#ifndef DECODE_IP_FRAG_H
#define DECODE_IP_FRAG_H

#include "decode/frame.h"
#include "decode/ip.h"

/* What is known of the packet that a fragment belongs to. */
enum frag_kind {
    FRAG_UNKNOWN,
    FRAG_WANTED,
    FRAG_UNWANTED, /* known by its first fragment */
};

enum frag_got {
    FRAG_FOREIGN, /* of a packet that is not wanted */
    FRAG_BAD,     /* cannot be a fragment of any packet, or contradicts the others */
    FRAG_WAITS,   /* for the others; or a copy of one that came before */
    FRAG_WHOLE,   /* it was the last one missing: frag_whole */
};

/* payload: what was captured of it; size: what it was on the wire. */
enum frag_got frag_feed(struct frag_table *, const struct ip_head *, struct cursor payload, uint32_t size,
                        enum frag_kind, struct stamp when);
/* The packet from its header on, as if it had never been cut into fragments; *wire is its size when whole, more than
 * what is there if fragments were cut by the capture. Borrowed until the next frag_feed that gives FRAG_WHOLE. */
struct cursor frag_whole(const struct frag_table *, uint32_t *wire);

#endif
