/* Events, the spool, and who takes from it. */
#include "cli/event_out.h"

#include "base/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SPOOL_USUAL = 256 << 20, PATIENCE_S = 5 };

const char *sensor_name(const struct options *o, char host[256])
{
    if (gethostname(host, 256))
        snprintf(host, 256, "routetap");
    host[255] = '\0';
    return o->sensor ? o->sensor : host;
}

struct kafka_options kafka_options_of(const struct options *o, const char *sensor)
{
    struct kafka_options k = { .target = o->kafka, .setting_count = o->kafka_setting_count, .key = sensor };
    memcpy(k.settings, o->kafka_settings, sizeof k.settings);
    return k;
}

static bool keep(void *to, const char *line, size_t n)
{
    struct event_out *e = to;
    spool_put(e->spool, line, n); /* it counts what it has no room for */
    return true;
}

bool event_out_open(struct event_out *e, const struct options *o)
{
    char message[300] = "there is not enough memory to begin";
    if (!o->kafka)
        return true;
    const char *sensor = sensor_name(o, e->host);
    struct kafka_options k = kafka_options_of(o, sensor);
    if (!o->spool) {
        log_line(LOG_ERROR, "--kafka needs a folder for what waits: --spool");
        return false;
    }
    e->spool = spool_open(o->spool, o->spool_size ? o->spool_size : SPOOL_USUAL, message);
    e->kafka = e->spool ? kafka_open(&k, e->spool, message) : NULL;
    e->events = e->kafka ? events_new(sensor, &o->peer, keep, e) : NULL;
    if (!e->events)
        log_line(LOG_ERROR, "--%s: %s", e->spool ? "kafka" : "spool", message);
    return e->events;
}

void event_out_take(struct event_out *e, const struct outbox *out)
{
    if (e->events)
        events_take(e->events, out);
}

/* What was lost is told as soon as there is room for that. */
static void tell_lost(struct event_out *e, struct stamp now)
{
    e->lost += spool_lost(e->spool);
    if (e->lost && !e->complained)
        log_line(LOG_ERROR, "--spool: it is full, or cannot be written; events are lost");
    e->complained = e->lost;
    if (!e->lost)
        return;
    events_lost(e->events, now, e->lost);
    if (!spool_lost(e->spool))
        e->lost = 0; /* it had room for this one */
}

void event_out_beat(struct event_out *e, struct stamp now)
{
    if (!e->events)
        return;
    tell_lost(e, now);
    spool_flush(e->spool);
}

void event_out_close(struct event_out *e)
{
    if (e->kafka && !kafka_close(e->kafka, SPAN_S(PATIENCE_S)))
        log_line(LOG_NOTE, "--kafka: what is not confirmed stays in the spool, for the next run");
    spool_close(e->spool);
    events_free(e->events);
}
