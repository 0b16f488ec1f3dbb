/* What was said of routes in; rows out: attributes once each, UPDATEs in their order; where each prefix is spoken of is written
 * by store_prefixes.c. */
#include "store/store_internal.h"

#include "base/hash.h"
#include "store/store_prefixes.h"
#include <stdlib.h>
#include <string.h>

enum {
    KNOWN_LEAST = 1 << 12, /* attributes whose number is remembered */
    KNOWN_MOST = 1 << 20,
    CACHE_KIB =
        16
        << 10, /* attributes are met again in no order: SQLite's own 2 MiB write each page of their index twice */
};

/* Attributes that have their row. Two hashes: nobody can make others with the same. */
struct known_attrs {
    uint64_t hash[2];
    int64_t id; /* 0: none */
};

struct open_table_key {
    int64_t peering;
    uint8_t side, family, path_ids, zero[5];
};
struct open_table {
    struct open_table_key key;
    int64_t id;
    bool partial, never_whole;
};

struct store_routes {
    enum keep_routes keep;
    uint64_t seed;
    struct known_attrs *known; /* a hash table, linear probing; owned */
    uint32_t known_room, known_count;
    struct store_prefixes prefixes;
    struct table tables; /* owned open_tables that live */
    struct open_table *latest;
    int64_t table_last, attrs_last, update_last;
    bool holed; /* something was not kept */
};

static int64_t last_of(struct store *s, enum statement which)
{
    sqlite3_stmt *q = db_use(&s->db, which);
    int64_t n = 0;
    while (db_step(&s->db, q))
        n = sqlite3_column_int64(q, 0);
    return n;
}

static void forget_tables(struct store_routes *r)
{
    struct open_table *t;
    for (uint32_t at = 0; (t = table_next(&r->tables, &at));)
        free(t);
    table_free(&r->tables);
    r->latest = NULL;
}

static void forget_attrs(struct store_routes *r)
{
    if (r->known)
        memset(r->known, 0, r->known_room * sizeof *r->known);
    r->known_count = 0;
}

void store_keep_routes(struct store *s, enum keep_routes keep)
{
    if (!keep || s->routes)
        return;
    struct store_routes *r = s->routes = calloc(1, sizeof *r);
    if (!r || !store_prefixes_init(&r->prefixes)) {
        db_no_memory(&s->db);
        return;
    }
    db_cache(&s->db, CACHE_KIB);
    r->keep = keep;
    r->seed = hash_u64((uint64_t)(uintptr_t)r, (uint64_t)(uintptr_t)&keep);
    table_init(&r->tables, sizeof(struct open_table_key), r->seed);
    store_routes_again(s);
}

/* Numbers go on behind those that are there. */
void store_routes_again(struct store *s)
{
    struct store_routes *r = s->routes;
    r->table_last = last_of(s, STMT_LAST_ROUTE_TABLE);
    r->attrs_last = last_of(s, STMT_LAST_ROUTE_ATTRS);
    r->update_last = last_of(s, STMT_LAST_ROUTE_UPDATE);
    store_prefixes_again(s, &r->prefixes);
}

void store_routes_recover(struct store *s)
{
    struct store_routes *r = s->routes;
    if (!r)
        return;
    r->holed = true;
    forget_attrs(r);
    forget_tables(r);
    db_cache(&s->db, CACHE_KIB);
    store_row(s);
    db_run(&s->db, db_use(&s->db, STMT_END_ROUTE_TABLES));
    store_routes_again(s);
}

void store_routes_free(struct store *s)
{
    if (!s->routes)
        return;
    forget_tables(s->routes);
    free(s->routes->known);
    store_prefixes_free(&s->routes->prefixes);
    free(s->routes);
}

/* ---- attributes ---- */

static bool grow_known(struct store_routes *r)
{
    uint32_t old_room = r->known_room, room = old_room ? 2 * old_room : KNOWN_LEAST;
    if (room > KNOWN_MOST) { /* what is met again gets a second row */
        forget_attrs(r);
        return true;
    }
    struct known_attrs *old = r->known, *fresh = calloc(room, sizeof *fresh);
    if (!fresh)
        return false;
    for (uint32_t i = 0; i < old_room; i++) {
        uint32_t at = (uint32_t)old[i].hash[0] & (room - 1);
        while (old[i].id && fresh[at].id)
            at = (at + 1) & (room - 1);
        if (old[i].id)
            fresh[at] = old[i];
    }
    free(old);
    r->known = fresh;
    r->known_room = room;
    return true;
}

