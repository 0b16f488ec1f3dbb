/* Ethernet and what stands between it and IP: VLAN tags, LLC, SNAP, PPPoE. */
#include "decode/frame_internal.h"

enum layer ethertype_layer(struct walk *w, uint16_t ethertype)
{
    switch (ethertype) {
#define ETHERTYPE(number, layer, carrier)                                                                    \
    case number:                                                                                             \
        w->carriers |= carrier;                                                                              \
        return LAYER_##layer;
#include "decode/ethertype.def"
#undef ETHERTYPE
    default: return LAYER_FOREIGN;
    }
}

bool ethertype_known(uint16_t ethertype)
{
    switch (ethertype) {
#define ETHERTYPE(number, layer, carrier) case number:
#include "decode/ethertype.def"
#undef ETHERTYPE
        return true;
    default: return false;
    }
}

/* Below 0x600 it is a length, and LLC follows. IEEE 802.3 3.2.6 */
static enum layer type_or_length(struct walk *w, uint16_t field)
{
    if (field >= 0x600)
        return ethertype_layer(w, field);
    walk_trim(w, field);
    return LAYER_LLC;
}

enum layer layer_ethernet(struct walk *w)
{
    const uint8_t *p = walk_take(w, 14);
    if (!p)
        return LAYER_FOREIGN;
    memcpy(w->mac_dst, p, 6);
    memcpy(w->mac_src, p + 6, 6);
    w->has_mac = true;
    w->tags = 0;
    return type_or_length(w, be16(p + 12));
}

enum layer layer_vlan(struct walk *w)
{
    const uint8_t *p = walk_take(w, 4);
    if (!p)
        return LAYER_FOREIGN;
    w->vlan = be16(p) & 0xfff;
    w->circuit = w->circuit << 12 ^ w->vlan;
    if (w->tags++)
        w->carriers |= CARRIER_QINQ;
    return type_or_length(w, be16(p + 2));
}

enum layer layer_llc(struct walk *w)
{
    const uint8_t *p = walk_take(w, 3);
    if (!p || p[0] != p[1] || p[2] != 0x03) /* unnumbered information */
        return LAYER_FOREIGN;
    if (p[0] == 0xaa)
        return LAYER_SNAP;
    return p[0] == 0x06 ? LAYER_IPV4 : LAYER_FOREIGN; /* RFC 1042: "6 for IP" */
}

/* Behind LLC aa aa 03 and behind Frame Relay's NLPID 0x80 alike. */
enum layer layer_snap(struct walk *w)
{
    const uint8_t *p = walk_take(w, 5);
    if (!p)
        return LAYER_FOREIGN;
    uint32_t oui = be32(p) >> 8;
    uint16_t type = be16(p + 3);
    if (!oui || oui == 0x0000f8) /* RFC 1042; the latter where IEEE 802.1H bridges translate */
        return ethertype_layer(w, type);
    /* bridged Ethernet with its FCS and without: RFC 2427 4.2 */
    return oui == 0x0080c2 && (type == 1 || type == 7) ? LAYER_ETHERNET : LAYER_FOREIGN;
}

enum layer layer_pppoe(struct walk *w)
{
    const uint8_t *p = walk_take(w, 6);
    if (!p || p[0] != 0x11 || p[1] != 0) /* a code is discovery's. RFC 2516 4 */
        return LAYER_FOREIGN;
    w->carriers |= CARRIER_PPPOE;
    walk_trim(w, be16(p + 4));
    return LAYER_PPP;
}
