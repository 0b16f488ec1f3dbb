/* Events of what is heard now, by way of a spool to Kafka. */
#ifndef CLI_EVENT_OUT_H
#define CLI_EVENT_OUT_H

#include "cli/kafka.h"
#include "cli/options.h"
#include "store/events.h"

struct event_out {
    struct events *events; /* NULL: nobody asked for it */
    struct spool *spool;
    struct kafka *kafka;
    uint64_t lost; /* lines for which the spool had no room, and nobody was told of yet */
    bool complained;
    char host[256];
};

/* What this tap is called. */
const char *sensor_name(const struct options *, char host[256]);
struct kafka_options kafka_options_of(const struct options *, const char *sensor);

/* Nothing if it was not asked for. False after saying why. The engine has to tell messages. */
bool event_out_open(struct event_out *, const struct options *);
void event_out_take(struct event_out *, const struct outbox *);
void event_out_beat(struct event_out *, struct stamp now);
void event_out_close(struct event_out *);

#endif
