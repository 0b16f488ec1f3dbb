/* UPDATEs as they come in; what each did to the routes that are asked for out, with what it changed. */
#include "cli/route_history.h"

#include "cli/peerings.h"
#include "cli/route_changes.h"

#include "base/table.h"
#include "store/rib_rows.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What makes it the same route; zero where it has none. */
struct known_key {
    uint32_t peering, path_id;
    uint8_t side, family, has_path_id, bits;
    uint8_t addr[16], rd[8];
};

/* One route as it was told last. */
struct known {
    struct known_key key;
    bool live, as4, stale;
    char *name;     /* owned */
    uint8_t *attrs; /* owned; NULL: none, or no memory */
    uint8_t *raw;   /* owned, likewise: the NLRI as it was announced */
    uint16_t size, raw_size;
    struct stamp since;
};

struct history {
    const struct options *options;
    struct route_filter *filter;
    struct table known; /* by known_key */
    struct route_known besides;
    struct peerings peerings;
    struct route_attrs *now, *before;
    struct bgp_nlri nlri, nlri_before; /* of the route at hand */
    struct buf line, words;
    route_told_fn *told;
    void *arg;
    bool over; /* nobody wants more */
};

/* Withdrawn or announced at all. */
enum what { ANNOUNCED, CHANGED, AGAIN, WITHDRAWN, LOST, SWEPT };
static const char *const what_names[] = { "announced", "changed",           "announced-again",
                                          "withdrawn", "lost-with-session", "stale-removed" };
static const char *const what_words[] = {
    "announced",         "changed", "announced again, the same", "withdrawn", "lost with the session",
    "stale, and removed"
};

/* The route as it was told last; a new one where it never was. NULL without memory. */
static struct known *find(struct history *h, uint32_t peering, int side, const struct bgp_nlri *n)
{
    struct prefix p = prefix_of(n);
    struct known_key key = { .peering = peering,
                             .path_id = n->path_id,
                             .side = (uint8_t)side,
                             .family = (uint8_t)n->family,
                             .has_path_id = n->has_path_id,
                             .bits = n->bits };
    memcpy(key.addr, p.addr.b, sizeof key.addr);
    if (cur_left(&n->rd) == sizeof key.rd)
        memcpy(key.rd, n->rd.at, sizeof key.rd);
    struct known *k = table_get(&h->known, &key);
    if (k || !(k = calloc(1, sizeof *k)))
        return k;
    k->key = key;
    buf_clear(&h->words);
    bgp_nlri_text(n, &h->words);
    k->name = buf_dup(&h->words);
    if (!k->name || !table_put(&h->known, &key, k)) {
        free(k->name);
        free(k);
        return NULL;
    }
    return k;
}

/* "" where it has none. */
static const char *rd_text(struct history *h, const struct known *k)
{
    static const uint8_t none[8];
    buf_clear(&h->words);
    if (bgp_family_safi((enum bgp_family)k->key.family) >= 128 || memcmp(k->key.rd, none, sizeof none))
        bgp_rd_text(cur_over(k->key.rd, sizeof k->key.rd), &h->words);
    return buf_text(&h->words);
}

/* ---- telling ---- */

static void tell_changes(struct history *h, struct writer *w, struct buf *line)
{
    route_changes_tell((struct route_version){ &h->nlri_before, h->before },
                       (struct route_version){ &h->nlri, h->now }, &changes_in_time, w, line);
}

