/* What became of LSAs in; rows of the database and of its history out. Only for files: what is analyzed in memory is asked
 * where it is (store_put_ospf). */
#include "store/store_internal.h"

#include "state/ospf.h"
#include "state/ospf_lsdb.h"
#include <stdio.h>
#include <string.h>

/* Which row of ospf_lsa is it? No padding: it is hashed whole. */
struct lsa_place {
    struct ospf_lsa_key key;
    uint8_t version, instance;
    uint16_t zero;
};

void store_lsa_init(struct store *s) { table_init(&s->lsas, sizeof(struct lsa_place), 0); }

static struct lsa_place place_of(const struct store *s, const struct ospf_lsa_facts *f)
{
    struct lsa_place p;
    memset(&p, 0, sizeof p);
    p.key = f->key;
    p.key.link = f->key.link ? (uint32_t)store_link_id(s, f->key.link) : 0;
    p.version = f->version;
    p.instance = f->instance;
    return p;
}

/* Its row's number; *fresh: there was none. 0 without memory. */
static uint32_t number_of(struct store *s, const struct ospf_lsa_facts *f, bool *fresh)
{
    struct lsa_place place = place_of(s, f);
    uintptr_t number = (uintptr_t)table_get(&s->lsas, &place);
    *fresh = !number;
    if (number)
        return (uint32_t)number;
    number = ++s->lsa_last;
    if (table_put(&s->lsas, &place, (void *)number))
        return (uint32_t)number;
    db_no_memory(&s->db);
    return 0;
}

static void put_lsa(struct store *s, uint32_t number, const struct ospf_lsa_facts *f)
{
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_LSA));
    bind_i64(&b, number);
    bind_i64(&b, f->version);
    bind_i64(&b, f->instance);
    if (f->key.scope == OSPF_SCOPE_AS)
        bind_null(&b);
    else
        bind_i64(&b, f->key.area);
    bind_u64_or_null(&b, f->key.link ? (uint64_t)store_link_id(s, f->key.link) : 0);
    bind_i64(&b, f->key.type);
    bind_i64(&b, f->key.id);
    bind_i64(&b, f->key.router);
    bind_i64(&b, f->sequence);
    bind_i64(&b, f->age);
    bind_i64(&b, f->ref.when.ns);
    bind_stamp(&b, f->seen_last);
    bind_i64(&b, f->do_not_age);
    bind_i64(&b, f->gone);
    bind_i64(&b, f->options);
    bind_i64(&b, f->checksum);
    bind_i64(&b, f->length);
    if (f->raw && f->raw_size >= OSPF_LSA_HEADER) {
        bind_i64(&b, f->raw_sequence);
        bind_blob(&b, f->raw + OSPF_LSA_HEADER, (size_t)f->raw_size - OSPF_LSA_HEADER);
    } else {
        bind_null(&b);
        bind_null(&b);
    }
    db_run(&s->db, b.stmt);
}

/* The older half of the history goes: a capture of days; live, a few go at a time (store_retire_lsas). */
static void prune(struct store *s)
{
    int64_t before = 0;
    struct binder b = bind_to(db_use(&s->db, STMT_CHANGE_NUMBER));
    bind_u64(&b, s->changes / 2);
    while (db_step(&s->db, b.stmt))
        before = sqlite3_column_int64(b.stmt, 0);
    b = bind_to(db_use(&s->db, STMT_PRUNE_CHANGES));
    bind_i64(&b, before);
    db_run(&s->db, b.stmt);
    b = bind_to(db_use(&s->db, STMT_COUNT_CHANGES));
    while (db_step(&s->db, b.stmt))
        s->changes = (uint64_t)sqlite3_column_int64(b.stmt, 0);
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)before);
    if (store_note(s, "ospf_history_begins_ns", text)) /* the failure sticks */
        return;
}

/* The header of the instance that the event is about: the LSA itself may have changed again within the packet. */
static void bind_instance(struct binder *b, const struct event_ospf_lsa *e)
{
    const struct ospf_lsa_facts *f = e->lsa;
    if (!e->raw || e->size < OSPF_LSA_HEADER) {
        bind_i64(b, f->sequence);
        bind_i64(b, f->age);
        bind_i64(b, f->do_not_age);
        bind_i64(b, f->options);
        bind_i64(b, f->checksum);
        bind_i64(b, f->length);
        return;
    }
    struct cursor in = cur_over(e->raw, OSPF_LSA_HEADER);
    uint16_t age = cur_u16(&in);
    uint8_t options = cur_u8(&in);
    cur_take(&in, 9); /* type, link-state ID, advertising router */
    bind_i64(b, cur_u32(&in));
    bind_i64(b, age & 0x7fff);
    bind_i64(b, age >> 15); /* DoNotAge: RFC 1793 2.2 */
    bind_i64(b, f->version == 2 ? options : 0);
    bind_i64(b, cur_u16(&in));
    bind_i64(b, cur_u16(&in));
}

