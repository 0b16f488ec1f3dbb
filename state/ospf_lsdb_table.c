/* Keys of LSAs in, where each is kept out: a table of entries that stay where they are, and the bytes of their
 * instances. */
#include "state/ospf_lsdb_internal.h"

#include "base/grow.h"
#include "base/hash.h"
#include <stdlib.h>

enum {
    LINE = 64 /* of a cache: an entry is to be in no more of them than it must */,
    BLOCK = 64,
    SLAB = 65536,
    WORDS_MOST = 240
};

struct lsdb_block {
    _Alignas(LINE) struct ospf_lsa_facts entry[BLOCK];
};

/* Where an entry is found: a part of its key's hash tells most others apart without a look at them. */
struct lsdb_slot {
    uint32_t tag, entry; /* entry: its number + 1; 0: empty */
};

struct lsdb_slab {
    struct lsdb_slab *next;
    size_t used, room;
    uint8_t bytes[];
};

struct ospf_lsdb *ospf_lsdb_new(uint8_t version, uint8_t instance, struct ospf_budget *budget)
{
    struct ospf_lsdb *db = calloc(1, sizeof *db);
    if (!db)
        return NULL;
    db->version = version;
    db->instance = instance;
    db->budget = budget;
    db->seed = hash_u64((uint64_t)(uintptr_t)db, (uint64_t)(uintptr_t)&budget);
    db->words = buf_init(WORDS_MOST);
    return db;
}

static struct ospf_lsa_facts *entry_at(const struct ospf_lsdb *db, uint32_t i)
{
    return &db->blocks[i / BLOCK]->entry[i % BLOCK];
}

void ospf_lsdb_free(struct ospf_lsdb *db)
{
    if (!db)
        return;
    for (uint32_t i = 0; i < db->count; i++)
        free(entry_at(db, i)->story);
    for (uint32_t i = 0; i * BLOCK < db->count; i++)
        free(db->blocks[i]);
    for (struct lsdb_slab *s = db->slab, *next; s; s = next) {
        next = s->next;
        free(s);
    }
    free(db->blocks);
    free(db->slots);
    free(db->before);
    buf_free(&db->words);
    free(db);
}

uint8_t ospf_lsdb_version(const struct ospf_lsdb *db) { return db->version; }
uint8_t ospf_lsdb_instance(const struct ospf_lsdb *db) { return db->instance; }
uint32_t ospf_lsdb_count(const struct ospf_lsdb *db) { return db->count; }
uint64_t ospf_lsdb_revision(const struct ospf_lsdb *db) { return db->revision; }

const struct ospf_lsa_facts *ospf_lsdb_next(const struct ospf_lsdb *db, uint32_t *at)
{
    return *at < db->count ? entry_at(db, (*at)++) : NULL;
}

/* ---- to find ---- */

static inline struct ospf_lsa_key key_of(const struct ospf_lsa *lsa, uint32_t area, uint32_t link)
{
    enum ospf_scope scope = ospf_lsa_scope(lsa);
    return (struct ospf_lsa_key){ .area = scope == OSPF_SCOPE_AS ? 0 : area,
                                  .link = scope == OSPF_SCOPE_LINK ? link : 0,
                                  .id = lsa->id,
                                  .router = lsa->router,
                                  .type = lsa->type,
                                  .scope = (uint8_t)scope };
}

/* The slot that holds the key, or the empty one where it would go. */
static struct lsdb_slot *slot_of(const struct ospf_lsdb *db, const struct ospf_lsa_key *key, uint32_t tag)
{
    uint32_t mask = db->slot_count - 1, at = tag & mask;
    while (db->slots[at].entry) {
        if (db->slots[at].tag == tag &&
            !memcmp(&entry_at(db, db->slots[at].entry - 1)->key, key, sizeof *key))
            break;
        at = (at + 1) & mask;
    }
    return &db->slots[at];
}

