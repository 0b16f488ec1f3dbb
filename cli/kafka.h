/* Lines in, messages of a Kafka topic out, each at least once: what the brokers have not confirmed stays in the spool, over
 * any time that they are away and any end of ours. By a thread of its own; the capture writes to the spool and goes on. */
#ifndef CLI_KAFKA_H
#define CLI_KAFKA_H

#include "base/stamp.h"
#include "cli/spool.h"

struct kafka;

enum { KAFKA_SETTINGS = 32 };
struct kafka_options {
    const char *target;                   /* "broker:9092,broker2:9092/topic" */
    const char *settings[KAFKA_SETTINGS]; /* "security.protocol=ssl": librdkafka's own */
    unsigned setting_count;
    const char *key; /* of each message: keeps them in one partition, in order; borrowed */
};

/* False if it is no target. */
bool kafka_target_ok(const char *);
/* Takes from the spool, which outlives it. NULL with a sentence in `message`. */
struct kafka *kafka_open(const struct kafka_options *, struct spool *, char message[300]);
/* After all is confirmed, or so much time. True if nothing is left. */
bool kafka_close(struct kafka *, struct span patience);

#endif
