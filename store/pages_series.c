/* What is asked for in; rows of series out. The order of reading is that of the columns in statements.def. */
#include "store/pages_series.h"

#include "store/query_internal.h"

unsigned pages_step(int64_t since_s, int64_t until_s, uint32_t most)
{
    static const unsigned steps[] = { 10, 60 };
    for (size_t i = 0; i < COUNT(steps); i++)
        if ((until_s - since_s) / steps[i] <= most)
            return steps[i];
    return 3600;
}

static struct query ask_series(struct store *s, enum statement which, const struct series_asked *a)
{
    struct binder b;
    struct query q = query_ask(s, which, &b);
    bind_i64(&b, a->peering);
    bind_i64(&b, a->side);
    bind_i64(&b, a->step);
    bind_i64(&b, a->since_s);
    bind_i64(&b, a->until_s);
    bind_i64(&b, a->limit);
    return q;
}

struct query pages_series(struct store *s, const struct series_asked *a)
{
    return ask_series(s, STMT_SERIES_PAGE, a);
}

bool pages_series_row(struct query *q, struct series_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->start_s = next_second(&c);
    uint64_t *const counts[] = { &out->opens,         &out->updates,         &out->notifications,
                                 &out->keepalives,    &out->refreshes,       &out->message_bytes,
                                 &out->announced,     &out->withdrawn,       &out->segments,
                                 &out->segment_bytes, &out->retransmissions, &out->zero_window_ns,
                                 &out->rtt_ns,        &out->rtt_count };
    next_counts(&c, counts, COUNT(counts));
    out->margin_ns = next_ns(&c, INT64_MIN);
    out->lost = next_u64(&c);
    return true;
}

struct query pages_held(struct store *s, const struct series_asked *a)
{
    return ask_series(s, STMT_SERIES_ROUTES_PAGE, a);
}

bool pages_held_row(struct query *q, struct held_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->family = next_word(&c);
    out->start_s = next_second(&c);
    out->held = next_u64(&c);
    return true;
}

struct query pages_sparks(struct store *s, unsigned step, int64_t since_s, int64_t until_s)
{
    struct binder b;
    struct query q = query_ask(s, STMT_SERIES_LINES, &b);
    bind_i64(&b, step);
    bind_i64(&b, since_s);
    bind_i64(&b, until_s);
    return q;
}

bool pages_spark_row(struct query *q, struct spark_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->peering = next_word(&c);
    out->start_s = next_second(&c);
    out->updates = next_u64(&c);
    out->lost[0] = next_u64(&c);
    out->lost[1] = next_u64(&c);
    return true;
}
