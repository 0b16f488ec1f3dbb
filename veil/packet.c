/* A packet in, the same packet anonymised out: link header, IP, ICMP errors; TCP and OSPF are done elsewhere. */
#include "decode/frame.h"
#include "decode/icmp.h"
#include "decode/ip.h"
#include "veil/veil_internal.h"

#include <stdlib.h>

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_PPPOE = 0x8864,
};

uint32_t sum_change(const uint8_t *was, const uint8_t *is, size_t n)
{
    uint64_t change = 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        change += (uint64_t)get16(is + i) + (uint16_t)~get16(was + i);
    if (n % 2)
        change += (uint64_t)(is[n - 1] << 8) + (uint16_t) ~(was[n - 1] << 8);
    while (change >> 16)
        change = (change & 0xffff) + (change >> 16);
    return (uint32_t)change;
}

void sum_mend(uint8_t *field, uint32_t change)
{
    uint32_t sum = (uint16_t)~get16(field) + change;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(field, (uint16_t)~sum);
}

/* ---- link headers ---- */

/* The EtherType behind VLAN tags. */
static unsigned tags(struct brush *b, unsigned type)
{
    while (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD) {
        brush_keep(b, 2);
        type = brush_u16(b);
    }
    return type;
}

static unsigned ethernet(struct veil *v, struct brush *b)
{
    paint_mac(&v->key, b);
    paint_mac(&v->key, b);
    return tags(b, brush_u16(b));
}

/* An address of 8 bytes, `used` of which count. */
static void link_address(struct veil *v, struct brush *b, unsigned used)
{
    struct brush address = brush_sub(b, 8);
    if (used == 6)
        paint_mac(&v->key, &address);
    brush_rest(&address);
}

static unsigned cooked(struct veil *v, struct brush *b)
{
    brush_keep(b, 4); /* packet type, ARPHRD type */
    unsigned used = brush_u16(b);
    link_address(v, b, used);
    return tags(b, brush_u16(b));
}

static unsigned cooked2(struct veil *v, struct brush *b)
{
    unsigned type = brush_u16(b);
    brush_keep(b, 2 + 4 + 2 + 1); /* reserved, interface index, ARPHRD type, packet type */
    unsigned used = brush_u8(b);
    link_address(v, b, used);
    return tags(b, type);
}

/* By the first half byte of what follows. */
static unsigned raw(const struct brush *b)
{
    unsigned version = brush_left(b) ? b->at[0] >> 4 : 0;
    return version == 4 ? ETHERTYPE_IPV4 : version == 6 ? ETHERTYPE_IPV6 : 0;
}

/* RFC 1661, RFC 1662: address and control may be left out. */
static unsigned ppp(struct brush *b)
{
    enum { IPV4 = 0x0021, IPV6 = 0x0057 };
    if (brush_left(b) >= 2 && get16(b->at) == 0xff03)
        brush_keep(b, 2);
    unsigned proto = brush_u16(b);
    return proto == IPV4 ? ETHERTYPE_IPV4 : proto == IPV6 ? ETHERTYPE_IPV6 : 0;
}

/* An address of two bytes; an EtherType, or control and NLPID (RFC 2427 4). */
static unsigned frame_relay(struct brush *b)
{
    enum { CONTROL = 3, IPV4 = 0xcc, IPV6 = 0x8e };
    brush_keep(b, 2);
    const uint8_t *type = brush_take(b, 2);
    if (!type)
        return 0;
    if (type[0] != CONTROL)
        return get16(type);
    return type[1] == IPV4 ? ETHERTYPE_IPV4 : type[1] == IPV6 ? ETHERTYPE_IPV6 : 0;
}

static enum veil_got link_header(struct veil *v, uint32_t link, struct brush *b, unsigned *type)
{
    switch (link) {
    case LINK_ETHERNET: *type = ethernet(v, b); break;
    case LINK_SLL: *type = cooked(v, b); break;
    case LINK_SLL2: *type = cooked2(v, b); break;
    case LINK_CISCO_HDLC:
        brush_keep(b, 2);
        *type = brush_u16(b);
        break;
    case LINK_PPP:
    case LINK_PPP_HDLC: *type = ppp(b); break;
    case LINK_FRAME_RELAY: *type = frame_relay(b); break;
    case LINK_BSD_NULL:
    case LINK_BSD_LOOP:
        brush_keep(b, 4);
        *type = raw(b);
        break;
    case LINK_RAW_12:
    case LINK_RAW_14:
    case LINK_RAW:
    case LINK_IPV4:
    case LINK_IPV6: *type = raw(b); break;
    default: return VEIL_LINK;
    }
    if (*type == ETHERTYPE_MPLS || *type == ETHERTYPE_PPPOE)
        return VEIL_CARRIED;
    return *type == ETHERTYPE_IPV4 || *type == ETHERTYPE_IPV6 ? VEIL_DONE : VEIL_OTHER;
}

