/* A path in; a database at the newest schema out, or one sentence that says what to do. */
#include "store/sqlite_internal.h"

#include "state/bgp_facts.h"
#include "state/rules/explain.h"
#include "store/schema.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { APPLICATION = 0x52544150, BUSY_MS = 2000 }; /* "RTAP", in the file's header */

/* ---- what the statements ask of us ---- */

static void severity_rank(sqlite3_context *c, int n, sqlite3_value **value)
{
    (void)n;
    const char *name = (const char *)sqlite3_value_text(value[0]);
    int rank = SEVERITY_ERROR;
    while (rank > 0 && (!name || strcmp(severity_name((enum severity)rank), name) != 0))
        rank--;
    sqlite3_result_int(c, rank);
}

static void cause_rank(sqlite3_context *c, int n, sqlite3_value **value)
{
    (void)n;
    const char *name = (const char *)sqlite3_value_text(value[0]);
    sqlite3_result_int(c, name ? (int)explain_rank(code_parse(name)) : RANK_EVENT);
}

static void state_rank(sqlite3_context *c, int n, sqlite3_value **value)
{
    (void)n;
    const char *name = (const char *)sqlite3_value_text(value[0]);
    int rank = BGP_STATES - 1;
    while (rank > 0 && (!name || strcmp(bgp_state_name((enum bgp_state)rank), name) != 0))
        rank--;
    sqlite3_result_int(c, rank);
}

/* Sorts as addresses do, not as their texts. */
static void address_key(sqlite3_context *c, int n, sqlite3_value **value)
{
    (void)n;
    const char *text = (const char *)sqlite3_value_text(value[0]);
    struct addr a = addr_parse(text ? text : "");
    uint8_t key[1 + sizeof a.b];
    key[0] = a.size;
    memcpy(key + 1, a.b, sizeof a.b);
    sqlite3_result_blob(c, key, sizeof key, SQLITE_TRANSIENT);
}

static void add_functions(struct db *db)
{
    static const struct {
        const char *name;
        void (*run)(sqlite3_context *, int, sqlite3_value **);
    } rows[] = { { "severity_rank", severity_rank },
                 { "cause_rank", cause_rank },
                 { "state_rank", state_rank },
                 { "address_key", address_key } };
    int rc = SQLITE_OK;
    for (size_t i = 0; i < COUNT(rows) && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function(db->handle, rows[i].name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                     rows[i].run, NULL, NULL);
    if (rc != SQLITE_OK)
        db_fail_rc(db, rc);
}

/* ---- schema ---- */

/* Ours, or empty; and not of a later program. */
static bool check_owner(struct db *db, enum db_mode mode, int64_t *version)
{
    *version = db_ask(db, "PRAGMA user_version");
    int64_t owner = db_ask(db, "PRAGMA application_id");
    int64_t tables = db_ask(db, "SELECT count(*) FROM sqlite_schema");
    char words[200];
    if (db->err)
        return false;
    if (owner != APPLICATION && tables)
        db_fail(db, ERR_FORMAT, "is a database of another program; routetap leaves it as it is");
    else if (mode == DB_READ && !tables)
        db_fail(db, ERR_FORMAT, "holds no analysis");
    else if (*version > (int64_t)schema_count) {
        snprintf(
            words, sizeof words,
            "was written by a later routetap (schema %lld; this one knows %u); use that one, or give another name",
            (long long)*version, schema_count);
        db_fail(db, ERR_FORMAT, words);
    }
    return !db->err;
}

/* An earlier analysis goes, within the transaction that brings the new one. Tables refer to each other both ways round:
 * that is looked at when all of them are gone. */
static void empty_out(struct db *db)
{
    static const char find[] = "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view')"
                               " AND name NOT LIKE 'sqlite_%' ORDER BY rowid DESC LIMIT 1";
    char *drop;
    db_exec(db, "PRAGMA defer_foreign_keys = ON");
    do {
        sqlite3_stmt *s = NULL;
        drop = NULL;
        int rc = sqlite3_prepare_v2(db->handle, find, -1, &s, NULL);
        if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW)
            drop = sqlite3_mprintf("DROP %s \"%w\"", sqlite3_column_text(s, 0), sqlite3_column_text(s, 1));
        else if (rc != SQLITE_DONE)
            db_fail_rc(db, rc);
        sqlite3_finalize(s);
        if (drop)
            db_exec(db, drop);
        sqlite3_free(drop);
    } while (drop && !db->err);
}

static void sign(struct db *db)
{
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d", (int)APPLICATION);
    db_exec(db, pragma);
    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %u", schema_count);
    db_exec(db, pragma);
}

/* From its version to ours, one file of schema/ after another; all or nothing. */
static void migrate(struct db *db, int64_t version)
{
    for (int64_t v = version; v < (int64_t)schema_count && !db->err; v++)
        db_exec(db, (const char *)schema_files[v].text);
    sign(db);
}

