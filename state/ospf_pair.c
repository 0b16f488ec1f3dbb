/* Who is whose neighbour: routers that Hellos list, or that might hear each other and don't, in; adjacencies out.
 * RFC 2328 8.2 and 10.5, RFC 5340 4.2.2.1 */
#include "state/ospf_internal.h"

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
 * return, or that lists nobody and is the only one of its name: whose Hello was not seen yet may list others. */
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
    return ospf_speaker_lists(other, s->router_id) ||
           (only && !subnets && other->hello_known && !other->neighbor_count);
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

/* OSPFv3: `by` lists a router that then spoke from one address only, which has not listed it since; now `s`, another of its
 * name, does: that is whom it hears. */
static void correct_guess(struct ospf *o, const struct ospf_speaker *by, struct ospf_speaker *s)
{
    for (uint32_t i = 0; s->version == 3 && !s->far.size && i < by->adjacency_count; i++) {
        struct ospf_adjacency *a = by->adjacencies[i];
        int side = a->end[1] != by;
        struct ospf_speaker *other = a->end[side];
        if (other != s && !other->unseen && other->router_id == s->router_id && !a->side[side].listed.frame &&
            ospf_speaker_lists(by, s->router_id) && !ospf_adjacency_find(o, by, s)) {
            ospf_adjacency_adopt(o, (struct adjacency *)a, other, s);
            return;
        }
    }
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
        else {
            correct_guess(o, m, s);
            ospf_adjacency_get(o, s, m, in->ref);
        }
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
        bool by_addr = g->addr.size && addr_equal(&g->addr, &s->addr) && s->area == lister->area &&
                       !!s->far.size == !!lister->far.size;
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

/* OSPFv3: one router has neighbours on two links that this capture point shows under one tag. */
static void notice_several(struct ospf *o, struct ospf_segment *g, const struct ospf_speaker *s)
{
    for (const struct ospf_speaker *n = ospf_namesake(o, g, s->router_id); n && !g->several; n = n->namesake)
        if (n != s && n->link != s->link && !n->unseen && !n->far.size && !s->far.size && n->neighbor_count &&
            s->neighbor_count)
            g->several = true;
}

void ospf_pair_listed(struct ospf *o, struct ospf_in *in)
{
    const struct ospf_speaker *s = in->from;
    claim_ghosts(o, in);
    for (uint32_t i = 0; i < s->neighbor_count; i++)
        if (s->neighbors[i] != s->router_id || ospf_namesake(o, in->segment, s->router_id)->namesake)
            pair_listed(o, in, s->neighbors[i]);
    notice_several(o, in->segment, s);
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

/* Both may be on one link, in two instances, and neither router speaks in the other's: then that is why they are strangers.
 * A router that speaks in both means it. */
static bool may_be_strangers(const struct ospf *o, const struct ospf_segment *of_a,
                             const struct ospf_speaker *a, const struct ospf_segment *of_b,
                             const struct ospf_speaker *b)
{
    if (b->unseen || b->far.size || !b->hello_known || a->router_id == b->router_id ||
        ospf_namesake(o, of_b, a->router_id) || ospf_namesake(o, of_a, b->router_id))
        return false;
    return a->version == 3 ? !of_a->several && !of_b->several
                           : a->link->bits && addr_same_prefix(&a->addr, &b->addr, a->link->bits);
}

/* Those who are alone, with the first of another instance of the link. */
static bool pair_instances(struct ospf *o, struct ospf_segment *g, struct stamp now, bool at_end)
{
    enum { SEGMENTS_MOST = 256 };
    for (uint32_t i = 0; o->segment_count <= SEGMENTS_MOST && i < o->segment_count; i++) {
        struct ospf_segment *with = o->segments[i];
        if (with->instance == g->instance || with->version != g->version || with->circuit != g->circuit ||
            with->carriers != g->carriers)
            continue;
        for (uint32_t k = 0; k < g->speaker_count; k++) {
            struct ospf_speaker *a = g->speakers[k], *b = NULL;
            if (!a->link || !lonely(a) || a->adjacency_count)
                continue;
            for (uint32_t m = 0; m < with->speaker_count && !b; m++)
                if (may_be_strangers(o, g, a, with, with->speakers[m]) &&
                    together(a, with->speakers[m], now, at_end) && !apart(a, with->speakers[m]))
                    b = with->speakers[m];
            if (b && !ospf_adjacency_find(o, a, b) && !pair_deaf(o, a, b))
                return false;
        }
    }
    return true;
}

void ospf_pair_lonely(struct ospf *o, struct ospf_segment *g, struct stamp now, bool at_end)
{
    enum { EACH_WITH_EACH = 64 };
    if (!pair_namesakes(o, g, now, at_end) || !pair_virtual(o, g, now, at_end) ||
        !pair_instances(o, g, now, at_end))
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
