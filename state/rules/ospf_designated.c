/* Designated routers of OSPF: nobody who may be one, another one than before, and a link that one end treats as broadcast
 * and the other as point-to-point. RFC 2328 9.4, 10.4, 16.1. */
#include "state/rules/ospf_words.h"

rule_fn ospf_no_designated, ospf_network_types, ospf_designated_changed;

static bool longer_than_dead(const struct ospf_adjacency *a, struct stamp now)
{
    const struct ospf_speaker *x = a->end[0], *y = a->end[1];
    int64_t dead =
        x->hello.dead_interval > y->hello.dead_interval ? x->hello.dead_interval : y->hello.dead_interval;
    return a->both_listed.frame && stamp_since(now, a->both_listed.when).ns > dead * NS_PER_S;
}

/* The first two members speak for the link. */
static bool speaks_for_link(const struct ospf_adjacency *a)
{
    const struct ospf_wire *l = a->link;
    return l && l->member_count >= 2 && (l->members[0] == a->end[0] || l->members[0] == a->end[1]) &&
           (l->members[1] == a->end[0] || l->members[1] == a->end[1]);
}

void ospf_no_designated(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    const struct ospf_wire *l = a->link;
    if (!speaks_for_link(a) || !longer_than_dead(a, a->end[0]->hello_last.when) || a->exchange_seen)
        return;
    for (uint32_t i = 0; i < l->member_count; i++) {
        const struct ospf_speaker *m = l->members[i];
        if (!m->unseen && (!m->hello_known || m->hello.priority || m->ever_dr || m->far.size))
            return;
    }
    struct draft *d = ospf_draft(f, h, CODE_OSPF_NO_DESIGNATED_ROUTER, CONFIDENCE_CERTAIN, -1);
    d->once = true;
    d->when = stamp_add(a->both_listed.when, SPAN_S(a->end[0]->hello.dead_interval));
    draft_title(d, "nobody on %s may become designated router", l->name);
    draft_say(
        d,
        "All %u routers there send Hellos with priority 0 and name no designated router. They hear each other and "
        "stay in 2-Way: without one no adjacency is formed (RFC 2328 10.4).",
        (unsigned)l->member_count);
    for (uint32_t i = 0; i < l->member_count && i < EVIDENCE_MAX; i++)
        draft_evidence(d, l->members[i]->hello_last, "Hello with priority 0, no designated router");
    draft_end(f, d);
}

static const char *designated(uint32_t id, char text[16]) { return id ? ospf_id_text(id, text) : "nobody"; }

void ospf_designated_changed(const struct happening *h, struct findings *f)
{
    const struct ospf_wire *l = h->wire, *before = h->wire_before;
    char is[16], was[16];
    struct draft *d = rule_draft(f, h, CODE_OSPF_DESIGNATED_ROUTER_CHANGED, CONFIDENCE_CERTAIN, -1);
    bool dr = l->dr != before->dr;
    d->subject = l->id * 2 + dr;
    draft_title(d, "%s of %s is %s now, no longer %s",
                dr ? "the designated router" : "the backup designated router", l->name,
                designated(dr ? l->dr_router : l->bdr_router, is),
                designated(dr ? before->dr_router : before->bdr_router, was));
    draft_say(
        d,
        "It calls itself so in its Hello; %s was it before. Adjacencies with the new one are formed anew where there "
        "were none.",
        was);
    draft_evidence(d, dr ? before->dr_ref : before->bdr_ref, "Hello of %s as it became so", was);
    draft_evidence(d, h->ref, "Hello of %s, which calls itself so", is);
    draft_end(f, d);
}

/* ---- broadcast here, point-to-point there ---- */

/* Both hear each other for longer than it takes to elect somebody; one names a designated router and the other none. */
void ospf_network_types(const struct happening *h, struct findings *f)
{
    const struct ospf_adjacency *a = h->adjacency;
    int lan = a->end[0]->ever_dr ? 0 : 1;
    const struct ospf_speaker *x = a->end[lan], *y = a->end[!lan];
    if (!x->ever_dr || y->ever_dr || y->unseen || !y->hello_known || x->far.size ||
        !longer_than_dead(a, y->hello_last.when))
        return;
    char one[16], two[16];
    struct draft *d = ospf_draft(f, h, CODE_OSPF_NETWORK_TYPE_MISMATCH,
                                 y->floods_dbdesc ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, -1);
    d->once = true;
    d->when = stamp_later(x->dr_named.when, a->both_listed.when);
    const char *without = y->floods_dbdesc ? "point-to-point" : "point-to-point or point-to-multipoint";
    draft_title(d, "%s treats %s as %s link, %s as %s", ospf_end(a, lan, one), ospf_where(a),
                x->quiet && !x->loud ? "an NBMA" : "a broadcast", ospf_end(a, !lan, two), without);
    draft_say(
        d,
        "%s takes part in the election of a designated router; the Hellos of %s name none, long after the time to "
        "elect one is over. The adjacency can become Full, but each describes the link in its own way, and routes "
        "over it are missing: one says transit network, the other point-to-point (RFC 2328 16.1).",
        one, two);
    draft_evidence(d, x->dr_named, "Hello of %s, which names a designated router", one);
    draft_evidence(d, y->hello_first, "Hello of %s, which names none", two);
    draft_evidence(d, y->hello_last, "Hello of %s, which still names none", two);
    draft_evidence(d, a->side[!lan].dd.group ? a->side[!lan].dd.ref : (struct stream_ref){ 0 },
                   "Database Description to the group, as on point-to-point links");
    draft_end(f, d);
}
