/* An address in; what databases in MaxMind's format know of it out. */
#include "state/geo.h"

#include <stdlib.h>

#ifdef RT_MAXMINDDB

#include "base/macros.h"
#include <maxminddb.h>

enum { FILES_MOST = 8 };

struct geo {
    MMDB_s files[FILES_MOST];
    unsigned count;
    bool *damaged; /* owned: geo_find does not change what it asks */
};

struct geo *geo_new(void)
{
    struct geo *g = calloc(1, sizeof *g);
    if (g && !(g->damaged = calloc(1, sizeof *g->damaged))) {
        free(g);
        return NULL;
    }
    return g;
}

void geo_free(struct geo *g)
{
    if (!g)
        return;
    for (unsigned i = 0; i < g->count; i++)
        MMDB_close(&g->files[i]);
    free(g->damaged);
    free(g);
}

const char *geo_add(struct geo *g, const char *path)
{
    if (g->count == FILES_MOST)
        return "is one file too many";
    int status = MMDB_open(path, MMDB_MODE_MMAP, &g->files[g->count]);
    switch (status) {
    case MMDB_SUCCESS: break;
    case MMDB_FILE_OPEN_ERROR: return "cannot be opened";
    case MMDB_OUT_OF_MEMORY_ERROR: return "needs more memory than there is";
    default: return "is damaged, or no database in MaxMind's format";
    }
    g->count++;
    return NULL;
}

bool geo_damaged(const struct geo *g) { return g && *g->damaged; }

/* Where a maker keeps a value; the first that is there counts. */
static const char *const paths_asn[][4] = { { "autonomous_system_number", NULL }, { "asn", NULL } };
static const char *const paths_organisation[][4] = { { "autonomous_system_organization", NULL },
                                                     { "as_name", NULL },
                                                     { "organization", NULL },
                                                     { "name", NULL } };
static const char *const paths_country[][4] = { { "country", "iso_code", NULL },
                                                { "registered_country", "iso_code", NULL },
                                                { "country_code", NULL },
                                                { "country", NULL } };
static const char *const paths_city[][4] = { { "city", "names", "en", NULL }, { "city", NULL } };

/* False: there is none, or of another kind. */
static bool value_at(const struct geo *g, MMDB_entry_s *entry, const char *const paths[][4], unsigned count,
                     MMDB_entry_data_s *out)
{
    for (unsigned i = 0; i < count; i++) {
        int status = MMDB_aget_value(entry, out, paths[i]);
        if (status == MMDB_SUCCESS && out->has_data &&
            (out->type == MMDB_DATA_TYPE_UTF8_STRING || out->type == MMDB_DATA_TYPE_UINT32 ||
             out->type == MMDB_DATA_TYPE_UINT16))
            return true;
        *g->damaged |= status != MMDB_SUCCESS && status != MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR;
    }
    return false;
}

static void text_at(const struct geo *g, MMDB_entry_s *entry, const char *const paths[][4], unsigned count,
                    char *to, size_t room)
{
    MMDB_entry_data_s data;
    if (*to || !value_at(g, entry, paths, count, &data) || data.type != MMDB_DATA_TYPE_UTF8_STRING)
        return;
    size_t n = data.data_size < room ? data.data_size : room - 1;
    while (n < data.data_size && n && ((unsigned char)data.utf8_string[n] & 0xc0) == 0x80)
        n--; /* no half character */
    memcpy(to, data.utf8_string, n);
    to[n] = '\0';
}

/* A number, or "AS64496". */
static void asn_at(const struct geo *g, MMDB_entry_s *entry, uint32_t *asn)
{
    MMDB_entry_data_s data;
    if (*asn || !value_at(g, entry, paths_asn, COUNT(paths_asn), &data))
        return;
    if (data.type == MMDB_DATA_TYPE_UINT32)
        *asn = data.uint32;
    else if (data.type == MMDB_DATA_TYPE_UINT16)
        *asn = data.uint16;
    else if (data.data_size > 2 && data.data_size < 16 && !memcmp(data.utf8_string, "AS", 2)) {
        char number[16];
        memcpy(number, data.utf8_string + 2, data.data_size - 2);
        number[data.data_size - 2] = '\0';
        char *end;
        unsigned long long n = strtoull(number, &end, 10);
        *asn = *end || n > UINT32_MAX ? 0 : (uint32_t)n;
    }
}

void geo_find(const struct geo *g, const struct addr *a, struct geo_place *out)
{
    char text[ADDR_TEXT];
    *out = (struct geo_place){ 0 };
    for (unsigned i = 0; g && a->size && i < g->count; i++) {
        int resolve, status;
        MMDB_lookup_result_s found = MMDB_lookup_string(&g->files[i], addr_text(a, text), &resolve, &status);
        if (resolve || status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR)
            continue;
        *g->damaged |= status != MMDB_SUCCESS;
        if (status != MMDB_SUCCESS || !found.found_entry)
            continue;
        asn_at(g, &found.entry, &out->asn);
        text_at(g, &found.entry, paths_organisation, COUNT(paths_organisation), out->organisation,
                sizeof out->organisation);
        text_at(g, &found.entry, paths_country, COUNT(paths_country), out->country, sizeof out->country);
        text_at(g, &found.entry, paths_city, COUNT(paths_city), out->city, sizeof out->city);
    }
}

#else

struct geo *geo_new(void) { return NULL; }
void geo_free(struct geo *g) { (void)g; }
bool geo_damaged(const struct geo *g) { return g != NULL; }

const char *geo_add(struct geo *g, const char *path)
{
    (void)g;
    (void)path;
    return "cannot be read: this routetap was built without libmaxminddb";
}

void geo_find(const struct geo *g, const struct addr *a, struct geo_place *out)
{
    (void)g;
    (void)a;
    *out = (struct geo_place){ 0 };
}

#endif
