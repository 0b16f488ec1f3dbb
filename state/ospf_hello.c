/* Hellos in; who is on which link, who hears whom, out. RFC 2328 10.5, RFC 5340 4.2.2.1 */
#include "state/ospf_internal.h"

#include <string.h>

/* ---- what a Hello says of its sender ---- */

static void note_time(struct ospf_speaker *s, struct stream_ref ref)
{
    if (!s->hello_count)
        s->hello_first = ref;
    s->hellos[s->hello_count++ % OSPF_HELLOS_KEPT] = ref;
    s->hello_last = ref;
}

/* It lists nobody, though it did. A router that begins anew does so out of turn, or has forgotten who is designated;
 * one that merely hears nothing any more keeps both. */
static void note_emptied(struct ospf_speaker *s, const struct ospf_hello_facts *before, bool listed,
                         struct stream_ref last, struct stream_ref ref)
{
    if (s->neighbor_count) {
        return; /* emptied is kept until an adjacency is there again: ospf_exchange.c and the rules look at it */
    }
    if (!listed)
        return;
    int64_t interval = (int64_t)before->hello_interval * NS_PER_S, gap = stamp_since(ref.when, last.when).ns;
    bool out_of_turn = interval && (gap < interval / 2 || gap > interval + interval / 2);
    s->emptied = ref;
    s->emptied_before = last;
    s->emptied_abruptly = out_of_turn || (before->dr && !s->hello.dr);
}

static bool take_hello(struct ospf_in *in, bool *list_changed)
{
    struct ospf_speaker *s = in->from;
    struct ospf_hello h;
    bool whole = ospf_hello_read(in->packet, &h);
    struct ospf_hello_facts before = s->hello;
    struct stream_ref last = s->hello_last;
    bool listed = s->neighbor_count > 0, known = s->hello_known;
    *list_changed = false;
    note_time(s, in->ref);
    s->neighbors_cut = !whole || in->packet->cut;
    if (in->group)
        s->loud = true;
    else
        s->quiet = true;
    if (!whole)
        return false;
    s->hello = (struct ospf_hello_facts){
        h.mask, h.interface_id, h.hello_interval, h.dead_interval, h.options, h.priority, h.dr, h.bdr
    };
    s->hello_known = true;
    if (known && (before.hello_interval != h.hello_interval || before.dead_interval != h.dead_interval ||
                  before.mask != h.mask || before.options != h.options))
        s->hello_changed = in->ref;
    if (s->neighbors_cut)
        return true;
    *list_changed = ospf_speaker_list(s, h.neighbors);
    note_emptied(s, &before, listed, last, in->ref);
    return true;
}

/* NBMA: a neighbour that is configured is greeted before it was heard (RFC 2328 10.2 Start). */
static void note_tried(struct ospf_in *in)
{
    struct ospf_speaker *s = in->from;
    if (in->group || s->far.size)
        return;
    for (uint32_t i = 0; i < s->tried_count; i++)
        if (addr_equal(&s->tried[i].to, &in->frame->dst))
            return;
    if (s->tried_count == COUNT(s->tried))
        return;
    s->tried[s->tried_count].to = in->frame->dst;
    s->tried[s->tried_count++].ref = in->ref;
}

/* ---- whom it lists ---- */

static bool same_link(const struct ospf_speaker *a, const struct ospf_speaker *b)
{
    return a->link && a->link == b->link;
}

/* Each speaks in a file, or on an interface, where the other does not: they were captured at two places. Files of one place
 * that follow each other have both, if not from the first packet on. */
static bool apart(const struct ospf_speaker *a, const struct ospf_speaker *b)
{
    return a->first.file == a->last.file && b->first.file == b->last.file && a->last.file != b->last.file;
}

/* Another interface of its router is on that link. */
static bool name_on(const struct ospf *o, const struct ospf_speaker *s, const struct ospf_wire *link)
{
    const struct ospf_speaker *n = ospf_namesake(o, ospf_segment_of(o, s), s->router_id);
    for (; n; n = n->namesake)
        if (n != s && !n->unseen && n->link == link)
            return true;
    return false;
}

/* Whether the namesake can be the one that `s` lists: on the same link; without a subnet to tell, one that lists it in
 * return, or that lists nobody and is the only one of its name. */
