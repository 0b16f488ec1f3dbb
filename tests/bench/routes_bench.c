/* Bars of route tables: ten million routes of ten sessions in memory; ten million changes in a database, and one address at
 * one moment in it.
 *
 * usage: routes_bench memory | routes_bench database FILE.db
 *
 * Out: a line for each figure with its bar; exit status 1 if one does not hold. */
#include "cli/command.h"
#include "cli/route_tables.h"
#include "tests/make/make_bgp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { SESSIONS = 10, PREFIXES = 1000000, TOGETHER = 6, LOOKUPS = 200 };
enum { MEMORY_MIB = 640, RATE = 400000, LOOKUP_MS = 50 };

static int failed;

static void row(const char *what, double figure, const char *unit, const char *bar, bool holds)
{
    printf("%-44s %12.1f %-10s %-18s %s\n", what, figure, unit, bar, holds ? "ok" : "OVER");
    failed |= !holds;
}

static double seconds(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Numbers that look like chance and are the same each time. */
static uint32_t scatter(uint32_t x)
{
    x = (x ^ x >> 16) * UINT32_C(0x7feb352d);
    x = (x ^ x >> 15) * UINT32_C(0x846ca68b);
    return x ^ x >> 16;
}

static uint32_t prefix_at(uint32_t n) { return (n * UINT32_C(2654435761)) & 0xffffff00; } /* each once */

/* UPDATE `n` of a table: six prefixes, a path of four ASes, a next hop and two communities. */
static struct bgp_msg message(struct made *m, uint32_t n, uint32_t round)
{
    uint8_t path[2 + 16] = { 2, 4 }, communities[8];
    make_update(m);
    size_t attrs = make_attrs(m);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t asn = i ? scatter(n * 4 + i + round) % 70000 + 1 : 64500;
        for (uint32_t b = 0; b < 4; b++)
            path[2 + 4 * i + b] = (uint8_t)(asn >> (24 - 8 * b));
    }
    for (uint32_t b = 0; b < 8; b++)
        communities[b] = (uint8_t)(scatter(n / 3) >> b);
    make_attr(m, 0x40, BGP_ATTR_ORIGIN, "\0", 1);
    make_attr(m, 0x40, BGP_ATTR_AS_PATH, path, sizeof path);
    make_attr(m, 0x40, BGP_ATTR_NEXT_HOP, "\12\0\0\1", 4);
    make_attr(m, 0xc0, BGP_ATTR_COMMUNITY, communities, sizeof communities);
    make_nlri(m, attrs);
    for (uint32_t i = 0; i < TOGETHER && n * TOGETHER + i < PREFIXES; i++) {
        uint32_t p = prefix_at(n * TOGETHER + i);
        make_u8(m, 24);
        make_bytes(m, (uint8_t[]){ (uint8_t)(p >> 24), (uint8_t)(p >> 16), (uint8_t)(p >> 8) }, 3);
    }
    make_end(m);
    return make_msg(m);
}

static int memory(void)
{
    static struct made m;
    const struct bgp_ctx ctx = { .as4 = true };
    struct rib *rib = rib_new((size_t)8 << 30);
    struct rib_news news;
    uint64_t routes = 0;
    double begun = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (uint32_t s = 0; rib && s < SESSIONS; s++) {
        struct rib_side *side = rib_side_new(rib);
        for (uint32_t n = 0; side && n * TOGETHER < PREFIXES; n++) {
            struct bgp_msg msg = message(&m, n, 0);
            struct bgp_update u;
            bgp_update_read(&msg, &ctx, &u);
            rib_feed(side, &u, &ctx, (struct stream_ref){ .frame = 1 }, &news);
        }
        routes += side ? rib_side_count(side, FAMILY_IPV4_UNICAST) : 0;
    }
    double took = seconds(CLOCK_PROCESS_CPUTIME_ID) - begun;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double mib = (double)usage.ru_maxrss / 1024;
    row("routes in memory", (double)routes, "", "10,000,000", routes == (uint64_t)SESSIONS * PREFIXES);
    row("memory of the process", mib, "MiB", "<= 640", mib <= MEMORY_MIB);
    row("routes a CPU second", (double)routes / took, "", "", true);
    return failed;
}

/* ---- the database ---- */

static struct bgp_peering peerings[SESSIONS];

static void introduce(struct store *s)
{
    for (uint32_t i = 0; i < SESSIONS; i++) {
        struct bgp_peering *p = &peerings[i];
        *p = (struct bgp_peering){ .id = i + 1 };
        p->side[0].addr = addr_v4((uint8_t[]){ 10, 0, 0, (uint8_t)(i + 1) });
        p->side[1].addr = addr_v4((uint8_t[]){ 10, 0, 1, 1 });
        snprintf(p->name, sizeof p->name, "10.0.0.%u-10.0.1.1", i + 1);
        struct event e = { .kind = EVENT_PEERING, .as.peering = p };
        if (store_write(s, &(struct outbox){ .list = &e, .count = 1 }) || store_put_peering(s, p))
            exit(1);
    }
}

