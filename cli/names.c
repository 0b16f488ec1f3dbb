/* Addresses and ASes in, what people call them out. */
#include "cli/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void names_init(struct names *n)
{
    table_init(&n->addresses, sizeof(struct addr), 0);
    table_init(&n->ases, sizeof(uint32_t), 0);
}

/* What it is called, and what is called so. */
struct name {
    struct addr addr;
    uint32_t asn;
    char text[];
};

static void free_all(struct table *t)
{
    void *name;
    for (uint32_t at = 0; (name = table_next(t, &at));)
        free(name);
    table_free(t);
}

void names_free(struct names *n)
{
    free_all(&n->addresses);
    free_all(&n->ases);
}

static const char *put(struct table *t, const void *key, const struct name *of, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size == 1)
        return "needs a name behind the =";
    struct name *name = malloc(sizeof *name + size), *old = table_get(t, key);
    if (!name || !table_put(t, key, name)) {
        free(name);
        return "cannot be kept: there is not enough memory";
    }
    *name = *of;
    memcpy(name->text, text, size);
    free(old);
    return NULL;
}

const char *names_add_address(struct names *n, const char *address, const char *name)
{
    struct name of = { .addr = addr_parse(address) };
    return of.addr.size ? put(&n->addresses, &of.addr, &of, name) : "takes an IP address before the =";
}

const char *names_add_as(struct names *n, const char *asn, const char *name)
{
    char *end;
    errno = 0;
    unsigned long as = strtoul(asn, &end, 10);
    if (end == asn || *end || errno || *asn == '-' || as > UINT32_MAX)
        return "takes an AS number before the =";
    struct name of = { .asn = (uint32_t)as };
    return put(&n->ases, &of.asn, &of, name);
}

const char *names_address(const struct names *n, const struct addr *a)
{
    const struct name *name = table_get(&n->addresses, a);
    return name ? name->text : NULL;
}

const char *names_next_address(const struct names *n, uint32_t *at, struct addr *of)
{
    const struct name *name = table_next(&n->addresses, at);
    if (name)
        *of = name->addr;
    return name ? name->text : NULL;
}

const char *names_next_as(const struct names *n, uint32_t *at, uint32_t *of)
{
    const struct name *name = table_next(&n->ases, at);
    if (name)
        *of = name->asn;
    return name ? name->text : NULL;
}
