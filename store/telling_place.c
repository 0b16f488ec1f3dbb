/* Who and where an address is, told. */
#include "store/store_internal.h"
#include "store/telling.h"

#include "base/macros.h"
#include "store/text.h"
#include <string.h>

void telling_place_text(const struct geo_place *p, struct buf *out)
{
    size_t before = out->used;
    if (p->asn)
        buf_printf(out, "AS %u", p->asn);
    const char *const words[] = { p->organisation, p->city, *p->country ? p->country : p->country_name };
    for (size_t i = 0; i < COUNT(words); i++)
        if (*words[i]) {
            buf_str(out, out->used == before ? "" : i ? ", " : " ");
            text_clean(words[i], strlen(words[i]), TEXT_UTF8, out);
        }
    if (out->used == before)
        buf_str(out, "unknown");
}

void telling_place(struct writer *w, const char *key, const struct geo_place *p)
{
    write_object(w, key);
    if (p->asn)
        write_u64(w, "asn", p->asn);
    else
        write_null(w, "asn");
    write_str(w, "organization", *p->organisation ? p->organisation : NULL);
    write_str(w, "city", *p->city ? p->city : NULL);
    write_str(w, "country", *p->country ? p->country : NULL);
    write_str(w, "country_name", *p->country_name ? p->country_name : NULL);
    write_end(w);
}

bool telling_find_place(const struct store *s, const char *address, struct geo_place *out)
{
    const struct addr a = addr_parse(address);
    if (!geo_there(s->geo))
        return false;
    geo_find(s->geo, &a, out);
    return true;
}

void telling_geo(struct telling *t, const char *address)
{
    struct geo_place place;
    if (telling_find_place(t->store, address, &place))
        telling_place(&t->w, "geo", &place);
}

void store_set_geo(struct store *s, const struct geo *geo) { s->geo = geo; }
