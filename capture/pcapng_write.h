/* Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, times in nanoseconds. Packets in, bytes behind
 * those that are in the buffer out; whoever has the buffer writes them to where they belong.
 *
 *     pcapng_put_section(&b, "what this is");
 *     pcapng_put_interface(&b, &eth0);            it is interface 0, the next one 1
 *     pcapng_put_packet(&b, 0, &packet, 17, NULL); */
#ifndef CAPTURE_PCAPNG_WRITE_H
#define CAPTURE_PCAPNG_WRITE_H

#include "base/buf.h"
#include "capture/packet.h"

struct pcapng_interface {
    const char *name; /* NULL: not said */
    uint32_t link;    /* LINKTYPE_ value */
    uint32_t snap;    /* 0: whole packets */
};

/* comment may be NULL. */
void pcapng_put_section(struct buf *, const char *comment);
void pcapng_put_interface(struct buf *, const struct pcapng_interface *);
/* id: by which the packet is found again (epb_packetid), 0: none. comment may be NULL. */
void pcapng_put_packet(struct buf *, uint32_t interface, const struct packet *, uint64_t id,
                       const char *comment);

#endif
