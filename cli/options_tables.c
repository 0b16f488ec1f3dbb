/* Options of tables: which routes, of when, and what they are held against. A value in, its field set, or what it wants. */
#include "cli/options_internal.h"

#include "base/macros.h"
#include "cli/collector.h"

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
    default: return take_feeds(o, id, value);
    }
}
