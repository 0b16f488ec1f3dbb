/* OSPF's events as JSON: states of adjacencies, designated routers, LSAs. Findings about them: events.c.
 * Names are those of `lsdb --json` and of FRR's exporter, in the form that pmacct's events have. */
#include "store/events_internal.h"

#include <string.h>

static void put_id(struct events *e, const char *key, uint32_t id)
{
    char text[16];
    write_str(&e->w, key, id ? ospf_id_text(id, text) : NULL);
}

static void put_domain(struct events *e, unsigned version, unsigned instance)
{
    write_u64(&e->w, "ospf_version", version);
    if (instance)
        write_u64(&e->w, "instance", instance);
}

/* By its address or its router ID. */
static bool is_asked(const struct events *e, const struct ospf_speaker *s)
{
    struct addr router = addr_of_id(s->router_id);
    return !e->peer.size || addr_equal(&e->peer, &s->addr) || addr_equal(&e->peer, &router);
}

/* ---- who is there ---- */

static void learn(struct events *e, struct table *t, const uint32_t *id, const void *facts)
{
    if (!table_put(t, id, (void *)(uintptr_t)facts))
        e->cut++;
}

void events_ospf_speaker(struct events *e, const struct ospf_speaker *s)
{
    learn(e, &e->speakers, &s->id, s);
}
void events_ospf_adjacency(struct events *e, const struct ospf_adjacency *a)
{
    learn(e, &e->adjacencies, &a->id, a);
}

/* ---- adjacencies ---- */

bool events_ospf_asked(const struct events *e, uint32_t adjacency)
{
    const struct ospf_adjacency *a = table_get(&e->adjacencies, &adjacency);
    return a && (is_asked(e, a->end[0]) || is_asked(e, a->end[1]));
}

/* Of `router_id`, what it holds its neighbour to be. */
void events_ospf_transition(struct events *e, const struct ospf_transition *t)
{
    const struct ospf_adjacency *a = table_get(&e->adjacencies, &t->adjacency);
    if (!events_ospf_asked(e, t->adjacency))
        return;
    const struct ospf_speaker *self = a->end[t->side], *other = a->end[!t->side];
    char text[16];
    events_begin(e, "ospf_state", t->ref.when);
    put_domain(e, a->link->version, a->link->instance);
    write_str(&e->w, "iface", a->link->name);
    write_str(&e->w, "area", ospf_id_text(a->area, text));
    put_id(e, "router_id", self->router_id);
    if (self->addr.size)
        events_put_addr(e, "local_address", &self->addr);
    put_id(e, "neighbor", other->router_id);
    if (other->addr.size)
        events_put_addr(e, "remote_address", &other->addr);
    write_str(&e->w, "state_from", t->from == OSPF_STATE_UNKNOWN ? NULL : ospf_state_name(t->from));
    write_str(&e->w, "state", t->to == OSPF_STATE_UNKNOWN ? NULL : ospf_state_name(t->to));
    write_str(&e->w, "cause", t->cause);
    events_end(e);
}

static bool on_link(const struct events *e, const struct ospf_wire *w)
{
    bool asked = !e->peer.size;
    for (uint32_t i = 0; i < w->member_count && !asked; i++)
        asked = is_asked(e, w->members[i]);
    return asked;
}

void events_ospf_designated(struct events *e, const struct event_ospf_designated *d)
{
    if (!on_link(e, d->link))
        return;
    events_begin(e, "ospf_designated", d->ref.when);
    put_domain(e, d->link->version, d->link->instance);
    write_str(&e->w, "iface", d->link->name);
    put_id(e, "dr_from", d->dr_before);
    put_id(e, "dr", d->dr);
    put_id(e, "bdr_from", d->bdr_before);
    put_id(e, "bdr", d->bdr);
    events_end(e);
}

/* ---- LSAs ---- */

/* The header of the instance that the event is about: the LSA may have changed again within the packet. RFC 2328 A.4.1 */
static void put_header(struct events *e, const struct event_ospf_lsa *v)
{
    uint32_t sequence = v->lsa->sequence, age = v->lsa->age;
    if (v->raw && v->size >= OSPF_LSA_HEADER) {
        struct cursor in = cur_over(v->raw, OSPF_LSA_HEADER);
        age = cur_u16(&in) & 0x7fffu; /* without DoNotAge: RFC 1793 2.2 */
        cur_take(&in, 10);
        sequence = cur_u32(&in);
    }
    write_format(&e->w, "sequence", "0x%08x", (unsigned)sequence);
    write_u64(&e->w, "age", age);
}

/* `from_address` is who sent it here; who says it is its advertising router. */
void events_ospf_lsa(struct events *e, const struct event_ospf_lsa *v)
{
    const struct ospf_lsa_facts *f = v->lsa;
    const struct ospf_speaker *sender = table_get(&e->speakers, &f->sender);
    char text[16];
    if (e->peer.size && !(sender && is_asked(e, sender)))
        return;
    events_begin(e, "ospf_lsa", v->ref.when);
    put_domain(e, f->version, f->instance);
    write_str(&e->w, "change", ospf_change_name(v->change));
    if (f->key.scope != OSPF_SCOPE_AS)
        write_str(&e->w, "area", ospf_id_text(f->key.area, text));
    write_u64(&e->w, "lsa_type", f->key.type);
    if (f->kind != OSPF_LSA_UNKNOWN)
        write_str(&e->w, "lsa_name", ospf_kind_name((enum ospf_kind)f->kind));
    write_str(&e->w, "link_state_id", ospf_id_text(f->key.id, text));
    write_str(&e->w, "advertising_router", ospf_id_text(f->key.router, text));
    put_header(e, v);
    if (sender && sender->addr.size)
        events_put_addr(e, "from_address", &sender->addr);
    if (v->words && *v->words)
        write_str(&e->w, "what", v->words);
    events_end(e);
}
