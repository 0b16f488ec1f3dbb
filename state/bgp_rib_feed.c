/* UPDATEs of a side in; what each did to the side's routes out. */
#include "state/bgp_rib_internal.h"

#include "base/grow.h"
#include <string.h>

enum { BATCH = 16 }; /* NLRI that are looked ahead, so that memory is on its way when they are applied */

enum action { ANNOUNCE, WITHDRAW, DROP, PASS_OVER };

struct pending {
    struct bgp_nlri nlri;
    struct rib_key key;
    bool keyed;
};

struct feed {
    struct rib_side *side;
    struct rib *rib;
    const struct bgp_update *update;
    const struct bgp_ctx *ctx;
    struct rib_news *news;
    enum bgp_verdict verdict;
    bool has_key, resolved;
    struct attr_key key;
    uint32_t set; /* 0: its attributes could not be kept */
    uint32_t origin;
    struct rib_table *table; /* of the block at hand; NULL: none yet */
    unsigned count;
    struct pending batch[BATCH];
};

/* Which set of attributes it is that the UPDATE announces, and what a receiver does with it. */
static void resolve(struct feed *f)
{
    struct rib *r = f->rib;
    f->resolved = true;
    f->set = f->has_key ? attrs_find(&r->attrs, &f->key) : 0;
    if (f->set)
        attrs_summary(attrs_at(&r->attrs, f->set), f->update, f->ctx, &r->summary);
    else {
        bgp_attrs_read(f->update, f->ctx, &r->summary);
        f->news->summary_new = true;
        if (f->has_key && !(f->set = attrs_add(&r->attrs, &f->key, &r->summary)) && rib_relieve(r))
            f->set = attrs_add(&r->attrs, &f->key, &r->summary);
    }
    if (f->set)
        attrs_hold(&r->attrs, f->set);
    f->news->summary = &r->summary;
    f->origin = r->summary.origin_as;
    if (f->verdict < r->summary.verdict)
        f->verdict = r->summary.verdict;
}

static void note(struct feed *f, enum rib_notable_kind kind, const struct bgp_nlri *nlri, uint32_t before,
                 uint32_t after)
{
    if (f->news->notable_count < RIB_NOTABLE)
        f->news->notable[f->news->notable_count++] = (struct rib_notable){ kind, *nlri, before, after };
}

static struct rib_move *note_move(struct rib *r, const struct rib_move *move)
{
    if (!grow(&r->moves, r->move_count, &r->move_room, sizeof *r->moves, 256, BGP_LARGEST_EXTENDED))
        return NULL;
    r->moves[r->move_count] = *move;
    return &r->moves[r->move_count++];
}

/* Its mark may be one that is followed. */
static bool may_follow(const struct feed *f, const struct pending *p)
{
    const struct rib_table *t = f->table;
    return f->rib->following && (rib_follows(f->rib, p->key.word[0]) || t->is_long || t->path_ids);
}

/* What is announced; NULL: its prefix is not followed. */
static struct rib_move *note_announced(struct feed *f, const struct pending *p)
{
    const struct rib_table *t = f->table;
    struct rib_move move = rib_move_of(t, p->key.word, p->key.bits, &p->nlri);
    return rib_follows(f->rib, move.mark) ? note_move(f->rib, &move) : NULL;
}

/* Before it goes. */
static void note_withdrawn(struct feed *f, const struct pending *p, const struct rib_entry *e)
{
    struct rib *r = f->rib;
    bool worn = e->flaps >= RIB_FLAPS && !era_is_old(e->era, r->era);
    f->news->worn += worn;
    if (worn && !r->following)
        return;
    struct rib_move move = rib_move_of(f->table, p->key.word, p->key.bits, &p->nlri);
    if (!rib_follows(r, move.mark) && (worn || (uint32_t)move.prefix >= f->side->watch))
        return;
    move.before = rib_path(r, e);
    move.worn = worn;
    note_move(r, &move);
}

/* A route that was there before: live (then its set is let go), or a ghost. Returns its origin then. */
static uint32_t supersede(struct feed *f, struct rib_entry *e, const struct bgp_nlri *nlri)
{
    struct rib *r = f->rib;
    if (rib_is_live(e)) {
        f->news->changed++;
        uint32_t had = e->value, origin = had ? attrs_at(&r->attrs, had)->origin_as : 0;
        if (had)
            attrs_release(&r->attrs, had);
        return origin;
    }
    f->news->added++;
    f->table->ghosts--;
    r->ghosts--;
    if (era_is_old(e->era, r->era))
        e->flaps = 0;
    if (e->state == RIB_WITHDRAWN) {
        e->flaps = (uint8_t)(e->flaps + (e->flaps < UINT8_MAX));
        e->era = r->era;
        if (e->flaps >= RIB_FLAPS)
            note(f, RIB_FLAPPED, nlri, e->flaps - 1u, e->flaps);
    }
    return e->value;
}

