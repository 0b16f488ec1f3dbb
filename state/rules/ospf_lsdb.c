/* What becomes of LSAs: flapping, flushed, damaged; and two routers that write under one name. RFC 2328 12, 13, 14 */
#include "state/ospf_lsdb.h"
#include "base/hash.h"
#include "state/rules/ospf_words.h"

rule_fn ospf_lsa_flaps, ospf_lsa_flushes, ospf_lsa_strangers_fight, ospf_two_origins, ospf_bad_sum,
    ospf_bad_lsa_sum;

enum { TOGGLES_LEAST = 3, BURST_LEAST = 12, STRANGERS_LEAST = 2, SETTLED_S = 12 };

/* OSPFv3: a link whose designated router changes is another link, too. Elections take seconds, and do not go back and
 * forth; a fight goes on as fast as MinLSInterval allows (5 s, RFC 2328 B). */
enum { FIGHT_LEAST = 4, FIGHT_TOGGLES = 3, FIGHT_PACE_S = 12 };

static uint32_t subject_of(const struct ospf_lsa_facts *l)
{
    return (uint32_t)hash_bytes(&l->key, sizeof l->key, 1) | 1;
}

static void name_lsa(const struct ospf_lsa_facts *l, struct buf *out)
{
    char id[16], router[16];
    buf_printf(out, "%s %s of %s", ospf_kind_name((enum ospf_kind)l->kind), ospf_id_text(l->key.id, id),
               ospf_id_text(l->key.router, router));
}

void ospf_lsa_flaps(const struct happening *h, struct findings *f)
{
    const struct ospf_lsa_facts *l = h->lsa;
    const struct ospf_lsa_story *s = l->story;
    if (!s || (s->toggles < TOGGLES_LEAST && s->burst < BURST_LEAST))
        return;
    char each[32];
    struct buf name = buf_init(120);
    name_lsa(l, &name);
    struct span period = { stamp_since(s->changed_last, s->burst_first.when).ns /
                           (s->burst > 1 ? s->burst - 1 : 1) };
    struct draft *d = rule_draft(f, h, CODE_OSPF_LSA_FLAPPING, CONFIDENCE_CERTAIN, -1);
    d->at = addr_of_id(l->key.router);
    d->subject = subject_of(l);
    d->when = s->burst_first.when;
    d->once = true;
    draft_title(d, "%s changes again and again", buf_text(&name));
    draft_say(d, "%u times, about once in %s%s. Every router of the area computes its routes anew each time.",
              (unsigned)s->burst, span_words(period, each),
              s->toggles >= TOGGLES_LEAST ? ", back and forth" : "");
    draft_evidence(d, s->burst_first, "the first change");
    for (unsigned i = 0; i < COUNT(s->changed); i++)
        draft_evidence(d, s->changed[i], "a change, or a flush");
    draft_end(f, d);
    buf_free(&name);
}

void ospf_lsa_flushes(const struct happening *h, struct findings *f)
{
    const struct ospf_lsa_facts *l = h->lsa;
    if (h->change != OSPF_CHANGE_FLUSHED)
        return;
    char router[16];
    struct buf name = buf_init(120);
    name_lsa(l, &name);
    struct draft *d = rule_draft(f, h, CODE_OSPF_LSA_FLUSHED, CONFIDENCE_CERTAIN, -1);
    d->at = addr_of_id(l->key.router);
    draft_title(d, "%s takes LSAs back: flushed at MaxAge", ospf_id_text(l->key.router, router));
    draft_say(d, "The latest is %s. What it described is no longer there, or described by another LSA.",
              buf_text(&name));
    draft_evidence(d, h->ref, "%s at MaxAge", buf_text(&name));
    draft_end(f, d);
    buf_free(&name);
}

/* ---- one name, two routers ---- */

