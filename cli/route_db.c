/* Rows of a database in; tables as they were at a moment, or what was said change by change, out. */
#include "cli/route_db.h"

#include "base/grow.h"
#include "base/log.h"
#include "base/macros.h"
#include "cli/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PREFIXES_MOST = 4096, /* of an origin AS, a path, a community: beyond, all is read */
    TABLES_ALONE = 8,     /* more tables are read in one go */
};

/* facts first: a peering is known by them */
struct db_peer {
    struct bgp_peering facts;
    struct rib_side *rib[2];
    uint64_t partial[2]; /* bit per family */
};

struct route_db {
    struct store *store;
    const struct options *options;
    struct db_peer *peers; /* in the order of their numbers; owned */
    uint32_t peer_count;
    struct route_table_row *tables; /* likewise; owned */
    size_t table_count;
    struct rib *rib;
    struct route_attrs *attrs; /* owned */
    int64_t attrs_id;          /* whose they are */
    struct bgp_update withdrawal;
    struct stamp first, last;
    struct stamp until;
    bool short_of_memory;
};

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

static struct db_peer *peer_of(const struct route_db *d, uint32_t id)
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

static const struct route_table_row *table_of(const struct route_db *d, int64_t id)
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
        *p = (struct db_peer){ .facts.id = row.id };
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

static int tell_failure(const struct route_db *d)
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
    *status = tell_failure(d);
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

/* ---- which updates ---- */

/* Every prefix that covers the one asked for. */
static void covering(const struct route_db *d, const struct prefix *p, struct route_numbers *out)
{
    for (unsigned bits = 0; bits <= p->bits; bits++) {
        struct prefix one = { p->addr, bits };
        prefix_clear(&one);
        query_route_prefix(d->store, &one, false, d->until, out);
    }
}

static void by_place(const struct route_db *d, const struct route_filter *f, struct route_numbers *out)
{
    if (f->how == AT_EXACT || f->how == AT_LONGER)
        query_route_prefix(d->store, &f->at, f->how == AT_LONGER, d->until, out);
    else
        covering(d, &f->at, out);
}

/* Updates that carry what is asked for. False: they are too many to be asked for one by one. */
static bool carriers(struct route_db *d, struct route_filter *f, struct route_numbers *out)
{
    const struct options *o = d->options;
    struct query q = query_route_attrs(d->store, o->by_origin, o->origin);
    bool few = true;
    for (struct route_attrs_row row; query_route_attrs_row(&q, &row);) {
        if (!few || !route_attrs_read(d->attrs, row.bytes, row.as4) || !route_filter_attrs(f, d->attrs))
            continue;
        struct query of = query_route_carriers(d->store, row.id);
        for (int64_t id; query_route_carrier(&of, &id);)
            route_numbers_add(out, id);
        few = out->count <= PREFIXES_MOST;
    }
    d->attrs_id = 0;
    route_numbers_sort(out);
    return few;
}

/* The prefixes of what the numbers name, each sought by itself: another update may have taken them away again. */
static bool spoken_of(struct route_db *d, const struct route_numbers *from, struct route_numbers *out)
{
    unsigned sought = 0;
    for (size_t i = 0; i < from->count; i++) {
        struct route_update_row row;
        if (!query_route_update_at(d->store, from->of[i], &row))
            continue;
        const struct route_table_row *t = table_of(d, row.table);
        if (!t || t->family >= FAMILY_COUNT)
            continue;
        struct bgp_ctx ctx = { .add_path = (uint64_t)t->path_ids << t->family, .as4 = row.as4 };
        struct bgp_nlri_iter it = bgp_nlri_over(row.nlri, t->family, &ctx, false);
        for (struct bgp_nlri n; bgp_nlri_next(&it, &n);) {
            struct prefix p = prefix_of(&n);
            if (!p.addr.size || ++sought > PREFIXES_MOST)
                return false;
            query_route_prefix(d->store, &p, false, d->until, out);
        }
    }
    return true;
}

