/* A prefix or an address in; who announces it now, since when and with what, what became of it, and whose tables may hold
 * more than was captured out, as JSON. From the database if it keeps routes, else from the packets. */
#include "cli/again_internal.h"
#include "cli/errands.h"

#include "base/grow.h"
#include "base/table.h"
#include "base/writer.h"
#include "cli/route_history.h"
#include "state/engine.h"
#include "store/render.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAMS_MOST = 64 << 20, NOW_MOST = 2000, LINES_MOST = 1000, PARTIAL_MOST = 100 };

/* A route that is there. */
struct now {
    char *line; /* owned: how it was announced last */
    const void *route;
    struct stamp since;
    bool live;
};

/* A side whose tables may hold more. */
struct partial {
    uint32_t peering;
    int side;          /* that announced them */
    uint64_t families; /* bit per family */
    char name[2 * ADDR_TEXT];
    struct addr from;
};

struct ask {
    struct again_scan scan;
    struct table now;        /* by the address of the route in the history */
    enum bgp_family family;  /* unicast of what is asked for */
    struct partial *partial; /* owned */
    uint32_t partial_count, partial_room;
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
        n->route = t->route;
        n->live = t->live;
        n->since = t->since;
    }
    return again_going(&a->scan);
}

/* ---- tables that may hold more ---- */

/* True if it does for that family. */
typedef bool partial_fn(const void *from, const struct bgp_peering *, int side, enum bgp_family);

static bool engine_says(const void *from, const struct bgp_peering *p, int side, enum bgp_family family)
{
    return engine_routes_partial(from, p, side, family);
}

static bool database_says(const void *from, const struct bgp_peering *p, int side, enum bgp_family family)
{
    (void)from;
    return route_db_partial(p, side, family);
}

static void note_partial(struct ask *a, const struct bgp_peering *p, partial_fn *says, const void *from)
{
    for (int side = 0; side < 2; side++) {
        uint64_t families = 0;
        for (enum bgp_family f = 0; f < FAMILY_COUNT; f++)
            families |= (uint64_t)says(from, p, side, f) << f;
        if (!families)
            continue;
        if (!grow(&a->partial, a->partial_count, &a->partial_room, sizeof *a->partial, 16, UINT32_MAX)) {
            a->short_of_memory = true;
            return;
        }
        struct partial *one = &a->partial[a->partial_count++];
        *one = (struct partial){ p->id, side, families, .from = p->side[side].addr };
        memcpy(one->name, p->name, sizeof one->name);
    }
}

static bool is_partial(const struct ask *a, const struct route_place *at)
{
    for (uint32_t i = 0; i < a->partial_count; i++)
        if (a->partial[i].peering == at->peering && a->partial[i].side == at->side)
            return a->partial[i].families >> at->family & 1;
    return false;
}

/* Of all that may be missing, what is most likely meant. */
static void tell_partial(const struct ask *a, struct writer *w)
{
    char text[ADDR_TEXT];
    uint32_t count = 0;
    write_array(w, "partial");
    for (uint32_t i = 0; i < a->partial_count; i++) {
        const struct partial *one = &a->partial[i];
        if (!(one->families >> a->family & 1) || ++count > PARTIAL_MOST)
            continue;
        write_object(w, NULL);
        write_str(w, "peering", one->name);
        write_str(w, "from", addr_text(&one->from, text));
        write_end(w);
    }
    write_end(w);
    write_u64(w, "partial_sides", count);
}

/* ---- what is there, and what became of it ---- */

static void tell_now(struct ask *a, struct writer *w)
{
    char text[40];
    const struct now *n;
    write_array(w, "routes");
    for (uint32_t at = 0; (n = table_next(&a->now, &at));) {
        if (!n->live || !n->line)
            continue;
        const struct route_place place = history_place(n->route);
        write_object(w, NULL);
        write_str(w, "since", render_rfc3339(n->since, 6, text));
        if (is_partial(a, &place))
            write_bool(w, "partial", true);
        if (place.stale)
            write_bool(w, "stale", true);
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

static bool of_database(struct ask *a, const struct options *o, struct route_filter *f, struct history *h)
{
    int status;
    struct route_db *d = route_db_open(o, &status);
    if (d && !status)
        status = route_db_walk(d, f, history_said, h);
    const struct bgp_peering *p;
    for (uint32_t i = 0; d && !status && (p = route_db_peering(d, i)); i++)
        note_partial(a, p, database_says, NULL);
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
    const struct bgp_peering *one;
    for (uint32_t at = 0; e && (one = engine_next_peering(e, &at));)
        note_partial(a, one, engine_says, e);
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
    tell_partial(a, &w);
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
    free(a->partial);
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
        a->family = p.addr.size == 4 ? FAMILY_IPV4_UNICAST : FAMILY_IPV6_UNICAST;
        ready = !route_filter_init(&f, o, asked->text) && (h = history_new(o, &f, &known, told, a));
    }
    bool kept = ready && keeps_routes(e->db);
    enum errand_got got = errand_say(out, ERRAND_FAILED, "not enough memory");
    if (ready) {
        buf_clear(out);
        bool good = kept ? of_database(a, o, &f, h) : of_packets(a, h, out);
        got = answer(a, kept, good, out);
    }
    history_free(h);
    route_filter_free(&f);
    if (a)
        ask_free(a);
    free(o);
    return got;
}