/* The place of these attributes; its id is 0 where they are new. NULL without memory. */
static struct known_attrs *find_attrs(struct store_routes *r, const struct event_routes *e)
{
    if (r->known_count >= r->known_room / 4 * 3 && !grow_known(r))
        return NULL;
    size_t n = cur_left(&e->attrs);
    uint64_t hash[2] = { hash_bytes(e->attrs.at, n, r->seed + e->as4),
                         hash_bytes(e->attrs.at, n, ~r->seed - e->as4) };
    uint32_t at = (uint32_t)hash[0] & (r->known_room - 1);
    while (r->known[at].id && (r->known[at].hash[0] != hash[0] || r->known[at].hash[1] != hash[1]))
        at = (at + 1) & (r->known_room - 1);
    memcpy(r->known[at].hash, hash, sizeof hash);
    return &r->known[at];
}

static int64_t attrs_id(struct store *s, const struct event_routes *e)
{
    struct store_routes *r = s->routes;
    struct known_attrs *k = find_attrs(r, e);
    if (!k) {
        db_no_memory(&s->db);
        return 0;
    }
    if (k->id)
        return k->id;
    store_row(s);
    struct cursor bytes = e->attrs;
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_ROUTE_ATTRS));
    bind_i64(&b, k->id = ++r->attrs_last);
    bind_u64_or_null(&b, e->origin_as);
    bind_i64(&b, e->as4);
    bind_blob(&b, bytes.at, cur_left(&bytes));
    db_run(&s->db, b.stmt);
    r->known_count++;
    return k->id;
}

/* ---- tables ---- */

static struct open_table *new_table(struct store *s, const struct event_routes *e, struct open_table_key key)
{
    struct store_routes *r = s->routes;
    struct open_table *t = calloc(1, sizeof *t);
    if (!t || !table_put(&r->tables, &key, t)) {
        free(t);
        db_no_memory(&s->db);
        return NULL;
    }
    bool never_whole = r->holed || r->keep != KEEP_ROUTES_ALL;
    *t = (struct open_table){ key, ++r->table_last, e->partial || never_whole, never_whole };
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_ROUTE_TABLE));
    bind_i64(&b, t->id);
    bind_i64(&b, key.peering);
    bind_i64(&b, key.side);
    bind_text(&b, bgp_family_name(e->family));
    bind_i64(&b, e->path_ids);
    bind_i64(&b, e->ref.when.ns);
    bind_i64(&b, t->partial);
    db_run(&s->db, b.stmt);
    return t;
}

/* It is not whole any more, or it is whole again; what we did not keep ourselves nobody says again. */
static void turn_partial(struct store *s, struct open_table *t, const struct event_routes *e)
{
    if (t->never_whole)
        return;
    t->partial = e->partial;
    struct binder b = bind_to(db_use(&s->db, STMT_PARTIAL_ROUTE_TABLE));
    bind_i64(&b, t->id);
    bind_stamp(&b, e->partial ? STAMP_NEVER : e->ref.when);
    db_run(&s->db, b.stmt);
}

static struct open_table *table_of(struct store *s, const struct event_routes *e)
{
    struct store_routes *r = s->routes;
    struct open_table_key key = { .peering = store_peering_id(s, e->peering),
                                  .side = (uint8_t)e->side,
                                  .family = (uint8_t)e->family,
                                  .path_ids = e->path_ids };
    if (!key.peering)
        return NULL;
    if (!r->latest || memcmp(&r->latest->key, &key, sizeof key) != 0) {
        struct open_table *t = table_get(&r->tables, &key);
        r->latest = t ? t : new_table(s, e, key);
    }
    if (r->latest && e->partial != r->latest->partial)
        turn_partial(s, r->latest, e);
    return r->latest;
}

/* ---- prefixes ---- */

void store_put_prefixes(struct store *s)
{
    if (s->routes)
        store_prefixes_put(s, &s->routes->prefixes, s->routes->update_last);
}

/* ---- events ---- */

