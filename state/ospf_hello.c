/* Hellos in; what they say of their sender, and who hears whom, out. RFC 2328 10.5, RFC 5340 4.2.2.1 */
#include "state/ospf_internal.h"

/* So close to the end of the RouterDeadInterval neither the capture's clock nor the router's timer tells which was first. */
enum { OVERDUE_MS = 250, OVERDUE_SHARE = 16 };

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
    struct stamp seen =
        s->link && s->link->hole_until.frame ? stamp_later(last.when, s->link->hole_until.when) : last.when;
    bool late = stamp_since(ref.when, seen).ns > interval + interval / 2;
    bool out_of_turn = interval && (gap < interval / 2 || late);
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

/* ---- what the other end hears ---- */

static void margin(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    const struct ospf_speaker *me = adj->facts.end[side];
    int64_t dead = (int64_t)me->hello.dead_interval * NS_PER_S;
    if (!n->heard.frame || n->state < OSPF_STATE_INIT || !me->hello_known ||
        stamp_before(n->heard.when, adj->facts.end[!side]->deaf)) /* there may have been others since */
        return;
    struct span left = { dead - stamp_since(ref.when, n->heard.when).ns };
    struct stamp seen = ospf_seen_since(&adj->facts, n->heard.when);
    n->margin_unseen =
        stamp_before(n->heard.when, seen) && (dead - stamp_since(ref.when, seen).ns) * 3 >= dead;
    if (n->margin_unseen) { /* there may have been others meanwhile */
        if (left.ns * 3 < dead && left.ns > 0)
            ospf_happen(o, HAPPEN_OSPF_MARGIN, adj, side, ref);
        return;
    }
    if (n->margin_known && n->min_margin.ns <= left.ns)
        return;
    n->margin_known = true;
    n->min_margin = left;
    n->min_margin_ref = ref;
    if (left.ns * 3 < dead && left.ns > 0)
        ospf_happen(o, HAPPEN_OSPF_MARGIN, adj, side, ref);
}

/* It comes when the side's timer has fired, or as good as: what the side says next will tell which was first. */
static void note_overdue(struct ospf_neighbor *n, const struct ospf_speaker *me, struct stream_ref ref)
{
    int64_t dead = (int64_t)me->hello.dead_interval * NS_PER_S, slack = SPAN_MS(OVERDUE_MS).ns;
    slack = slack < dead / OVERDUE_SHARE ? slack : dead / OVERDUE_SHARE;
    n->overdue = (struct stream_ref){ 0 };
    if (n->state < OSPF_STATE_INIT || !n->heard.frame || !dead ||
        stamp_since(ref.when, n->heard.when).ns < dead - slack)
        return;
    struct stamp deadline = stamp_add(n->heard.when, (struct span){ dead });
    n->heard_before = n->heard;
    n->overdue = ref;
    n->overdue.when = stamp_before(ref.when, deadline) ? ref.when : deadline;
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
    note_overdue(n, me, ref);
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
    int64_t interval = (s->hello.hello_interval ? (int64_t)s->hello.hello_interval : 1) * NS_PER_S;
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
    if (n->overdue.frame && stamp_since(ref.when, n->overdue.when).ns > SPAN_MS(OVERDUE_MS).ns)
        n->overdue = (struct stream_ref){ 0 }; /* it was in time */
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
    bool unseen = ospf_came_unseen(&adj->facts, side, n->listed.when, ref.when);
    if (!anew) {
        n->dropped = ref;
        n->dropped_from = n->state;
        n->dropped_steady = !unseen && stamp_since(ref.when, other->hello_last.when).ns < most;
    }
    ospf_on(o, adj, side, anew ? OSPF_ON_RESTARTED : OSPF_ON_DROPPED, ref);
}

/* Joined in mid-stream, and before anything showed how far they had come it ceases to list the other: it had heard it. */
static void left_unseen(struct ospf *o, struct adjacency *adj, int side)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    bool both = adj->facts.both_listed.frame || adj->facts.end[!side]->unseen;
    ospf_joined(o, adj, side, both ? OSPF_STATE_TWO_WAY : OSPF_STATE_INIT, n->listed);
    n->at_least = true;
}

static void lists_not(struct ospf *o, struct adjacency *adj, int side, struct stream_ref ref)
{
    struct ospf_neighbor *n = &adj->facts.side[side];
    const struct ospf_speaker *me = adj->facts.end[side];
    struct stamp deadline = n->overdue.frame ? n->overdue.when : ospf_deadline(&adj->facts, side);
    if (n->heard_first.frame && n->ignored < UINT32_MAX && !n->ignored++)
        n->ignored_first = ref;
    n->at_least = false;
    if (n->state == OSPF_STATE_UNKNOWN && n->joined && n->listed.frame)
        left_unseen(o, adj, side);
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
        bool due = stamp_known(deadline) && !stamp_before(ref.when, deadline);
        bool anew = me->emptied.frame == ref.frame && me->emptied_abruptly;
        n->let_go = ref;
        if (due)
            ospf_on(o, adj, side, OSPF_ON_INACTIVITY, (struct stream_ref){ 0, ref.file, deadline });
        else
            drop(o, adj, side, anew, ref);
        if (adj->facts.end[!side]->unseen) /* what it makes of that is not in the capture */
            ospf_on(o, adj, !side, OSPF_ON_SILENT, ref);
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

/* One of several interfaces that share an address does not list the other, and another one did just now: they are on two
 * links, and only if none lists it any more is it given up on all. */
static bool speaks_of_another_link(const struct ospf_speaker *s, const struct ospf_speaker *other,
                                   const struct ospf_neighbor *n, struct stamp now)
{
    return s->twofold && !s->neighbors_cut && n->listed.frame && !ospf_speaker_lists(s, other->router_id) &&
           stamp_since(now, n->listed.when).ns < (int64_t)s->hello.dead_interval * NS_PER_S;
}

static void tell_each(struct ospf *o, struct ospf_in *in)
{
    struct ospf_speaker *s = in->from;
    for (uint32_t i = 0; i < s->adjacency_count; i++) {
        struct adjacency *adj = (struct adjacency *)s->adjacencies[i];
        struct ospf_adjacency *a = &adj->facts;
        int side = ospf_side(adj, s);
        const struct ospf_speaker *other = a->end[!side];
        if (speaks_of_another_link(s, other, &a->side[side], in->ref.when)) {
            a->side[side].elsewhere++;
            a->side[side].elsewhere_last = in->ref;
            continue;
        }
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

void ospf_hear_hello(struct ospf *o, struct ospf_in *in)
{
    bool changed;
    struct ospf_speaker *s = in->from;
    bool known = take_hello(in, &changed);
    bool first = s->hello_count == 1;
    if (known || first) {
        ospf_link_place(o, in->segment, s);
        ospf_watch(o, s, in->ref);
    }
    note_tried(in);
    if (known)
        ospf_link_designate(o, s, in->ref);
    if (s->link)
        ospf_link_reckon(s->link);
    if (changed || first)
        ospf_pair_listed(o, in);
    tell_each(o, in);
}
