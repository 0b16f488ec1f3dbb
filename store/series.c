/* Facts that grow in; what each interval added to them, out: rows of 10 s, a minute and an hour. Rows wait in memory for
 * their interval's end or the next flush, and are added to what is there. */
#include "store/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t steps[STEPS] = { SERIES_STEP, SERIES_MINUTE, SERIES_HOUR };
enum { LONGER_EVERY = 10 }; /* flushes */

struct series *series_new(void)
{
    struct series *r = calloc(1, sizeof *r);
    if (r) {
        for (int i = 0; i < STEPS; i++)
            r->start[i] = -1;
        r->limits = STORE_LIMITS_USUAL;
        r->limits_new = true;
    }
    return r;
}

void series_free(struct series *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < 2 * r->room; i++)
        free(r->sides[i].held);
    free(r->sides);
    free(r->taps);
    free(r);
}

void store_set_limits(struct store *s, const struct store_limits *limits)
{
    if (!s->series)
        s->series = series_new();
    if (!s->series) {
        db_no_memory(&s->db);
        return;
    }
    s->series->limits = *limits;
    s->series->limits_new = true;
}

/* ---- sums ---- */

static void empty(struct series_sum *sum)
{
    memset(sum, 0, sizeof *sum);
    sum->n[SERIES_MARGIN] = MARGIN_UNKNOWN;
}

static void add(struct series_sum *to, const struct series_sum *more)
{
    for (int i = 0; i < SERIES_COUNTS; i++)
        if (i != SERIES_MARGIN)
            to->n[i] += more->n[i];
        else if (more->n[i] < to->n[i])
            to->n[i] = more->n[i];
}

static bool is_empty(const struct series_sum *sum)
{
    bool any = sum->n[SERIES_MARGIN] != MARGIN_UNKNOWN;
    for (int i = 0; i < SERIES_COUNTS; i++)
        any |= i != SERIES_MARGIN && sum->n[i];
    return !any;
}

/* The margin of this interval, if something reached the side in it. */
static int64_t margin_in(const struct bgp_side *f, int64_t start)
{
    int64_t least = MARGIN_UNKNOWN;
    for (size_t i = 0; i < COUNT(f->margins); i++)
        if (f->margins[i].known && f->margins[i].start_s == start && f->margins[i].least.ns < least)
            least = f->margins[i].least.ns;
    return least;
}

static struct series_sum sum_of(const struct bgp_side *f, int64_t start)
{
    const struct tcp_facts *t = &f->tcp;
    return (struct series_sum){ { [SERIES_OPENS] = (int64_t)f->messages[BGP_OPEN],
                                  [SERIES_UPDATES] = (int64_t)f->messages[BGP_UPDATE],
                                  [SERIES_NOTIFICATIONS] = (int64_t)f->messages[BGP_NOTIFICATION],
                                  [SERIES_KEEPALIVES] = (int64_t)f->messages[BGP_KEEPALIVE],
                                  [SERIES_REFRESHES] = (int64_t)f->messages[BGP_ROUTE_REFRESH],
                                  [SERIES_BYTES] = (int64_t)f->message_bytes,
                                  [SERIES_ANNOUNCED] = (int64_t)f->announced,
                                  [SERIES_WITHDRAWN] = (int64_t)f->withdrawn,
                                  [SERIES_SEGMENTS] = (int64_t)t->segments,
                                  [SERIES_SEGMENT_BYTES] = (int64_t)t->bytes,
                                  [SERIES_RETRANSMISSIONS] = (int64_t)t->retransmissions,
                                  [SERIES_ZERO_WINDOW] = t->zero_window_time.ns,
                                  [SERIES_RTT] = t->rtt_sum.ns,
                                  [SERIES_RTT_COUNT] = (int64_t)t->rtt_count,
                                  [SERIES_MARGIN] = margin_in(f, start),
                                  [SERIES_LOST] = f->lost_count } };
}