/* All at once what a new database would become one file after another. */
static void make(struct db *db)
{
    db_exec(db, (const char *)schema_whole);
    sign(db);
}

/* SQLite tries to read what it cannot make, and then tells that there is nothing to be read. */
static void tell_unmade(struct db *db, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    char words[200];
    if (fd >= 0) {
        unlink(path);
        close(fd);
    } else if (errno != EEXIST) {
        snprintf(words, sizeof words, "cannot be made: %s", strerror(errno));
        db_fail(db, ERR_OPEN, words);
    }
}

/* Before anything is asked of it: it is written to in any case. */
static bool check_writable(struct db *db, const char *path)
{
    char words[200];
    if (sqlite3_db_readonly(db->handle, "main") != 1)
        return true;
    snprintf(words, sizeof words, "cannot be written to: %s",
             access(path, W_OK) ? strerror(errno) : "it is read-only");
    db_fail(db, ERR_OPEN, words);
    return false;
}

static bool connect(struct db *db, const char *path, int flags)
{
    sqlite3_close(db->handle);
    db->handle = NULL;
    int rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        if ((rc & 0xff) == SQLITE_CANTOPEN && flags & SQLITE_OPEN_CREATE)
            tell_unmade(db, path);
        db_fail_rc(db, rc);
        return false;
    }
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    add_functions(db);
    db_exec(db, "PRAGMA temp_store = MEMORY");
    db_exec(db, "PRAGMA trusted_schema = OFF"); /* the file may be anybody's */
    return !db->err;
}

static void open_new(struct db *db, const char *path)
{
    int64_t version = 0;
    bool memory = !strcmp(path, ":memory:");
    if (!connect(db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) || !check_writable(db, path) ||
        !check_owner(db, DB_NEW, &version))
        return;
    /* in memory nothing outlives a failure, so that a journal would only double what is written */
    db_exec(db, memory ? "PRAGMA journal_mode = OFF" : "PRAGMA journal_mode = WAL");
    db_exec(db, "PRAGMA synchronous = NORMAL");
    /* in memory nobody but us writes: what refers to nothing is looked for by tests, not row by row */
    db_exec(db, memory ? "PRAGMA foreign_keys = OFF" : "PRAGMA foreign_keys = ON");
    if (memory)
        db_exec(db, "PRAGMA secure_delete = OFF");
    db_begin(db);
    if (!db->err)
        empty_out(db);
    make(db);
    if (!version)
        db_commit(db);
}

/* Brought up to date where it stands, or made. */
static void open_again(struct db *db, const char *path)
{
    int64_t version = 0;
    if (!connect(db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) || !check_writable(db, path) ||
        !check_owner(db, DB_AGAIN, &version))
        return;
    db_exec(db, "PRAGMA journal_mode = WAL");
    db_exec(db, "PRAGMA synchronous = NORMAL");
    db_exec(db, "PRAGMA foreign_keys = ON");
    db_exec(
        db,
        "PRAGMA journal_size_limit = 67108864"); /* after a reader that held it up, the log shrinks again */
    db_begin(db);
    migrate(db, version);
    db_commit(db);
}

static void open_to_read(struct db *db, const char *path)
{
    int64_t version = 0;
    if (!connect(db, path, SQLITE_OPEN_READONLY) || !check_owner(db, DB_READ, &version) ||
        version == (int64_t)schema_count)
        return;
    if (!connect(db, path, SQLITE_OPEN_READWRITE))
        return;
    if (sqlite3_db_readonly(db->handle, "main") == 1) {
        char words[200];
        snprintf(
            words, sizeof words,
            "was written by an earlier routetap (schema %lld), and is brought up to date (to %u) before it is read, "
            "but cannot be written to; read a copy of it",
            (long long)version, schema_count);
        db_fail(db, ERR_OPEN, words);
        return;
    }
    db_begin(db);
    migrate(db, version);
    db_commit(db);
}

bool db_open(struct db *db, const char *path, enum db_mode mode)
{
    *db = (struct db){ 0 };
    /* counting its memory costs SQLite a lock for every piece; it is too late when it is in use already: no harm */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    db->path = malloc(strlen(path) + 1);
    if (!db->path) {
        db_no_memory(db);
        return false;
    }
    memcpy(db->path, path, strlen(path) + 1);
    if (!*path)
        db_fail(db, ERR_USAGE, "a database needs a name");
    else if (mode == DB_NEW)
        open_new(db, path);
    else if (mode == DB_AGAIN)
        open_again(db, path);
    else
        open_to_read(db, path);
    return !db->err;
}

void db_close(struct db *db)
{
    for (int i = 0; i < STMT_COUNT; i++)
        sqlite3_finalize(db->stmt[i]);
    /* a single file is what people copy; it stays in WAL mode while somebody reads it */
    if (db->handle && !db->in_transaction && !db->err && !sqlite3_db_readonly(db->handle, "main"))
        sqlite3_exec(db->handle, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(db->handle);
    free(db->path);
    *db = (struct db){ 0 };
}