/* By members: they are at hand in registers when the key was made just now. */
static inline uint32_t tag_of(const struct ospf_lsdb *db, const struct ospf_lsa_key *key)
{
    uint64_t where = (uint64_t)key->area << 32 | key->link, what = (uint64_t)key->type << 8 | key->scope;
    uint64_t who = (uint64_t)key->router << 32 | key->id;
    return (uint32_t)(hash_u64(who, hash_u64(where ^ what << 20, db->seed)) >> 16);
}

static struct ospf_lsa_facts *find(const struct ospf_lsdb *db, const struct ospf_lsa_key *key, uint32_t tag)
{
    if (!db->slot_count)
        return NULL;
    const struct lsdb_slot *s = slot_of(db, key, tag);
    return s->entry ? entry_at(db, s->entry - 1) : NULL;
}

struct ospf_lsa_facts *ospf_lsdb_find(const struct ospf_lsdb *db, const struct ospf_lsa_key *key)
{
    return find(db, key, tag_of(db, key));
}

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)(p))
#endif

/* Its slot is fetched; … */
static inline void add(const struct ospf_lsdb *db, struct ospf_batch *b, const struct ospf_lsa *lsa,
                       uint32_t area, uint32_t link)
{
    uint32_t i = b->count++;
    struct ospf_lsa_key key = key_of(lsa, area, link);
    b->key[i] = key;
    b->tag[i] = tag_of(db, &key);
    b->near[i] = NULL;
    if (db->slot_count)
        PREFETCH(&db->slots[b->tag[i] & (db->slot_count - 1)]);
}

/* … and by it its entry. */
static bool fetch(const struct ospf_lsdb *db, struct ospf_batch *b)
{
    for (uint32_t i = 0; db->slot_count && i < b->count; i++) {
        uint32_t mask = db->slot_count - 1, at = b->tag[i] & mask;
        const struct lsdb_slot *s = &db->slots[at];
        while (s->entry && s->tag != b->tag[i])
            s = &db->slots[at = (at + 1) & mask];
        if (!s->entry)
            continue;
        b->near[i] = entry_at(db, s->entry - 1);
        PREFETCH(b->near[i]);
        PREFETCH((const char *)b->near[i] + LINE);
    }
    return b->count > 0;
}

bool ospf_lsdb_batch(const struct ospf_lsdb *db, struct ospf_lsa_iter *it, uint32_t area, uint32_t link,
                     struct ospf_batch *out)
{
    out->count = 0;
    while (out->count < COUNT(out->lsa) && ospf_lsa_next(it, &out->lsa[out->count]))
        add(db, out, &out->lsa[out->count], area, link);
    return fetch(db, out);
}

bool ospf_lsdb_batch_asked(const struct ospf_lsdb *db, const struct ospf_packet *p, struct cursor *body,
                           uint32_t link, struct ospf_batch *out)
{
    struct ospf_request r;
    out->count = 0;
    while (out->count < COUNT(out->lsa) && ospf_request_next(p, body, &r)) {
        struct ospf_lsa lsa = {
            .version = db->version, .type = (uint16_t)r.type, .id = r.id, .router = r.router
        };
        if (r.type > UINT16_MAX)
            continue;
        if (db->version == 2) /* what ospf_lsa_scope looks at */
            lsa.kind = r.type == 5    ? OSPF_LSA_V2_EXTERNAL
                       : r.type == 9  ? OSPF_LSA_V2_OPAQUE_LINK
                       : r.type == 11 ? OSPF_LSA_V2_OPAQUE_AS
                                      : OSPF_LSA_UNKNOWN;
        add(db, out, &lsa, p->area, link);
    }
    return fetch(db, out);
}

struct ospf_lsa_facts *ospf_lsdb_known(const struct ospf_lsdb *db, const struct ospf_batch *batch,
                                       uint32_t which)
{
    struct ospf_lsa_facts *f = batch->near[which];
    if (f && !memcmp(&f->key, &batch->key[which], sizeof f->key))
        return f;
    return find(db, &batch->key[which], batch->tag[which]);
}

