/* What is asked for in; bounded rows about OSPF out. The order of reading is that of the columns in statements_ospf.def. */
#include "store/pages_ospf.h"

#include "store/query_internal.h"

struct query pages_adjacency_changes(struct store *s, uint32_t limit)
{
    return query_about(s, STMT_OSPF_TRANSITIONS_PAGE, limit);
}

bool pages_adjacency_change(struct query *q, struct adjacency_change_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->adjacency = next_u32(&c);
    out->t = (struct transition_row){ .number = next_i64(&c) };
    next_step(&c, &out->t);
    return true;
}

struct query pages_lsa_activity(struct store *s, int64_t step_s)
{
    return query_about(s, STMT_OSPF_ACTIVITY, step_s);
}

bool pages_lsa_activity_row(struct query *q, struct lsa_activity_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->start_s = next_second(&c);
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
    next_area(c, &out->of_as, &out->area);
    out->type = next_u32(c);
    out->id = next_u32(c);
    out->router = next_u32(c);
}

struct query pages_lsa_busiest(struct store *s, uint32_t limit)
{
    return query_about(s, STMT_OSPF_BUSIEST, limit);
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
    return query_about(s, STMT_OSPF_LATEST, limit);
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
