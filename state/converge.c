/* Losses of routes in; who told what of their prefixes until they settled, out. */
#include "state/engine_internal.h"

#include <stdlib.h>

enum {
    BURST_S = 10,      /* withdrawals, and losses of several sides, within this time belong together */
    LOSS_SHARE = 20,   /* a loss is one in so many of a side's routes */
    LOSS_NOTED = 256,  /* withdrawals of a loss that are noted before it is known to be one */
    RESTLESS_S = 1800, /* what has not settled by then never will */
};

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
    converge_spend(c);
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
        f = row < EPISODE_SIDES ? converge_follow(c, m, who, which, row, false) : NULL;
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
    struct followed *f =
        row < EPISODE_SIDES ? converge_follow(c, m, who_is(p, side), which, row, true) : NULL;
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
        if (g->who != who || stamp_before(g->when, l->first.when) || converge_find(c, g->prefix, g->when))
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
        struct followed *first = converge_find(c, m->prefix, ref.when);
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
            if (!news->moves[i].after && !news->moves[i].worn &&
                !converge_find(c, news->moves[i].prefix, ref.when))
                begin(c, which, p, from, &news->moves[i], ref);
    }
    converge_settle(c);
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
        struct followed *first =
            rib_is_followed(c->rib, m.mark) ? converge_find(c, m.prefix, ref.when) : NULL;
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
        struct followed *first =
            rib_is_followed(c->rib, m.mark) ? converge_find(c, m.prefix, ref.when) : NULL;
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
    converge_afford(c, which, (uint64_t)lost[0] + lost[1]);
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
    converge_settle(c);
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
    if (over)
        converge_sift(c);
}

void converge_tell(struct engine *e)
{
    for (unsigned i = 0; i < EPISODES_OPEN; i++)
        if (e->converge.open[i].facts && !e->converge.open[i].told)
            tell(e, i, EPISODE_GOES_ON);
}