static bool may_be(const struct ospf *o, const struct ospf_speaker *s, const struct ospf_speaker *other,
                   bool only)
{
    if (other == s || other->unseen || other->area != s->area || !!other->far.size != !!s->far.size)
        return false;
    if (same_link(s, other))
        return true;
    bool subnets = s->link && other->link && s->link->prefix.size && other->link->prefix.size;
    if (s->far.size)
        return addr_equal(&s->far, &other->addr);
    if (apart(s, other))
        return false;
    if (subnets && (!only || s->hello.dr || other->hello.dr || name_on(o, s, other->link) ||
                    name_on(o, other, s->link))) /* both have one, and not the same */
        return false;
    return ospf_speaker_lists(other, s->router_id) || (only && !subnets && !other->neighbor_count);
}

/* The adjacency that stands for what `s` says of this router ID already. */
static struct adjacency *adjacency_with(const struct ospf_speaker *s, uint32_t router_id, bool unseen)
{
    for (uint32_t i = 0; i < s->adjacency_count; i++) {
        const struct ospf_adjacency *a = s->adjacencies[i];
        const struct ospf_speaker *other = a->end[a->end[0] == s];
        if (other->router_id == router_id && other->unseen == unseen)
            return (struct adjacency *)s->adjacencies[i];
    }
    return NULL;
}

static unsigned count_names(const struct ospf *o, const struct ospf_segment *g, const struct ospf_speaker *s,
                            uint32_t router_id)
{
    unsigned n = 0;
    for (const struct ospf_speaker *m = ospf_namesake(o, g, router_id); m && n < 2; m = m->namesake)
        n += !m->unseen && m != s && m->area == s->area && !!m->far.size == !!s->far.size && !apart(s, m);
    return n;
}

/* It lists a router of which an interface with another subnet is heard here: it hears that on its own subnet (RFC 2328 8.2),
 * so the capture point shows several links. */
static void notice_elsewhere(struct ospf_segment *g, const struct ospf_speaker *lister,
                             const struct ospf_speaker *heard)
{
    if (g->version == 2 && !heard->unseen && !heard->far.size && !lister->far.size &&
        lister->area == heard->area && lister->link && heard->link && lister->link != heard->link &&
        lister->link->bits && heard->link->bits && !ospf_speaker_lists(heard, lister->router_id))
        g->several = true;
}

/* OSPFv3 Hellos name routers, not interfaces. Where the listed router speaks here from several, the link is told apart by
 * the addresses of unicast packets: until these come, nothing is said. */
static bool ambiguous(const struct ospf *o, const struct ospf_segment *g, const struct ospf_speaker *s,
                      uint32_t router_id)
{
    return s->version == 3 && !s->far.size && count_names(o, g, s, router_id) > 1;
}

/* Makes the adjacency with whom `s` lists, or with one that was not seen. */
static void pair_listed(struct ospf *o, struct ospf_in *in, uint32_t router_id)
{
    struct ospf_speaker *s = in->from;
    struct adjacency *ghost = adjacency_with(s, router_id, true);
    if (ambiguous(o, in->segment, s, router_id)) {
        if (ghost)
            ghost->facts.end[ghost->facts.end[0] == s]->about = true;
        return;
    }
    bool only = count_names(o, in->segment, s, router_id) == 1,
         found = adjacency_with(s, router_id, false) != NULL;
    for (struct ospf_speaker *m = ospf_namesake(o, in->segment, router_id); m; m = m->namesake) {
        if (!may_be(o, s, m, only)) {
            notice_elsewhere(in->segment, s, m);
            continue;
        }
        bool known = ospf_adjacency_find(o, s, m) != NULL;
        if (found && !known && !same_link(s, m)) /* it has one of that name, elsewhere */
            continue;
        found = true;
        if (known)
            continue;
        if (s->link && m->link && s->link != m->link)
            ospf_link_merge(o, s->link, m->link);
        if (ghost)
            ospf_adjacency_adopt(o, ghost, ghost->facts.end[ghost->facts.end[0] == s], m);
        else
            ospf_adjacency_get(o, s, m, in->ref);
        ghost = NULL;
    }
    if (found || ghost)
        return;
    struct ospf_speaker *unseen = ospf_speaker_unseen(o, in->segment, router_id, s);
    if (unseen)
        ospf_adjacency_get(o, s, unseen, in->ref);
}

