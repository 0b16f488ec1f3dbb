/* Losses of routes in; who told what of their prefixes until they settled, out. */
#include "state/engine_internal.h"

#include "base/grow.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

enum {
    BURST_S = 10,      /* withdrawals, and losses of several sides, within this time belong together */
    LOSS_SHARE = 20,   /* a loss is one in so many of a side's routes */
    LOSS_NOTED = 256,  /* withdrawals of a loss that are noted before it is known to be one */
    RESTLESS_S = 1800, /* what has not settled by then never will */
};

/* Following shall cost little besides all the rest: a change of what is followed is paid for by so many routes that were
 * heard. So many changes are free at first, and can be saved up; then the largest episode is thinned out, and so many more
 * are free. Few routes are followed in any case. */
enum { PRICE = 64, SAVED = 16384, LEFT = 256, FEW = 128 };

void converge_init(struct converge *c, struct rib *rib, struct span quiet, uint32_t most)
{
    *c = (struct converge){ .rib = rib,
                            .quiet = quiet.ns > 0 ? quiet : SPAN_S(CONVERGE_QUIET_S),
                            .most = most,
                            .credit = (int64_t)SAVED * PRICE };
    c->deadline = (struct stamp){ INT64_MAX };
    c->seed = hash_u64((uint64_t)(uintptr_t)c, most);
}

void converge_free(struct converge *c)
{
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        free(c->open[i].facts);
    free(c->list);
    free(c->slots);
    free(c->lately);
}

/* ---- what is followed ---- */

static uint32_t *slot_of(const struct converge *c, uint64_t prefix)
{
    uint32_t mask = c->slot_count - 1, i = (uint32_t)hash_u64(prefix, c->seed) & mask;
    while (c->slots[i] && c->list[c->slots[i] - 1].prefix != prefix)
        i = (i + 1) & mask;
    return &c->slots[i];
}

/* The first of this prefix, if its episode goes on and it has not settled in it; or NULL. */
static struct followed *find(const struct converge *c, uint64_t prefix, struct stamp when)
{
    uint32_t at = c->slot_count ? *slot_of(c, prefix) : 0;
    struct followed *f = at ? &c->list[at - 1] : NULL;
    if (!f)
        return NULL;
    struct stamp last = stamp_add(c->open[f->episode].base, SPAN_US(f->latest_us));
    return stamp_since(when, last).ns > c->quiet.ns ? NULL : f;
}

/* Into the slots: behind the first of its prefix, or as the first, in place of one of an older episode. */
static void place(struct converge *c, uint32_t at)
{
    struct followed *f = &c->list[at];
    uint32_t *slot = slot_of(c, f->prefix);
    f->next = 0;
    if (f->is_first) {
        *slot = at + 1;
        return;
    }
    struct followed *first = &c->list[*slot - 1];
    f->next = first->next;
    first->next = at + 1;
}

/* What is of no open episode goes, and what is not among the lots that are followed. */
static void sift(struct converge *c)
{
    uint32_t kept = 0;
    if (c->slots)
        memset(c->slots, 0, c->slot_count * sizeof *c->slots);
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        c->open[i].count = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        unsigned which = c->list[i].episode;
        if (c->open[which].facts && (uint32_t)c->list[i].prefix < c->open[which].below) {
            c->open[which].count++;
            c->list[kept] = c->list[i];
            place(c, kept++);
        }
    }
    c->count = kept;
    rib_follow_none(c->rib);
    for (uint32_t i = 0; i < kept; i++)
        rib_follow(c->rib, c->list[i].mark);
}

/* Of the largest episode, a quarter is followed from now on. False if it is not large. */
static bool thin(struct converge *c)
{
    unsigned largest = 0;
    for (unsigned i = 1; i < EPISODES_OPEN; i++)
        if (c->open[i].count > c->open[largest].count)
            largest = i;
    if (c->open[largest].count <= FEW)
        return false;
    c->open[largest].below /= 4;
    sift(c);
    return true;
}

static void pay(struct converge *c)
{
    int64_t most = (int64_t)SAVED * PRICE;
    if (c->credit > most)
        c->credit = most;
    if (c->credit < 0 && thin(c))
        c->credit = (int64_t)LEFT * PRICE;
}

