/* What the blocks of a pcapng file say of an interface. Block bodies in, values out; shared by pcapng_file.c
 * and pcapng_options.c alone. */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include "capture/reader.h"

struct interface {
    uint32_t link, snap;
    uint8_t resolution; /* if_tsresol: a power of 10, or of 2 with the top bit */
    int64_t add;        /* if_tsoffset: seconds */
    uint64_t dropped;   /* as its last statistics say */
    /* Time stamps up to quick_ticks are one multiplication and one addition, which is all of them but those
     * of odd units and those before 1970 or after 2106. */
    uint64_t quick_ticks, quick_unit;
    int64_t quick_add;
};

/* From the body of an Interface Description Block; false if it makes no sense. */
MUST_USE bool interface_read(struct interface *, const uint8_t *body, uint32_t size, bool big);
/* Any time stamp; those outside of 1970 to 2106 become the nearest inside, as a pcap file has them. */
struct stamp interface_time(const struct interface *, uint64_t ticks);
/* From the body of an Interface Statistics Block: of which interface, and how many packets it lost. */
MUST_USE bool statistics_read(const uint8_t *body, uint32_t size, bool big, uint32_t *which,
                              uint64_t *dropped);

#endif
