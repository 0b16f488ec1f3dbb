/* Prefixes of updates in; rows out, sorted: one for each, or packed where there are many. */
#include "store/store_prefixes.h"

#include "store/route.h"
#include "store/store_internal.h"
#include <stdlib.h>
#include <string.h>

enum {
    HELD_MOST = 1 << 17, /* then they are written */
    SEGMENT = 1 << 18,   /* so many prefixes end one */
    /* From so many on they are packed. Each such flush makes a segment, of which a question asks every one: fewer in each
     * would make too many of them. */
    PACKED_LEAST = 1 << 13,
};

struct held_prefix {
    uint64_t first; /* its first eight bytes, as a number: sorts as they do */
    uint32_t update;
    uint8_t rest[ROUTE_KEY_MOST - 8];
    uint8_t size;
};

bool store_prefixes_init(struct store_prefixes *p)
{
    *p = (struct store_prefixes){ .held = malloc(HELD_MOST * sizeof *p->held) };
    return p->held != NULL;
}

void store_prefixes_free(struct store_prefixes *p) { free(p->held); }

void store_prefixes_again(struct store *s, struct store_prefixes *p)
{
    sqlite3_stmt *q = db_use(&s->db, STMT_LAST_ROUTE_SEGMENT);
    p->segment = 1;
    while (db_step(&s->db, q))
        p->segment = sqlite3_column_int64(q, 0) + 1;
    p->in_segment = p->count = 0;
}

size_t store_prefix_key(const struct addr *a, unsigned bits, uint8_t key[ROUTE_KEY_MOST])
{
    key[0] = a->size == 4 ? 4 : 6;
    memcpy(key + 1, a->b, a->size);
    key[1 + a->size] = (uint8_t)bits;
    return a->size + 2u;
}

/* ---- held ---- */

static void hold(struct store_prefixes *p, const struct bgp_nlri *n, int64_t update)
{
    struct prefix prefix = prefix_of(n);
    uint8_t key[ROUTE_KEY_MOST] = { 0 };
    if (!prefix.addr.size)
        return;
    struct held_prefix *h = &p->held[p->count++];
    h->size = (uint8_t)store_prefix_key(&prefix.addr, prefix.bits, key);
    h->update = (uint32_t)(update - p->from);
    h->first = 0;
    for (int i = 0; i < 8; i++)
        h->first = h->first << 8 | key[i];
    memcpy(h->rest, key + 8, sizeof h->rest);
}

void store_prefixes_hold(struct store *s, struct store_prefixes *p, const struct event_routes *e,
                         int64_t update)
{
    struct bgp_ctx ctx = { .add_path = (uint64_t)e->path_ids << e->family, .as4 = e->as4 };
    struct bgp_nlri_iter it = bgp_nlri_over(e->nlri, e->family, &ctx, e->withdrawn);
    for (struct bgp_nlri n; bgp_nlri_next(&it, &n);) {
        if (p->count == HELD_MOST)
            store_prefixes_put(s, p, update);
        if (!p->count) {
            p->from = update;
            p->first = e->ref.when;
        }
        hold(p, &n, update);
        p->last = e->ref.when;
    }
}

static int by_prefix(const void *left, const void *right)
{
    const struct held_prefix *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    int order = memcmp(a->rest, b->rest, sizeof a->rest);
    return order ? order : (a->update > b->update) - (a->update < b->update);
}

static struct route_entry entry_of(const struct held_prefix *h)
{
    struct route_entry e = { .size = h->size, .update = h->update };
    for (int i = 0; i < 8; i++)
        e.key[i] = (uint8_t)(h->first >> (56 - 8 * i));
    memcpy(e.key + 8, h->rest, sizeof h->rest);
    return e;
}

/* ---- written ---- */

static void put_row(struct store *s, const struct store_prefixes *p, const struct route_entry *e)
{
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_ROUTE_PREFIX));
    bind_i64(&b, p->segment);
    bind_blob(&b, e->key, e->size);
    bind_i64(&b, p->from + e->update);
    db_run(&s->db, b.stmt);
}

static void put_page(struct store *s, const struct store_prefixes *p, struct route_page *page)
{
    if (!page->used)
        return;
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_ROUTE_PAGE));
    bind_i64(&b, p->segment);
    bind_blob(&b, page->first.key, page->first.size);
    bind_i64(&b, p->from + page->first.update);
    bind_blob(&b, page->bytes, page->used);
    db_run(&s->db, b.stmt);
    page->used = 0;
}

static void put_packed(struct store *s, const struct store_prefixes *p, struct route_page *page,
                       const struct route_entry *e)
{
    if (route_page_add(page, e))
        return;
    put_page(s, p, page);
    (void)route_page_add(page, e); /* an empty one has room */
}

/* Those held into the segment; how many they were. */
static uint32_t put_all(struct store *s, const struct store_prefixes *p, bool packed)
{
    struct route_page page = { .used = 0 };
    uint32_t put = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        if (i && !by_prefix(&p->held[i - 1], &p->held[i]))
            continue; /* twice in one UPDATE, or with two path identifiers */
        struct route_entry e = entry_of(&p->held[i]);
        if (packed)
            put_packed(s, p, &page, &e);
        else
            put_row(s, p, &e);
        put++;
    }
    put_page(s, p, &page);
    return put;
}

static void next_segment(struct store_prefixes *p)
{
    p->segment++;
    p->in_segment = 0;
}

void store_prefixes_put(struct store *s, struct store_prefixes *p, int64_t update)
{
    if (!p->count || s->db.err)
        return;
    bool packed = p->count >= PACKED_LEAST;
    if (p->in_segment >= SEGMENT || (packed && p->in_segment))
        next_segment(p);
    qsort(p->held, p->count, sizeof *p->held, by_prefix);
    uint32_t put = put_all(s, p, packed);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_ROUTE_SEGMENT));
    bind_i64(&b, p->segment);
    bind_i64(&b, p->from);
    bind_i64(&b, update);
    bind_i64(&b, p->first.ns);
    bind_i64(&b, p->last.ns);
    bind_i64(&b, put);
    bind_i64(&b, packed);
    db_run(&s->db, b.stmt);
    p->in_segment += p->count;
    p->count = 0;
    if (packed)
        next_segment(p);
}