static void tell_json(struct history *h, const struct known *k, enum what what, struct stream_ref ref)
{
    const struct bgp_peering *p = peerings_at(&h->peerings, k->key.peering);
    char text[64];
    struct writer w = writer_init(&writer_json, &h->line);
    write_object(&w, NULL);
    write_str(&w, "time", stamp_text(ref.when, 6, text));
    if (ref.frame)
        write_u64(&w, "frame", ref.frame);
    else
        write_null(&w, "frame"); /* of a time that ran out */
    write_str(&w, "peering", p->name);
    write_str(&w, "from", addr_text(&p->side[k->key.side].addr, text));
    write_str(&w, "family", bgp_family_name((enum bgp_family)k->key.family));
    write_str(&w, "prefix", k->name);
    if (*rd_text(h, k))
        write_str(&w, "rd", rd_text(h, k));
    if (k->key.has_path_id)
        write_u64(&w, "path_id", k->key.path_id);
    write_str(&w, "what", what_names[what]);
    if (what < WITHDRAWN)
        route_known_tell(&h->besides, &p->side[k->key.side], &h->nlri, h->now, &w);
    if (what == ANNOUNCED || what == CHANGED) {
        bgp_nlri_more_tell(&w, &h->nlri, bgp_update_vni(&h->now->update));
        bgp_attributes_tell(&w, &h->now->update, &h->now->ctx);
    }
    if (what == CHANGED) {
        write_object(&w, "changes");
        tell_changes(h, &w, NULL);
        write_end(&w);
    }
    if (what >= WITHDRAWN)
        write_seconds(&w, "lived", stamp_since(ref.when, k->since).ns, 6);
    write_end(&w);
}

static void tell_text(struct history *h, const struct known *k, enum what what, struct stream_ref ref)
{
    const struct bgp_peering *p = peerings_at(&h->peerings, k->key.peering);
    char when[64], from[ADDR_TEXT], to[ADDR_TEXT];
    buf_printf(&h->line, "%6" PRIu64 " %s %s > %s: %s", ref.frame, stamp_text(ref.when, 6, when),
               addr_text(&p->side[k->key.side].addr, from), addr_text(&p->side[!k->key.side].addr, to),
               k->name);
    if (*rd_text(h, k))
        buf_printf(&h->line, " (RD %s)", rd_text(h, k));
    if (k->key.has_path_id)
        buf_printf(&h->line, " id %u", k->key.path_id);
    buf_printf(&h->line, " %s", what_words[what]);
    if (what == ANNOUNCED) {
        buf_str(&h->line, ": ");
        route_line(&h->nlri, h->now, &h->line);
    } else if (what == CHANGED) {
        buf_char(&h->line, ':');
        tell_changes(h, NULL, &h->line);
    }
    if (what == ANNOUNCED || what == CHANGED)
        route_known_text(&h->besides, &p->side[k->key.side], &h->nlri, h->now, &h->line);
    else if (what >= WITHDRAWN)
        buf_printf(&h->line, " after %.3f s", span_seconds(stamp_since(ref.when, k->since)));
}

static void tell(struct history *h, const struct known *k, enum what what, struct stream_ref ref)
{
    buf_clear(&h->line);
    if (h->options->json)
        tell_json(h, k, what, ref);
    else
        tell_text(h, k, what, ref);
    const struct route_told one = { .line = buf_text(&h->line),
                                    .size = h->line.used,
                                    .route = k,
                                    .live = what < WITHDRAWN,
                                    .again = what == AGAIN,
                                    .since = k->since };
    h->over |= !h->told(h->arg, &one);
}

/* ---- what came ---- */

static void gone(struct history *h, struct known *k, enum what what, struct stream_ref ref)
{
    if (!k || !k->live)
        return;
    tell(h, k, what, ref);
    k->live = false;
}

/* The attributes without MP_REACH_NLRI's routes: the same for a route however it was packed with others. */
static void keep(struct known *k, const struct route_attrs *r, const struct bgp_nlri *n)
{
    struct cursor attrs = r->update.attrs;
    free(k->attrs);
    k->size = (uint16_t)cur_left(&attrs);
    k->attrs = malloc(k->size ? k->size : 1);
    if (k->attrs && k->size)
        memcpy(k->attrs, attrs.at, k->size);
    k->as4 = r->ctx.as4;
    free(k->raw);
    size_t raw = cur_left(&n->raw);
    k->raw = malloc(raw ? raw : 1);
    k->raw_size = k->raw ? (uint16_t)raw : 0;
    if (k->raw_size)
        memcpy(k->raw, n->raw.at, raw);
}