static void announce(struct feed *f, const struct pending *p)
{
    struct rib *r = f->rib;
    struct rib_entry *e = p->keyed ? rib_table_put(f->table, &p->key) : NULL;
    if (!e && p->keyed && rib_relieve(r))
        e = rib_table_put(f->table, &p->key);
    if (!e) {
        r->refused++;
        return;
    }
    if (e->state == RIB_SPARED || e->state == RIB_STALE)
        e->state = RIB_LIVE;
    bool renewed = f->table->is_long && e->state != RIB_NONE && rib_table_renew(f->table, e, &p->key);
    if (e->state == RIB_LIVE && e->value == f->set && f->set && !renewed) {
        f->news->same++;
        return;
    }
    struct rib_move *move = UNLIKELY(may_follow(f, p)) ? note_announced(f, p) : NULL;
    if (move)
        move->before = rib_path(r, e);
    if (e->state == RIB_NONE)
        f->news->added++;
    else {
        uint32_t before = supersede(f, e, &p->nlri);
        if (before && f->origin && before != f->origin)
            note(f, RIB_ORIGIN_CHANGED, &p->nlri, before, f->origin);
    }
    if (e->state != RIB_LIVE) {
        f->table->live++;
        r->live++;
    }
    e->state = RIB_LIVE;
    e->value = f->set;
    if (f->set)
        attrs_hold(&r->attrs, f->set);
    if (move)
        move->after = rib_path(r, e);
}

static void withdraw(struct feed *f, const struct pending *p, enum rib_state how)
{
    struct rib_entry *e = p->keyed ? rib_table_find(f->table, &p->key) : NULL;
    if (!e || !rib_is_live(e))
        return;
    note_withdrawn(f, p, e);
    rib_bury(f->rib, f->table, e, how);
    f->news->removed++;
}

static void look_at(struct feed *f, const struct bgp_nlri *nlri)
{
    const char *why = bgp_nlri_bogon(nlri);
    if (!why)
        return;
    if (!f->news->bogon_count++) {
        f->news->bogon = *nlri;
        f->news->bogon_why = why;
    }
}

/* Of prefixes of unicast, RFC 6811. An empty path is one of the sender's own AS, whose routes are none of ours. */
static void validate(struct feed *f)
{
    const struct bgp_attrs_summary *a = &f->rib->summary;
    for (unsigned i = 0; a->path_length && i < f->count; i++) {
        const struct bgp_nlri *n = &f->batch[i].nlri;
        uint16_t afi = bgp_family_afi(n->family);
        if (bgp_family_safi(n->family) != 1 || (afi != 1 && afi != 2) || !f->batch[i].keyed)
            continue;
        struct prefix p = rib_prefix(n);
        struct vrps_against against;
        if (vrps_check(f->rib->vrps, &p, f->origin, &against) != RPKI_INVALID || f->news->invalid_count++)
            continue;
        f->news->invalid = *n;
        f->news->invalid_against = against;
    }
}

static enum action action_of(struct feed *f, bool withdrawal)
{
    if (!withdrawal && !f->resolved)
        resolve(f);
    if (f->verdict >= BGP_DISABLE_FAMILY)
        return PASS_OVER;
    if (withdrawal)
        return WITHDRAW;
    return f->verdict == BGP_TREAT_AS_WITHDRAW ? DROP : ANNOUNCE;
}

/* Reads up to BATCH NLRI and asks for the memory they will need. False when there are none. */
static bool look_ahead(struct feed *f, struct bgp_nlri_iter *it)
{
    for (f->count = 0; f->count < BATCH; f->count++) {
        struct pending *p = &f->batch[f->count];
        if (!bgp_nlri_next(it, &p->nlri))
            break;
        p->keyed = f->table && rib_table_key(f->table, &p->nlri, &p->key);
        const uint32_t *home = p->keyed ? rib_table_home(f->table, &p->key) : NULL;
        if (home)
            RIB_TABLE_EXPECT(home);
    }
    return f->count;
}

static void apply(struct feed *f, bool withdrawal)
{
    enum action action = action_of(f, withdrawal);
    if (f->rib->vrps && action == ANNOUNCE)
        validate(f);
    for (unsigned i = 0; i < f->count; i++) {
        const struct pending *p = &f->batch[i];
        if (!withdrawal)
            look_at(f, &p->nlri);
        switch (action) {
        case ANNOUNCE: announce(f, p); break;
        case WITHDRAW: withdraw(f, p, RIB_WITHDRAWN); break;
        case DROP: withdraw(f, p, RIB_LOST); break; /* the sender did not withdraw it: no flap. RFC 7606 2 */
        case PASS_OVER: break;
        }
    }
}

