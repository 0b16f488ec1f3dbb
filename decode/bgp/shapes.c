/* Values as they are told: the bytes of an attribute, a TLV or a descriptor and their shape in, a field of the writer
 * out. What does not fit its shape is told as hex. */
#include "decode/bgp/update_internal.h"

#include <string.h>

/* Whether so many bytes are a shape's value; for lists, at least one item. */
bool bgp_shape_fits(enum shape shape, size_t n)
{
    switch (shape) {
    case SHAPE_HEX:
    case SHAPE_TEXT: return true;
    case SHAPE_EMPTY: return n == 0;
    case SHAPE_U8: return n == 1;
    case SHAPE_U16: return n == 2;
    case SHAPE_U32:
    case SHAPE_F32:
    case SHAPE_IPV4: return n == 4;
    case SHAPE_UINT: return n >= 1 && n <= 8;
    case SHAPE_IPV6: return n == 16;
    case SHAPE_IP: return n == 4 || n == 16;
    case SHAPE_U8_LIST: return n > 0;
    case SHAPE_U16_LIST: return n && n % 2 == 0;
    case SHAPE_U32_LIST:
    case SHAPE_F32_LIST: return n && n % 4 == 0;
    case SHAPE_LABEL: return n == 3 || n == 4;
    }
    return false;
}

float bgp_f32_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f); /* IEEE 754, as on every machine that we build for */
    return f;
}

static uint64_t whole_number(struct cursor v)
{
    uint64_t n = 0;
    while (cur_left(&v))
        n = n << 8 | cur_u8(&v);
    return n;
}

static void address_tell(struct writer *w, const char *key, struct cursor v)
{
    char text[ADDR_TEXT];
    struct addr a = cur_left(&v) == 4 ? addr_v4(v.at) : addr_v6(v.at);
    write_str(w, key, addr_text(&a, text));
}

static void list_tell(struct writer *w, const char *key, struct cursor v, enum shape shape)
{
    write_array(w, key);
    while (cur_left(&v)) {
        if (shape == SHAPE_U8_LIST)
            write_u64(w, NULL, cur_u8(&v));
        else if (shape == SHAPE_U16_LIST)
            write_u64(w, NULL, cur_u16(&v));
        else if (shape == SHAPE_U32_LIST)
            write_u64(w, NULL, cur_u32(&v));
        else
            write_real(w, NULL, (double)bgp_f32_of(cur_u32(&v)), 0);
    }
    write_end(w);
}

void bgp_shape_tell(struct writer *w, const char *key, struct cursor v, enum shape shape)
{
    size_t n = cur_left(&v);
    if (!bgp_shape_fits(shape, n))
        shape = SHAPE_HEX;
    switch (shape) {
    case SHAPE_EMPTY: write_bool(w, key, true); break;
    case SHAPE_U8:
    case SHAPE_U16:
    case SHAPE_U32:
    case SHAPE_UINT: write_u64(w, key, whole_number(v)); break;
    case SHAPE_IPV4:
    case SHAPE_IPV6:
    case SHAPE_IP: address_tell(w, key, v); break;
    case SHAPE_TEXT: bgp_text_tell(w, key, v); break;
    case SHAPE_F32: write_real(w, key, (double)bgp_f32_of(cur_u32(&v)), 0); break;
    case SHAPE_LABEL: write_u64(w, key, n == 3 ? cur_u24(&v) >> 4 : cur_u32(&v) >> 12); break;
    case SHAPE_U8_LIST:
    case SHAPE_U16_LIST:
    case SHAPE_U32_LIST:
    case SHAPE_F32_LIST: list_tell(w, key, v, shape); break;
    case SHAPE_HEX: write_hex(w, key, v.at, n); break;
    }
}

bool bgp_bytes_zero(struct cursor v)
{
    while (cur_left(&v))
        if (cur_u8(&v))
            return false;
    return true;
}

void bgp_hex_text(struct cursor v, struct buf *out) { buf_hex(out, v.at, cur_left(&v)); }

void bgp_ip_text(struct cursor v, struct buf *out)
{
    char text[ADDR_TEXT];
    struct addr a;
    switch (cur_left(&v)) {
    case 4: a = addr_v4(v.at); break;
    case 16: a = addr_v6(v.at); break;
    default: bgp_hex_text(v, out); return;
    }
    buf_str(out, addr_text(&a, text));
}

void bgp_mac_text(const uint8_t *mac, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(out, ':');
        buf_hex(out, mac + i, 1);
    }
}

void bgp_esi_text(struct cursor esi, struct buf *out) { bgp_mac_text(esi.at, cur_left(&esi), out); }

/* RFC 4364 4.2: type (2), then AS:number, address:number or four-byte AS:number. */
void bgp_rd_text(struct cursor rd, struct buf *out)
{
    struct cursor all = rd;
    switch (cur_u16(&rd)) {
    case 0: {
        unsigned asn = cur_u16(&rd);
        buf_printf(out, "%u:%u", asn, (unsigned)cur_u32(&rd));
        break;
    }
    case 1:
        bgp_ip_text(cur_sub(&rd, 4), out);
        buf_printf(out, ":%u", cur_u16(&rd));
        break;
    case 2: {
        unsigned asn = cur_u32(&rd);
        buf_printf(out, "%u:%u", asn, cur_u16(&rd));
        break;
    }
    default: bgp_hex_text(all, out); break;
    }
}
