/* Attributes of a route to text and JSON. */
#include "store/route.h"

#include "base/macros.h"
#include <string.h>

struct prefix prefix_of(const struct bgp_nlri *n)
{
    struct prefix p = { .bits = n->bits };
    unsigned afi = bgp_family_afi(n->family), safi = bgp_family_safi(n->family), size = afi == 1 ? 4 : 16;
    bool plain = safi == 1 || safi == 2 || safi == 4, vpn = (safi == 128 || safi == 129) && cur_left(&n->rd);
    if ((afi != 1 && afi != 2) || (!plain && !vpn) || cur_left(&n->prefix) > size || n->bits > size * 8)
        return p;
    p.addr.size = (uint8_t)size;
    if (cur_left(&n->prefix))
        memcpy(p.addr.b, n->prefix.at, cur_left(&n->prefix));
    prefix_clear(&p);
    return p;
}

bool route_attrs_read(struct route_attrs *r, struct cursor attrs, bool as4)
{
    /* an UPDATE that announces nothing: header, no withdrawn routes, the attributes. RFC 4271 4.3 */
    size_t size = cur_left(&attrs), total = BGP_HEADER + 4 + size;
    uint8_t *p = r->message;
    if (total > UINT16_MAX)
        return false;
    memset(p, 0xff, 16);
    p[16] = (uint8_t)(total >> 8);
    p[17] = (uint8_t)total;
    p[18] = BGP_UPDATE;
    p[19] = p[20] = 0;
    p[21] = (uint8_t)(size >> 8);
    p[22] = (uint8_t)size;
    if (size)
        memcpy(p + 23, attrs.at, size);
    struct bgp_msg msg = { .type = BGP_UPDATE,
                           .length = (uint16_t)total,
                           .raw = p,
                           .body = cur_over(p + BGP_HEADER, total - BGP_HEADER),
                           .fault = FAULT_COUNT };
    struct bgp_ctx ctx = { .as4 = as4 };
    route_attrs_of(r, &msg, &ctx);
    return true;
}

/* Of the forms of a next hop (RFC 4760 3, 2545 3, 4364 4.3.2) the global address. */
static struct addr mp_next_hop(struct cursor hop)
{
    switch (cur_left(&hop)) {
    case 4: return addr_v4(hop.at);
    case 12: return addr_v4(hop.at + 8);
    case 16:
    case 32: return addr_v6(hop.at);
    case 24:
    case 48: return addr_v6(hop.at + 8);
    default: return (struct addr){ 0 };
    }
}

void route_attrs_of(struct route_attrs *r, const struct bgp_msg *msg, const struct bgp_ctx *ctx)
{
    r->ctx = *ctx;
    bgp_update_read(msg, &r->ctx, &r->update);
    bgp_attrs_read(&r->update, &r->ctx, &r->values);
    struct addr mp = r->update.reach.present ? mp_next_hop(r->update.reach.next_hop) : (struct addr){ 0 };
    r->next_hop = mp.size ? mp : r->values.next_hop;
    const struct bgp_attr *origin = bgp_update_attr(&r->update, BGP_ATTR_ORIGIN);
    r->origin = origin && cur_left(&origin->value) ? origin->value.at[0] : -1;
}

const char *route_origin_name(int origin)
{
    static const char *const names[] = { "IGP", "EGP", "INCOMPLETE" };
    return origin < 0 ? "" : origin < 3 ? names[origin] : "?";
}

void route_communities(const struct route_attrs *r, struct buf *out)
{
    static const uint8_t codes[] = { BGP_ATTR_COMMUNITY, BGP_ATTR_LARGE_COMMUNITY, BGP_ATTR_EXT_COMMUNITIES,
                                     BGP_ATTR_IPV6_EXT_COMM };
    size_t before = out->used;
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (!bgp_update_attr(&r->update, codes[i]))
            continue;
        if (out->used > before)
            buf_char(out, ' ');
        bgp_communities_text(&r->update, codes[i], out);
    }
}

