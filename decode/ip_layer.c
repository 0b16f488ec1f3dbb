/* IP in a walk: the header, what stands behind it, and whether that is wanted. Fragments go to ip_frag.c and come
 * back as a packet. */
#include "decode/frame_internal.h"
#include "decode/ip_frag.h"

enum layer ip_proto_first(uint8_t proto)
{
    switch (proto) {
#define IP_PROTO(number, layer, carrier)                                                                     \
    case number:                                                                                             \
        return LAYER_##layer;
#include "decode/ip_proto.def"
#undef IP_PROTO
    default: return LAYER_FOREIGN;
    }
}

static enum layer ip_proto_layer(struct walk *w, uint8_t proto)
{
    switch (proto) {
#define IP_PROTO(number, layer, carrier)                                                                     \
    case number:                                                                                             \
        w->carriers |= carrier;                                                                              \
        return LAYER_##layer;
#include "decode/ip_proto.def"
#undef IP_PROTO
    default: return LAYER_FOREIGN;
    }
}

static enum frag_kind kind_if(bool wanted) { return wanted ? FRAG_WANTED : FRAG_UNWANTED; }

/* Is the packet wanted that this is a fragment of? Only the first one has ports or an ICMP type, and it need not
 * come first. */
static enum frag_kind judge_fragment(const struct walk *w)
{
    const struct ip_head *h = &w->ip;
    const uint8_t *first = h->offset ? NULL : walk_peek(w, 4);
    switch (h->proto) {
    case PROTO_OSPF: return kind_if(w->want->ospf);
    case PROTO_ESP: return FRAG_UNWANTED; /* whole, it could not be read either */
    case PROTO_TCP:
        if (first || !w->want->port_count)
            return kind_if(first && tcp_wanted(first, w->want));
        return FRAG_UNKNOWN;
    case PROTO_UDP: return first && !udp_carrier(be16(first + 2)) ? FRAG_UNWANTED : FRAG_UNKNOWN;
    case PROTO_ICMP:
    case PROTO_ICMPV6:
        if (!first)
            return w->want->icmp ? FRAG_UNKNOWN : FRAG_UNWANTED;
        return kind_if(icmp_wanted(h->proto == PROTO_ICMPV6, first[0], w->want));
    default:
        return ip_extension(h->proto) || ip_proto_first(h->proto) != LAYER_FOREIGN ? FRAG_UNKNOWN
                                                                                   : FRAG_UNWANTED;
    }
}

static enum layer fragment_layer(struct walk *w)
{
    if (!w->frags)
        return LAYER_FOREIGN;
    enum frag_kind kind = judge_fragment(w);
    if (kind == FRAG_UNWANTED && w->ip.offset)
        return LAYER_FOREIGN;
    bool cut = cur_left(&w->in) < w->wire;
    switch (frag_feed(w->frags, &w->ip, w->in, w->wire, kind, w->when)) {
    case FRAG_FOREIGN: return LAYER_FOREIGN;
    case FRAG_BAD: /* no others fit it; but what is left of a first one that was cut can be read for what it is */
        return cut && !w->ip.offset && kind == FRAG_WANTED ? LAYER_OURS : LAYER_BROKEN;
    case FRAG_WAITS: return LAYER_KEPT;
    case FRAG_WHOLE: break;
    }
    w->in = frag_whole(w->frags, &w->wire);
    w->rebuilt = true;
    return w->ip.version == 4 ? LAYER_IPV4 : LAYER_IPV6;
}

