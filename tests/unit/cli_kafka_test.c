/* Lines through the spool to a cluster that goes away and comes back: each arrives at least once, in order, also over an end
 * of ours. The cluster is the one that librdkafka has for tests. Nothing here waits for longer than it has to. */
#include "cli/kafka.h"
#include "cli/spool.h"

#include "tests/check.h"
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/routetap-kafka-test.XXXXXX";

static unsigned files(void)
{
    unsigned n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; d && (e = readdir(d));)
        n += !strncmp(e->d_name, "events.", 7);
    if (d)
        closedir(d);
    return n;
}

static void put(struct spool *s, unsigned from, unsigned to)
{
    char line[200];
    for (unsigned i = from; i < to; i++) {
        int n = snprintf(line, sizeof line, "{\"seq\":%u,\"filler\":\"%0100u\"}", i, i);
        CHECK(spool_put(s, line, (size_t)n));
    }
    spool_flush(s);
}

/* ---- the spool alone ---- */

static unsigned take_all(struct spool *s, unsigned *seen, bool confirm)
{
    const char *line;
    size_t n;
    unsigned lines = 0;
    for (enum spool_got got; (got = spool_next(s, &line, &n)) != SPOOL_LATER;) {
        if (got == SPOOL_LINE) {
            seen[strtoul(line + 7, NULL, 10)]++;
            lines++;
        } else if (confirm)
            spool_done(s);
        else {
            spool_again(s);
            return lines;
        }
    }
    return lines;
}

static void spool_keeps(void)
{
    static unsigned seen[3000];
    char message[300];
    struct spool *s = spool_open(folder, 1 << 20, message);
    CHECK(s != NULL);
    put(s, 0, 2000);
    spool_close(s); /* an end of ours: nothing was taken */
    s = spool_open(folder, 1 << 20, message);
    CHECK(s != NULL);
    put(s, 2000, 3000);
    CHECK(take_all(s, seen, false) > 0); /* not confirmed: it comes again */
    memset(seen, 0, sizeof seen);
    CHECK(take_all(s, seen, true) == 3000);
    for (unsigned i = 0; i < 3000; i++)
        CHECK(seen[i] == 1);
    CHECK(spool_empty(s));
    CHECK(files() == 1);
    spool_close(s);
    CHECK(files() == 0);
}

static void spool_is_bounded(void)
{
    static unsigned seen[20000];
    char message[300], line[100];
    struct spool *s = spool_open(folder, 100000, message);
    CHECK(s != NULL);
    unsigned kept = 0;
    memset(line, 'x', sizeof line);
    for (unsigned i = 0; i < 2000; i++)
        kept += spool_put(s, line, 99);
    CHECK(kept == 1000);
    CHECK(spool_lost(s) == 1000);
    CHECK(spool_lost(s) == 0);
    spool_flush(s);
    CHECK(take_all(s, seen, true) == 1000);
    CHECK(spool_put(s, line, 99)); /* there is room again */
    spool_flush(s);
    take_all(s, seen, true);
    spool_close(s);
    CHECK(spool_open("/nowhere/at/all", 1000, message) == NULL && strstr(message, "/nowhere"));
}

/* A line that a crash cut is left out; those before it are not. */
static void spool_after_a_crash(void)
{
    static unsigned seen[10];
    char message[300], path[200];
    snprintf(path, sizeof path, "%s/events.0000000007", folder);
    FILE *f = fopen(path, "wb");
    CHECK(f != NULL);
    if (f) {
        fputs("{\"seq\":1}\n{\"seq\":2}\n{\"se", f);
        fclose(f);
    }
    struct spool *s = spool_open(folder, 1 << 20, message);
    CHECK(s != NULL);
    CHECK(take_all(s, seen, true) == 2 && seen[1] == 1 && seen[2] == 1);
    CHECK(spool_empty(s));
    spool_close(s);
}

/* ---- with a cluster ---- */

