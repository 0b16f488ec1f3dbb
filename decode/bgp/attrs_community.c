/* Communities of all sizes: 4 bytes (RFC 1997), 8 (RFC 4360), 12 (RFC 8092), 20 (RFC 5701). */
#include "decode/bgp/update_internal.h"

#include <string.h>

enum { PLAIN = 4, EXTENDED = 8, LARGE = 12, IPV6 = 20 };

/* RFC 7606 7.8, 7.14, 7.15; RFC 8092 6: a non-zero multiple of what one needs */
static enum fault_code check_size(const struct attr_in *in, size_t one)
{
    size_t n = cur_left(&in->value);
    return n && n % one == 0 ? FAULT_COUNT : FAULT_BGP_ATTR_LENGTH;
}

static void tell_each(struct writer *w, const struct attr_in *in, size_t one,
                      void (*text)(const uint8_t *, struct buf *))
{
    struct cursor v = in->value;
    struct buf words = buf_init(1 << 10);
    write_array(w, "value");
    for (const uint8_t *p; cur_left(&v) && (p = cur_take(&v, one)) != NULL;) {
        buf_clear(&words);
        text(p, &words);
        write_strn(w, NULL, buf_text(&words), words.used);
    }
    write_end(w);
    buf_free(&words);
}

/* Those that have a name. */
static const struct {
    uint16_t high, low;
    const char *name;
} plain_rows[] = {
#define COMMUNITY(high, low, name) { high, low, name },
#include "decode/bgp/communities.def"
#undef COMMUNITY
};

void bgp_community_text(unsigned high, unsigned low, struct buf *out)
{
    for (size_t i = 0; i < COUNT(plain_rows); i++)
        if (plain_rows[i].high == high && plain_rows[i].low == low) {
            buf_str(out, plain_rows[i].name);
            return;
        }
    buf_printf(out, "%u:%u", high, low);
}

bool bgp_community_known(const char *name)
{
    for (size_t i = 0; i < COUNT(plain_rows); i++)
        if (!strcmp(plain_rows[i].name, name))
            return true;
    return false;
}

static void plain_text(const uint8_t *p, struct buf *out)
{
    bgp_community_text((unsigned)p[0] << 8 | p[1], (unsigned)p[2] << 8 | p[3], out);
}

static void large_text(const uint8_t *p, struct buf *out)
{
    struct cursor v = cur_over(p, LARGE);
    for (unsigned i = 0; i < 3; i++) {
        if (i)
            buf_char(out, ':');
        buf_u64(out, cur_u32(&v));
    }
}

/* type and subtype (2), address (16), number (2) */
static void ipv6_text(const uint8_t *p, struct buf *out)
{
    static const struct {
        uint16_t type;
        const char *name;
    } rows[] = {
#define IPV6_COMMUNITY(type, name) { type, name },
#include "decode/bgp/ipv6_communities.def"
#undef IPV6_COMMUNITY
    };
    struct cursor v = cur_over(p, IPV6);
    unsigned type = cur_u16(&v);
    const char *name = NULL;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].type == type)
            name = rows[i].name;
    if (name)
        buf_printf(out, "%s:[", name);
    else
        buf_printf(out, "0x%04x:[", type);
    bgp_ip_text(cur_sub(&v, 16), out);
    buf_printf(out, "]:%u", cur_u16(&v));
}

#define READER(name, size, text)                                                                             \
    enum fault_code attr_check_##name(const struct attr_in *in, struct bgp_attrs_summary *out)               \
    {                                                                                                        \
        (void)out;                                                                                           \
        return check_size(in, size);                                                                         \
    }                                                                                                        \
    void attr_tell_##name(struct writer *w, const struct attr_in *in) { tell_each(w, in, size, text); }

READER(communities, PLAIN, plain_text)
READER(ext_communities, EXTENDED, bgp_ext_community_text)
READER(large_communities, LARGE, large_text)
READER(ipv6_communities, IPV6, ipv6_text)

void bgp_communities_text(const struct bgp_update *u, unsigned code, struct buf *out)
{
    static const struct {
        unsigned code;
        size_t one;
        void (*text)(const uint8_t *, struct buf *);
    } rows[] = { { BGP_ATTR_COMMUNITY, PLAIN, plain_text },
                 { BGP_ATTR_EXT_COMMUNITIES, EXTENDED, bgp_ext_community_text },
                 { BGP_ATTR_IPV6_EXT_COMM, IPV6, ipv6_text },
                 { BGP_ATTR_LARGE_COMMUNITY, LARGE, large_text } };
    const struct bgp_attr *a = bgp_update_attr(u, code);
    for (size_t i = 0; a && i < COUNT(rows); i++) {
        struct cursor v = a->value;
        if (rows[i].code != code)
            continue;
        const char *between = "";
        for (const uint8_t *p; cur_left(&v) >= rows[i].one && (p = cur_take(&v, rows[i].one));
             between = " ") {
            buf_str(out, between);
            rows[i].text(p, out);
        }
    }
}

/* RFC 9012 4.1, RFC 8365 5.1.3 */
bool bgp_update_vni(const struct bgp_update *u)
{
    enum { VXLAN = 8, NVGRE = 9, VXLAN_GPE = 12, GENEVE = 19 };
    const struct bgp_attr *a = bgp_update_attr(u, BGP_ATTR_EXT_COMMUNITIES);
    struct cursor v = a ? a->value : (struct cursor){ NULL, NULL, false };
    for (const uint8_t *p; cur_left(&v) && (p = cur_take(&v, EXTENDED)) != NULL;) {
        unsigned tunnel = (unsigned)p[6] << 8 | p[7];
        if (p[0] == 0x03 && p[1] == 0x0c &&
            (tunnel == VXLAN || tunnel == NVGRE || tunnel == VXLAN_GPE || tunnel == GENEVE))
            return true;
    }
    return false;
}
