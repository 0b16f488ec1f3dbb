/* OSPF's events and facts in; rows of links, speakers, adjacencies and routers out. The database is that of
 * store_lsa.c. */
#include "store/store_internal.h"

#include "base/hash.h"
#include "state/ospf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "10.255.0.1"; NULL for 0. */
static const char *id_or_null(uint32_t id, char text[16]) { return id ? ospf_id_text(id, text) : NULL; }

static void bind_or_null(struct binder *b, bool known, int64_t n)
{
    if (known)
        bind_i64(b, n);
    else
        bind_null(b);
}

static void bind_address(struct binder *b, const struct addr *a, char text[ADDR_TEXT])
{
    bind_text(b, a->size ? addr_text(a, text) : NULL);
}

/* ---- numbers ---- */

static int64_t number_of(const struct store *s, const struct numbers *n, uint32_t id)
{
    return !s->again ? id : id < n->room ? n->of[id] : 0;
}

int64_t store_adjacency_id(const struct store *s, uint32_t id) { return number_of(s, &s->adjacencies, id); }
int64_t store_link_id(const struct store *s, uint32_t id) { return number_of(s, &s->ospf_links, id); }

static bool make_room(struct store *s, struct numbers *n, uint32_t id)
{
    if (id < n->room)
        return true;
    uint32_t room = id + id / 2 + 64;
    uint32_t *of = realloc(n->of, room * sizeof *of);
    if (!of) {
        db_no_memory(&s->db);
        return false;
    }
    memset(of + n->room, 0, (room - n->room) * sizeof *of);
    n->of = of;
    n->room = room;
    return true;
}

/* Gives it a number: the one that it had in earlier runs, by its name, or the next. False if it has one. */
static bool take_number(struct store *s, struct numbers *n, uint32_t id, enum statement by_name,
                        const char *name, const struct ospf_wire *w)
{
    if (!make_room(s, n, id) || n->of[id])
        return false;
    struct binder b = bind_to(db_use(&s->db, by_name));
    bind_text(&b, name);
    bind_i64(&b, w->version);
    bind_i64(&b, w->instance);
    while (db_step(&s->db, b.stmt))
        n->of[id] = (uint32_t)sqlite3_column_int64(b.stmt, 0);
    if (!n->of[id])
        n->of[id] = ++n->last;
    return !s->db.err;
}

/* ---- links ---- */

static void put_link(struct store *s, const struct ospf_wire *w)
{
    char prefix[ADDR_TEXT], dr[16], bdr[16];
    if (s->again)
        take_number(s, &s->ospf_links, w->id, STMT_OSPF_LINK_ID, w->name, w);
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_OSPF_LINK));
    bind_i64(&b, store_link_id(s, w->id));
    bind_i64(&b, w->version);
    bind_i64(&b, w->instance);
    bind_text(&b, w->name);
    bind_text(&b, ospf_network_type_name(w->type));
    bind_text(&b, w->prefix.size ? prefix_text(w->prefix.b, w->bits, w->prefix.size, prefix) : NULL);
    bind_u64_or_null(&b, w->vlan);
    bind_text(&b, id_or_null(w->dr_router, dr));
    bind_text(&b, id_or_null(w->bdr_router, bdr));
    bind_i64(&b, w->dr_changes);
    db_run(&s->db, b.stmt);
}

/* Its row is there. */
static void need_link(struct store *s, const struct ospf_wire *w)
{
    if (s->again ? !store_link_id(s, w->id) : store_first(s, &s->ospf_links_there, w->id))
        put_link(s, w);
}

static void bind_hello(struct binder *b, const struct ospf_speaker *p)
{
    const struct ospf_hello_facts *h = &p->hello;
    bind_or_null(b, p->hello_known, h->hello_interval);
    bind_or_null(b, p->hello_known, h->dead_interval);
    bind_or_null(b, p->hello_known, h->priority);
    bind_or_null(b, p->hello_known, h->options);
    bind_or_null(b, p->hello_known && p->version == 2, h->mask);
}