void store_ospf_lsa(struct store *s, const struct event_ospf_lsa *e)
{
    bool fresh;
    uint32_t number = s->memory ? 0 : number_of(s, e->lsa, &fresh);
    if (!number)
        return;
    const struct ospf_lsa_facts *f = e->lsa;
    bool news = e->change == OSPF_CHANGE_NEW || e->change == OSPF_CHANGE_CHANGED;
    put_lsa(s, number, f);
    store_row(s);
    store_see(s, e->ref);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_CHANGE));
    bind_i64(&b, number);
    bind_i64(&b, ++s->number);
    bind_text(&b, ospf_change_name(e->change));
    bind_i64(&b, e->ref.when.ns);
    if (e->ref.frame)
        bind_i64(&b, e->ref.file + s->file_base);
    else
        bind_null(&b);
    bind_u64_or_null(&b, e->ref.frame);
    bind_instance(&b, e);
    bind_text(&b, e->words && *e->words ? e->words : NULL);
    if (news && e->raw && e->size >= OSPF_LSA_HEADER)
        bind_blob(&b, e->raw + OSPF_LSA_HEADER, (size_t)e->size - OSPF_LSA_HEADER);
    else
        bind_null(&b);
    db_run(&s->db, b.stmt);
    if (++s->changes >= CHANGES_MOST && !s->series)
        prune(s);
}

void store_lsa_again(struct store *s)
{
    table_free(&s->lsas);
    s->lsa_last = 0;
    sqlite3_stmt *q = db_use(&s->db, STMT_LSA_KEYS);
    while (db_step(&s->db, q)) {
        struct lsa_place p;
        memset(&p, 0, sizeof p);
        uintptr_t number = (uintptr_t)sqlite3_column_int64(q, 0);
        p.version = (uint8_t)sqlite3_column_int(q, 1);
        p.instance = (uint8_t)sqlite3_column_int(q, 2);
        bool of_as = sqlite3_column_type(q, 3) == SQLITE_NULL;
        p.key.area = (uint32_t)sqlite3_column_int64(q, 3);
        p.key.link = (uint32_t)sqlite3_column_int64(q, 4);
        p.key.type = (uint16_t)sqlite3_column_int(q, 5);
        p.key.id = (uint32_t)sqlite3_column_int64(q, 6);
        p.key.router = (uint32_t)sqlite3_column_int64(q, 7);
        p.key.scope = of_as ? OSPF_SCOPE_AS : p.key.link ? OSPF_SCOPE_LINK : OSPF_SCOPE_AREA;
        if (number > s->lsa_last)
            s->lsa_last = (uint32_t)number;
        if (!table_put(&s->lsas, &p, (void *)number))
            db_no_memory(&s->db);
    }
}

void store_retire_lsas(struct store *s, struct stamp before, uint32_t count)
{
    for (; count && s->lsa_last && !s->db.err; count--) {
        s->lsa_retired = s->lsa_retired < s->lsa_last ? s->lsa_retired + 1 : 1;
        struct binder b = bind_to(db_use(&s->db, STMT_RETIRE_CHANGES));
        bind_i64(&b, s->lsa_retired);
        bind_stamp(&b, before);
        store_row(s);
        db_run(&s->db, b.stmt);
    }
}

enum err store_put_lsdb(struct store *s, struct ospf *o)
{
    const struct ospf_lsdb *db;
    const struct ospf_lsa_facts *f;
    if (s->memory) {
        s->lent = o;
        return s->db.err;
    }
    for (uint32_t i = 0; (db = ospf_next_domain(o, &i));)
        for (uint32_t at = 0; !s->db.err && (f = ospf_lsdb_next(db, &at));) {
            bool fresh;
            uint32_t number = f->instances ? number_of(s, f, &fresh) : 0;
            if (!number) /* one that was but asked for */
                continue;
            if (fresh ||
                s->mended) /* only its header was seen: no event told of it; or what was written is lost */
                put_lsa(s, number, f);
            struct binder b = bind_to(db_use(&s->db, STMT_SEE_LSA));
            bind_i64(&b, number);
            bind_stamp(&b, f->seen_last);
            bind_i64(&b, at);
            db_run(&s->db, b.stmt);
        }
    return s->rows < ROWS_AT_ONCE ? s->db.err : store_flush(s);
}