static bool strangers_fight(const struct ospf_lsa_facts *l, struct stamp now)
{
    const struct ospf_lsa_story *s = l->story;
    if (l->version == 2)
        return s->strangers >= STRANGERS_LEAST && s->toggles;
    return s->strangers >= FIGHT_LEAST && s->toggles >= FIGHT_TOGGLES &&
           stamp_since(now, s->stranger[0].when).ns < SPAN_S(FIGHT_PACE_S).ns * s->strangers;
}

/* The Router-LSAs of one ID follow each other and have no link in common: each of the two finds the other's, takes it for
 * an old one of its own and writes a newer one (RFC 2328 13.4). */
void ospf_lsa_strangers_fight(const struct happening *h, struct findings *f)
{
    const struct ospf_lsa_facts *l = h->lsa;
    const struct ospf_lsa_story *s = l->story;
    if (h->change != OSPF_CHANGE_CHANGED || !s || !strangers_fight(l, h->ref.when))
        return;
    char router[16];
    struct draft *d = rule_draft(f, h, CODE_OSPF_DUPLICATE_ROUTER_ID, CONFIDENCE_CERTAIN, -1);
    d->at = addr_of_id(l->key.router);
    d->once = true;
    d->when = s->stranger[0].when;
    draft_title(d, "two routers have the router ID %s: its Router-LSA says now this, now that",
                ospf_id_text(l->key.router, router));
    draft_say(
        d,
        "%u times an instance came that has no link in common with the one before, and earlier contents came back. Each "
        "of the two takes the other's LSA for an old one of its own and originates a newer one (RFC 2328 13.4).",
        (unsigned)s->strangers);
    draft_evidence(d, s->stranger[0], "Router-LSA with other links");
    draft_evidence(d, s->stranger[1], "and again");
    draft_evidence(d, h->ref, "the latest");
    draft_end(f, d);
}

/* The Router-LSA has a link for this interface: by its address, OSPFv3 by its number. */
static bool describes(const struct ospf_lsa *lsa, const struct ospf_speaker *s)
{
    struct ospf_router body;
    struct ospf_link l;
    if (!ospf_router_read(lsa, &body))
        return false;
    while (ospf_link_next(&body, &l)) {
        struct addr own = addr_of_id(l.data), net = addr_of_id(l.id);
        if (lsa->version == 3
                ? l.interface_id == s->hello.interface_id
                : addr_equal(&own, &s->addr) || (l.type == OSPF_LINK_STUB && s->link && s->link->bits &&
                                                 addr_same_prefix(&net, &s->addr, s->link->bits)))
            return true;
    }
    return false;
}

/* Full with somebody for long enough that its Router-LSA must say so. */
static bool settled(const struct ospf_speaker *s, struct stamp now)
{
    for (uint32_t i = 0; i < s->adjacency_count; i++) {
        const struct ospf_adjacency *a = s->adjacencies[i];
        const struct ospf_neighbor *n = &a->side[a->end[1] == s], *other = &a->side[a->end[1] != s];
        if (n->state == OSPF_STATE_FULL && other->state == OSPF_STATE_FULL &&
            stamp_since(now, n->since).ns > SPAN_S(SETTLED_S).ns &&
            stamp_since(now, other->since).ns > SPAN_S(SETTLED_S).ns)
            return true;
    }
    return false;
}

static const struct ospf_lsa_facts *router_lsa(const struct happening *h, const struct ospf_speaker *s,
                                               struct ospf_lsa *out)
{
    const struct ospf_lsdb *db;
    const struct ospf_lsa_facts *l = NULL;
    for (uint32_t at = 0; s->version == 2 && (db = ospf_next_domain(h->ospf, &at));) {
        struct ospf_lsa_key key = {
            .area = s->area, .id = s->router_id, .router = s->router_id, .type = 1, .scope = OSPF_SCOPE_AREA
        };
        if (ospf_lsdb_version(db) == s->version && ospf_lsdb_instance(db) == s->instance)
            l = ospf_lsdb_find(db, &key);
    }
    return l && ospf_lsa_current(l, h->now) && l->raw_sequence == l->sequence && ospf_lsa_open(l, out) ? l
                                                                                                       : NULL;
}

