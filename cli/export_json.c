/* `routetap export json`: what happened in a capture as JSON lines, into a file or to Kafka. */
#include "cli/event_out.h"
#include "cli/export.h"
#include "cli/loop.h"

#include "base/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SPOOL_USUAL = 1 << 30, PATIENCE_S = 120, STALL_S = 120 };

struct writing {
    struct events *events;
    FILE *to; /* or */
    struct spool *spool;
    struct kafka *kafka;
    char folder[64]; /* ours, if none was given */
    bool failed;
};

static bool to_file(void *to, const char *line, size_t n)
{
    struct writing *w = to;
    w->failed |= fwrite(line, 1, n, w->to) != n || putc('\n', w->to) == EOF;
    return !w->failed;
}

/* Nothing is live here: where the spool has no room, we wait until it has. */
static bool to_spool(void *to, const char *line, size_t n)
{
    struct writing *w = to;
    struct timespec step = { .tv_nsec = 20000000 };
    for (int64_t left = SPAN_S(STALL_S).ns; !spool_put(w->spool, line, n); left -= step.tv_nsec) {
        if (left <= 0) {
            w->failed = true;
            return false;
        }
        spool_flush(w->spool);
        nanosleep(&step, NULL);
    }
    return true;
}

static bool take(void *taker, const struct outbox *out)
{
    struct writing *w = taker;
    bool well = events_take(w->events, out);
    if (w->spool)
        spool_flush(w->spool);
    return well;
}

/* EXIT_DONE, or a status after saying why. */
static int open_kafka(struct writing *w, const struct options *o, const char *sensor)
{
    char message[300];
    struct kafka_options k = kafka_options_of(o, sensor);
    const char *folder = o->spool;
    if (o->write) {
        log_line(LOG_ERROR, "give either a file (-w) or --kafka");
        return EXIT_USAGE;
    }
    if (!folder) {
        snprintf(w->folder, sizeof w->folder, "/tmp/routetap-spool.XXXXXX");
        folder = mkdtemp(w->folder);
    }
    if (!folder) {
        log_line(LOG_ERROR, "no folder can be made for what waits: name one with --spool");
        return EXIT_DAMAGED;
    }
    w->spool = spool_open(folder, o->spool_size ? o->spool_size : SPOOL_USUAL, message);
    w->kafka = w->spool ? kafka_open(&k, w->spool, message) : NULL;
    if (w->kafka)
        return EXIT_DONE;
    log_line(LOG_ERROR, "--%s: %s", w->spool ? "kafka" : "spool", message);
    return EXIT_DAMAGED;
}

static int finish(struct writing *w, const struct options *o)
{
    int status = EXIT_DONE;
    if (w->to)
        status = export_close(w->to, o);
    if (w->kafka && !kafka_close(w->kafka, SPAN_S(PATIENCE_S))) {
        log_line(LOG_ERROR, "--kafka: the brokers did not confirm all of it; the rest is in %s",
                 o->spool ? o->spool : w->folder);
        status = EXIT_DAMAGED;
    }
    spool_close(w->spool);
    if (*w->folder)
        rmdir(w->folder); /* if it is empty */
    if (events_cut(w->events))
        log_line(LOG_NOTE, "%" PRIu64 " messages are not all in the capture, and left out",
                 events_cut(w->events));
    return w->failed ? EXIT_DAMAGED : status;
}

int export_json(const struct options *o)
{
    struct engine_options eo = engine_defaults();
    eo.tell_messages = true;
    struct loop l = { .take = take };
    struct writing w = { 0 };
    char host[256];
    const char *sensor = sensor_name(o, host);
    l.taker = &w;
    w.events = events_new(sensor, &o->peer, o->kafka ? to_spool : to_file, &w);
    int status = w.events ? loop_open(&l, o, eo, false) : EXIT_DAMAGED;
    if (!status && o->kafka)
        status = open_kafka(&w, o, sensor);
    else if (!status)
        w.to = export_open(o, &status);
    if (!status) {
        status = loop_run(&l, o);
        int finished = finish(&w, o);
        status = status ? status : finished;
    } else
        spool_close(w.spool);
    events_free(w.events);
    loop_close(&l);
    return status;
}
