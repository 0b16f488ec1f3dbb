/* A prefix or an address in; who announces it now, since when and with what, and what became of it out, as JSON. From the
 * database if it keeps routes, else from the packets. */
#include "cli/again_internal.h"
#include "cli/errands.h"

#include "base/table.h"
#include "base/writer.h"
#include "cli/route_history.h"
#include "state/engine.h"
#include "store/render.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAMS_MOST = 64 << 20, NOW_MOST = 2000, LINES_MOST = 1000 };

/* A route that is there. */
struct now {
    char *line; /* owned: how it was announced last */
    struct stamp since;
    bool live;
};

struct ask {
    struct again_scan scan;
    struct table now;       /* by the address of the route in the history */
    char *line[LINES_MOST]; /* the latest changes, a ring; owned */
    uint64_t told;
    bool short_of_memory;
};

static bool told(void *arg, const struct route_told *t)
{
    struct ask *a = arg;
    const uintptr_t key = (uintptr_t)t->route;
    struct now *n = table_get(&a->now, &key);
    char **place = &a->line[a->told++ % LINES_MOST];
    free(*place);
    *place = strdup(t->line);
    a->short_of_memory |= !*place;
    if (!n && a->now.live < NOW_MOST && (n = calloc(1, sizeof *n)) && !table_put(&a->now, &key, n)) {
        free(n);
        n = NULL;
    }
    if (n && t->live && !t->again) {
        free(n->line);
        n->line = strdup(t->line);
    }
    if (n) {
        n->live = t->live;
        n->since = t->since;
    }
    return again_going(&a->scan);
}

static void tell_now(struct ask *a, struct writer *w)
{
    char text[40];
    const struct now *n;
    write_array(w, "routes");
    for (uint32_t at = 0; (n = table_next(&a->now, &at));) {
        if (!n->live || !n->line)
            continue;
        write_object(w, NULL);
        write_str(w, "since", render_rfc3339(n->since, 6, text));
        write_ready(w, "route", n->line, strlen(n->line));
        write_end(w);
    }
    write_end(w);
}

static void tell_changes(const struct ask *a, struct writer *w)
{
    uint64_t first = a->told > LINES_MOST ? a->told - LINES_MOST : 0;
    write_array(w, "changes");
    for (uint64_t i = first; i < a->told; i++)
        if (a->line[i % LINES_MOST])
            write_ready(w, NULL, a->line[i % LINES_MOST], strlen(a->line[i % LINES_MOST]));
    write_end(w);
    write_u64(w, "left_out", first);
}

/* ---- where it comes from ---- */

static bool keeps_routes(const char *path)
{
    char message[300];
    enum err why;
    struct route_table_row row;
    bool some = false;
    struct store *s = store_open(path, STORE_READ, &why, message);
    if (s && query_begin(s) == ERR_NONE) {
        struct query q = query_route_tables(s);
        while (query_route_table(&q, &row))
            some = true;
    }
    some = s && query_end(s) == ERR_NONE && some;
    store_close(s);
    return some;
}

static bool of_database(const struct options *o, struct route_filter *f, struct history *h)
{
    int status;
    struct route_db *d = route_db_open(o, &status);
    if (d && !status)
        status = route_db_walk(d, f, history_said, h);
    if (d)
        route_db_close(d);
    return !status;
}

static bool of_packets(struct ask *a, struct history *h, struct buf *out)
{
    struct engine_options eo = engine_defaults();
    struct packet p;
    eo.tell_messages = eo.tell_routes = eo.no_ospf = true;
    eo.limits.stream_total = STREAMS_MOST;
    for (unsigned i = 0; i < a->scan.again->port_count; i++)
        eo.bgp_ports[i] = a->scan.again->ports[i];
    eo.bgp_port_count = a->scan.again->port_count;
    a->scan.out = out;
    if (!again_open(&a->scan))
        return false;
    struct engine *e = engine_new(&eo);
    bool going = e != NULL;
    for (enum source_got got; going && (got = source_next(a->scan.source, &p)) != SOURCE_END;) {
        going = got != SOURCE_ERROR && again_going(&a->scan);
        if (going && got == SOURCE_PACKET)
            going = history_take(h, engine_feed(e, &p));
    }
    engine_free(e);
    again_close(&a->scan);
    return e != NULL;
}

static enum errand_got answer(struct ask *a, bool kept, bool good, struct buf *out)
{
    if (!good && out->used)
        return ERRAND_NONE; /* a sentence stands there */
    if (!good || a->short_of_memory)
        return errand_say(out, ERRAND_FAILED, "the routes could not be read");
    struct writer w = writer_init(&writer_json, out);
    write_object(&w, NULL);
    tell_now(a, &w);
    tell_changes(a, &w);
    write_bool(&w, "complete", !a->scan.late);
    write_str(&w, "source", kept ? "database" : a->scan.again->ring ? "evidence" : "files");
    write_end(&w);
    buf_char(out, '\n');
    return out->lost ? errand_say(out, ERRAND_FAILED, "not enough memory for all of it") : ERRAND_DONE;
}

static void ask_free(struct ask *a)
{
    struct now *n;
    for (uint32_t at = 0; (n = table_next(&a->now, &at));) {
        free(n->line);
        free(n);
    }
    table_free(&a->now);
    for (unsigned i = 0; i < LINES_MOST; i++)
        free(a->line[i]);
    free(a);
}

enum errand_got errand_routes(const struct errands *e, const struct errand *asked, struct buf *out)
{
    struct prefix p;
    bool address;
    const char *const files[] = { e->db };
    if (!prefix_parse(asked->text, &p, &address))
        return errand_say(out, ERRAND_NONE, "that is neither a prefix nor an address");
    struct options *o = calloc(1, sizeof *o);
    struct ask *a = calloc(1, sizeof *a);
    struct route_filter f = { 0 };
    struct history *h = NULL;
    bool ready = o && a;
    if (ready) {
        *o = (struct options){ .json = true, .files = files, .file_count = 1, .family = FAMILY_NONE };
        again_begin(&a->scan, &e->again, asked);
        table_init(&a->now, sizeof(uintptr_t), 0);
        const struct route_known known = { e->origins, e->geoip };
        ready = !route_filter_init(&f, o, asked->text) && (h = history_new(o, &f, &known, told, a));
    }
    bool kept = ready && keeps_routes(e->db);
    enum errand_got got = errand_say(out, ERRAND_FAILED, "not enough memory");
    if (ready) {
        buf_clear(out);
        bool good = kept ? of_database(o, &f, h) : of_packets(a, h, out);
        got = answer(a, kept, good, out);
    }
    history_free(h);
    route_filter_free(&f);
    if (a)
        ask_free(a);
    free(o);
    return got;
}
