/* A database that goes on: runs that follow each other, series of what they saw, a writer that was killed, a disk that
 * fills up, a file that must not grow. */
#include "store/store_internal.h"

#include "tests/check.h"
#include "tests/make/make_facts.h"
#include <unistd.h>

static char path[] = "/tmp/routetap-again-XXXXXX";

static void fresh(void)
{
    static const char *const behind[] = { "", "-wal", "-shm", "-journal" };
    char name[sizeof path + 16];
    for (size_t i = 0; i < COUNT(behind); i++) {
        snprintf(name, sizeof name, "%s%s", path, behind[i]);
        unlink(name);
    }
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
#define CHECK_ASK(s, sql, want) CHECK_CASE(sql, ask(s, sql) == (want))

static struct store *opened(enum store_mode mode)
{
    enum err why;
    char message[300] = "";
    struct store *s = store_open(path, mode, &why, message);
    CHECK_CASE(message, s && why == ERR_NONE);
    return s;
}

/* A session that comes up, with a finding. */
static void run(struct store *s, const char *low, const char *high, bool finish)
{
    struct made m = made_new(4);
    struct bgp_peering *p = made_peering(&m, low, 65001, high, 65002);
    made_up(&m, p, 5);
    made_routes(p, 0, FAMILY_IPV4_UNICAST, 7);
    made_finding(&m, p, 0, CODE_BGP_HOLD_MARGIN_LOW, 9, "late", "it was late", (int[]){ 3, 0 });
    if (finish)
        CHECK(made_into(&m, s) == ERR_NONE);
    else {
        CHECK(store_write(s, &m.outbox) == ERR_NONE && store_put_peering(s, p) == ERR_NONE);
        CHECK(store_put_capture(s, &m.capture) == ERR_NONE && store_flush(s) == ERR_NONE);
    }
    made_free(&m);
}

static void check_runs(void)
{
    fresh();
    struct store *s = opened(STORE_AGAIN);
    run(s, "10.0.0.1", "10.0.0.2", true);
    store_close(s);
    s = opened(STORE_AGAIN);
    CHECK_ASK(s, "SELECT count(*) FROM side WHERE state = 'Unknown'", 2);
    CHECK_ASK(s, "SELECT count(*) FROM finding WHERE over_ns IS NULL", 0);
    CHECK_ASK(s, "SELECT complete FROM capture", 0);
    run(s, "10.0.0.3", "10.0.0.4", true);
    store_close(s);
    s = opened(STORE_AGAIN);
    run(s, "10.0.0.1", "10.0.0.2", true);
    CHECK_ASK(s, "SELECT count(*) FROM peering", 2);
    CHECK_ASK(s, "SELECT count(*) FROM side", 4);
    CHECK_ASK(s, "SELECT count(*) FROM run WHERE complete", 3);
    CHECK_ASK(s, "SELECT count(*) FROM connection", 3);
    CHECK_ASK(s, "SELECT count(DISTINCT id) FROM finding", 3);
    CHECK_ASK(s, "SELECT count(*) FROM finding WHERE over_ns IS NULL", 1);
    CHECK_ASK(s, "SELECT count(*) FROM transition WHERE peering = 1", 12);
    CHECK_ASK(s, "SELECT count(DISTINCT number) - count(*) FROM transition", 0);
    CHECK_ASK(s, "SELECT count(*) FROM capture_file", 3);
    CHECK_ASK(s, "SELECT max(file) FROM evidence", 2);
    CHECK_ASK(s, "SELECT packets FROM capture", 3 * 41210);
    CHECK_ASK(s, "SELECT state = 'Established' FROM side WHERE peering = 1 AND side = 0", 1);
    CHECK_ASK(s, "SELECT state = 'Unknown' FROM side WHERE peering = 2 AND side = 0", 1);
    CHECK_ASK(s, "SELECT count(*) FROM pragma_foreign_key_check", 0);
    store_close(s);
}

/* Two at once would give the same numbers to different things. */
static void check_alone(void)
{
    fresh();
    struct store *s = opened(STORE_AGAIN);
    enum err why = ERR_NONE;
    char message[300] = "";
    CHECK(!store_open(path, STORE_AGAIN, &why, message) && why == ERR_STORE);
    CHECK_CASE(message, strstr(message, "another routetap") != NULL);
    struct store *reader = opened(STORE_READ);
    CHECK_ASK(reader, "SELECT count(*) FROM run", 1);
    store_close(reader);
    store_close(s);
    store_close(opened(STORE_AGAIN));
}

/* ---- series ---- */

static struct stamp second(int64_t s) { return (struct stamp){ MADE_DAY + s * NS_PER_S }; }

/* A second in which side 0 sent so many UPDATEs. */
static void pass(struct store *s, struct bgp_peering *p, int64_t at, unsigned updates)
{
    p->side[0].messages[BGP_UPDATE] += updates;
    p->side[0].announced += 10 * updates;
    p->packets += updates;
    if (updates)
        store_sample(s, p, second(at));
    store_second(s, second(at));
}

/* Two hours: an UPDATE a second, and the sums are right at every step; routes are told when they change. */
static void check_sums(void)
{
    fresh();
    struct store *s = opened(STORE_AGAIN);
    struct made m = made_new(4);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    CHECK(store_write(s, &m.outbox) == ERR_NONE);
    for (int64_t i = 0; i < 7200; i++) {
        made_routes(p, 0, FAMILY_IPV4_UNICAST, (uint32_t)(i / 100));
        if (i == 3605) {
            p->side[0].margins[0] =
                (struct bgp_margin){ true, (MADE_DAY / NS_PER_S + i) / 10 * 10, SPAN_MS(700) };
        }
        pass(s, p, i, 1);
        if (i % 500 == 0)
            CHECK(store_flush(s) == ERR_NONE);
    }
    CHECK(store_finish(s) == ERR_NONE);
    CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 10", 7200);
    CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 60", 7200);
    CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 3600", 7200);
    CHECK_ASK(s, "SELECT count(*) FROM series_side WHERE step = 10 AND updates = 10", 720);
    CHECK_ASK(s, "SELECT count(*) FROM series_side WHERE step = 60 AND updates = 60 AND announced = 600",
              120);
    CHECK_ASK(s, "SELECT count(*) FROM series_side WHERE step = 3600 AND updates = 3600", 2);
    CHECK_ASK(s, "SELECT count(*) FROM series_side WHERE side = 1", 0);
    CHECK_ASK(s, "SELECT count(*) FROM series_side WHERE margin_ns = 700000000", 3); /* one of each step */
    CHECK_ASK(s, "SELECT count(*) FROM series_route", 71);
    CHECK_ASK(s, "SELECT held FROM series_route ORDER BY start_s DESC LIMIT 1", 71);
    store_close(s);
    made_free(&m);
}

/* Killed in the middle: what was flushed is there, and the next run puts it into the longer intervals. */
static void check_kill(void)
{
    for (int64_t last = 95; last < 140; last += 7) {
        fresh();
        struct store *s = opened(STORE_AGAIN);
        struct made m = made_new(4);
        struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
        CHECK(store_write(s, &m.outbox) == ERR_NONE);
        for (int64_t i = 0; i < last; i++) {
            pass(s, p, i, 2);
            if (i + 1 == last - last % 3)
                CHECK(store_flush(s) == ERR_NONE);
        }
        store_close(s); /* as a kill does: without what was not flushed */
        int64_t kept = 2 * (last - last % 3);
        s = opened(STORE_AGAIN);
        CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 10", kept);
        CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 60", kept);
        CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 3600", kept);
        CHECK(store_flush(s) == ERR_NONE);
        store_close(s);
        s = opened(STORE_AGAIN); /* and not twice */
        CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 60", kept);
        store_close(s);
        made_free(&m);
    }
}

/* Three runs within ten seconds, the second of which is killed: nothing is counted twice, or not at all. */
static void check_quick_runs(void)
{
    fresh();
    for (int64_t n = 0; n < 3; n++) {
        struct store *s = opened(STORE_AGAIN);
        struct made m = made_new(4);
        struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
        struct store_file tap = { .path = "eth0", .packets = 5 };
        CHECK(store_write(s, &m.outbox) == ERR_NONE);
        for (int64_t i = 0; i < 3; i++) {
            pass(s, p, 3 * n + i, 1);
            store_sample_file(s, 0, &tap, second(3 * n + i));
            store_sample_capture(s, &(struct capture_facts){ .copies = 7, .truncated = 2, .one_way = 1 });
        }
        CHECK((n == 1 ? store_flush(s) : store_finish(s)) == ERR_NONE);
        store_close(s);
        made_free(&m);
    }
    struct store *s = opened(STORE_AGAIN);
    CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 10", 9);
    CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 60", 9);
    CHECK_ASK(s, "SELECT sum(updates) FROM series_side WHERE step = 3600", 9);
    CHECK_ASK(s, "SELECT sum(packets) FROM series_tap WHERE step = 10", 15);
    CHECK_ASK(s, "SELECT sum(packets) FROM series_tap WHERE step = 60", 15);
    CHECK_ASK(s, "SELECT sum(duplicates) FROM series_tap WHERE step = 60", 21);
    CHECK_ASK(s, "SELECT sum(truncated) * 10 + sum(one_way) FROM series_tap WHERE step = 10", 63);
    store_close(s);
}

/* What is too old goes, the finest first; counts of routes get fewer. */
static void check_ages(void)
{
    fresh();
    struct store *s = opened(STORE_AGAIN);
    struct store_limits limits = STORE_LIMITS_USUAL;
    limits.keep_10s = SPAN_S(600);
    limits.keep_1min = SPAN_S(3600);
    store_set_limits(s, &limits);
    struct made m = made_new(4);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    CHECK(store_write(s, &m.outbox) == ERR_NONE);
    for (int64_t i = 0; i < 4 * 3600; i++) {
        made_routes(p, 0, FAMILY_IPV4_UNICAST, (uint32_t)i);
        pass(s, p, i, 1);
        if (i % 60 == 0)
            CHECK(store_flush(s) == ERR_NONE);
    }
    CHECK(store_flush(s) == ERR_NONE);
    int64_t fine = ask(s, "SELECT count(*) FROM series_side WHERE step = 10");
    int64_t minutes = ask(s, "SELECT count(*) FROM series_side WHERE step = 60");
    int64_t routes = ask(s, "SELECT count(*) FROM series_route");
    CHECK(fine >= 60 && fine <= 60 + 31);
    CHECK(minutes >= 59 && minutes <= 60 + 6);
    CHECK_ASK(s, "SELECT count(*) FROM series_side WHERE step = 3600", 4);
    CHECK(routes >= 60 + 50 + 2 && routes <= 60 + 31 + 60 + 5);
    store_close(s);
    made_free(&m);
}

/* The file keeps its size, whatever comes. */
static void check_ceiling(void)
{
    fresh();
    struct store *s = opened(STORE_AGAIN);
    struct store_limits limits = STORE_LIMITS_USUAL;
    limits.size = (uint64_t)2 << 20;
    store_set_limits(s, &limits);
    struct made m = made_new(64);
    for (int i = 0; i < 50; i++) {
        char high[20];
        snprintf(high, sizeof high, "10.0.1.%d", i + 1);
        made_peering(&m, "10.0.0.1", 65001, high, 65002);
    }
    CHECK(store_write(s, &m.outbox) == ERR_NONE);
    for (int64_t i = 0; i < 6 * 3600; i += 5) {
        for (uint32_t k = 0; k < m.count; k++) {
            m.peerings[k].side[0].messages[BGP_KEEPALIVE]++;
            m.peerings[k].side[1].messages[BGP_UPDATE]++;
            store_sample(s, &m.peerings[k], second(i));
        }
        store_second(s, second(i));
        if (i % 50 == 0)
            CHECK_CASE(store_why(s), store_flush(s) == ERR_NONE);
    }
    CHECK(ask(s, "PRAGMA page_count") * ask(s, "PRAGMA page_size") <= (int64_t)limits.size);
    CHECK(ask(s, "SELECT count(*) FROM series_side WHERE step = 3600") == 2 * 50 * 6);
    CHECK(ask(s, "SELECT count(*) FROM series_side WHERE step = 10") > 0);
    store_close(s);
    made_free(&m);
}

/* No room: told, nothing breaks, and it goes on when there is room again; what was known meanwhile is put then. */
static void check_full(void)
{
    fresh();
    struct store *s = opened(STORE_AGAIN);
    run(s, "10.0.0.1", "10.0.0.2", false);
    sqlite3_exec(s->db.handle, "PRAGMA max_page_count = 1", NULL, NULL, NULL); /* as many as there are */
    struct made m = made_new(600);
    for (int i = 0; i < 500; i++) {
        char high[20];
        snprintf(high, sizeof high, "10.0.%d.%d", 1 + i / 200, i % 200 + 1);
        struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, high, 65002);
        p->id += 1;
        made_up(&m, p, 5);
    }
    made_finding(&m, NULL, -1, CODE_CAPTURE_NOT_KEPT, 9, "full", "no room", (int[]){ 0 });
    m.list[0]->id = 2;
    enum err why = store_write(s, &m.outbox);
    for (uint32_t i = 0; i < m.count && !why; i++)
        why = store_put_peering(s, &m.peerings[i]);
    why = why ? why : store_flush(s);
    CHECK(why == ERR_WRITE);
    CHECK_CASE(store_why(s), strstr(store_why(s), "full") != NULL);
    CHECK(store_flush(s) == ERR_WRITE); /* it sticks */
    sqlite3_exec(s->db.handle, "PRAGMA max_page_count = 100000", NULL, NULL, NULL);
    store_recover(s);
    CHECK_TEXT(store_why(s), "");
    for (uint32_t i = 0; i < m.count; i++)
        CHECK(store_put_peering(s, &m.peerings[i]) == ERR_NONE);
    CHECK_CASE(store_why(s), store_flush(s) == ERR_NONE);
    CHECK_ASK(s, "SELECT count(*) FROM peering", 501);
    CHECK_ASK(s, "SELECT count(*) FROM finding WHERE code = 'capture-not-kept'", 1);
    CHECK_ASK(s, "SELECT count(*) FROM pragma_foreign_key_check", 0);
    store_close(s);
    made_free(&m);
}

static void check_names(void)
{
    fresh();
    struct store *s = opened(STORE_AGAIN);
    CHECK(!store_name(s, "address", "10.0.0.1", "edge1") && !store_name(s, "as", "64500", "Example"));
    CHECK(!store_flush(s));
    CHECK_ASK(s, "SELECT count(*) FROM name WHERE kind = 'as' AND key = '64500' AND name = 'Example'", 1);
    CHECK(!store_forget_names(s) && !store_name(s, "address", "10.0.0.1", "edge2") && !store_flush(s));
    CHECK_ASK(s, "SELECT count(*) FROM name WHERE name = 'edge2'", 1);
    CHECK_ASK(s, "SELECT count(*) FROM name", 1);
    store_close(s);
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    check_runs();
    check_alone();
    check_sums();
    check_kill();
    check_quick_runs();
    check_ages();
    check_ceiling();
    check_full();
    check_names();
    fresh();
    return CHECK_END();
}
