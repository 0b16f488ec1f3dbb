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

static inline struct stamp next_stamp(struct columns *c)
{
    return (struct stamp){ next_or(c, STAMP_NEVER.ns) };
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

/* Asks about one peering. */
static inline struct query query_about(struct store *s, enum statement which, uint32_t peering)
{
    struct binder b;
    struct query q = query_ask(s, which, &b);
    bind_i64(&b, peering);
    return q;
}

#endif
