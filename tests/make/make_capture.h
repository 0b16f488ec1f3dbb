/* Capture files in memory, record by record, well-formed or not. Numbers in, bytes of pcap or pcapng out.
 *
 *     struct buf b = make_capture();
 *     make_pcap(&b, &PCAP_LITTLE, 1);
 *     make_pcap_packet(&b, &PCAP_LITTLE, 10, 500, "abc", 3, 60);   */
#ifndef TESTS_MAKE_CAPTURE_H
#define TESTS_MAKE_CAPTURE_H

#include "base/buf.h"
#include "base/cursor.h"
#include <string.h>

static inline struct buf make_capture(void) { return buf_init(64 << 20); }
static inline struct cursor made(const struct buf *b)
{
    return cur_over((const uint8_t *)buf_text(b), b->used);
}

static inline void make_bytes(struct buf *b, const void *bytes, size_t n)
{
    if (n)
        buf_add(b, bytes, n);
}
static inline void make16(struct buf *b, bool big, uint32_t v)
{
    uint8_t x[2] = { (uint8_t)(big ? v >> 8 : v), (uint8_t)(big ? v : v >> 8) };
    make_bytes(b, x, sizeof x);
}
static inline void make32(struct buf *b, bool big, uint32_t v)
{
    make16(b, big, big ? v >> 16 : v & 0xffff);
    make16(b, big, big ? v & 0xffff : v >> 16);
}
static inline void make64(struct buf *b, bool big, uint64_t v)
{
    make32(b, big, (uint32_t)(big ? v >> 32 : v));
    make32(b, big, (uint32_t)(big ? v : v >> 32));
}

/* ---- pcap ---- */

struct make_pcap_kind {
    uint32_t magic;
    bool big;
    unsigned extra; /* bytes more in a packet's header */
};
static const struct make_pcap_kind PCAP_LITTLE = { 0xa1b2c3d4, false, 0 };

static inline void make_pcap(struct buf *b, const struct make_pcap_kind *k, uint32_t link)
{
    make32(b, k->big, k->magic);
    make16(b, k->big, 2);
    make16(b, k->big, 4);
    make64(b, k->big, 0);
    make32(b, k->big, 262144);
    make32(b, k->big, link);
}
static inline void make_pcap_packet(struct buf *b, const struct make_pcap_kind *k, uint32_t seconds,
                                    uint32_t fraction, const void *bytes, uint32_t size, uint32_t wire)
{
    static const uint8_t extra[16];
    make32(b, k->big, seconds);
    make32(b, k->big, fraction);
    make32(b, k->big, size);
    make32(b, k->big, wire);
    make_bytes(b, extra, k->extra);
    make_bytes(b, bytes, size);
}

/* ---- pcapng ---- */

static inline void make_filling(struct buf *b)
{
    static const uint8_t zeros[4];
    make_bytes(b, zeros, (4 - b->used % 4) % 4);
}
/* `body` is whole already; b must hold a multiple of 4 bytes. */
static inline void make_block(struct buf *b, bool big, uint32_t type, const void *body, size_t n)
{
    uint32_t length = (uint32_t)(12 + (n + 3) / 4 * 4);
    make32(b, big, type);
    make32(b, big, length);
    make_bytes(b, body, n);
    make_filling(b);
    make32(b, big, length);
}
static inline void make_made_block(struct buf *b, bool big, uint32_t type, struct buf *body)
{
    make_block(b, big, type, buf_text(body), body->used);
    buf_free(body);
}
static inline void make_option(struct buf *b, bool big, uint32_t code, const void *value, size_t n)
{
    make16(b, big, code);
    make16(b, big, (uint32_t)n);
    make_bytes(b, value, n);
    make_filling(b);
}

static inline void make_section(struct buf *b, bool big)
{
    struct buf body = make_capture();
    make32(&body, big, 0x1a2b3c4d);
    make16(&body, big, 1);
    make16(&body, big, 0);
    make64(&body, big, UINT64_MAX);
    make_made_block(b, big, 0x0a0d0d0a, &body);
}
/* resolution -1: not said. An offset of 0 is not said either. */
static inline void make_interface(struct buf *b, bool big, uint32_t link, uint32_t snap, int resolution,
                                  int64_t offset)
{
    struct buf body = make_capture(), value = make_capture();
    make16(&body, big, link);
    make16(&body, big, 0);
    make32(&body, big, snap);
    make_option(&body, big, 2, "eth0", 4); /* if_name */
    if (resolution >= 0)
        make_option(&body, big, 9, &(uint8_t){ (uint8_t)resolution }, 1);
    if (offset) {
        make64(&value, big, (uint64_t)offset);
        make_option(&body, big, 14, buf_text(&value), value.used);
    }
    make_option(&body, big, 0, NULL, 0);
    make_made_block(b, big, 1, &body);
    buf_free(&value);
}
static inline void make_ng_packet(struct buf *b, bool big, uint32_t interface, uint64_t ticks,
                                  const void *bytes, uint32_t size, uint32_t wire)
{
    struct buf body = make_capture();
    make32(&body, big, interface);
    make32(&body, big, (uint32_t)(ticks >> 32));
    make32(&body, big, (uint32_t)ticks);
    make32(&body, big, size);
    make32(&body, big, wire);
    make_bytes(&body, bytes, size);
    make_made_block(b, big, 6, &body);
}
static inline void make_old_packet(struct buf *b, bool big, uint32_t interface, uint64_t ticks,
                                   const void *bytes, uint32_t size, uint32_t wire)
{
    struct buf body = make_capture();
    make16(&body, big, interface);
    make16(&body, big, 0xffff); /* drops: not known */
    make32(&body, big, (uint32_t)(ticks >> 32));
    make32(&body, big, (uint32_t)ticks);
    make32(&body, big, size);
    make32(&body, big, wire);
    make_bytes(&body, bytes, size);
    make_made_block(b, big, 2, &body);
}
static inline void make_simple_packet(struct buf *b, bool big, const void *bytes, uint32_t size,
                                      uint32_t wire)
{
    struct buf body = make_capture();
    make32(&body, big, wire);
    make_bytes(&body, bytes, size);
    make_made_block(b, big, 3, &body);
}
static inline void make_statistics(struct buf *b, bool big, uint32_t interface, uint64_t ifdrop,
                                   uint64_t osdrop)
{
    struct buf body = make_capture(), value = make_capture();
    make32(&body, big, interface);
    make64(&body, big, 0);
    make64(&value, big, ifdrop);
    make_option(&body, big, 5, buf_text(&value), value.used);
    buf_clear(&value);
    make64(&value, big, osdrop);
    make_option(&body, big, 7, buf_text(&value), value.used);
    make_option(&body, big, 0, NULL, 0);
    make_made_block(b, big, 5, &body);
    buf_free(&value);
}

#endif