#ifdef RT_RDKAFKA
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

enum { LINES = 6000 };

/* What the topic holds, by number, until each was seen or nothing comes any more. */
static unsigned consume(const char *brokers, unsigned *seen, unsigned want)
{
    char message[300];
    rd_kafka_conf_t *c = rd_kafka_conf_new();
    rd_kafka_conf_set(c, "bootstrap.servers", brokers, message, sizeof message);
    rd_kafka_conf_set(c, "group.id", "test", message, sizeof message);
    rd_kafka_conf_set(c, "auto.offset.reset", "earliest", message, sizeof message);
    rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, c, message, sizeof message);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, "bgp", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, list);
    unsigned distinct = 0, idle = 0;
    while (distinct < want && idle < 60) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(consumer, 250);
        idle = m ? 0 : idle + 1;
        if (m && !m->err && m->len > 7) {
            unsigned long n = strtoul((const char *)m->payload + 7, NULL, 10);
            if (n < want)
                distinct += !seen[n]++;
        }
        if (m)
            rd_kafka_message_destroy(m);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return distinct;
}

static void brokers_go_and_come(void)
{
    static unsigned seen[LINES];
    char message[300], target[300];
    rd_kafka_t *home = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), message, sizeof message);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(home, 1);
    rd_kafka_mock_topic_create(cluster, "bgp", 1, 1);
    snprintf(target, sizeof target, "%s/bgp", rd_kafka_mock_cluster_bootstraps(cluster));
    const struct kafka_options o = { .target = target,
                                     .settings = { "reconnect.backoff.max.ms=200",
                                                   "log.connection.close=false" },
                                     .setting_count = 2,
                                     .key = "tap" };
    struct spool *s = spool_open(folder, 4 << 20, message);
    struct kafka *k = kafka_open(&o, s, message);
    CHECK(s && k);
    put(s, 0, 2000);
    while (!spool_empty(s)) /* so far all is well */
        usleep(1000);
    put(s, 2000, 3000);
    rd_kafka_mock_broker_set_down(cluster, 1); /* in mid-stream */
    put(s, 3000, 4000);
    CHECK(!kafka_close(k, SPAN_MS(300))); /* we end, too, with all of that in the spool */
    CHECK(!spool_empty(s));
    spool_close(s);
    s = spool_open(folder, 4 << 20, message);
    k = kafka_open(&o, s, message);
    CHECK(s && k);
    put(s, 4000, LINES);
    rd_kafka_mock_broker_set_up(cluster, 1);
    CHECK(kafka_close(k, SPAN_S(60)));
    CHECK(spool_empty(s));
    spool_close(s);
    CHECK(files() == 0);
    CHECK(consume(rd_kafka_mock_cluster_bootstraps(cluster), seen, LINES) == LINES);
    unsigned again = 0;
    for (unsigned i = 0; i < LINES; i++)
        again += seen[i] > 1;
    printf("%u of %u came more than once\n", again, LINES);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(home);
}

static void wrong_settings(void)
{
    char message[300];
    const struct kafka_options o = {
        .target = "127.0.0.1:1/bgp", .settings = { "no.such.thing=1" }, .setting_count = 1, .key = "tap"
    };
    struct spool *s = spool_open(folder, 1 << 20, message);
    CHECK(kafka_open(&o, s, message) == NULL && strstr(message, "no.such.thing"));
    spool_close(s);
}
#endif

static void targets(void)
{
    CHECK(kafka_target_ok("a:9092,b:9092/bgp") && kafka_target_ok("a/b"));
    CHECK(!kafka_target_ok("a:9092") && !kafka_target_ok("/bgp") && !kafka_target_ok("a:9092/"));
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    targets();
    spool_keeps();
    spool_is_bounded();
    spool_after_a_crash();
#ifdef RT_RDKAFKA
    brokers_go_and_come();
    wrong_settings();
#endif
    rmdir(folder);
    return CHECK_END();
}
