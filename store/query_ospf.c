/* Questions about OSPF in; rows as structs out. Routers and LSAs of what was analyzed in memory come from there. */
#include "store/query_ospf.h"

#include "state/ospf.h"
#include "state/ospf_lsdb.h"
#include "store/query_internal.h"

void query_ospf_totals(struct store *s, const char *address, struct ospf_totals_row *out)
{
    struct columns c;
    struct query q = query_of_address(s, STMT_OSPF_TOTALS, address);
    *out = (struct ospf_totals_row){ 0 };
    while (query_row(&q, &c)) {
        out->adjacencies = next_u64(&c);
        out->full = next_u64(&c);
        out->settled = next_u64(&c);
    }
}

/* ---- routers ---- */

struct query query_ospf_routers(struct store *s)
{
    s->lent_router = 0;
    return s->lent ? (struct query){ s, NULL } : query_all(s, STMT_OSPF_ROUTERS);
}

static bool lent_router(struct store *s, struct ospf_router_row *out)
{
    const struct ospf_router_facts *r = ospf_next_router(s->lent, &s->lent_router);
    char text[ADDR_TEXT];
    if (!r)
        return false;
    for (int i = 0; i < 2; i++) {
        s->words[i].ceiling = (size_t)1 << 24;
        buf_clear(&s->words[i]);
    }
    for (uint32_t i = 0; i < r->address_count; i++) {
        buf_str(&s->words[0], i ? " " : "");
        buf_str(&s->words[0], addr_text(&r->addresses[i], text));
    }
    for (uint32_t i = 0; i < r->area_count; i++) {
        buf_str(&s->words[1], i ? " " : "");
        buf_str(&s->words[1], ospf_id_text(r->areas[i], text));
    }
    *out = (struct ospf_router_row){ .version = r->version,
                                     .instance = r->instance,
                                     .router_id = ospf_id_text(r->router_id, s->id_text),
                                     .abr = r->roles & OSPF_ROLE_ABR,
                                     .asbr = r->roles & OSPF_ROLE_ASBR,
                                     .dr = r->roles & OSPF_ROLE_DR,
                                     .bdr = r->roles & OSPF_ROLE_BDR,
                                     .is_virtual = r->roles & OSPF_ROLE_VIRTUAL,
                                     .addresses = buf_text(&s->words[0]),
                                     .areas = buf_text(&s->words[1]) };
    return true;
}

bool query_ospf_router(struct query *q, struct ospf_router_row *out)
{
    struct columns c;
    if (q->store->lent)
        return lent_router(q->store, out);
    if (!query_row(q, &c))
        return false;
    out->version = (unsigned)next_i64(&c);
    out->instance = (unsigned)next_i64(&c);
    out->router_id = next_word(&c);
    out->abr = next_bool(&c);
    out->asbr = next_bool(&c);
    out->dr = next_bool(&c);
    out->bdr = next_bool(&c);
    out->is_virtual = next_bool(&c);
    out->addresses = next_word(&c);
    out->areas = next_word(&c);
    return true;
}

/* ---- links ---- */

struct query query_ospf_links(struct store *s) { return query_all(s, STMT_OSPF_LINKS); }

bool query_ospf_link(struct query *q, struct ospf_link_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->id = next_u32(&c);
    out->version = (unsigned)next_i64(&c);
    out->instance = (unsigned)next_i64(&c);
    out->name = next_word(&c);
    out->type = next_word(&c);
    out->prefix = next_text(&c);
    out->vlan = (unsigned)next_i64(&c);
    out->dr = next_text(&c);
    out->bdr = next_text(&c);
    out->dr_changes = next_u64(&c);
    return true;
}

struct query query_ospf_speakers(struct store *s, uint32_t link)
{
    return query_about(s, STMT_OSPF_SPEAKERS, link);
}

