/* EVPN routes: type (1), length (1), RD (8), and the fields that evpn.def lists for the type in; key, labels and words
 * out. RFC 7432 7, 9136 3, 9251 9, 9572 3. Told as FRR and its kin do: "[2]:[tag]:[48]:[MAC]:[32]:[address]". */
#include "decode/bgp/update_internal.h"

#include <string.h>

enum { MAC_IP = 2, IP_PREFIX = 5, LEAF = 11 };
enum { RD = 8, ESI = 10, TAG = 4, MAC = 6, LABEL = 3, REGION = 8 };

/* The fields of a route type; NULL for one that is not known. */
static const char *fields_of(unsigned type)
{
    static const char *const rows[] = {
#define EVPN(type, name, fields) [type] = (fields),
#include "decode/bgp/evpn.def"
#undef EVPN
    };
    return type < COUNT(rows) ? rows[type] : NULL;
}

/* Length in bits (1) and an address of that length: none, IPv4, IPv6. */
static void read_address(struct cursor *in)
{
    unsigned bits = cur_u8(in);
    cur_take(in, bits == 0 || bits == 32 || bits == 128 ? bits / 8 : SIZE_MAX);
}

/* IPv4 or IPv6 as the length of the whole route says: a length (1), prefix, gateway and label are left.
 * RFC 9136 3.1 */
static void read_prefix(struct cursor *in, struct bgp_nlri *out)
{
    size_t size = cur_left(in) == 1 + 4 + 4 + LABEL ? 4 : 16;
    out->bits = cur_u8(in);
    out->prefix = cur_sub(in, size);
    if (out->bits > size * 8)
        cur_take(in, SIZE_MAX);
}

static void read_label(struct cursor *in, struct bgp_nlri *out)
{
    struct cursor label = cur_sub(in, LABEL);
    if (!out->label_count++)
        out->labels = label;
    else
        out->labels.end = label.end;
}

/* False if the fields do not fill the route. */
static bool read_fields(const char *fields, struct cursor in, struct bgp_nlri *out)
{
    for (; *fields; fields++)
        switch (*fields) {
        case ')': out->key.end = in.at; break;
        case 'E': cur_take(&in, ESI); break;
        case 'T': cur_take(&in, TAG); break;
        case 'M': cur_take(&in, cur_u8(&in) == MAC * 8 ? MAC : SIZE_MAX); break;
        case 'A': read_address(&in); break;
        case 'P': read_prefix(&in, out); break;
        case 'G': cur_take(&in, cur_left(&out->prefix)); break;
        case 'R': cur_take(&in, REGION); break;
        case 'x': cur_u8(&in); break;
        case 'r': cur_take(&in, cur_left(&in)); break;
        case 'l':
            if (!cur_left(&in))
                break;
            read_label(&in, out);
            break;
        case 'L': read_label(&in, out); break;
        default: break;
        }
    return cur_ok(&in) && !cur_left(&in);
}

/* RFC 7606 5.4: types that nobody knows are passed over by their length. */
static enum fault_code read_evpn(const struct bgp_nlri_iter *it, struct cursor *in, struct bgp_nlri *out)
{
    (void)it;
    out->type = cur_u8(in);
    struct cursor body = cur_sub(in, cur_u8(in));
    if (!cur_ok(in))
        return FAULT_BGP_NLRI_OVERRUN;
    out->key = body;
    /* its key is another route, which begins with a type, not with an RD: RFC 9572 3.3 */
    if (out->type == LEAF)
        return FAULT_COUNT;
    const char *fields = fields_of(out->type);
    struct cursor rd = cur_sub(&body, RD);
    if (fields && cur_ok(&rd) && read_fields(fields, body, out)) {
        out->rd = rd;
        out->aside = *fields == 'E' ? ESI : 0;
        return FAULT_COUNT;
    }
    out->key.end = body.end;
    out->labels = out->prefix = cur_over(body.end, 0);
    out->label_count = out->bits = 0;
    out->unreadable = true;
    return FAULT_COUNT;
}

