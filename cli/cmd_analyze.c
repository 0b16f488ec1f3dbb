/* `routetap analyze`: capture files in, the report out; kept in a database if asked. */
#include "cli/again.h"
#include "cli/command.h"
#include "cli/loop.h"
#include "cli/report_out.h"
#include "cli/serve.h"

#include "base/log.h"
#include <stdio.h>
#include <string.h>

command_fn cmd_analyze;

struct analysis {
    struct store *store;
    struct loop loop;
};

static bool take(void *taker, const struct outbox *out)
{
    struct analysis *a = taker;
    return store_write(a->store, out) == ERR_NONE;
}

/* Series of counts, for the charts of the page. */
static void sample(void *taker, struct stamp second)
{
    const struct analysis *a = taker;
    const struct bgp_peering *p;
    for (uint32_t at = 0; (p = engine_next_peering(a->loop.engine, &at));)
        store_sample(a->store, p, second);
    for (unsigned i = 0; i < source_file_count(a->loop.source); i++) {
        const struct source_file_facts *f = source_file(a->loop.source, i);
        const struct store_file file = { .packets = f->packets, .bytes = f->bytes, .dropped = f->dropped };
        store_sample_file(a->store, i, &file, second);
    }
}

/* What is known at the end: each peering, the capture, its files. */
static enum err put_facts(struct store *s, const struct loop *l)
{
    const struct bgp_peering *p;
    enum err why = ERR_NONE;
    for (uint32_t at = 0; !why && (p = engine_next_peering(l->engine, &at));)
        why = store_put_peering(s, p);
    const struct capture_facts *c = engine_capture(l->engine);
    if (!why)
        why = store_put_ospf(s, engine_ospf(l->engine));
    if (!why)
        why = store_put_lsdb(s, engine_ospf(l->engine));
    if (!why)
        why = store_put_capture(s, c);
    for (unsigned i = 0; !why && i < source_file_count(l->source); i++) {
        const struct source_file_facts *f = source_file(l->source, i);
        struct store_file file = { .path = f->path,
                                   .packets = f->packets,
                                   .bytes = f->bytes,
                                   .link = f->link,
                                   .several_links = f->several_links,
                                   .dropped = f->dropped,
                                   .damage = f->damaged ? f->damage : NULL,
                                   .damage_offset = f->damage_offset,
                                   .last = c->last };
        why = store_put_file(s, i, &file);
    }
    return why ? why : store_finish(s);
}

/* The page over what was analyzed. The store is gone afterwards, or there was no page. */
static bool show(struct store *s, const struct options *o)
{
    fflush(stdout);
    struct again again = {
        .files = o->files, .file_count = o->file_count, .ports = o->ports, .port_count = o->port_count
    };
    for (unsigned i = 0; i < o->file_count; i++)
        if (!strcmp(o->files[i], "-"))
            again.file_count = 0; /* standard input comes once */
    struct web *w = serve_begin(s, o->db, o, &again);
    if (!w)
        return false;
    serve_wait();
    serve_end(w);
    return true;
}

int cmd_analyze(const struct options *o)
{
    if (o->web && !serve_can())
        return EXIT_DAMAGED;
    if (o->keep_routes && !o->db) {
        log_line(LOG_ERROR, "--keep-routes needs --db FILE to keep them in");
        return EXIT_USAGE;
    }
    struct engine_options eo = engine_defaults();
    eo.tell_routes = o->keep_routes;
    struct analysis a = { .loop = { .take = take, .taker = &a } };
    struct loop *l = &a.loop;
    char message[300];
    enum err why;
    int status = loop_open(l, o, eo, false);
    if (status) {
        loop_close(l);
        return status;
    }
    struct store *s = store_open(o->db ? o->db : ":memory:", STORE_NEW, &why, message);
    if (!s) {
        log_line(LOG_ERROR, "%s", message);
        loop_close(l);
        return EXIT_DAMAGED;
    }
    store_keep_routes(s, o->keep_routes);
    a.store = s;
    if (o->web || o->db) {
        store_set_limits(s, &STORE_LIMITS_USUAL);
        l->sample = sample;
    }
    status = loop_run(l, o);
    if (put_facts(s, l)) {
        log_line(LOG_ERROR, "%s", store_why(s));
        status = EXIT_DAMAGED;
    } else {
        int told = report_out(s, o);
        status = status ? status : told;
        if (o->web && show(s, o))
            s = NULL;
        else if (o->web)
            status = EXIT_DAMAGED;
    }
    store_close(s);
    loop_close(l);
    return status;
}
