/* Options of the page. A value in, its field set, or what it wants. */
#include "cli/options_internal.h"

#include "base/macros.h"
#include <string.h>

/* "8179", "127.0.0.1:8179", "[::1]:8179" */
static bool parse_address(const char *text, struct addr *address, uint16_t *port)
{
    char copy[ADDR_TEXT];
    long number;
    const char *colon = strrchr(text, ':');
    if (!parse_number(colon ? colon + 1 : text, 1, 65535, &number))
        return false;
    *port = (uint16_t)number;
    *address = (struct addr){ 0 };
    if (!colon)
        return true;
    bool bracket = *text == '[' && colon > text && colon[-1] == ']';
    size_t n = (size_t)(colon - text) - 2 * bracket;
    if (n >= sizeof copy)
        return false;
    memcpy(copy, text + bracket, n);
    copy[n] = '\0';
    *address = addr_parse(copy);
    return address->size == (bracket ? 16 : 4);
}

bool web_value(const char *text)
{
    struct addr address;
    uint16_t port;
    return parse_address(text, &address, &port);
}

const char *take_web(struct options *o, enum option_id id, char *value)
{
    switch (id) {
    case OPTION_WEB:
        o->web = true;
        if (!value)
            return NULL;
        return parse_address(value, &o->web_address, &o->web_port)
                   ? NULL
                   : "takes a port, with an address before it if you like: 8179, 192.0.2.1:8179, [::1]:8179";
    case OPTION_WEB_NAME:
        if (o->web_name_count == COUNT(o->web_names))
            return "was given too often";
        o->web_names[o->web_name_count++] = value;
        return NULL;
    case OPTION_WEB_TOKEN: o->web_token_file = value; return NULL;
    case OPTION_TLS_CERT: o->tls_cert = value; return NULL;
    case OPTION_TLS_KEY: o->tls_key = value; return NULL;
    case OPTION_ASSETS: o->assets = value; return NULL;
    default: return "is unknown";
    }
}
