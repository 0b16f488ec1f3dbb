/* The bytes of one direction of one TCP connection, as they were seen, in the order of sequence numbers. */
#ifndef VEIL_FLOW_H
#define VEIL_FLOW_H

#include "decode/bgp/bgp.h"
#include "veil/veil_internal.h"

struct flow_part {
    size_t from, to; /* bytes that were seen */
};

struct flow_run {
    struct flow_run *older; /* an earlier connection between the same ports */
    struct flow_run *other; /* the other direction */
    uint64_t born;          /* the packet that began it */
    uint32_t base;          /* sequence number of bytes[0] */
    bool started;           /* its SYN was seen */
    size_t on_syn;          /* bytes that stood on it */
    unsigned shift;         /* 1: its maker forgot that a SYN takes a sequence number */
    uint8_t *bytes;
    size_t size, room;       /* behind the last byte that was seen */
    struct flow_part *parts; /* in order, none touching another */
    unsigned part_count, part_room;
    /* of what is in it */
    bool has_open, known;
    struct bgp_open *open;
    struct bgp_ctx ctx;
};

struct flow_key {
    uint8_t src[16], dst[16];
    uint16_t sport, dport;
};

struct flow {
    struct flow_key key;
    struct flow_run *last;
};

/* Keeps bytes where none were kept yet. */
void flow_store(struct veil *, struct flow_run *, size_t at, const uint8_t *bytes, size_t n);
/* What is there, zeros for the rest. */
void flow_fetch(const struct flow_run *, size_t at, uint8_t *bytes, size_t n);
void flow_free(struct flow *);
/* How its messages are to be read; then rewritten in place. */
void flow_read_open(struct veil *, struct flow_run *);
void flow_agree(struct veil *, struct flow_run *);
void flow_rewrite(struct veil *, struct flow_run *);

#endif
