/* Alerts between two runs of monitor: rows in and out. What they mean is not known here. */
#ifndef STORE_ALERT_ROWS_H
#define STORE_ALERT_ROWS_H

#include "store/store.h"

struct alert_row {
    int64_t key;
    const char *about, *subject, *name, *severity, *at, *confidence; /* borrowed, like the next; never NULL */
    const char *summary, *description, *advice, *called, *places;
    uint32_t finding, count;
    struct stamp first, last;
    bool firing, while_down;
};

/* Failures stick, as everywhere in a store. */
void store_put_alert(struct store *, const struct alert_row *);
/* With what is known of who was told. */
void store_drop_alert(struct store *, int64_t key);
void store_put_alert_told(struct store *, int64_t key, int64_t sink, struct stamp when);
void store_drop_alert_told(struct store *, int64_t key, int64_t sink);
void store_drop_alerts(struct store *);

/* One after another, those that began first; what they point to is theirs only until they return. */
void store_alerts(struct store *, void (*each)(void *, const struct alert_row *), void *to);
void store_alerts_told(struct store *, void (*each)(void *, int64_t key, int64_t sink, struct stamp),
                       void *to);
/* Findings of earlier runs have numbers up to this one. */
uint32_t store_finding_last(const struct store *);

#endif