static bool make_room(struct converge *c)
{
    if (c->count < c->room)
        return true;
    if (c->room && c->room * 2 > c->most) {
        while (c->count > c->room / 2 && thin(c))
            continue;
        return c->count < c->room;
    }
    uint32_t room = c->room, slots = 64;
    if (!grow(&c->list, c->count, &room, sizeof *c->list, 256, c->most))
        return false;
    while (slots < room * 2)
        slots *= 2;
    uint32_t *fresh = realloc(c->slots, slots * sizeof *fresh);
    if (!fresh)
        return false;
    c->slots = fresh;
    c->slot_count = slots;
    c->room = room;
    sift(c);
    return true;
}

/* One more: behind `first`, the same prefix of another side, or as the first of its prefix. NULL: not followed. */
static struct followed *follow(struct converge *c, const struct rib_move *m, uint32_t who, unsigned episode,
                               unsigned side, bool is_first)
{
    uint32_t lot = (uint32_t)m->prefix;
    if (lot >= c->open[episode].below || !make_room(c) || lot >= c->open[episode].below)
        return NULL;
    struct followed *f = &c->list[c->count];
    *f = (struct followed){ .prefix = m->prefix,
                            .mark = m->mark,
                            .who = who,
                            .before = m->before,
                            .episode = (uint8_t)episode,
                            .side = (uint8_t)side,
                            .is_first = is_first };
    c->open[episode].count++;
    place(c, c->count++);
    return f;
}

/* ---- episodes ---- */

static struct stamp due(const struct converge *c, unsigned which)
{
    const struct bgp_episode *x = c->open[which].facts;
    struct stamp quiet = stamp_add(x->last.when, c->quiet),
                 most = stamp_add(c->open[which].base, SPAN_S(RESTLESS_S));
    return stamp_before(quiet, most) ? quiet : most;
}

static void reckon_deadline(struct converge *c)
{
    c->deadline = (struct stamp){ INT64_MAX };
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        if (c->open[i].facts && stamp_before(due(c, i), c->deadline))
            c->deadline = due(c, i);
}

/* A new one, which begins here; EPISODES_OPEN: there is no room for one more. */
static unsigned open_episode(struct engine *e, const struct bgp_episode *as)
{
    struct converge *c = &e->converge;
    unsigned i = 0;
    while (i < EPISODES_OPEN && c->open[i].facts)
        i++;
    struct bgp_episode *x = i < EPISODES_OPEN ? malloc(sizeof *x) : NULL;
    if (!x)
        return EPISODES_OPEN;
    *x = *as;
    x->id = ++c->ids;
    x->quiet = c->quiet;
    x->last = x->first;
    c->open[i].facts = x;
    c->open[i].base = x->first.when;
    c->open[i].dropped = e->capture.dropped;
    c->open[i].below = RIB_LOTS;
    c->open[i].count = 0;
    reckon_deadline(c);
    return i;
}

/* The youngest, if it began about then; or a new one. */
static unsigned join_or_open(struct engine *e, const struct bgp_episode *as)
{
    const struct converge *c = &e->converge;
    unsigned best = EPISODES_OPEN;
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        if (c->open[i].facts && (best == EPISODES_OPEN || c->open[best].facts->id < c->open[i].facts->id))
            best = i;
    if (best < EPISODES_OPEN) {
        struct bgp_episode *x = c->open[best].facts;
        int64_t apart = stamp_since(as->first.when, x->first.when).ns;
        if (apart > -SPAN_S(BURST_S).ns && apart < SPAN_S(BURST_S).ns) {
            if (apart < 0)
                x->first = as->first;
            return best;
        }
    }
    return open_episode(e, as);
}

static unsigned episode_of(const struct converge *c, uint32_t id)
{
    unsigned i = 0;
    while (i < EPISODES_OPEN && !(id && c->open[i].facts && c->open[i].facts->id == id))
        i++;
    return i;
}

