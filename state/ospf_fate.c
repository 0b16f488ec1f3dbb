/* An address in; whether the databases cover it, since when not, and which adjacency on the way was lost, out: what BGP
 * stands on. */
#include "state/ospf_internal.h"

#include <stdlib.h>

/* No padding: hashed whole. */
struct prefix_key {
    struct addr prefix;
    uint32_t bits;
};

static struct addr masked(struct addr a, unsigned bits)
{
    for (unsigned i = bits; i < a.size * 8u; i++)
        a.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
    return a;
}

/* ---- what is covered ---- */

void ospf_fate_free(struct ospf *o)
{
    table_free(&o->covered);
    o->covered_made = false;
}

static uint64_t revision(const struct ospf *o)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < o->domain_count; i++)
        all += ospf_lsdb_revision(o->domains[i]);
    return all;
}

/* All prefixes of all databases, if anything changed since they were last gathered. LSAs that age out meanwhile are
 * looked at when they are found. */
static void gather(struct ospf *o)
{
    if (o->covered_made && o->covered_at == revision(o))
        return;
    ospf_fate_free(o);
    table_init(&o->covered, sizeof(struct prefix_key), 0);
    o->covered_made = true;
    o->covered_at = revision(o);
    o->unread = 0;
    for (uint32_t i = 0; i < o->domain_count; i++) {
        const struct ospf_lsa_facts *f;
        for (uint32_t at = 0; (f = ospf_lsdb_next(o->domains[i], &at));) {
            struct ospf_described it;
            struct ospf_lsa lsa;
            unsigned bits;
            if (!ospf_lsa_current(f, o->engine->now))
                continue;
            o->unread += f->raw_size < f->length;
            if (!ospf_lsa_open(f, &lsa))
                continue;
            ospf_described_begin(&it, &lsa);
            for (struct prefix_key key = { .bits = 0 }; ospf_described_next(&it, &key.prefix, &bits);) {
                key.bits = bits;
                /* cast: tables hold pointers that can be written through; nobody does */
                if (!table_put(&o->covered, &key, (void *)(uintptr_t)f))
                    return;
            }
        }
    }
}

static const struct ospf_lsa_facts *covering(struct ospf *o, const struct addr *a)
{
    gather(o);
    for (unsigned bits = a->size * 8u; bits;
         bits--) { /* a default route covers everything, and tells nothing */
        struct prefix_key key = { masked(*a, bits), bits };
        const struct ospf_lsa_facts *f = table_get(&o->covered, &key);
        if (f && ospf_lsa_current(f, o->engine->now))
            return f;
    }
    return NULL;
}

/* ---- what is gone ---- */

static void note(struct ospf *o, const struct addr *prefix, unsigned bits, const struct ospf_lsa_facts *f,
                 struct stream_ref ref)
{
    o->gone[o->gone_count++ % OSPF_GONE_KEPT] =
        (struct ospf_gone){ .prefix = *prefix, .bits = (uint8_t)bits, .lsa = f, .ref = ref };
}

static bool says(const struct ospf_lsa *lsa, const struct addr *prefix, unsigned bits)
{
    struct ospf_described it;
    struct addr other;
    unsigned n;
    ospf_described_begin(&it, lsa);
    while (ospf_described_next(&it, &other, &n))
        if (n == bits && addr_equal(&other, prefix))
            return true;
    return false;
}

void ospf_fate_changed(struct ospf *o, const struct ospf_lsdb *db, const struct ospf_lsa_facts *f,
                       enum ospf_change change, struct stream_ref ref)
{
    struct ospf_lsa before, now;
    struct ospf_described it;
    struct addr prefix;
    unsigned bits;
    bool flushed = change == OSPF_CHANGE_FLUSHED;
    if (!(flushed ? ospf_lsa_open(f, &before) : ospf_lsdb_before(db, &before)) ||
        (!flushed && !ospf_lsa_open(f, &now)))
        return;
    ospf_described_begin(&it, &before);
    while (ospf_described_next(&it, &prefix, &bits))
        if (flushed || !says(&now, &prefix, bits))
            note(o, &prefix, bits, f, ref);
}

static const struct ospf_gone *gone_of(const struct ospf *o, const struct addr *a)
{
    uint64_t kept = o->gone_count < OSPF_GONE_KEPT ? o->gone_count : OSPF_GONE_KEPT;
    for (uint64_t i = 1; i <= kept; i++) {
        const struct ospf_gone *g = &o->gone[(o->gone_count - i) % OSPF_GONE_KEPT];
        if (g->bits && addr_same_prefix(&g->prefix, a, g->bits))
            return g;
    }
    return NULL;
}

/* ---- all of it ---- */

/* A database was seen as one router described it to another, from the first to the last. */
static bool complete(const struct ospf *o, unsigned size)
{
    const struct adjacency *adj;
    for (uint32_t at = 0; (adj = table_next(&o->adjacencies, &at));) {
        bool v4 = adj->facts.end[0]->version == 2 ||
                  (adj->facts.end[0]->instance >= 64 && adj->facts.end[0]->instance < 128);
        if (adj->facts.described && (size == 4) == v4)
            return true;
    }
    return false;
}

void ospf_fate_of(struct ospf *o, const struct addr *a, struct ospf_fate *out)
{
    *out = (struct ospf_fate){ .complete = complete(o, a->size) };
    if (!out->complete)
        return;
    out->by = covering(o, a);
    out->complete = !o->unread;
    const struct ospf_gone *g = gone_of(o, a);
    if (!g)
        return;
    out->lost = g->ref;
    out->lost_by = g->lsa;
}

/* The adjacency between the routers that have these addresses on its link, if it was lost since then. */
const struct ospf_adjacency *ospf_lost_between(const struct ospf *o, const struct addr *a,
                                               const struct addr *b, struct stamp since,
                                               struct stream_ref *when)
{
    const struct adjacency *adj;
    for (uint32_t at = 0; (adj = table_next(&o->adjacencies, &at));) {
        const struct ospf_adjacency *f = &adj->facts;
        const struct addr *x = &f->end[0]->addr, *y = &f->end[1]->addr;
        bool these = (addr_equal(x, a) && addr_equal(y, b)) || (addr_equal(x, b) && addr_equal(y, a));
        /* OSPFv3 speaks from link-local addresses: the routers are known by their other ones */
        if (!these || !f->losses)
            continue;
        struct stream_ref last = f->loss[(f->losses - 1) % OSPF_LOSSES_KEPT];
        if (stamp_before(last.when, since))
            continue;
        *when = last;
        return f;
    }
    return NULL;
}