/* ---- rows ---- */

static void add_row(struct store *s, int64_t peering, int side, int64_t step, int64_t start,
                    const struct series_sum *sum)
{
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_SERIES));
    bind_i64(&b, peering);
    bind_i64(&b, side);
    bind_i64(&b, step);
    bind_i64(&b, start);
    for (int i = 0; i < SERIES_COUNTS; i++)
        if (i == SERIES_MARGIN && sum->n[i] == MARGIN_UNKNOWN)
            bind_null(&b);
        else
            bind_i64(&b, sum->n[i]);
    db_run(&s->db, b.stmt);
}

static void add_tap(struct store *s, uint32_t file, int64_t step, int64_t start, const uint64_t n[TAP_COUNTS])
{
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_SERIES_TAP));
    bind_i64(&b, file + s->file_base);
    bind_i64(&b, step);
    bind_i64(&b, start);
    for (int i = 0; i < TAP_COUNTS; i++)
        bind_u64(&b, n[i]);
    db_run(&s->db, b.stmt);
}

/* Detail before then is in the intervals of that step, too. */
static void note_rolled(struct store *s, int step, int64_t until)
{
    char text[24], key[40];
    snprintf(text, sizeof text, "%lld", (long long)until);
    snprintf(key, sizeof key, "series_rolled_%lld", (long long)steps[step]);
    (void)(store_note(s, key, text) != ERR_NONE); /* it sticks */
}

static void write_routes(struct store *s, int64_t peering, int number, struct series_side *side)
{
    for (enum bgp_family f = 0; side->held && f < FAMILY_COUNT; f++) {
        if (side->held[f] == side->written[f])
            continue;
        store_row(s);
        struct binder b = bind_to(db_use(&s->db, STMT_PUT_SERIES_ROUTE));
        bind_i64(&b, peering);
        bind_i64(&b, number);
        bind_text(&b, bgp_family_name(f));
        bind_i64(&b, s->series->start[0]);
        bind_i64(&b, side->held[f]);
        db_run(&s->db, b.stmt);
        side->written[f] = side->held[f];
    }
}

/* What waits of this step goes into the interval at hand. */
static void write_step(struct store *s, int step)
{
    struct series *r = s->series;
    for (uint32_t i = 0; i < 2 * r->room; i++) {
        struct series_side *side = &r->sides[i];
        int64_t peering = store_peering_id(s, i / 2);
        if (!peering)
            continue;
        if (step == 0)
            write_routes(s, peering, (int)(i % 2), side);
        if (is_empty(&side->now.wait[step]))
            continue;
        add_row(s, peering, (int)(i % 2), steps[step], r->start[step], &side->now.wait[step]);
        empty(&side->now.wait[step]);
    }
    for (uint32_t i = 0; i < r->tap_count; i++) {
        add_tap(s, i, steps[step], r->start[step], r->taps[i].wait[step]);
        memset(r->taps[i].wait[step], 0, sizeof r->taps[i].wait[step]);
    }
    if (step)
        note_rolled(s, step, r->start[0]);
}

/* The ten seconds at hand are over: they are a part of the minute and the hour now. */
static void close_detail(struct store *s)
{
    struct series *r = s->series;
    write_step(s, 0);
    for (uint32_t i = 0; i < 2 * r->room; i++) {
        struct series_state *now = &r->sides[i].now;
        if (is_empty(&now->open))
            continue;
        for (int k = 1; k < STEPS; k++)
            add(&now->wait[k], &now->open);
        empty(&now->open);
    }
    for (uint32_t i = 0; i < r->tap_count; i++) {
        for (int k = 1; k < STEPS; k++)
            for (int n = 0; n < TAP_COUNTS; n++)
                r->taps[i].wait[k][n] += r->taps[i].open[n];
        memset(r->taps[i].open, 0, sizeof r->taps[i].open);
    }
}

