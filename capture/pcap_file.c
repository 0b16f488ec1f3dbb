/* A pcap file in, its packets out. draft-ietf-opsawg-pcap
 *
 *   file     magic 4 · version 2+2 · reserved 4+4 · snap length 4 · link type 4
 *   packet   seconds 4 · fraction 4 · size 4 · size on the wire 4 [· 8 of the modified form] · bytes  */
#include "capture/reader.h"

#include <string.h>

enum { FILE_HEADER = 24, PACKET_HEADER = 16, PACKET_HEADER_MODIFIED = 24, ZEROS = 512 };

static const struct pcap_magic {
    uint32_t value; /* the first four bytes, read big-endian */
    uint32_t unit, header;
    bool big;
} magics[] = {
    { 0xd4c3b2a1, 1000, PACKET_HEADER, false },
    { 0xa1b2c3d4, 1000, PACKET_HEADER, true },
    { 0x4d3cb2a1, 1, PACKET_HEADER, false }, /* nanoseconds */
    { 0xa1b23c4d, 1, PACKET_HEADER, true },
    { 0x34cdb2a1, 1000, PACKET_HEADER_MODIFIED, false }, /* Kuznetzov's libpcap: interface, protocol, type */
    { 0xa1b2cd34, 1000, PACKET_HEADER_MODIFIED, true },
};

/* What a file system leaves of a file when the machine dies. */
static bool only_zeros(struct reader *r)
{
    if (!reader_has(r, ZEROS))
        return false; /* some empty packets, as they stand in files made by fuzzers */
    return !*r->at && !memcmp(r->at, r->at + 1, ZEROS - 1);
}

/* The size is 0 or more than a packet can have. */
static enum got odd_size(struct reader *r, uint32_t size)
{
    unsigned long long number = r->number + 1;
    if (size)
        return reader_damage(r, reader_offset(r),
                             "packet %llu claims to have %lu bytes, which makes no sense", number,
                             (unsigned long)size);
    if (only_zeros(r))
        return reader_damage(r, reader_offset(r), "there are only zeros where packet %llu should be", number);
    return GOT_PACKET;
}

static inline enum got next_packet(struct reader *r, struct packet *out, bool big)
{
    const struct pcap_form *form = &r->as.pcap;
    size_t header = form->header;
    reader_expect(r);
    if (!reader_has(r, header))
        return reader_ends_in_packet(r, reader_offset(r));
    uint32_t size = get32(r->at + 8, big);
    if (UNLIKELY(size - 1 >= PACKET_MAX)) {
        enum got got = odd_size(r, size);
        if (got != GOT_PACKET)
            return got;
    }
    if (!reader_has(r, header + size))
        return reader_ends_in_packet(r, reader_offset(r));
    const uint8_t *p = r->at;
    uint32_t wire = get32(p + 12, big);
    out->when.ns = (int64_t)get32(p, big) * NS_PER_S + (int64_t)get32(p + 4, big) * form->unit;
    r->facts->packets++;
    out->number = ++r->number;
    out->file = r->file;
    out->link = form->link;
    out->bytes = p + header;
    out->size = size;
    out->wire_size = wire > size ? wire : size;
    r->facts->bytes += out->wire_size;
    r->at = p + header + size;
    return GOT_PACKET;
}

static enum got next_little(struct reader *r, struct packet *out) { return next_packet(r, out, false); }
static enum got next_big(struct reader *r, struct packet *out) { return next_packet(r, out, true); }

static enum got next_torn(struct reader *r, struct packet *out)
{
    (void)out;
    return reader_ends(r, 0, "its header");
}

bool pcap_begin(struct reader *r)
{
    const struct pcap_magic *m = magics;
    while (m < magics + COUNT(magics) && m->value != get32(r->at, true))
        m++;
    if (m == magics + COUNT(magics))
        return false;
    if (!reader_has(r, FILE_HEADER)) {
        r->next = next_torn;
        return true;
    }
    /* The upper half tells of a frame check sequence and is reserved otherwise. */
    uint32_t link = get32(r->at + 20, m->big) & 0xffff;
    r->as.pcap = (struct pcap_form){ link, m->unit, m->header };
    r->facts->link = link;
    r->next = m->big ? next_big : next_little;
    r->at += FILE_HEADER;
    return true;
}
