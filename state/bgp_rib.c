/* Sides and their tables: made, cleared, kept within bounds, read. What an UPDATE does to them: bgp_rib_feed.c. */
#include "state/bgp_rib_internal.h"

#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

enum { GHOSTS_LEAST = 1024 }; /* of a table; more if it has more routes */

struct rib *rib_new(size_t budget)
{
    struct rib *r = malloc(sizeof *r);
    if (!r)
        return NULL;
    *r = (struct rib){ 0 };
    /* where we are in memory is not known to those who choose prefixes; nothing we say depends on it */
    r->seed = hash_u64((uint64_t)(uintptr_t)r, (uint64_t)(uintptr_t)&budget);
    rib_memory_init(&r->memory, budget);
    attrs_init(&r->attrs, &r->memory, r->seed);
    return r;
}

void rib_free(struct rib *r)
{
    if (!r)
        return;
    attrs_rest(&r->attrs);
    free(r->moves);
    free(r->followed);
    free(r);
}

void rib_set_vrps(struct rib *r, const struct vrps *v) { r->vrps = v; }
size_t rib_used(const struct rib *r) { return r->memory.used; }
uint64_t rib_refused(const struct rib *r) { return r->refused; }

/* ---- sides ---- */

struct rib_side *rib_side_new(struct rib *r)
{
    struct rib_side *s = rib_take(&r->memory, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct rib_side){ .rib = r, .next = r->sides, .watch = RIB_LOTS };
    if (s->next)
        s->next->prev = s;
    r->sides = s;
    return s;
}

struct rib_table *rib_side_table(const struct rib_side *s, enum bgp_family family, bool path_ids)
{
    struct rib_table *t = s->tables;
    while (t && (t->family != family || t->path_ids != path_ids))
        t = t->next;
    return t;
}

uint32_t rib_side_count(const struct rib_side *s, enum bgp_family family)
{
    uint32_t count = 0;
    for (const struct rib_table *t = s->tables; t; t = t->next)
        count += t->family == family ? t->live : 0;
    return count;
}

uint32_t rib_side_total(const struct rib_side *s, uint64_t but)
{
    uint32_t count = 0;
    for (const struct rib_table *t = s->tables; t; t = t->next)
        count += but >> t->family & 1 ? 0 : t->live;
    return count;
}

void rib_follow(struct rib *r, uint32_t mark)
{
    if (!r->followed && !(r->followed = calloc(1u << (MARK_BITS - 6), sizeof *r->followed)))
        return;
    r->following = true;
    r->followed[mark >> (38 - MARK_BITS)] |= UINT64_C(1) << (mark >> (32 - MARK_BITS) & 63);
}

bool rib_is_followed(const struct rib *r, uint32_t mark) { return rib_follows(r, mark); }

void rib_follow_none(struct rib *r)
{
    if (r->following)
        memset(r->followed, 0, sizeof *r->followed << (MARK_BITS - 6));
    r->following = false;
}

void rib_side_watch(struct rib_side *s, uint64_t below) { s->watch = below; }

void rib_bury(struct rib *r, struct rib_table *t, struct rib_entry *e, enum rib_state how)
{
    uint32_t set = e->value;
    e->value = set ? attrs_at(&r->attrs, set)->origin_as : 0;
    if (set)
        attrs_release(&r->attrs, set);
    if (era_is_old(e->era, r->era))
        e->flaps = 0;
    e->state = (uint8_t)how;
    e->era = r->era;
    t->live--;
    t->ghosts++;
    r->live--;
    r->ghosts++;
}

static void sweep(struct rib *r, struct rib_table *t, bool all)
{
    uint32_t before = t->ghosts;
    rib_table_sweep(t, all, r->era);
    r->ghosts -= before - t->ghosts;
}

/* Ghosts of an earlier time go first. Which ones go depends on what was fed alone, not on where they stand in memory. */
void rib_limit_ghosts(struct rib *r, struct rib_table *t)
{
    uint32_t most = t->live > t->keep ? t->live : t->keep;
    if (most < GHOSTS_LEAST)
        most = GHOSTS_LEAST;
    if (t->ghosts <= most)
        return;
    sweep(r, t, false);
    if (t->ghosts > most - most / 4) /* a walk over the table must not be due again soon */
        sweep(r, t, true);
}

