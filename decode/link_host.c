/* What a host puts in front of packets that it captures itself: Linux "any", BSD loopback, Junos, nothing at all. */
#include "decode/frame_internal.h"

/* The version is all there is. */
enum layer layer_ip(struct walk *w)
{
    const uint8_t *p = walk_peek(w, 1);
    switch (p ? p[0] >> 4 : 0) {
    case 4: return LAYER_IPV4;
    case 6: return LAYER_IPV6;
    default: return LAYER_FOREIGN;
    }
}

/* An address family in the byte order of the host that captured, whichever that was. */
enum layer layer_loopback(struct walk *w)
{
    const uint8_t *p = walk_take(w, 4);
    if (!p)
        return LAYER_FOREIGN;
    uint32_t family = be32(p);
    if (family > 0xffff)
        family = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    switch (family) {
    case 2: return LAYER_IPV4;
    case 10:                    /* Linux */
    case 24:                    /* NetBSD, OpenBSD */
    case 28:                    /* FreeBSD */
    case 30: return LAYER_IPV6; /* Darwin */
    default: return LAYER_FOREIGN;
    }
}

/* What both cooked headers hold, at places of their own. */
static enum layer cooked(struct walk *w, uint16_t hardware, uint16_t address_size, const uint8_t *address,
                         uint16_t protocol)
{
    enum { ARPHRD_ETHER = 1, ARPHRD_FRAD = 770, ARPHRD_LOOPBACK = 772 };
    if (hardware == ARPHRD_FRAD) /* the protocol means nothing then */
        return LAYER_FRAME_RELAY;
    if (address_size == 6 && (hardware == ARPHRD_ETHER || hardware == ARPHRD_LOOPBACK)) {
        memcpy(w->mac_src, address, 6);
        w->has_mac = true;
    }
    return protocol == 4 ? LAYER_LLC : ethertype_layer(w, protocol);
}

/* packet type, ARPHRD type, address length (2 bytes each), address (8), protocol (2) */
enum layer layer_sll(struct walk *w)
{
    const uint8_t *p = walk_take(w, 16);
    return p ? cooked(w, be16(p + 2), be16(p + 4), p + 6, be16(p + 14)) : LAYER_FOREIGN;
}

/* protocol (2), zero (2), interface (4), ARPHRD type (2), packet type, address length (1 each), address (8) */
enum layer layer_sll2(struct walk *w)
{
    const uint8_t *p = walk_take(w, 20);
    return p ? cooked(w, be16(p + 8), p[11], p + 12, be16(p)) : LAYER_FOREIGN;
}

/* Junos: "MGC", flags, extensions with their length if flagged; then the frame, or four bytes and IP where the
 * router had already taken the link header off. */
static enum layer juniper(struct walk *w, enum layer next)
{
    enum { NO_LINK_HEADER = 0x02, EXTENSIONS = 0x80 };
    const uint8_t *p = walk_take(w, 4);
    if (!p || be32(p) >> 8 != 0x4d4743)
        return LAYER_FOREIGN;
    uint8_t flags = p[3];
    if (flags & EXTENSIONS) {
        p = walk_take(w, 2);
        if (!p || !walk_take(w, be16(p)))
            return LAYER_FOREIGN;
    }
    if (!(flags & NO_LINK_HEADER))
        return next;
    return walk_take(w, 4) ? LAYER_IP : LAYER_FOREIGN;
}
enum layer layer_juniper_ether(struct walk *w) { return juniper(w, LAYER_ETHERNET); }
enum layer layer_juniper_ppp(struct walk *w) { return juniper(w, LAYER_PPP_HDLC); }
enum layer layer_juniper_frelay(struct walk *w) { return juniper(w, LAYER_FRAME_RELAY); }
enum layer layer_juniper_chdlc(struct walk *w) { return juniper(w, LAYER_CISCO_HDLC); }
