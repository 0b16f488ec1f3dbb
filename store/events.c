/* Events as JSON: routes, states of sessions, findings. OSPF's: events_ospf.c. */
#include "store/events_internal.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MOST = 1 << 20 };

struct events *events_new(const char *sensor, const struct addr *peer, events_fn *tell, void *to)
{
    struct events *e = calloc(1, sizeof *e);
    if (e)
        e->attrs = calloc(1, sizeof *e->attrs);
    if (!e || !e->attrs) {
        free(e);
        return NULL;
    }
    e->sensor = sensor;
    e->peer = *peer;
    e->tell = tell;
    e->to = to;
    e->line = buf_init(LINE_MOST);
    e->words = buf_init(LINE_MOST);
    table_init(&e->peerings, sizeof(uint32_t), 0);
    table_init(&e->adjacencies, sizeof(uint32_t), 0);
    table_init(&e->speakers, sizeof(uint32_t), 0);
    return e;
}

void events_free(struct events *e)
{
    if (!e)
        return;
    table_free(&e->peerings);
    table_free(&e->adjacencies);
    table_free(&e->speakers);
    buf_free(&e->line);
    buf_free(&e->words);
    free(e->attrs);
    free(e);
}

uint64_t events_cut(const struct events *e) { return e->cut; }

/* NULL: nobody asked for it. */
static const struct bgp_peering *peering_at(const struct events *e, uint32_t id)
{
    const struct bgp_peering *p = table_get(&e->peerings, &id);
    if (!p || !e->peer.size || addr_equal(&e->peer, &p->side[0].addr) ||
        addr_equal(&e->peer, &p->side[1].addr))
        return p;
    return NULL;
}

/* ---- an event ---- */

/* "2026-03-01 10:00:00.123456", UTC, as pmacct writes it. */
void events_begin(struct events *e, const char *type, struct stamp when)
{
    char text[STAMP_TEXT];
    stamp_text(when, 6, text);
    text[10] = ' ';
    buf_clear(&e->line);
    e->w = writer_init(&writer_json, &e->line);
    write_object(&e->w, NULL);
    write_str(&e->w, "event_type", "log");
    write_u64(&e->w, "seq", e->number++);
    write_str(&e->w, "writer_id", e->sensor);
    write_strn(&e->w, "timestamp", text, 26);
    write_str(&e->w, "log_type", type);
}

void events_end(struct events *e)
{
    write_end(&e->w);
    if (!e->line.lost && !e->stopped)
        e->stopped = !e->tell(e->to, buf_text(&e->line), e->line.used);
}

void events_put_addr(struct events *e, const char *key, const struct addr *a)
{
    char text[ADDR_TEXT];
    write_str(&e->w, key, addr_text(a, text));
}

static void put_words(struct events *e, const char *key)
{
    if (e->words.used)
        write_strn(&e->w, key, buf_text(&e->words), e->words.used);
    buf_clear(&e->words);
}

/* Who says it, and who hears it. */
static void put_ends(struct events *e, const struct bgp_peering *p, int from)
{
    events_put_addr(e, "peer_ip", &p->side[from].addr);
    if (p->side[from].asn)
        write_u64(&e->w, "peer_asn", p->side[from].asn);
    events_put_addr(e, "local_ip", &p->side[!from].addr);
}

/* ---- routes ---- */

static void put_communities(struct events *e)
{
    static const struct {
        const char *key;
        uint8_t code;
    } kinds[] = { { "comms", BGP_ATTR_COMMUNITY },
                  { "ecomms", BGP_ATTR_EXT_COMMUNITIES },
                  { "lcomms", BGP_ATTR_LARGE_COMMUNITY } };
    for (unsigned i = 0; i < COUNT(kinds); i++) {
        bgp_communities_text(&e->attrs->update, kinds[i].code, &e->words);
        put_words(e, kinds[i].key);
    }
}

static void put_attributes(struct events *e)
{
    static const char *const origins[] = { "i", "e", "u" };
    const struct route_attrs *a = e->attrs;
    if (a->next_hop.size)
        events_put_addr(e, "bgp_nexthop", &a->next_hop);
    bgp_path_text(&a->update, &a->ctx, &e->words);
    write_strn(&e->w, "as_path", buf_text(&e->words), e->words.used);
    buf_clear(&e->words);
    put_communities(e);
    if (a->origin >= 0 && a->origin < 3)
        write_str(&e->w, "origin", origins[a->origin]);
    if (a->values.has_local_pref)
        write_u64(&e->w, "local_pref", a->values.local_pref);
    if (a->values.has_med)
        write_u64(&e->w, "med", a->values.med);
    if (a->values.has_otc)
        write_u64(&e->w, "otc", a->values.otc);
}

/* "label": "100", those of a stack with blanks between. */
static void put_labels(struct events *e, const struct bgp_nlri *n)
{
    struct cursor labels = n->labels;
    unsigned shift = bgp_update_vni(&e->attrs->update) ? 0 : 4;
    for (unsigned i = 0; i < n->label_count; i++)
        buf_printf(&e->words, "%s%u", i ? " " : "", (unsigned)(cur_u24(&labels) >> shift));
    put_words(e, "label");
}

static void put_family(struct events *e, enum bgp_family f)
{
    write_u64(&e->w, "afi", bgp_family_afi(f));
    write_u64(&e->w, "safi", bgp_family_safi(f));
}