/* The NLRI that was kept last, read again; true if it says what the one at hand says: the same labels, the same ESI. */
static bool read_before(struct history *h, const struct known *k)
{
    const struct bgp_ctx ctx = { .add_path = (uint64_t)k->key.has_path_id << k->key.family };
    struct bgp_nlri_iter it =
        bgp_nlri_over(cur_over(k->raw, k->raw_size), (enum bgp_family)k->key.family, &ctx, false);
    h->nlri_before = (struct bgp_nlri){ .family = (enum bgp_family)k->key.family };
    if (rib_rows_plain(h->nlri_before.family)) /* bits behind the prefix say nothing */
        return true;
    return bgp_nlri_next(&it, &h->nlri_before) && k->raw_size == cur_left(&h->nlri.raw) &&
           !memcmp(k->raw, h->nlri.raw.at, k->raw_size);
}

static void announced(struct history *h, struct known *k, struct stream_ref ref)
{
    if (!k || !route_filter_attrs(h->filter, h->now))
        return;
    enum what what = ANNOUNCED;
    if (k->live && k->attrs && route_attrs_read(h->before, cur_over(k->attrs, k->size), k->as4))
        what = read_before(h, k) && route_same_attrs(h->before, h->now) ? AGAIN : CHANGED;
    if (what == ANNOUNCED)
        k->since = ref.when;
    tell(h, k, what, ref);
    keep(k, h->now, &h->nlri);
    k->live = true;
    k->stale = false;
}

/* `how`: ANNOUNCED, or how they go. */
static void walk(struct history *h, const struct event_message *m, int side, struct cursor nlri,
                 enum bgp_family family, enum what how)
{
    bool withdraw = how >= WITHDRAWN;
    const struct options *o = h->options;
    if (family >= FAMILY_COUNT || (o->family != FAMILY_NONE && o->family != family))
        return;
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, m->ctx, withdraw);
    for (struct bgp_nlri n; bgp_nlri_next(&it, &n);) {
        if (!route_filter_prefix(h->filter, &n))
            continue;
        struct known *k = find(h, m->peering, side, &n);
        h->nlri = n;
        if (withdraw)
            gone(h, k, how, m->ref);
        else
            announced(h, k, m->ref);
    }
}

static void on_update(struct history *h, const struct event_message *m)
{
    const struct bgp_peering *p = peerings_at(&h->peerings, m->peering);
    const struct options *o = h->options;
    if (!p || m->noise != FAULT_COUNT || m->unheard || m->msg->type != BGP_UPDATE || m->msg->cut)
        return;
    int side = addr_equal(m->src, &p->side[1].addr);
    if (!peer_wanted(o, m->src, m->dst) || (o->from.size && !addr_equal(&o->from, m->src)))
        return;
    route_attrs_of(h->now, m->msg, m->ctx);
    const struct bgp_update *u = &h->now->update;
    enum bgp_verdict verdict = bgp_update_verdict(u, &h->now->values);
    if (verdict >= BGP_DISABLE_FAMILY)
        return;
    enum what drop = verdict == BGP_TREAT_AS_WITHDRAW ? WITHDRAWN : ANNOUNCED; /* RFC 7606 2 */
    walk(h, m, side, u->withdrawn, FAMILY_IPV4_UNICAST, WITHDRAWN);
    if (u->unreach.present)
        walk(h, m, side, u->unreach.nlri, u->unreach.family, WITHDRAWN);
    walk(h, m, side, u->nlri, FAMILY_IPV4_UNICAST, drop);
    if (u->reach.present)
        walk(h, m, side, u->reach.nlri, u->reach.family, drop);
}

/* RFC 4271 6: with the session go its routes, but for those of families that are kept. */
static void lost(struct history *h, uint32_t peering, int side, uint64_t kept, struct stream_ref ref)
{
    struct known *k;
    for (uint32_t at = 0; (k = table_next(&h->known, &at));)
        if (k->key.peering == peering && k->key.side == side && !(kept >> k->key.family & 1))
            gone(h, k, LOST, ref);
}

