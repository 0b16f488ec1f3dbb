/* What is asked for in; bounded rows about OSPF out. The order of reading is that of the columns in statements_ospf.def. */
#include "store/pages_ospf.h"

#include "store/query_internal.h"

static struct query ask_number(struct store *s, enum statement which, int64_t n)
{
    struct binder b;
    struct query q = query_ask(s, which, &b);
    bind_i64(&b, n);
    return q;
}

struct query pages_adjacency_changes(struct store *s, uint32_t limit)
{
    return ask_number(s, STMT_OSPF_TRANSITIONS_PAGE, limit);
}

bool pages_adjacency_change(struct query *q, struct adjacency_change_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->adjacency = (uint32_t)next_i64(&c);
    out->t = (struct transition_row){ .number = next_i64(&c) };
    out->t.side = (int)next_i64(&c);
    out->t.from = next_word(&c);
    out->t.to = next_word(&c);
    out->t.when = next_stamp(&c);
    out->t.file = next_or(&c, -1);
    out->t.frame = next_u64(&c);
    out->t.cause = next_word(&c);
    return true;
}

struct query pages_lsa_activity(struct store *s, int64_t step_s)
{
    return ask_number(s, STMT_OSPF_ACTIVITY, step_s);
}

bool pages_lsa_activity_row(struct query *q, struct lsa_activity_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->start_s = next_i64(&c);
    out->fresh = next_u64(&c);
    out->refreshed = next_u64(&c);
    out->changed = next_u64(&c);
    out->flushed = next_u64(&c);
    return true;
}

static void read_key(struct columns *c, struct lsa_told_row *out)
{
    *out = (struct lsa_told_row){ .version = (unsigned)next_i64(c) };
    out->instance = (unsigned)next_i64(c);
    int64_t area = next_or(c, -1);
    out->of_as = area < 0;
    out->area = area < 0 ? 0 : (uint32_t)area;
    out->type = (uint32_t)next_i64(c);
    out->id = (uint32_t)next_i64(c);
    out->router = (uint32_t)next_i64(c);
}

struct query pages_lsa_busiest(struct store *s, uint32_t limit)
{
    return ask_number(s, STMT_OSPF_BUSIEST, limit);
}

bool pages_lsa_busy(struct query *q, struct lsa_told_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    read_key(&c, out);
    out->changes = next_u64(&c);
    out->changed = next_u64(&c);
    out->when = next_stamp(&c);
    return true;
}

struct query pages_lsa_latest(struct store *s, uint32_t limit)
{
    return ask_number(s, STMT_OSPF_LATEST, limit);
}

bool pages_lsa_late(struct query *q, struct lsa_told_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    read_key(&c, out);
    out->when = next_stamp(&c);
    out->change = next_word(&c);
    out->words = next_text(&c);
    return true;
}