void route_tell(struct writer *w, const struct bgp_nlri *n, const struct route_attrs *r)
{
    char text[ADDR_TEXT];
    struct buf words = buf_init(1 << 17);
    write_str(w, "family", bgp_family_name(n->family));
    bgp_nlri_text(n, &words);
    write_strn(w, "prefix", buf_text(&words), words.used);
    if (n->has_path_id)
        write_u64(w, "path_id", n->path_id);
    if (cur_left(&n->rd)) {
        buf_clear(&words);
        bgp_rd_text(n->rd, &words);
        write_strn(w, "rd", buf_text(&words), words.used);
    }
    bgp_nlri_more_tell(w, n, bgp_update_vni(&r->update));
    if (r->next_hop.size)
        write_str(w, "next_hop", addr_text(&r->next_hop, text));
    if (bgp_update_attr(&r->update, BGP_ATTR_AS_PATH)) {
        buf_clear(&words);
        bgp_path_text(&r->update, &r->ctx, &words);
        write_strn(w, "as_path", buf_text(&words), words.used);
    }
    if (r->values.origin_as)
        write_u64(w, "origin_as", r->values.origin_as);
    bgp_attributes_tell(w, &r->update, &r->ctx);
    buf_free(&words);
}

void route_line(const struct bgp_nlri *n, const struct route_attrs *r, struct buf *out)
{
    char text[ADDR_TEXT];
    size_t start = out->used;
    if (n)
        bgp_nlri_more_text(n, bgp_update_vni(&r->update), out);
    buf_str(out, out->used > start ? "  " : "");
    buf_str(out, r->next_hop.size ? addr_text(&r->next_hop, text) : "-");
    buf_str(out, "  path ");
    size_t before = out->used;
    bgp_path_text(&r->update, &r->ctx, out);
    buf_printf(out, "%s%s", out->used > before ? " " : "", route_origin_name(r->origin));
    if (r->values.has_med)
        buf_printf(out, "  MED %u", r->values.med);
    if (r->values.has_local_pref)
        buf_printf(out, "  local preference %u", r->values.local_pref);
    struct buf words = buf_init(1 << 16);
    route_communities(r, &words);
    if (words.used)
        buf_printf(out, "  %s", buf_text(&words));
    buf_free(&words);
}

/* AGGREGATOR (RFC 4271 5.1.7): "AG|65001 10.0.0.1|", "NAG||" where it is not there. */
static void aggregator(const struct route_attrs *r, struct buf *out)
{
    char text[ADDR_TEXT];
    struct addr who;
    uint32_t asn;
    buf_str(out, bgp_update_attr(&r->update, BGP_ATTR_ATOMIC_AGGREGATE) ? "AG|" : "NAG|");
    if (bgp_aggregator(&r->update, &r->ctx, &asn, &who))
        buf_printf(out, "%u %s", asn, addr_text(&who, text));
    buf_char(out, '|');
}

/* "{1 2}" becomes "{1,2}". */
static void commas_in_sets(struct buf *b, size_t from)
{
    bool in_set = false;
    for (size_t i = from; i < b->used; i++) {
        in_set = b->text[i] == '{' || (in_set && b->text[i] != '}');
        if (in_set && b->text[i] == ' ')
            b->text[i] = ',';
    }
}

void route_bgpdump(const struct route_from *from, const struct bgp_nlri *n, const struct route_attrs *r,
                   struct buf *out)
{
    char text[ADDR_TEXT];
    buf_printf(out, "TABLE_DUMP2%s|%lld|B|%s|%u|", n->has_path_id ? "_AP" : "",
               (long long)(from->when.ns / NS_PER_S), addr_text(&from->peer, text), from->asn);
    if (cur_left(&n->rd)) { /* it has no place for that; without it, two routes would be one */
        bgp_rd_text(n->rd, out);
        buf_char(out, ' ');
    }
    bgp_nlri_text(n, out);
    buf_char(out, '|');
    if (n->has_path_id)
        buf_printf(out, "%u|", n->path_id);
    size_t path = out->used;
    bgp_path_text(&r->update, &r->ctx, out);
    commas_in_sets(out, path);
    buf_printf(out, "|%s|%s|%u|%u|", route_origin_name(r->origin),
               r->next_hop.size ? addr_text(&r->next_hop, text) : "",
               r->values.has_local_pref ? r->values.local_pref : 0, r->values.has_med ? r->values.med : 0);
    bgp_communities_text(&r->update, BGP_ATTR_COMMUNITY, out); /* it tells no others */
    buf_char(out, '|');
    aggregator(r, out);
    buf_char(out, '\n');
}