/* ---- to keep ---- */

bool ospf_lsdb_afford(struct ospf_lsdb *db, size_t bytes)
{
    struct ospf_budget *b = db->budget;
    if (b->used + bytes > b->most) {
        b->refused++;
        return false;
    }
    b->used += bytes;
    return true;
}

/* Half of the slots stay empty. */
static bool more_slots(struct ospf_lsdb *db)
{
    uint32_t count = db->slot_count ? db->slot_count * 2 : 64;
    struct lsdb_slot *slots = calloc(count, sizeof *slots), *before = db->slots;
    if (!slots)
        return false;
    uint32_t before_count = db->slot_count;
    db->slots = slots;
    db->slot_count = count;
    for (uint32_t i = 0; i < before_count; i++)
        if (before[i].entry) {
            uint32_t at = before[i].tag & (count - 1);
            while (slots[at].entry)
                at = (at + 1) & (count - 1);
            slots[at] = before[i];
        }
    free(before);
    return true;
}

static struct lsdb_block *block_for(struct ospf_lsdb *db)
{
    uint32_t i = db->count / BLOCK;
    if (db->count % BLOCK)
        return db->blocks[i];
    if (!grow(&db->blocks, i, &db->block_room, sizeof(*db->blocks), 16, UINT32_MAX))
        return NULL;
    return db->blocks[i] = aligned_alloc(LINE, sizeof(struct lsdb_block));
}

static struct ospf_lsa_facts *entry_new(struct ospf_lsdb *db, const struct ospf_lsa_key *key, uint32_t tag)
{
    enum { COST = sizeof(struct ospf_lsa_facts) + 4 * sizeof(struct lsdb_slot) };
    if (!ospf_lsdb_afford(db, COST) || (db->count * 2 >= db->slot_count && !more_slots(db)))
        return NULL;
    struct lsdb_block *block = block_for(db);
    if (!block)
        return NULL;
    struct ospf_lsa_facts *f = &block->entry[db->count % BLOCK];
    *f = (struct ospf_lsa_facts){
        .key = *key, .version = db->version, .instance = db->instance, .number = db->count
    };
    *slot_of(db, key, tag) = (struct lsdb_slot){ tag, ++db->count };
    return f;
}

struct ospf_lsa_facts *ospf_lsdb_entry(struct ospf_lsdb *db, const struct ospf_batch *batch, uint32_t which)
{
    enum { AHEAD = 6 };
    if (which + AHEAD < batch->count && batch->near[which + AHEAD]) {
        const uint8_t *raw = batch->near[which + AHEAD]->raw;
        PREFETCH(raw);
        if (raw) /* LSAs of the common types end in this line or the next */
            PREFETCH(raw + OSPF_LSA_HEADER);
    }
    struct ospf_lsa_facts *f = ospf_lsdb_known(db, batch, which);
    return f ? f : entry_new(db, &batch->key[which], batch->tag[which]);
}

/* One that grows again and again leaves pieces behind, but each time fewer: together less than what it has in the end. */
bool ospf_lsdb_room(struct ospf_lsdb *db, struct ospf_lsa_facts *f, size_t size)
{
    if (size > UINT16_MAX)
        return false;
    if (size <= f->raw_room)
        return true;
    size_t room = f->raw_room && size < 2u * f->raw_room ? 2u * f->raw_room : size;
    room = room < UINT16_MAX ? room : UINT16_MAX;
    if (!ospf_lsdb_afford(db, room))
        return false;
    if (!db->slab || db->slab->room - db->slab->used < room) {
        struct lsdb_slab *slab = malloc(sizeof *slab + SLAB);
        if (!slab)
            return false;
        *slab = (struct lsdb_slab){ .next = db->slab, .room = SLAB };
        db->slab = slab;
    }
    f->raw = db->slab->bytes + db->slab->used;
    f->raw_room = (uint16_t)room;
    f->raw_size = 0;
    db->slab->used += room;
    return true;
}
