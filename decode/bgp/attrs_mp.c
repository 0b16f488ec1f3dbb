/* MP_REACH_NLRI and MP_UNREACH_NLRI: family and next hop. The routes are nlri.c's.
 *
 *     AFI (2) | SAFI (1) | next hop length (1) | next hop | reserved (1) | routes       RFC 4760 3
 *     AFI (2) | SAFI (1) | routes                                                       RFC 4760 4
 */
#include "decode/bgp/update_internal.h"

enum { RD = 8, V4 = 4, V6 = 16 };

/* RFC 4760 3, 2545 3, 4364 4.3.2, 4659 3.2.1, 8950 4 */
static bool next_hop_fits(enum bgp_family family, size_t n)
{
    if (family == FAMILY_NONE)
        return true;
    const struct bgp_nlri_row *row = &nlri_rows[family];
    bool v4 = row->afi == 1;
    if (row->reader == &nlri_flowspec) /* RFC 8955 4: none, and ignored if there is one */
        return true;
    if (row->reader == &nlri_prefix || row->reader == &nlri_labeled)
        return n == V6 || n == 2 * V6 || (n == V4 && v4);
    if (row->reader == &nlri_vpn || row->reader == &nlri_vpn_plain)
        return n == RD + V6 || n == 2 * (RD + V6) || (n == RD + V4 && v4);
    return n == V4 || n == V6 || n == 2 * V6 || n == RD + V4 || n == RD + V6;
}

enum fault_code mp_reach_read(struct cursor v, struct bgp_mp *out)
{
    *out = (struct bgp_mp){ .family = FAMILY_NONE };
    out->afi = cur_u16(&v);
    out->safi = cur_u8(&v);
    if (!cur_ok(&v))
        return FAULT_BGP_ATTR_MP_SHORT;
    out->present = true;
    out->family = bgp_family_of(out->afi, out->safi);
    out->next_hop = cur_sub(&v, cur_u8(&v));
    cur_u8(&v); /* reserved; where RFC 2858 counted SNPAs, which nobody ever sent */
    if (!cur_ok(&v))
        return FAULT_BGP_ATTR_MP_SHORT;
    out->nlri = v;
    return next_hop_fits(out->family, cur_left(&out->next_hop)) ? FAULT_COUNT : FAULT_BGP_ATTR_MP_NEXT_HOP;
}

enum fault_code mp_unreach_read(struct cursor v, struct bgp_mp *out)
{
    *out = (struct bgp_mp){ .family = FAMILY_NONE };
    out->afi = cur_u16(&v);
    out->safi = cur_u8(&v);
    if (!cur_ok(&v))
        return FAULT_BGP_ATTR_MP_SHORT;
    out->present = true;
    out->family = bgp_family_of(out->afi, out->safi);
    out->nlri = v;
    return FAULT_COUNT;
}

/* ---- as rows of attrs.def ---- */

static enum fault_code form_only(enum fault_code bad)
{
    return bad == FAULT_BGP_ATTR_MP_SHORT ? bad : FAULT_COUNT;
}

/* What is wrong with them is bgp_update_read's to say, for every UPDATE; here only whether they can be told. */
enum fault_code attr_check_mp_reach(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct bgp_mp mp;
    return form_only(mp_reach_read(in->value, &mp));
}

enum fault_code attr_check_mp_unreach(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    struct bgp_mp mp;
    return form_only(mp_unreach_read(in->value, &mp));
}

static void family_tell(struct writer *w, const struct bgp_mp *mp)
{
    char text[32];
    write_str(w, "family", bgp_afi_safi_name(mp->afi, mp->safi, text));
}

/* An address, or two of which the second is link-local (RFC 2545 3); each with an RD in front for VPNs. The RD is told
 * when it is not zero, as it should be (RFC 4364 4.3.2). */
static void next_hop_tell(struct writer *w, const struct bgp_mp *mp)
{
    struct cursor v = mp->next_hop;
    size_t n = cur_left(&v);
    bool rd = n == RD + V4 || n == RD + V6 || n == 2 * (RD + V6), two = n == 2 * V6 || n == 2 * (RD + V6);
    if (!n)
        return;
    size_t in_front_size = rd ? RD : 0, address = n / (two ? 2 : 1) - in_front_size;
    struct cursor in_front = cur_sub(&v, in_front_size);
    bgp_shape_tell(w, "next_hop", cur_sub(&v, address), SHAPE_IP);
    if (rd && !bgp_bytes_zero(in_front)) {
        struct buf text = buf_init(256);
        bgp_rd_text(in_front, &text);
        write_str(w, "next_hop_rd", buf_text(&text));
        buf_free(&text);
    }
    if (two) {
        cur_take(&v, in_front_size);
        bgp_shape_tell(w, "next_hop_link_local", v, SHAPE_IP);
    }
}

/* The routes are told as "announced" and "withdrawn", unless nobody knows how to read them. */
void attr_tell_mp_reach(struct writer *w, const struct attr_in *in)
{
    struct bgp_mp mp;
    mp_reach_read(in->value, &mp);
    write_object(w, "value");
    family_tell(w, &mp);
    next_hop_tell(w, &mp);
    if (mp.family == FAMILY_NONE)
        bgp_shape_tell(w, "nlri", mp.nlri, SHAPE_HEX);
    write_end(w);
}

void attr_tell_mp_unreach(struct writer *w, const struct attr_in *in)
{
    struct bgp_mp mp;
    mp_unreach_read(in->value, &mp);
    write_object(w, "value");
    family_tell(w, &mp);
    if (mp.family == FAMILY_NONE)
        bgp_shape_tell(w, "nlri", mp.nlri, SHAPE_HEX);
    write_end(w);
}
