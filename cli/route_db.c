/* Rows of a database in; tables as they were at a moment out. */
#include "cli/route_db_internal.h"

#include "base/grow.h"
#include "base/log.h"
#include "cli/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES_ALONE = 8 }; /* more tables are read in one go */

bool route_db_is(const struct options *o)
{
    char head[16] = "";
    if (o->file_count != 1 || !strcmp(o->files[0], "-"))
        return false;
    FILE *f = fopen(o->files[0], "rb");
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    if (f)
        fclose(f);
    return n == sizeof head && !memcmp(head, "SQLite format 3", sizeof head);
}

/* ---- peerings and tables ---- */

struct db_peer *route_db_peer(const struct route_db *d, uint32_t id)
{
    uint32_t low = 0, high = d->peer_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (d->peers[middle].facts.id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->peer_count && d->peers[low].facts.id == id ? &d->peers[low] : NULL;
}

const struct route_table_row *route_db_table(const struct route_db *d, int64_t id)
{
    size_t low = 0, high = d->table_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->tables[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->table_count && d->tables[low].id == id ? &d->tables[low] : NULL;
}

static int by_id(const void *left, const void *right)
{
    const struct db_peer *a = left, *b = right;
    return (a->facts.id > b->facts.id) - (a->facts.id < b->facts.id);
}

static void read_sides(struct route_db *d, struct db_peer *p)
{
    struct query q = query_sides_alone(d->store, p->facts.id);
    for (struct side_row row; query_side(&q, &row);) {
        struct bgp_side *side = &p->facts.side[row.side != 0];
        side->addr = addr_parse(row.address);
        side->asn = row.asn > 0 ? (uint32_t)row.asn : 0;
    }
}

static void read_peers(struct route_db *d)
{
    struct query q = query_peerings(d->store, PEERINGS_BY_TIME, NULL);
    uint32_t room = 0;
    for (struct peering_row row; query_peering(&q, &row);) {
        if (!grow(&d->peers, d->peer_count, &room, sizeof *d->peers, 64, UINT32_MAX)) {
            d->short_of_memory = true;
            continue;
        }
        struct db_peer *p = &d->peers[d->peer_count++];
        *p = (struct db_peer){ .facts.id = row.id,
                               .facts.midway = row.midway,
                               .facts.connection_count = (unsigned)row.connections };
        snprintf(p->facts.name, sizeof p->facts.name, "%s", row.name);
    }
    if (d->peer_count)
        qsort(d->peers, d->peer_count, sizeof *d->peers, by_id);
    for (uint32_t i = 0; i < d->peer_count; i++)
        read_sides(d, &d->peers[i]);
}

static void read_tables(struct route_db *d)
{
    struct query q = query_route_tables(d->store);
    uint32_t room = 0;
    for (struct route_table_row row; query_route_table(&q, &row);) {
        if (!grow(&d->tables, d->table_count, &room, sizeof *d->tables, 64, UINT32_MAX)) {
            d->short_of_memory = true;
            continue;
        }
        d->tables[d->table_count++] = row;
    }
}

int route_db_failure(const struct route_db *d)
{
    if (d->short_of_memory)
        log_line(LOG_ERROR, "there is not enough memory for all routes");
    else if (*store_why(d->store))
        log_line(LOG_ERROR, "%s", store_why(d->store));
    else
        return EXIT_DONE;
    return EXIT_DAMAGED;
}

struct route_db *route_db_open(const struct options *o, int *status)
{
    char message[300] = "there is not enough memory to begin";
    enum err why;
    struct route_db *d = calloc(1, sizeof *d);
    *status = EXIT_DAMAGED;
    if (d) {
        d->options = o;
        d->rib = rib_new(o->memory ? o->memory : LIMITS_USUAL.routes);
        d->attrs = malloc(sizeof *d->attrs);
    }
    if (d && d->rib && d->attrs)
        d->store = store_open(o->files[0], STORE_READ, &why, message);
    if (!d || !d->store) {
        log_line(LOG_ERROR, "%s", message);
        if (d)
            route_db_close(d);
        return NULL;
    }
    struct capture_row capture;
    if (query_begin(d->store) == ERR_NONE) {
        query_capture(d->store, &capture);
        d->first = capture.first;
        d->last = capture.last;
        read_tables(d);
        read_peers(d);
    }
    *status = route_db_failure(d);
    if (!*status && !d->table_count)
        log_line(LOG_NOTE, "%s holds no routes: it was written without --keep-routes, or none were seen",
                 o->files[0]);
    return d;
}

void route_db_close(struct route_db *d)
{
    for (uint32_t i = 0; i < d->peer_count; i++)
        for (int side = 0; side < 2; side++)
            rib_side_free(d->peers[i].rib[side]);
    rib_free(d->rib);
    store_close(d->store);
    free(d->attrs);
    free(d->peers);
    free(d->tables);
    free(d);
}

struct stamp route_db_moment(const struct route_db *d, struct when at)
{
    return at.kind ? when_resolve(at, d->first) : d->last;
}

const struct bgp_peering *route_db_peering(const struct route_db *d, uint32_t place)
{
    return place < d->peer_count ? &d->peers[place].facts : NULL;
}

const struct rib_side *route_db_routes(const struct bgp_peering *p, int side)
{
    return ((const struct db_peer *)p)->rib[side];
}

bool route_db_partial(const struct bgp_peering *p, int side, enum bgp_family family)
{
    return ((const struct db_peer *)p)->partial[side] >> family & 1;
}

/* ---- saying it again ---- */

static bool alive(const struct route_db *d, const struct route_table_row *t)
{
    return t->family < FAMILY_COUNT && t->begun.ns <= d->until.ns &&
           (!stamp_known(t->ended) || t->ended.ns > d->until.ns);
}

static bool wanted(const struct route_db *d, const struct route_table_row *t)
{
    const struct options *o = d->options;
    const struct db_peer *p = route_db_peer(d, t->peering);
    if (!p || !alive(d, t) || (o->family != FAMILY_NONE && o->family != t->family))
        return false;
    const struct addr *from = &p->facts.side[t->side].addr, *to = &p->facts.side[!t->side].addr;
    return (!o->from.size || addr_equal(&o->from, from) || addr_equal(&o->against, from)) &&
           (!o->peer.size || addr_equal(&o->peer, from) || addr_equal(&o->peer, to));
}

static const struct bgp_update *update_of(struct route_db *d, const struct route_table_row *t,
                                          const struct route_update_row *row)
{
    bool plain = t->family == FAMILY_IPV4_UNICAST;
    struct bgp_update *u = row->attributes ? &d->attrs->update : &d->withdrawal;
    if (!row->attributes) {
        u->withdrawn = plain ? row->nlri : cur_over(NULL, 0);
        u->unreach = (struct bgp_mp){ .present = !plain, .family = t->family, .nlri = row->nlri };
        return u;
    }
    if (row->attributes != d->attrs_id && !route_attrs_read(d->attrs, row->attrs, row->as4))
        return NULL;
    d->attrs_id = row->attributes;
    bool by_mp = u->reach.present && u->reach.family == t->family;
    u->nlri = by_mp ? cur_over(NULL, 0) : row->nlri;
    u->reach.nlri = by_mp ? row->nlri : cur_over(NULL, 0);
    return by_mp || plain ? u : NULL;
}

static void say_again(struct route_db *d, const struct route_update_row *row)
{
    const struct route_table_row *t = route_db_table(d, row->table);
    struct db_peer *p = t ? route_db_peer(d, t->peering) : NULL;
    if (!p || !wanted(d, t) || row->when.ns > d->until.ns)
        return;
    const struct bgp_update *u = update_of(d, t, row);
    struct rib_side **rib = &p->rib[t->side];
    if (!u || (!*rib && !(*rib = rib_side_new(d->rib))))
        return;
    struct bgp_ctx ctx = { .add_path = (uint64_t)t->path_ids << t->family, .as4 = row->as4 };
    struct stream_ref ref = { .frame = row->frame, .file = row->file, .when = row->when };
    struct rib_news news;
    rib_feed(*rib, u, &ctx, ref, &news);
}

static void load_all(struct route_db *d)
{
    size_t count = 0;
    for (size_t i = 0; i < d->table_count; i++)
        count += wanted(d, &d->tables[i]);
    for (size_t i = 0; i < d->table_count; i++) {
        if (count <= TABLES_ALONE && !wanted(d, &d->tables[i]))
            continue;
        struct query q = query_route_updates(d->store, count <= TABLES_ALONE ? d->tables[i].id : 0);
        for (struct route_update_row row; query_route_update(&q, &row);)
            say_again(d, &row);
        if (count > TABLES_ALONE)
            break;
    }
}

static bool partial(const struct route_table_row *t, struct stamp at)
{
    return t->partial && (!stamp_known(t->whole) || stamp_before(at, t->whole));
}

/* Of a session that was joined midway, what nothing was said of while it was listened. */
static void mark_silent(struct db_peer *p)
{
    if (p->facts.midway && p->facts.connection_count <= 1)
        for (int side = 0; side < 2; side++)
            p->partial[side] |= ~p->told[side];
}

void route_db_mark_partial(struct route_db *d, struct stamp at)
{
    for (size_t i = 0; i < d->table_count; i++) {
        const struct route_table_row *t = &d->tables[i];
        struct db_peer *p = route_db_peer(d, t->peering);
        if (!p || t->family >= FAMILY_COUNT)
            continue;
        p->told[t->side] |= UINT64_C(1) << t->family;
        if (alive(d, t))
            p->partial[t->side] |= (uint64_t)partial(t, at) << t->family;
    }
    for (uint32_t i = 0; i < d->peer_count; i++)
        mark_silent(&d->peers[i]);
}

int route_db_load(struct route_db *d, struct route_filter *f, struct stamp at)
{
    struct route_numbers chosen = { 0 };
    d->until = at;
    route_db_mark_partial(d, at);
    if (route_db_choose(d, f, &chosen)) {
        struct route_update_row row;
        for (size_t i = 0; i < chosen.count; i++)
            if (query_route_update_at(d->store, chosen.of[i], &row))
                say_again(d, &row);
    } else
        load_all(d);
    free(chosen.of);
    d->short_of_memory |= rib_refused(d->rib) != 0;
    return route_db_failure(d);
}
