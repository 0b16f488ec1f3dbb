/* Alerts in, rows out; and back. */
#include "store/alert_rows.h"

#include "store/store_internal.h"

void store_put_alert(struct store *s, const struct alert_row *a)
{
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_ALERT));
    bind_i64(&b, a->key);
    bind_text(&b, a->about);
    bind_text(&b, a->subject);
    bind_text(&b, a->name);
    bind_text(&b, a->severity);
    bind_text(&b, a->at);
    bind_i64(&b, a->finding);
    bind_i64(&b, a->count);
    bind_i64(&b, a->first.ns);
    bind_i64(&b, a->last.ns);
    bind_i64(&b, a->firing);
    bind_i64(&b, a->while_down);
    bind_text(&b, a->confidence);
    bind_text(&b, a->summary);
    bind_text(&b, a->description);
    bind_text(&b, a->advice);
    bind_text(&b, a->called);
    bind_text(&b, a->places);
    db_run(&s->db, b.stmt);
}

static void run(struct store *s, enum statement which, const int64_t *numbers, unsigned count)
{
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, which));
    for (unsigned i = 0; i < count; i++)
        bind_i64(&b, numbers[i]);
    db_run(&s->db, b.stmt);
}

void store_drop_alert(struct store *s, int64_t key) { run(s, STMT_DROP_ALERT, &key, 1); }
void store_drop_alerts(struct store *s) { run(s, STMT_DROP_ALERTS, NULL, 0); }

void store_put_alert_told(struct store *s, int64_t key, int64_t sink, struct stamp when)
{
    const int64_t numbers[] = { key, sink, when.ns };
    run(s, STMT_PUT_ALERT_TOLD, numbers, 3);
}

void store_drop_alert_told(struct store *s, int64_t key, int64_t sink)
{
    const int64_t numbers[] = { key, sink };
    run(s, STMT_DROP_ALERT_TOLD, numbers, 2);
}

static const char *text(sqlite3_stmt *q, int column)
{
    const char *t = (const char *)sqlite3_column_text(q, column);
    return t ? t : "";
}

void store_alerts(struct store *s, void (*each)(void *, const struct alert_row *), void *to)
{
    sqlite3_stmt *q = db_use(&s->db, STMT_ALERTS);
    while (db_step(&s->db, q)) {
        const struct alert_row row = { .key = sqlite3_column_int64(q, 0),
                                       .about = text(q, 1),
                                       .subject = text(q, 2),
                                       .name = text(q, 3),
                                       .severity = text(q, 4),
                                       .at = text(q, 5),
                                       .finding = (uint32_t)sqlite3_column_int64(q, 6),
                                       .count = (uint32_t)sqlite3_column_int64(q, 7),
                                       .first = { sqlite3_column_int64(q, 8) },
                                       .last = { sqlite3_column_int64(q, 9) },
                                       .firing = sqlite3_column_int(q, 10) != 0,
                                       .while_down = sqlite3_column_int(q, 11) != 0,
                                       .confidence = text(q, 12),
                                       .summary = text(q, 13),
                                       .description = text(q, 14),
                                       .advice = text(q, 15),
                                       .called = text(q, 16),
                                       .places = text(q, 17) };
        each(to, &row);
    }
}

void store_alerts_told(struct store *s, void (*each)(void *, int64_t, int64_t, struct stamp), void *to)
{
    sqlite3_stmt *q = db_use(&s->db, STMT_ALERTS_TOLD);
    while (db_step(&s->db, q))
        each(to, sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
             (struct stamp){ sqlite3_column_int64(q, 2) });
}

uint32_t store_finding_last(const struct store *s) { return (uint32_t)s->finding_base; }
