/* What is asked for in; rows about the tap and about tables on their way out. The order of reading is that of the columns
 * in statements.def. */
#include "store/pages_tap.h"

#include "store/query_internal.h"

struct query pages_tap(struct store *s, const struct series_asked *a)
{
    struct binder b;
    struct query q = query_ask(s, STMT_TAP_PAGE, &b);
    bind_i64(&b, a->step);
    bind_i64(&b, a->since_s);
    bind_i64(&b, a->until_s);
    bind_i64(&b, a->limit);
    return q;
}

bool pages_tap_row(struct query *q, struct tap_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->start_s = next_second(&c);
    out->packets = next_u64(&c);
    out->bytes = next_u64(&c);
    out->received = next_u64(&c);
    out->dropped = next_u64(&c);
    out->interface_dropped = next_u64(&c);
    out->duplicates = next_u64(&c);
    out->truncated = next_u64(&c);
    out->one_way = next_u64(&c);
    return true;
}

struct query pages_carriers(struct store *s) { return query_all(s, STMT_CARRIERS); }

bool pages_carrier(struct query *q, struct carrier_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->name = next_word(&c);
    out->packets = next_u64(&c);
    return true;
}

struct query pages_one_way(struct store *s, uint32_t limit) { return query_about(s, STMT_ONE_WAY, limit); }

bool pages_one_way_row(struct query *q, struct one_way_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->peering = next_word(&c);
    out->heard = next_word(&c);
    out->missing = next_word(&c);
    out->packets = next_u64(&c);
    out->acknowledges = next_bool(&c);
    out->connections = next_u64(&c);
    out->first = next_stamp(&c);
    out->last = next_stamp(&c);
    out->matched = next_u64(&c);
    return true;
}

struct query pages_twice(struct store *s, uint32_t limit) { return query_about(s, STMT_TWICE, limit); }

bool pages_twice_row(struct query *q, struct twice_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->peering = next_word(&c);
    out->copies = next_u64(&c);
    out->matched = next_u64(&c);
    return true;
}

uint64_t pages_database_size(struct store *s)
{
    const char *path = sqlite3_db_filename(s->db.handle, "main");
    if (!path || !*path)
        return 0;
    int64_t size = db_ask(&s->db, "PRAGMA page_count") * db_ask(&s->db, "PRAGMA page_size");
    return size > 0 ? (uint64_t)size : 0;
}

struct query pages_transfers(struct store *s, uint32_t peering, uint32_t limit)
{
    return query_about_two(s, STMT_TRANSFERS, peering, limit);
}

bool pages_transfer(struct query *q, struct transfer_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->connection = next_u32(&c);
    out->side = (int)next_i64(&c);
    out->first = next_stamp(&c);
    out->first_file = next_i64(&c);
    out->first_frame = next_u64(&c);
    out->last = next_stamp(&c);
    out->last_file = next_i64(&c);
    out->last_frame = next_u64(&c);
    out->routes = next_u64(&c);
    out->end_of_rib = next_bool(&c);
    out->sender_ns = next_ns(&c, 0);
    out->window_ns = next_ns(&c, 0);
    out->loss_ns = next_ns(&c, 0);
    out->line = next_word(&c);
    out->part_ns = next_ns(&c, 0);
    out->pauses = next_u64(&c);
    out->pause_ns = next_ns(&c, 0);
    return true;
}