/* The interval of this second; those that are over are written. A clock that was set back does not open them again. */
static int64_t interval_of(struct store *s, struct stamp second)
{
    struct series *r = s->series;
    int64_t seconds = second.ns / NS_PER_S;
    if (seconds < r->start[0] + SERIES_STEP)
        return r->start[0];
    bool any = r->start[0] >= 0;
    if (any)
        close_detail(s);
    r->start[0] = seconds / SERIES_STEP * SERIES_STEP;
    if (!any && r->start[0] < r->floor && r->start[0] + SERIES_MINUTE > r->floor)
        r->start[0] = r->floor; /* the runs before this one closed that interval */
    for (int k = 1; k < STEPS; k++) {
        int64_t start = r->start[0] / steps[k] * steps[k];
        if (any && start != r->start[k])
            write_step(s, k);
        r->start[k] = start;
    }
    return r->start[0];
}

void series_flush(struct store *s)
{
    struct series *r = s->series;
    if (r->start[0] < 0)
        return;
    write_step(s, 0);
    if (++r->flushes % LONGER_EVERY)
        return;
    for (int k = 1; k < STEPS; k++)
        write_step(s, k);
}

void series_finish(struct store *s)
{
    if (s->series->start[0] < 0)
        return;
    close_detail(s);
    s->series->start[0] += SERIES_STEP;
    for (int k = 1; k < STEPS; k++)
        write_step(s, k);
}

void series_flushed(struct series *r, bool well)
{
    for (uint32_t i = 0; i < 2 * r->room; i++) {
        struct series_side *side = &r->sides[i];
        if (well) {
            side->flushed = side->now;
            continue;
        }
        side->now = side->flushed;
        if (side->held) /* all of them are news then */
            memset(side->written, 0xff, FAMILY_COUNT * sizeof *side->written);
    }
}

/* ---- samples ---- */

static void begin_side(struct series_side *side)
{
    struct series_sum *all[] = { &side->now.open, &side->now.wait[0], &side->now.wait[1],
                                 &side->now.wait[2] };
    for (size_t i = 0; i < COUNT(all); i++)
        empty(all[i]);
    side->flushed = side->now;
}

static struct series_side *side_of(struct store *s, uint32_t peering, int side)
{
    struct series *r = s->series;
    if (peering >= r->room) {
        uint32_t room = peering + peering / 2 + 16;
        struct series_side *sides = realloc(r->sides, 2 * room * sizeof *sides);
        if (!sides) {
            db_no_memory(&s->db);
            return NULL;
        }
        memset(sides + 2 * r->room, 0, 2 * (room - r->room) * sizeof *sides);
        for (uint32_t i = 2 * r->room; i < 2 * room; i++)
            begin_side(&sides[i]);
        r->sides = sides;
        r->room = room;
    }
    return &r->sides[2 * peering + (uint32_t)side];
}

static void sample_routes(struct series_side *side, const uint32_t *routes)
{
    if (!routes)
        return; /* there never were any */
    if (!side->held) {
        side->held = calloc(2 * FAMILY_COUNT, sizeof *side->held);
        if (!side->held)
            return;
        side->written = side->held + FAMILY_COUNT;
    }
    memcpy(side->held, routes, FAMILY_COUNT * sizeof *routes);
}

void store_sample(struct store *s, const struct bgp_peering *p, struct stamp second)
{
    if (!s->series || s->db.err)
        return;
    store_add_peering(s, p);
    int64_t start = interval_of(s, second);
    for (int i = 0; i < 2; i++) {
        struct series_side *side = side_of(s, p->id, i);
        if (!side)
            return;
        struct series_sum now = sum_of(&p->side[i], start), more = now;
        for (int k = 0; k < SERIES_COUNTS; k++)
            if (k != SERIES_MARGIN)
                more.n[k] -= side->now.last.n[k];
        side->now.last = now;
        add(&side->now.open, &more);
        add(&side->now.wait[0], &more);
        sample_routes(side, p->side[i].routes);
    }
}

