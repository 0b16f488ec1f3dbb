/* Statements in, each prepared once; rows, transactions, and the first failure in one sentence out. */
#include "store/sqlite_internal.h"

#include <stdio.h>
#include <string.h>

static const char *const sql[STMT_COUNT] = {
#define STMT(ident, text) [STMT_##ident] = text,
#include "store/statements.def"
#undef STMT
};

static enum err err_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_NOMEM: return ERR_MEMORY;
    case SQLITE_FULL:
    case SQLITE_IOERR: return ERR_WRITE;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY: return ERR_OPEN;
    case SQLITE_NOTADB: return ERR_FORMAT;
    case SQLITE_CORRUPT: return ERR_DAMAGED;
    default: return ERR_STORE;
    }
}

/* The first failure is the one to tell: what follows comes of it. */
void db_fail(struct db *db, enum err err, const char *words)
{
    if (db->err)
        return;
    db->err = err;
    snprintf(db->why, sizeof db->why, "%s: %s", db->path ? db->path : "database", words);
}

void db_no_memory(struct db *db) { db_fail(db, ERR_MEMORY, "not enough memory"); }

void db_fail_rc(struct db *db, int rc)
{
    int system = db->handle ? sqlite3_system_errno(db->handle) : 0;
    const char *words = db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc);
    char said[160];
    switch (err_of(rc)) {
    case ERR_OPEN: words = system ? strerror(system) : words; break;
    case ERR_WRITE:
        snprintf(said, sizeof said, "%.100s%s%.50s", words, system ? ": " : "",
                 system ? strerror(system) : "");
        words = (rc & 0xff) == SQLITE_FULL ? "the disk is full; it holds what was written before" : said;
        break;
    case ERR_FORMAT: words = "is no database; routetap leaves it as it is"; break;
    case ERR_DAMAGED: words = "is damaged; analyze the capture anew"; break;
    case ERR_MEMORY: words = "not enough memory"; break;
    default:
        words = (rc & 0xff) == SQLITE_BUSY ? "another process is writing to it; try again when it is done"
                                           : words;
    }
    db_fail(db, err_of(rc), words);
}

bool db_exec(struct db *db, const char *text)
{
    if (db->err)
        return false;
    int rc = sqlite3_exec(db->handle, text, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        db_fail_rc(db, rc);
    return rc == SQLITE_OK;
}

/* The one number that a statement gives. */
int64_t db_ask(struct db *db, const char *text)
{
    sqlite3_stmt *s = NULL;
    int64_t answer = 0;
    if (db->err)
        return 0;
    int rc = sqlite3_prepare_v2(db->handle, text, -1, &s, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        answer = sqlite3_column_int64(s, 0);
        rc = SQLITE_OK;
    }
    if (rc != SQLITE_OK && rc != SQLITE_DONE)
        db_fail_rc(db, rc);
    sqlite3_finalize(s);
    return answer;
}

void db_cache(struct db *db, unsigned kib)
{
    char pragma[48];
    snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%u", kib);
    db_exec(db, pragma);
}

/* ---- statements ---- */

sqlite3_stmt *db_use(struct db *db, enum statement which)
{
    if (db->err)
        return NULL;
    sqlite3_stmt **s = &db->stmt[which];
    if (!*s) {
        int rc = sqlite3_prepare_v3(db->handle, sql[which], -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
        if (rc != SQLITE_OK) {
            db_fail_rc(db, rc);
            return NULL;
        }
    }
    sqlite3_reset(*s);
    return *s;
}

bool db_step(struct db *db, sqlite3_stmt *s)
{
    if (!s || db->err)
        return false;
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        db_fail_rc(db, rc);
    sqlite3_reset(s);
    return false;
}

void db_run(struct db *db, sqlite3_stmt *s)
{
    while (db_step(db, s))
        ;
}

void db_begin(struct db *db)
{
    if (!db->in_transaction && db_exec(db, "BEGIN IMMEDIATE"))
        db->in_transaction = true;
}

void db_begin_reading(struct db *db)
{
    if (!db->in_transaction && db_exec(db, "BEGIN"))
        db->in_transaction = true;
}

void db_commit(struct db *db)
{
    if (!db->in_transaction || db->err)
        return;
    if (db_exec(db, "COMMIT"))
        db->in_transaction = false;
}

void db_recover(struct db *db)
{
    for (int i = 0; i < STMT_COUNT; i++)
        if (db->stmt[i])
            sqlite3_reset(db->stmt[i]);
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    db->in_transaction = false;
    db->err = ERR_NONE;
    db->why[0] = '\0';
}

/* ---- parameters ---- */

void bind_i64(struct binder *b, int64_t n)
{
    if (b->stmt)
        sqlite3_bind_int64(b->stmt, ++b->at, n);
}

void bind_u64(struct binder *b, uint64_t n) { bind_i64(b, n > INT64_MAX ? INT64_MAX : (int64_t)n); }

void bind_null(struct binder *b)
{
    if (b->stmt)
        sqlite3_bind_null(b->stmt, ++b->at);
}

void bind_u64_or_null(struct binder *b, uint64_t n)
{
    if (n)
        bind_u64(b, n);
    else
        bind_null(b);
}

void bind_text(struct binder *b, const char *text)
{
    if (b->stmt)
        sqlite3_bind_text(b->stmt, ++b->at, text, -1, SQLITE_STATIC);
}

void bind_blob(struct binder *b, const void *bytes, size_t n)
{
    if (b->stmt)
        sqlite3_bind_blob64(b->stmt, ++b->at, n ? bytes : "", n, SQLITE_STATIC);
}

void bind_stamp(struct binder *b, struct stamp t)
{
    if (stamp_known(t))
        bind_i64(b, t.ns);
    else
        bind_null(b);
}
