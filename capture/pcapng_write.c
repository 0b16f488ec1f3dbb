/* Packets in, the blocks of a pcapng file out.
 *
 *     type (4), length (4), body, options: code (2), length (2), value, filled up to 4; … end of options; length (4) */
#include "capture/pcapng_write.h"

#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    OPTION_COMMENT = 1,
    OPTION_NAME = 2,       /* if_name */
    OPTION_RESOLUTION = 9, /* if_tsresol */
    OPTION_ID = 5,         /* epb_packetid */
    APPLICATION = 4,       /* shb_userappl */
};

static void put16(struct buf *b, unsigned n)
{
    const uint8_t bytes[] = { (uint8_t)n, (uint8_t)(n >> 8) };
    buf_add(b, (const char *)bytes, sizeof bytes);
}

static void put32(struct buf *b, uint32_t n)
{
    put16(b, n & 0xffff);
    put16(b, n >> 16);
}

static void put64(struct buf *b, uint64_t n)
{
    put32(b, (uint32_t)n);
    put32(b, (uint32_t)(n >> 32));
}

static void put_filled(struct buf *b, const void *bytes, size_t n)
{
    static const char zeros[4];
    buf_add(b, bytes, n);
    buf_add(b, zeros, (4 - n % 4) % 4);
}

static void put_option(struct buf *b, unsigned code, const void *value, size_t n)
{
    put16(b, code);
    put16(b, (unsigned)n);
    put_filled(b, value, n);
}

static void put_text(struct buf *b, unsigned code, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    if (n && n < 4096)
        put_option(b, code, text, n);
}

/* The length is known at the end of a block: its place is kept, as an offset, since the buffer moves. */
static size_t begin(struct buf *b, uint32_t type)
{
    size_t at = b->used;
    put32(b, type);
    put32(b, 0);
    return at;
}

static void end(struct buf *b, size_t at)
{
    uint32_t length = (uint32_t)(b->used - at) + 4;
    put32(b, length);
    if (b->lost)
        return;
    for (unsigned i = 0; i < 4; i++)
        b->text[at + 4 + i] = (char)(length >> 8 * i & 0xff);
}

void pcapng_put_section(struct buf *b, const char *comment)
{
    size_t at = begin(b, BLOCK_SECTION);
    put32(b, 0x1a2b3c4d);
    put16(b, 1); /* version 1.0 */
    put16(b, 0);
    put64(b, UINT64_MAX); /* its length is not known yet */
    put_text(b, OPTION_COMMENT, comment);
    put_text(b, APPLICATION, "routetap");
    put32(b, 0);
    end(b, at);
}

void pcapng_put_interface(struct buf *b, const struct pcapng_interface *i)
{
    static const uint8_t nanoseconds = 9;
    size_t at = begin(b, BLOCK_INTERFACE);
    put16(b, i->link & 0xffff);
    put16(b, 0);
    put32(b, i->snap);
    put_text(b, OPTION_NAME, i->name);
    put_option(b, OPTION_RESOLUTION, &nanoseconds, sizeof nanoseconds);
    put32(b, 0);
    end(b, at);
}

void pcapng_put_packet(struct buf *b, uint32_t interface, const struct packet *p, uint64_t id,
                       const char *comment)
{
    size_t at = begin(b, BLOCK_PACKET);
    uint64_t when = p->when.ns > 0 ? (uint64_t)p->when.ns : 0;
    put32(b, interface);
    put32(b, (uint32_t)(when >> 32));
    put32(b, (uint32_t)when);
    put32(b, p->size);
    put32(b, p->wire_size);
    put_filled(b, p->bytes, p->size);
    put_text(b, OPTION_COMMENT, comment);
    if (id) {
        put16(b, OPTION_ID);
        put16(b, 8);
        put64(b, id);
    }
    if (id || (comment && *comment))
        put32(b, 0);
    end(b, at);
}
