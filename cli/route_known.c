/* A route in; what the RPKI and databases of places know of it out, as JSON and for people. */
#include "cli/route_known.h"

#include "cli/command.h"
#include "store/telling.h"
#include <string.h>

bool route_known_open(struct route_known *k, const struct options *o)
{
    *k = (struct route_known){ 0 };
    if (o->rpki || o->rtr) {
        k->origins = origins_open(o, true);
        if (!k->origins)
            return false;
    }
    return !o->geoip_count || (k->geoip = geoip_open(o));
}

int route_known_close(struct route_known *k, int status)
{
    origins_close(k->origins);
    return geoip_close(k->geoip, status);
}

static bool asks_origins(const struct route_known *k) { return k->origins && origins_asked(k->origins); }

static const struct geo *asked_geo(const struct route_known *k)
{
    const struct geo *g = k->geoip ? geoip_geo(k->geoip) : NULL;
    return geo_there(g) ? g : NULL;
}

/* The origin of an empty path is the AS that says it. RFC 6811 2 */
static enum rpki_state validity(const struct route_known *k, const struct bgp_side *from,
                                const struct bgp_nlri *n, const struct route_attrs *r)
{
    bool set = r->values.path_length; /* a path without an origin ends in an AS_SET */
    uint32_t origin = r->values.origin_as;
    struct prefix p = prefix_of(n);
    if (bgp_family_safi(n->family) != 1 || (!origin && !set && !from->asn))
        return RPKI_UNKNOWN;
    return origins_check(k->origins, &p, origin || set ? origin : from->asn);
}

/* Addresses of the Internet, and not of somebody's VPN: unicast, multicast, labelled. */
static void find_prefix(const struct geo *g, const struct bgp_nlri *n, struct geo_place *out)
{
    struct prefix p = prefix_of(n);
    *out = (struct geo_place){ 0 };
    if (bgp_family_safi(n->family) <= 4)
        geo_find(g, &p.addr, out);
}

/* Whether the database has the same AS for the prefix as the path does. */
static const char *origin_is(const struct route_attrs *r, const struct geo_place *p)
{
    uint32_t origin = r->values.origin_as;
    return !p->asn || !origin ? "unknown" : p->asn == origin ? "same" : "other";
}

static void geo_tell(const struct geo *g, const struct bgp_side *from, const struct bgp_nlri *n,
                     const struct route_attrs *r, struct writer *w)
{
    struct geo_place place;
    write_object(w, "geo");
    find_prefix(g, n, &place);
    write_str(w, "origin", origin_is(r, &place));
    telling_place(w, "prefix", &place);
    geo_find(g, &r->next_hop, &place);
    telling_place(w, "next_hop", &place);
    geo_find(g, &from->addr, &place);
    telling_place(w, "from", &place);
    write_end(w);
}

const char *route_known_rpki(const struct route_known *k, const struct bgp_side *from,
                             const struct bgp_nlri *n, const struct route_attrs *r)
{
    return asks_origins(k) ? rpki_state_name(validity(k, from, n, r)) : NULL;
}

void route_known_tell(const struct route_known *k, const struct bgp_side *from, const struct bgp_nlri *n,
                      const struct route_attrs *r, struct writer *w)
{
    const struct geo *g = asked_geo(k);
    if (asks_origins(k))
        write_str(w, "rpki", rpki_state_name(validity(k, from, n, r)));
    if (g)
        geo_tell(g, from, n, r, w);
}

void route_known_rpki_text(const struct route_known *k, const struct bgp_side *from, const struct bgp_nlri *n,
                           const struct route_attrs *r, struct buf *out)
{
    if (asks_origins(k))
        buf_printf(out, "  RPKI %s", rpki_state_name(validity(k, from, n, r)));
}

void route_known_geo_text(const struct route_known *k, const struct bgp_nlri *n, const struct route_attrs *r,
                          struct buf *out)
{
    const struct geo *g = asked_geo(k);
    struct geo_place place;
    if (!g)
        return;
    find_prefix(g, n, &place);
    buf_str(out, "  prefix: ");
    telling_place_text(&place, out);
    if (!strcmp(origin_is(r, &place), "other"))
        buf_str(out, ", another than its origin");
    geo_find(g, &r->next_hop, &place);
    buf_str(out, "; next hop: ");
    telling_place_text(&place, out);
}

void route_known_text(const struct route_known *k, const struct bgp_side *from, const struct bgp_nlri *n,
                      const struct route_attrs *r, struct buf *out)
{
    route_known_rpki_text(k, from, n, r, out);
    route_known_geo_text(k, n, r, out);
}