static enum layer read_ip(struct walk *w, uint8_t version)
{
    if (w->depth++ == FRAME_DEPTH)
        return LAYER_FOREIGN;
    if (ip_passes_by(w->in.at, cur_left(&w->in), w->want))
        return LAYER_FOREIGN;
    switch (ip_read(w->in, w->wire, &w->ip)) {
    case IP_SHORT: return LAYER_FOREIGN;
    case IP_BAD: return LAYER_BROKEN;
    case IP_OK: break;
    }
    if (w->ip.version != version)
        return LAYER_BROKEN;
    w->reassembled = w->rebuilt;
    w->rebuilt = false;
    if (w->ip.total > w->wire) /* it is believed: what is missing counts as cut */
        w->wire = w->ip.total;
    else
        walk_trim(w, w->ip.total); /* Ethernet pads short frames. RFC 894 */
    w->whole = w->in;
    walk_take(w, w->ip.header);
    return w->ip.fragment ? fragment_layer(w) : ip_proto_layer(w, w->ip.proto);
}
enum layer layer_ipv4(struct walk *w) { return read_ip(w, 4); }
enum layer layer_ipv6(struct walk *w) { return read_ip(w, 6); }

static enum layer ours_if(bool wanted) { return wanted ? LAYER_OURS : LAYER_FOREIGN; }

enum layer layer_tcp(struct walk *w)
{
    const uint8_t *p = walk_peek(w, 4);
    return ours_if(p && tcp_wanted(p, w->want));
}

enum layer layer_udp(struct walk *w)
{
    const uint8_t *p = walk_take(w, 8);
    if (!p)
        return LAYER_FOREIGN;
    uint16_t size = be16(p + 4);
    if (size >= 8)
        walk_trim(w, size - 8u);
    switch (be16(p + 2)) {
#define UDP_PORT(port, layer, carrier)                                                                       \
    case port:                                                                                               \
        w->carriers |= carrier;                                                                              \
        return LAYER_##layer;
#include "decode/udp_port.def"
#undef UDP_PORT
    default: return LAYER_FOREIGN;
    }
}

enum layer layer_icmp(struct walk *w)
{
    const uint8_t *p = walk_peek(w, 1);
    return ours_if(p && icmp_wanted(false, *p, w->want));
}

enum layer layer_icmpv6(struct walk *w)
{
    const uint8_t *p = walk_peek(w, 1);
    return ours_if(p && icmp_wanted(true, *p, w->want));
}

enum layer layer_ospf(struct walk *w) { return ours_if(w->want->ospf); }

/* RFC 4552 2 protects OSPFv3 by ESP with NULL encryption, and nothing in the packet says so. The whole must fit:
 *
 *     SPI, sequence (8)   OSPF packet   padding 1 2 3 … (n)   n (1)   89 (1)   check value (icv)
 *
 * Returns the size of the OSPF packet with what it appends to itself, 0 if it is something else. RFC 4303 2 */
static uint32_t ospf_in_the_clear(const uint8_t *esp, uint32_t size, uint32_t icv)
{
    enum { FRONT = 8, BACK = 2, OSPF_HEADER = 16 };
    if (size < FRONT + OSPF_HEADER + BACK + icv)
        return 0;
    const uint8_t *ospf = esp + FRONT, *back = esp + size - icv - BACK;
    uint32_t room = (uint32_t)(back - ospf), padding = back[0];
    if (back[1] != PROTO_OSPF || ospf[0] < 2 || ospf[0] > 3 || ospf[1] < 1 || ospf[1] > 5 ||
        padding + OSPF_HEADER > room || be16(ospf + 2) < OSPF_HEADER || be16(ospf + 2) > room - padding)
        return 0;
    for (uint32_t i = 0; i < padding; i++)
        if (back[-1 - (int)i] != padding - i)
            return 0;
    return room - padding;
}

enum layer layer_esp(struct walk *w)
{
    static const uint8_t icvs[] = { 12, 16, 24, 32 }; /* RFC 2403, 2404, 4868 */
    if (!w->want->ospf && !w->want->port_count)
        return LAYER_FOREIGN;
    uint32_t size = (uint32_t)cur_left(&w->in);
    for (unsigned i = 0; w->want->ospf && size == w->wire && i < sizeof icvs; i++) {
        uint32_t ospf = ospf_in_the_clear(w->in.at, size, icvs[i]);
        if (ospf) {
            walk_take(w, 8);
            walk_trim(w, ospf);
            w->ip.proto = PROTO_OSPF;
            return LAYER_OURS;
        }
    }
    return LAYER_SEALED;
}
