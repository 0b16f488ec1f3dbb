/* Numbers to names, from the rows of this folder, and values that many places tell. (LSAs: lsa.c.) */
#include "decode/ospf/ospf_internal.h"

#include <stdio.h>

const char *ospf_type_name(unsigned type)
{
    static const char *const names[] = {
#define PACKET(type, ident, name, least2, least3, reader) [type] = (name),
#include "decode/ospf/packets.def"
#undef PACKET
    };
    return type < COUNT(names) ? names[type] : NULL;
}

const char *ospf_opaque_name(unsigned type)
{
    static const char *const names[] = {
#define OPAQUE(type, ident, name, tlvs) [type] = (name),
#include "decode/ospf/opaque.def"
#undef OPAQUE
    };
    return type < COUNT(names) ? names[type] : NULL;
}

static const struct {
    const char *name;
    unsigned size;
} digests[] = {
    { "unknown", 0 },
#define DIGEST(ident, name, size) [OSPF_DIGEST_##ident] = { name, size },
#include "decode/ospf/digests.def"
#undef DIGEST
};

const char *ospf_digest_name(enum ospf_digest kind) { return digests[kind < COUNT(digests) ? kind : 0].name; }
unsigned ospf_digest_size(enum ospf_digest kind) { return digests[kind < COUNT(digests) ? kind : 0].size; }

/* ---- options ---- */

static const struct {
    unsigned version;
    uint32_t bit;
    const char *name;
} options_rows[] = {
#define OPTION(version, bit, ident, name) { version, bit, name },
#include "decode/ospf/options.def"
#undef OPTION
};

const char *ospf_options_text(unsigned version, uint32_t options, char text[OSPF_OPTIONS_TEXT])
{
    size_t at = 0;
    for (size_t i = 0; i < COUNT(options_rows); i++)
        if (options_rows[i].version == version && options & options_rows[i].bit)
            at += (size_t)snprintf(text + at, OSPF_OPTIONS_TEXT - at, "%s%s", at ? " " : "",
                                   options_rows[i].name);
    if (!at)
        snprintf(text, OSPF_OPTIONS_TEXT, "none");
    return text;
}

void ospf_options_tell(struct writer *w, unsigned version, uint32_t options)
{
    write_u64(w, "options", options);
    write_array(w, "option_names");
    for (size_t i = 0; i < COUNT(options_rows); i++)
        if (options_rows[i].version == version && options & options_rows[i].bit)
            write_str(w, NULL, options_rows[i].name);
    write_end(w);
}

/* ---- IDs and prefixes ---- */

const char *ospf_id_text(uint32_t id, char text[16]) { return addr_id_text(id, text); }

void ospf_id_tell(struct writer *w, const char *key, uint32_t id)
{
    char text[16];
    write_str(w, key, ospf_id_text(id, text));
}

void ospf_ids_tell(struct writer *w, const char *key, struct cursor ids)
{
    uint32_t id;
    write_array(w, key);
    while (ospf_id_next(&ids, &id))
        ospf_id_tell(w, NULL, id);
    write_end(w);
}

uint8_t ospf_mask_bits(uint32_t mask, bool *holes)
{
    unsigned bits = addr_mask_bits(mask);
    *holes = bits < 32 && mask << bits;
    return (uint8_t)bits;
}

void ospf_prefix_tell(struct writer *w, const char *key, const struct addr *a, unsigned bits)
{
    char text[ADDR_TEXT];
    write_str(w, key, prefix_text(a->b, bits, a->size, text));
}