bool query_ospf_speaker(struct query *q, struct ospf_speaker_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->id = next_u32(&c);
    out->area = next_word(&c);
    out->router_id = next_word(&c);
    out->address = next_text(&c);
    out->mac = next_text(&c);
    out->unseen = next_bool(&c);
    out->first = next_stamp(&c);
    out->last = next_stamp(&c);
    int64_t *const measures[] = { &out->hello_interval, &out->dead_interval, &out->priority,
                                  &out->options,        &out->mask,          &out->mtu,
                                  &out->authentication, &out->key_id };
    next_measures(&c, measures, COUNT(measures));
    uint64_t *const counts[] = { &out->hellos, &out->dbdescs,       &out->requests,     &out->updates,
                                 &out->acks,   &out->other_packets, &out->bad_checksums };
    next_counts(&c, counts, COUNT(counts));
    return true;
}

struct query query_ospf_alone(struct store *s) { return query_all(s, STMT_OSPF_ALONE); }

bool query_ospf_alone_row(struct query *q, struct ospf_alone_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->router_id = next_word(&c);
    out->link = next_word(&c);
    return true;
}

/* ---- adjacencies ---- */

struct query query_adjacencies(struct store *s, enum adjacency_order order, const char *address)
{
    return query_of_address(s, order == ADJACENCIES_BY_LINK ? STMT_ADJACENCIES : STMT_ADJACENCIES_WORST_FIRST,
                            address);
}

bool query_adjacency(struct query *q, struct adjacency_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->id = next_u32(&c);
    out->name = next_word(&c);
    out->version = (unsigned)next_i64(&c);
    out->instance = (unsigned)next_i64(&c);
    out->area = next_word(&c);
    out->link = next_u32(&c);
    out->link_name = next_word(&c);
    out->link_type = next_word(&c);
    out->dr = next_text(&c);
    out->bdr = next_text(&c);
    out->first = next_stamp(&c);
    out->losses = next_u64(&c);
    out->worst = (int)next_i64(&c);
    out->up = next_bool(&c);
    out->findings = (unsigned)next_i64(&c);
    return true;
}

struct query query_neighbors(struct store *s, uint32_t adjacency)
{
    return query_about(s, STMT_NEIGHBORS, adjacency);
}

bool query_neighbor(struct query *q, struct neighbor_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->side = (int)next_i64(&c);
    out->router_id = next_word(&c);
    out->address = next_text(&c);
    out->state = next_word(&c);
    out->state_since = next_stamp(&c);
    out->best_state = next_word(&c);
    out->full_count = next_u64(&c);
    out->lost_count = next_u64(&c);
    out->dead_interval = next_or(&c, -1);
    out->min_margin_ns = next_ns(&c, -1);
    out->min_margin_at = next_stamp(&c);
    out->last_heard = next_stamp(&c);
    uint64_t *const counts[] = { &out->requested, &out->answered, &out->flooded, &out->resent,
                                 &out->unacknowledged };
    next_counts(&c, counts, COUNT(counts));
    return true;
}

struct query query_ospf_transitions(struct store *s, uint32_t adjacency)
{
    return query_about(s, STMT_OSPF_TRANSITIONS, adjacency);
}

bool query_ospf_transition(struct query *q, struct transition_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    *out = (struct transition_row){ .number = next_i64(&c) };
    next_step(&c, out);
    return true;
}

struct query query_findings_of_adjacency(struct store *s, uint32_t adjacency, enum severity least)
{
    return query_about_two(s, STMT_FINDINGS_OF_ADJACENCY, adjacency, least);
}

/* ---- the database ---- */

struct query query_lsas(struct store *s, struct stamp at)
{
    struct binder b;
    s->lent_domain = s->lent_lsa = 0;
    s->lent_lsdb = NULL;
    if (s->lent)
        return (struct query){ s, NULL };
    struct query q = query_ask(s, stamp_known(at) ? STMT_LSAS_AT : STMT_LSAS, &b);
    if (stamp_known(at))
        bind_stamp(&b, at);
    return q;
}

