/* An LSA in; the prefixes that it says can be reached, one at a time, out. */
#include "state/ospf_lsdb.h"

void ospf_described_begin(struct ospf_described *it, const struct ospf_lsa *lsa)
{
    struct ospf_intra_prefix intra;
    *it = (struct ospf_described){ .lsa = *lsa };
    if (lsa->version == 2 && ospf_router_read(lsa, &it->router))
        it->kind = OSPF_DESCRIBED_LINKS;
    else if (ospf_intra_prefix_read(lsa, &intra)) {
        it->kind = OSPF_DESCRIBED_PREFIXES;
        it->prefixes = intra.prefixes;
    } else
        it->kind = OSPF_DESCRIBED_ONE;
}

static bool one(struct ospf_described *it, struct addr *prefix, unsigned *bits)
{
    struct ospf_network network;
    struct ospf_route route;
    it->kind = OSPF_DESCRIBED_NONE;
    if (it->lsa.version == 2 && ospf_network_read(&it->lsa, &network)) {
        *prefix = addr_of_id(it->lsa.id);
        *bits = addr_mask_bits(network.mask);
        return true;
    }
    if (!ospf_route_read(&it->lsa, &route) || !route.prefix.size || route.metric >= OSPF_INFINITY)
        return false;
    *prefix = route.prefix;
    *bits = route.bits;
    return true;
}

static void cut_to(struct addr *a, unsigned bits)
{
    for (unsigned i = bits; i < a->size * 8u; i++)
        a->b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
}

static bool next(struct ospf_described *it, struct addr *prefix, unsigned *bits)
{
    struct ospf_link l;
    struct ospf_prefix p;
    switch (it->kind) {
    case OSPF_DESCRIBED_LINKS:
        while (ospf_link_next(&it->router, &l))
            if (l.type == OSPF_LINK_STUB) {
                *prefix = addr_of_id(l.id);
                *bits = addr_mask_bits(l.data);
                return true;
            }
        return false;
    case OSPF_DESCRIBED_PREFIXES:
        if (!ospf_prefix_next(&it->prefixes, &p))
            return false;
        *prefix = p.prefix;
        *bits = p.bits;
        return true;
    case OSPF_DESCRIBED_ONE: return one(it, prefix, bits);
    default: return false;
    }
}

bool ospf_described_next(struct ospf_described *it, struct addr *prefix, unsigned *bits)
{
    if (!next(it, prefix, bits))
        return false;
    cut_to(prefix, *bits);
    return true;
}