static void put_speaker(struct store *s, const struct ospf_speaker *p)
{
    if (p->link)
        need_link(s, p->link);
    static const uint8_t order[OSPF_PACKET_TYPES] = { OSPF_HELLO,    OSPF_DBDESC, OSPF_LSREQ,
                                                      OSPF_LSUPDATE, OSPF_LSACK,  0 };
    char id[16], area[16], address[ADDR_TEXT], mac[18];
    snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", p->mac[0], p->mac[1], p->mac[2], p->mac[3],
             p->mac[4], p->mac[5]);
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_OSPF_SPEAKER));
    bind_i64(&b, p->id);
    bind_or_null(&b, p->link, p->link ? store_link_id(s, p->link->id) : 0);
    bind_i64(&b, p->version);
    bind_i64(&b, p->instance);
    bind_text(&b, ospf_id_text(p->area, area));
    bind_text(&b, ospf_id_text(p->router_id, id));
    bind_address(&b, &p->addr, address);
    bind_text(&b, p->has_mac ? mac : NULL);
    bind_i64(&b, p->unseen);
    bind_stamp(&b, p->unseen ? STAMP_NEVER : p->first.when);
    bind_stamp(&b, p->unseen ? STAMP_NEVER : p->last.when);
    bind_hello(&b, p);
    bind_or_null(&b, p->mtu_known, p->mtu);
    bind_or_null(&b, !p->unseen, p->auth.type);
    bind_or_null(&b, p->auth.type >= OSPF_AUTH_CRYPTO, p->auth.key_id);
    for (size_t i = 0; i < COUNT(order); i++)
        bind_u64(&b, p->packets[order[i]]);
    bind_u64(&b, p->bad_sums);
    db_run(&s->db, b.stmt);
}

void store_ospf_designated(struct store *s, const struct event_ospf_designated *e)
{
    char dr[16], bdr[16];
    need_link(s, e->link);
    store_row(s);
    store_see(s, e->ref);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_OSPF_DESIGNATED));
    bind_i64(&b, store_link_id(s, e->link->id));
    bind_i64(&b, ++s->number);
    bind_i64(&b, e->ref.when.ns);
    bind_or_null(&b, e->ref.frame, e->ref.file + s->file_base);
    bind_u64_or_null(&b, e->ref.frame);
    bind_text(&b, id_or_null(e->dr, dr));
    bind_text(&b, id_or_null(e->bdr, bdr));
    db_run(&s->db, b.stmt);
}

/* ---- adjacencies ---- */

void store_ospf_adjacency(struct store *s, const struct ospf_adjacency *a)
{
    char area[16];
    need_link(s, a->link);
    if (s->again)
        take_number(s, &s->adjacencies, a->id, STMT_ADJACENCY_ID, a->name, a->link);
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_OSPF_ADJACENCY));
    bind_i64(&b, store_adjacency_id(s, a->id));
    bind_text(&b, a->name);
    bind_i64(&b, a->link->version);
    bind_i64(&b, a->link->instance);
    bind_text(&b, ospf_id_text(a->area, area));
    bind_i64(&b, store_link_id(s, a->link->id));
    bind_stamp(&b, a->first.when);
    bind_i64(&b, a->losses);
    db_run(&s->db, b.stmt);
}

static void put_neighbor(struct store *s, const struct ospf_adjacency *a, int side)
{
    const struct ospf_neighbor *n = &a->side[side];
    const struct ospf_speaker *p = a->end[side];
    char id[16], address[ADDR_TEXT];
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_OSPF_NEIGHBOR));
    bind_i64(&b, store_adjacency_id(s, a->id));
    bind_i64(&b, side);
    bind_i64(&b, p->id);
    bind_text(&b, ospf_id_text(p->router_id, id));
    bind_address(&b, &p->addr, address);
    bind_text(&b, ospf_state_name(n->state));
    bind_stamp(&b, n->state == OSPF_STATE_UNKNOWN ? STAMP_NEVER : n->since);
    bind_text(&b, ospf_state_name(n->best_ever));
    bind_i64(&b, n->full_count);
    bind_i64(&b, n->lost_count);
    bind_or_null(&b, p->hello_known, p->hello.dead_interval);
    bool margin =
        n->margin_known && n->state >= OSPF_STATE_INIT; /* no timer runs for one that was given up */
    bind_or_null(&b, margin, n->min_margin.ns);
    bind_stamp(&b, margin ? n->min_margin_ref.when : STAMP_NEVER);
    bind_stamp(&b, n->heard.frame ? n->heard.when : STAMP_NEVER);
    bind_u64(&b, n->requested);
    bind_u64(&b, n->answered);
    bind_u64(&b, n->flooded);
    bind_u64(&b, n->resent);
    bind_i64(&b, n->unacknowledged);
    db_run(&s->db, b.stmt);
}

void store_ospf_transition(struct store *s, const struct ospf_transition *t)
{
    int64_t adjacency = store_adjacency_id(s, t->adjacency);
    if (!adjacency)
        return;
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_OSPF_TRANSITION));
    bind_i64(&b, adjacency);
    bind_i64(&b, ++s->number);
    bind_i64(&b, t->side);
    bind_text(&b, ospf_state_name(t->from));
    bind_text(&b, ospf_state_name(t->to));
    store_bind_ref(s, &b, t->ref, true);
    bind_text(&b, t->cause ? t->cause : "");
    db_run(&s->db, b.stmt);
}

/* ---- routers ---- */

