/* Options about OSPF. A value in, its field set, or what it wants. */
#include "cli/options_internal.h"

#include <stdlib.h>
#include <string.h>

/* "0.0.0.1" or "1" */
static bool parse_area(const char *text, uint32_t *area)
{
    struct addr a = addr_parse(text);
    char *end;
    if (a.size == 4) {
        *area = (uint32_t)a.b[0] << 24 | (uint32_t)a.b[1] << 16 | (uint32_t)a.b[2] << 8 | a.b[3];
        return true;
    }
    if (*text < '0' || *text > '9')
        return false;
    unsigned long n = strtoul(text, &end, 10);
    *area = (uint32_t)n;
    return !*end && n <= UINT32_MAX;
}

/* "1", "0x2001", "router", "network-lsa" */
static const char *take_type(struct options *o, const char *value)
{
    char *end;
    unsigned long n = strtoul(value, &end, 0);
    if (*value >= '0' && *value <= '9') {
        o->lsa_type = (uint16_t)n;
        return !*end && n && n <= UINT16_MAX ? NULL : "takes a type such as 1, 0x2001 or router";
    }
    for (int kind = 0; kind < OSPF_LSA_UNKNOWN; kind++)
        if (!strncasecmp(ospf_kind_name((enum ospf_kind)kind), value, strlen(value)) && *value) {
            o->lsa_name = value;
            return NULL;
        }
    return "takes a type such as 1, 0x2001 or router";
}

static const char *take_ospf_key(struct options *o, char *value)
{
    char whose[ADDR_TEXT];
    char *equals = strchr(value, '=');
    if (!equals || (size_t)(equals - value) >= sizeof whose)
        return "takes AREA=SECRET or ADDR=SECRET";
    memcpy(whose, value, (size_t)(equals - value));
    whose[equals - value] = '\0';
    struct ospf_secret key = { 0 };
    /* 0.0.0.1 is an area, 10.0.0.1 an address: no interface has an address of 0.0.0.0/8 (RFC 1122 3.2.1.3) */
    key.by_area = parse_area(whose, &key.area) && (key.area >> 24 == 0 || !strchr(whose, '.'));
    key.addr = key.by_area ? (struct addr){ 0 } : addr_parse(whose);
    if (!key.by_area && !key.addr.size)
        return "takes an area (0.0.0.1, or 1) or an IP address before the =";
    if (o->ospf_key_count == KEYS_MAX)
        return "was given too often";
    const char *why;
    key.secret = read_secret(o, equals + 1, &why);
    if (!key.secret)
        return why;
    o->ospf_keys[o->ospf_key_count++] = key;
    return *key.secret ? NULL : "takes a secret that is not empty";
}

const char *take_ospf(struct options *o, enum option_id id, char *value)
{
    static const char *const formats[] = { "text", "dot", "json", NULL };
    switch (id) {
    case OPTION_OSPF_KEY: return take_ospf_key(o, value);
    case OPTION_AREA:
        o->by_area = parse_area(value, &o->area);
        return o->by_area ? NULL : "takes an area: 0.0.0.1, or 1";
    case OPTION_LSA_TYPE: return take_type(o, value);
    case OPTION_CHANGES: o->changes = true; return NULL;
    case OPTION_FORMAT:
        o->format = one_of(value, formats);
        return o->format >= 0 ? NULL : "takes text, dot or json";
    default: return "is unknown";
    }
}
