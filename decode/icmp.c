/* ICMP and ICMPv6 errors: an IP packet in, what it says about the packet that it quotes out. */
#include "decode/icmp.h"

#include "base/macros.h"
#include "decode/ip.h"

static const struct {
    uint8_t version, type, code;
    const char *words;
} names[] = {
#define ICMP(version, type, code, words) { version, type, code, words },
#include "decode/icmp.def"
#undef ICMP
};

/* For a code that has no row: what its type says. */
static const char *type_name(bool v6, uint8_t type)
{
    if (v6)
        switch (type) {
        case 1: return "destination unreachable";
        case 2: return "packet too big";
        case 3: return "time exceeded";
        case 4: return "parameter problem";
        default: return "ICMPv6 message";
        }
    switch (type) {
    case 3: return "destination unreachable";
    case 4: return "source quench";
    case 5: return "redirect";
    case 11: return "time exceeded";
    case 12: return "parameter problem";
    default: return "ICMP message";
    }
}

const char *icmp_name(bool v6, uint8_t type, uint8_t code)
{
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].version == (v6 ? 6 : 4) && names[i].type == type && names[i].code == code)
            return names[i].words;
    return type_name(v6, type);
}

/* The path's MTU; 0 where an old router leaves it out. RFC 1191 4, RFC 4443 3.2 */
static uint32_t read_mtu(bool v6, const struct icmp_error *e, uint32_t word)
{
    if (v6)
        return e->type == 2 ? word : 0;
    return e->type == 3 && e->code == 4 ? word & 0xffff : 0;
}

/* A quote holds eight bytes of what follows the header at least: ports and sequence number. RFC 792 */
static void read_quoted_tcp(struct cursor in, struct icmp_error *e)
{
    uint16_t sport = cur_u16(&in), dport = cur_u16(&in);
    uint32_t seq = cur_u32(&in);
    if (!cur_ok(&in))
        return;
    e->has_ports = true;
    e->sport = sport;
    e->dport = dport;
    e->seq = seq;
}

bool icmp_read(const struct frame *f, struct icmp_error *out)
{
    bool v6 = f->proto == PROTO_ICMPV6;
    struct cursor in = f->payload;
    struct icmp_error e = { .type = cur_u8(&in), .code = cur_u8(&in) };
    cur_u16(&in); /* checksum */
    uint32_t word = cur_u32(&in);
    if ((!v6 && f->proto != PROTO_ICMP) || !cur_ok(&in) || !icmp_is_error(v6, e.type))
        return false;
    e.mtu = read_mtu(v6, &e, word);
    struct ip_head h;
    /* A quote is nearly always less than the packet: that its extension headers are cut is no fault. */
    enum ip_got got = ip_read(in, UINT32_MAX, &h);
    if (got == IP_BAD || (got == IP_SHORT && !h.at))
        return false;
    e.src = ip_src(&h);
    e.dst = ip_dst(&h);
    e.proto = h.proto;
    e.ttl = h.ttl;
    cur_take(&in, h.header);
    if (got == IP_OK && h.proto == PROTO_TCP && !h.offset)
        read_quoted_tcp(in, &e);
    *out = e;
    return true;
}