/* EPISODE_SIDES: there is no room for it. */
static unsigned side_of(struct bgp_episode *x, const struct peering *p, int side)
{
    for (unsigned i = 0; i < x->side_count; i++)
        if (x->sides[i].peering == p->facts.id && x->sides[i].side == side)
            return i;
    if (x->side_count == EPISODE_SIDES) {
        x->more_sides = true;
        return EPISODE_SIDES;
    }
    x->sides[x->side_count] = (struct episode_side){ .peering = p->facts.id, .side = side };
    return x->side_count++;
}

/* ---- changes ---- */

static void note_change(struct converge *c, struct followed *f, const struct rib_move *m,
                        struct stream_ref ref)
{
    struct bgp_episode *x = c->open[f->episode].facts;
    struct episode_side *by = &x->sides[f->side];
    c->open[f->episode].told = false;
    c->credit -= PRICE;
    uint16_t *kind = !m->after ? &f->withdrawn : m->before ? &f->replaced : &f->announced;
    if (!m->unsaid && *kind < UINT16_MAX)
        ++*kind;
    f->after = m->after;
    if (!by->first.when.ns)
        by->first = ref;
    by->last = ref;
    if (!stamp_before(ref.when, x->last.when))
        x->last = ref;
}

static uint32_t who_is(const struct peering *p, int side) { return p->facts.id << 1 | (uint32_t)side; }

static uint32_t us_since(const struct converge *c, unsigned which, struct stamp when)
{
    int64_t us = stamp_since(when, c->open[which].base).ns / 1000;
    return us > 0 ? (uint32_t)us : 0;
}

/* A change of a followed prefix. */
static void change(struct converge *c, struct followed *first, const struct peering *p, int side,
                   const struct rib_move *m, struct stream_ref ref)
{
    unsigned which = first->episode;
    uint32_t who = who_is(p, side);
    first->latest_us = us_since(c, which, ref.when);
    struct followed *f = first;
    while (f && f->who != who)
        f = f->next ? &c->list[f->next - 1] : NULL;
    if (!f) {
        unsigned row = side_of(c->open[which].facts, p, side);
        f = row < EPISODE_SIDES ? follow(c, m, who, which, row, false) : NULL;
    }
    if (f)
        note_change(c, f, m, ref);
}

/* The first withdrawal of a prefix. */
static void begin(struct converge *c, unsigned which, const struct peering *p, int side,
                  const struct rib_move *m, struct stream_ref ref)
{
    if ((uint32_t)m->prefix >= c->open[which].below)
        return;
    unsigned row = side_of(c->open[which].facts, p, side);
    struct followed *f = row < EPISODE_SIDES ? follow(c, m, who_is(p, side), which, row, true) : NULL;
    if (!f)
        return;
    rib_follow(c->rib, m->mark);
    f->latest_us = us_since(c, which, ref.when);
    note_change(c, f, m, ref);
}

/* ---- withdrawals, and when they are a loss ---- */

static void note_lately(struct converge *c, uint32_t who, const struct rib_move *m, struct stamp when)
{
    if (!c->lately && !(c->lately = calloc(LATELY, sizeof *c->lately)))
        return;
    c->lately[c->lately_at++ % LATELY] = (struct lately_gone){ m->prefix, when, who, m->mark, m->before };
}

/* What was withdrawn since the loss began, and was not known to be one. */
static void catch_up(struct converge *c, unsigned which, const struct peering *p, int side)
{
    const struct losing *l = &p->losing[side];
    uint32_t who = who_is(p, side);
    for (uint32_t i = c->lately_at > LATELY ? c->lately_at - LATELY : 0; i < c->lately_at; i++) {
        const struct lately_gone *g = &c->lately[i % LATELY];
        if (g->who != who || stamp_before(g->when, l->first.when) || find(c, g->prefix, g->when))
            continue;
        struct rib_move m = { .prefix = g->prefix, .mark = g->mark, .before = g->before };
        struct stream_ref ref = stamp_before(g->when, l->last.when) ? l->first : l->last;
        ref.when = g->when;
        begin(c, which, p, side, &m, ref);
    }
}

/* Of its routes that are gone, those that belong to no other episode. */
static uint64_t lost_anew(const struct losing *l) { return l->count > l->known ? l->count - l->known : 0; }

