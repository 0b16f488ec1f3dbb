#include "cli/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void names_init(struct names *n)
{
    table_init(&n->addresses, sizeof(struct addr), 0);
    table_init(&n->ases, sizeof(uint32_t), 0);
}

static void free_texts(struct table *t)
{
    void *text;
    for (uint32_t at = 0; (text = table_next(t, &at));)
        free(text);
    table_free(t);
}

void names_free(struct names *n)
{
    free_texts(&n->addresses);
    free_texts(&n->ases);
}

static const char *put(struct table *t, const void *key, const char *name)
{
    if (!*name)
        return "needs a name behind the =";
    char *copy = strdup(name), *old = table_get(t, key);
    if (!copy || !table_put(t, key, copy)) {
        free(copy);
        return "there is not enough memory";
    }
    free(old);
    return NULL;
}

const char *names_add_address(struct names *n, const char *address, const char *name)
{
    struct addr a = addr_parse(address);
    return a.size ? put(&n->addresses, &a, name) : "takes an IP address before the =";
}

const char *names_add_as(struct names *n, const char *asn, const char *name)
{
    char *end;
    errno = 0;
    unsigned long as = strtoul(asn, &end, 10);
    uint32_t key = (uint32_t)as;
    if (end == asn || *end || errno || *asn == '-' || as > UINT32_MAX)
        return "takes an AS number before the =";
    return put(&n->ases, &key, name);
}

const char *names_address(const struct names *n, const struct addr *a) { return table_get(&n->addresses, a); }
const char *names_as(const struct names *n, uint32_t asn) { return table_get(&n->ases, &asn); }
