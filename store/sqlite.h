/* One SQLite database: open, bring up to date, prepare each statement once, and tell in one sentence what went wrong.
 * The first failure sticks: later calls do nothing, so that a writer may ask once at the end of a stretch. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "base/err.h"
#include "base/macros.h"
#include "base/stamp.h"
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum statement {
#define STMT(ident, sql) STMT_##ident,
#include "store/statements.def"
#undef STMT
    STMT_COUNT
};

enum db_mode {
    DB_NEW, /* for writing; what an earlier analysis left there is replaced when the first transaction commits */
    DB_READ,
    DB_AGAIN, /* for writing; what is there stays */
};

struct db {
    sqlite3 *handle;
    sqlite3_stmt *stmt[STMT_COUNT];
    char *path;
    bool in_transaction;
    enum err err; /* the first failure */
    char why[300];
};

/* False: db->err and db->why say it. db_close is due in any case. */
MUST_USE bool db_open(struct db *, const char *path, enum db_mode);
void db_close(struct db *);
/* Fails for want of memory, unless it failed before. */
void db_no_memory(struct db *);

/* ---- statements ---- */

/* Ready to be bound, or NULL after a failure; NULL may be handed to all of the following. */
sqlite3_stmt *db_use(struct db *, enum statement);
/* A row is there. False at the end and after a failure; the statement is reset then. */
bool db_step(struct db *, sqlite3_stmt *);
/* For statements without rows. */
void db_run(struct db *, sqlite3_stmt *);
/* BEGIN IMMEDIATE if no transaction is open. */
void db_begin(struct db *);
void db_commit(struct db *);
/* After a failure: what was not committed is gone; the next one is the first again. */
void db_recover(struct db *);
/* The one number that a statement gives; 0 after a failure. */
int64_t db_ask(struct db *, const char *text);
/* So much of the database is kept in memory at most. */
void db_cache(struct db *, unsigned kib);
/* Fails with these words behind the path, unless it failed before. */
void db_fail(struct db *, enum err, const char *words);
/* For readers: all questions until db_commit see one moment. */
void db_begin_reading(struct db *);

/* ---- parameters, from the first on; texts must live until db_run or the last db_step ---- */

struct binder {
    sqlite3_stmt *stmt;
    int at;
};

/* NULL is taken as well: then nothing is bound. */
static inline struct binder bind_to(sqlite3_stmt *s) { return (struct binder){ s, 0 }; }
void bind_i64(struct binder *, int64_t);
void bind_u64(struct binder *, uint64_t);         /* beyond 2^63 - 1: that */
void bind_u64_or_null(struct binder *, uint64_t); /* 0: NULL */
void bind_null(struct binder *);
void bind_text(struct binder *, const char *); /* NULL: NULL */
void bind_blob(struct binder *, const void *, size_t);
void bind_stamp(struct binder *, struct stamp); /* STAMP_NEVER: NULL */

#endif
