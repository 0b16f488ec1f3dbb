/* An address in; what databases in MaxMind's format know of it out. */
#include "state/geo.h"

#include <stdlib.h>
#include <string.h>

#ifdef RT_MAXMINDDB

#include "base/macros.h"
#include <maxminddb.h>
#include <threads.h>

enum { FILES_MOST = 8, ASKED_MOST = 32768 };

struct files {
    MMDB_s list[FILES_MOST];
    unsigned count;
    bool damaged; /* found when it was asked */
};

struct geo {
    struct inside { /* owned: geo_find does not change what it asks */
        mtx_t lock; /* whoever asks, and whoever puts other files in the place of these */
        struct files files;
    } * in;
};

struct geo *geo_new(void)
{
    struct geo *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->in = calloc(1, sizeof *g->in);
    if (g->in && mtx_init(&g->in->lock, mtx_plain) == thrd_success)
        return g;
    free(g->in);
    free(g);
    return NULL;
}

void geo_free(struct geo *g)
{
    if (!g)
        return;
    for (unsigned i = 0; i < g->in->files.count; i++)
        MMDB_close(&g->in->files.list[i]);
    mtx_destroy(&g->in->lock);
    free(g->in);
    free(g);
}

const char *geo_add(struct geo *g, const char *path)
{
    struct files *f = &g->in->files;
    if (f->count == FILES_MOST)
        return "one file too many";
    switch (MMDB_open(path, MMDB_MODE_MMAP, &f->list[f->count])) {
    case MMDB_SUCCESS: break;
    case MMDB_FILE_OPEN_ERROR: return "cannot be opened";
    case MMDB_OUT_OF_MEMORY_ERROR: return "needs more memory than there is";
    default: return "damaged, or no database in MaxMind's format";
    }
    f->count++;
    return NULL;
}

void geo_take(struct geo *g, struct geo *fresh)
{
    mtx_lock(&g->in->lock);
    const struct files old = g->in->files;
    g->in->files = fresh->in->files;
    mtx_unlock(&g->in->lock);
    fresh->in->files = old;
    geo_free(fresh);
}

bool geo_there(const struct geo *g)
{
    if (!g)
        return false;
    mtx_lock(&g->in->lock);
    bool there = g->in->files.count;
    mtx_unlock(&g->in->lock);
    return there;
}

bool geo_damaged(const struct geo *g)
{
    if (!g)
        return false;
    mtx_lock(&g->in->lock);
    bool damaged = g->in->files.damaged;
    mtx_unlock(&g->in->lock);
    return damaged;
}

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
static const char *const paths_country_name[][4] = { { "country", "names", "en", NULL },
                                                     { "registered_country", "names", "en", NULL },
                                                     { "country_name", NULL } };
static const char *const paths_city[][4] = { { "city", "names", "en", NULL }, { "city", NULL } };

/* False: there is none, or of another kind. */
static bool value_at(struct files *f, MMDB_entry_s *entry, const char *const paths[][4], unsigned count,
                     MMDB_entry_data_s *out)
{
    for (unsigned i = 0; i < count; i++) {
        int status = MMDB_aget_value(entry, out, paths[i]);
        if (status == MMDB_SUCCESS && out->has_data &&
            (out->type == MMDB_DATA_TYPE_UTF8_STRING || out->type == MMDB_DATA_TYPE_UINT32 ||
             out->type == MMDB_DATA_TYPE_UINT16))
            return true;
        f->damaged |= status != MMDB_SUCCESS && status != MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR;
    }
    return false;
}

static void text_at(struct files *f, MMDB_entry_s *entry, const char *const paths[][4], unsigned count,
                    char *to, size_t room)
{
    MMDB_entry_data_s data;
    if (*to || !value_at(f, entry, paths, count, &data) || data.type != MMDB_DATA_TYPE_UTF8_STRING)
        return;
    size_t n = data.data_size < room ? data.data_size : room - 1;
    while (n < data.data_size && n && ((unsigned char)data.utf8_string[n] & 0xc0) == 0x80)
        n--; /* no half character */
    memcpy(to, data.utf8_string, n);
    to[n] = '\0';
}

/* A number, or "AS64496". */
static void asn_at(struct files *f, MMDB_entry_s *entry, uint32_t *asn)
{
    MMDB_entry_data_s data;
    if (*asn || !value_at(f, entry, paths_asn, COUNT(paths_asn), &data))
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

static void read_entry(struct files *f, MMDB_entry_s *entry, struct geo_place *out)
{
    asn_at(f, entry, &out->asn);
    text_at(f, entry, paths_organisation, COUNT(paths_organisation), out->organisation,
            sizeof out->organisation);
    text_at(f, entry, paths_city, COUNT(paths_city), out->city, sizeof out->city);
    text_at(f, entry, paths_country_name, COUNT(paths_country_name), out->country_name,
            sizeof out->country_name);
    if (*out->country)
        return;
    char code[8] = "";
    text_at(f, entry, paths_country, COUNT(paths_country), code, sizeof code);
    if (strlen(code) == 2) /* where others have a code, some makers have the name */
        memcpy(out->country, code, 3);
}

static void find_in(struct files *f, MMDB_s *file, const char *address, struct geo_place *out)
{
    int resolve, status;
    MMDB_lookup_result_s found = MMDB_lookup_string(file, address, &resolve, &status);
    if (resolve || status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR)
        return;
    f->damaged |= status != MMDB_SUCCESS;
    if (status == MMDB_SUCCESS && found.found_entry)
        read_entry(f, &found.entry, out);
}

void geo_find(const struct geo *g, const struct addr *a, struct geo_place *out)
{
    char text[ADDR_TEXT];
    *out = (struct geo_place){ 0 };
    if (!g || !a->size)
        return;
    addr_text(a, text);
    mtx_lock(&g->in->lock);
    for (unsigned i = 0; i < g->in->files.count; i++)
        find_in(&g->in->files, &g->in->files.list[i], text, out);
    mtx_unlock(&g->in->lock);
}

static void ask_record(struct files *f, uint8_t type, MMDB_entry_s *entry, bool read)
{
    struct geo_place unused = { 0 };
    f->damaged |= type == MMDB_RECORD_TYPE_INVALID;
    if (read && type == MMDB_RECORD_TYPE_DATA)
        read_entry(f, entry, &unused);
}

/* The tree from end to end; of what it leads to, a part that takes no time. */
bool geo_sound(struct geo *g)
{
    struct files *f = &g->in->files;
    for (unsigned i = 0; i < f->count && !f->damaged; i++) {
        const uint32_t count = f->list[i].metadata.node_count, step = count / ASKED_MOST + 1;
        for (uint32_t n = 0; n < count && !f->damaged; n++) {
            MMDB_search_node_s node;
            f->damaged |= MMDB_read_node(&f->list[i], n, &node) != MMDB_SUCCESS;
            if (f->damaged)
                break;
            ask_record(f, node.left_record_type, &node.left_record_entry, n % step == 0);
            ask_record(f, node.right_record_type, &node.right_record_entry, n % step == 0);
        }
    }
    return !f->damaged;
}

#else

struct geo *geo_new(void) { return NULL; }
void geo_free(struct geo *g) { (void)g; }
bool geo_there(const struct geo *g) { return g != NULL; }
bool geo_damaged(const struct geo *g) { return g != NULL; }
bool geo_sound(struct geo *g) { return g == NULL; }

void geo_take(struct geo *g, struct geo *fresh)
{
    (void)g;
    (void)fresh;
}

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
