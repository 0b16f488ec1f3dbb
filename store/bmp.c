/* BMP messages, byte by byte. */
#include "store/bmp.h"

#include <string.h>

/* RFC 7854 4.1 */
enum { BMP_VERSION = 3, BMP_HEADER = 6, BMP_PEER_HEADER = 42 };
enum bmp_type { ROUTE_MONITORING, STATISTICS, PEER_DOWN, PEER_UP, INITIATION, TERMINATION, ROUTE_MIRRORING };
enum { LOCAL_INSTANCE = 2 };
/* RFC 7854 4.2, RFC 8671 4 */
enum { FLAG_IPV6 = 0x80, FLAG_POST_POLICY = 0x40, FLAG_AS2 = 0x20, FLAG_ADJ_RIB_OUT = 0x10 };
enum { TLV_STRING = 0, TLV_DESCRIPTION = 1, TLV_NAME = 2, TLV_REASON = 1 };
enum { MIRRORED_MESSAGE = 0, MIRRORED_INFORMATION = 1, ERRORED_PDU = 0 };

static void put_bytes(struct buf *b, struct cursor bytes)
{
    if (cur_left(&bytes))
        buf_add(b, (const char *)bytes.at, cur_left(&bytes));
}

static void put_tlv(struct buf *b, unsigned type, const char *words)
{
    size_t n = strlen(words);
    buf_be(b, type, 2);
    buf_be(b, (uint32_t)n, 2);
    buf_add(b, words, n);
}

/* 16 bytes; an IPv4 address in the last four. */
static void put_addr(struct buf *b, const struct addr *a)
{
    if (a->size == 4)
        buf_add(b, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
    buf_add(b, (const char *)a->b, a->size == 4 ? 4 : 16);
}

/* The length is known before anything is put: a message for which there is no room is left out as a whole. */
static bool begin(struct buf *b, enum bmp_type type, size_t content)
{
    size_t whole = BMP_HEADER + content;
    if (!buf_take(b, whole))
        return false;
    b->used -= whole;
    buf_be(b, BMP_VERSION, 1);
    buf_be(b, (uint32_t)whole, 4);
    buf_be(b, type, 1);
    return true;
}

static bool begin_peer(struct buf *b, enum bmp_type type, const struct bmp_peer *p, size_t content)
{
    if (!begin(b, type, BMP_PEER_HEADER + content))
        return false;
    bool about_routes = type == ROUTE_MONITORING || type == ROUTE_MIRRORING;
    unsigned flags = (p->addr.size == 4 ? 0u : FLAG_IPV6) | (p->as2 ? FLAG_AS2 : 0u);
    if (p->sent && about_routes)
        flags |= FLAG_POST_POLICY | FLAG_ADJ_RIB_OUT;
    buf_be(b, LOCAL_INSTANCE, 1);
    buf_be(b, flags, 1);
    buf_add(b, (const char *)p->distinguisher, sizeof p->distinguisher);
    put_addr(b, &p->addr);
    buf_be(b, p->asn, 4);
    buf_be(b, p->router_id, 4);
    buf_be(b, (uint32_t)(p->when.ns / NS_PER_S), 4);
    buf_be(b, (uint32_t)(p->when.ns % NS_PER_S / 1000), 4);
    return true;
}

void bmp_initiation(struct buf *out, const char *description, const char *name)
{
    if (!begin(out, INITIATION, 8 + strlen(description) + strlen(name)))
        return;
    put_tlv(out, TLV_DESCRIPTION, description);
    put_tlv(out, TLV_NAME, name);
}

void bmp_termination(struct buf *out, const char *words)
{
    if (!begin(out, TERMINATION, 6 + 4 + strlen(words)))
        return;
    buf_be(out, TLV_REASON, 2);
    buf_be(out, 2, 2);
    buf_be(out, 0, 2); /* administratively closed */
    put_tlv(out, TLV_STRING, words);
}

void bmp_peer_up(struct buf *out, const struct bmp_peer *p, const struct addr *local, uint16_t local_port,
                 uint16_t remote_port, struct cursor sent, struct cursor received, const char *words)
{
    size_t opens = cur_left(&sent) + cur_left(&received);
    if (!begin_peer(out, PEER_UP, p, 20 + opens + (words ? 4 + strlen(words) : 0)))
        return;
    put_addr(out, local);
    buf_be(out, local_port, 2);
    buf_be(out, remote_port, 2);
    put_bytes(out, sent);
    put_bytes(out, received);
    if (words)
        put_tlv(out, TLV_STRING, words);
}

void bmp_peer_down(struct buf *out, const struct bmp_peer *p, enum bmp_down why, struct cursor data)
{
    if (!begin_peer(out, PEER_DOWN, p, 1 + cur_left(&data)))
        return;
    buf_be(out, why, 1);
    put_bytes(out, data);
}

void bmp_route(struct buf *out, const struct bmp_peer *p, struct cursor update)
{
    if (begin_peer(out, ROUTE_MONITORING, p, cur_left(&update)))
        put_bytes(out, update);
}

void bmp_errored(struct buf *out, const struct bmp_peer *p, struct cursor update)
{
    if (!begin_peer(out, ROUTE_MIRRORING, p, 6 + 4 + cur_left(&update)))
        return;
    buf_be(out, MIRRORED_INFORMATION, 2);
    buf_be(out, 2, 2);
    buf_be(out, ERRORED_PDU, 2);
    buf_be(out, MIRRORED_MESSAGE, 2);
    buf_be(out, (uint32_t)cur_left(&update), 2);
    put_bytes(out, update);
}

static size_t count_size(const struct bmp_count *c)
{
    return c->what == BMP_STAT_AS_WITHDRAWN ? 4 : c->afi ? 11 : 8;
}

void bmp_statistics(struct buf *out, const struct bmp_peer *p, const struct bmp_count *counts, unsigned count)
{
    size_t content = 4;
    for (unsigned i = 0; i < count; i++)
        content += 4 + count_size(&counts[i]);
    if (!begin_peer(out, STATISTICS, p, content))
        return;
    buf_be(out, count, 4);
    for (unsigned i = 0; i < count; i++) {
        const struct bmp_count *c = &counts[i];
        buf_be(out, c->what, 2);
        buf_be(out, (uint32_t)count_size(c), 2);
        if (c->afi) {
            buf_be(out, c->afi, 2);
            buf_be(out, c->safi, 1);
        }
        if (c->what == BMP_STAT_AS_WITHDRAWN) /* RFC 7854 4.8: counters have 32 bits, gauges 64 */
            buf_be(out, (uint32_t)c->n, 4);
        else
            buf_be(out, c->n, 8);
    }
}
