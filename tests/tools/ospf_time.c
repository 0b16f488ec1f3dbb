/* Captures in; for every OSPF database in them how long a graph, and shortest paths with all routes of one router, take to
 * make: medians in milliseconds of CPU time, as a line of JSON. What tests/bench holds against a bar.
 *
 *     ospf_time ROUNDS FILE…
 */
#include "capture/source.h"
#include "state/engine.h"
#include "state/ospf.h"
#include "state/ospf_spf.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* In each round another router begins. */
static void time_all(const struct ospf_lsdb *db, struct stamp at, unsigned rounds)
{
    double *graphs = malloc(rounds * sizeof *graphs), *paths = malloc(rounds * sizeof *paths);
    uint32_t routers = 0, routes = 0, nodes = 0, which = 0;
    for (unsigned i = 0; graphs && paths && i < rounds; i++) {
        double begin = now_ms();
        struct ospf_graph *g = ospf_graph_new(db, at);
        graphs[i] = now_ms() - begin;
        nodes = g ? ospf_graph_nodes(g) : 0;
        for (uint32_t n = 0; i == 0 && n < nodes; n++)
            routers += !ospf_graph_node(g, n)->network && ospf_graph_node(g, n)->described;
        while (nodes &&
               (ospf_graph_node(g, which % nodes)->network || !ospf_graph_node(g, which % nodes)->described))
            which++;
        begin = now_ms();
        struct ospf_paths *p = nodes ? ospf_paths_new(g, ospf_graph_node(g, which++ % nodes)->id) : NULL;
        paths[i] = now_ms() - begin;
        routes = p ? ospf_paths_count(p) : 0;
        ospf_paths_free(p);
        ospf_graph_free(g);
    }
    if (graphs && paths && rounds) {
        qsort(graphs, rounds, sizeof *graphs, by_size);
        qsort(paths, rounds, sizeof *paths, by_size);
        printf(
            "{\"routers\":%u,\"nodes\":%u,\"routes\":%u,\"lsas\":%u,\"graph_ms\":%.3f,\"paths_ms\":%.3f}\n",
            routers, nodes, routes, ospf_lsdb_count(db), graphs[rounds / 2], paths[rounds / 2]);
    }
    free(graphs);
    free(paths);
}

int main(int argc, char **argv)
{
    char message[300];
    enum err why;
    struct source_options so = { .in_file_order = false };
    struct engine_options eo = engine_defaults();
    struct stamp last = STAMP_NEVER;
    struct packet p;
    if (argc < 3) {
        fprintf(stderr, "usage: ospf_time ROUNDS FILE...\n");
        return 2;
    }
    struct source *s =
        source_open_files((const char *const *)argv + 2, (unsigned)argc - 2, &so, &why, message);
    struct engine *e = s ? engine_new(&eo) : NULL;
    if (!e) {
        fprintf(stderr, "%s\n", s ? "no memory" : message);
        return 1;
    }
    while (source_next(s, &p) == SOURCE_PACKET) {
        engine_feed(e, &p);
        last = p.when;
    }
    const struct ospf_lsdb *db;
    for (uint32_t at = 0; (db = ospf_next_domain(engine_ospf(e), &at));)
        time_all(db, last, (unsigned)strtoul(argv[1], NULL, 10));
    engine_free(e);
    source_close(s);
    return 0;
}
