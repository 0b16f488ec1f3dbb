/* Carriers: headers that stand around a packet which has link and IP headers of its own. MPLS, GRE (NVGRE and ERSPAN
 * within it), VXLAN, GENEVE. IP in IP needs no reader: ip_proto.def leads from header to header. */
#include "decode/frame_internal.h"

/* What is inside has nothing to do with the tags outside. */
static void begin_circuit(struct walk *w, uint32_t network)
{
    w->circuit = network ? 0x80000000 | network : 0;
    w->label = 0;
}

/* Ethernet without anything that says so: can its type be one of ours? */
static bool ethernet_at(const struct walk *w, uint32_t at)
{
    const uint8_t *p = walk_peek(w, at + 14);
    return p && ethertype_known(be16(p + at + 12));
}

/* It begins as IP does; but so can an Ethernet address. What only IP has (a checksum, an exact length) decides. */
static bool ip_likely(const struct walk *w)
{
    struct ip_head h;
    enum ip_got got = ip_read(w->in, w->wire, &h);
    if (got == IP_BAD || (got == IP_OK && h.total > w->wire))
        return false;
    bool certain = got == IP_OK && (h.version == 4 ? !ip_header_sum(h.at, h.own) : h.total == w->wire);
    return certain || !ethernet_at(w, 0);
}

/* What follows the bottom label can only be guessed, by its first four bits. RFC 4928 3 */
static enum layer guess_behind_labels(struct walk *w)
{
    const uint8_t *p = walk_peek(w, 1);
    unsigned nibble = p ? p[0] >> 4 : 1;
    if ((nibble == 4 || nibble == 6) && ip_likely(w))
        return nibble == 4 ? LAYER_IPV4 : LAYER_IPV6;
    if (nibble == 1) /* not a packet of users: RFC 4385 5 */
        return LAYER_FOREIGN;
    if (nibble == 0 && ethernet_at(w, 4)) { /* a pseudowire's control word: RFC 4448 4.6 */
        walk_take(w, 4);
        return LAYER_ETHERNET;
    }
    return ethernet_at(w, 0) ? LAYER_ETHERNET : LAYER_FOREIGN;
}

/* label (20 bits), class (3), bottom of stack (1), TTL (8). RFC 3032 2.1 */
enum layer layer_mpls(struct walk *w)
{
    const uint8_t *p;
    do {
        p = walk_take(w, 4);
        if (!p)
            return LAYER_FOREIGN;
    } while (!(p[2] & 1));
    w->label = be32(p) >> 12;
    return guess_behind_labels(w);
}

/* RFC 1701: a list that ends in a record of family 0 and length 0. */
static bool skip_source_routes(struct walk *w)
{
    const uint8_t *p;
    while ((p = walk_take(w, 4))) {
        if (!be16(p) && !p[3])
            return true;
        walk_take(w, p[3]);
    }
    return false;
}

/* draft-foschiano-erspan 4.1, 4.2: type II
 *     version (4 bits), VLAN (12), class (3), encapsulation (2), T, session (10), index (32) */
static enum layer erspan_2(struct walk *w)
{
    const uint8_t *p = walk_take(w, 8);
    return p && p[0] >> 4 == 1 ? LAYER_ETHERNET : LAYER_FOREIGN;
}

/* draft-foschiano-erspan 4.3: type III
 *     as type II to the session (32 bits), time (32), SGT (16), P, frame type (5), hardware (6), D, unit (2), O
 * O: eight bytes more, which depend on the platform. */
static enum layer erspan_3(struct walk *w)
{
    const uint8_t *p = walk_take(w, 12);
    if (!p || p[0] >> 4 != 2 || ((p[11] & 1) && !walk_take(w, 8)))
        return LAYER_FOREIGN;
    switch (p[10] >> 2 & 31) {
    case 0: return LAYER_ETHERNET;
    case 2: return LAYER_IP;
    default: return LAYER_FOREIGN;
    }
}

enum layer layer_gre(struct walk *w)
{
    enum { CHECKSUM = 0x8000, ROUTES = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, ACK = 0x0080, VERSION = 7 };
    const uint8_t *p = walk_take(w, 4);
    if (!p)
        return LAYER_FOREIGN;
    uint16_t flags = be16(p), type = be16(p + 2), version = flags & VERSION;
    /* each in a word of its own; the checksum shares one with the offset of the routes. RFC 2890 2 */
    uint32_t words = 0u + !!(flags & (CHECKSUM | ROUTES)) + !!(flags & KEY) + !!(flags & SEQUENCE);
    if (version == 1) /* RFC 2637 4.1 */
        words += !!(flags & ACK);
    const uint8_t *fields = walk_take(w, words * 4);
    if (version > 1 || !fields || ((flags & ROUTES) && !skip_source_routes(w)))
        return LAYER_FOREIGN;
    begin_circuit(w, 0);
    if (version == 0 && flags & KEY)
        w->label = be32(fields + (flags & (CHECKSUM | ROUTES) ? 4 : 0));
    if (type != 0x88be && type != 0x22eb)
        return ethertype_layer(w, type);
    w->carriers |= CARRIER_ERSPAN;
    if (type == 0x22eb)
        return erspan_3(w);
    return flags & SEQUENCE ? erspan_2(w) : LAYER_ETHERNET; /* type I has no header at all */
}

enum { VXLAN_HAS_ID = 0x08, VXLAN_HAS_NEXT = 0x04 };

/* flags (8 bits), 24 of other uses, network (24), zero (8). RFC 7348 5 */
enum layer layer_vxlan(struct walk *w)
{
    const uint8_t *p = walk_take(w, 8);
    if (!p || !(p[0] & VXLAN_HAS_ID) || p[7])
        return LAYER_FOREIGN;
    begin_circuit(w, be32(p + 4) >> 8);
    return LAYER_ETHERNET;
}

/* draft-ietf-nvo3-vxlan-gpe 3.1: the fourth byte names what follows. */
enum layer layer_vxlan_gpe(struct walk *w)
{
    const uint8_t *p = walk_take(w, 8);
    if (!p || !(p[0] & VXLAN_HAS_ID) || p[7])
        return LAYER_FOREIGN;
    begin_circuit(w, be32(p + 4) >> 8);
    switch (p[0] & VXLAN_HAS_NEXT ? p[3] : 3) {
    case 1: return LAYER_IPV4;
    case 2: return LAYER_IPV6;
    case 3: return LAYER_ETHERNET;
    case 5: return ethertype_layer(w, 0x8847);
    default: return LAYER_FOREIGN;
    }
}

/* version (2 bits), words of options (6), flags (8), ethertype (16), network (24), zero (8). RFC 8926 3.4 */
enum layer layer_geneve(struct walk *w)
{
    const uint8_t *p = walk_take(w, 8);
    if (!p || p[0] >> 6 || p[7] || !walk_take(w, (p[0] & 0x3fu) * 4))
        return LAYER_FOREIGN;
    begin_circuit(w, be32(p + 4) >> 8);
    return ethertype_layer(w, be16(p + 2));
}
