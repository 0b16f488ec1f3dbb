/* Options of what is heard now: interfaces, replay, rights. A value in, its field set, or what it wants. */
#include "cli/options_internal.h"

#include "base/macros.h"
#include <stdlib.h>
#include <string.h>

/* "max", or how many times as fast as it came. */
static bool parse_speed(const char *text, double *out)
{
    char *end;
    *out = 0;
    if (!strcmp(text, "max"))
        return true;
    *out = strtod(text, &end);
    return end != text && !*end && *out >= 0 && *out <= 1e6;
}

const char *take_age(const char *text, struct span *out)
{
    static const char units[] = "smhd";
    static const long seconds[] = { 1, 60, 3600, 86400 };
    char *end;
    long n = strtol(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    if (end == text || !unit || end[1] || n <= 0 || n > 3000000000 / seconds[unit - units])
        return "takes a length of time such as 6h or 30d";
    *out = SPAN_S(n * seconds[unit - units]);
    return NULL;
}

static const char *take_keep_routes(struct options *o, const char *value)
{
    static const char *const which[] = { "none", "changes", "all", NULL };
    int n = one_of(value, which);
    o->keep_routes = n > 0 ? (enum keep_routes)n : KEEP_ROUTES_NONE;
    return n >= 0 ? NULL : "takes none, changes or all";
}

/* What is kept, and how long. */
static const char *take_kept(struct options *o, enum option_id id, char *value)
{
    switch (id) {
    case OPTION_EVIDENCE: o->evidence = value; return NULL;
    case OPTION_EVIDENCE_SIZE: return take_mebibytes(value, 1, &o->evidence_size);
    case OPTION_DB_SIZE: return take_mebibytes(value, 16, &o->db_size);
    case OPTION_SETTLE: return take_age(value, &o->settle);
    case OPTION_KEEP_10S: return take_age(value, &o->keep_10s);
    case OPTION_KEEP_1MIN: return take_age(value, &o->keep_1min);
    case OPTION_KEEP_1H: return take_age(value, &o->keep_1h);
    case OPTION_KEEP_EVENTS: return take_age(value, &o->keep_events);
    case OPTION_KEEP_ROUTES: return take_keep_routes(o, value);
    default: return take_tables(o, id, value);
    }
}

static const char *take_interface(struct options *o, const char *name)
{
    if (!*name)
        return "takes the name of an interface; -D lists them";
    if (o->interface_count == COUNT(o->interfaces))
        return "was given too often";
    o->interfaces[o->interface_count++] = name;
    return NULL;
}

const char *take_live(struct options *o, enum option_id id, char *value)
{
    static const char *const severities[] = { "info", "warning", "error", NULL };
    uint64_t size;
    int n;
    switch (id) {
    case OPTION_INTERFACE: return take_interface(o, value);
    case OPTION_READ:
        if (o->read_count == COUNT(o->reads))
            return "was given too often";
        o->reads[o->read_count++] = value;
        return NULL;
    case OPTION_REPLAY:
        o->replay = true;
        return parse_speed(value, &o->speed) ? NULL : "takes a factor such as 1 or 10, or max";
    case OPTION_LIST: o->list = true; return NULL;
    case OPTION_NO_PROMISC: o->no_promiscuous = true; return NULL;
    case OPTION_IMMEDIATE: o->immediate = true; return NULL;
    case OPTION_VERBOSE: o->verbose = true; return NULL;
    case OPTION_FILTER: o->filter = value; return NULL;
    case OPTION_SNAP:
        if (!parse_size(value, 0, 0, 262144, &size))
            return "takes a number of bytes up to 262144; 0 is all";
        o->snap = (uint32_t)size;
        return NULL;
    case OPTION_BUFFER:
        if (!parse_size(value, 10, 64 << 10, 1 << 30, &size))
            return "takes a size from 64K to 1G, such as 64M; a number alone counts KiB";
        o->buffer = (uint32_t)size;
        return NULL;
    case OPTION_CARRIERS:
        return filter_carriers(value, &o->carriers) ? NULL
                                                    : "takes a list of mpls, gre, vxlan, geneve, ipip, pppoe";
    case OPTION_SEVERITY:
        n = one_of(value, severities);
        o->least = n >= 0 ? (enum severity)n : SEVERITY_INFO;
        return n >= 0 ? NULL : "takes info, warning or error";
    case OPTION_CONFIG: return NULL; /* it was read before */
    case OPTION_USER: o->user = value; return NULL;
    case OPTION_NO_SANDBOX: o->no_sandbox = true; return NULL;
    default: return take_kept(o, id, value);
    }
}