/* ---- telling: only routes that were readable ---- */

static void text_address(struct cursor *v, bool mac_ip, struct buf *out)
{
    unsigned bits = cur_u8(v);
    if (!bits && mac_ip) /* a MAC without an address has nothing here */
        return;
    buf_printf(out, ":[%u]", bits);
    if (bits) {
        buf_str(out, ":[");
        bgp_ip_text(cur_sub(v, bits / 8), out);
        buf_char(out, ']');
    }
}

static void text_evpn_prefix(const struct bgp_nlri *n, struct buf *out)
{
    char text[ADDR_TEXT];
    prefix_text(n->prefix.at, n->bits, (unsigned)cur_left(&n->prefix), text);
    buf_printf(out, ":[%u]:[%.*s]", n->bits, (int)strcspn(text, "/"), text);
}

static void text_hex_field(struct cursor v, struct buf *out)
{
    buf_str(out, ":[");
    bgp_hex_text(v, out);
    buf_char(out, ']');
}

static void text_evpn(const struct bgp_nlri *n, struct buf *out)
{
    struct cursor v = n->key;
    buf_printf(out, "[%u]", n->type);
    if (n->type == LEAF) {
        text_hex_field(v, out);
        return;
    }
    cur_take(&v, RD);
    const char *fields = fields_of(n->type);
    for (; *fields != '('; fields++)
        cur_take(&v, ESI); /* nothing else stands in front of what is told */
    for (; *fields != ')'; fields++)
        switch (*fields) {
        case 'E':
            buf_str(out, ":[");
            bgp_esi_text(cur_sub(&v, ESI), out);
            buf_char(out, ']');
            break;
        case 'T': buf_printf(out, ":[%u]", (unsigned)cur_u32(&v)); break;
        case 'M':
            buf_printf(out, ":[%u]:[", cur_u8(&v));
            bgp_mac_text(cur_take(&v, MAC), MAC, out);
            buf_char(out, ']');
            break;
        case 'A': text_address(&v, n->type == MAC_IP, out); break;
        case 'P': text_evpn_prefix(n, out); break;
        case 'R': text_hex_field(v, out); break;
        default: break;
        }
}

/* ESI of a MAC or prefix route, gateway of a prefix route, when they are set; else empty. */
static struct cursor segment_of(const struct bgp_nlri *n)
{
    bool has = !n->unreadable && (n->type == MAC_IP || n->type == IP_PREFIX);
    struct cursor segment = cur_over(n->rd.end, has ? ESI : 0); /* behind the RD */
    return bgp_bytes_zero(segment) ? cur_over(n->rd.end, 0) : segment;
}

static struct cursor gateway_of(const struct bgp_nlri *n)
{
    bool has = !n->unreadable && n->type == IP_PREFIX;
    struct cursor gateway = cur_over(n->prefix.end, has ? cur_left(&n->prefix) : 0);
    return bgp_bytes_zero(gateway) ? cur_over(n->prefix.end, 0) : gateway;
}

static void more_evpn(struct writer *w, const struct bgp_nlri *n)
{
    struct cursor segment = segment_of(n), gateway = gateway_of(n);
    if (cur_left(&segment)) {
        struct buf text = buf_init(64);
        bgp_esi_text(segment, &text);
        write_str(w, "esi", buf_text(&text));
        buf_free(&text);
    }
    if (cur_left(&gateway))
        bgp_shape_tell(w, "gateway", gateway, SHAPE_IP);
}

void nlri_evpn_more_text(const struct bgp_nlri *n, struct buf *out)
{
    struct cursor segment = segment_of(n), gateway = gateway_of(n);
    const char *blank = n->label_count ? " " : "";
    if (cur_left(&segment)) {
        buf_printf(out, "%sESI ", blank);
        bgp_esi_text(segment, out);
        blank = " ";
    }
    if (cur_left(&gateway)) {
        buf_printf(out, "%sgateway ", blank);
        bgp_ip_text(gateway, out);
    }
}

const struct nlri_reader nlri_evpn = { read_evpn, text_evpn, more_evpn };