static uint64_t hash_router(const struct ospf_router_facts *r, uint64_t seed)
{
    const uint32_t head[] = { r->router_id, r->version, r->instance, r->roles, r->address_count };
    seed = hash_bytes(head, sizeof head, seed);
    if (r->area_count)
        seed = hash_bytes(r->areas, r->area_count * sizeof *r->areas, seed);
    for (uint32_t i = 0; i < r->address_count; i++)
        seed = hash_bytes(r->addresses[i].b, r->addresses[i].size, seed);
    return seed;
}

static void add_router(struct store *s, uint32_t number, const struct ospf_router_facts *r)
{
    static const uint8_t roles[] = { OSPF_ROLE_ABR, OSPF_ROLE_ASBR, OSPF_ROLE_DR, OSPF_ROLE_BDR,
                                     OSPF_ROLE_VIRTUAL };
    char id[16], text[ADDR_TEXT];
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_OSPF_ROUTER));
    bind_i64(&b, number);
    bind_i64(&b, r->version);
    bind_i64(&b, r->instance);
    bind_text(&b, ospf_id_text(r->router_id, id));
    for (size_t i = 0; i < COUNT(roles); i++)
        bind_i64(&b, (r->roles & roles[i]) != 0);
    db_run(&s->db, b.stmt);
    for (uint32_t i = 0; i < r->address_count + r->area_count; i++) {
        bool area = i >= r->address_count;
        uint32_t at = area ? i - r->address_count : i;
        store_row(s);
        b = bind_to(db_use(&s->db, area ? STMT_ADD_OSPF_AREA : STMT_ADD_OSPF_ADDRESS));
        bind_i64(&b, number);
        bind_i64(&b, at);
        bind_text(&b, area ? ospf_id_text(r->areas[at], text) : addr_text(&r->addresses[at], text));
        db_run(&s->db, b.stmt);
    }
}

/* Written anew only when they are others than the last time. */
static void put_routers(struct store *s, struct ospf *o)
{
    const struct ospf_router_facts *r;
    uint64_t hash = 1;
    for (uint32_t at = 0; (r = ospf_next_router(o, &at));)
        hash = hash_router(r, hash);
    if (hash == s->ospf_routers)
        return;
    s->ospf_routers = hash;
    db_run(&s->db, db_use(&s->db, STMT_DROP_OSPF_ADDRESSES));
    db_run(&s->db, db_use(&s->db, STMT_DROP_OSPF_AREAS));
    db_run(&s->db, db_use(&s->db, STMT_DROP_OSPF_ROUTERS));
    uint32_t number = 0;
    for (uint32_t at = 0; (r = ospf_next_router(o, &at));)
        add_router(s, ++number, r);
}

/* ---- all of it ---- */

enum err store_put_ospf(struct store *s, struct ospf *o)
{
    const struct ospf_wire *w;
    const struct ospf_speaker *p;
    const struct ospf_adjacency *a;
    for (uint32_t at = 0; (w = ospf_next_wire(o, &at));)
        if (!w->ended) {
            store_first(s, &s->ospf_links_there, w->id);
            put_link(s, w);
        }
    for (uint32_t at = 0; (p = ospf_next_speaker(o, &at));)
        put_speaker(s, p);
    for (uint32_t at = 0; (a = ospf_next_adjacency(o, &at));) {
        store_ospf_adjacency(s, a);
        put_neighbor(s, a, 0);
        put_neighbor(s, a, 1);
    }
    if (s->memory)
        s->lent = o;
    else
        put_routers(s, o);
    return s->rows < ROWS_AT_ONCE ? s->db.err : store_flush(s);
}

/* ---- a database that goes on ---- */

static uint32_t last_of(struct store *s, enum statement which)
{
    sqlite3_stmt *q = db_use(&s->db, which);
    uint32_t n = 0;
    while (db_step(&s->db, q))
        n = (uint32_t)sqlite3_column_int64(q, 0);
    return n;
}

void store_ospf_again(struct store *s)
{
    s->ospf_links.last = last_of(s, STMT_LAST_OSPF_LINK);
    s->adjacencies.last = last_of(s, STMT_LAST_ADJACENCY);
    s->changes = last_of(s, STMT_COUNT_CHANGES);
    db_run(&s->db, db_use(&s->db, STMT_END_NEIGHBORS));
    db_run(&s->db, db_use(&s->db, STMT_DROP_SPEAKERS));
    store_lsa_again(s);
}

void store_ospf_recover(struct store *s)
{
    struct numbers *const all[] = { &s->ospf_links, &s->adjacencies };
    for (size_t i = 0; i < COUNT(all); i++)
        if (all[i]->of)
            memset(all[i]->of, 0, all[i]->room * sizeof *all[i]->of);
    s->ospf_routers = 0;
    store_lsa_again(s);
}

void store_ospf_free(struct store *s)
{
    free(s->ospf_links_there.bits);
    free(s->ospf_links.of);
    free(s->adjacencies.of);
    table_free(&s->lsas);
    buf_free(&s->words[0]);
    buf_free(&s->words[1]);
}
