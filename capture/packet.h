/* One captured packet. The only header of capture/ that state/ may include. */
#ifndef CAPTURE_PACKET_H
#define CAPTURE_PACKET_H

#include "base/stamp.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet {
    struct stamp when;    /* by the clock of the capture */
    uint64_t number;      /* within its file: 1, 2, 3 … as other tools count them */
    uint32_t file;        /* which of the files given, from 0; interfaces count likewise */
    uint32_t link;        /* LINKTYPE_ value (tcpdump.org/linktypes.html) */
    const uint8_t *bytes; /* borrowed until the next source_next */
    uint32_t size;        /* bytes that are there */
    uint32_t wire_size;   /* bytes that were on the wire; more than size when cut */
    bool unheard;         /* live: nobody listened for a while before it, or the clock was set forward */
};

#endif
