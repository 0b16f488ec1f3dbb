/* Routes in a database: told as events, asked by prefix; ages, a disk that fails, runs that follow each other. */
#include "store/query_routes.h"
#include "store/store_internal.h"

#include "tests/check.h"
#include "tests/make/make_facts.h"
#include <unistd.h>

static char path[] = "/tmp/routetap-routes-XXXXXX";

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
#define CHECK_ASK(s, sql, want) CHECK_CASE(sql, ask(s, sql) == (want))

static struct store *opened(const char *where, enum store_mode mode, enum keep_routes keep)
{
    enum err why;
    char message[300] = "";
    struct store *s = store_open(where, mode, &why, message);
    CHECK_CASE(message, s && why == ERR_NONE);
    store_keep_routes(s, keep);
    return s;
}

static void write_one(struct store *s, const struct event *e)
{
    (void)!store_write(s, &(struct outbox){ .list = (struct event *)(uintptr_t)e, .count = 1 });
}

static void begins(struct store *s, const struct bgp_peering *p)
{
    write_one(s, &(struct event){ .kind = EVENT_PEERING, .as.peering = p });
}

static struct bgp_peering *introduce(struct made *m, struct store *s)
{
    struct bgp_peering *p = made_peering(m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    begins(s, p);
    return p;
}

/* 10.A.B.0/24; attributes 0: withdrawn. */
static struct event_routes said(double when, unsigned a, unsigned b, uint8_t attrs)
{
    static uint8_t nlri[4], bytes[4];
    nlri[0] = 24;
    nlri[1] = 10;
    nlri[2] = (uint8_t)a;
    nlri[3] = (uint8_t)b;
    memset(bytes, attrs, sizeof bytes);
    struct event_routes e = { .ref = made_ref(when, 7), .peering = 1, .family = FAMILY_IPV4_UNICAST };
    e.withdrawn = !attrs;
    e.news = true;
    e.attrs = cur_over(bytes, attrs ? sizeof bytes : 0);
    e.nlri = cur_over(nlri, sizeof nlri);
    return e;
}

static void tell(struct store *s, struct event_routes e)
{
    write_one(s, &(struct event){ .kind = EVENT_ROUTES, .as.routes = e });
}

static size_t spoken_of(struct store *s, unsigned a, unsigned b, unsigned bits, bool within)
{
    struct prefix p = { addr_v4((uint8_t[]){ 10, (uint8_t)a, (uint8_t)b, 0 }), bits };
    struct route_numbers n = { 0 };
    query_route_prefix(s, &p, within, (struct stamp){ INT64_MAX }, &n);
    route_numbers_sort(&n);
    free(n.of);
    return n.count;
}

static void check_rows(void)
{
    struct made m = made_new(4);
    struct store *s = opened(":memory:", STORE_NEW, KEEP_ROUTES_ALL);
    introduce(&m, s);
    tell(s, said(1, 1, 1, 9));
    tell(s, said(2, 1, 2, 9));
    tell(s, said(3, 1, 1, 8));
    tell(s, said(4, 1, 1, 0));
    CHECK(store_flush(s) == ERR_NONE);
    CHECK_ASK(s, "SELECT count(*) FROM route_table", 1);
    CHECK_ASK(s, "SELECT count(*) FROM route_attributes", 2);
    CHECK_ASK(s, "SELECT count(*) FROM route_update WHERE attributes IS NULL", 1);
    CHECK(spoken_of(s, 1, 1, 24, false) == 3 && spoken_of(s, 1, 2, 24, false) == 1);
    CHECK(spoken_of(s, 1, 1, 23, false) == 0 && spoken_of(s, 1, 0, 16, true) == 4);
    CHECK(spoken_of(s, 0, 0, 0, true) == 4 && spoken_of(s, 2, 0, 16, true) == 0);
    struct event gone = { .kind = EVENT_ROUTES_GONE,
                          .as.routes_gone = { .ref = made_ref(5, 9), .peering = 1, .side = 0 } };
    write_one(s, &gone);
    tell(s, said(6, 1, 1, 9));
    CHECK_ASK(s, "SELECT count(*) FROM route_table WHERE ended_update = 4", 1);
    CHECK_ASK(s, "SELECT count(*) FROM route_table WHERE ended_ns IS NULL AND NOT partial", 1);
    store_close(s);
    made_free(&m);
}

/* Of a session's first table nothing, of what does nothing nothing; withdrawals of it all the same. */
static void check_changes(void)
{
    struct made m = made_new(4);
    struct store *s = opened(":memory:", STORE_NEW, KEEP_ROUTES_CHANGES);
    introduce(&m, s);
    struct event_routes e = said(1, 1, 1, 9);
    e.table = true;
    tell(s, e);
    e = said(2, 1, 1, 9);
    e.news = false;
    tell(s, e);
    CHECK_ASK(s, "SELECT count(*) FROM route_update", 0);
    e = said(3, 1, 1, 0);
    e.table = true;
    tell(s, e);
    CHECK_ASK(s, "SELECT count(*) FROM route_update", 1);
    CHECK_ASK(s, "SELECT partial FROM route_table", 1);
    store_close(s);
    made_free(&m);
}

/* Joined in its midst, then whole; and what was not kept makes it partial for good. */
static void check_whole(void)
{
    struct made m = made_new(4);
    struct store *s = opened(":memory:", STORE_NEW, KEEP_ROUTES_ALL);
    introduce(&m, s);
    struct event_routes e = said(1, 1, 1, 9);
    e.partial = true;
    tell(s, e);
    CHECK_ASK(s, "SELECT count(*) FROM route_table WHERE partial AND whole_ns IS NULL", 1);
    e = said(2, 1, 1, 9);
    e.nlri = e.attrs = cur_over(NULL, 0);
    tell(s, e);
    CHECK_ASK(s, "SELECT count(*) FROM route_table WHERE partial AND whole_ns IS NOT NULL", 1);
    CHECK_ASK(s, "SELECT count(*) FROM route_update", 1);
    e = said(3, 1, 1, 9);
    e.partial = true;
    tell(s, e);
    CHECK_ASK(s, "SELECT count(*) FROM route_table WHERE partial AND whole_ns IS NULL", 1);
    store_close(s);
    made_free(&m);
}

enum { MANY = 60000, AT_ONCE = MANY / 3 };

/* More than two segments: the oldest goes with what only it speaks of, and tables that began in it are partial. */
static void check_ages(void)
{
    struct made m = made_new(4);
    struct store *s = opened(":memory:", STORE_NEW, KEEP_ROUTES_ALL);
    introduce(&m, s);
    for (unsigned i = 0; i < MANY; i++) {
        tell(s, said(1 + i / 1000.0, i >> 8 & 255, i & 255, (uint8_t)(1 + i / (MANY / 200))));
        if (i % AT_ONCE == AT_ONCE - 1)
            CHECK(store_flush(s) == ERR_NONE);
    }
    CHECK_ASK(s, "SELECT count(*) FROM route_segment", 3);
    CHECK_ASK(s, "SELECT sum(prefixes) FROM route_segment", MANY);
    int64_t attributes = ask(s, "SELECT count(*) FROM route_attributes");
    size_t before = spoken_of(s, 1, 1, 24, false);
    CHECK(!store_retire_routes(s, made_ref(1, 1).when)); /* nothing is so old */
    CHECK(store_retire_routes(s, (struct stamp){ INT64_MAX }));
    CHECK_ASK(s, "SELECT count(*) FROM route_segment", 2);
    CHECK_ASK(s, "SELECT (SELECT count(*) FROM route_update) = (SELECT sum(prefixes) FROM route_segment)", 1);
    CHECK_ASK(s,
              "SELECT count(*) FROM route_update u LEFT JOIN route_attributes a ON a.id = u.attributes"
              " WHERE u.attributes IS NOT NULL AND a.id IS NULL",
              0);
    CHECK(ask(s, "SELECT count(*) FROM route_attributes") < attributes);
    CHECK(spoken_of(s, 1, 1, 24, false) < before);
    CHECK_ASK(s, "SELECT partial FROM route_table", 1);
    tell(s, said(9000, 1, 1, 1)); /* attributes that went come again */
    CHECK(store_flush(s) == ERR_NONE);
    CHECK_ASK(s,
              "SELECT count(*) FROM route_update u LEFT JOIN route_attributes a ON a.id = u.attributes"
              " WHERE u.attributes IS NOT NULL AND a.id IS NULL",
              0);
    while (store_retire_routes(s, (struct stamp){ INT64_MAX }))
        ;
    CHECK_ASK(s, "SELECT count(*) FROM route_segment WHERE NOT packed",
              1); /* the one that is written stays */
    CHECK_ASK(s, "SELECT count(*) FROM route_segment WHERE packed", 0);
    store_close(s);
    made_free(&m);
}

/* A busy moment: packed, between prefixes that are not; a prefix that fills pages of its own; two that only their length tells
 * apart. */
static void check_packed(void)
{
    enum { FLAPS = 3000, PREFIXES = 12000 };
    struct made m = made_new(4);
    struct store *s = opened(":memory:", STORE_NEW, KEEP_ROUTES_ALL);
    introduce(&m, s);
    tell(s, said(1, 7, 7, 9));
    CHECK(store_flush(s) == ERR_NONE);
    for (unsigned i = 0; i < PREFIXES; i++)
        tell(s, said(2, i >> 8 & 0xff, i & 0xff, i & 1 ? 8 : 0));
    for (unsigned i = 0; i < FLAPS; i++)
        tell(s, said(3, 7, 7, i & 1 ? 8 : 0));
    struct event_routes wider = said(4, 7, 7, 5);
    wider.nlri = cur_over((const uint8_t[]){ 23, 10, 7, 6 }, 4);
    tell(s, wider);
    CHECK(store_flush(s) == ERR_NONE);
    tell(s, said(5, 7, 7, 9));
    CHECK(store_flush(s) == ERR_NONE);
    CHECK_ASK(s, "SELECT count(*) FROM route_prefix", 2);
    CHECK_ASK(s, "SELECT sum(prefixes) FROM route_segment", PREFIXES + FLAPS + 3);
    CHECK_ASK(s, "SELECT count(*) FROM route_segment WHERE packed", 1);
    CHECK(ask(s, "SELECT count(*) FROM route_page WHERE first = x'040a07070018'") > 5);
    CHECK(ask(s, "SELECT count(*) FROM route_page") < PREFIXES / 100);
    CHECK(spoken_of(s, 7, 7, 24, false) == 1 + 1 + FLAPS + 1);
    CHECK(spoken_of(s, 7, 6, 24, false) == 1 && spoken_of(s, 7, 6, 23, false) == 1);
    CHECK(spoken_of(s, 7, 6, 23, true) == 1 + FLAPS + 4);
    CHECK(spoken_of(s, 200, 1, 24, false) == 0 && spoken_of(s, 0, 0, 24, false) == 1);
    CHECK(spoken_of(s, 0, 0, 8, true) == PREFIXES + FLAPS + 3);
    /* pages go with their segment */
    CHECK(store_retire_routes(s, made_ref(4.5, 1).when) && store_retire_routes(s, made_ref(4.5, 1).when));
    CHECK_ASK(s, "SELECT count(*) FROM route_page", 0);
    CHECK(spoken_of(s, 7, 7, 24, false) == 1);
    store_close(s);
    made_free(&m);
}

/* Numbers go on; what an earlier run heard of lives no longer. */
static void check_runs(void)
{
    struct made m = made_new(4);
    struct store *s = opened(path, STORE_AGAIN, KEEP_ROUTES_ALL);
    struct bgp_peering *p = introduce(&m, s);
    tell(s, said(1, 1, 1, 9));
    CHECK(store_put_peering(s, p) == ERR_NONE && store_finish(s) == ERR_NONE);
    store_close(s);
    s = opened(path, STORE_AGAIN, KEEP_ROUTES_ALL);
    CHECK_ASK(s, "SELECT count(*) FROM route_table WHERE ended_ns IS NULL", 0);
    begins(s, p);
    tell(s, said(2, 1, 1, 9));
    CHECK(store_put_peering(s, p) == ERR_NONE && store_flush(s) == ERR_NONE);
    CHECK_ASK(s, "SELECT count(*) FROM route_update", 2);
    CHECK_ASK(s, "SELECT count(*) FROM route_table WHERE peering = 1", 2);
    CHECK(spoken_of(s, 1, 1, 24, false) == 2);
    /* a disk that fails, and what was said meanwhile */
    tell(s, said(3, 2, 2, 5));
    db_fail(&s->db, ERR_WRITE, "made to fail");
    tell(s, said(4, 3, 3, 5));
    store_recover(s);
    begins(s, p);
    tell(s, said(5, 4, 4, 5));
    CHECK(store_put_peering(s, p) == ERR_NONE && store_flush(s) == ERR_NONE);
    CHECK(spoken_of(s, 2, 2, 24, false) == 0 && spoken_of(s, 4, 4, 24, false) == 1);
    CHECK_ASK(s, "SELECT partial FROM route_table WHERE ended_ns IS NULL", 1);
    CHECK_ASK(s,
              "SELECT count(*) FROM route_update u LEFT JOIN route_attributes a ON a.id = u.attributes"
              " WHERE u.attributes IS NOT NULL AND a.id IS NULL",
              0);
    store_close(s);
    unlink(path);
    made_free(&m);
}

int main(void)
{
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    check_rows();
    check_changes();
    check_whole();
    check_ages();
    check_packed();
    check_runs();
    return CHECK_END();
}
