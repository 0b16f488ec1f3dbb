/* `routetap analyze`: capture files in, the report out; kept in a database if asked. */
#include "cli/command.h"
#include "cli/errands.h"
#include "cli/geoip.h"
#include "cli/loop.h"
#include "cli/ospf_secrets.h"
#include "cli/report_out.h"
#include "cli/scratch.h"
#include "cli/serve.h"

#include "base/log.h"
#include <stdio.h>
#include <string.h>

command_fn cmd_analyze;

struct analysis {
    const char *path; /* of the database */
    struct store *store;
    struct loop loop;
    struct geoip *geoip;
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
    for (unsigned i = 0; a->loop.counts && i < source_file_count(a->loop.source); i++) {
        const struct loop_count *n = &a->loop.counts[i];
        const struct store_file file = { .packets = n->packets,
                                         .bytes = n->bytes,
                                         .dropped = source_file(a->loop.source, i)->dropped };
        store_sample_file(a->store, i, &file, second);
    }
    store_sample_capture(a->store, engine_capture(a->loop.engine));
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
static bool show(struct analysis *a, const struct options *o)
{
    fflush(stdout);
    struct errands errands = { .db = a->path,
                               .geoip = a->geoip,
                               .origins = a->loop.origins,
                               .again = { .files = o->files,
                                          .file_count = o->file_count,
                                          .ports = o->ports,
                                          .port_count = o->port_count } };
    for (unsigned i = 0; i < o->file_count; i++)
        if (!strcmp(o->files[i], "-"))
            errands.again.file_count = 0; /* standard input comes once */
    serve_hold();
    struct web *w = serve_begin(a->store, a->path, o, &errands);
    if (!w)
        return false;
    serve_wait(o, &errands);
    serve_end(w);
    return true;
}

/* From the packets to the page. */
static int run(struct analysis *a, const struct options *o)
{
    if (o->web || o->db) {
        store_set_limits(a->store, &STORE_LIMITS_USUAL);
        a->loop.sample = sample;
    }
    int status = loop_run(&a->loop, o);
    ospf_secrets_tell(a->loop.engine, o);
    if (put_facts(a->store, &a->loop)) {
        log_line(LOG_ERROR, "%s", store_why(a->store));
        return EXIT_DAMAGED;
    }
    int told = report_out(a->store, o);
    status = status ? status : told;
    if (o->web && show(a, o))
        a->store = NULL;
    else if (o->web)
        status = EXIT_DAMAGED;
    return status;
}

/* The page asks for any moment: it needs a database on disk. */
static bool find_place(struct analysis *a, struct scratch *scratch, const struct options *o)
{
    a->path = o->db ? o->db : ":memory:";
    if (o->db || !o->web)
        return true;
    if (!scratch_open(scratch))
        return false;
    a->path = scratch->path;
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
    struct geoip *geoip = geoip_open(o);
    if (!geoip)
        return EXIT_DAMAGED;
    struct scratch scratch = { .path = "" };
    struct engine_options eo = engine_defaults();
    struct analysis a = { .loop = { .take = take, .taker = &a }, .geoip = geoip };
    char message[300];
    enum err why;
    if (!find_place(&a, &scratch, o))
        return geoip_close(geoip, EXIT_DAMAGED);
    eo.tell_routes = o->keep_routes;
    eo.quiet = o->settle;
    int status = loop_open(&a.loop, o, eo, false);
    if (!status) {
        a.store = store_open(a.path, STORE_NEW, &why, message);
        if (a.store) {
            store_keep_routes(a.store, o->keep_routes);
            store_set_geo(a.store, geoip_geo(geoip));
            status = run(&a, o);
        } else {
            log_line(LOG_ERROR, "%s", message);
            status = EXIT_DAMAGED;
        }
    }
    store_close(a.store);
    scratch_remove(&scratch);
    loop_close(&a.loop);
    return geoip_close(geoip, status);
}