/* ---- IP headers ---- */

/* Options keep their kinds and lengths; values only where they say nothing of anybody. RFC 791 3.1 */
static void options_v4(struct brush *b)
{
    enum { END = 0, NOTHING = 1, ROUTER_ALERT = 148 };
    while (brush_left(b)) {
        uint8_t kind = brush_u8(b);
        if (kind == END) {
            brush_rest(b);
            return;
        }
        if (kind == NOTHING)
            continue;
        uint8_t size = brush_u8(b);
        struct brush value = brush_sub(b, size < 2 ? SIZE_MAX : size - 2u);
        if (kind != ROUTER_ALERT)
            brush_rest(&value);
    }
}

static enum veil_got ip_v4(struct veil *v, struct brush *b, uint32_t wire, struct veil_layer *l)
{
    enum { HEADER = 20, SUM = 10, SRC = 12, FRAGMENT = 0x3fff };
    uint8_t was[60], *head = b->at;
    if (brush_left(b) < HEADER || head[0] >> 4 != 4)
        return VEIL_DAMAGED;
    uint32_t size = (uint32_t)(head[0] & 15) * 4, total = get16(head + 2);
    if (!total) /* of a segment that is larger than the field can say */
        total = wire;
    if (size < HEADER || size > brush_left(b) || total < size)
        return VEIL_DAMAGED;
    memcpy(was, head, size);
    memcpy(l->was, head + SRC, 8);
    l->size = 4;
    l->proto = head[9];
    l->fragment = get16(head + 6) & FRAGMENT;
    l->wire = total - size;
    struct brush h = brush_sub(b, size);
    brush_keep(&h, SRC);
    paint_v4(&v->key, &h);
    paint_v4(&v->key, &h);
    options_v4(&h);
    sum_mend(head + SUM, sum_change(was, head, size));
    l->change = sum_change(l->was, head + SRC, 8);
    return VEIL_DONE;
}

/* RFC 8200 4.2: a type, a length, a value. */
static void options_v6(struct brush *b)
{
    enum { PAD1 = 0, ROUTER_ALERT = 5 };
    while (brush_left(b)) {
        uint8_t kind = brush_u8(b);
        if (kind == PAD1)
            continue;
        struct brush value = brush_sub(b, brush_u8(b));
        if (kind != ROUTER_ALERT)
            brush_rest(&value);
    }
}

static enum veil_got ip_v6(struct veil *v, struct brush *b, uint32_t wire, struct veil_layer *l)
{
    enum { HEADER = 40, SRC = 8, HOPS = 0, FRAGMENT = 44, DESTINATION = 60 };
    uint8_t *head = b->at;
    if (brush_left(b) < HEADER || head[0] >> 4 != 6)
        return VEIL_DAMAGED;
    uint32_t said = get16(head + 4);
    l->wire = said || wire < HEADER ? said : wire - HEADER; /* 0: larger than the field can say */
    memcpy(l->was, head + SRC, 32);
    l->size = 16;
    l->proto = head[6];
    head[1] &= 0xf0; /* flow label */
    brush_keep(b, 2);
    brush_zero(b, 2);
    brush_keep(b, 4);
    paint_v6(&v->key, b);
    paint_v6(&v->key, b);
    l->change = sum_change(l->was, head + SRC, 32);
    while (l->proto == HOPS || l->proto == DESTINATION) {
        uint8_t next = brush_u8(b);
        uint32_t size = 8 * (1 + (uint32_t)brush_u8(b));
        if (size - 2 > brush_left(b) || size > l->wire)
            return VEIL_DAMAGED;
        struct brush options = brush_sub(b, size - 2);
        options_v6(&options);
        l->wire -= size;
        l->proto = next;
    }
    l->fragment = l->proto == FRAGMENT;
    return VEIL_DONE;
}

static enum veil_got ip_header(struct veil *v, struct brush *b, uint32_t wire, struct veil_layer *l)
{
    enum veil_got got = raw(b) == ETHERTYPE_IPV4 ? ip_v4(v, b, wire, l) : ip_v6(v, b, wire, l);
    if (got != VEIL_DONE || brush_left(b) <= l->wire)
        return got;
    struct brush behind = { b->at + l->wire, b->end }; /* of a short Ethernet frame */
    brush_rest(&behind);
    b->end = b->at + l->wire;
    return got;
}

