/* A database that a stranger has changed: any value in any column of any row, and everything is told from it as reports, as
 * pages, as routes and as link-state databases.
 *
 * Five bytes each: the column (two), the row, the kind of value, its size; the value behind them. */
#include "base/macros.h"
#include "capture/source.h"
#include "state/engine.h"
#include "store/lsdb.h"
#include "store/query_routes.h"
#include "store/report.h"
#include "store/route.h"
#include "store/store_internal.h"
#include "web/answer.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { COLUMNS_MOST = 1024, DONE_MOST = 8 };

static struct store *store;
static char *updates[COLUMNS_MOST]; /* a statement for each column */
static unsigned column_count;
static unsigned char *image; /* of the database before anything was changed */
static sqlite3_int64 image_size;

static void must(bool promise)
{
    if (!promise)
        abort();
}

static void read_capture(struct store *s, struct engine *e, const char *path)
{
    struct packet p;
    char message[300];
    enum err why;
    struct source *source = source_open_files(&path, 1, &(struct source_options){ 0 }, &why, message);
    must(source);
    while (source_next(source, &p) == SOURCE_PACKET)
        must(!store_write(s, engine_feed(e, &p)));
    const struct source_file_facts *f = source_file(source, 0);
    must(!store_put_file(s, 0,
                         &(struct store_file){ .path = path, .packets = f->packets, .bytes = f->bytes }));
    source_close(source);
}

/* A database with rows of every kind, as a stranger's would be opened. */
static struct store *made(void)
{
    char path[] = "/tmp/routetap-fuzz-XXXXXX";
    static const char *const captures[] = { TESTS_DIR "/captures/cease-max-prefix-frr-bird.pcap",
                                            TESTS_DIR "/captures/ospf-bgp-loopback-gone-frr-frr-frr.pcap" };
    char message[300];
    enum err why;
    int fd = mkstemp(path);
    struct store *s = fd < 0 ? NULL : store_open(path, STORE_NEW, &why, message);
    must(s);
    store_keep_routes(s, KEEP_ROUTES_ALL);
    store_set_limits(s, &STORE_LIMITS_USUAL);
    struct engine_options options = engine_defaults();
    options.tell_routes = true;
    struct engine *e = engine_new(&options);
    must(e);
    for (size_t i = 0; i < COUNT(captures); i++)
        read_capture(s, e, captures[i]);
    must(!store_write(s, engine_finish(e)));
    const struct bgp_peering *p;
    for (uint32_t at = 0; (p = engine_next_peering(e, &at));)
        must(!store_put_peering(s, p));
    must(!store_put_ospf(s, engine_ospf(e)) && !store_put_lsdb(s, engine_ospf(e)));
    must(!store_put_capture(s, engine_capture(e)) && !store_finish(s));
    store_close(s);
    engine_free(e);
    s = store_open(path, STORE_READ, &why, message);
    unlink(path);
    close(fd);
    return s;
}