static void begin_losing(struct losing *l, struct rib_side *rib, uint64_t removed, struct stream_ref ref)
{
    *l = (struct losing){ .first = ref, .before = (uint32_t)(rib_side_total(rib, 0) + removed) };
    uint64_t loss = l->before / LOSS_SHARE;
    rib_side_watch(rib, loss > LOSS_NOTED ? RIB_LOTS / loss * LOSS_NOTED : RIB_LOTS);
}

/* The withdrawals of an UPDATE; the episode that they belong to, EPISODES_OPEN if they are no loss. */
static unsigned note_losing(struct engine *e, struct peering *p, int from, uint64_t removed, uint64_t known,
                            struct stream_ref ref)
{
    struct converge *c = &e->converge;
    struct losing *l = &p->losing[from];
    unsigned which = episode_of(c, l->episode);
    struct stamp since = which < EPISODES_OPEN ? l->last.when : l->first.when;
    if (!l->first.when.ns || stamp_since(ref.when, since).ns > SPAN_S(BURST_S).ns) {
        begin_losing(l, p->rib[from], removed, ref);
        which = EPISODES_OPEN;
    }
    uint64_t had = lost_anew(l);
    l->count += removed;
    l->known += known;
    l->last = ref;
    uint64_t lost = lost_anew(l);
    if (which == EPISODES_OPEN) {
        if (!lost || lost * LOSS_SHARE < l->before)
            return EPISODES_OPEN;
        which = join_or_open(
            e, &(struct bgp_episode){
                   .trigger = EPISODE_WITHDRAWAL, .peering = p->facts.id, .side = from, .first = l->first });
        if (which == EPISODES_OPEN)
            return which;
        l->episode = c->open[which].facts->id;
        had = 0;
        catch_up(c, which, p, from);
    }
    struct bgp_episode *x = c->open[which].facts;
    unsigned row = side_of(x, p, from);
    x->lost += lost > had ? lost - had : 0;
    if (row < EPISODE_SIDES)
        x->sides[row].lost += lost > had ? lost - had : 0;
    return which;
}

static bool unheard(const struct session *s)
{
    return (s->midway && !s->ctx_known) || s->half[0].missed || s->half[1].missed;
}

void converge_update(struct engine *e, struct peering *p, int from, const struct rib_news *news,
                     struct stream_ref ref)
{
    struct converge *c = &e->converge;
    uint64_t known = 0;
    for (unsigned i = 0; i < news->move_count; i++) {
        const struct rib_move *m = &news->moves[i];
        struct followed *first = find(c, m->prefix, ref.when);
        if (first) {
            if (!m->after && !m->worn) /* it stands for as many as are not followed for each that is */
                known += RIB_LOTS / c->open[first->episode].below;
            change(c, first, p, from, m, ref);
        } else if (!m->after && !m->worn)
            note_lately(c, who_is(p, from), m, ref.when);
    }
    if (news->removed > news->worn) {
        unsigned which = note_losing(e, p, from, news->removed - news->worn, known, ref);
        for (unsigned i = 0; which < EPISODES_OPEN && i < news->move_count; i++)
            if (!news->moves[i].after && !news->moves[i].worn && !find(c, news->moves[i].prefix, ref.when))
                begin(c, which, p, from, &news->moves[i], ref);
    }
    pay(c);
}

/* No more of so many routes is followed than can be paid for. */
static void afford(struct converge *c, unsigned which, uint64_t routes)
{
    uint64_t most = c->credit > 0 ? (uint64_t)c->credit / PRICE / 2 : 0;
    if (most > c->most / 2)
        most = c->most / 2;
    while (routes * c->open[which].below >> 32 > (most > FEW ? most : FEW))
        c->open[which].below /= 2;
}

/* The open episode in which this session was lost before; EPISODES_OPEN: none. */
static unsigned lost_again(const struct converge *c, const struct peering *p)
{
    for (unsigned i = 0; i < EPISODES_OPEN; i++) {
        const struct bgp_episode *x = c->open[i].facts;
        for (unsigned k = 0; x && k < x->side_count; k++)
            if (x->sides[k].peering == p->facts.id && x->sides[k].down)
                return i;
    }
    return EPISODES_OPEN;
}

