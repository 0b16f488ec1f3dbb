/* Builds OSPF packets byte by byte, so that a test reads like a story and needs no binary file.
 *
 *     struct ospf_made m;
 *     put_packet(&m, 2, OSPF_LSUPDATE, 0x01010101, 0);
 *     put_u32(&m, 1);                                        // LSAs
 *     size_t lsa = put_lsa(&m, 1, 0x01010101, 0x01010101);   // Router-LSA
 *     …
 *     put_lsa_end(&m, lsa);                                  // its length and Fletcher checksum
 *     put_end(&m);                                           // length and checksum of the packet
 *     struct ospf_packet p = put_read(&m);
 *
 * Nothing is checked: a test that wants a broken packet gets one. What is put behind put_end is a trailer. */
#ifndef TESTS_MAKE_OSPF_H
#define TESTS_MAKE_OSPF_H

#include "base/addr.h"
#include "decode/ospf/ospf.h"
#include <stdlib.h>
#include <string.h>

struct ospf_made {
    size_t used;
    uint8_t version;
    uint8_t bytes[70000];
};

/* Who sends these packets: 10.0.0.1 and fe80::1. */
static inline struct addr put_src(unsigned version)
{
    return addr_parse(version == 3 ? "fe80::1" : "10.0.0.1");
}
static inline struct addr put_dst(unsigned version)
{
    return addr_parse(version == 3 ? "ff02::5" : "224.0.0.5");
}

/* ---- bytes: each returns where it began ---- */

static inline size_t put_bytes(struct ospf_made *m, const void *bytes, size_t n)
{
    size_t at = m->used;
    if (n > sizeof m->bytes - at)
        abort();
    if (n)
        memcpy(m->bytes + at, bytes, n);
    m->used += n;
    return at;
}
static inline size_t put_u8(struct ospf_made *m, unsigned n)
{
    return put_bytes(m, &(uint8_t){ (uint8_t)n }, 1);
}
static inline size_t put_u16(struct ospf_made *m, unsigned n)
{
    size_t at = put_u8(m, n >> 8);
    put_u8(m, n);
    return at;
}
static inline size_t put_u24(struct ospf_made *m, uint32_t n)
{
    size_t at = put_u8(m, n >> 16);
    put_u16(m, n);
    return at;
}
static inline size_t put_u32(struct ospf_made *m, uint32_t n)
{
    size_t at = put_u16(m, n >> 16);
    put_u16(m, n);
    return at;
}
static inline void put_u16_at(struct ospf_made *m, size_t at, size_t n)
{
    m->bytes[at] = (uint8_t)(n >> 8);
    m->bytes[at + 1] = (uint8_t)n;
}
/* An address, from text. */
static inline size_t put_addr(struct ospf_made *m, const char *text)
{
    struct addr a = addr_parse(text);
    if (!a.size)
        abort();
    return put_bytes(m, a.b, a.size);
}

/* ---- sums ---- */

