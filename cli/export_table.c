/* `routetap export mrt --table`: what each router had from its peers at a moment, as TABLE_DUMP_V2. */
#include "cli/export.h"
#include "cli/loop.h"
#include "cli/peerings.h"

#include "base/log.h"
#include "store/mrt_table.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { HELD = 1 << 20, MOST = 256 << 20, PEERS_MOST = 65535 };

/* One who announces to the router whose view it is. */
struct announcer {
    const struct bgp_peering *peering;
    int side;
};

struct dump {
    const struct options *options;
    const struct engine *engine;
    struct stamp when;
    struct announcer *list; /* of all peerings */
    size_t count;
    struct announcer *view; /* of one router */
    struct mrt_peer *peers; /* the same */
    unsigned view_count;
    struct buf out;
    FILE *to;
    uint64_t told, left_out;
    unsigned partial; /* tables of a peer's of which not all was said in the capture */
    bool failed;
};

static const struct bgp_side *announcing(const struct announcer *a) { return &a->peering->side[a->side]; }
static const struct bgp_side *hearing(const struct announcer *a) { return &a->peering->side[!a->side]; }

static bool flush(struct dump *d)
{
    d->failed |= d->out.lost || fwrite(buf_text(&d->out), 1, d->out.used, d->to) != d->out.used;
    buf_clear(&d->out);
    return !d->failed;
}

/* By who hears it, then by who announces. */
static int by_router(const void *left, const void *right)
{
    const struct announcer *a = left, *b = right;
    int order = addr_compare(&hearing(a)->addr, &hearing(b)->addr);
    return order ? order : addr_compare(&announcing(a)->addr, &announcing(b)->addr);
}

/* The side said more than the capture has. */
static bool is_partial(const struct dump *d, const struct bgp_peering *p, int side)
{
    bool partial = false;
    for (enum bgp_family f = 0; f < FAMILY_COUNT && !partial; f++)
        partial = engine_routes_partial(d->engine, p, side, f);
    return partial;
}

/* Whoever announced anything that is still there. False without memory. */
static bool gather(struct dump *d)
{
    const struct bgp_peering *p;
    size_t room = 0;
    for (uint32_t at = 0; engine_next_peering(d->engine, &at);)
        room += 2;
    d->list = calloc(room + 1, sizeof *d->list);
    d->view = calloc(room + 1, sizeof *d->view);
    d->peers = calloc(room + 1, sizeof *d->peers);
    if (!d->list || !d->view || !d->peers)
        return false;
    for (uint32_t at = 0; (p = engine_next_peering(d->engine, &at));)
        for (int side = 0; side < 2 && peering_wanted(d->options, p); side++) {
            d->partial += is_partial(d, p, side);
            if (engine_routes(d->engine, p, side))
                d->list[d->count++] = (struct announcer){ p, side };
        }
    if (d->count)
        qsort(d->list, d->count, sizeof *d->list, by_router);
    return true;
}

static void tell_family(struct dump *d, enum bgp_family f, uint32_t *sequence)
{
    struct rib_rows rows = { 0 };
    for (unsigned i = 0; i < d->view_count; i++)
        rib_rows_add(&rows, engine_routes(d->engine, d->view[i].peering, d->view[i].side), f, i);
    mrt_rows_sort(&rows, f);
    d->told += rows.count;
    d->left_out += rows.left_out;
    for (size_t at = 0; at < rows.count && !d->failed;) {
        size_t untold = mrt_rows_next(&d->out, d->when, (*sequence)++, f, &rows, &at);
        d->told -= untold;
        d->left_out += untold;
        if (d->out.used >= HELD)
            flush(d);
    }
    rib_rows_free(&rows);
}

/* A view's name is free text (RFC 6396 4.3.1): the router's address, and whether something is missing. */
static void tell_view(struct dump *d)
{
    const struct bgp_side *router = hearing(&d->view[0]);
    char name[ADDR_TEXT + 16];
    uint32_t sequence = 0;
    uint64_t routes = 0;
    bool partial = false;
    for (unsigned i = 0; i < d->view_count; i++) {
        const struct bgp_side *s = announcing(&d->view[i]);
        partial |= is_partial(d, d->view[i].peering, d->view[i].side);
        d->peers[i] = (struct mrt_peer){ s->addr, s->asn, s->router_id };
        for (enum bgp_family f = 0; f < FAMILY_COUNT; f++)
            routes += rib_side_count(engine_routes(d->engine, d->view[i].peering, d->view[i].side), f);
    }
    if (!routes)
        return;
    addr_text(&router->addr, name);
    if (partial)
        strcat(name, " partial");
    mrt_peers(&d->out, d->when, router->router_id, name, d->peers, d->view_count);
    for (enum bgp_family f = 0; f < FAMILY_COUNT && !d->failed; f++)
        tell_family(d, f, &sequence);
}

static void tell_all(struct dump *d)
{
    for (size_t i = 0; i < d->count && !d->failed; i++) {
        bool last = i + 1 == d->count || d->view_count == PEERS_MOST ||
                    !addr_equal(&hearing(&d->list[i])->addr, &hearing(&d->list[i + 1])->addr);
        d->view[d->view_count++] = d->list[i];
        if (!last)
            continue;
        tell_view(d);
        d->view_count = 0;
    }
}

static bool take(void *taker, const struct outbox *out)
{
    (void)taker;
    (void)out;
    return true;
}

static int write_dump(struct dump *d, const struct options *o)
{
    char path[4096];
    struct stat facts;
    struct options named = *o;
    int status = EXIT_DAMAGED;
    if (o->write && !stat(o->write, &facts) && S_ISDIR(facts.st_mode)) {
        export_name(path, sizeof path, o->write, "rib", d->when);
        named.write = path;
    }
    d->to = export_open(&named, &status);
    if (!d->to)
        return status;
    tell_all(d);
    flush(d);
    status = export_close(d->to, &named);
    log_line(LOG_NOTE, "%" PRIu64 " routes", d->told);
    if (d->partial)
        log_line(LOG_NOTE, "partial: of %u peer%s not all that was said is in the capture", d->partial,
                 d->partial == 1 ? "" : "s");
    if (d->left_out)
        log_line(LOG_NOTE, "%" PRIu64 " routes are left out: their attributes are not known", d->left_out);
    return d->failed ? EXIT_DAMAGED : status;
}

int export_table(const struct options *o)
{
    struct options until = *o;
    if (o->at.kind) { /* with all that came up to the moment, and with it */
        until.until = o->at;
        until.until.ns++;
    }
    struct loop l = { .take = take };
    struct dump d = { .options = o, .out = buf_init(MOST) };
    int status = loop_open(&l, &until, engine_defaults(), false);
    if (!status) {
        status = loop_run(&l, &until);
        d.engine = l.engine;
        d.when = engine_capture(l.engine)->last;
        int written = EXIT_DAMAGED;
        if (gather(&d))
            written = write_dump(&d, o);
        else
            log_line(LOG_ERROR, "there is not enough memory for the tables");
        status = status ? status : written;
    }
    free(d.list);
    free(d.view);
    free(d.peers);
    buf_free(&d.out);
    loop_close(&l);
    return status;
}
