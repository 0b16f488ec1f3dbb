/* Speakers in; which of them share a link, how they treat it, who is its designated router, out.
 *
 * OSPFv2: by the subnet that the Hellos give, within one tag (VLAN, carrier). OSPFv3 and unnumbered links: by who hears
 * whom. A span port may show several links under one tag. */
#include "state/ospf_internal.h"

#include "base/grow.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINKS_MOST = 16384, MEMBERS_MOST = 1024, HOST_BITS = 32 };

/* The subnet that its Hello gives; 0 for none (unnumbered, virtual, OSPFv3). */
static unsigned subnet_bits(const struct ospf_speaker *s)
{
    unsigned bits = s->version == 2 && s->hello_known && !s->far.size ? addr_mask_bits(s->hello.mask) : 0;
    return bits < HOST_BITS ? bits : 0;
}

static struct addr masked(const struct addr *a, unsigned bits)
{
    struct addr out = *a;
    for (unsigned i = bits; i < a->size * 8u; i++)
        out.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
    return out;
}

/* ---- names ---- */

static void name_link(struct ospf_wire *l, const struct ospf_speaker *first)
{
    char text[ADDR_TEXT], far[ADDR_TEXT];
    struct buf name = buf_init(sizeof l->name - 1);
    if (first->far.size) {
        bool low = addr_compare(&first->addr, &first->far) < 0;
        addr_text(low ? &first->addr : &first->far, text);
        buf_printf(&name, "virtual %s-%s", text, addr_text(low ? &first->far : &first->addr, far));
    } else if (l->prefix.size)
        buf_str(&name, prefix_text(l->prefix.b, l->bits, l->prefix.size, text));
    else if (first->addr.size)
        buf_str(&name, addr_text(&first->addr, text));
    else
        buf_printf(&name, "of %s", ospf_id_text(first->router_id, text));
    if (l->vlan)
        buf_printf(&name, " vlan %u", l->vlan);
    for (unsigned i = 0; i < CARRIERS; i++)
        if (l->carriers & ~CARRIER_VLAN & 1 << i) /* the tag is told by its number */
            buf_printf(&name, " %s", carrier_key(i));
    if (l->instance)
        buf_printf(&name, " instance %u", l->instance);
    snprintf(l->name, sizeof l->name, "%s", buf_text(&name));
    buf_free(&name);
}

/* ---- membership ---- */

static struct ospf_wire *link_new(struct ospf *o, struct ospf_segment *g)
{
    if (o->link_count >= LINKS_MOST ||
        !grow(&o->links, o->link_count, &o->link_room, sizeof(*o->links), 4, UINT32_MAX) ||
        !grow(&g->links, g->link_count, &g->link_room, sizeof(*g->links), 4, UINT32_MAX))
        return NULL;
    struct ospf_wire *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    *l = (struct ospf_wire){ .id = o->link_count + 1,
                             .version = g->version,
                             .instance = g->instance,
                             .vlan = g->vlan,
                             .carriers = g->carriers };
    o->links[o->link_count++] = l;
    return g->links[g->link_count++] = l;
}

static bool join(struct ospf_wire *l, struct ospf_speaker *s)
{
    if (l->member_count >= MEMBERS_MOST ||
        !grow(&l->members, l->member_count, &l->member_room, sizeof(*l->members), 4, UINT32_MAX))
        return false;
    l->members[l->member_count++] = s;
    s->link = l;
    return true;
}

static void leave(struct ospf_speaker *s)
{
    struct ospf_wire *l = s->link;
    s->link = NULL;
    for (uint32_t i = 0; l && i < l->member_count; i++)
        if (l->members[i] == s) {
            memmove(l->members + i, l->members + i + 1, (l->member_count - i - 1) * sizeof(void *));
            l->member_count--;
            l->ended = !l->member_count;
            return;
        }
}

/* The subnets overlap: that of the link, and the one that the speaker's Hello gives. */
static bool overlaps(const struct ospf_wire *l, const struct ospf_speaker *s, unsigned bits)
{
    unsigned least = bits && bits < l->bits ? bits : l->bits;
    return l->prefix.size && addr_same_prefix(&l->prefix, &s->addr, least);
}

static bool virtual_of(const struct ospf_wire *l, const struct ospf_speaker *s)
{
    if (l->type != OSPF_NETWORK_VIRTUAL || !l->member_count)
        return false;
    const struct ospf_speaker *other = l->members[0];
    return addr_equal(&other->addr, &s->far) && addr_equal(&other->far, &s->addr);
}

static struct ospf_wire *find_link(const struct ospf_segment *g, const struct ospf_speaker *s, unsigned bits)
{
    struct ospf_wire *near = NULL;
    for (uint32_t i = 0; i < g->link_count; i++) {
        struct ospf_wire *l = g->links[i];
        if (l->ended)
            continue;
        if (s->far.size) {
            if (virtual_of(l, s))
                return l;
            continue;
        }
        if (s->version != 2 || l->type == OSPF_NETWORK_VIRTUAL || !overlaps(l, s, bits))
            continue;
        if (l->bits == bits)
            return l;
        near = near ? near : l;
    }
    return near;
}