/* Others may have listed this one before it was seen, or before it was clear which of its name it is. */
static void claim_ghosts(struct ospf *o, struct ospf_in *in)
{
    struct ospf_speaker *s = in->from;
    for (struct ospf_speaker *g = ospf_namesake(o, in->segment, s->router_id); g; g = g->namesake) {
        if (!g->unseen || !g->adjacency_count)
            continue;
        struct ospf_adjacency *a = g->adjacencies[0];
        struct ospf_speaker *lister = a->end[a->end[0] == g];
        bool only = count_names(o, in->segment, lister, s->router_id) == 1;
        bool by_addr = g->addr.size && addr_equal(&g->addr, &s->addr);
        if (!by_addr && ambiguous(o, in->segment, s, lister->router_id)) {
            g->about = true;
            continue;
        }
        if (lister == s || ospf_adjacency_find(o, lister, s))
            continue;
        if (!by_addr && !may_be(o, lister, s, only)) {
            notice_elsewhere(in->segment, lister, s);
            continue;
        }
        if (lister->link && s->link && lister->link != s->link)
            ospf_link_merge(o, lister->link, s->link);
        ospf_adjacency_adopt(o, (struct adjacency *)a, g, s);
    }
}

/* ---- what the other end hears ---- */

static void margin(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    const struct ospf_speaker *me = adj->facts.end[side];
    int64_t dead = (int64_t)me->hello.dead_interval * NS_PER_S;
    if (!n->heard.frame || n->state < OSPF_STATE_INIT || !me->hello_known)
        return;
    struct span left = { dead - stamp_since(ref.when, n->heard.when).ns };
    if (n->margin_known && n->min_margin.ns <= left.ns)
        return;
    n->margin_known = true;
    n->min_margin = left;
    n->min_margin_ref = ref;
    if (left.ns * 3 < dead && left.ns > 0)
        ospf_happen(o, HAPPEN_OSPF_MARGIN, adj, side, ref);
}

/* The sender's Hello, as the side hears it: unless it cannot take it (RFC 2328 10.5), which shows when it does not list
 * the sender though others' parameters would be no reason. */
static void heard_by(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    const struct ospf_speaker *me = adj->facts.end[side], *from = adj->facts.end[!side];
    uint32_t differs = ospf_mismatches(me, from) & ~n->tolerated;
    bool listed = ospf_speaker_lists(from, me->router_id), known = !from->neighbors_cut;
    if (differs && n->state >= OSPF_STATE_INIT)
        return; /* it turns this one down; its timer runs */
    margin(o, adj, side, ref);
    n->heard = ref;
    if (!n->heard_first.frame)
        n->heard_first = ref;
    if (!known)
        return;
    if (listed && !n->asked_first.frame)
        n->asked_first = ref;
    if (listed && n->state == OSPF_STATE_INIT)
        ospf_on(o, adj, side, OSPF_ON_TWO_WAY, ref);
    else if (!listed && n->state >= OSPF_STATE_TWO_WAY) {
        n->asked_first = (struct stream_ref){ 0 };
        ospf_expect(n, OSPF_ON_ONE_WAY, ref); /* if it gets there: this side will go on to list the sender */
    }
}

/* ---- what the sender says by listing the other, or not ---- */

/* It listed the other before the capture began: otherwise the capture would have been without its Hellos for a while, or
 * the other's, which does not list it, would be news to it. */
static bool began_before(const struct ospf *o, const struct ospf_speaker *s, const struct ospf_speaker *other)
{
    int64_t interval = (int64_t)s->hello.hello_interval * NS_PER_S;
    bool silent = stamp_since(s->hello_first.when, o->engine->capture.first).ns > interval + interval / 2;
    bool news = other->hello_count && !other->neighbors_cut && !ospf_speaker_lists(other, s->router_id) &&
                !s->hello.dr;
    return s->hello_count <= 1 && !silent && !news;
}

/* The one that it lists may be one of several of that name which were seen: the next Hellos will tell. */
static bool may_yet_show(const struct ospf *o, const struct ospf_speaker *me,
                         const struct ospf_speaker *other)
{
    if (!other->unseen || other->hello_count)
        return false;
    for (const struct ospf_speaker *s = ospf_namesake(o, ospf_segment_of(o, me), other->router_id); s;
         s = s->namesake)
        if (!s->unseen)
            return true;
    return false;
}

