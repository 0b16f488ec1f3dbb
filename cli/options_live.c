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
    long n;
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
        if (!parse_number(value, 0, 262144, &n))
            return "takes a number of bytes up to 262144; 0 is all";
        o->snap = (uint32_t)n;
        return NULL;
    case OPTION_BUFFER:
        if (!parse_number(value, 64, 1 << 20, &n))
            return "takes a number of KiB from 64 to 1048576";
        o->buffer = (uint32_t)n << 10;
        return NULL;
    case OPTION_CARRIERS:
        return filter_carriers(value, &o->carriers) ? NULL
                                                    : "takes a list of mpls, gre, vxlan, geneve, ipip, pppoe";
    default: return take_tables(o, id, value);
    }
}
