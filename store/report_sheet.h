/* A table of a line each. Measure all rows, fit it once, then tell it:
 *
 *     struct sheet s = { .plan = &plan };
 *     sheet_measure(t, &s, row);      for each
 *     sheet_fit(t, &s);
 *     if (s.table) sheet_tell_heads(t, &s), sheet_tell_row(t, &s, row) ... */
#ifndef STORE_REPORT_SHEET_H
#define STORE_REPORT_SHEET_H

#include "store/report_text_internal.h"

enum { SHEET_COLUMNS = 8 };

struct bond;

struct sheet_plan {
    unsigned columns;
    const char *heads[SHEET_COLUMNS];
    unsigned least_first[SHEET_COLUMNS], dispensable; /* what is left out until a line is enough */
    void (*cell)(const struct story *, const struct bond *, unsigned column, struct buf *out);
};

struct sheet {
    const struct sheet_plan *plan;
    unsigned width[SHEET_COLUMNS];
    bool shown[SHEET_COLUMNS];
    bool table; /* false: too wide for a line each */
};

void sheet_measure(const struct story *, struct sheet *, const struct bond *);
void sheet_fit(const struct story *, struct sheet *);
void sheet_tell_heads(struct story *, const struct sheet *);
void sheet_tell_row(struct story *, const struct sheet *, const struct bond *);

#endif