/* One router speaks under this tag on several subnets: the capture point sees several links. */
static void notice_several(const struct ospf *o, struct ospf_segment *g, const struct ospf_speaker *s)
{
    for (const struct ospf_speaker *n = ospf_namesake(o, g, s->router_id); n && !g->several; n = n->namesake)
        if (n != s && n->link && s->link && n->link != s->link && n->link->prefix.size &&
            s->link->prefix.size && !n->far.size && !s->far.size)
            g->several = true;
}

void ospf_link_place(struct ospf *o, struct ospf_segment *g, struct ospf_speaker *s)
{
    unsigned bits = subnet_bits(s);
    if (s->link && (!bits || (s->link->prefix.size && overlaps(s->link, s, bits))))
        return; /* it is where it belongs */
    if (s->link && !bits)
        return;
    struct ospf_wire *to = find_link(g, s, bits);
    if (s->link && to == s->link)
        return;
    if (s->link && !to && !s->link->prefix.size) { /* now we know */
        to = s->link;
    } else {
        leave(s);
        if (!to)
            to = link_new(o, g);
        if (!to || !join(to, s))
            return;
    }
    if (!to->prefix.size && bits) {
        to->prefix = masked(&s->addr, bits);
        to->bits = (uint8_t)bits;
    }
    if (s->far.size)
        to->type = OSPF_NETWORK_VIRTUAL;
    if (!to->name[0] || to->member_count == 1)
        name_link(to, s);
    notice_several(o, g, s);
}

void ospf_link_merge(struct ospf *o, struct ospf_wire *into, struct ospf_wire *from)
{
    if (into == from)
        return;
    ospf_watch_merged(o, into, from);
    while (from->member_count) {
        struct ospf_speaker *s = from->members[--from->member_count];
        if (!join(into, s))
            return;
        for (uint32_t i = 0; i < s->adjacency_count; i++)
            s->adjacencies[i]->link = into;
    }
    from->ended = true;
    if (!into->dr) {
        into->dr = from->dr;
        into->dr_router = from->dr_router;
        into->dr_ref = from->dr_ref;
    }
    if (!into->bdr) {
        into->bdr = from->bdr;
        into->bdr_router = from->bdr_router;
        into->bdr_ref = from->bdr_ref;
    }
}

/* ---- designated routers ---- */

/* As Hellos name it: by address in OSPFv2, by router ID in OSPFv3 (RFC 5340 4.2.1.1). */
static uint32_t named(const struct ospf_speaker *s)
{
    if (s->version == 3)
        return s->router_id;
    struct cursor c = cur_over(s->addr.b, 4);
    return s->addr.size == 4 ? cur_u32(&c) : 0;
}

/* Whoever calls itself so is; what the others say of it may lag behind. Two may, for as long as they don't hear each
 * other: then the one before stays. */
static bool still_claimed(const struct ospf_wire *l, uint32_t dr, bool backup, struct stamp now)
{
    for (uint32_t i = 0; i < l->member_count; i++) {
        const struct ospf_speaker *m = l->members[i];
        int64_t dead = (int64_t)m->hello.dead_interval * NS_PER_S;
        if (named(m) == dr && (backup ? m->hello.bdr : m->hello.dr) == dr &&
            stamp_since(now, stamp_later(m->hello_last.when, m->deaf)).ns < dead)
            return true;
    }
    return false;
}

static bool take_over(struct ospf_wire *l, const struct ospf_speaker *s, struct stream_ref ref, bool backup)
{
    uint32_t *who = backup ? &l->bdr : &l->dr, *router = backup ? &l->bdr_router : &l->dr_router;
    uint32_t before = *who;
    if (before == named(s) || (before && still_claimed(l, before, backup, ref.when)))
        return false;
    *who = named(s);
    *router = s->router_id;
    *(backup ? &l->bdr_ref : &l->dr_ref) = ref;
    return before != 0;
}

void ospf_link_designate(struct ospf *o, struct ospf_speaker *s, struct stream_ref ref)
{
    struct ospf_wire *l = s->link;
    if (!l || s->far.size || !named(s))
        return;
    if ((s->hello.dr || s->hello.bdr) && !s->ever_dr) {
        s->ever_dr = true;
        s->dr_named = ref;
    }
    struct ospf_wire before = *l;
    bool changed = s->hello.dr == named(s) && take_over(l, s, ref, false);
    if (s->hello.bdr == named(s))
        changed |= take_over(l, s, ref, true);
    if (l->dr == named(s) && s->hello.dr == named(s) && !s->hello.bdr)
        l->bdr = l->bdr_router = 0;
    if (l->dr == before.dr && l->bdr == before.bdr)
        return;
    outbox_add(&o->engine->outbox, &(struct event){ .kind = EVENT_OSPF_DESIGNATED,
                                                    .as.designated = { .ref = ref,
                                                                       .link = l,
                                                                       .dr = l->dr_router,
                                                                       .bdr = l->bdr_router,
                                                                       .dr_before = before.dr_router,
                                                                       .bdr_before = before.bdr_router } });
    if (!changed)
        return;
    l->dr_changes++;
    engine_happen(
        o->engine,
        &(struct happening){
            .kind = HAPPEN_OSPF_DESIGNATED, .side = -1, .ref = ref, .wire = l, .wire_before = &before });
}

