/* Captures or a database in, link-state databases as of a moment out. */
#include "cli/databases.h"

#include "base/log.h"
#include "cli/command.h"
#include <stdio.h>
#include <string.h>

static bool take(void *taker, const struct outbox *out)
{
    (void)taker;
    (void)out;
    return true;
}

/* By the first bytes. */
bool databases_kept(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char first[sizeof magic];
    FILE *f = fopen(path, "rb");
    bool is = f && fread(first, 1, sizeof first, f) == sizeof first && !memcmp(first, magic, sizeof magic);
    if (f)
        fclose(f);
    return is;
}

/* All that came up to the moment, and with it. */
static int open_captures(struct databases *d, const struct options *o)
{
    struct options until = *o;
    struct engine_options eo = engine_defaults();
    if (o->at.kind) {
        until.until = o->at;
        until.until.ns++;
    }
    eo.no_routes = true;
    d->loop = (struct loop){ .take = take };
    int status = loop_open(&d->loop, &until, eo, false);
    if (status)
        return status;
    status = loop_run(&d->loop, &until);
    d->ospf = engine_ospf(d->loop.engine);
    const struct capture_facts *c = engine_capture(d->loop.engine);
    d->at = o->at.kind && stamp_known(c->first) ? when_resolve(o->at, c->first) : c->last;
    return status;
}

static int open_kept(struct databases *d, const struct options *o)
{
    char message[300];
    enum err why;
    struct capture_row c = { .first = STAMP_NEVER, .last = STAMP_NEVER };
    if (o->file_count != 1) {
        log_line(LOG_ERROR, "a database is told alone; see routetap %s --help", o->command->name);
        return EXIT_USAGE;
    }
    d->store = store_open(o->files[0], STORE_READ, &why, message);
    if (!d->store) {
        log_line(LOG_ERROR, "%s", message);
        return EXIT_DAMAGED;
    }
    if (query_begin(d->store) == ERR_NONE)
        query_capture(d->store, &c);
    why = query_end(d->store);
    bool then = !why && o->at.kind && stamp_known(c.first);
    if (!why) {
        d->at = then ? when_resolve(o->at, c.first) : c.last;
        d->set = lsdb_set_read(d->store, then ? d->at : STAMP_NEVER, &why);
    }
    if (d->set)
        return EXIT_DONE;
    log_line(LOG_ERROR, "%s", *store_why(d->store) ? store_why(d->store) : "there is not enough memory");
    return EXIT_DAMAGED;
}

int databases_open(struct databases *d, const struct options *o)
{
    *d = (struct databases){ .at = STAMP_NEVER };
    if (o->file_count && databases_kept(o->files[0]))
        return open_kept(d, o);
    return open_captures(d, o);
}

void databases_close(struct databases *d)
{
    lsdb_set_free(d->set);
    if (d->store)
        store_close(d->store);
    else
        loop_close(&d->loop);
}

const struct ospf_lsdb *databases_next(const struct databases *d, uint32_t *at)
{
    return d->set ? lsdb_set_next(d->set, at) : d->ospf ? ospf_next_domain(d->ospf, at) : NULL;
}

const char *databases_link(const struct databases *d, uint32_t link, char text[96])
{
    const struct ospf_wire *w;
    struct ospf_link_row row;
    const char *name = NULL;
    for (uint32_t at = 0; d->ospf && !name && (w = ospf_next_wire(d->ospf, &at));)
        if (w->id == link)
            name = w->name;
    if (d->store && query_begin(d->store) == ERR_NONE) {
        struct query q = query_ospf_links(d->store);
        while (!name && query_ospf_link(&q, &row))
            if (row.id == link)
                name = row.name;
    }
    if (name)
        snprintf(text, 96, "%s", name);
    if (d->store && query_end(d->store))
        name = NULL;
    return name ? text : NULL;
}

/* Whether one side went through the whole exchange, by its state changes. */
static bool went_through(const struct databases *d, uint32_t adjacency)
{
    struct transition_row t;
    struct query q = query_ospf_transitions(d->store, adjacency);
    bool began = false, over = false;
    while (query_ospf_transition(&q, &t)) {
        if (stamp_known(t.when) && stamp_before(d->at, t.when))
            continue;
        began |= !strcmp(t.to, "Exchange") && strcmp(t.cause, "mid-stream") != 0;
        over |= began && (!strcmp(t.to, "Loading") || !strcmp(t.to, "Full"));
    }
    return over;
}

bool databases_area_seen(const struct databases *d, unsigned version, unsigned instance, uint32_t area)
{
    const struct ospf_adjacency *a;
    struct adjacency_row row;
    char text[16];
    bool seen = false;
    for (uint32_t at = 0; d->ospf && !seen && (a = ospf_next_adjacency(d->ospf, &at));)
        seen =
            a->described && a->area == area && a->link->version == version && a->link->instance == instance;
    if (d->store && query_begin(d->store) == ERR_NONE) {
        struct query q = query_adjacencies(d->store, ADJACENCIES_BY_LINK, NULL);
        ospf_id_text(area, text);
        while (query_adjacency(&q, &row))
            seen |= row.version == version && row.instance == instance && !strcmp(row.area, text) &&
                    went_through(d, row.id);
    }
    if (d->store && query_end(d->store))
        seen = false;
    return seen;
}
