/* Framings of serial lines: PPP, Cisco HDLC, Frame Relay. */
#include "decode/frame_internal.h"

/* The protocol field may have lost its leading zero byte (RFC 1661 6.5): the last byte is odd, the first is even. */
enum layer layer_ppp(struct walk *w)
{
    const uint8_t *p = walk_take(w, 1);
    if (!p)
        return LAYER_FOREIGN;
    uint16_t protocol = p[0];
    if (!(protocol & 1)) {
        p = walk_take(w, 1);
        if (!p)
            return LAYER_FOREIGN;
        protocol = (uint16_t)(protocol << 8 | p[0]);
    }
    switch (protocol) {
    case 0x0021: return LAYER_IPV4; /* RFC 1332 2.1 */
    case 0x0057: return LAYER_IPV6; /* RFC 5072 2 */
    case 0x0281:
    case 0x0283: w->carriers |= CARRIER_MPLS; return LAYER_MPLS; /* RFC 3032 4.3 */
    default: return LAYER_FOREIGN;
    }
}

/* Address and control (ff 03) can be left out (RFC 1661 6.6); a line may also speak Cisco's HDLC. */
enum layer layer_ppp_hdlc(struct walk *w)
{
    const uint8_t *p = walk_peek(w, 2);
    if (!p)
        return LAYER_FOREIGN;
    if (p[0] == 0x0f || p[0] == 0x8f)
        return LAYER_CISCO_HDLC;
    if (p[0] == 0xff && p[1] == 0x03)
        walk_take(w, 2);
    return LAYER_PPP;
}

/* Address (unicast or broadcast), control, ethertype. RFC 1547 4.3.1 */
enum layer layer_cisco_hdlc(struct walk *w)
{
    const uint8_t *p = walk_take(w, 4);
    return p && (p[0] == 0x0f || p[0] == 0x8f) ? ethertype_layer(w, be16(p + 2)) : LAYER_FOREIGN;
}

/* Behind the control byte 03: perhaps a byte of padding, then the NLPID. RFC 2427 3 */
static enum layer nlpid_layer(struct walk *w)
{
    const uint8_t *p = walk_take(w, 1);
    if (p && *p == 0)
        p = walk_take(w, 1);
    switch (p ? *p : 0) {
    case 0x80: return LAYER_SNAP;
    case 0x8e: return LAYER_IPV6;
    case 0xcc: return LAYER_IPV4;
    case 0xcf: return LAYER_PPP; /* RFC 1973 4 */
    default: return LAYER_FOREIGN;
    }
}

enum layer layer_frame_relay(struct walk *w)
{
    const uint8_t *p;
    unsigned n = 0;
    do { /* the address ends in a byte whose lowest bit is set: two, three or four. Q.922 3.3 */
        p = walk_take(w, 1);
        if (!p || ++n > 4)
            return LAYER_FOREIGN;
    } while (!(*p & 1));
    p = walk_peek(w, 2);
    if (n < 2 || !p)
        return LAYER_FOREIGN;
    if (p[0] == 0x03) {
        walk_take(w, 1);
        return nlpid_layer(w);
    }
    walk_take(w, 2); /* Cisco's own encapsulation: an ethertype */
    return ethertype_layer(w, be16(p));
}

/* One byte in front says who sent it: LINKTYPE_PPP_WITH_DIR and its like. */
static enum layer behind_direction(struct walk *w, enum layer next)
{
    return walk_take(w, 1) ? next : LAYER_FOREIGN;
}
enum layer layer_dir_ppp(struct walk *w) { return behind_direction(w, LAYER_PPP_HDLC); }
enum layer layer_dir_chdlc(struct walk *w) { return behind_direction(w, LAYER_CISCO_HDLC); }
enum layer layer_dir_frelay(struct walk *w) { return behind_direction(w, LAYER_FRAME_RELAY); }