/* It goes on to list the other, so it heard that it is not listed any more; and perhaps, since then, that it is again. */
static void fell_back(struct ospf *o, struct adjacency *adj, int side)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    if (ospf_proven(o, adj, side, OSPF_ON_ONE_WAY) && n->asked_first.frame)
        ospf_on(o, adj, side, OSPF_ON_TWO_WAY, n->asked_first);
}

static void lists(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    const struct ospf_speaker *me = adj->facts.end[side];
    if (!n->lists)
        n->listed_first = ref;
    n->lists = true;
    n->listed = ref;
    n->ignored = 0;
    adj->facts.deaf = false;
    if (n->state == OSPF_STATE_UNKNOWN && !n->unlisted.frame && began_before(o, me, adj->facts.end[!side]))
        n->joined = true;
    else if (n->state < OSPF_STATE_INIT) {
        if (n->listed_first.frame != ref.frame || !may_yet_show(o, me, adj->facts.end[!side]))
            ospf_is_heard(o, adj, side, ref);
    } else if (!stamp_before(ref.when,
                             adj->facts.end[!side]->grace_until)) /* a helper need not mind: RFC 3623 3.2 */
        fell_back(o, adj, side);
    n->dropped = (struct stream_ref){ 0 };
}

/* Before its timer can have run out by what was seen. */
static void drop(struct ospf *o, struct adjacency *adj, int side, bool anew, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    const struct ospf_speaker *other = adj->facts.end[!side];
    int64_t most = ((int64_t)other->hello.hello_interval * 3 / 2 + 1) * NS_PER_S;
    if (!anew) {
        n->dropped = ref;
        n->dropped_from = n->state;
        n->dropped_steady = stamp_since(ref.when, other->hello_last.when).ns < most;
    }
    ospf_on(o, adj, side, anew ? OSPF_ON_RESTARTED : OSPF_ON_DROPPED, ref);
}

static void lists_not(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    const struct ospf_speaker *me = adj->facts.end[side];
    struct stamp deadline = ospf_deadline(&adj->facts, side);
    if (n->heard_first.frame && n->ignored < UINT32_MAX && !n->ignored++)
        n->ignored_first = ref;
    bool deaf = n->dropped.frame && n->dropped_steady && n->unlisted.frame == n->dropped.frame &&
                n->state <= OSPF_STATE_DOWN;
    bool began = n->listed_first.frame && n->listed_first.frame != me->hello_first.frame;
    n->listed_for = began ? stamp_since(ref.when, n->listed_first.when) : SPAN_S(0);
    n->lists = n->joined = false;
    n->unlisted = ref;
    if (deaf)
        ospf_happen(o, HAPPEN_OSPF_DEAF, adj, side, ref);
    n->heard_first = n->asked_first = n->listed_first = (struct stream_ref){ 0 };
    adj->facts.both_listed = (struct stream_ref){ 0 };
    if (n->state == OSPF_STATE_UNKNOWN) {
        n->state = OSPF_STATE_DOWN;
        n->since = ref.when;
    } else if (n->state > OSPF_STATE_ATTEMPT) {
        bool due = stamp_known(deadline) && stamp_before(deadline, ref.when);
        bool anew = me->emptied.frame == ref.frame && me->emptied_abruptly;
        n->let_go = ref;
        if (due)
            ospf_on(o, adj, side, OSPF_ON_INACTIVITY, (struct stream_ref){ 0, ref.file, deadline });
        else
            drop(o, adj, side, anew, ref);
    }
}

static void attempts(struct ospf *o, struct adjacency *adj, int side)
{
    const struct ospf_speaker *me = adj->facts.end[side], *other = adj->facts.end[!side];
    struct ospf_neighbor *n = &adj->facts.side[side];
    if (n->state > OSPF_STATE_DOWN || n->best_ever >= OSPF_STATE_ATTEMPT || n->listed.frame)
        return;
    for (uint32_t i = 0; i < me->tried_count; i++)
        if (addr_equal(&me->tried[i].to, &other->addr))
            ospf_on(o, adj, side, OSPF_ON_START, me->tried[i].ref);
}

/* Neither is designated any more, by what this side says: RFC 2328 10.4. */
static void review(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    const struct ospf_speaker *me = adj->facts.end[side], *other = adj->facts.end[!side];
    if (me->hello.dr && adj->facts.side[side].state >= OSPF_STATE_EXSTART && !ospf_link_due(me, other))
        ospf_on(o, adj, side, OSPF_ON_ADJ_UNDUE, ref);
}

