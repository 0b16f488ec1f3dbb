/* Builds BGP messages byte by byte, so that a test reads like a story and needs no binary file.
 *
 *     struct made m;
 *     make_update(&m);
 *     make_prefix(&m, "10.1.0.0/16");         // withdrawn
 *     size_t attrs = make_attrs(&m);
 *     make_attr(&m, 0x40, 1, "\0", 1);        // ORIGIN
 *     make_nlri(&m, attrs);
 *     make_prefix(&m, "10.2.0.0/16");         // announced
 *     make_end(&m);
 *     struct bgp_msg msg = make_msg(&m);
 *
 * Nothing is checked: a test that wants a broken message gets one. A `made` holds one message or several. */
#ifndef TESTS_MAKE_BGP_H
#define TESTS_MAKE_BGP_H

#include "base/addr.h"
#include "decode/bgp/bgp.h"
#include <stdlib.h>
#include <string.h>

struct made {
    size_t used, start;   /* start: of the message that was begun last */
    uint8_t bytes[70000]; /* the longest message (RFC 8654), and a little */
};

/* ---- bytes: each returns where it began ---- */

static inline size_t make_bytes(struct made *m, const void *bytes, size_t n)
{
    size_t at = m->used;
    if (n > sizeof m->bytes - at)
        abort();
    if (n)
        memcpy(m->bytes + at, bytes, n);
    m->used += n;
    return at;
}
static inline size_t make_u8(struct made *m, unsigned n)
{
    return make_bytes(m, &(uint8_t){ (uint8_t)n }, 1);
}
static inline size_t make_u16(struct made *m, unsigned n)
{
    size_t at = make_u8(m, n >> 8);
    make_u8(m, n);
    return at;
}
static inline size_t make_u24(struct made *m, unsigned n)
{
    size_t at = make_u8(m, n >> 16);
    make_u16(m, n);
    return at;
}
static inline size_t make_u32(struct made *m, uint32_t n)
{
    size_t at = make_u16(m, n >> 16);
    make_u16(m, n);
    return at;
}
static inline size_t make_text(struct made *m, const char *text) { return make_bytes(m, text, strlen(text)); }

/* Puts how many bytes were written behind the length field at `at` into that field. */
static inline void make_length8(struct made *m, size_t at) { m->bytes[at] = (uint8_t)(m->used - at - 1); }
static inline void make_length16(struct made *m, size_t at)
{
    m->bytes[at] = (uint8_t)((m->used - at - 2) >> 8);
    m->bytes[at + 1] = (uint8_t)(m->used - at - 2);
}

/* ---- messages ---- */

/* Begins a message behind what is there: marker, length to come, type. */
static inline void make_more(struct made *m, unsigned type)
{
    m->start = m->used;
    for (unsigned i = 0; i < 16; i++)
        make_u8(m, 0xff);
    make_u16(m, 0);
    make_u8(m, type);
}
static inline void make_begin(struct made *m, unsigned type)
{
    m->used = 0;
    make_more(m, type);
}
/* The message is whole: its length is known now. */
static inline void make_end(struct made *m)
{
    size_t length = m->used - m->start;
    m->bytes[m->start + 16] = (uint8_t)(length >> 8);
    m->bytes[m->start + 17] = (uint8_t)length;
}
/* The first message, which may be one that bgp_next would not take. */
static inline struct bgp_msg make_msg(const struct made *m)
{
    return (struct bgp_msg){ .type = m->bytes[18],
                             .length = (uint16_t)(m->bytes[16] << 8 | m->bytes[17]),
                             .body = cur_over(m->bytes + 19, m->used - 19),
                             .raw = m->bytes,
                             .fault = FAULT_COUNT };
}

/* Whatever looks at a message is shown its first 0, 1, 2, … bytes, each time in an allocation of that size, so that
 * the address sanitizer sees every byte read too far. */
static inline void make_every_cut(const struct made *m,
                                  void (*look)(const uint8_t *bytes, size_t size, void *), void *with)
{
    for (size_t n = 0; n <= m->used; n++) {
        uint8_t *copy = malloc(n ? n : 1);
        if (!copy)
            abort();
        memcpy(copy, m->bytes, n);
        look(copy, n, with);
        free(copy);
    }
}

/* ---- OPEN: make_open, then capabilities, then make_open_end ---- */

