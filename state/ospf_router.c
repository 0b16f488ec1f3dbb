/* Speakers and databases in; routers out: their addresses, areas and roles, as all of them together tell. */
#include "state/ospf_internal.h"

#include "base/grow.h"
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES_MOST = 4096, AREAS_MOST = 1024 };

static struct ospf_router_facts *router_of(struct ospf *o, uint8_t version, uint8_t instance, uint32_t id)
{
    struct {
        uint32_t id;
        uint8_t version, instance;
        uint16_t zero;
    } key = { id, version, instance, 0 };
    struct ospf_router_facts *r = table_get(&o->routers, &key);
    if (r)
        return r;
    r = calloc(1, sizeof *r);
    if (!r || !table_put(&o->routers, &key, r)) {
        free(r);
        return NULL;
    }
    r->router_id = id;
    r->version = version;
    r->instance = instance;
    return r;
}

static void add_address(struct ospf_router_facts *r, const struct addr *a)
{
    if (!a->size || r->address_count == ADDRESSES_MOST)
        return;
    for (uint32_t i = 0; i < r->address_count; i++)
        if (addr_equal(&r->addresses[i], a))
            return;
    if (!grow(&r->addresses, r->address_count, &r->address_room, sizeof *r->addresses, 4, UINT32_MAX))
        return;
    r->addresses[r->address_count++] = *a;
}

static void add_area(struct ospf_router_facts *r, uint32_t area)
{
    for (uint32_t i = 0; i < r->area_count; i++)
        if (r->areas[i] == area)
            return;
    if (!grow(&r->areas, r->area_count, &r->area_room, sizeof *r->areas, 4, AREAS_MOST))
        return;
    r->areas[r->area_count++] = area;
}

/* RFC 2328 A.4.2: Link Data of point-to-point, transit and virtual links is the router's own address; a stub network of
 * one address is a loopback. Unnumbered links have an index there, below 1.0.0.0. */
static void from_router_lsa(struct ospf_router_facts *r, const struct ospf_lsa *lsa)
{
    enum { LEAST_ADDRESS = 0x01000000 };
    struct ospf_router body;
    struct ospf_link l;
    if (!ospf_router_read(lsa, &body))
        return;
    r->roles |= (uint8_t)((body.flags & OSPF_ROUTER_B ? OSPF_ROLE_ABR : 0) |
                          (body.flags & OSPF_ROUTER_E ? OSPF_ROLE_ASBR : 0) |
                          (body.flags & OSPF_ROUTER_V ? OSPF_ROLE_VIRTUAL : 0));
    while (lsa->version == 2 && ospf_link_next(&body, &l)) {
        bool host = l.type == OSPF_LINK_STUB && l.data == UINT32_MAX;
        uint32_t own = host ? l.id : l.type == OSPF_LINK_STUB ? 0 : l.data;
        struct addr a = addr_of_id(own);
        if (own >= LEAST_ADDRESS)
            add_address(r, &a);
    }
}

/* OSPFv3: host prefixes and those with the LA bit are the router's own addresses (RFC 5340 A.4.1.1). */
static void from_prefixes(struct ospf_router_facts *r, const struct ospf_lsa *lsa)
{
    enum { LA = 2, ROUTER = 0x2001 };
    struct ospf_intra_prefix body;
    struct ospf_link_lsa link;
    struct ospf_prefix p;
    if (ospf_link_lsa_read(lsa, &link))
        add_address(r, &link.address);
    if (!ospf_intra_prefix_read(lsa, &body) || body.referenced_type != ROUTER)
        return;
    while (ospf_prefix_next(&body.prefixes, &p))
        if (p.options & LA || p.bits == p.prefix.size * 8)
            add_address(r, &p.prefix);
}