static void table_clear(struct rib *r, struct rib_table *t)
{
    if (!t->live)
        return;
    /* all that was lost may come back with the session: as many ghosts, but no more than that */
    t->keep = t->live;
    if (t->ghosts + t->live > GHOSTS_LEAST)
        sweep(r, t, true);
    struct rib_cursor at = { 0 };
    for (struct rib_entry *e; (e = rib_table_next(t, &at));)
        if (rib_is_live(e))
            rib_bury(r, t, e, RIB_LOST);
}

void rib_side_clear(struct rib_side *s, uint64_t kept)
{
    for (struct rib_table *t = s->tables; t; t = t->next)
        if (!(kept >> t->family & 1))
            table_clear(s->rib, t);
}

void rib_side_doubt(struct rib_side *s, uint64_t families, bool doubtful)
{
    enum rib_state from = doubtful ? RIB_LIVE : RIB_STALE, to = doubtful ? RIB_STALE : RIB_LIVE;
    for (struct rib_table *t = s->tables; t; t = t->next) {
        struct rib_cursor at = { 0 };
        for (struct rib_entry *e; families >> t->family & 1 && (e = rib_table_next(t, &at));)
            if (e->state == from)
                e->state = (uint8_t)to;
    }
}

/* COMMUNITIES (RFC 1997) with this one among them. */
static bool has_community(const struct rib *r, uint32_t set, uint32_t community)
{
    enum { FLAG_EXTENDED = 0x10 };
    const struct attr_set *a = set ? attrs_at(&r->attrs, set) : NULL;
    struct cursor in = a ? cur_over(a->raw, a->size) : cur_over(NULL, 0);
    while (cur_left(&in)) {
        unsigned flags = cur_u8(&in), code = cur_u8(&in);
        struct cursor value = cur_sub(&in, flags & FLAG_EXTENDED ? cur_u16(&in) : cur_u8(&in));
        while (code == BGP_ATTR_COMMUNITY && cur_left(&value))
            if (cur_u32(&value) == community)
                return true;
    }
    return false;
}

void rib_side_sweep(struct rib_side *s, uint64_t families, uint32_t community, rib_swept_fn *swept, void *arg)
{
    for (struct rib_table *t = s->tables; t; t = t->next) {
        struct rib_cursor at = { 0 };
        for (struct rib_entry *e; families >> t->family & 1 && (e = rib_table_next(t, &at));) {
            uint8_t room[16];
            struct bgp_nlri nlri;
            if (e->state != RIB_STALE || (community && !has_community(s->rib, e->value, community)))
                continue;
            rib_table_nlri(t, e, room, &nlri);
            swept(arg, &nlri, t->path_ids);
            rib_bury(s->rib, t, e, RIB_LOST);
        }
        rib_limit_ghosts(s->rib, t);
    }
}

void rib_side_free(struct rib_side *s)
{
    if (!s)
        return;
    struct rib *r = s->rib;
    rib_side_clear(s, 0);
    for (struct rib_table *t = s->tables, *next; t; t = next) {
        next = t->next;
        r->ghosts -= t->ghosts;
        rib_table_free(t);
    }
    if (s->prev)
        s->prev->next = s->next;
    else
        r->sides = s->next;
    if (s->next)
        s->next->prev = s->prev;
    rib_give(&r->memory, s, sizeof *s);
    attrs_rest(&r->attrs);
}

bool rib_relieve(struct rib *r)
{
    size_t before = r->memory.used;
    attrs_flush(&r->attrs);
    /* a few ghosts are not worth a walk over all tables for each route that is refused */
    if (r->ghosts > 64 + (r->live + r->ghosts) / 16)
        for (struct rib_side *s = r->sides; s; s = s->next)
            for (struct rib_table *t = s->tables; t; t = t->next)
                sweep(r, t, true);
    return r->memory.used < before;
}

/* ---- reading the tables ---- */

static void tell_route(const struct rib *r, const struct rib_table *t, const struct rib_entry *e,
                       struct rib_route *out)
{
    rib_table_nlri(t, e, out->room, &out->nlri);
    out->flaps = e->flaps;
    out->stale = e->state == RIB_STALE;
    out->attrs = cur_over(NULL, 0);
    out->as4 = false;
    out->origin_as = 0;
    out->path_length = 0;
    if (!e->value)
        return;
    const struct attr_set *set = attrs_at(&r->attrs, e->value);
    out->attrs = cur_over(set->raw, set->size);
    out->as4 = set->flags & ATTRS_AS4;
    out->origin_as = set->origin_as;
    out->path_length = set->path_length;
}