/* False: all of them. */
static bool choose(struct route_db *d, struct route_filter *f, struct route_numbers *out)
{
    struct route_numbers carrying = { 0 };
    bool chosen = true;
    if (f->how != AT_ANY)
        by_place(d, f, out);
    else if (route_filter_reads(f))
        chosen = carriers(d, f, &carrying) && spoken_of(d, &carrying, out);
    else
        chosen = false;
    free(carrying.of);
    d->short_of_memory |= carrying.short_of_memory || out->short_of_memory;
    route_numbers_sort(out);
    return chosen;
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
    const struct db_peer *p = peer_of(d, t->peering);
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
    const struct route_table_row *t = table_of(d, row->table);
    struct db_peer *p = t ? peer_of(d, t->peering) : NULL;
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

int route_db_load(struct route_db *d, struct route_filter *f, struct stamp at)
{
    struct route_numbers chosen = { 0 };
    d->until = at;
    for (size_t i = 0; i < d->table_count; i++) {
        const struct route_table_row *t = &d->tables[i];
        struct db_peer *p = peer_of(d, t->peering);
        if (p && alive(d, t))
            p->partial[t->side] |= (uint64_t)partial(t, at) << t->family;
    }
    if (choose(d, f, &chosen)) {
        struct route_update_row row;
        for (size_t i = 0; i < chosen.count; i++)
            if (query_route_update_at(d->store, chosen.of[i], &row))
                say_again(d, &row);
    } else
        load_all(d);
    free(chosen.of);
    d->short_of_memory |= rib_refused(d->rib) != 0;
    return tell_failure(d);
}

/* ---- change by change ---- */

/* As they are told while they end: by when, and of one session by side. */
static int by_end(const void *left, const void *right)
{
    const struct route_table_row *a = *(const struct route_table_row *const *)left;
    const struct route_table_row *b = *(const struct route_table_row *const *)right;
    const int64_t order[][2] = { { a->ended_update, b->ended_update },
                                 { a->ended.ns, b->ended.ns },
                                 { a->peering, b->peering },
                                 { a->side, b->side },
                                 { a->id, b->id } };
    for (size_t i = 0; i < COUNT(order); i++)
        if (order[i][0] != order[i][1])
            return order[i][0] < order[i][1] ? -1 : 1;
    return 0;
}

/* Tables that ended, in that order; owned by the caller. */
static const struct route_table_row **ends_of(struct route_db *d, size_t *count)
{
    const struct route_table_row **ends = malloc((d->table_count + 1) * sizeof *ends);
    *count = 0;
    for (size_t i = 0; ends && i < d->table_count; i++)
        if (d->tables[i].ended_update >= 0)
            ends[(*count)++] = &d->tables[i];
    if (ends && *count)
        qsort(ends, *count, sizeof *ends, by_end);
    return ends;
}

struct walk {
    struct route_db *db;
    route_said_fn *said;
    void *arg;
    const struct route_table_row **ends;
    size_t end_count, ended;
};

/* Those that ended before this update. False to stop. */
static bool tell_ends(struct walk *w, int64_t before)
{
    for (; w->ended < w->end_count && w->ends[w->ended]->ended_update < before; w->ended++) {
        const struct route_table_row *t = w->ends[w->ended];
        const struct db_peer *p = peer_of(w->db, t->peering);
        if (p && !w->said(w->arg, &(struct route_said){ &p->facts, t, NULL }))
            return false;
    }
    return true;
}

static bool tell_update(struct walk *w, const struct route_update_row *row)
{
    const struct route_table_row *t = table_of(w->db, row->table);
    const struct db_peer *p = t ? peer_of(w->db, t->peering) : NULL;
    if (!tell_ends(w, row->id))
        return false;
    return !p || t->family >= FAMILY_COUNT || w->said(w->arg, &(struct route_said){ &p->facts, t, row });
}

int route_db_walk(struct route_db *d, struct route_filter *f, route_said_fn *said, void *arg)
{
    struct walk w = { .db = d, .said = said, .arg = arg };
    struct route_numbers chosen = { 0 };
    struct route_update_row row;
    bool going = true;
    d->until = (struct stamp){ INT64_MAX };
    w.ends = ends_of(d, &w.end_count);
    if (choose(d, f, &chosen)) {
        for (size_t i = 0; going && i < chosen.count; i++)
            going = !query_route_update_at(d->store, chosen.of[i], &row) || tell_update(&w, &row);
    } else {
        struct query q = query_route_updates(d->store, 0);
        while (query_route_update(&q, &row))
            going = going && tell_update(&w, &row);
    }
    if (going)
        tell_ends(&w, INT64_MAX);
    free(w.ends);
    free(chosen.of);
    return tell_failure(d);
}