static void from_speakers(struct ospf *o)
{
    const struct ospf_speaker *s;
    for (uint32_t at = 0; (s = ospf_next_speaker(o, &at));) {
        struct ospf_router_facts *r = router_of(o, s->version, s->instance, s->router_id);
        if (!r)
            return;
        add_address(r, &s->addr);
        add_area(r, s->area);
        const struct ospf_wire *l = s->link;
        if (l && l->dr && l->dr_router == s->router_id)
            r->roles |= OSPF_ROLE_DR;
        if (l && l->bdr && l->bdr_router == s->router_id)
            r->roles |= OSPF_ROLE_BDR;
    }
}

static void from_database(struct ospf *o, const struct ospf_lsdb *db)
{
    const struct ospf_lsa_facts *f;
    for (uint32_t at = 0; (f = ospf_lsdb_next(db, &at));) {
        struct ospf_lsa lsa;
        enum ospf_kind kind = (enum ospf_kind)f->kind;
        bool router = kind == OSPF_LSA_V2_ROUTER || kind == OSPF_LSA_V3_ROUTER;
        if (!(router || kind == OSPF_LSA_V3_INTRA_PREFIX || kind == OSPF_LSA_V3_LINK) ||
            !ospf_lsa_current(f, o->engine->now))
            continue;
        struct ospf_router_facts *r = router_of(o, f->version, f->instance, f->key.router);
        if (!r)
            return;
        if (router)
            add_area(r, f->key.area);
        if (!ospf_lsa_open(f, &lsa))
            continue;
        if (router)
            from_router_lsa(r, &lsa);
        else
            from_prefixes(r, &lsa);
    }
}

void ospf_routers_free(struct ospf *o)
{
    struct ospf_router_facts *r;
    for (uint32_t at = 0; (r = table_next(&o->routers, &at));) {
        free(r->addresses);
        free(r->areas);
        free(r);
    }
    table_free(&o->routers);
    table_free(&o->addresses);
    free(o->router_list);
    o->router_list = NULL;
}

static int by_router(const void *a, const void *b)
{
    const struct ospf_router_facts *x = *(struct ospf_router_facts *const *)a,
                                   *y = *(struct ospf_router_facts *const *)b;
    if (x->version != y->version)
        return x->version < y->version ? -1 : 1;
    if (x->instance != y->instance)
        return x->instance < y->instance ? -1 : 1;
    return x->router_id < y->router_id ? -1 : x->router_id > y->router_id;
}

static struct ospf_router_facts several; /* stands for: more than one router claims it. Never changed */

/* All of it anew, if anything came since it was last made. */
static void make(struct ospf *o)
{
    struct ospf_router_facts *r;
    if (o->routers_made && o->routers_at == o->engine->capture.packets)
        return;
    ospf_routers_free(o);
    table_init(&o->routers, 8, 0);
    table_init(&o->addresses, sizeof(struct addr), 0);
    o->routers_made = true;
    o->routers_at = o->engine->capture.packets;
    from_speakers(o);
    for (uint32_t i = 0; i < o->domain_count; i++)
        from_database(o, o->domains[i]);
    o->router_list = calloc(o->routers.live ? o->routers.live : 1, sizeof *o->router_list);
    o->router_count = 0;
    for (uint32_t at = 0; (r = table_next(&o->routers, &at));) {
        if (o->router_list)
            o->router_list[o->router_count++] = r;
        for (uint32_t i = 0; i < r->address_count; i++) {
            const struct ospf_router_facts *other = table_get(&o->addresses, &r->addresses[i]);
            bool same = !other || (other->router_id == r->router_id && other != &several);
            if (!table_put(&o->addresses, &r->addresses[i], same ? r : &several))
                return;
        }
    }
    if (o->router_list)
        qsort(o->router_list, o->router_count, sizeof *o->router_list, by_router);
}

const struct ospf_router_facts *ospf_next_router(struct ospf *o, uint32_t *at)
{
    if (!*at)
        make(o);
    return *at < o->router_count ? o->router_list[(*at)++] : NULL;
}

const struct ospf_router_facts *ospf_router_at(struct ospf *o, const struct addr *a)
{
    make(o);
    const struct ospf_router_facts *r = table_get(&o->addresses, a);
    return r == &several ? NULL : r;
}