/* A route that is both withdrawn and announced is only announced. RFC 4271 4.3 */
static void spare(struct feed *f, struct cursor nlri, enum bgp_family family)
{
    if (family >= FAMILY_COUNT || action_of(f, false) != ANNOUNCE)
        return;
    f->table = rib_side_table(f->side, family, f->ctx->add_path >> family & 1);
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, f->ctx, false);
    while (f->table && look_ahead(f, &it))
        for (unsigned i = 0; i < f->count; i++) {
            struct rib_entry *e = f->batch[i].keyed ? rib_table_find(f->table, &f->batch[i].key) : NULL;
            if (e && rib_is_live(e))
                e->state = RIB_SPARED;
        }
}

static struct rib_table *table_for(struct rib_side *s, enum bgp_family family, bool path_ids)
{
    struct rib_table *t = rib_side_table(s, family, path_ids);
    if (t || !(t = rib_table_new(&s->rib->memory, family, path_ids, s->rib->seed)))
        return t;
    t->next = s->tables;
    s->tables = t;
    return t;
}

/* One block of NLRI. */
static void feed_block(struct feed *f, struct cursor nlri, enum bgp_family family, bool withdrawal)
{
    if (family >= FAMILY_COUNT)
        return;
    bool path_ids = f->ctx->add_path >> family & 1;
    f->table = withdrawal ? rib_side_table(f->side, family, path_ids) : table_for(f->side, family, path_ids);
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, f->ctx, withdrawal);
    uint32_t total = 0;
    do {
        look_ahead(f, &it);
        apply(f, withdrawal);
        total += f->count;
    } while (f->count == BATCH);
    *(withdrawal ? &f->news->withdrawn : &f->news->announced) += total;
    f->news->families |= (uint64_t)(total != 0) << family;
    if (it.fault != FAULT_COUNT && f->news->nlri_fault == FAULT_COUNT) {
        f->news->nlri_fault = it.fault;
        f->news->nlri_fault_family = family;
    }
    if (f->table)
        rib_limit_ghosts(f->rib, f->table);
}

/* Not the whole of it: what counts zero is not read. */
static void news_clear(struct rib_news *n)
{
    n->announced = n->withdrawn = 0;
    n->added = n->changed = n->same = n->removed = n->worn = n->move_count = 0;
    n->families = 0;
    n->attrs = cur_over(NULL, 0);
    n->verdict = BGP_FINE;
    n->summary = NULL;
    n->summary_new = false;
    n->notable_count = 0;
    n->nlri_fault = FAULT_COUNT;
    n->nlri_fault_family = FAMILY_NONE;
    n->bogon_count = n->invalid_count = 0;
    n->bogon_why = NULL;
}

void rib_feed(struct rib_side *s, const struct bgp_update *u, const struct bgp_ctx *ctx,
              struct stream_ref ref, struct rib_news *out)
{
    struct feed f;
    f.side = s;
    f.rib = s->rib;
    f.update = u;
    f.ctx = ctx;
    f.news = out;
    f.verdict = u->verdict;
    f.resolved = false;
    f.set = 0;
    news_clear(out);
    s->rib->era = era_of(ref.when);
    s->rib->move_count = 0;
    bool announces = cur_left(&u->nlri) || (u->reach.present && cur_left(&u->reach.nlri));
    bool withdraws = cur_left(&u->withdrawn) || u->unreach.present;
    f.has_key = announces && attrs_key(&s->rib->attrs, u, ctx, &f.key);
    if (f.has_key)
        out->attrs = cur_over(f.key.bytes, f.key.size);
    if (announces && withdraws) {
        resolve(&f); /* attributes that reset the session let nothing be withdrawn either */
        if (cur_left(&u->withdrawn))
            spare(&f, u->nlri, FAMILY_IPV4_UNICAST);
        if (u->reach.present && u->unreach.present && u->reach.family == u->unreach.family)
            spare(&f, u->reach.nlri, u->reach.family);
    }
    if (cur_left(&u->withdrawn))
        feed_block(&f, u->withdrawn, FAMILY_IPV4_UNICAST, true);
    if (u->unreach.present && cur_left(&u->unreach.nlri))
        feed_block(&f, u->unreach.nlri, u->unreach.family, true);
    if (cur_left(&u->nlri))
        feed_block(&f, u->nlri, FAMILY_IPV4_UNICAST, false);
    if (u->reach.present && cur_left(&u->reach.nlri))
        feed_block(&f, u->reach.nlri, u->reach.family, false);
    out->verdict = f.verdict;
    out->moves = s->rib->moves;
    out->move_count = s->rib->move_count;
    if (f.set)
        attrs_release(&s->rib->attrs, f.set);
}