static void say(struct store *s, struct made *m, uint32_t session, uint32_t n, struct stamp when)
{
    const struct bgp_ctx ctx = { .as4 = true };
    struct bgp_msg msg = message(m, n, session);
    struct bgp_update u;
    bgp_update_read(&msg, &ctx, &u);
    struct event e = { .kind = EVENT_ROUTES };
    e.as.routes = (struct event_routes){ .ref = { .frame = n + 1, .when = when },
                                         .peering = session + 1,
                                         .family = FAMILY_IPV4_UNICAST,
                                         .as4 = true,
                                         .news = true,
                                         .origin_as = n,
                                         .attrs = u.attrs,
                                         .nlri = u.nlri };
    if (store_write(s, &(struct outbox){ .list = &e, .count = 1 })) {
        printf("%s\n", store_why(s));
        exit(1);
    }
}

static const struct stamp start = { INT64_C(1772359200) * NS_PER_S };

static void fill(const char *path)
{
    static struct made m;
    char message_text[300];
    enum err why;
    struct store *s = store_open(path, STORE_NEW, &why, message_text);
    if (!s) {
        printf("%s\n", message_text);
        exit(1);
    }
    store_keep_routes(s, KEEP_ROUTES_ALL);
    introduce(s);
    double begun = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (uint32_t n = 0; n * TOGETHER < PREFIXES; n++)
        for (uint32_t i = 0; i < SESSIONS; i++)
            say(s, &m, i, n, stamp_add(start, SPAN_US(n * SESSIONS + i)));
    struct capture_facts facts = { .packets = 1, .first = start, .last = stamp_add(start, SPAN_S(3600)) };
    if (store_put_capture(s, &facts) || store_finish(s))
        exit(1);
    double rate = (double)SESSIONS * PREFIXES / (seconds(CLOCK_PROCESS_CPUTIME_ID) - begun);
    row("changes a CPU second into SQLite", rate, "", ">= 400,000", rate >= RATE);
    store_close(s);
}

/* All that a user waits for, but for the start of the program. */
static double look_up(const char *path, uint32_t n, size_t *found)
{
    char address[ADDR_TEXT];
    struct addr a = addr_v4((uint8_t[]){ (uint8_t)(prefix_at(n) >> 24), (uint8_t)(prefix_at(n) >> 16),
                                         (uint8_t)(prefix_at(n) >> 8), 77 });
    const char *files[] = { path };
    struct options o = { .files = files, .file_count = 1, .family = FAMILY_NONE };
    struct when at = { WHEN_RELATIVE, INT64_C(1000) * n * SESSIONS / TOGETHER + NS_PER_S };
    struct route_filter f;
    struct tables t;
    struct table_side side;
    double begun = seconds(CLOCK_MONOTONIC);
    if (route_filter_init(&f, &o, addr_text(&a, address)) || tables_open(&t, &o, &f, at))
        exit(1);
    for (uint32_t place = 0; tables_next(&t, &place, &side);) {
        struct rib_at rib_at = { 0 };
        struct rib_route r;
        while (side.rib && rib_next(side.rib, FAMILY_IPV4_UNICAST, &rib_at, &r))
            *found += route_filter_prefix(&f, &r.nlri);
    }
    tables_close(&t);
    route_filter_free(&f);
    return seconds(CLOCK_MONOTONIC) - begun;
}

static int by_size(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static int database(const char *path)
{
    static double took[LOOKUPS];
    size_t found = 0;
    fill(path);
    for (uint32_t i = 0; i < LOOKUPS; i++)
        took[i] = look_up(path, scatter(i) % PREFIXES, &found);
    qsort(took, LOOKUPS, sizeof *took, by_size);
    row("routes found, of ten sides each", (double)found / LOOKUPS, "", "10", found == LOOKUPS * SESSIONS);
    row("one address at one moment, median", took[LOOKUPS / 2] * 1000, "ms", "< 50",
        took[LOOKUPS / 2] * 1000 < LOOKUP_MS);
    row("… the slowest but one in a hundred", took[LOOKUPS * 99 / 100] * 1000, "ms", "", true);
    return failed;
}

int main(int count, char **words)
{
    if (count == 2 && !strcmp(words[1], "memory"))
        return memory();
    if (count == 3 && !strcmp(words[1], "database"))
        return database(words[2]);
    printf("usage: routes_bench memory | routes_bench database FILE.db\n");
    return 2;
}
