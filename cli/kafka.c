/* The spool to the brokers, by librdkafka. */
#include "cli/kafka.h"

#include "base/log.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool kafka_target_ok(const char *text)
{
    const char *slash = strrchr(text, '/');
    return slash && slash != text && slash[1];
}

#ifndef RT_RDKAFKA

struct kafka *kafka_open(const struct kafka_options *o, struct spool *s, char message[300])
{
    (void)o;
    (void)s;
    snprintf(message, 300, "this routetap was built without librdkafka");
    return NULL;
}

bool kafka_close(struct kafka *k, struct span patience)
{
    (void)patience;
    return !k;
}

#else

#include "base/late.h"
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <signal.h>

enum { IDLE_MS = 100 };

static struct {
#define CALL(name) __typeof__(name) *name;
#include "cli/kafka.def"
#undef CALL
} lib; /* once it was asked for */

static bool load(char message[300])
{
    static const char *const names[] = {
#define CALL(name) #name,
#include "cli/kafka.def"
#undef CALL
    };
    late_function *found[COUNT(names)];
    if (!lib.rd_kafka_new && !late_load(RT_RDKAFKA, names, found, COUNT(names), message))
        return false;
    _Static_assert(sizeof lib == sizeof found, "a member for each name");
    if (!lib.rd_kafka_new)
        memcpy(&lib, found, sizeof lib);
    return true;
}

struct kafka {
    struct spool *spool;
    const char *key;
    rd_kafka_t *producer;
    rd_kafka_topic_t *topic;
    pthread_t thread;
    uint64_t waiting, failed; /* messages of the file at hand: not confirmed; never will be */
    atomic_bool stop;         /* after what is there */
    atomic_bool now;          /* at once */
    bool complained;
};

/* ---- what librdkafka calls, from rd_kafka_poll, so in our own thread ---- */

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *m, void *of)
{
    struct kafka *k = of;
    (void)producer;
    k->waiting--;
    k->failed += m->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void on_error(rd_kafka_t *producer, int err, const char *reason, void *of)
{
    struct kafka *k = of;
    (void)producer;
    if (!k->complained)
        log_line(LOG_WARNING, "--kafka: %s (%s); events wait in the spool",
                 lib.rd_kafka_err2str((rd_kafka_resp_err_t)err), reason);
    k->complained = true;
}

static void on_log(const rd_kafka_t *producer, int level, const char *facility, const char *words)
{
    (void)producer;
    (void)facility;
    (void)level;
    log_line(LOG_DEBUG, "--kafka: %s", words);
}

/* ---- the thread ---- */

static void produce(struct kafka *k, const char *line, size_t n)
{
    for (;;) {
        bool taken = !lib.rd_kafka_produce(k->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                           (void *)(uintptr_t)line, n, k->key, strlen(k->key), NULL);
        if (!taken && lib.rd_kafka_last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL && !atomic_load(&k->now)) {
            lib.rd_kafka_poll(k->producer, IDLE_MS);
            continue;
        }
        k->waiting += taken;
        k->failed += !taken;
        lib.rd_kafka_poll(k->producer, 0);
        return;
    }
}

/* The end of a file: it goes when all of it is confirmed, and is told once more if some of it failed. */
static void settle(struct kafka *k)
{
    while (k->waiting && !atomic_load(&k->now))
        lib.rd_kafka_poll(k->producer, IDLE_MS);
    if (k->waiting)
        return;
    if (k->failed)
        spool_again(k->spool);
    else {
        spool_done(k->spool);
        if (k->complained)
            log_line(LOG_NOTE, "--kafka: the brokers take events again");
        k->complained = false;
    }
    k->failed = 0;
}

static void *run(void *of)
{
    struct kafka *k = of;
    const char *line;
    size_t n;
    while (!atomic_load(&k->now)) {
        enum spool_got got = spool_next(k->spool, &line, &n);
        if (got == SPOOL_LINE)
            produce(k, line, n);
        else if (got == SPOOL_END)
            settle(k);
        else if (atomic_load(&k->stop) && spool_empty(k->spool))
            break;
        else
            lib.rd_kafka_poll(k->producer, IDLE_MS);
    }
    return NULL;
}

/* ---- the door ---- */

static bool set(rd_kafka_conf_t *c, const char *name, const char *value, char message[300])
{
    return lib.rd_kafka_conf_set(c, name, value, message, 300) == RD_KAFKA_CONF_OK;
}

/* A message waits for ever, for the spool is its home; one at a time on the way, so that they stay in order. */
static bool configure(rd_kafka_conf_t *c, const struct kafka_options *o, char message[300])
{
    char text[1024];
    snprintf(text, sizeof text, "%.*s", (int)(strrchr(o->target, '/') - o->target), o->target);
    bool well = set(c, "bootstrap.servers", text, message) && set(c, "client.id", "routetap", message) &&
                set(c, "message.timeout.ms", "0", message) && set(c, "acks", "all", message) &&
                set(c, "max.in.flight.requests.per.connection", "1", message) &&
                set(c, "linger.ms", "50", message) && set(c, "reconnect.backoff.max.ms", "5000", message) &&
                set(c, "queue.buffering.max.kbytes", "65536", message);
    for (unsigned i = 0; well && i < o->setting_count; i++) {
        const char *equals = strchr(o->settings[i], '=');
        snprintf(text, sizeof text, "%.*s", (int)(equals - o->settings[i]), o->settings[i]);
        well = set(c, text, equals + 1, message);
    }
    return well;
}

static bool start(struct kafka *k)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool well = !pthread_create(&k->thread, NULL, run, k);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return well;
}

struct kafka *kafka_open(const struct kafka_options *o, struct spool *s, char message[300])
{
    if (!load(message))
        return NULL;
    struct kafka *k = calloc(1, sizeof *k);
    rd_kafka_conf_t *c = lib.rd_kafka_conf_new();
    snprintf(message, 300, "there is not enough memory to begin");
    if (!k || !configure(c, o, message)) {
        lib.rd_kafka_conf_destroy(c);
        free(k);
        return NULL;
    }
    k->spool = s;
    k->key = o->key;
    lib.rd_kafka_conf_set_opaque(c, k);
    lib.rd_kafka_conf_set_dr_msg_cb(c, on_delivery);
    lib.rd_kafka_conf_set_error_cb(c, on_error);
    lib.rd_kafka_conf_set_log_cb(c, on_log);
    k->producer = lib.rd_kafka_new(RD_KAFKA_PRODUCER, c, message, 300);
    if (!k->producer)
        lib.rd_kafka_conf_destroy(c);
    else
        k->topic = lib.rd_kafka_topic_new(k->producer, strrchr(o->target, '/') + 1, NULL);
    if (k->topic && start(k))
        return k;
    if (k->topic)
        lib.rd_kafka_topic_destroy(k->topic);
    if (k->producer)
        lib.rd_kafka_destroy(k->producer);
    free(k);
    return NULL;
}

bool kafka_close(struct kafka *k, struct span patience)
{
    if (!k)
        return true;
    struct timespec step = { .tv_nsec = 20000000 };
    spool_flush(k->spool);
    atomic_store(&k->stop, true);
    for (int64_t left = patience.ns; left > 0 && !spool_empty(k->spool); left -= step.tv_nsec)
        nanosleep(&step, NULL);
    bool well = spool_empty(k->spool);
    atomic_store(&k->now, true);
    pthread_join(k->thread, NULL);
    lib.rd_kafka_purge(k->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    lib.rd_kafka_topic_destroy(k->topic);
    lib.rd_kafka_destroy(k->producer);
    free(k);
    return well;
}

#endif
