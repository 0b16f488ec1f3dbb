/* `routetap path`: which way OSPF takes, router by router, and what has to be believed; or all routes of a router. */
#include "cli/command.h"
#include "cli/databases.h"
#include "cli/ospf_doubts.h"
#include "cli/ospf_tell.h"
#include "cli/path_tell.h"
#include "cli/route_filter.h"

#include "base/log.h"
#include <stdio.h>
#include <string.h>

command_fn cmd_path;

struct asked {
    const struct options *options;
    const struct databases *databases;
    const char *from, *to; /* to NULL: everywhere */
    struct prefix from_place, to_place;
    bool to_address;
    uint32_t told;
};

static uint32_t id_of(const struct addr *a)
{
    return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 | (uint32_t)a->b[2] << 8 | a->b[3];
}

static bool router_there(const struct ospf_graph *g, uint32_t router)
{
    for (uint32_t i = 0; i < ospf_graph_nodes(g); i++) {
        const struct ospf_node *n = ospf_graph_node(g, i);
        if (!n->network && n->described && n->id == router)
            return true;
    }
    return false;
}

/* A router ID; else the address of a router. */
static bool find_router(const struct ospf_graph *g, const struct addr *a, uint32_t *router)
{
    if (a->size == 4 && router_there(g, id_of(a))) {
        *router = id_of(a);
        return true;
    }
    uint32_t owner = ospf_graph_owner(g, a);
    if (owner != OSPF_NO_NODE)
        *router = ospf_graph_node(g, owner)->id;
    return owner != OSPF_NO_NODE;
}

static bool of_family(const struct ospf_lsdb *db, const struct addr *a)
{
    bool ipv4 = ospf_lsdb_version(db) == 2 || ospf_lsdb_instance(db) >= 64; /* RFC 5838 2.1 */
    return ipv4 == (a->size == 4);
}

/* To the router, if it is one's ID and there is a way; else to the address. */
static bool find_way(const struct asked *a, const struct ospf_lsdb *db, const struct ospf_graph *g,
                     uint32_t from, struct ospf_trace *t, bool *fits)
{
    struct ospf_place place = { .is_prefix = !a->to_address,
                                .addr = a->to_place.addr,
                                .bits = (uint8_t)a->to_place.bits };
    bool by_address = of_family(db, &place.addr);
    *fits = true;
    if (a->to_address && place.addr.size == 4 && router_there(g, id_of(&place.addr))) {
        place.is_router = true;
        place.router = id_of(&place.addr);
        if (!ospf_trace(g, from, &place, t))
            return false;
        if (t->steps[0].end != OSPF_TRACE_LOST || !by_address)
            return true;
        ospf_trace_free(t);
        place.is_router = false;
    }
    *fits = by_address;
    return !by_address || ospf_trace(g, from, &place, t);
}

static bool tell_domain(struct asked *a, struct path_told *out, const struct ospf_lsdb *db,
                        const struct ospf_graph *g)
{
    struct ospf_trace t = { .count = 0 };
    struct ospf_doubts doubts;
    uint32_t from;
    bool fits;
    if (!find_router(g, &a->from_place.addr, &from))
        return true;
    out->db = db;
    out->graph = g;
    if (!a->to) {
        a->told++;
        return a->options->json ? path_table_json(out, from) : path_table_text(out, from);
    }
    if (!find_way(a, db, g, from, &t, &fits))
        return false;
    if (!fits)
        return true;
    a->told++;
    ospf_doubts_find(&doubts, a->databases, db, g, &t);
    if (a->options->json)
        path_way_json(out, from, a->to, &t, &doubts);
    else
        path_way_text(out, from, a->to, &t, &doubts);
    bool good = !doubts.short_of_memory;
    ospf_doubts_free(&doubts);
    ospf_trace_free(&t);
    return good;
}

static bool tell(struct asked *a)
{
    struct path_told out;
    const struct ospf_lsdb *db;
    bool good = true;
    path_begin(&out, a->options, a->databases->at, a->to != NULL);
    for (uint32_t at = 0; good && (db = databases_next(a->databases, &at));) {
        struct ospf_graph *g = ospf_graph_new(db, a->databases->at);
        good = g && tell_domain(a, &out, db, g);
        ospf_graph_free(g);
    }
    good = path_end(&out) && good;
    if (good && !a->told)
        log_line(LOG_NOTE, "%s is no router that the databases know, by its ID or an address%s", a->from,
                 a->to ? ", that could have a way there" : "");
    return good;
}

/* The last one or two words are places, and all before them are files. */
static bool take_places(struct asked *a, struct options *o)
{
    struct prefix last, before;
    bool last_address, before_address;
    unsigned n = o->file_count;
    if (n < 2 || !prefix_parse(o->files[n - 1], &last, &last_address))
        return false;
    if (n > 2 && prefix_parse(o->files[n - 2], &before, &before_address) && before_address) {
        a->from = o->files[n - 2];
        a->from_place = before;
        a->to = o->files[n - 1];
        a->to_place = last;
        a->to_address = last_address;
        o->file_count = n - 2;
        return true;
    }
    a->from = o->files[n - 1];
    a->from_place = last;
    o->file_count = n - 1;
    return last_address;
}

int cmd_path(const struct options *given)
{
    struct options o = *given;
    struct databases d;
    struct asked a = { .options = &o, .databases = &d };
    if (!take_places(&a, &o)) {
        log_line(
            LOG_ERROR,
            "path takes files, then a router (its ID or an address), then where to: a router, an address "
            "or a prefix; see routetap path --help");
        return EXIT_USAGE;
    }
    int status = databases_open(&d, &o);
    if ((d.ospf || d.set) && !tell(&a)) {
        log_line(LOG_ERROR, "the way could not be told: there is not enough memory, or nobody reads");
        status = EXIT_DAMAGED;
    }
    databases_close(&d);
    return status;
}
