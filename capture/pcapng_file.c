/* A pcapng file in, its packets out. draft-ietf-opsawg-pcapng
 *
 *   block    type 4 · total length 4 · body · total length 4
 *
 * One call of `next` takes one block. Every block is in the buffer whole before a byte of its body is looked
 * at; only those that nobody needs, and that are bigger than the buffer, are passed over piece by piece. */
#include "capture/pcapng.h"

#include "base/grow.h"
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET_OLD = 2,
    BLOCK_PACKET_SIMPLE = 3,
    BLOCK_STATISTICS = 5,
    BLOCK_PACKET = 6,
    BLOCK_JOURNAL = 9, /* of systemd */
    BLOCK_CUSTOM = 0x00000bad,
    BLOCK_CUSTOM_NO_COPY = 0x40000bad,
    BLOCK_SYSDIG_EVENT = 0x204,
    BLOCK_SYSDIG_EVENT_2 = 0x216,
    BLOCK_SYSDIG_EVENT_LARGE = 0x221,
};

enum {
    BLOCK_FRAME = 12,          /* type and both lengths */
    BLOCK_SKIP_MAX = 16 << 20, /* as Wireshark has it; more is a length that is none */
    INTERFACES_MAX = 65536,    /* in a section */
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
};

/* A whole block: its body without the frame. */
struct block {
    uint32_t type;
    const uint8_t *body;
    uint32_t size;
    uint64_t offset;
};

static bool carries_packet(uint32_t type)
{
    return type == BLOCK_PACKET || type == BLOCK_PACKET_SIMPLE || type == BLOCK_PACKET_OLD;
}

/* No packets, and yet Wireshark gives each of these a number of its own. */
static bool takes_number(uint32_t type)
{
    switch (type) {
    case BLOCK_JOURNAL:
    case BLOCK_CUSTOM:
    case BLOCK_CUSTOM_NO_COPY:
    case BLOCK_SYSDIG_EVENT:
    case BLOCK_SYSDIG_EVENT_2:
    case BLOCK_SYSDIG_EVENT_LARGE: return true;
    default: return false;
    }
}

static enum got ends_in_block(struct reader *r, uint64_t offset, uint32_t type)
{
    return carries_packet(type) ? reader_ends_in_packet(r, offset) : reader_ends(r, offset, "a block");
}

static enum got bad_length(struct reader *r, uint64_t offset, uint32_t length)
{
    return reader_damage(r, offset,
                         "after packet %llu a block claims to have %lu bytes, which makes no sense",
                         (unsigned long long)r->number, (unsigned long)length);
}

static enum got bad_trailer(struct reader *r, uint64_t offset, uint32_t length, uint32_t trailer)
{
    return reader_damage(r, offset, "after packet %llu a block gives its length as %lu and as %lu",
                         (unsigned long long)r->number, (unsigned long)length, (unsigned long)trailer);
}

static enum got bad_packet(struct reader *r, uint64_t offset, const char *what)
{
    return reader_damage(r, offset, "packet %llu %s", (unsigned long long)r->number + 1, what);
}

/* ---- packets ---- */

static inline enum got put_packet(struct reader *r, struct packet *out, const struct interface *face,
                                  const uint8_t *bytes, uint32_t size, uint32_t wire)
{
    r->facts->packets++;
    out->number = ++r->number;
    out->file = r->file;
    out->link = face->link;
    out->bytes = bytes;
    out->size = size;
    out->wire_size = wire > size ? wire : size;
    r->facts->bytes += out->wire_size;
    r->as.pcapng.last = out->when;
    return GOT_PACKET;
}

/* Enhanced Packet Block:  interface 4 · time 4+4 · size 4 · size on the wire 4 · bytes · options
 * Packet Block (obsolete): interface 2 · drops 2, then the same */
