/* Options of what goes out to other tools: files, archives, feeds, drawings. A value in, its field set, or what it wants. */
#include "cli/options_internal.h"

#include "base/macros.h"
#include "cli/collector.h"
#include "cli/kafka.h"

#include <string.h>

const char *take_feeds(struct options *o, enum option_id id, char *value)
{
    switch (id) {
    case OPTION_WRITE: o->write = value; return NULL;
    case OPTION_FINDING:
        o->finding = code_parse(value);
        return o->finding < CODE_COUNT ? NULL : "takes a code that routetap explain lists";
    case OPTION_ANONYMIZE: o->anonymize = true; return NULL;
    case OPTION_ANONYMIZE_KEY:
        o->anonymize = true;
        o->anonymize_key = value;
        return NULL;
    case OPTION_BMP:
        o->bmp = value;
        return collector_address_ok(value)
                   ? NULL
                   : "takes an address and a port, such as 192.0.2.1:11019 or [2001:db8::1]:11019";
    case OPTION_BMP_RIB:
        o->bmp_out = !strcmp(value, "out") || !strcmp(value, "both");
        o->bmp_only_out = !strcmp(value, "out");
        return o->bmp_out || !strcmp(value, "in") ? NULL : "takes in, out or both";
    case OPTION_KAFKA:
        o->kafka = value;
        return kafka_target_ok(value) ? NULL
                                      : "takes brokers and a topic, such as broker1:9092,broker2:9092/bgp";
    case OPTION_KAFKA_SET:
        if (!strchr(value, '=') || o->kafka_setting_count == COUNT(o->kafka_settings))
            return "takes a setting of librdkafka, such as security.protocol=ssl (at most 32 times)";
        o->kafka_settings[o->kafka_setting_count++] = value;
        return NULL;
    case OPTION_SPOOL: o->spool = value; return NULL;
    case OPTION_SPOOL_SIZE: return take_mebibytes(value, 1, &o->spool_size);
    case OPTION_JUNIT: o->junit = value; return NULL;
    case OPTION_ATTEMPTS: o->attempts = true; return NULL;
    case OPTION_SVG: o->svg = true; return NULL;
    case OPTION_TABLE: o->table = true; return NULL;
    case OPTION_ROTATE:
        if (!take_age(value, &o->rotate) && o->rotate.ns >= SPAN_S(60).ns)
            return NULL;
        return "takes a length of time from 1m on, such as 15m";
    case OPTION_SENSOR: o->sensor = value; return *value ? NULL : "takes a name";
    default: return "is unknown";
    }
}
