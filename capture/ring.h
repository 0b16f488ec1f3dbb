/* The packets of interest, kept on disk in a ring of pcapng files of bounded size, so that evidence is at hand. Packets
 * in; files FOLDER/evidence-NNNNNNNN.pcapng out, the oldest of which go.
 *
 * What goes wrong with the disk stops nothing: packets are passed over, it is tried again after a while, and ring_why
 * tells. */
#ifndef CAPTURE_RING_H
#define CAPTURE_RING_H

#include "base/err.h"
#include "capture/pcapng_write.h"

struct ring;

/* The folder is made if it is not there. NULL: *why, and a sentence. Interfaces are borrowed for the ring's life. */
struct ring *ring_open(const char *folder, uint64_t size, const struct pcapng_interface *interfaces,
                       unsigned count, enum err *why, char message[300]);
/* id: as in pcapng_put_packet. */
void ring_put(struct ring *, const struct packet *, uint64_t id);
/* What was put is with the system afterwards. About once a second. */
void ring_flush(struct ring *);
/* What is wrong now, or "". Borrowed. */
const char *ring_why(const struct ring *);
uint64_t ring_lost(const struct ring *); /* packets that could not be kept */
void ring_resize(struct ring *, uint64_t size);
void ring_close(struct ring *);

#endif