static inline enum got timed_packet(struct reader *r, const struct block *b, struct packet *out, bool big)
{
    if (UNLIKELY(b->size < 20))
        return bad_length(r, b->offset, b->size + BLOCK_FRAME);
    const uint8_t *p = b->body;
    uint32_t which = b->type == BLOCK_PACKET ? get32(p, big) : get16(p, big);
    uint32_t size = get32(p + 12, big);
    if (UNLIKELY(which >= r->as.pcapng.count))
        return bad_packet(r, b->offset, "is of an interface that was not described");
    if (UNLIKELY(size > b->size - 20 || size > PACKET_MAX))
        return bad_packet(r, b->offset, "claims to have more bytes than it can");
    const struct interface *face = &r->as.pcapng.at[which];
    uint64_t ticks = (uint64_t)get32(p + 4, big) << 32 | get32(p + 8, big);
    out->when = ticks <= face->quick_ticks
                    ? (struct stamp){ (int64_t)(ticks * face->quick_unit) + face->quick_add }
                    : interface_time(face, ticks);
    return put_packet(r, out, face, p + 20, size, get32(p + 16, big));
}

/* Simple Packet Block: size on the wire 4 · bytes. It is of the first interface, cut at its snap length, and
 * has no time: we give it that of the packet before. */
static enum got simple_packet(struct reader *r, const struct block *b, struct packet *out, bool big)
{
    if (b->size < 4)
        return bad_length(r, b->offset, b->size + BLOCK_FRAME);
    if (!r->as.pcapng.count)
        return bad_packet(r, b->offset, "is of an interface that was not described");
    const struct interface *face = r->as.pcapng.at;
    uint32_t wire = get32(b->body, big), size = wire;
    if (face->snap && size > face->snap)
        size = face->snap;
    if (size > b->size - 4) /* the snap length may have been lost on the way */
        size = b->size - 4;
    if (size > PACKET_MAX)
        return bad_packet(r, b->offset, "claims to have more bytes than it can");
    out->when = r->as.pcapng.last;
    return put_packet(r, out, face, b->body + 4, size, wire);
}

/* ---- the other blocks ---- */

static bool room_for_interface(struct pcapng_form *form)
{
    return grow(&form->at, form->count, &form->room, sizeof *form->at, 4, UINT32_MAX);
}

static enum got interface_block(struct reader *r, const struct block *b)
{
    struct pcapng_form *form = &r->as.pcapng;
    struct interface face;
    if (form->count >= INTERFACES_MAX)
        return reader_damage(r, b->offset, "describes more than %d interfaces", INTERFACES_MAX);
    if (!interface_read(&face, b->body, b->size, form->big))
        return reader_damage(r, b->offset, "after packet %llu an interface's description makes no sense",
                             (unsigned long long)r->number);
    if (!room_for_interface(form)) {
        r->why = ERR_MEMORY;
        return GOT_FAILED;
    }
    form->at[form->count++] = face;
    if (!form->linked)
        r->facts->link = face.link;
    else if (r->facts->link != face.link)
        r->facts->several_links = true;
    form->linked = true;
    return GOT_NOTHING;
}

/* Counts grow from the beginning of the capture: of an interface's blocks the last one tells all. */
static enum got statistics_block(struct reader *r, const struct block *b)
{
    struct pcapng_form *form = &r->as.pcapng;
    uint32_t which;
    uint64_t dropped;
    if (!statistics_read(b->body, b->size, form->big, &which, &dropped) || which >= form->count)
        return GOT_NOTHING; /* no packet hangs on it */
    struct interface *face = &form->at[which];
    if (dropped > face->dropped) {
        r->facts->dropped += dropped - face->dropped;
        face->dropped = dropped;
    }
    return GOT_NOTHING;
}

static enum got other_block(struct reader *r, const struct block *b, struct packet *out)
{
    switch (b->type) {
    case BLOCK_PACKET_OLD: return timed_packet(r, b, out, r->as.pcapng.big);
    case BLOCK_PACKET_SIMPLE: return simple_packet(r, b, out, r->as.pcapng.big);
    case BLOCK_INTERFACE: return interface_block(r, b);
    case BLOCK_STATISTICS: return statistics_block(r, b);
    default: /* "MUST be skipped", section 3.1 of the draft */
        r->number += takes_number(b->type);
        return GOT_NOTHING;
    }
}

/* ---- block after block ---- */

