/* Two routers that are, or should be, neighbours in; what is kept of the pair out: made, found, renamed when an unseen end
 * turns out to be somebody, freed. */
#include "state/ospf_internal.h"

#include "base/grow.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADJACENCIES_MOST = 65536 };

/* No padding: hashed whole. */
struct adjacency_key {
    uint32_t low, high;
};

static struct adjacency_key key_of(const struct ospf_speaker *a, const struct ospf_speaker *b)
{
    return a->id < b->id ? (struct adjacency_key){ a->id, b->id } : (struct adjacency_key){ b->id, a->id };
}

struct adjacency *ospf_adjacency_find(const struct ospf *o, const struct ospf_speaker *a,
                                      const struct ospf_speaker *b)
{
    struct adjacency_key key = key_of(a, b);
    return table_get(&o->adjacencies, &key);
}

static bool enlist(struct ospf_speaker *s, struct ospf_adjacency *a)
{
    if (!grow(&s->adjacencies, s->adjacency_count, &s->adjacency_room, sizeof(*s->adjacencies), 4,
              UINT32_MAX))
        return false;
    s->adjacencies[s->adjacency_count++] = a;
    return true;
}

static void delist(struct ospf_speaker *s, const struct ospf_adjacency *a)
{
    for (uint32_t i = 0; i < s->adjacency_count; i++)
        if (s->adjacencies[i] == a) {
            memmove(s->adjacencies + i, s->adjacencies + i + 1,
                    (s->adjacency_count - i - 1) * sizeof(void *));
            s->adjacency_count--;
            return;
        }
}

static void name_adjacency(struct ospf_adjacency *a)
{
    char low[16], high[16];
    snprintf(a->name, sizeof a->name, "%s %s-%s", a->link ? a->link->name : "",
             ospf_id_text(a->end[0]->router_id, low), ospf_id_text(a->end[1]->router_id, high));
}

/* What is known of this side before anything happened between the two. */
static void begin_side(struct ospf_adjacency *a, int side)
{
    const struct ospf_speaker *me = a->end[side], *other = a->end[!side];
    struct ospf_neighbor *n = &a->side[side];
    bool lists = ospf_speaker_lists(me, other->router_id);
    n->since = STAMP_NEVER;
    n->heard_first = n->asked_first = (struct stream_ref){ 0 };
    if (me->hello_count > lists && !me->neighbors_cut) { /* that it lists the other is news */
        n->state = OSPF_STATE_DOWN;
        n->since = me->hello_first.when;
        n->unlisted = me->hellos[(me->hello_count - 1 - lists) % OSPF_HELLOS_KEPT];
    }
    /* the other's first Hello behind this one's last that did not list it */
    for (uint32_t i = other->hello_count > OSPF_HELLOS_KEPT ? other->hello_count - OSPF_HELLOS_KEPT : 0;
         i < other->hello_count; i++) {
        struct stream_ref ref = other->hellos[i % OSPF_HELLOS_KEPT];
        if ((me->neighbors_cut && stamp_before(ref.when, me->first.when)) ||
            (n->unlisted.frame && !stamp_before(n->unlisted.when, ref.when)))
            continue;
        if (!n->heard_first.frame)
            n->heard_first = ref;
        n->heard = ref;
    }
    if (n->heard.frame && ospf_speaker_lists(other, me->router_id))
        n->asked_first = n->heard;
}

struct adjacency *ospf_adjacency_get(struct ospf *o, struct ospf_speaker *a, struct ospf_speaker *b,
                                     struct stream_ref ref)
{
    struct adjacency_key key = key_of(a, b);
    struct adjacency *adj = table_get(&o->adjacencies, &key);
    if (adj || a == b)
        return adj;
    if (o->adjacencies.live >= ADJACENCIES_MOST || !(adj = calloc(1, sizeof *adj))) {
        o->engine->capture.limit_peerings++;
        return NULL;
    }
    bool low =
        a->router_id < b->router_id || (a->router_id == b->router_id && addr_compare(&a->addr, &b->addr) < 0);
    struct ospf_adjacency *f = &adj->facts;
    f->id = o->adjacencies.live + 1;
    f->end[0] = low ? a : b;
    f->end[1] = low ? b : a;
    f->link = a->link ? a->link : b->link;
    f->area = a->area;
    f->first = ref;
    f->checked = ref.when;
    if (!enlist(a, f) || !enlist(b, f) || !table_put(&o->adjacencies, &key, adj)) {
        delist(a, f);
        delist(b, f);
        free(adj);
        return NULL;
    }
    name_adjacency(f);
    begin_side(f, 0);
    begin_side(f, 1);
    if (ospf_is_told(f))
        outbox_add(&o->engine->outbox, &(struct event){ .kind = EVENT_OSPF_ADJACENCY, .as.adjacency = f });
    return adj;
}

void ospf_adjacency_adopt(struct ospf *o, struct adjacency *adj, struct ospf_speaker *unseen,
                          struct ospf_speaker *s)
{
    struct ospf_adjacency *f = &adj->facts;
    int side = ospf_side(adj, unseen);
    struct ospf_speaker *other = f->end[!side];
    struct adjacency_key before = key_of(unseen, other), after = key_of(s, other);
    if (table_get(&o->adjacencies, &after) || !enlist(s, f))
        return;
    if (!table_put(&o->adjacencies, &after, adj)) {
        delist(s, f);
        return;
    }
    table_remove(&o->adjacencies, &before);
    delist(unseen, f);
    f->end[side] = s;
    for (int i = 0; i < 2; i++)
        if (f->side[i].state <= OSPF_STATE_DOWN)
            begin_side(f, i);
    if (s->router_id == other->router_id && addr_compare(&f->end[0]->addr, &f->end[1]->addr) > 0)
        return; /* the order of two namesakes stays */
    name_adjacency(f);
}

void ospf_adjacency_free(struct ospf *o, struct adjacency *a)
{
    for (int side = 0; side < 2; side++) {
        ospf_owed_clear(o, &a->wants[side]);
        ospf_owed_clear(o, &a->unacked[side]);
        ospf_heads_forget(a, side);
        ospf_lacks_forget(o, a, side);
    }
    free(a);
}