static void tap_grew(struct series_tap *tap, int which, uint64_t now)
{
    tap->open[which] += now - tap->last[which];
    tap->wait[0][which] += now - tap->last[which];
    tap->last[which] = now;
}

void store_sample_file(struct store *s, uint32_t number, const struct store_file *f, struct stamp second)
{
    struct series *r = s->series;
    if (!r || s->db.err)
        return;
    interval_of(s, second);
    if (number >= r->tap_count) {
        struct series_tap *taps = realloc(r->taps, (number + 1) * sizeof *taps);
        if (!taps)
            return;
        memset(taps + r->tap_count, 0, (number + 1 - r->tap_count) * sizeof *taps);
        r->taps = taps;
        r->tap_count = number + 1;
    }
    const uint64_t now[TAP_OF_FILE] = { f->packets, f->bytes, f->received, f->dropped, f->interface_dropped };
    for (int i = 0; i < TAP_OF_FILE; i++)
        tap_grew(&r->taps[number], i, now[i]);
}

void store_sample_capture(struct store *s, const struct capture_facts *c)
{
    const struct series *r = s->series;
    if (!r || s->db.err || !r->tap_count)
        return;
    const uint64_t now[TAP_COUNTS - TAP_OF_FILE] = { c->copies, c->truncated, c->one_way };
    for (int i = 0; i < TAP_COUNTS - TAP_OF_FILE; i++)
        tap_grew(&r->taps[0], TAP_OF_FILE + i, now[i]);
}

void store_second(struct store *s, struct stamp second)
{
    if (!s->series || s->db.err)
        return;
    interval_of(s, second);
    series_retire(s, second.ns / NS_PER_S);
}

/* ---- after a kill ---- */

static int64_t rolled_until(struct store *s, int step)
{
    char key[40];
    snprintf(key, sizeof key, "series_rolled_%lld", (long long)steps[step]);
    int64_t until = 0;
    struct binder b = bind_to(db_use(&s->db, STMT_META));
    bind_text(&b, key);
    while (db_step(&s->db, b.stmt))
        until = sqlite3_column_int64(b.stmt, 0);
    return until;
}

/* Returns where its detail ends. */
static int64_t mend_peering(struct store *s, int64_t peering, const int64_t from[STEPS])
{
    int64_t last = 0;
    for (int k = 1; k < STEPS; k++) {
        struct binder b = bind_to(db_use(&s->db, STMT_MEND_SERIES));
        bind_i64(&b, peering);
        bind_i64(&b, from[k]);
        bind_i64(&b, steps[k]);
        db_run(&s->db, b.stmt);
    }
    for (int side = 0; side < 2; side++) {
        struct binder b = bind_to(db_use(&s->db, STMT_LAST_DETAIL));
        bind_i64(&b, peering);
        bind_i64(&b, side);
        while (db_step(&s->db, b.stmt))
            if (sqlite3_column_int64(b.stmt, 0) > last)
                last = sqlite3_column_int64(b.stmt, 0);
    }
    return last + SERIES_STEP;
}

void series_mend(struct store *s)
{
    const int64_t from[STEPS] = { 0, rolled_until(s, 1), rolled_until(s, 2) };
    int64_t until = db_ask(&s->db, "SELECT coalesce(max(start_s), -10) + 10 FROM series_tap WHERE step = 10");
    for (int64_t peering = 0; (peering = series_next_peering(s, peering)) && !s->db.err;) {
        int64_t end = mend_peering(s, peering, from);
        until = end > until ? end : until;
    }
    for (int k = 1; k < STEPS; k++) {
        struct binder b = bind_to(db_use(&s->db, STMT_MEND_SERIES_TAP));
        bind_i64(&b, from[k]);
        bind_i64(&b, steps[k]);
        db_run(&s->db, b.stmt);
        note_rolled(s, k, from[k] > until ? from[k] : until);
    }
    s->series->floor = until;
}