static void tell_each(struct ospf *o, struct ospf_in *in)
{
    struct ospf_speaker *s = in->from;
    for (uint32_t i = 0; i < s->adjacency_count; i++) {
        struct adjacency *adj = (struct adjacency *)s->adjacencies[i];
        struct ospf_adjacency *a = &adj->facts;
        int side = ospf_side(adj, s);
        const struct ospf_speaker *other = a->end[!side];
        attempts(o, adj, side);
        if (!s->neighbors_cut) {
            if (ospf_speaker_lists(s, other->router_id))
                lists(o, adj, side, in->ref);
            else
                lists_not(o, adj, side, in->ref);
            review(o, adj, side, in->ref);
        }
        if (in->group || other->unseen || addr_equal(&other->addr, &in->frame->dst))
            heard_by(o, adj, !side, in->ref);
        if (a->side[0].lists && a->side[1].lists && !a->both_listed.frame)
            a->both_listed = in->ref;
        ospf_infer(o, adj, in->ref);
    }
}

/* OSPFv3: one router has neighbours on two links that this capture point shows under one tag. */
static void notice_several(struct ospf *o, struct ospf_segment *g, const struct ospf_speaker *s)
{
    for (const struct ospf_speaker *n = ospf_namesake(o, g, s->router_id); n && !g->several; n = n->namesake)
        if (n != s && n->link != s->link && !n->unseen && !n->far.size && !s->far.size && n->neighbor_count &&
            s->neighbor_count)
            g->several = true;
}

void ospf_hear_hello(struct ospf *o, struct ospf_in *in)
{
    bool changed;
    struct ospf_speaker *s = in->from;
    bool known = take_hello(in, &changed);
    bool first = s->hello_count == 1;
    if (known || first)
        ospf_link_place(o, in->segment, s);
    note_tried(in);
    if (known)
        ospf_link_designate(o, s, in->ref);
    if (s->link)
        ospf_link_reckon(s->link);
    if (changed || first) {
        claim_ghosts(o, in);
        for (uint32_t i = 0; i < s->neighbor_count; i++)
            if (s->neighbors[i] != s->router_id || ospf_namesake(o, in->segment, s->router_id)->namesake)
                pair_listed(o, in, s->neighbors[i]);
        notice_several(o, in->segment, s);
    }
    tell_each(o, in);
}

/* ---- those who never heard anybody ---- */

/* Hears somebody, or is heard. */
static bool lonely(const struct ospf_speaker *s)
{
    for (uint32_t i = 0; i < s->adjacency_count; i++) {
        const struct ospf_adjacency *a = s->adjacencies[i];
        if (!a->deaf && (a->side[0].listed.frame || a->side[1].listed.frame))
            return false;
    }
    return !s->unseen && s->hello_known && !s->far.size && !(s->version == 3 && s->neighbor_count);
}

/* Both spoke at the same time for as long as it takes to notice. */
static bool together(const struct ospf_speaker *a, const struct ospf_speaker *b, struct stamp now,
                     bool at_end)
{
    struct stamp since = stamp_later(a->hello_first.when, b->hello_first.when);
    int64_t dead =
        a->hello.dead_interval > b->hello.dead_interval ? a->hello.dead_interval : b->hello.dead_interval;
    struct stamp until =
        a->hello_last.when.ns < b->hello_last.when.ns ? a->hello_last.when : b->hello_last.when;
    if (stamp_before(until, since) || a->hello_count < 2 || b->hello_count < 2)
        return false;
    return at_end || stamp_since(now, since).ns > dead * NS_PER_S;
}

/* OSPFv3: one router ID from two addresses. With one interface ID it is two routers, for a router numbers its interfaces (RFC
 * 5340 4.1.2). Else it may be one router on two links: if its interfaces hear others, or others speak from several
 * addresses, too. */
static bool may_be_two(const struct ospf_segment *g, const struct ospf_speaker *a,
                       const struct ospf_speaker *b)
{
    if (a->hello.interface_id == b->hello.interface_id)
        return true;
    return g->doubles == 1 && a->neighbor_count == b->neighbor_count && !a->neighbors_cut &&
           !b->neighbors_cut &&
           (!a->neighbor_count || !memcmp(a->sorted, b->sorted, a->neighbor_count * sizeof *a->sorted));
}

