/* Ages and a size in; what is too old, or the oldest when the file gets too big, goes. A few peerings each second, so
 * that the capture never waits for it. */
#include "store/series.h"

#include <stdio.h>

enum {
    ROUND_S = 300, /* in which each peering has its turn */
    LEAP_S = 60,
    LOOK_S = 60, /* between two looks at the size */
    PRESSURE_MOST = 24,
};

/* How long this kind is kept: under pressure the finest goes first, the others after it. */
static int64_t before(const struct series *r, int64_t second, struct span keep, unsigned spared)
{
    unsigned halved = r->pressure > spared ? r->pressure - spared : 0;
    return second - keep.ns / NS_PER_S / (INT64_C(1) << halved);
}

enum { SPARED_10S = 0, SPARED_1MIN = 6, SPARED_EVENTS = 12, SPARED_1H = 16 };

static void retire_series(struct store *s, int64_t peering, int64_t second)
{
    const struct series *r = s->series;
    const int64_t steps[][2] = { { SERIES_STEP, before(r, second, r->limits.keep_10s, SPARED_10S) },
                                 { SERIES_MINUTE, before(r, second, r->limits.keep_1min, SPARED_1MIN) },
                                 { SERIES_HOUR, before(r, second, r->limits.keep_1h, SPARED_1H) } };
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct binder b = bind_to(db_use(&s->db, STMT_RETIRE_SERIES));
        bind_i64(&b, peering);
        bind_i64(&b, steps[i][0]);
        bind_i64(&b, steps[i][1]);
        db_run(&s->db, b.stmt);
        /* of the routes, one count stays of each interval of the next longer kind; at last one in all */
        static const int64_t next[] = { SERIES_MINUTE, SERIES_HOUR, INT64_MAX };
        b = bind_to(db_use(&s->db, STMT_RETIRE_ROUTES));
        bind_i64(&b, peering);
        bind_i64(&b, steps[i][1]);
        bind_i64(&b, next[i]);
        db_run(&s->db, b.stmt);
    }
}

/* peering 0: what is of no peering. */
static void retire_events(struct store *s, int64_t peering, int64_t second)
{
    static const enum statement kinds[] = {
        STMT_RETIRE_TRANSITIONS, STMT_RETIRE_NOTIFICATIONS, STMT_RETIRE_OPENS,     STMT_RETIRE_CONNECTIONS,
        STMT_RETIRE_TRANSFERS,   STMT_RETIRE_EPISODE_SIDES, STMT_RETIRE_EPISODES,  STMT_RETIRE_EVIDENCE,
        STMT_RETIRE_FINDINGS,    STMT_RETIRE_OSPF,          STMT_RETIRE_DESIGNATED
    };
    int64_t until = before(s->series, second, s->series->limits.keep_events, SPARED_EVENTS);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct binder b = bind_to(db_use(&s->db, kinds[i]));
        if (peering)
            bind_i64(&b, peering);
        else
            bind_null(&b);
        bind_i64(&b, until * NS_PER_S);
        db_run(&s->db, b.stmt);
    }
}

static void retire_tap(struct store *s, int64_t second)
{
    const struct series *r = s->series;
    const int64_t steps[][2] = { { SERIES_STEP, before(r, second, r->limits.keep_10s, SPARED_10S) },
                                 { SERIES_MINUTE, before(r, second, r->limits.keep_1min, SPARED_1MIN) },
                                 { SERIES_HOUR, before(r, second, r->limits.keep_1h, SPARED_1H) } };
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct binder b = bind_to(db_use(&s->db, STMT_RETIRE_TAP));
        bind_i64(&b, steps[i][0]);
        bind_i64(&b, steps[i][1]);
        db_run(&s->db, b.stmt);
    }
}

int64_t series_next_peering(struct store *s, int64_t last)
{
    int64_t next = 0;
    struct binder b = bind_to(db_use(&s->db, STMT_NEXT_PEERING));
    bind_i64(&b, last);
    while (db_step(&s->db, b.stmt))
        next = sqlite3_column_int64(b.stmt, 0);
    return next;
}

/* Pages that are in use; those that were freed are filled again. */
static void look_at_size(struct store *s)
{
    struct series *r = s->series;
    int64_t page = db_ask(&s->db, "PRAGMA page_size");
    if (page <= 0)
        return;
    if (r->limits_new) {
        char text[64];
        /* beyond it the disk counts as full: retiring keeps well below */
        snprintf(text, sizeof text, "PRAGMA max_page_count = %lld",
                 (long long)(r->limits.size / (uint64_t)page));
        db_ask(&s->db, text);
        r->limits_new = false;
    }
    int64_t used = db_ask(&s->db, "PRAGMA page_count") - db_ask(&s->db, "PRAGMA freelist_count");
    uint64_t bytes = (uint64_t)(used * page);
    /* routes take the most room by far: of them the oldest go first, one piece each second */
    if (bytes > r->limits.size / 10 * 8 && store_retire_routes(s, (struct stamp){ INT64_MAX })) {
        r->looked_s -= LOOK_S - 1;
        return;
    }
    if (bytes > r->limits.size / 10 * 8 && r->rounds && r->pressure < PRESSURE_MOST) {
        r->pressure++;
        r->rounds = 0;
    } else if (bytes < r->limits.size / 10 * 6 && r->rounds && r->pressure) {
        r->pressure--;
        r->rounds = 0;
    }
}

/* Seconds since it was asked last; after a leap not all of a round is due at once. */
static uint64_t passed_since(struct series *r, int64_t second)
{
    int64_t passed = second - r->retired_s;
    r->retired_s = second;
    return (uint64_t)(passed < 1 ? 1 : passed > LEAP_S ? LEAP_S : passed);
}

void series_retire(struct store *s, int64_t second)
{
    struct series *r = s->series;
    if (second - r->looked_s >= LOOK_S || second < r->looked_s || r->limits_new) {
        r->looked_s = second;
        look_at_size(s);
    }
    /* each has its turn once a round, however often time is told; sooner under pressure, when there is none to lose */
    uint64_t turns = (uint64_t)s->peering_last + 1, passed = passed_since(r, second);
    r->credit += passed * (r->pressure ? 8 * turns : turns);
    for (; r->credit >= ROUND_S && !s->db.err; r->credit -= ROUND_S) {
        store_row(s);
        r->cursor = series_next_peering(s, r->cursor);
        if (r->cursor) {
            retire_series(s, r->cursor, second);
            retire_events(s, r->cursor, second);
            continue;
        }
        retire_events(s, 0, second);
        retire_tap(s, second);
        r->rounds++;
    }
    /* LSAs have their turn beside the peerings, all of them in the same round */
    r->lsa_credit += passed * (r->pressure ? UINT64_C(8) * s->lsa_last : s->lsa_last);
    int64_t until = before(r, second, r->limits.keep_events, SPARED_EVENTS);
    store_retire_routes(s, (struct stamp){ until * NS_PER_S });
    store_retire_lsas(s, (struct stamp){ until * NS_PER_S }, (uint32_t)(r->lsa_credit / ROUND_S));
    r->lsa_credit %= ROUND_S;
}