int ospf_link_due(const struct ospf_speaker *s, const struct ospf_speaker *other)
{
    if (s->far.size || s->floods_dbdesc || other->floods_dbdesc)
        return 1;
    if (!s->hello_known)
        return -1;
    uint32_t dr = s->hello.dr, bdr = s->hello.bdr;
    if (dr || bdr) { /* RFC 2328 10.4 */
        uint32_t me = named(s), you = named(other);
        if (!me || !you) /* an end that was not seen, in OSPFv2: its address is not known */
            return me && (me == dr || me == bdr) ? 1 : -1;
        return me == dr || me == bdr || you == dr || you == bdr;
    }
    if (!s->hello.priority && other->hello_known && !other->hello.priority && !other->hello.dr)
        return 0; /* nobody may be designated */
    struct span watched = stamp_since(s->hello_last.when, s->hello_first.when);
    return watched.ns > (int64_t)s->hello.dead_interval * NS_PER_S
               ? 1
               : -1; /* its Wait timer is over: RFC 2328 9.2 */
}

static enum ospf_network_type type_of(const struct ospf_speaker *s)
{
    if (s->far.size)
        return OSPF_NETWORK_VIRTUAL;
    if (s->ever_dr)
        return s->quiet && !s->loud ? OSPF_NETWORK_NBMA : OSPF_NETWORK_BROADCAST;
    return s->floods_dbdesc ? OSPF_NETWORK_PTP : OSPF_NETWORK_UNKNOWN;
}

void ospf_link_reckon(struct ospf_wire *l)
{
    for (uint32_t i = 0; i < l->member_count; i++) {
        enum ospf_network_type t = type_of(l->members[i]);
        if (t != OSPF_NETWORK_UNKNOWN) {
            l->type = t;
            return;
        }
    }
}

/* ---- what differs ---- */

static bool in_subnet(const struct ospf_speaker *of, const struct ospf_speaker *s)
{
    return addr_same_prefix(&of->addr, &s->addr, addr_mask_bits(of->hello.mask));
}

static uint32_t subnet_differs(const struct ospf_speaker *a, const struct ospf_speaker *b)
{
    uint32_t bits = 0;
    if (a->version != 2 || a->far.size || b->far.size)
        return 0;
    if (a->hello.mask != b->hello.mask)
        bits |= OSPF_DIFF_MASK;
    if (subnet_bits(a) && subnet_bits(b) && !in_subnet(a, b) && !in_subnet(b, a))
        bits |= OSPF_DIFF_SUBNET;
    return bits;
}

static uint32_t auth_differs(const struct ospf_speaker *a, const struct ospf_speaker *b)
{
    const struct ospf_auth_facts *x = &a->auth, *y = &b->auth;
    if (!x->ref.frame || !y->ref.frame)
        return 0;
    if (x->type != y->type)
        return OSPF_DIFF_AUTH_TYPE;
    if (x->type == OSPF_AUTH_NULL)
        return 0;
    if (x->type == OSPF_AUTH_SIMPLE)
        return x->password != y->password ? OSPF_DIFF_AUTH_KEY : 0;
    bool shared = x->key_id == y->key_id || (x->key_ids & y->key_ids);
    return !shared || x->digest != y->digest ? OSPF_DIFF_AUTH_KEY : 0;
}

uint32_t ospf_mismatches(const struct ospf_speaker *a, const struct ospf_speaker *b)
{
    enum { AREA_TYPE = OSPF_V2_E | OSPF_V2_N, FAMILIES = 32 };
    _Static_assert((int)OSPF_V2_E == (int)OSPF_V3_E && (int)OSPF_V2_N == (int)OSPF_V3_N,
                   "one test for both versions");
    uint32_t bits = a->area != b->area ? OSPF_DIFF_AREA : 0;
    if (a->router_id == b->router_id)
        bits |= OSPF_DIFF_ROUTER_ID;
    if (a->instance != b->instance)
        bits |= OSPF_DIFF_INSTANCE;
    bits |= auth_differs(a, b);
    if (!a->hello_known || !b->hello_known)
        return bits;
    const struct ospf_hello_facts *x = &a->hello, *y = &b->hello;
    bits |= subnet_differs(a, b);
    /* 0: several Hellos a second. Who sends these does not compare the interval, which shows when it lists the other */
    if (x->hello_interval != y->hello_interval)
        bits |= OSPF_DIFF_HELLO;
    if (x->dead_interval != y->dead_interval)
        bits |= OSPF_DIFF_DEAD;
    if ((x->options ^ y->options) & AREA_TYPE)
        bits |= OSPF_DIFF_AREA_TYPE;
    if (a->version == 3 && a->instance >= FAMILIES &&
        (x->options ^ y->options) & OSPF_V3_AF) /* RFC 5838 2.4 */
        bits |= OSPF_DIFF_ADDRESS_FAMILY;
    return bits;
}