static bool lent_lsa(struct store *s, struct lsa_row *out)
{
    const struct ospf_lsa_facts *f = NULL;
    while (!f || !f->instances) { /* one that was but asked for */
        if (!s->lent_lsdb && !(s->lent_lsdb = ospf_next_domain(s->lent, &s->lent_domain)))
            return false;
        if (!(f = ospf_lsdb_next(s->lent_lsdb, &s->lent_lsa))) {
            s->lent_lsdb = NULL;
            s->lent_lsa = 0;
        }
    }
    out->version = f->version;
    out->instance = f->instance;
    out->of_as = f->key.scope == OSPF_SCOPE_AS;
    out->area = f->key.area;
    out->link = f->key.link;
    out->type = f->key.type;
    out->id = f->key.id;
    out->router = f->key.router;
    out->sequence = f->sequence;
    out->age = f->age;
    out->seen = f->ref.when;
    out->last_seen = f->seen_last;
    out->do_not_age = f->do_not_age;
    out->flushed = f->gone;
    out->options = f->options;
    out->checksum = f->checksum;
    out->length = f->length;
    out->has_body = f->raw != NULL;
    out->body_sequence = f->raw_sequence;
    out->body = NULL; /* nobody asks for it of a capture that is read */
    out->body_size = 0;
    return true;
}

bool query_lsa(struct query *q, struct lsa_row *out)
{
    struct columns c;
    if (q->store->lent)
        return lent_lsa(q->store, out);
    if (!query_row(q, &c))
        return false;
    next_i64(&c); /* its number */
    out->version = (unsigned)next_i64(&c);
    out->instance = (unsigned)next_i64(&c);
    next_area(&c, &out->of_as, &out->area);
    out->link = next_u32(&c);
    uint32_t *const names[] = { &out->type, &out->id, &out->router, &out->sequence };
    for (size_t i = 0; i < COUNT(names); i++)
        *names[i] = next_u32(&c);
    out->age = (unsigned)next_i64(&c);
    out->seen = next_stamp(&c);
    out->last_seen = next_stamp(&c);
    out->do_not_age = next_bool(&c);
    out->flushed = next_bool(&c);
    out->options = (uint8_t)next_i64(&c);
    out->checksum = next_u32(&c);
    out->length = next_u32(&c);
    out->body_sequence = next_u32(&c);
    out->has_body = sqlite3_column_type(c.stmt, c.at) != SQLITE_NULL;
    out->body = sqlite3_column_blob(c.stmt, c.at);
    out->body_size = (size_t)sqlite3_column_bytes(c.stmt, c.at);
    return true;
}

unsigned lsa_row_age(const struct lsa_row *r, struct stamp now)
{
    if (r->flushed)
        return OSPF_MAX_AGE;
    int64_t passed = r->do_not_age ? 0 : stamp_since(now, r->seen).ns / NS_PER_S;
    int64_t age = (int64_t)r->age + (passed > 0 ? passed : 0);
    return age < OSPF_MAX_AGE ? (unsigned)age : OSPF_MAX_AGE;
}

bool lsa_row_current(const struct lsa_row *r, struct stamp now)
{
    return !r->flushed && lsa_row_age(r, now) < OSPF_MAX_AGE;
}

struct query query_lsa_changes(struct store *s) { return query_all(s, STMT_LSA_CHANGES); }

bool query_lsa_change(struct query *q, struct lsa_change_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->version = (unsigned)next_i64(&c);
    out->instance = (unsigned)next_i64(&c);
    next_area(&c, &out->of_as, &out->area);
    uint32_t *const names[] = { &out->type, &out->id, &out->router, &out->sequence };
    for (size_t i = 0; i < COUNT(names); i++)
        *names[i] = next_u32(&c);
    out->when = next_stamp(&c);
    out->frame = next_u64(&c);
    out->change = next_word(&c);
    out->words = next_text(&c);
    return true;
}
