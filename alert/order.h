/* Who is to be rung, as a value without pointers: it crosses from the process that listens to the one that rings. */
#ifndef ALERT_ORDER_H
#define ALERT_ORDER_H

#include "alert/alert.h"
#include "base/macros.h"

enum { ALERT_TARGET = 4096, ALERT_CA = 1024, ALERT_TOKEN = 4096 }; /* bytes, with the end of the string */

struct alert_order {
    uint32_t count;
    /* The same bytes wherever the same was said. An empty string stands for none. */
    struct alert_said {
        enum alert_kind kind;
        enum severity least;
        enum alert_group group;
        struct span wait, resend;
        char target[ALERT_TARGET], ca[ALERT_CA], token[ALERT_TOKEN];
    } said[ALERT_SINKS];
};

/* NULL, or what is wrong: words that are too long. */
const char *alert_order_make(struct alert_order *, const struct alert_sink *, unsigned count);
bool alert_said_same(const struct alert_said *, const struct alert_said *);
/* The same in another run, where the same is rung. */
uint64_t alert_sink_id(const struct alert_sink *);
/* Points into `said`. */
struct alert_sink alert_order_sink(struct alert_said *said);

#endif