/* ---- ICMP errors: RFC 792, RFC 4443 3 ---- */

static enum veil_got icmp(struct veil *v, struct brush *b, const struct veil_layer *outer)
{
    enum { HEADER = 8, SUM = 2, REDIRECT = 5, MOST = 65535 };
    bool v6 = outer->proto == PROTO_ICMPV6;
    uint8_t *head = b->at;
    size_t n = brush_left(b);
    struct veil_layer quoted;
    if (n < HEADER + 20 || !icmp_is_error(v6, head[0]))
        return VEIL_OTHER;
    brush_keep(b, 4);
    if (!v6 && head[0] == REDIRECT)
        paint_v4(&v->key, b);
    else
        brush_keep(b, 4);
    if (ip_header(v, b, MOST, &quoted) != VEIL_DONE || quoted.fragment)
        return VEIL_OTHER;
    if (quoted.proto == PROTO_TCP ? !veil_tcp_quoted(v, b) : quoted.proto != PROTO_OSPF)
        return VEIL_OTHER;
    brush_rest(b);
    uint32_t change = sum_change(veil_was(v, head), head, n);
    sum_mend(head + SUM, v6 ? sum_add(change, outer->change) : change);
    return VEIL_DONE;
}

/* ---- all of it ---- */

static enum veil_got payload(struct veil *v, struct brush *b, const struct veil_layer *l)
{
    enum { PROTO_IPIP = 4, PROTO_6IN4 = 41, PROTO_ROUTING = 43, PROTO_GRE = 47, PROTO_AUTH = 51 };
    if (l->fragment)
        return VEIL_FRAGMENT;
    switch (l->proto) {
    case PROTO_TCP: return veil_tcp(v, b, l) ? VEIL_DONE : VEIL_OTHER;
    case PROTO_OSPF: veil_ospf(v, b, l); return VEIL_DONE;
    case PROTO_ICMP:
    case PROTO_ICMPV6: return icmp(v, b, l);
    case PROTO_IPIP:
    case PROTO_6IN4:
    case PROTO_ROUTING:
    case PROTO_GRE:
    case PROTO_ESP:
    case PROTO_AUTH: return VEIL_CARRIED;
    default: return VEIL_OTHER;
    }
}

static enum veil_got walk(struct veil *v, const struct veil_packet *p, uint8_t *out)
{
    struct veil_layer l = { 0 };
    struct brush b = brush_over(out, p->size);
    unsigned type;
    memcpy(out, p->bytes, p->size);
    v->in = p->bytes;
    v->out = out;
    v->turn++;
    enum veil_got got = link_header(v, p->link, &b, &type);
    if (got != VEIL_DONE)
        return got;
    uint32_t before = (uint32_t)(b.at - out);
    got = ip_header(v, &b, p->wire_size > before ? p->wire_size - before : 0, &l);
    return got == VEIL_DONE ? payload(v, &b, &l) : got;
}

void veil_learn(struct veil *v, const struct veil_packet *p)
{
    if (v->scratch_room < p->size) {
        uint8_t *more = realloc(v->scratch, 2 * (size_t)p->size);
        if (!more) {
            v->turn++;
            return;
        }
        v->scratch = more;
        v->scratch_room = 2 * (size_t)p->size;
    }
    if (p->size)
        (void)walk(v, p, v->scratch);
    else
        v->turn++;
}

void veil_learned(struct veil *v)
{
    veil_flows_known(v);
    key_order(&v->key);
    veil_flows_rewrite(v);
    veil_lsas_learned(v);
    v->writing = true;
    v->turn = 0;
}

enum veil_got veil_packet(struct veil *v, const struct veil_packet *p, uint8_t *out)
{
    if (p->size)
        return walk(v, p, out);
    v->turn++;
    return VEIL_DAMAGED;
}

void veil_skip(struct veil *v) { v->turn++; }

struct veil *veil_new(const struct veil_options *o)
{
    struct veil *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->options = *o;
    key_init(&v->key, o->key);
    v->options.key = NULL; /* the caller may forget it */
    veil_flows_init(v);
    veil_lsas_init(v);
    return v;
}

void veil_free(struct veil *v)
{
    if (!v)
        return;
    veil_flows_free(v);
    veil_lsas_free(v);
    free(v->scratch);
    free(v);
}

const char *veil_words(enum veil_got got)
{
    static const char *const words[] = {
#define VEIL(ident, words) words,
#include "veil/veil.def"
#undef VEIL
    };
    return words[got];
}

uint64_t veil_blanked(const struct veil *v) { return v->blanked; }
uint64_t veil_dropped(const struct veil *v) { return v->dropped; }
