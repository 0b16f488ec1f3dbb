/* Questions about routes that were kept in; rows, and numbers of updates, out. */
#include "store/query_routes.h"

#include "base/grow.h"
#include "store/query_internal.h"
#include "store/store_prefixes.h"
#include <stdlib.h>
#include <string.h>

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

/* From one key of a prefix to another, both included. */
struct key_range {
    uint8_t low[ROUTE_KEY_MOST], high[ROUTE_KEY_MOST];
    size_t low_size, high_size;
};

static struct key_range range_of(const struct prefix *p, bool within)
{
    struct key_range r;
    struct prefix last = *p;
    for (unsigned i = p->bits; within && i < p->addr.size * 8u; i++)
        last.addr.b[i / 8] |= (uint8_t)(0x80u >> i % 8);
    r.low_size = store_prefix_key(&p->addr, p->bits, r.low);
    r.high_size = store_prefix_key(&last.addr, within ? p->addr.size * 8u : p->bits, r.high);
    return r;
}

/* The rows of a segment that hold something of the range. */
static sqlite3_stmt *ask_segment(struct store *s, enum statement which, int64_t segment,
                                 const struct key_range *r)
{
    struct binder b = bind_to(db_use(&s->db, which));
    bind_i64(&b, segment);
    bind_blob(&b, r->low, r->low_size);
    bind_blob(&b, r->high, r->high_size);
    return b.stmt;
}

static void gather_rows(struct store *s, int64_t segment, const struct key_range *r,
                        struct route_numbers *out)
{
    sqlite3_stmt *q = ask_segment(s, STMT_ROUTE_PREFIX_RANGE, segment, r);
    while (db_step(&s->db, q))
        route_numbers_add(out, sqlite3_column_int64(q, 0));
}

/* As SQLite compares blobs. */
static int compare_keys(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

static void gather_pages(struct store *s, int64_t segment, int64_t first_update, const struct key_range *r,
                         struct route_numbers *out)
{
    sqlite3_stmt *q = ask_segment(s, STMT_ROUTE_PAGES, segment, r);
    while (db_step(&s->db, q)) {
        struct cursor c = cur_over(sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
        struct route_entry e = { .size = 0 };
        while (route_page_next(&c, &e) && compare_keys(e.key, e.size, r->high, r->high_size) <= 0)
            if (compare_keys(e.key, e.size, r->low, r->low_size) >= 0)
                route_numbers_add(out, first_update + e.update);
    }
}

void query_route_prefix(struct store *s, const struct prefix *p, bool within, struct stamp until,
                        struct route_numbers *out)
{
    struct key_range range = range_of(p, within);
    sqlite3_stmt *q = db_use(&s->db, STMT_ROUTE_SEGMENTS);
    while (db_step(&s->db, q)) {
        int64_t segment = sqlite3_column_int64(q, 0), first_update = sqlite3_column_int64(q, 2);
        if (sqlite3_column_int64(q, 1) > until.ns)
            continue;
        if (sqlite3_column_int(q, 3))
            gather_pages(s, segment, first_update, &range, out);
        else
            gather_rows(s, segment, &range, out);
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