static void tell_routes(struct events *e, const struct event_message *m, const struct bgp_peering *p,
                        struct cursor nlri, enum bgp_family family, bool withdraw)
{
    struct bgp_nlri n;
    if (family >= FAMILY_COUNT)
        return;
    for (struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, m->ctx, withdraw); bgp_nlri_next(&it, &n);) {
        events_begin(e, withdraw ? "withdraw" : "update", m->ref.when);
        put_ends(e, p, m->side);
        put_family(e, family);
        bgp_nlri_text(&n, &e->words);
        put_words(e, "ip_prefix");
        if (cur_left(&n.rd)) {
            bgp_rd_text(n.rd, &e->words);
            put_words(e, "rd");
        }
        if (n.has_path_id)
            write_u64(&e->w, "as_path_id", n.path_id);
        if (!withdraw) {
            put_labels(e, &n);
            put_attributes(e);
        }
        events_end(e);
    }
}

static void on_update(struct events *e, const struct event_message *m, const struct bgp_peering *p)
{
    const struct bgp_update *u = &e->attrs->update;
    if (m->msg->cut) {
        e->cut++;
        return;
    }
    route_attrs_of(e->attrs, m->msg, m->ctx);
    if (u->end_of_rib) {
        events_begin(e, "eor", m->ref.when);
        put_ends(e, p, m->side);
        if (u->end_of_rib_family < FAMILY_COUNT)
            put_family(e, u->end_of_rib_family);
        events_end(e);
        return;
    }
    /* what a receiver makes of it: RFC 7606 */
    enum bgp_verdict verdict = bgp_update_verdict(u, &e->attrs->values);
    if (verdict > BGP_TREAT_AS_WITHDRAW)
        return;
    bool void_ = verdict == BGP_TREAT_AS_WITHDRAW;
    tell_routes(e, m, p, u->withdrawn, FAMILY_IPV4_UNICAST, true);
    if (u->unreach.present)
        tell_routes(e, m, p, u->unreach.nlri, u->unreach.family, true);
    tell_routes(e, m, p, u->nlri, FAMILY_IPV4_UNICAST, void_);
    if (u->reach.present)
        tell_routes(e, m, p, u->reach.nlri, u->reach.family, void_);
}

/* ---- states and findings ---- */

/* `side` is the router whose state it is; as a collector it is the local one. */
static void on_transition(struct events *e, const struct bgp_transition *t)
{
    const struct bgp_peering *p = peering_at(e, t->peering);
    if (!p)
        return;
    events_begin(e, "state", t->ref.when);
    put_ends(e, p, !t->side);
    write_str(&e->w, "state_from", t->from == STATE_UNKNOWN ? NULL : bgp_state_name(t->from));
    write_str(&e->w, "state", t->to == STATE_UNKNOWN ? NULL : bgp_state_name(t->to));
    write_str(&e->w, "cause", t->cause);
    events_end(e);
}

static void on_notification(struct events *e, const struct event_notification *n)
{
    const struct bgp_peering *p = peering_at(e, n->peering);
    char name[64];
    if (!p)
        return;
    events_begin(e, "notification", n->ref.when);
    put_ends(e, p, n->side);
    write_u64(&e->w, "code", n->notification->code);
    write_u64(&e->w, "subcode", n->notification->subcode);
    write_str(&e->w, "name", bgp_notify_name(n->notification->code, n->notification->subcode, name));
    events_end(e);
}

static void on_finding(struct events *e, const struct finding *f)
{
    if (e->peer.size && !addr_equal(&e->peer, &f->at) && !addr_equal(&e->peer, &f->peer) &&
        !events_ospf_asked(e, f->adjacency))
        return;
    events_begin(e, f->over ? "finding_over" : "finding", f->last);
    write_u64(&e->w, "finding_id", f->id);
    write_str(&e->w, "code", code_name(f->code));
    write_str(&e->w, "severity", severity_name(f->severity));
    if (f->at.size)
        events_put_addr(e, "at", &f->at);
    if (f->peer.size)
        events_put_addr(e, "peer_ip", &f->peer);
    write_str(&e->w, "title", f->title);
    events_end(e);
}

static void learn(struct events *e, const struct bgp_peering *p)
{
    if (!table_put(&e->peerings, &p->id, (void *)(uintptr_t)p))
        e->cut++;
}

bool events_take(struct events *e, const struct outbox *out)
{
    for (uint32_t i = 0; i < out->count && !e->stopped; i++) {
        const struct event *v = &out->list[i];
        const struct bgp_peering *p;
        switch (v->kind) {
        case EVENT_PEERING: learn(e, v->as.peering); break;
        case EVENT_TRANSITION: on_transition(e, &v->as.transition); break;
        case EVENT_NOTIFICATION: on_notification(e, &v->as.notification); break;
        case EVENT_FINDING: on_finding(e, v->as.finding); break;
        case EVENT_OSPF_SPEAKER: events_ospf_speaker(e, v->as.speaker); break;
        case EVENT_OSPF_ADJACENCY: events_ospf_adjacency(e, v->as.adjacency); break;
        case EVENT_OSPF_TRANSITION: events_ospf_transition(e, &v->as.ospf_transition); break;
        case EVENT_OSPF_DESIGNATED: events_ospf_designated(e, &v->as.designated); break;
        case EVENT_OSPF_LSA: events_ospf_lsa(e, &v->as.ospf_lsa); break;
        case EVENT_MESSAGE:
            p = peering_at(e, v->as.message.peering);
            if (p && v->as.message.noise == FAULT_COUNT && v->as.message.msg->type == BGP_UPDATE &&
                !v->as.message.unheard)
                on_update(e, &v->as.message, p);
            break;
        default: break;
        }
    }
    return !e->stopped;
}

void events_lost(struct events *e, struct stamp when, uint64_t count)
{
    events_begin(e, "lost", when);
    write_u64(&e->w, "count", count);
    events_end(e);
}
