/* Rows of the database in; link-state databases as the engine keeps them out: each row becomes the bytes of an LSA again. */
#include "store/lsdb.h"

#include "store/store_internal.h"
#include <stdlib.h>
#include <string.h>

enum { DOMAINS = 64, COUNT_FIELD = 4 };

struct lsdb_set {
    struct ospf_lsdb *list[DOMAINS];
    uint32_t count;
    struct ospf_budget budget;
};

void lsdb_set_free(struct lsdb_set *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < s->count; i++)
        ospf_lsdb_free(s->list[i]);
    free(s);
}

const struct ospf_lsdb *lsdb_set_next(const struct lsdb_set *s, uint32_t *at)
{
    return *at < s->count ? s->list[(*at)++] : NULL;
}

static struct ospf_lsdb *domain_of(struct lsdb_set *s, const struct lsa_row *r)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (ospf_lsdb_version(s->list[i]) == r->version && ospf_lsdb_instance(s->list[i]) == r->instance)
            return s->list[i];
    if (s->count == DOMAINS)
        return NULL;
    struct ospf_lsdb *db = ospf_lsdb_new((uint8_t)r->version, (uint8_t)r->instance, &s->budget);
    if (db)
        s->list[s->count++] = db;
    return db;
}

static uint8_t *put_be(uint8_t *at, uint32_t n, int bytes)
{
    while (bytes--)
        *at++ = (uint8_t)(n >> 8 * bytes);
    return at;
}

/* RFC 2328 A.4.1, RFC 5340 A.4.2 */
static void put_header(uint8_t *at, const struct lsa_row *r, uint32_t sequence, size_t length)
{
    at = put_be(at, r->age | (r->do_not_age ? 0x8000u : 0), 2);
    if (r->version == 2)
        *at++ = r->options;
    at = put_be(at, r->type, r->version == 2 ? 1 : 2);
    at = put_be(at, r->id, 4);
    at = put_be(at, r->router, 4);
    at = put_be(at, sequence, 4);
    at = put_be(at, r->checksum, 2);
    put_be(at, (uint32_t)length, 2);
}

/* As if it had come in an Update, or its header alone in an acknowledgment. False without memory. */
static bool feed(struct ospf_lsdb *db, struct ospf_batch *batch, const struct lsa_row *r, bool whole)
{
    size_t length = whole ? OSPF_LSA_HEADER + r->body_size : r->length;
    size_t size = OSPF_LSA_HEADER + (whole ? COUNT_FIELD + r->body_size : 0);
    uint8_t *bytes = malloc(size), *header = bytes;
    if (!bytes)
        return false;
    if (whole) {
        header = put_be(bytes, 1, COUNT_FIELD);
        if (r->body_size)
            memcpy(header + OSPF_LSA_HEADER, r->body, r->body_size);
    }
    put_header(header, r, whole ? r->body_sequence : r->sequence, length);
    struct ospf_packet packet = { .version = (uint8_t)r->version,
                                  .type = whole ? OSPF_LSUPDATE : OSPF_LSACK,
                                  .instance = (uint8_t)r->instance,
                                  .body = cur_over(bytes, size),
                                  .raw = bytes };
    struct ospf_lsa_seen seen = { .area = r->area, .link = r->link, .ref = { .when = r->seen } };
    struct ospf_lsa_iter it = ospf_lsas(&packet);
    struct ospf_lsa_fed fed = { 0 };
    if (ospf_lsdb_batch(db, &it, r->area, r->link, batch))
        ospf_lsdb_feed(db, batch, 0, &seen, &fed);
    free(bytes);
    if (fed.entry && stamp_known(r->last_seen))
        fed.entry->seen_last = r->last_seen;
    return fed.entry != NULL;
}

struct lsdb_set *lsdb_set_read(struct store *s, struct stamp at, enum err *why)
{
    struct lsdb_set *set = calloc(1, sizeof *set);
    struct ospf_batch *batch = malloc(sizeof *batch);
    struct capture_row c;
    struct lsa_row r;
    *why = set && batch ? query_begin(s) : ERR_MEMORY;
    if (*why) {
        free(batch);
        free(set);
        return NULL;
    }
    set->budget.most = SIZE_MAX / 2;
    query_capture(s, &c);
    struct query q = query_lsas(s, at);
    while (!*why && query_lsa(&q, &r)) {
        if (!lsa_row_current(&r, stamp_known(at) ? at : c.last))
            continue;
        if (stamp_known(at) && stamp_known(r.last_seen) && stamp_before(at, r.last_seen))
            r.last_seen = r.seen; /* how often it was seen between that and then is not kept */
        bool whole = r.has_body && r.body_size <= UINT16_MAX - OSPF_LSA_HEADER;
        struct ospf_lsdb *db = domain_of(set, &r);
        if (db && ((whole && !feed(db, batch, &r, true)) ||
                   ((!whole || r.body_sequence != r.sequence) && !feed(db, batch, &r, false))))
            *why = ERR_MEMORY;
    }
    enum err ended = query_end(s);
    free(batch);
    *why = *why ? *why : ended;
    if (*why) {
        lsdb_set_free(set);
        return NULL;
    }
    return set;
}
