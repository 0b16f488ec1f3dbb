/* Multicast VPN routes (RFC 6514 4): type (1), length (1), and the fields that mvpn.def lists for the type. Told like
 * EVPN's: "[5]:[10.0.0.1]:[232.1.1.1]". */
#include "decode/bgp/update_internal.h"

enum { RD = 8 };

static const char *fields_of(unsigned type)
{
    static const char *const rows[] = {
#define MVPN(type, name, fields) [type] = (fields),
#include "decode/bgp/mvpn.def"
#undef MVPN
    };
    return type < COUNT(rows) ? rows[type] : NULL;
}

static void put(struct buf *out, struct cursor v, void (*text)(struct cursor, struct buf *))
{
    if (!out)
        return;
    buf_str(out, ":[");
    text(v, out);
    buf_char(out, ']');
}

/* Length in bits (1), address; 0 for any. */
static void address(struct cursor *in, struct buf *out)
{
    unsigned bits = cur_u8(in);
    if (bits != 0 && bits != 32 && bits != 128) {
        cur_take(in, SIZE_MAX);
        return;
    }
    struct cursor v = cur_sub(in, bits / 8);
    if (cur_left(&v))
        put(out, v, bgp_ip_text);
    else if (out)
        buf_str(out, ":[*]");
}

/* Reads the fields and, when `out` is there, tells them; false if they do not fill the route. */
static bool walk(const char *fields, struct cursor in, struct buf *out)
{
    for (; *fields; fields++)
        switch (*fields) {
        case 'D': cur_take(&in, RD); break;
        case 'N': {
            unsigned asn = cur_u32(&in);
            if (out)
                buf_printf(out, ":[%u]", asn);
            break;
        }
        case 'A': address(&in, out); break;
        case 'K': {
            struct cursor route = in;
            cur_u8(&route);
            put(out, cur_sub(&in, cur_u8(&route) + 2u), bgp_hex_text);
            break;
        }
        case 'O': {
            size_t n = cur_left(&in);
            put(out, cur_sub(&in, n == 4 || n == 16 ? n : SIZE_MAX), bgp_ip_text);
            break;
        }
        default: break;
        }
    return cur_ok(&in) && !cur_left(&in);
}

static enum fault_code read_mvpn(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    (void)it;
    out->type = cur_u8(in);
    struct cursor body = cur_sub(in, cur_u8(in));
    if (!cur_ok(in))
        return FAULT_BGP_NLRI_OVERRUN;
    const char *fields = fields_of(out->type);
    out->key = body;
    out->unreadable = !fields || !walk(fields, body, NULL);
    if (!out->unreadable && fields[0] == 'D')
        out->rd = cur_sub(&body, RD);
    return FAULT_COUNT;
}

static void text_mvpn(const struct bgp_nlri *n, struct buf *out)
{
    buf_printf(out, "[%u]", n->type);
    walk(fields_of(n->type), n->key, out);
}

const struct nlri_reader nlri_mvpn = { read_mvpn, text_mvpn, NULL };