/* Two interfaces of one router ID, both long Full, and its Router-LSA knows of one only: the other is another router's. */
void ospf_two_origins(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    for (int side = 0; side < 2; side++) {
        const struct ospf_speaker *s = a->end[side], *other = s->namesake;
        struct ospf_lsa lsa;
        while (other &&
               (other->unseen || other->far.size || other->area != s->area || other->link == s->link))
            other = other->namesake;
        if (!other || s->unseen || s->far.size || !settled(s, h->now) || !settled(other, h->now))
            continue;
        const struct ospf_lsa_facts *l = router_lsa(h, s, &lsa);
        if (!l || stamp_since(h->now, l->ref.when).ns < SPAN_S(SETTLED_S).ns ||
            describes(&lsa, s) == describes(&lsa, other))
            continue;
        const struct ospf_speaker *missing = describes(&lsa, s) ? other : s,
                                  *there = missing == s ? other : s;
        char router[16], one[ADDR_TEXT], two[ADDR_TEXT];
        struct draft *d = rule_draft(f, h, CODE_OSPF_DUPLICATE_ROUTER_ID, CONFIDENCE_LIKELY, -1);
        d->at = addr_of_id(s->router_id);
        d->once = true;
        d->when = l->ref.when;
        draft_title(d, "two routers have the router ID %s, on different links",
                    ospf_id_text(s->router_id, router));
        draft_say(
            d,
            "%s and %s both send as %s and are Full with their neighbours, but the Router-LSA of %s describes only the "
            "link of %s: the other has another one, and each replaces the other's.",
            addr_text(&there->addr, one), addr_text(&missing->addr, two), router, router, one);
        draft_evidence(d, there->hello_last, "Hello from %s", one);
        draft_evidence(d, missing->hello_last, "Hello from %s", two);
        draft_evidence(d, l->ref, "Router-LSA without the link of %s", two);
        draft_end(f, d);
        return;
    }
}

/* ---- damage ---- */

void ospf_bad_sum(const struct happening *h, struct findings *f)
{
    const struct ospf_packet *p = h->ospf_packet;
    char source[ADDR_TEXT];
    const char *type = ospf_type_name(p->type);
    struct draft *d = rule_draft(f, h, CODE_OSPF_CHECKSUM_ERROR, CONFIDENCE_CERTAIN, -1);
    d->at = h->speaker ? addr_of_id(h->speaker->router_id) : *h->ospf_source;
    addr_text(h->ospf_source, source);
    draft_title(d, "OSPF packets of %s have a wrong checksum", source);
    draft_say(
        d,
        "They were damaged on the way here, or are sent so; whoever gets them drops them without a word. (Network cards "
        "compute no checksums of OSPF, so the capture is not to blame.)");
    draft_evidence(d, h->ref, "%s with a wrong checksum", type ? type : "packet");
    draft_end(f, d);
}

void ospf_bad_lsa_sum(const struct happening *h, struct findings *f)
{
    const struct ospf_lsa *l = h->ospf_lsa;
    char id[16], router[16], from[16];
    struct draft *d = rule_draft(f, h, CODE_OSPF_CHECKSUM_ERROR, CONFIDENCE_CERTAIN, -1);
    d->at = addr_of_id(h->speaker->router_id);
    d->subject = (uint32_t)hash_u64((uint64_t)l->id << 32 | l->router, l->type) | 1;
    ospf_id_text(h->speaker->router_id, from);
    draft_title(d, "%s floods an LSA with a wrong checksum", from);
    draft_say(
        d,
        "%s %s from %s, in a packet whose own checksum is right or was not needed: the LSA was damaged %s. Receivers "
        "drop it and ask for it again (RFC 2328 13 (1)).",
        ospf_kind_name(l->kind), ospf_id_text(l->id, id), ospf_id_text(l->router, router),
        l->router == h->speaker->router_id ? "where it was made"
                                           : "in the memory of a router that passed it on");
    draft_evidence(d, h->ref, "Update with the LSA");
    draft_end(f, d);
}
