/* IPv4 and IPv6 headers: captured bytes in, one struct ip_head out. */
#include "decode/ip.h"

enum {
    EXT_HOP_BY_HOP = 0,
    EXT_ROUTING = 43,
    EXT_FRAGMENT = 44,
    EXT_DESTINATION = 60,
    EXT_MOBILITY = 135,
    EXT_HIP = 139,
    EXT_SHIM6 = 140,
};
enum { V4_HEADER = 20, V6_HEADER = 40, EXT_HEADER = 8 }; /* the shortest of each */

static uint32_t u16_at(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }

struct addr ip_src(const struct ip_head *h)
{
    return h->version == 4 ? addr_v4(h->at + 12) : addr_v6(h->at + 8);
}

struct addr ip_dst(const struct ip_head *h)
{
    return h->version == 4 ? addr_v4(h->at + 16) : addr_v6(h->at + 24);
}

uint32_t ip_header_sum(const uint8_t *header, uint32_t size)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i + 1 < size; i += 2)
        sum += u16_at(header + i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

bool ip_extension(uint8_t proto)
{
    switch (proto) {
    case EXT_HOP_BY_HOP:
    case EXT_ROUTING:
    case EXT_FRAGMENT:
    case PROTO_AH:
    case EXT_DESTINATION:
    case EXT_MOBILITY:
    case EXT_HIP:
    case EXT_SHIM6: return true;
    default: return false;
    }
}

/* RFC 8200 4.5. False for a packet that is whole all the same (an "atomic fragment", RFC 6946): then it is an
 * extension header like others. */
static bool read_fragment_header(const uint8_t *ext, uint32_t next_at, struct ip_head *h)
{
    uint32_t field = u16_at(ext + 2);
    if (!(field & 0xfff9))
        return false;
    h->fragment = true;
    h->more = field & 1;
    h->offset = field & 0xfff8;
    h->id = u16_at(ext + 4) << 16 | u16_at(ext + 6);
    h->own = h->header;
    h->next_at = next_at;
    return true;
}

/* The chain of extension headers from h->header on; h->proto names the first. */
static enum ip_got read_extensions(struct cursor in, struct ip_head *h)
{
    uint32_t next_at = 6;
    while (h->version == 4 ? h->proto == PROTO_AH : ip_extension(h->proto)) {
        if (h->header + EXT_HEADER > h->total)
            return IP_BAD;
        if (h->header + EXT_HEADER > cur_left(&in))
            return IP_SHORT;
        const uint8_t *ext = in.at + h->header;
        uint32_t size = EXT_HEADER;
        bool fragment = h->proto == EXT_FRAGMENT && read_fragment_header(ext, next_at, h);
        if (h->proto == PROTO_AH)
            size = (ext[1] + 2u) * 4; /* RFC 4302 2.2 */
        else if (h->proto != EXT_FRAGMENT)
            size = (ext[1] + 1u) * 8; /* RFC 8200 4.2 and those after it */
        next_at = h->header;
        h->header += size;
        h->proto = ext[0];
        if (h->header > h->total)
            return IP_BAD;
        if (h->header > cur_left(&in))
            return IP_SHORT;
        if (fragment) /* what follows may be the middle of anything */
            break;
    }
    return IP_OK;
}

static enum ip_got read_v4(struct cursor in, uint32_t wire, struct ip_head *h)
{
    if (cur_left(&in) < V4_HEADER)
        return wire < V4_HEADER ? IP_BAD : IP_SHORT;
    const uint8_t *p = in.at;
    uint32_t field = u16_at(p + 6);
    *h = (struct ip_head){
        .at = p,
        .version = 4,
        .header = (p[0] & 15u) * 4,
        .tos = p[1],
        .total = u16_at(p + 2),
        .id = u16_at(p + 4),
        .df = field & 0x4000,
        .more = field & 0x2000,
        .offset = (field & 0x1fff) * 8,
        .ttl = p[8],
        .proto = p[9],
    };
    h->fragment = h->more || h->offset;
    h->own = h->header;
    /* A sending host hands segments larger than 65535 bytes to its interface with length 0, and captures them so. */
    if (!h->total)
        h->total = wire;
    if (p[0] >> 4 != 4 || h->header < V4_HEADER || h->total < h->header)
        return IP_BAD;
    if (cur_left(&in) < h->header)
        return wire < h->header ? IP_BAD : IP_SHORT;
    return h->fragment ? IP_OK : read_extensions(in, h);
}

static enum ip_got read_v6(struct cursor in, uint32_t wire, struct ip_head *h)
{
    if (cur_left(&in) < V6_HEADER)
        return wire < V6_HEADER ? IP_BAD : IP_SHORT;
    const uint8_t *p = in.at;
    *h = (struct ip_head){
        .at = p,
        .version = 6,
        .header = V6_HEADER,
        .tos = (uint8_t)(p[0] << 4 | p[1] >> 4),
        .total = V6_HEADER + u16_at(p + 4),
        .proto = p[6],
        .ttl = p[7],
        .df = true,
    };
    /* 0 stands for a jumbogram (RFC 2675 3), which is also how offloaded segments of more than 65535 bytes look. */
    if (h->total == V6_HEADER)
        h->total = wire;
    return p[0] >> 4 == 6 ? read_extensions(in, h) : IP_BAD;
}

enum ip_got ip_read(struct cursor in, uint32_t wire, struct ip_head *out)
{
    out->at = NULL;
    if (!cur_left(&in))
        return wire ? IP_SHORT : IP_BAD;
    return in.at[0] >> 4 == 6 ? read_v6(in, wire, out) : read_v4(in, wire, out);
}
