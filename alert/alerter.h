/* Alerts to whoever is to be rung, by a process of its own: nothing that a sink does, or fails to do, holds up the one
 * that listens, and commands can be run although that one has given up the right to. */
#ifndef ALERT_ALERTER_H
#define ALERT_ALERTER_H

#include "alert/order.h"

struct alerter;

/* Before files are opened and threads made; all is copied. NULL with a sentence. */
struct alerter *alerter_start(const struct alert_sink *, unsigned count, char message[300]);
/* From now on these are rung. Those that were before and are the same know of nothing; what fires those that take the
 * place of others are told. False after saying why: then all stays. */
MUST_USE bool alerter_change(struct alerter *, const struct alert_sink *, unsigned count);
/* What an earlier run left; before anything is rung. */
void alerter_know(struct alerter *, const struct alert_before *);
/* Whom to say what sinks took; from alerter_flush and alerter_stop. */
void alerter_hear(struct alerter *, void (*told)(void *, const struct alert_told *), void *to);
/* Never waits. What the other process does not take at once is kept, within a bound. */
void alerter_ring(struct alerter *, const struct alert *);
/* Hands on what was kept; to be called a few times a second. */
void alerter_flush(struct alerter *);
/* Waits a few seconds until all is told that can be. NULL is passed over. */
void alerter_stop(struct alerter *);

#endif
