/* The report of `analyze`, told from the store: for programs and for people. Nothing in it comes from the engine, so a
 * database written last year tells the same. */
#ifndef STORE_REPORT_H
#define STORE_REPORT_H

#include "base/addr.h"
#include "state/rules/explain.h"
#include "store/store.h"
#include <stdio.h>

struct report_options {
    unsigned width;      /* columns; 0: 100 */
    bool colour;         /* ANSI */
    bool utf8;           /* false: ASCII only */
    bool all;            /* every peering and finding, however many */
    struct addr peer;    /* only peerings that it is a side of; size 0: all */
    enum vendor vendor;  /* whose commands stand with the advice; VENDOR_GENERIC: nobody's */
    enum severity least; /* findings below it are left out */
};

/* One JSON document. ERR_WRITE: `out` did not take it; else as store_why says. */
MUST_USE enum err report_json(struct store *, const struct report_options *, FILE *out);
/* The report for a terminal. Likewise. */
MUST_USE enum err report_text(struct store *, const struct report_options *, FILE *out);

#endif
