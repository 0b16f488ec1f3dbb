/* What the OPENs would have told: UPDATEs of one direction in, the only way to read them out.
 *
 * An UPDATE counts where one reading fits and the other does not, or is one that no sender would send: the same route
 * twice, bits set behind a prefix's length. Where both fit, nothing is counted. */
#include "decode/bgp/update_internal.h"

#include <string.h>

/* ---- two or four bytes for an AS ---- */

enum { AGGREGATOR2 = 6, AGGREGATOR4 = 8 };

static void weigh_as(struct bgp_guess *g, const struct bgp_update *u)
{
    const struct bgp_attr *path = bgp_update_attr(u, BGP_ATTR_AS_PATH);
    const struct bgp_attr *aggregator = bgp_update_attr(u, BGP_ATTR_AGGREGATOR);
    bool fits2 = true, fits4 = true;
    if (path) {
        /* no path has an AS 0 (RFC 7607), and most four-byte ASes read as two of two bytes do */
        fits2 = bgp_path_check(path->value, 2) == FAULT_COUNT;
        fits4 = bgp_path_check(path->value, 4) == FAULT_COUNT;
    }
    if (aggregator) {
        fits2 = fits2 && cur_left(&aggregator->value) == AGGREGATOR2;
        fits4 = fits4 && cur_left(&aggregator->value) == AGGREGATOR4;
    }
    g->as2_fits += fits2 && !fits4;
    g->as4_fits += fits4 && !fits2;
}

/* ---- with or without path identifiers ---- */

enum fit { FITS_NOT, FITS_ODDLY, FITS };

static bool bits_behind(const struct bgp_nlri *n)
{
    return n->bits % 8 && cur_left(&n->prefix) && n->prefix.end[-1] & 0xff >> n->bits % 8;
}

static bool same(const struct bgp_nlri *a, const struct bgp_nlri *b)
{
    size_t n = cur_left(&a->raw);
    return n == cur_left(&b->raw) && !memcmp(a->raw.at, b->raw.at, n);
}

static enum fit fit(struct cursor nlri, enum bgp_family family, bool add_path, bool withdraw)
{
    const struct bgp_ctx ctx = { .add_path = add_path ? UINT64_MAX : 0 };
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, &ctx, withdraw);
    struct bgp_nlri n, last = { .family = FAMILY_NONE };
    unsigned defaults = 0;
    bool odd = false;
    while (bgp_nlri_next(&it, &n)) {
        bool of_prefixes = nlri_rows[family].reader->read == NULL;
        odd |= n.unreadable || (of_prefixes && bits_behind(&n));
        odd |= last.family != FAMILY_NONE && same(&n, &last);
        /* path identifiers are small numbers: read as prefixes, they are default routes */
        odd |= of_prefixes && !n.bits && !add_path && defaults++;
        last = n;
    }
    return it.fault != FAULT_COUNT ? FITS_NOT : odd ? FITS_ODDLY : FITS;
}

static void weigh_routes(struct bgp_guess *g, struct cursor nlri, enum bgp_family family, bool withdraw)
{
    if (!cur_left(&nlri) || family == FAMILY_NONE)
        return;
    enum fit plain = fit(nlri, family, false, withdraw), with_id = fit(nlri, family, true, withdraw);
    g->plain_fits[family] += plain > with_id;
    g->add_path_fits[family] += with_id > plain;
}

void bgp_guess_feed(struct bgp_guess *g, const struct bgp_msg *msg)
{
    if (msg->type != BGP_UPDATE)
        return;
    struct bgp_update u;
    const struct bgp_ctx ctx = { .as4 = true };
    bgp_update_read(msg, &ctx, &u);
    g->updates++;
    if (u.verdict >= BGP_DISABLE_FAMILY) /* where its parts begin is not certain */
        return;
    weigh_as(g, &u);
    if (msg->cut)
        return;
    weigh_routes(g, u.withdrawn, FAMILY_IPV4_UNICAST, true);
    weigh_routes(g, u.nlri, FAMILY_IPV4_UNICAST, false);
    weigh_routes(g, u.unreach.nlri, u.unreach.family, true);
    weigh_routes(g, u.reach.nlri, u.reach.family, false);
}

struct bgp_ctx bgp_guess_ctx(const struct bgp_guess *g)
{
    struct bgp_ctx ctx = { .as4 = g->as4_fits >= g->as2_fits, .inferred_as4 = true };
    for (unsigned i = 0; i < FAMILY_COUNT; i++)
        if (g->add_path_fits[i] > g->plain_fits[i])
            ctx.add_path |= UINT64_C(1) << i;
    ctx.inferred_add_path = ctx.add_path != 0;
    return ctx;
}
