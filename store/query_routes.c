/* Questions about routes that were kept in; rows, and numbers of updates, out. */
#include "store/query_routes.h"

#include "base/grow.h"
#include "store/query_internal.h"
#include <stdlib.h>

struct query query_route_tables(struct store *s) { return query_all(s, STMT_ROUTE_TABLES); }

bool query_route_table(struct query *q, struct route_table_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->id = next_i64(&c);
    out->peering = next_u32(&c);
    out->side = next_i64(&c) != 0;
    out->family = bgp_family_parse(next_word(&c));
    out->path_ids = next_bool(&c);
    out->begun = next_stamp(&c);
    out->ended = next_stamp(&c);
    out->ended_file = next_i64(&c);
    out->ended_frame = next_u64(&c);
    out->ended_update = next_or(&c, -1);
    out->partial = next_bool(&c);
    out->whole = next_stamp(&c);
    return true;
}

static struct cursor next_blob(struct columns *c)
{
    const void *bytes = sqlite3_column_blob(c->stmt, c->at);
    int size = sqlite3_column_bytes(c->stmt, c->at++);
    return cur_over(bytes, bytes ? (size_t)size : 0);
}

struct query query_route_updates(struct store *s, int64_t table)
{
    struct binder b;
    struct query q = query_ask(s, table ? STMT_ROUTE_UPDATES_OF_TABLE : STMT_ROUTE_UPDATES, &b);
    if (table)
        bind_i64(&b, table);
    return q;
}

bool query_route_update(struct query *q, struct route_update_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->id = next_i64(&c);
    out->table = next_i64(&c);
    out->when = next_stamp(&c);
    out->file = next_u32(&c);
    out->frame = next_u64(&c);
    out->attributes = next_i64(&c);
    out->nlri = next_blob(&c);
    out->as4 = next_bool(&c);
    out->attrs = next_blob(&c);
    return true;
}

bool query_route_update_at(struct store *s, int64_t id, struct route_update_row *out)
{
    struct query q = query_about(s, STMT_ROUTE_UPDATE_BY_ID, id);
    return query_route_update(&q, out);
}

/* ---- numbers ---- */

void route_numbers_add(struct route_numbers *n, int64_t number)
{
    if (!grow(&n->of, n->count, &n->room, sizeof *n->of, 256, UINT32_MAX)) {
        n->short_of_memory = true;
        return;
    }
    n->of[n->count++] = number;
}

static int by_number(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

void route_numbers_sort(struct route_numbers *n)
{
    size_t kept = 0;
    if (n->count)
        qsort(n->of, n->count, sizeof *n->of, by_number);
    for (size_t i = 0; i < n->count; i++)
        if (!kept || n->of[kept - 1] != n->of[i])
            n->of[kept++] = n->of[i];
    n->count = kept;
}

/* ---- prefixes ---- */

static void gather(struct store *s, sqlite3_stmt *stmt, struct route_numbers *out)
{
    while (db_step(&s->db, stmt))
        route_numbers_add(out, sqlite3_column_int64(stmt, 0));
}

static void gather_within(struct store *s, int64_t segment, const struct prefix *p, struct route_numbers *out)
{
    uint8_t low[18], high[18];
    struct prefix last = *p;
    for (unsigned i = p->bits; i < p->addr.size * 8u; i++)
        last.addr.b[i / 8] |= (uint8_t)(0x80u >> i % 8);
    size_t low_size = store_prefix_key(&p->addr, p->bits, low);
    size_t high_size = store_prefix_key(&last.addr, p->addr.size * 8u, high);
    struct binder b = bind_to(db_use(&s->db, STMT_ROUTE_PREFIX_RANGE));
    bind_i64(&b, segment);
    bind_blob(&b, low, low_size);
    bind_blob(&b, high, high_size);
    gather(s, b.stmt, out);
}

static void gather_exact(struct store *s, int64_t segment, const struct prefix *p, struct route_numbers *out)
{
    uint8_t key[18];
    size_t size = store_prefix_key(&p->addr, p->bits, key);
    struct binder b = bind_to(db_use(&s->db, STMT_ROUTE_PREFIX_EXACT));
    bind_i64(&b, segment);
    bind_blob(&b, key, size);
    gather(s, b.stmt, out);
}

void query_route_prefix(struct store *s, const struct prefix *p, bool within, struct stamp until,
                        struct route_numbers *out)
{
    sqlite3_stmt *q = db_use(&s->db, STMT_ROUTE_SEGMENTS);
    while (db_step(&s->db, q)) {
        if (sqlite3_column_int64(q, 1) > until.ns)
            continue;
        if (within)
            gather_within(s, sqlite3_column_int64(q, 0), p, out);
        else
            gather_exact(s, sqlite3_column_int64(q, 0), p, out);
    }
}

/* ---- attributes ---- */

struct query query_route_attrs(struct store *s, bool by_origin, uint32_t origin)
{
    struct binder b;
    struct query q = query_ask(s, by_origin ? STMT_ROUTE_ATTRS_BY_ORIGIN : STMT_ROUTE_ATTRS, &b);
    if (by_origin)
        bind_i64(&b, origin);
    return q;
}

bool query_route_attrs_row(struct query *q, struct route_attrs_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->id = next_i64(&c);
    out->as4 = next_bool(&c);
    out->bytes = next_blob(&c);
    return true;
}

struct query query_route_carriers(struct store *s, int64_t attributes)
{
    return query_about(s, STMT_ROUTE_UPDATES_BY_ATTRS, attributes);
}

bool query_route_carrier(struct query *q, int64_t *update)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    *update = next_i64(&c);
    return true;
}