/* A block that nobody needs and that the buffer cannot hold. */
static enum got skip_block(struct reader *r, uint32_t type, uint32_t length, bool big)
{
    uint64_t offset = reader_offset(r);
    if (length > BLOCK_SKIP_MAX || carries_packet(type) || type == BLOCK_INTERFACE)
        return bad_length(r, offset, length);
    if (!reader_skip(r, length - 4) || !reader_has(r, 4))
        return reader_ends(r, offset, "a block");
    uint32_t trailer = get32(r->at, big);
    if (trailer != length)
        return bad_trailer(r, offset, length, trailer);
    r->at += 4;
    r->number += takes_number(type);
    return GOT_NOTHING;
}

static enum got next_little(struct reader *, struct packet *);
static enum got next_big(struct reader *, struct packet *);

static bool byte_order(const uint8_t *magic, bool *big)
{
    *big = get32(magic, true) == BYTE_ORDER_MAGIC;
    return *big || get32(magic, false) == BYTE_ORDER_MAGIC;
}

/* Section Header Block: byte order magic 4 · version 2+2 · section length 8 · options
 * A section has its own byte order and its own interfaces. Its length we don't need: blocks follow anyway. */
static enum got section_block(struct reader *r)
{
    uint64_t offset = reader_offset(r);
    if (!reader_has(r, BLOCK_FRAME + 16))
        return reader_ends(r, offset, "a section's header");
    bool big;
    if (!byte_order(r->at + 8, &big))
        return reader_damage(r, offset, "a section's byte order makes no sense");
    uint32_t length = get32(r->at + 4, big);
    if (length % 4 || length < BLOCK_FRAME + 16 || length > BUFFER_MAX)
        return bad_length(r, offset, length);
    if (!reader_has(r, length))
        return reader_ends(r, offset, "a section's header");
    uint32_t trailer = get32(r->at + length - 4, big);
    if (trailer != length)
        return bad_trailer(r, offset, length, trailer);
    unsigned major = get16(r->at + 12, big);
    if (major != 1)
        return reader_damage(r, offset, "a section is of format version %u, which is not known here", major);
    r->as.pcapng.big = big;
    r->as.pcapng.count = 0;
    r->next = big ? next_big : next_little;
    r->at += length;
    return GOT_NOTHING;
}

static inline enum got next_block(struct reader *r, struct packet *out, bool big)
{
    if (!reader_has(r, BLOCK_FRAME)) {
        uint32_t type = (size_t)(r->end - r->at) >= 4 ? get32(r->at, big) : 0;
        return ends_in_block(r, reader_offset(r), type);
    }
    uint32_t type = get32(r->at, big), length = get32(r->at + 4, big);
    if (UNLIKELY(type == BLOCK_SECTION))
        return section_block(r);
    if (UNLIKELY(length % 4 || length < BLOCK_FRAME))
        return bad_length(r, reader_offset(r), length);
    if (UNLIKELY(length > BUFFER_MAX))
        return skip_block(r, type, length, big);
    if (!reader_has(r, length))
        return ends_in_block(r, reader_offset(r), type);
    const uint8_t *p = r->at;
    uint32_t trailer = get32(p + length - 4, big);
    if (UNLIKELY(trailer != length))
        return bad_trailer(r, reader_offset(r), length, trailer);
    struct block b = { type, p + 8, length - BLOCK_FRAME, reader_offset(r) };
    r->at = p + length;
    return LIKELY(type == BLOCK_PACKET) ? timed_packet(r, &b, out, big) : other_block(r, &b, out);
}

static enum got next_little(struct reader *r, struct packet *out) { return next_block(r, out, false); }
static enum got next_big(struct reader *r, struct packet *out) { return next_block(r, out, true); }

static void pcapng_free(struct reader *r) { free(r->as.pcapng.at); }

bool pcapng_begin(struct reader *r)
{
    if (get32(r->at, true) != BLOCK_SECTION)
        return false;
    if (reader_has(r, 12) && !byte_order(r->at + 8, &r->as.pcapng.big))
        return false; /* some text */
    r->as.pcapng = (struct pcapng_form){ .at = NULL };
    r->free_form = pcapng_free;
    r->next = next_little; /* the first block is a section's header, and says which */
    return true;
}
