/* What the files that ask have in common: a question begins, its columns are read one after another. */
#ifndef STORE_QUERY_INTERNAL_H
#define STORE_QUERY_INTERNAL_H

#include "store/query.h"
#include "store/store_internal.h"

/* Columns, one after another. */
struct columns {
    sqlite3_stmt *stmt;
    int at;
};

/* Columns of a row, one after another. */
static inline int64_t next_i64(struct columns *c) { return sqlite3_column_int64(c->stmt, c->at++); }
static inline uint64_t next_u64(struct columns *c) { return (uint64_t)next_i64(c); }
static inline bool next_bool(struct columns *c) { return next_i64(c) != 0; }
static inline const char *next_text(struct columns *c)
{
    return (const char *)sqlite3_column_text(c->stmt, c->at++);
}

/* For what is never NULL. */
static inline const char *next_word(struct columns *c)
{
    const char *text = next_text(c);
    return text ? text : "";
}

static inline int64_t next_or(struct columns *c, int64_t unknown)
{
    bool null = sqlite3_column_type(c->stmt, c->at) == SQLITE_NULL;
    int64_t n = next_i64(c);
    return null ? unknown : n;
}

/* A file may be anybody's: of any two moments there is a span, so that none is farther off than half of what one can hold. */
static inline struct stamp next_stamp(struct columns *c)
{
    int64_t ns = next_or(c, STAMP_NEVER.ns);
    return ns > INT64_MAX / 2 || ns < INT64_MIN / 2 ? STAMP_NEVER : (struct stamp){ ns };
}

/* Of spans so short that a few may be added; a longer one is no span, but unknown. */
static inline int64_t next_ns(struct columns *c, int64_t unknown)
{
    int64_t ns = next_or(c, unknown);
    return ns > INT64_MAX / 8 || ns < INT64_MIN / 8 ? unknown : ns;
}

/* The second at which an interval of a series begins; nonsense is 0. */
static inline int64_t next_second(struct columns *c)
{
    int64_t s = next_i64(c);
    return s > INT64_MAX / 2 / NS_PER_S || s < INT64_MIN / 2 / NS_PER_S ? 0 : s;
}

static inline uint32_t next_u32(struct columns *c) { return (uint32_t)next_i64(c); }

static inline void next_counts(struct columns *c, uint64_t *const into[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        *into[i] = next_u64(c);
}

/* -1: not known. */
static inline void next_measures(struct columns *c, int64_t *const into[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        *into[i] = next_ns(c, -1);
}

/* A step of a side, but for what it is a step of. */
static inline void next_step(struct columns *c, struct transition_row *out)
{
    out->side = (int)next_i64(c);
    out->from = next_word(c);
    out->to = next_word(c);
    out->when = next_stamp(c);
    out->file = next_or(c, -1);
    out->frame = next_u64(c);
    out->cause = next_word(c);
}

/* The area of an LSA; NULL: of the AS. */
static inline void next_area(struct columns *c, bool *of_as, uint32_t *area)
{
    int64_t n = next_or(c, -1);
    *of_as = n < 0;
    *area = n < 0 ? 0 : (uint32_t)n;
}

static inline struct query query_ask(struct store *s, enum statement which, struct binder *b)
{
    struct query q = { s, db_use(&s->db, which) };
    *b = bind_to(q.stmt);
    return q;
}

static inline bool query_row(struct query *q, struct columns *c)
{
    *c = (struct columns){ q->stmt, 0 };
    return db_step(&q->store->db, q->stmt);
}

/* Asks about all there is. */
static inline struct query query_all(struct store *s, enum statement which)
{
    struct binder unused;
    return query_ask(s, which, &unused);
}

/* Asks about one number: which peering, link or finding, or how many of them. */
static inline struct query query_about(struct store *s, enum statement which, int64_t n)
{
    struct binder b;
    struct query q = query_ask(s, which, &b);
    bind_i64(&b, n);
    return q;
}

static inline struct query query_about_two(struct store *s, enum statement which, int64_t first,
                                           int64_t second)
{
    struct binder b;
    struct query q = query_ask(s, which, &b);
    bind_i64(&b, first);
    bind_i64(&b, second);
    return q;
}

/* Asks about what has this address, or about all for NULL. The address is copied: the walk may outlive it. */
static inline struct query query_of_address(struct store *s, enum statement which, const char *address)
{
    struct binder b;
    struct query q = query_ask(s, which, &b);
    if (b.stmt)
        sqlite3_bind_text(b.stmt, 1, address, -1, SQLITE_TRANSIENT);
    return q;
}

/* The one number that is answered, if any is. */
static inline int64_t query_number(struct query q, int64_t otherwise)
{
    struct columns c;
    while (query_row(&q, &c))
        otherwise = next_i64(&c);
    return otherwise;
}

/* ---- query.c ---- */

/* The columns of a peering. */
void query_read_peering(struct columns *, struct peering_row *out);

#endif
