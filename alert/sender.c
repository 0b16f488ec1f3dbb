/* The three kinds of sinks behind one door. */
#include "alert/sender_internal.h"

#include "base/wall.h"
#include <stdlib.h>
#include <unistd.h>

enum { BODY_MOST = 8 << 20 };

const char *sender_lacks(enum alert_kind kind) { return kind == ALERT_WEBHOOK ? webhook_lacks() : NULL; }

struct stamp sender_until(const struct alert_sink *s)
{
    return stamp_add(wall_now(), (struct span){ 3 * s->resend.ns });
}

struct sender *sender_new(const struct alert_sink *sink)
{
    struct sender *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->sink = sink;
    s->fd = -1;
    s->body = buf_init(BODY_MOST);
    if (gethostname(s->host, sizeof s->host - 1))
        s->host[0] = '\0';
    if (sink->kind == ALERT_WEBHOOK && !webhook_open(s)) {
        sender_free(s);
        return NULL;
    }
    return s;
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    webhook_close(s);
    if (s->fd >= 0)
        close(s->fd);
    buf_free(&s->body);
    free(s);
}

enum sent sender_send(struct sender *s, const struct desk_batch *b, uint32_t *done, char why[200])
{
    *done = 0;
    switch (s->sink->kind) {
    case ALERT_WEBHOOK: return webhook_send(s, b, done, why);
    case ALERT_SYSLOG: return syslog_send(s, b, done, why);
    case ALERT_COMMAND: return command_send(s, b, done, why);
    }
    return SENT_REFUSED;
}
