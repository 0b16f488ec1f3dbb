/* What a database may be when it is opened, and what becomes of it. */
#include "store/query.h"
#include "store/schema.h"
#include "store/store_internal.h"

#include "tests/check.h"
#include "tests/make/make_facts.h"
#include <unistd.h>

static char path[] = "/tmp/routetap-store-XXXXXX";

static const char *fresh(void)
{
    char other[sizeof path + 8];
    snprintf(other, sizeof other, "%s-wal", path);
    unlink(other);
    snprintf(other, sizeof other, "%s-shm", path);
    unlink(other);
    unlink(path);
    return path;
}

/* One statement by another hand. */
static void by_hand(const char *sql)
{
    sqlite3 *db = NULL;
    CHECK_CASE(sql,
               sqlite3_open(path, &db) == SQLITE_OK && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static int64_t ask(struct store *s, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t n = -1;
    if (sqlite3_prepare_v2(s->db.handle, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static struct store *opened(enum store_mode mode)
{
    enum err why;
    char message[300] = "";
    struct store *s = store_open(path, mode, &why, message);
    CHECK_CASE(message, s && why == ERR_NONE);
    return s;
}

static void write_run(const char *low, const char *high)
{
    struct store *s = opened(STORE_NEW);
    struct made m = made_new(4);
    struct bgp_peering *p = made_peering(&m, low, 65001, high, 65002);
    made_up(&m, p, 5);
    made_routes(p, 0, FAMILY_IPV4_UNICAST, 7);
    made_finding(&m, p, 0, CODE_BGP_HOLD_MARGIN_LOW, 9, "late", "it was late", (int[]){ 3, 0 });
    CHECK(made_into(&m, s) == ERR_NONE);
    made_free(&m);
    store_close(s);
}

/* From nothing to the newest schema; every statement fits it. */
static void from_nothing(void)
{
    fresh();
    struct store *s = opened(STORE_NEW);
    CHECK(ask(s, "PRAGMA user_version") == schema_count);
    CHECK(ask(s, "PRAGMA foreign_keys") == 1);
    CHECK(ask(s, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'") == 1);
    for (enum statement i = 0; i < STMT_COUNT; i++)
        CHECK_CASE(store_why(s), db_use(&s->db, i) != NULL);
    CHECK(ask(s, "SELECT count(*) FROM v_findings") == 0);
    CHECK(ask(s, "SELECT count(*) FROM v_transitions") == 0);
    CHECK(store_finish(s) == ERR_NONE);
    store_close(s);
    CHECK(access(path, R_OK) == 0);
    char wal[sizeof path + 8];
    snprintf(wal, sizeof wal, "%s-wal", path);
    CHECK(access(wal, F_OK) != 0); /* one file is left, to be copied anywhere */
}

static void kept_and_reopened(void)
{
    fresh();
    write_run("10.0.0.1", "10.0.0.2");
    struct store *s = opened(STORE_READ);
    CHECK(ask(s, "SELECT count(*) FROM peering") == 1);
    CHECK(ask(s, "SELECT count(*) FROM transition") == 6);
    CHECK(ask(s, "SELECT count(*) FROM open_message WHERE length(bytes) = 43") == 2);
    CHECK(
        ask(s, "SELECT count(*) FROM v_findings WHERE frames = '3' AND first_utc = '2026-03-01 10:00:09'") ==
        1);
    CHECK(ask(s, "SELECT count(*) FROM v_peerings WHERE routes_0 = 7 AND state_0 = 'Established'") == 1);
    CHECK(ask(s, "SELECT count(*) FROM v_transitions WHERE utc = '2026-03-01 10:00:04.920000'") == 2);
    CHECK(ask(s, "SELECT count(*) FROM pragma_foreign_key_check") == 0);
    CHECK(query_worst(s) == SEVERITY_WARNING);
    store_close(s);
}

/* One run, its facts told twice: first early, then as they are at the end. */
static void write_twice(struct store *s)
{
    struct made m = made_new(4);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    CHECK(store_write(s, &m.outbox) == ERR_NONE && store_put_peering(s, p) == ERR_NONE);
    made_routes(p, 0, FAMILY_IPV4_UNICAST, 3);
    made_routes(p, 0, FAMILY_IPV6_UNICAST, 4);
    CHECK(store_put_peering(s, p) == ERR_NONE && store_flush(s) == ERR_NONE);
    outbox_clear(&m.outbox);
    made_up(&m, p, 5);
    made_notification(&m, p, 0, 60, 70, 6, 2, "maintenance");
    made_connection(&m, p, 61, 62, CONN_REFUSED, 0);
    made_routes(p, 0, FAMILY_IPV6_UNICAST, 0);
    made_routes(p, 1, FAMILY_IPV4_UNICAST, 7);
    made_finding(&m, p, 0, CODE_BGP_HOLD_MARGIN_LOW, 9, "late", "it was late", (int[]){ 3, 0 });
    CHECK(made_into(&m, s) == ERR_NONE);
    made_free(&m);
}

/* In memory nothing is checked row by row, and yet nothing refers to what is not there: a file has the same rows. */
static void same_rows_in_memory(void)
{
    static const struct {
        const char *sql;
        int64_t rows;
    } cases[] = { { "SELECT count(*) FROM pragma_foreign_key_check", 0 },
                  { "SELECT count(*) FROM peering WHERE type = 'ebgp' AND connections = 2", 1 },
                  { "SELECT count(*) FROM side WHERE established_count = 1", 2 },
                  { "SELECT sum(routes * (1 + side)) FROM side_route", 3 + 2 * 7 },
                  { "SELECT count(*) FROM side_route", 2 },
                  { "SELECT count(*) FROM connection", 2 },
                  { "SELECT count(*) FROM open_message", 2 },
                  { "SELECT count(*) FROM transition", 6 },
                  { "SELECT count(*) FROM notification", 1 },
                  { "SELECT count(*) FROM finding", 1 },
                  { "SELECT count(*) FROM evidence", 1 } };
    for (int memory = 0; memory < 2; memory++) {
        enum err why;
        char message[300];
        struct store *s = store_open(memory ? ":memory:" : fresh(), STORE_NEW, &why, message);
        write_twice(s);
        CHECK(ask(s, "PRAGMA foreign_keys") == !memory);
        for (size_t i = 0; i < COUNT(cases); i++)
            CHECK_CASE(cases[i].sql, ask(s, cases[i].sql) == cases[i].rows);
        store_close(s);
    }
}

/* A second run takes the place of the first, and only when it writes. */
static void replaced(void)
{
    fresh();
    write_run("10.0.0.1", "10.0.0.2");
    struct store *s = opened(STORE_NEW);
    store_close(s); /* broken off before anything was written */
    s = opened(STORE_READ);
    CHECK(ask(s, "SELECT count(*) FROM peering WHERE name = '10.0.0.1-10.0.0.2'") == 1);
    CHECK(ask(s, "SELECT count(*) FROM transition") == 6);
    store_close(s);
    write_run("10.0.0.3", "10.0.0.4");
    s = opened(STORE_READ);
    CHECK(ask(s, "SELECT count(*) FROM peering") == 1);
    CHECK(ask(s, "SELECT count(*) FROM peering WHERE name = '10.0.0.3-10.0.0.4'") == 1);
    CHECK(ask(s, "SELECT count(*) FROM transition") == 6);
    store_close(s);
}

static void refused(void)
{
    static const struct {
        const char *what, *sql, *words;
        enum store_mode mode;
        enum err err;
    } cases[] = {
        { "of another program", "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)", "another program",
          STORE_NEW, ERR_FORMAT },
        { "of another program, to read", "CREATE TABLE theirs (x)", "another program", STORE_READ,
          ERR_FORMAT },
        { "of a later routetap",
          "PRAGMA application_id = 1381253456; CREATE TABLE x (y); PRAGMA user_version = 999",
          "later routetap (schema 999; this one knows", STORE_READ, ERR_FORMAT },
        { "of a later routetap, to be replaced",
          "PRAGMA application_id = 1381253456; CREATE TABLE x (y); PRAGMA user_version = 999",
          "later routetap", STORE_NEW, ERR_FORMAT },
    };
    char message[300];
    enum err why;
    for (size_t i = 0; i < COUNT(cases); i++) {
        fresh();
        by_hand(cases[i].sql);
        CHECK_CASE(cases[i].what, !store_open(path, cases[i].mode, &why, message));
        CHECK_CASE(message, why == cases[i].err && strstr(message, cases[i].words));
        CHECK_CASE(message, !strncmp(message, path, strlen(path)));
    }
    by_hand("SELECT * FROM x"); /* still there */

    FILE *f = fopen(fresh(), "w");
    fprintf(f, "%1000s", "no database, but long enough to be taken for one");
    fclose(f);
    for (enum store_mode mode = STORE_NEW; mode <= STORE_READ; mode++) {
        CHECK(!store_open(path, mode, &why, message));
        CHECK_CASE(message, why == ERR_FORMAT && strstr(message, "no database"));
    }
    CHECK(!store_open("/nonexistent/folder/x.db", STORE_NEW, &why, message) && why == ERR_OPEN);
    CHECK_CASE(message, strstr(message, "No such file"));
    CHECK(!store_open("/nonexistent/x.db", STORE_READ, &why, message) && why == ERR_OPEN);
    CHECK(!store_open("", STORE_NEW, &why, message) && why == ERR_USAGE);
    f = fopen(fresh(), "w");
    fclose(f);
    CHECK(!store_open(path, STORE_READ, &why, message) && why == ERR_FORMAT);
    CHECK_CASE(message, strstr(message, "holds no analysis"));
    write_run("10.0.0.1", "10.0.0.2"); /* an empty file may be written to */
}

/* Another writer holds the file. */
static void busy(void)
{
    fresh();
    write_run("10.0.0.1", "10.0.0.2");
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
    char message[300];
    enum err why;
    CHECK(!store_open(path, STORE_NEW, &why, message));
    CHECK_CASE(message, why == ERR_STORE && strstr(message, "another process is writing"));
    struct store *s = opened(STORE_READ); /* who reads is not held up */
    CHECK(ask(s, "SELECT count(*) FROM peering") == 1);
    store_close(s);
    sqlite3_close(db);
}

/* The disk fills up: an error that stays, a sentence, and a file that can still be read. */
static void full_disk(void)
{
    fresh();
    struct store *s = opened(STORE_NEW);
    struct made m = made_new(1);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    made_connection(&m, p, 1, 2, CONN_FIN, 0);
    CHECK(made_into(&m, s) == ERR_NONE);
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA max_page_count = %lld",
             (long long)ask(s, "PRAGMA page_count") + 4);
    CHECK(sqlite3_exec(s->db.handle, pragma, NULL, NULL, NULL) == SQLITE_OK);
    enum err why = ERR_NONE;
    outbox_clear(&m.outbox);
    for (int i = 0; i < 100; i++)
        made_transition(&m, p, 0, STATE_IDLE, STATE_CONNECT, i, 100, "syn-sent");
    for (int i = 0; i < 1000 && !why; i++)
        why = store_write(s, &m.outbox);
    if (!why)
        why = store_flush(s);
    CHECK(why == ERR_WRITE);
    CHECK_CASE(store_why(s), strstr(store_why(s), "the disk is full"));
    CHECK(store_write(s, &m.outbox) == ERR_WRITE);
    CHECK(store_put_peering(s, p) == ERR_WRITE);
    CHECK(store_finish(s) == ERR_WRITE);
    CHECK(query_begin(s) == ERR_WRITE);
    made_free(&m);
    store_close(s);
    s = opened(STORE_READ);
    CHECK(ask(s, "SELECT count(*) FROM peering") == 1);
    store_close(s);
}

/* Findings that change all the time are written once, the last words count, and none is lost when they want one place. */
static void findings_wait(void)
{
    enum err why;
    char message[300];
    struct store *s = store_open(":memory:", STORE_NEW, &why, message);
    struct made m = made_new(1);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    CHECK(store_write(s, &m.outbox) == ERR_NONE);
    outbox_clear(&m.outbox);
    struct finding *f =
        made_finding(&m, p, 0, CODE_BGP_FSM_ERROR, 1, "first words", "", (int[]){ 1, 2, 3, 0 });
    for (uint32_t i = 1; i <= 2000; i++) {
        f->id = i % 3 ? 5 : 5 + FINDINGS_HELD; /* both want one place */
        f->count = i;
        CHECK(store_write(s, &m.outbox) == ERR_NONE);
    }
    char *words = f->title;
    f->title = made_text("last words");
    free(words);
    f->id = 5;
    f->evidence_count = 2;
    CHECK(store_write(s, &m.outbox) == ERR_NONE);
    CHECK(store_flush(s) == ERR_NONE);
    CHECK(ask(s, "SELECT count(*) FROM finding") == 2);
    CHECK(ask(s, "SELECT count FROM finding WHERE title = 'last words'") == 2000);
    CHECK(ask(s, "SELECT count(*) FROM evidence WHERE finding = 5") == 2);
    CHECK(ask(s, "SELECT count(*) FROM evidence") == 5);
    made_free(&m);
    store_close(s);
}

/* Facts are put in the place of older ones; what hostile text holds stays text. */
static void put_again(void)
{
    enum err why;
    char message[300];
    struct store *s = store_open(":memory:", STORE_NEW, &why, message);
    struct made m = made_new(1);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    made_routes(p, 0, FAMILY_IPV4_UNICAST, 5);
    made_routes(p, 0, FAMILY_IPV6_UNICAST, 6);
    made_notification(&m, p, 1, 3, 30, 6, 2, "bye'); DROP TABLE peering; --\x1b[31m\xff");
    CHECK(made_into(&m, s) == ERR_NONE);
    made_routes(p, 0, FAMILY_IPV6_UNICAST, 0);
    p->side[0].state = STATE_ACTIVE;
    CHECK(store_put_peering(s, p) == ERR_NONE);
    CHECK(ask(s, "SELECT count(*) FROM side") == 2);
    CHECK(ask(s, "SELECT count(*) FROM side WHERE state = 'Active'") == 1);
    CHECK(ask(s, "SELECT sum(routes) FROM side_route") == 5);
    CHECK(
        ask(s,
            "SELECT count(*) FROM notification WHERE text LIKE 'bye''); DROP%' AND instr(text, char(27)) = 0") ==
        1);
    CHECK(ask(s, "SELECT count(*) FROM notification WHERE instr(data, x'1b') > 0") == 1);
    CHECK(store_note(s, "version", "1.2.3") == ERR_NONE);
    CHECK(query_begin(s) == ERR_NONE);
    CHECK_TEXT(query_note(s, "version"), "1.2.3");
    CHECK(!query_note(s, "nothing"));
    CHECK(query_end(s) == ERR_NONE);
    made_free(&m);
    store_close(s);
}

/* Two thousand peerings in memory: what one of them costs here. */
static void memory(void)
{
    enum err why;
    char message[300], low[ADDR_TEXT];
    enum { PEERINGS = 2000, MOST = 6 * 1024 };
    struct store *s = store_open(":memory:", STORE_NEW, &why, message);
    for (int i = 0; i < PEERINGS; i++) {
        struct made m = made_new(1);
        snprintf(low, sizeof low, "10.1.%d.%d", i / 250, i % 250);
        struct bgp_peering *p = made_peering(&m, low, 65001, "10.255.0.1", 64999);
        p->id = (uint32_t)i + 1;
        m.connections = (uint32_t)i;
        for (uint32_t k = 0; k < m.outbox.count; k++)
            CHECK(m.outbox.list[k].as.peering == p);
        made_up(&m, p, 5);
        made_routes(p, 0, FAMILY_IPV4_UNICAST, 340);
        CHECK(store_write(s, &m.outbox) == ERR_NONE);
        CHECK(store_put_peering(s, p) == ERR_NONE);
        made_free(&m);
    }
    CHECK(store_finish(s) == ERR_NONE);
    int64_t each =
        ask(s, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") / PEERINGS;
    CHECK(ask(s, "SELECT count(*) FROM transition") == PEERINGS * 6);
    printf("%lld bytes a peering\n", (long long)each);
    CHECK(each > 0 && each < MOST);
    store_close(s);
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    from_nothing();
    kept_and_reopened();
    same_rows_in_memory();
    replaced();
    refused();
    busy();
    full_disk();
    findings_wait();
    put_again();
    memory();
    fresh();
    return CHECK_END();
}