static inline uint32_t put_sum_of(const uint8_t *p, size_t n, uint32_t sum)
{
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}
static inline unsigned put_sum_end(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* RFC 905 B.5, for a checksum at `at` of the n bytes at p. */
static inline void put_fletcher(uint8_t *p, size_t n, size_t at)
{
    long c0 = 0, c1 = 0;
    p[at] = p[at + 1] = 0;
    for (size_t i = 0; i < n; i++) {
        c0 = (c0 + p[i]) % 255;
        c1 = (c1 + c0) % 255;
    }
    long x = ((long)(n - at - 1) * c0 - c1) % 255, y = (c1 - (long)(n - at) * c0) % 255;
    p[at] = (uint8_t)(x <= 0 ? x + 255 : x);
    p[at + 1] = (uint8_t)(y <= 0 ? y + 255 : y);
}

/* ---- a packet ---- */

static inline void put_packet(struct ospf_made *m, unsigned version, unsigned type, uint32_t router,
                              uint32_t area)
{
    m->used = 0;
    m->version = (uint8_t)version;
    put_u8(m, version);
    put_u8(m, type);
    put_u16(m, 0);
    put_u32(m, router);
    put_u32(m, area);
    put_u16(m, 0);
    put_u16(m, 0);
    if (version != 3)
        put_bytes(m, (const uint8_t[8]){ 0 }, 8);
}
static inline void put_checksum(struct ospf_made *m, size_t length)
{
    struct addr src = put_src(m->version), dst = put_dst(m->version);
    uint32_t sum = 0;
    put_u16_at(m, 12, 0);
    if (m->version == 3) {
        sum = put_sum_of(src.b, 16, put_sum_of(dst.b, 16, (uint32_t)length + 89));
        sum = put_sum_of(m->bytes, length, sum);
    } else
        sum = put_sum_of(m->bytes + 24, length - 24, put_sum_of(m->bytes, 16, 0));
    put_u16_at(m, 12, put_sum_end(sum));
}
/* Length and checksum, of what is there. */
static inline void put_end(struct ospf_made *m)
{
    put_u16_at(m, 2, m->used);
    put_checksum(m, m->used);
}
/* OSPFv2: the header says that a digest of so many bytes will follow, and has no checksum (RFC 2328 D.4.3). */
static inline void put_crypto(struct ospf_made *m, unsigned autype, unsigned key, unsigned length,
                              uint32_t sequence)
{
    put_u16_at(m, 12, 0);
    put_u16_at(m, 14, autype);
    put_u16_at(m, 16, 0);
    m->bytes[18] = (uint8_t)key;
    m->bytes[19] = (uint8_t)length;
    put_u16_at(m, 20, sequence >> 16);
    put_u16_at(m, 22, sequence & 0xffff);
}
/* OSPFv3: the trailer, whose digest the caller puts behind it (RFC 7166 4.1). */
static inline void put_trailer(struct ospf_made *m, unsigned key, size_t digest, uint64_t sequence)
{
    put_u16_at(m, 12, 0);
    put_u16(m, 1);
    put_u16(m, 16 + (unsigned)digest);
    put_u16(m, 0);
    put_u16(m, key);
    put_u32(m, (uint32_t)(sequence >> 32));
    put_u32(m, (uint32_t)sequence);
}
static inline struct ospf_packet put_read(const struct ospf_made *m)
{
    struct ospf_packet p;
    struct addr src = put_src(m->version), dst = put_dst(m->version);
    ospf_read(cur_over(m->bytes, m->used), (uint32_t)m->used, &src, &dst, &p);
    return p;
}

/* ---- bodies ---- */

struct ospf_hello_made {
    uint32_t mask, interface_id; /* OSPFv2; OSPFv3 */
    unsigned hello, dead, options, priority;
    uint32_t dr, bdr;
};
/* Neighbours follow, with put_u32. */
static inline void put_hello(struct ospf_made *m, struct ospf_hello_made h)
{
    if (m->version == 3) {
        put_u32(m, h.interface_id);
        put_u8(m, h.priority);
        put_u24(m, h.options);
        put_u16(m, h.hello);
        put_u16(m, h.dead);
    } else {
        put_u32(m, h.mask);
        put_u16(m, h.hello);
        put_u8(m, h.options);
        put_u8(m, h.priority);
        put_u32(m, h.dead);
    }
    put_u32(m, h.dr);
    put_u32(m, h.bdr);
}
/* LSA headers follow, with put_lsa. */
static inline void put_dbdesc(struct ospf_made *m, unsigned mtu, unsigned options, unsigned flags,
                              uint32_t sequence)
{
    if (m->version == 3) {
        put_u32(m, options);
        put_u16(m, mtu);
        put_u8(m, 0);
    } else {
        put_u16(m, mtu);
        put_u8(m, options);
    }
    put_u8(m, flags);
    put_u32(m, sequence);
}
static inline void put_request(struct ospf_made *m, uint32_t type, uint32_t id, uint32_t router)
{
    put_u32(m, type);
    put_u32(m, id);
    put_u32(m, router);
}

/* ---- LSAs ---- */

/* An LSA's header: age 1, sequence 0x80000001, options E (OSPFv2), of 20 bytes; returns where it began. */
static inline size_t put_lsa(struct ospf_made *m, unsigned type, uint32_t id, uint32_t router)
{
    size_t at = put_u16(m, 1);
    put_u16(m, m->version == 3 ? type : 0x200 | type);
    put_u32(m, id);
    put_u32(m, router);
    put_u32(m, 0x80000001);
    put_u16(m, 0x1234);
    put_u16(m, 20);
    return at;
}
/* The body is there: length and checksum. */
static inline void put_lsa_end(struct ospf_made *m, size_t at)
{
    put_u16_at(m, at + 18, m->used - at);
    put_fletcher(m->bytes + at + 2, m->used - at - 2, 14);
}
/* A TLV whose value follows; put_tlv_end sets its length and pads. */
static inline size_t put_tlv(struct ospf_made *m, unsigned type)
{
    size_t at = put_u16(m, type);
    put_u16(m, 0);
    return at;
}
static inline void put_tlv_end(struct ospf_made *m, size_t at)
{
    size_t length = m->used - at - 4;
    put_u16_at(m, at + 2, length);
    while (length++ % 4)
        put_u8(m, 0);
}
/* A prefix of OSPFv3: length, options, the two bytes that follow them, address in words (RFC 5340 A.4.1). */
static inline void put_prefix(struct ospf_made *m, const char *address, unsigned bits, unsigned options,
                              unsigned extra)
{
    struct addr a = addr_parse(address);
    put_u8(m, bits);
    put_u8(m, options);
    put_u16(m, extra);
    put_bytes(m, a.b, (bits + 31) / 32 * 4);
}

/* ---- looking ---- */

/* The packet as JSON in braces. Returns the text, which `out` owns. */
static inline const char *put_told(const struct ospf_packet *p, struct buf *out)
{
    struct writer w = writer_init(&writer_json, out);
    buf_clear(out);
    write_object(&w, NULL);
    ospf_tell(&w, p);
    write_end(&w);
    return buf_text(out);
}
static inline const char *put_line(const struct ospf_packet *p, struct buf *out)
{
    buf_clear(out);
    ospf_line(p, out);
    return buf_text(out);
}
/* All that is wrong: with the header, and with the rest. */
static inline struct faults put_faults(const struct ospf_packet *p)
{
    struct faults f = p->faults;
    ospf_judge(p, &f);
    return f;
}
/* Whether it is the only fault. */
static inline bool put_fault_is(const struct ospf_packet *p, enum fault_code code)
{
    struct faults f = put_faults(p);
    if (code == FAULT_COUNT)
        return !f.count;
    return f.count == 1 && f.list[0].code == code;
}

/* Whether every brace and bracket of a JSON text closes. */
static inline bool put_balanced(const char *json)
{
    char open[64];
    size_t depth = 0;
    bool quoted = false;
    for (; *json; json++) {
        if (quoted && *json == '\\' && json[1])
            json++;
        else if (*json == '"')
            quoted = !quoted;
        else if (!quoted && strchr("{[", *json)) {
            if (depth == sizeof open)
                return false;
            open[depth++] = *json == '{' ? '}' : ']';
        } else if (!quoted && strchr("}]", *json) && (!depth || open[--depth] != *json))
            return false;
    }
    return !depth && !quoted;
}

/* Every way to end too early, each in an allocation of its own size, so that the address sanitizer sees every byte read
 * too far: the first n bytes of a packet that was longer on the wire, and a packet that has no more. Returns whether
 * nothing was held against the sender of those that were cut, and all that was told is JSON that ends. */
static inline bool put_every_cut(const struct ospf_made *m)
{
    struct addr src = put_src(m->version), dst = put_dst(m->version);
    struct buf out = buf_init(1 << 20);
    bool fine = true;
    for (size_t n = 0; n <= m->used; n++) {
        uint8_t *copy = malloc(n ? n : 1);
        if (!copy)
            abort();
        memcpy(copy, m->bytes, n);
        for (unsigned cut = 0; cut < 2; cut++) {
            struct ospf_packet p;
            bool ours = ospf_read(cur_over(copy, n), (uint32_t)(cut ? m->used : n), &src, &dst, &p);
            if (!ours) {
                fine = fine && !n && p.faults.count == (cut ? 0u : 1u);
                continue;
            }
            const char *told = put_told(&p, &out);
            fine = fine && put_balanced(told) && !out.lost;
            if (cut && n < m->used)
                fine = fine && put_faults(&p).count == 0 && p.cut && strstr(told, "\"truncated\":true");
            put_line(&p, &out);
        }
        free(copy);
    }
    buf_free(&out);
    return fine;
}

#endif