void store_routes_said(struct store *s, const struct event_routes *e)
{
    struct store_routes *r = s->routes;
    if (!r ||
        (r->keep == KEEP_ROUTES_CHANGES && cur_left(&e->nlri) && ((e->table && !e->withdrawn) || !e->news)))
        return;
    const struct open_table *t = table_of(s, e);
    if (!t || !cur_left(&e->nlri))
        return; /* that it is whole was all there was to say */
    int64_t attrs = !e->withdrawn ? attrs_id(s, e) : 0;
    if (s->db.err)
        return;
    store_row(s);
    store_see(s, e->ref);
    struct cursor nlri = e->nlri;
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_ROUTE_UPDATE));
    bind_i64(&b, ++r->update_last);
    bind_i64(&b, t->id);
    bind_i64(&b, e->ref.when.ns);
    bind_i64(&b, e->ref.file + s->file_base);
    bind_u64(&b, e->ref.frame);
    bind_u64_or_null(&b, (uint64_t)attrs);
    bind_blob(&b, nlri.at, cur_left(&nlri));
    db_run(&s->db, b.stmt);
    store_prefixes_hold(s, &r->prefixes, e, r->update_last);
}

void store_routes_gone(struct store *s, const struct event_routes_gone *e)
{
    struct store_routes *r = s->routes;
    struct open_table *t;
    if (!r)
        return;
    int64_t peering = store_peering_id(s, e->peering);
    for (uint32_t at = 0; (t = table_next(&r->tables, &at));) {
        if (t->key.peering != peering || t->key.side != e->side || e->kept >> t->key.family & 1)
            continue;
        store_row(s);
        struct binder b = bind_to(db_use(&s->db, STMT_END_ROUTE_TABLE));
        bind_i64(&b, t->id);
        bind_i64(&b, e->ref.when.ns);
        bind_i64(&b, e->ref.file + s->file_base);
        bind_u64_or_null(&b, e->ref.frame);
        bind_i64(&b, r->update_last);
        db_run(&s->db, b.stmt);
        if (r->latest == t)
            r->latest = NULL;
        free(table_remove(&r->tables, &t->key));
    }
}

/* ---- what is too old ---- */

/* The oldest segment, if it is not the last. */
static bool oldest(struct store *s, int64_t *id, int64_t range[2], int64_t *last_ns)
{
    sqlite3_stmt *q = db_use(&s->db, STMT_OLDEST_ROUTE_SEGMENT);
    bool there = false;
    while (db_step(&s->db, q)) {
        *id = sqlite3_column_int64(q, 0);
        range[0] = sqlite3_column_int64(q, 1);
        range[1] = sqlite3_column_int64(q, 2);
        *last_ns = sqlite3_column_int64(q, 3);
        there = *id < s->routes->prefixes.segment;
    }
    return there;
}

static void run_with(struct store *s, enum statement which, int64_t a, int64_t b)
{
    struct binder to = bind_to(db_use(&s->db, which));
    bind_i64(&to, a);
    bind_i64(&to, b);
    db_run(&s->db, to.stmt);
}

/* Tables that began before its end are partial from now on: of what was not said again since, nothing is known. */
bool store_retire_routes(struct store *s, struct stamp before)
{
    int64_t id, range[2], last_ns;
    if (!s->routes || s->db.err || !oldest(s, &id, range, &last_ns) || last_ns >= before.ns)
        return false;
    store_row(s);
    run_with(s, STMT_RETIRE_ROUTE_ATTRS, range[0], range[1]);
    run_with(s, STMT_RETIRE_ROUTE_UPDATES, range[0], range[1]);
    run_with(s, STMT_RETIRE_ROUTE_PREFIXES, id, 0);
    run_with(s, STMT_RETIRE_ROUTE_PAGES, id, 0);
    run_with(s, STMT_RETIRE_ROUTE_SEGMENT, id, 0);
    run_with(s, STMT_RETIRE_ROUTE_TABLES, last_ns, 0);
    run_with(s, STMT_CURTAIL_ROUTE_TABLES, last_ns, 0);
    struct open_table *t;
    for (uint32_t at = 0; (t = table_next(&s->routes->tables, &at));)
        t->partial = t->never_whole = true;
    forget_attrs(s->routes);
    return true;
}