/* Routes that go with the session. */
static void lose(struct converge *c, unsigned which, const struct peering *p, int side, uint64_t kept,
                 struct stream_ref ref)
{
    struct rib_at at = { 0 };
    struct rib_move m;
    while (rib_next_move(p->rib[side], kept, &at, &m)) {
        struct followed *first = rib_is_followed(c->rib, m.mark) ? find(c, m.prefix, ref.when) : NULL;
        if (first)
            change(c, first, p, side, &m, ref);
        else
            begin(c, which, p, side, &m, ref);
    }
}

/* … and those that stay, of prefixes that the other side loses: to know them again. */
static void keep(struct converge *c, const struct peering *p, int side, uint64_t kept, struct stream_ref ref)
{
    struct rib_at at = { 0 };
    struct rib_move m;
    while (rib_next_move(p->rib[side], ~kept, &at, &m)) {
        struct followed *first = rib_is_followed(c->rib, m.mark) ? find(c, m.prefix, ref.when) : NULL;
        m.after = m.before;
        if (first)
            change(c, first, p, side, &m, ref);
    }
}

void converge_lost(struct engine *e, const struct session *s, int by, const uint64_t kept[2],
                   struct stream_ref ref)
{
    struct converge *c = &e->converge;
    struct peering *p = s->peering;
    uint32_t lost[2];
    for (int i = 0; i < 2; i++)
        lost[i] = p->rib[i] ? rib_side_total(p->rib[i], kept[i]) : 0;
    if (!lost[0] && !lost[1])
        return;
    converge_advance(e, ref.when);
    unsigned which = lost_again(c, p);
    if (which == EPISODES_OPEN)
        which = join_or_open(
            e, &(struct bgp_episode){
                   .trigger = EPISODE_SESSION, .peering = p->facts.id, .side = by, .first = ref });
    if (which == EPISODES_OPEN)
        return;
    struct bgp_episode *x = c->open[which].facts;
    afford(c, which, (uint64_t)lost[0] + lost[1]);
    x->lost += lost[0] + lost[1];
    x->missed |= unheard(s);
    x->kept |= kept[0] || kept[1];
    for (int i = 0; i < 2; i++) {
        unsigned row = lost[i] ? side_of(x, p, i) : EPISODE_SIDES;
        if (row == EPISODE_SIDES)
            continue;
        x->sides[row].down = true;
        x->sides[row].lost += lost[i];
        lose(c, which, p, i, kept[i], ref);
        p->losing[i] = (struct losing){ 0 };
    }
    for (int i = 0; i < 2; i++)
        if (kept[i] && p->rib[i])
            keep(c, p, i, kept[i], ref);
    pay(c);
}

void converge_missed(struct engine *e)
{
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        if (e->converge.open[i].facts)
            e->converge.open[i].facts->missed = true;
}

/* ---- telling ---- */

static void tell(struct engine *e, unsigned which, enum episode_end end)
{
    struct converge *c = &e->converge;
    struct bgp_episode *x = c->open[which].facts;
    x->end = end;
    x->missed |= e->capture.dropped != c->open[which].dropped;
    x->cause = converge_cause(&e->findings, x);
    converge_count(c, which, x);
    c->open[which].told = true;
    const struct bgp_episode *kept = outbox_keep(&e->outbox, x, sizeof *x);
    if (kept)
        outbox_add(&e->outbox, &(struct event){ .kind = EVENT_EPISODE, .as.episode = kept });
}

void converge_advance(struct engine *e, struct stamp now)
{
    struct converge *c = &e->converge;
    if (!stamp_before(c->deadline, now))
        return;
    bool over = false;
    for (unsigned i = 0; i < EPISODES_OPEN; i++) {
        const struct bgp_episode *x = c->open[i].facts;
        if (!x || !stamp_before(due(c, i), now))
            continue;
        over = true;
        bool quiet = stamp_since(now, x->last.when).ns > c->quiet.ns;
        tell(e, i, quiet ? EPISODE_SETTLED : EPISODE_RESTLESS);
        free(c->open[i].facts);
        c->open[i].facts = NULL;
    }
    reckon_deadline(c);
    if (!over)
        return;
    sift(c);
}

void converge_tell(struct engine *e)
{
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        if (e->converge.open[i].facts && !e->converge.open[i].told)
            tell(e, i, EPISODE_GOES_ON);
}