/* One statement for each column that there is. */
static void learn_columns(void)
{
    static const char find[] =
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.rowid, c.cid";
    sqlite3_stmt *q = NULL;
    must(sqlite3_prepare_v2(store->db.handle, find, -1, &q, NULL) == SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW && column_count < COLUMNS_MOST)
        updates[column_count++] = sqlite3_mprintf(
            "UPDATE \"%w\" SET \"%w\" = ?2 WHERE rowid IN (SELECT rowid FROM \"%w\" LIMIT 1 OFFSET ?1)",
            sqlite3_column_text(q, 0), sqlite3_column_text(q, 1), sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    must(column_count);
}

/* A copy, for SQLite to free. */
static unsigned char *again(void)
{
    unsigned char *copy = sqlite3_malloc64((sqlite3_uint64)image_size);
    must(copy);
    memcpy(copy, image, (size_t)image_size);
    return copy;
}

/* What a constraint refuses stays as it was. */
static void change(struct cursor *in)
{
    unsigned column = cur_u16(in) % column_count, row = cur_u8(in), kind = cur_u8(in) % 4, size = cur_u8(in);
    size_t fits = size < cur_left(in) ? size : cur_left(in);
    struct cursor value = cur_sub(in, fits);
    sqlite3_stmt *q = NULL;
    if (!cur_ok(in) || sqlite3_prepare_v2(store->db.handle, updates[column], -1, &q, NULL) != SQLITE_OK)
        return;
    int64_t number = 0;
    for (size_t i = 0; i < cur_left(&value) && i < 8; i++)
        number = (int64_t)((uint64_t)number << 8 | value.at[i]);
    sqlite3_bind_int(q, 1, (int)row);
    switch (kind) {
    case 0: sqlite3_bind_null(q, 2); break;
    case 1: sqlite3_bind_int64(q, 2, number); break;
    case 2: sqlite3_bind_text(q, 2, (const char *)value.at, (int)cur_left(&value), SQLITE_STATIC); break;
    default: sqlite3_bind_blob(q, 2, value.at, (int)cur_left(&value), SQLITE_STATIC); break;
    }
    sqlite3_step(q);
    sqlite3_finalize(q);
}

static void tell_pages(void)
{
    static const char *const targets[] = { "overview",
                                           "peerings",
                                           "convergence",
                                           "ospf",
                                           "ospf/activity",
                                           "findings",
                                           "ospf/topology",
                                           "ospf/lsdb",
                                           "sparks",
                                           "routes?q=10.0.0.0/8",
                                           "capture",
                                           "findings/1",
                                           "capture/series",
                                           "peerings/10.0.12.1-10.0.12.2",
                                           "peerings/10.0.12.1-10.0.12.2/transitions",
                                           "peerings/10.0.12.1-10.0.12.2/transfers",
                                           "peerings/10.0.12.1-10.0.12.2/notifications",
                                           "peerings/10.0.12.1-10.0.12.2/connections",
                                           "peerings/10.0.12.1-10.0.12.2/series" };
    static struct http_request request;
    for (size_t i = 0; i <= COUNT(targets); i++) {
        char target[120];
        snprintf(target, sizeof target, "%s%s", i < COUNT(targets) ? "/api/v1/" : "/metrics",
                 i < COUNT(targets) ? targets[i] : "");
        struct web_site site = { .view = { .store = store, .program = "routetap 0" } };
        struct http_headers headers = { .host = "localhost" };
        struct http_response out;
        answer(&site, &request, "GET", target, &headers, &out);
        must(out.status >= 200 && out.status <= 599);
        buf_free(&out.body);
    }
}

static void tell_routes(void)
{
    static struct route_attrs attrs;
    struct query q = query_route_updates(store, 0);
    for (struct route_update_row row; query_route_update(&q, &row);) {
        struct bgp_ctx ctx = { .as4 = row.as4 };
        route_attrs_read(&attrs, row.attrs, row.as4);
        for (int family = FAMILY_IPV4_UNICAST; family < FAMILY_COUNT; family++) {
            struct bgp_nlri_iter it = bgp_nlri_over(row.nlri, (enum bgp_family)family, &ctx, false);
            for (struct bgp_nlri n; bgp_nlri_next(&it, &n);)
                ;
        }
    }
    struct query t = query_route_tables(store);
    for (struct route_table_row row; query_route_table(&t, &row);)
        must(row.side == 0 || row.side == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static FILE *nowhere;
    struct cursor in = cur_over(bytes, size);
    if (!store) {
        store = made();
        must(store);
        learn_columns();
        image = sqlite3_serialize(store->db.handle, "main", &image_size, 0);
        must(image && sqlite3_exec(store->db.handle, "PRAGMA ignore_check_constraints = ON", NULL, NULL,
                                   NULL) == SQLITE_OK);
        nowhere = fopen("/dev/null", "w");
        must(nowhere);
    }
    must(sqlite3_deserialize(store->db.handle, "main", again(), image_size, image_size,
                             SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) == SQLITE_OK);
    for (unsigned i = 0; i < DONE_MOST && cur_left(&in) && cur_ok(&in); i++)
        change(&in);
    const struct report_options plain = { .all = true };
    (void)!report_text(store, &plain, nowhere);
    (void)!report_json(store, &plain, nowhere);
    tell_pages();
    tell_routes();
    enum err why;
    struct lsdb_set *set = lsdb_set_read(store, STAMP_NEVER, &why);
    if (set)
        lsdb_set_free(set);
    db_recover(&store->db);
    return 0;
}