/* One capture point, one tag: whether the two can share a link. Where it shows several links only the subnet tells; and
 * a label that others have in common. */
static bool may_share(const struct ospf_segment *g, const struct ospf_speaker *a,
                      const struct ospf_speaker *b)
{
    if (a->router_id == b->router_id)
        return a->version == 3 ? may_be_two(g, a, b) : same_link(a, b);
    if (same_link(a, b))
        return !addr_equal(&a->addr, &b->addr);
    return !g->several;
}

/* An adjacency of two that do not list each other. */
static struct adjacency *pair_deaf(struct ospf *o, struct ospf_speaker *a, struct ospf_speaker *b)
{
    struct adjacency *adj = ospf_adjacency_get(
        o, a, b, stamp_before(a->hello_first.when, b->hello_first.when) ? b->hello_first : a->hello_first);
    if (!adj)
        return NULL;
    adj->facts.deaf = true;
    for (int side = 0; side < 2; side++) {
        struct ospf_neighbor *n = &adj->facts.side[side];
        n->ignored = adj->facts.end[side]->hello_count - 1; /* at least two: together() */
        n->ignored_first = adj->facts.end[side]->hello_first;
    }
    return adj;
}

static bool pair(struct ospf *o, struct ospf_segment *g, struct ospf_speaker *a, struct ospf_speaker *b,
                 struct stamp now, bool at_end)
{
    if (b == a || b->unseen || b->far.size || !b->hello_known || ospf_adjacency_find(o, a, b))
        return true;
    bool both = lonely(b);
    if (!together(a, b, now, at_end) || apart(a, b) || !may_share(g, a, b) ||
        (a->label != b->label && !both && a->router_id != b->router_id))
        return true;
    if (!pair_deaf(o, a, b))
        return false;
    if (a->link && b->link && a->link != b->link && (a->version == 3 || both))
        ospf_link_merge(o, a->link, b->link);
    return true;
}

/* One router ID from two addresses of one link, whoever hears them. */
static bool pair_namesakes(struct ospf *o, struct ospf_segment *g, struct stamp now, bool at_end)
{
    for (uint32_t i = 0; i < g->speaker_count; i++) {
        struct ospf_speaker *a = g->speakers[i];
        for (struct ospf_speaker *b = a->namesake; b && !a->unseen && !a->far.size && a->hello_known;
             b = b->namesake)
            if (same_link(a, b) && !pair(o, g, a, b, now, at_end))
                return false;
    }
    return true;
}

/* The ends of a virtual link send their Hellos to each other, whoever takes them (RFC 2328 15). */
static bool pair_virtual(struct ospf *o, const struct ospf_segment *g, struct stamp now, bool at_end)
{
    for (uint32_t i = 0; i < g->speaker_count; i++) {
        struct ospf_speaker *a = g->speakers[i];
        for (uint32_t k = i + 1; a->far.size && k < g->speaker_count; k++) {
            struct ospf_speaker *b = g->speakers[k];
            bool ends = addr_equal(&a->far, &b->addr) && addr_equal(&b->far, &a->addr);
            if (ends && !a->unseen && !b->unseen && a->hello_known && b->hello_known &&
                a->version == b->version && !ospf_adjacency_find(o, a, b) && together(a, b, now, at_end) &&
                !pair_deaf(o, a, b))
                return false;
        }
    }
    return true;
}

void ospf_pair_lonely(struct ospf *o, struct ospf_segment *g, struct stamp now, bool at_end)
{
    enum { EACH_WITH_EACH = 64 };
    if (!pair_namesakes(o, g, now, at_end) || !pair_virtual(o, g, now, at_end))
        return;
    for (uint32_t i = 0; i < g->speaker_count; i++) {
        struct ospf_speaker *a = g->speakers[i];
        if (!lonely(a) || !a->link)
            continue;
        bool few = g->speaker_count <= EACH_WITH_EACH;
        struct ospf_speaker **with = few ? g->speakers : a->link->members;
        uint32_t count = few ? g->speaker_count : a->link->member_count;
        for (uint32_t k = 0; k < count; k++)
            if (!pair(o, g, a, with[k], now, at_end))
                return;
    }
}
