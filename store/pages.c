/* What is asked for in; bounded pages of rows out. The order of reading is that of the columns in statements.def. */
#include "store/pages.h"

#include "store/query_internal.h"
#include <string.h>

static const char *const orders[] = {
#define ORDER(ident, name) name,
#include "store/orders.def"
#undef ORDER
};

enum peerings_order pages_order(const char *name)
{
    enum peerings_order o = 0;
    while (o < ORDER_COUNT && strcmp(orders[o], name) != 0)
        o++;
    return o;
}

uint64_t pages_version(struct store *s) { return (uint64_t)query_number(query_all(s, STMT_VERSION), 0); }

/* ---- peerings ---- */

struct query pages_peerings(struct store *s, const struct peerings_asked *a)
{
    struct binder b;
    struct query q = query_ask(s, STMT_PEERING_LINES, &b);
    bind_text(&b, a->text);
    bind_i64(&b, a->asn);
    bind_i64(&b, a->up);
    bind_i64(&b, a->least);
    bind_text(&b, a->type);
    bind_text(&b, a->code);
    bind_stamp(&b, a->changed);
    bind_i64(&b, a->order);
    bind_i64(&b, a->reverse ? -1 : 1);
    bind_i64(&b, a->limit);
    bind_i64(&b, a->offset);
    return q;
}

static void read_side_line(struct columns *c, struct side_line *out)
{
    out->address = next_word(c);
    out->router_id = next_text(c);
    out->state = next_word(c);
    out->asn = next_or(c, -1);
    out->hold_time = next_or(c, -1);
    out->min_margin_ns = next_ns(c, INT64_MIN);
    out->margin_known = out->min_margin_ns != INT64_MIN;
    out->state_since = next_stamp(c);
    out->last_heard = next_stamp(c);
    uint64_t *const counts[] = { &out->established_count, &out->lost_count, &out->routes, &out->updates,
                                 &out->retransmissions };
    next_counts(c, counts, COUNT(counts));
}

bool pages_peering(struct query *q, struct peering_line *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    query_read_peering(&c, &out->p);
    out->finding = next_or(&c, -1);
    out->code = next_text(&c);
    out->title = next_text(&c);
    out->matched = next_u64(&c);
    read_side_line(&c, &out->side[0]);
    read_side_line(&c, &out->side[1]);
    return true;
}

bool pages_peering_named(struct store *s, const char *name, struct peering_row *out)
{
    struct binder b;
    struct columns c;
    struct query q = query_ask(s, STMT_PEERING_NAMED, &b);
    bind_text(&b, name);
    if (!query_row(&q, &c))
        return false;
    query_read_peering(&c, out);
    return true;
}

/* ---- what happened in a peering ---- */

static struct query ask_page(struct store *s, enum statement which, uint32_t peering, const struct page *p)
{
    struct binder b;
    struct query q = query_ask(s, which, &b);
    bind_i64(&b, peering);
    bind_i64(&b, p->before);
    bind_stamp(&b, p->since);
    bind_stamp(&b, p->until);
    bind_i64(&b, p->limit);
    return q;
}

struct query pages_transitions(struct store *s, uint32_t peering, const struct page *p)
{
    return ask_page(s, STMT_TRANSITIONS_PAGE, peering, p);
}

struct query pages_notifications(struct store *s, uint32_t peering, const struct page *p)
{
    return ask_page(s, STMT_NOTIFICATIONS_PAGE, peering, p);
}

struct query pages_connections(struct store *s, uint32_t peering, const struct page *p)
{
    return ask_page(s, STMT_CONNECTIONS_PAGE, peering, p);
}

bool pages_open(struct store *s, uint32_t peering, int side, struct open_row *out)
{
    struct columns c;
    struct query q = query_about_two(s, STMT_OPEN_ROW, peering, side);
    if (!query_row(&q, &c))
        return false;
    out->bytes = sqlite3_column_blob(c.stmt, c.at);
    out->size = (size_t)sqlite3_column_bytes(c.stmt, c.at++);
    out->cut = next_bool(&c);
    out->connection = next_u32(&c);
    out->when = next_stamp(&c);
    out->file = next_or(&c, -1);
    out->frame = next_u64(&c);
    return out->size >= BGP_HEADER;
}

/* ---- findings ---- */

static void bind_filter(struct binder *b, const struct findings_asked *a)
{
    bind_i64(b, a->least);
    bind_text(b, a->code);
    bind_text(b, a->text);
    bind_text(b, a->peering);
    bind_stamp(b, a->since);
    bind_stamp(b, a->until);
}

struct query pages_findings(struct store *s, const struct findings_asked *a)
{
    struct binder b;
    struct query q = query_ask(s, STMT_FINDINGS_PAGE, &b);
    bind_filter(&b, a);
    bind_i64(&b, a->order);
    bind_i64(&b, a->limit);
    bind_i64(&b, a->offset);
    return q;
}

uint64_t pages_findings_count(struct store *s, const struct findings_asked *a)
{
    struct binder b;
    struct query q = query_ask(s, STMT_FINDINGS_COUNT, &b);
    bind_filter(&b, a);
    return (uint64_t)query_number(q, 0);
}

bool pages_finding(struct store *s, uint32_t id, struct finding_row *out)
{
    struct query q = query_about(s, STMT_FINDING_BY_ID, id);
    return query_finding(&q, out);
}

struct query pages_findings_after(struct store *s, uint32_t id, uint32_t limit)
{
    return query_about_two(s, STMT_FINDINGS_AFTER, id, limit);
}

struct query pages_tally(struct store *s) { return query_all(s, STMT_TALLY); }

bool pages_tally_row(struct query *q, struct tally_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->code = next_word(&c);
    out->severity = next_word(&c);
    out->findings = next_u64(&c);
    out->peerings = next_u64(&c);
    out->down = next_u64(&c);
    out->last = next_stamp(&c);
    out->latest = next_i64(&c);
    out->title = next_word(&c);
    out->peering = next_text(&c);
    return true;
}

/* ---- for metrics and live pages ---- */

struct query pages_changed(struct store *s, struct stamp after, uint32_t limit)
{
    return query_about_two(s, STMT_CHANGED, after.ns, limit);
}

bool pages_changed_row(struct query *q, struct changed_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->peering = next_word(&c);
    out->address = next_word(&c);
    out->state = next_word(&c);
    out->when = next_stamp(&c);
    return true;
}

struct query pages_notified(struct store *s) { return query_all(s, STMT_NOTIFIED); }

bool pages_notified_row(struct query *q, struct notified_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->peering = next_u32(&c);
    out->side = (int)next_i64(&c);
    out->cause = next_word(&c);
    out->count = next_u64(&c);
    return true;
}

struct query pages_advertised(struct store *s) { return query_all(s, STMT_ADVERTISED); }

bool pages_advertised_row(struct query *q, struct advertised_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->peering = next_u32(&c);
    out->side = (int)next_i64(&c);
    out->family = next_word(&c);
    out->routes = next_u64(&c);
    return true;
}

struct query pages_found(struct store *s) { return query_all(s, STMT_FOUND); }

bool pages_found_row(struct query *q, struct found_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->peering = next_u32(&c);
    out->code = next_word(&c);
    out->severity = next_word(&c);
    out->at = next_word(&c);
    out->peer = next_word(&c);
    out->count = next_u64(&c);
    out->last = next_stamp(&c);
    return true;
}
