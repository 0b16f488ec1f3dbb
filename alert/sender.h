/* How a batch reaches its sink. Each call may take its time: every sink has a thread of its own. */
#ifndef ALERT_SENDER_H
#define ALERT_SENDER_H

#include "alert/desk.h"
#include "base/buf.h"

enum sent {
    SENT_ALL,     /* of the batch, so many as `done` says */
    SENT_LATER,   /* it does not answer, or cannot take it now */
    SENT_REFUSED, /* it took notice and will never take it */
};

struct sender; /* one sink's connection */

/* NULL without memory, or (webhook) without libcurl. */
struct sender *sender_new(const struct alert_sink *);
void sender_free(struct sender *);
/* *done: how many were taken; else why[] says what went wrong. */
enum sent sender_send(struct sender *, const struct desk_batch *, uint32_t *done, char why[200]);
/* What is missing for this kind on this machine, or in this build; NULL: nothing. */
const char *sender_lacks(enum alert_kind);

/* ---- how an alert is told; pure ---- */

/* Alertmanager's form (POST /api/v2/alerts): an array. What fires does so until `until`, unless it is told again. */
void alert_json(const struct desk_batch *, struct stamp until, struct buf *out);
/* One message (RFC 5424). */
void alert_syslog(const struct alert *, const char *host, long pid, struct buf *out);

#endif
