/* Options of tables, and of what goes out into other tools. A value in, its field set, or what it wants. */
#include "cli/options_internal.h"

#include "base/macros.h"
#include "cli/collector.h"
#include "cli/kafka.h"

#include <stdlib.h>
#include <string.h>

static bool parse_as(const char *text, uint32_t *out)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    *out = (uint32_t)n;
    return *text >= '0' && *text <= '9' && !*end && n <= UINT32_MAX;
}

static const char *take_between_one(struct options *o, const char *value)
{
    struct when w = { 0 };
    if (!when_parse(value, &w))
        return "takes two times such as 10:00 10:05 or +0 +90";
    o->between[o->between[0].kind != WHEN_NONE] = w;
    return NULL;
}

/* Two words, one after the other; or both in one, with a blank or a comma between. */
static const char *take_between(struct options *o, char *value)
{
    char *comma = strchr(value, ',');
    if (comma && !o->between[0].kind) {
        *comma = '\0';
        const char *wrong = take_between_one(o, value);
        return wrong ? wrong : take_between_one(o, comma + 1);
    }
    return take_between_one(o, value);
}

const char *take_tables(struct options *o, enum option_id id, char *value)
{
    switch (id) {
    case OPTION_WRITE: o->write = value; return NULL;
    case OPTION_FINDING:
        o->finding = code_parse(value);
        return o->finding < CODE_COUNT ? NULL : "takes a code that routetap explain lists";
    case OPTION_FROM: o->from = addr_parse(value); return o->from.size ? NULL : "takes an IP address";
    case OPTION_FAMILY:
        o->family = bgp_family_parse(value);
        return o->family < FAMILY_COUNT ? NULL : "takes a family such as ipv4-unicast";
    case OPTION_AT:
        return when_parse(value, &o->at) ? NULL : "takes a time such as 2026-03-01T10:00:00Z, 10:00 or +90";
    case OPTION_BETWEEN: return take_between(o, value);
    case OPTION_AGAINST:
        o->against = addr_parse(value);
        return o->against.size ? NULL : "takes an IP address";
    case OPTION_LONGER: o->longer = true; return NULL;
    case OPTION_SHORTER: o->shorter = true; return NULL;
    case OPTION_EXACT: o->exact = true; return NULL;
    case OPTION_BGPDUMP: o->bgpdump = true; return NULL;
    case OPTION_ORIGIN: o->by_origin = true; return parse_as(value, &o->origin) ? NULL : "takes an AS number";
    case OPTION_AS_PATH: o->as_path = value; return NULL;
    case OPTION_COMMUNITY: o->community = value; return NULL;
    case OPTION_GEOIP:
        if (o->geoip_count == COUNT(o->geoip))
            return "was given too often";
        o->geoip[o->geoip_count++] = value;
        return NULL;
    case OPTION_ANONYMIZE: o->anonymize = true; return NULL;
    case OPTION_ANONYMIZE_KEY:
        o->anonymize = true;
        o->anonymize_key = value;
        return NULL;
    case OPTION_RPKI:
        o->rpki = value;
        o->rtr = NULL;
        return NULL;
    case OPTION_RTR:
        o->rtr = value;
        o->rpki = NULL; /* the last of the two counts */
        return collector_address_ok(value)
                   ? NULL
                   : "takes a host and a port, such as rpki.example.net:323 or [2001:db8::1]:8282";
    case OPTION_HISTORY: o->history = value; return NULL;
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