/* … and those are stale from now on: RFC 4724 4.2. */
static void outlived(struct history *h, const struct event_routes_gone *g)
{
    struct known *k;
    for (uint32_t at = 0; (k = table_next(&h->known, &at));)
        k->stale |= k->key.peering == g->peering && k->key.side == g->side && g->kept >> k->key.family & 1;
}

/* What nobody withdrew: its time was over, or it was not said again. RFC 4724 4.2, 7313 4.2 */
static void on_swept(struct history *h, const struct event_routes *r)
{
    const struct bgp_ctx ctx = { .add_path = (uint64_t)r->path_ids << r->family };
    struct event_message m = { .ref = r->ref, .ctx = &ctx, .peering = r->peering };
    walk(h, &m, r->side, r->nlri, r->family, SWEPT);
}

/* A row of a database is a part of an UPDATE: routes of one family that come or go. */
bool history_said(void *arg, const struct route_said *what)
{
    struct history *h = arg;
    const struct route_table_row *t = what->table;
    const struct bgp_peering *p = what->peering;
    const struct addr *from = &p->side[t->side].addr, *to = &p->side[!t->side].addr;
    if (!what->update) {
        struct stream_ref ref = { t->ended_frame, (uint32_t)t->ended_file, t->ended };
        lost(h, t->peering, t->side, ~(UINT64_C(1) << t->family), ref);
        return !h->over;
    }
    const struct route_update_row *u = what->update;
    if (!peer_wanted(h->options, from, to) || (h->options->from.size && !addr_equal(&h->options->from, from)))
        return true;
    struct bgp_ctx ctx = { .add_path = (uint64_t)t->path_ids << t->family, .as4 = u->as4 };
    struct event_message m = { .ref = { u->frame, u->file, u->when }, .ctx = &ctx, .peering = t->peering };
    peerings_learn(&h->peerings, &(struct event){ .kind = EVENT_PEERING, .as.peering = p });
    if (!u->attributes || route_attrs_read(h->now, u->attrs, u->as4))
        walk(h, &m, t->side, u->nlri, t->family, u->attributes ? ANNOUNCED : WITHDRAWN);
    return !h->over;
}

bool history_take(void *taker, const struct outbox *out)
{
    struct history *h = taker;
    for (uint32_t i = 0; i < out->count; i++) {
        const struct event *e = &out->list[i];
        peerings_learn(&h->peerings, e);
        if (e->kind == EVENT_MESSAGE)
            on_update(h, &e->as.message);
        else if (e->kind == EVENT_ROUTES && e->as.routes.swept)
            on_swept(h, &e->as.routes);
        else if (e->kind == EVENT_ROUTES_GONE) {
            const struct event_routes_gone *g = &e->as.routes_gone;
            lost(h, g->peering, g->side, g->kept, g->ref);
            outlived(h, g);
        }
    }
    return !h->over;
}

struct route_place history_place(const void *route)
{
    const struct known *k = route;
    return (struct route_place){ .peering = k->key.peering,
                                 .side = k->key.side,
                                 .family = (enum bgp_family)k->key.family,
                                 .stale = k->stale };
}

void history_free(struct history *h)
{
    struct known *k;
    if (!h)
        return;
    for (uint32_t at = 0; (k = table_next(&h->known, &at));) {
        free(k->name);
        free(k->attrs);
        free(k->raw);
        free(k);
    }
    table_free(&h->known);
    peerings_free(&h->peerings);
    free(h->now);
    free(h->before);
    buf_free(&h->line);
    buf_free(&h->words);
    free(h);
}

struct history *history_new(const struct options *o, struct route_filter *f, const struct route_known *known,
                            route_told_fn *told, void *arg)
{
    struct history *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    *h = (struct history){ .options = o,
                           .filter = f,
                           .besides = *known,
                           .line = buf_init(16 << 20),
                           .words = buf_init(1 << 18),
                           .now = malloc(sizeof *h->now),
                           .before = malloc(sizeof *h->before),
                           .told = told,
                           .arg = arg };
    table_init(&h->known, sizeof(struct known_key), 0);
    if (h->now && h->before)
        return h;
    history_free(h);
    return NULL;
}
