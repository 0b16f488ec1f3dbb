/* Flow specifications: RFC 8955 (IPv4, VPN), 8956 (IPv6).
 *
 *     length (1, or 2 from 240 on) | RD (8, VPN) | components in the order of their types
 *
 * Told as "dst 10.0.0.0/8 proto =6 port >=80&<=90 =443": & for and, a blank for or. */
#include "decode/bgp/update_internal.h"

/* Reads one component's value and, when `out` is there, tells it; false if it does not fit. */
typedef bool component(struct cursor *in, bool v6, struct buf *out);

/* IPv4: length (1), bytes. IPv6: length (1), offset (1), the bits between them (RFC 8956 3.1). */
static bool component_prefix(struct cursor *in, bool v6, struct buf *out)
{
    char text[ADDR_TEXT];
    unsigned bits = cur_u8(in), offset = v6 ? cur_u8(in) : 0;
    if (bits > (v6 ? 128u : 32u) || (offset && offset >= bits))
        return false;
    struct cursor pattern = cur_sub(in, (bits - offset + 7) / 8);
    if (!cur_ok(in))
        return false;
    if (!out)
        return true;
    uint8_t address[16] = { 0 };
    for (unsigned i = 0; i < bits - offset; i++) {
        bool set = pattern.at[i / 8] >> (7 - i % 8) & 1;
        unsigned to = i + offset;
        address[to / 8] = (uint8_t)(address[to / 8] | set << (7 - to % 8));
    }
    buf_printf(out, " %s", prefix_text(address, bits, v6 ? 16 : 4, text));
    if (offset)
        buf_printf(out, " offset %u", offset);
    return true;
}

enum { OP_END = 0x80, OP_AND = 0x40, OP_LESS = 4, OP_GREATER = 2, OP_EQUAL = 1, OP_NOT = 2, OP_MATCH = 1 };

/* Operator (1) with the length of the value in bits 4 and 5, value; until OP_END. RFC 8955 4.2.1 */
static bool operators(struct cursor *in, struct buf *out, bool bitmask)
{
    static const char *const numeric[] = { "false", "=", ">", ">=", "<", "<=", "!=", "true" };
    static const char *const mask[] = { "", "=", "!", "!=" };
    unsigned op;
    bool first = true;
    do {
        op = cur_u8(in);
        struct cursor v = cur_sub(in, (size_t)1 << (op >> 4 & 3));
        if (!cur_ok(in))
            return false;
        if (!out)
            continue;
        uint64_t value = 0;
        while (cur_left(&v))
            value = value << 8 | cur_u8(&v);
        /* RFC 8955 4.2.1.1: the first has nothing to be and-ed with */
        buf_char(out, op & OP_AND && !first ? '&' : ' ');
        first = false;
        buf_str(out, bitmask ? mask[op & 3] : numeric[op & 7]);
        if (bitmask)
            buf_printf(out, "0x%llx", (unsigned long long)value);
        else if ((op & 7) != 0 && (op & 7) != 7)
            buf_u64(out, value);
    } while (!(op & OP_END));
    return true;
}

static bool component_numeric(struct cursor *in, bool v6, struct buf *out)
{
    (void)v6;
    return operators(in, out, false);
}

static bool component_bitmask(struct cursor *in, bool v6, struct buf *out)
{
    (void)v6;
    return operators(in, out, true);
}

/* Length in bits (1), bytes. */
static bool component_mac(struct cursor *in, bool v6, struct buf *out)
{
    (void)v6;
    unsigned bits = cur_u8(in);
    struct cursor v = cur_sub(in, (bits + 7) / 8);
    if (!cur_ok(in) || bits > 48)
        return false;
    if (out) {
        buf_char(out, ' ');
        bgp_mac_text(v.at, cur_left(&v), out);
        if (bits != 48)
            buf_printf(out, "/%u", bits);
    }
    return true;
}

static bool walk(struct cursor in, bool v6, struct buf *out)
{
    static const struct {
        const char *name;
        component *read;
    } rows[] = {
#define FLOWSPEC(type, name, reader) [type] = { name, component_##reader },
#include "decode/bgp/flowspec.def"
#undef FLOWSPEC
    };
    for (bool first = true; cur_left(&in); first = false) {
        unsigned type = cur_u8(&in);
        if (type >= COUNT(rows) || !rows[type].read) /* where the next one begins, nobody can say */
            return false;
        if (out && !first)
            buf_char(out, ' ');
        if (out)
            buf_str(out, rows[type].name);
        if (!rows[type].read(&in, v6, out))
            return false;
    }
    return true;
}

static bool is_v6(enum bgp_family family) { return nlri_rows[family].afi == 2; }

static enum fault_code read_flowspec(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    enum { LONG = 0xf0, VPN_SAFI = 134, RD = 8 };
    size_t length = cur_u8(in);
    if (length >= LONG) /* RFC 8955 4.1 */
        length = (length & 0x0f) << 8 | cur_u8(in);
    struct cursor body = cur_sub(in, length);
    if (!cur_ok(in))
        return FAULT_BGP_NLRI_OVERRUN;
    out->key = body;
    if (it->row->safi == VPN_SAFI)
        out->rd = cur_sub(&body, RD);
    out->prefix = body;
    out->unreadable = !cur_ok(&body) || !walk(body, is_v6(it->family), NULL);
    return FAULT_COUNT;
}

static void text_flowspec(const struct bgp_nlri *n, struct buf *out)
{
    if (!cur_left(&n->prefix))
        buf_str(out, "any");
    walk(n->prefix, is_v6(n->family), out);
}

const struct nlri_reader nlri_flowspec = { read_flowspec, text_flowspec, NULL };
