/* Between whom a packet goes: its own ends, and those of the packet that it quotes if it is an ICMP error. */
#ifndef CLI_ENDS_H
#define CLI_ENDS_H

#include "base/macros.h"
#include "capture/packet.h"
#include "decode/frame.h"

struct ends_reader {
    struct frame_want want;
    struct frag_table *frags; /* owned */
};

struct ends {
    struct addr src, dst;
};

/* Ports of BGP; none: 179. False without memory. */
MUST_USE bool ends_init(struct ends_reader *, const uint16_t *ports, unsigned count);
void ends_free(struct ends_reader *);
/* How many pairs there are: 0, 1 or 2. */
unsigned ends_of(struct ends_reader *, const struct packet *, struct ends out[2]);

#endif