/* The fixed part; the parameters' length is at m->start + 28. */
static inline void make_open(struct made *m, unsigned asn, unsigned hold, uint32_t router_id)
{
    make_begin(m, BGP_OPEN);
    make_u8(m, 4);
    make_u16(m, asn);
    make_u16(m, hold);
    make_u32(m, router_id);
    make_u8(m, 0);
}
/* A capability in an optional parameter of its own. */
static inline void make_cap(struct made *m, unsigned code, const void *value, size_t n)
{
    make_u8(m, 2);
    make_u8(m, (unsigned)n + 2);
    make_u8(m, code);
    make_u8(m, (unsigned)n);
    make_bytes(m, value, n);
}
static inline void make_cap_family(struct made *m, unsigned afi, unsigned safi)
{
    make_cap(m, 1, (uint8_t[]){ (uint8_t)(afi >> 8), (uint8_t)afi, 0, (uint8_t)safi }, 4);
}
static inline void make_cap_as4(struct made *m, uint32_t asn)
{
    make_cap(m, 65,
             (uint8_t[]){ (uint8_t)(asn >> 24), (uint8_t)(asn >> 16), (uint8_t)(asn >> 8), (uint8_t)asn }, 4);
}
/* mode: 1 receive, 2 send, 3 both (RFC 7911 4). */
static inline void make_cap_add_path(struct made *m, unsigned afi, unsigned safi, unsigned mode)
{
    make_cap(m, 69, (uint8_t[]){ (uint8_t)(afi >> 8), (uint8_t)afi, (uint8_t)safi, (uint8_t)mode }, 4);
}
static inline void make_open_end(struct made *m)
{
    make_length8(m, m->start + 28);
    make_end(m);
}

/* ---- UPDATE: withdrawn routes, make_attrs, attributes, make_nlri, routes, make_end ---- */

/* Begins an UPDATE; what is written next are withdrawn routes. */
static inline void make_update(struct made *m)
{
    make_begin(m, BGP_UPDATE);
    make_u16(m, 0);
}
/* Ends the withdrawn routes; what is written next are attributes. Returns what make_nlri wants. */
static inline size_t make_attrs(struct made *m)
{
    make_length16(m, m->start + 19);
    return make_u16(m, 0);
}
/* Ends the attributes; what is written next are announced routes of IPv4 unicast. */
static inline void make_nlri(struct made *m, size_t attrs) { make_length16(m, attrs); }

/* An attribute; two bytes of length if `flags` has the bit 0x10 (RFC 4271 4.3). */
static inline void make_attr(struct made *m, unsigned flags, unsigned code, const void *value, size_t n)
{
    make_u8(m, flags);
    make_u8(m, code);
    if (flags & 0x10)
        make_u16(m, (unsigned)n);
    else
        make_u8(m, (unsigned)n);
    make_bytes(m, value, n);
}
/* The same with a value that is written afterwards: at = make_attr_begin(…), bytes, make_attr_end(m, at). */
static inline size_t make_attr_begin(struct made *m, unsigned flags, unsigned code)
{
    make_u8(m, flags | 0x10);
    make_u8(m, code);
    return make_u16(m, 0);
}
static inline void make_attr_end(struct made *m, size_t at) { make_length16(m, at); }

/* "10.0.0.0/8" or "2001:db8::/32" as NLRI (RFC 4271 4.3). */
static inline void make_prefix(struct made *m, const char *text)
{
    char address[64];
    const char *slash = strchr(text, '/');
    if (!slash || (size_t)(slash - text) >= sizeof address)
        abort();
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    struct addr a = addr_parse(address);
    unsigned bits = (unsigned)strtoul(slash + 1, NULL, 10);
    if (!a.size || bits > a.size * 8u)
        abort();
    make_u8(m, bits);
    make_bytes(m, a.b, (bits + 7) / 8);
}
/* With a path identifier in front (RFC 7911 3). */
static inline void make_prefix_id(struct made *m, uint32_t path_id, const char *text)
{
    make_u32(m, path_id);
    make_prefix(m, text);
}

/* ---- the others ---- */

static inline void make_keepalive(struct made *m)
{
    make_begin(m, BGP_KEEPALIVE);
    make_end(m);
}
static inline void make_notification(struct made *m, unsigned code, unsigned subcode, const void *data,
                                     size_t n)
{
    make_begin(m, BGP_NOTIFICATION);
    make_u8(m, code);
    make_u8(m, subcode);
    make_bytes(m, data, n);
    make_end(m);
}
static inline void make_refresh(struct made *m, unsigned afi, unsigned subtype, unsigned safi)
{
    make_begin(m, BGP_ROUTE_REFRESH);
    make_u16(m, afi);
    make_u8(m, subtype);
    make_u8(m, safi);
    make_end(m);
}

#endif
