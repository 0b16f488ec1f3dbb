/* Packets of a link in; for how long nothing of it was seen, though Hellos were due, out. The capture may have a gap there,
 * or both ends were silent: packets do not tell which, and no single router is to be blamed for it. Live the tap's own
 * counters tell (engine_deaf.c). */
#include "state/ospf_internal.h"

/* RFC 2328 9.5: a Hello each HelloInterval; some routers vary it by a tenth and more. */
enum { OVER = 5, UNDER = 4 };

struct span ospf_patience(const struct ospf_speaker *s)
{
    const struct ospf_hello_facts *h = &s->hello;
    int64_t interval = h->hello_interval ? (int64_t)h->hello_interval * NS_PER_S
                                         : (int64_t)h->dead_interval * NS_PER_S /
                                               2; /* several a second, each dead interval */
    return (struct span){ interval / UNDER * OVER };
}

void ospf_watch(const struct ospf *o, const struct ospf_speaker *s, struct stream_ref ref)
{
    struct ospf_wire *l = s->link;
    if (!l)
        return;
    if (l->last.frame && s->hello_known && !o->engine->options.on_wire &&
        stamp_since(ref.when, l->last.when).ns > ospf_patience(s).ns) {
        l->hole_from = l->last;
        l->hole_until = ref;
    }
    if (!l->last.frame || stamp_before(l->last.when, ref.when))
        l->last = ref;
}

/* The link was out of sight where both halves were: the one that was heard less lately, since then; the other in its own
 * hole, or until its first packet. */
void ospf_watch_merged(const struct ospf *o, struct ospf_wire *into, const struct ospf_wire *from)
{
    bool later = stamp_before(into->last.when, from->last.when);
    const struct ospf_wire *early = later ? into : from, *late = later ? from : into;
    struct stream_ref before = early->last, first = late->last;
    for (uint32_t i = 0; i < late->member_count; i++)
        if (stamp_before(late->members[i]->first.when, first.when))
            first = late->members[i]->first;
    if (late->hole_until.frame && stamp_before(before.when, late->hole_until.when)) {
        first = late->hole_until;
        before = stamp_before(before.when, late->hole_from.when) ? late->hole_from : before;
    }
    const struct ospf_speaker *s = early->member_count ? early->members[0] : NULL;
    bool hole = s && s->hello_known && before.frame && !o->engine->options.on_wire &&
                stamp_since(first.when, before.when).ns > ospf_patience(s).ns;
    into->last = late->last;
    into->hole_from = hole ? before : (struct stream_ref){ 0 };
    into->hole_until = hole ? first : (struct stream_ref){ 0 };
}

bool ospf_in_sight(const struct ospf *o, const struct ospf_speaker *s, struct stamp now)
{
    const struct ospf_wire *l = s->link;
    return o->engine->options.on_wire || !l || !l->last.frame || !s->hello_known ||
           stamp_since(now, l->last.when).ns <= ospf_patience(s).ns;
}

struct stamp ospf_seen_since(const struct ospf_adjacency *a, struct stamp since)
{
    const struct ospf_wire *l = a->link;
    return l && l->hole_until.frame ? stamp_later(since, l->hole_until.when) : since;
}

bool ospf_came_unseen(const struct ospf_adjacency *a, int side, struct stamp before, struct stamp now)
{
    struct stamp from = ospf_seen_since(a, before);
    return stamp_before(before, from) && stamp_since(now, from).ns <= ospf_patience(a->end[side]).ns;
}