struct prefix rib_prefix(const struct bgp_nlri *n)
{
    struct prefix p = { .bits = n->bits };
    p.addr.size = bgp_family_afi(n->family) == 1 ? 4 : 16;
    if (cur_left(&n->prefix))
        memcpy(p.addr.b, n->prefix.at, cur_left(&n->prefix));
    return p;
}

bool rib_next(const struct rib_side *s, enum bgp_family family, struct rib_at *at, struct rib_route *out)
{
    for (; at->table < 2; at->table++, at->segment = at->entry = 0) {
        const struct rib_table *t = rib_side_table(s, family, at->table);
        struct rib_cursor c = { at->segment, at->entry };
        for (const struct rib_entry *e; t && (e = rib_table_next(t, &c));) {
            if (!rib_is_live(e))
                continue;
            at->segment = c.segment;
            at->entry = c.at;
            tell_route(s->rib, t, e, out);
            return true;
        }
    }
    return false;
}

bool rib_next_lasting(const struct rib_side *s, enum bgp_family family, struct rib_at_hash *at,
                      struct rib_route *out)
{
    for (; at->table < 2; *at = (struct rib_at_hash){ .table = at->table + 1 }) {
        const struct rib_table *t = rib_side_table(s, family, at->table);
        struct rib_place p = { at->hash, at->same, at->past };
        for (const struct rib_entry *e; t && (e = rib_table_after(t, &p));) {
            if (!rib_is_live(e))
                continue;
            *at = (struct rib_at_hash){ at->table, p.hash, p.same, p.past };
            tell_route(s->rib, t, e, out);
            return true;
        }
    }
    return false;
}

/* Long keys. Without a seed: what is followed must not be another choice in each run. */
static uint64_t prefix_of(const struct bgp_nlri *n)
{
    const uint8_t *at = n->key.at;
    size_t size = cur_left(&n->key);
    uint64_t rest = (uint64_t)n->family << 32 | (uint32_t)n->type << 16 | n->bits, last = 0;
    if (size && n->bits % 8 && n->prefix.end == n->key.end && cur_left(&n->prefix))
        last = at[--size] & 0xff00u >> n->bits % 8; /* only the bits of the prefix count */
    return hash_bytes(at, size, hash_u64(rest, last));
}

struct rib_move rib_move_of(const struct rib_table *t, const uint32_t *words, unsigned bits,
                            const struct bgp_nlri *n)
{
    struct rib_move m = { .prefix = 0 };
    if (t->is_long) {
        m.prefix = prefix_of(n);
        m.mark = (uint32_t)m.prefix;
    } else
        m.prefix = rib_table_prefix(t, words, bits, &m.mark);
    return m;
}

bool rib_next_move(const struct rib_side *s, uint64_t but, struct rib_at *at, struct rib_move *out)
{
    const struct rib_table *t = s->tables;
    for (uint32_t i = 0; t && i < at->table; i++)
        t = t->next;
    for (; t; t = t->next, *at = (struct rib_at){ .table = at->table + 1 }) {
        struct rib_cursor c = { at->segment, at->entry };
        const struct rib_entry *e;
        do
            e = but >> t->family & 1 ? NULL : rib_table_next(t, &c);
        while (e && !rib_is_live(e));
        if (!e)
            continue;
        struct bgp_nlri nlri;
        uint8_t room[16];
        if (t->is_long)
            rib_table_nlri(t, e, room, &nlri);
        *out = rib_move_of(t, e->key, e->bits, &nlri);
        out->before = rib_path(s->rib, e);
        out->unsaid = true;
        at->segment = c.segment;
        at->entry = c.at;
        return true;
    }
    return false;
}

bool rib_find(const struct rib_side *s, const struct bgp_nlri *nlri, struct rib_route *out)
{
    const struct rib_table *t = rib_side_table(s, nlri->family, nlri->has_path_id);
    struct rib_key key;
    if (!t || !rib_table_key(t, nlri, &key))
        return false;
    const struct rib_entry *e = rib_table_find(t, &key);
    if (!e || !rib_is_live(e))
        return false;
    tell_route(s->rib, t, e, out);
    return true;
}
