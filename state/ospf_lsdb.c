/* LSAs in, in the order in which they were flooded; of each the newest instance, and what became of it, out. */
#include "state/ospf_lsdb.h"

#include "base/buf.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 64,
    BURST_S = 60,
    WORDS_MOST = 240,
    SLACK_S = 2,
    SAME_AGE = 900 /* MaxAgeDiff: RFC 2328 13.1 */
};
#define SIGN UINT32_C(0x80000000) /* sequence numbers are signed: RFC 2328 12.1.6 */

struct lsdb_block {
    struct ospf_lsa_facts entry[BLOCK];
};

/* Where an entry is found: a part of its key's hash tells most others apart without a look at them. */
struct lsdb_slot {
    uint32_t tag, entry; /* entry: its number + 1; 0: empty */
};

struct lsdb_change {
    struct ospf_lsa_facts *lsa;
    uint64_t frame;
    struct stamp when;
    uint32_t file, sequence;
    enum ospf_change change;
};

struct ospf_lsdb {
    uint8_t version, instance;
    struct ospf_budget *budget;
    struct lsdb_slot *slots;
    uint32_t slot_count;
    struct lsdb_block **blocks; /* entries stay where they are: others keep pointers to them */
    uint32_t block_room, count;
    uint64_t revision;
    struct lsdb_change *history; /* a ring once it is full */
    uint32_t history_room;
    uint64_t history_count;
    struct buf words;
    const struct ospf_lsa_facts *changed; /* last; … */
    uint8_t *before;                      /* … and what it was before, with its header */
    size_t before_size, before_room;
    uint32_t before_sequence;
};

const char *ospf_change_name(enum ospf_change change)
{
    static const char *const names[] = { "new", "refreshed", "changed", "flushed", "heard", "same", "older" };
    return change <= OSPF_CHANGE_OLDER ? names[change] : "?";
}

struct ospf_lsdb *ospf_lsdb_new(uint8_t version, uint8_t instance, struct ospf_budget *budget)
{
    struct ospf_lsdb *db = calloc(1, sizeof *db);
    if (!db)
        return NULL;
    db->version = version;
    db->instance = instance;
    db->budget = budget;
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
    for (uint32_t i = 0; i < db->count; i++) {
        free(entry_at(db, i)->raw);
        free(entry_at(db, i)->story);
    }
    for (uint32_t i = 0; i * BLOCK < db->count; i++)
        free(db->blocks[i]);
    free(db->blocks);
    free(db->slots);
    free(db->history);
    free(db->before);
    buf_free(&db->words);
    free(db);
}

uint8_t ospf_lsdb_version(const struct ospf_lsdb *db) { return db->version; }
uint8_t ospf_lsdb_instance(const struct ospf_lsdb *db) { return db->instance; }
uint32_t ospf_lsdb_count(const struct ospf_lsdb *db) { return db->count; }
uint64_t ospf_lsdb_revision(const struct ospf_lsdb *db) { return db->revision; }
const char *ospf_lsdb_words(const struct ospf_lsdb *db) { return buf_text(&db->words); }

const struct ospf_lsa_facts *ospf_lsdb_next(const struct ospf_lsdb *db, uint32_t *at)
{
    return *at < db->count ? entry_at(db, (*at)++) : NULL;
}

struct ospf_lsa_key ospf_lsa_key_of(const struct ospf_lsa *lsa, uint32_t area, uint32_t link)
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

static uint32_t tag_of(const struct ospf_lsa_key *key)
{
    return (uint32_t)(hash_bytes(key, sizeof *key, 0) >> 16);
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
    return find(db, key, tag_of(key));
}

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)(p))
#endif

bool ospf_lsdb_batch(const struct ospf_lsdb *db, struct ospf_lsa_iter *it, uint32_t area, uint32_t link,
                     struct ospf_batch *out)
{
    out->count = 0;
    while (out->count < COUNT(out->lsa) && ospf_lsa_next(it, &out->lsa[out->count])) {
        struct ospf_lsa_key key = ospf_lsa_key_of(&out->lsa[out->count], area, link);
        uint32_t tag = out->tag[out->count++] = tag_of(&key);
        if (db->slot_count)
            PREFETCH(&db->slots[tag & (db->slot_count - 1)]);
    }
    for (uint32_t i = 0; db->slot_count && i < out->count; i++) {
        const struct lsdb_slot *s = &db->slots[out->tag[i] & (db->slot_count - 1)];
        if (!s->entry)
            continue;
        const char *entry = (const char *)entry_at(db, s->entry - 1);
        PREFETCH(entry);
        PREFETCH(entry + 64);
        PREFETCH(entry + 128);
    }
    return out->count > 0;
}

struct ospf_lsa_facts *ospf_lsdb_asked(const struct ospf_lsdb *db, const struct ospf_request *r,
                                       uint32_t area, uint32_t link)
{
    struct ospf_lsa lsa = {
        .version = db->version, .type = (uint16_t)r->type, .id = r->id, .router = r->router
    };
    if (r->type > UINT16_MAX)
        return NULL;
    if (db->version == 2) /* what ospf_lsa_scope looks at */
        lsa.kind = r->type == 5    ? OSPF_LSA_V2_EXTERNAL
                   : r->type == 9  ? OSPF_LSA_V2_OPAQUE_LINK
                   : r->type == 11 ? OSPF_LSA_V2_OPAQUE_AS
                                   : OSPF_LSA_UNKNOWN;
    struct ospf_lsa_key key = ospf_lsa_key_of(&lsa, area, link);
    return ospf_lsdb_find(db, &key);
}

/* ---- time ---- */

unsigned ospf_lsa_age(const struct ospf_lsa_facts *f, struct stamp now)
{
    int64_t age = f->age;
    if (!f->do_not_age && stamp_before(f->ref.when, now)) /* RFC 1793 2.2 */
        age += stamp_since(now, f->ref.when).ns / NS_PER_S;
    return age < OSPF_MAX_AGE ? (unsigned)age : OSPF_MAX_AGE;
}

bool ospf_lsa_current(const struct ospf_lsa_facts *f, struct stamp now)
{
    return f->instances && !f->gone && ospf_lsa_age(f, now) < OSPF_MAX_AGE;
}

/* When routers let go of it: flushed, or MaxAge by itself. */
static struct stamp gone_since(const struct ospf_lsa_facts *f)
{
    if (f->gone && f->story)
        return f->story->flushed.when;
    return stamp_add(f->ref.when, SPAN_S(OSPF_MAX_AGE - (f->age < OSPF_MAX_AGE ? f->age : OSPF_MAX_AGE)));
}

/* Whether this instance replaces what is there: RFC 2328 13.1. Once routers have let go of an LSA any instance does that
 * was originated since; one from before is but a late copy. */
static int newer(const struct ospf_lsa_facts *f, const struct ospf_lsa *lsa, struct stamp when)
{
    if (!f->instances)
        return 1;
    unsigned age = ospf_lsa_age(f, when);
    bool current = !f->gone && age < OSPF_MAX_AGE;
    if (current && lsa->sequence != f->sequence) /* mostly: the next one … */
        return (lsa->sequence ^ SIGN) > (f->sequence ^ SIGN) ? 1 : -1;
    if (current && lsa->checksum == f->checksum && lsa->age <= age &&
        age - lsa->age < SAME_AGE) /* … or this one again */
        return 0;
    struct ospf_lsa have = { .sequence = f->sequence, .checksum = f->checksum };
    have.age = (uint16_t)age;
    if (current)
        return ospf_lsa_newer(lsa, &have);
    if (lsa->age >= OSPF_MAX_AGE)
        return lsa->sequence == f->sequence ? 0 : ospf_lsa_newer(lsa, &have);
    if (lsa->sequence != f->sequence && ospf_lsa_newer(lsa, &have) > 0)
        return 1;
    struct stamp originated = stamp_sub(when, SPAN_S(lsa->age));
    return stamp_before(gone_since(f), stamp_add(originated, SPAN_S(SLACK_S))) && lsa->age <= SLACK_S ? 1
                                                                                                      : -1;
}

/* ---- entries ---- */

static bool afford(struct ospf_lsdb *db, size_t bytes)
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
    if (i == db->block_room) {
        uint32_t room = i ? i * 2 : 16;
        struct lsdb_block **blocks = realloc(db->blocks, room * sizeof(*blocks));
        if (!blocks)
            return NULL;
        db->blocks = blocks;
        db->block_room = room;
    }
    return db->blocks[i] = calloc(1, sizeof(struct lsdb_block));
}

static struct ospf_lsa_facts *entry_new(struct ospf_lsdb *db, const struct ospf_lsa_key *key, uint32_t tag)
{
    enum { COST = sizeof(struct ospf_lsa_facts) + 4 * sizeof(struct lsdb_slot) };
    if (!afford(db, COST) || (db->count * 2 >= db->slot_count && !more_slots(db)))
        return NULL;
    struct lsdb_block *block = block_for(db);
    if (!block)
        return NULL;
    struct ospf_lsa_facts *f = &block->entry[db->count % BLOCK];
    f->key = *key;
    f->version = db->version;
    f->instance = db->instance;
    *slot_of(db, key, tag) = (struct lsdb_slot){ tag, ++db->count };
    return f;
}

static struct ospf_lsa_story *story_of(struct ospf_lsdb *db, struct ospf_lsa_facts *f)
{
    if (!f->story && afford(db, sizeof *f->story))
        f->story = calloc(1, sizeof *f->story);
    return f->story;
}

static void remember(struct ospf_lsdb *db, struct ospf_lsa_facts *f, enum ospf_change change,
                     struct stream_ref ref)
{
    db->revision++;
    if (db->history_count >= db->history_room && db->history_room < db->budget->history) {
        uint32_t room = db->history_room ? db->history_room * 2 : 64;
        room = room < db->budget->history ? room : db->budget->history;
        struct lsdb_change *more = realloc(db->history, room * sizeof *more);
        if (more) {
            db->history = more;
            db->history_room = room;
        }
    }
    if (db->history_room)
        db->history[db->history_count++ % db->history_room] =
            (struct lsdb_change){ f, ref.frame, ref.when, ref.file, f->sequence, change };
}

bool ospf_lsdb_history(const struct ospf_lsdb *db, uint32_t *at, struct ospf_lsa_change *out)
{
    uint64_t first = ospf_lsdb_history_dropped(db);
    if (first + *at >= db->history_count)
        return false;
    const struct lsdb_change *c = &db->history[(first + (*at)++) % db->history_room];
    *out = (struct ospf_lsa_change){ c->lsa, c->change, c->sequence, { c->frame, c->file, c->when } };
    return true;
}

uint64_t ospf_lsdb_history_dropped(const struct ospf_lsdb *db)
{
    return db->history_count > db->history_room ? db->history_count - db->history_room : 0;
}

/* ---- taking an instance ---- */

static uint64_t content_of(const struct ospf_lsa *lsa)
{
    uint64_t h = hash_bytes(lsa->body.at, cur_left(&lsa->body), lsa->options);
    return h ? h : 1;
}

static bool keep_raw(struct ospf_lsdb *db, struct ospf_lsa_facts *f, const struct ospf_lsa *lsa)
{
    size_t size = OSPF_LSA_HEADER + cur_left(&lsa->body);
    if (!f->raw || f->raw_size != size) {
        if (size > UINT16_MAX || (size > f->raw_size && !afford(db, size - f->raw_size)))
            return false;
        uint8_t *raw = realloc(f->raw, size);
        if (!raw)
            return false;
        f->raw = raw;
        f->raw_size = (uint16_t)size;
    }
    memcpy(f->raw, lsa->raw, size);
    f->raw_sequence = lsa->sequence;
    return true;
}

/* A change or a flush: how soon after the one before? */
static void count_burst(struct ospf_lsa_story *s, struct stream_ref ref)
{
    if (!s->burst || stamp_since(ref.when, s->changed_last).ns > SPAN_S(BURST_S).ns) {
        s->burst = s->toggles = 0;
        s->burst_first = ref;
    }
    s->changed_last = ref.when;
    s->changed[(s->changes + s->flushes) % COUNT(s->changed)] = ref;
    s->burst++;
    s->burst_most = s->burst > s->burst_most ? s->burst : s->burst_most;
}

static void count_toggle(struct ospf_lsa_story *s)
{
    s->toggles++;
    s->toggles_most = s->toggles > s->toggles_most ? s->toggles : s->toggles_most;
}

static void note_flush(struct ospf_lsdb *db, struct ospf_lsa_facts *f, struct stream_ref ref)
{
    struct ospf_lsa_story *s = story_of(db, f);
    f->gone = true;
    if (!s)
        return;
    count_burst(s, ref);
    s->flushes++;
    s->flushed = ref;
}

static void keep_before(struct ospf_lsdb *db, const struct ospf_lsa_facts *f)
{
    if (db->before_room < f->raw_size) {
        uint8_t *more = realloc(db->before, f->raw_size);
        if (!more)
            return;
        db->before = more;
        db->before_room = f->raw_size;
    }
    memcpy(db->before, f->raw, f->raw_size);
    db->before_size = f->raw_size;
    db->before_sequence = f->raw_sequence;
    db->changed = f;
}

bool ospf_lsdb_before(const struct ospf_lsdb *db, struct ospf_lsa *out)
{
    struct ospf_lsa_facts was;
    if (!db->changed)
        return false;
    was = *db->changed;
    was.raw = db->before;
    was.raw_size = (uint16_t)db->before_size;
    was.raw_sequence = db->before_sequence;
    return ospf_lsa_open(&was, out);
}

static void note_change(struct ospf_lsdb *db, struct ospf_lsa_facts *f, const struct ospf_lsa *lsa,
                        struct stream_ref ref, uint64_t content)
{
    struct ospf_lsa before;
    struct ospf_lsa_story *s = story_of(db, f);
    if (!ospf_lsa_open(f, &before))
        return;
    keep_before(db, f);
    ospf_lsa_diff(&before, lsa, &db->words);
    if (!s)
        return;
    count_burst(s, ref);
    s->changes++;
    if (s->before == content)
        count_toggle(s);
    s->before = f->content;
    if (ospf_lsa_strangers(&before, lsa))
        s->stranger[s->strangers++ > 0] = ref;
}

/* The body of the instance that is known already by its header, or comes with it. */
static enum ospf_change take_body(struct ospf_lsdb *db, struct ospf_lsa_facts *f, const struct ospf_lsa *lsa,
                                  struct stream_ref ref, bool fresh)
{
    uint64_t content = content_of(lsa);
    enum ospf_change change = fresh || !f->content    ? OSPF_CHANGE_NEW
                              : f->content == content ? OSPF_CHANGE_REFRESHED
                                                      : OSPF_CHANGE_CHANGED;
    if (change == OSPF_CHANGE_CHANGED)
        note_change(db, f, lsa, ref, content);
    if (change == OSPF_CHANGE_NEW && f->story && f->story->flushes && f->content == content &&
        stamp_since(ref.when, f->story->flushed.when).ns < SPAN_S(BURST_S).ns)
        count_toggle(f->story); /* flushed, and back as it was */
    if (keep_raw(db, f, lsa))
        f->content = content;
    return change;
}

static enum ospf_change take(struct ospf_lsdb *db, struct ospf_lsa_facts *f, const struct ospf_lsa *lsa,
                             struct stream_ref ref, bool whole)
{
    bool was_gone = f->instances && !ospf_lsa_current(f, ref.when);
    bool flush = lsa->age >= OSPF_MAX_AGE;
    if (f->instances < UINT32_MAX)
        f->instances += !flush || !f->instances;
    f->kind = (uint8_t)lsa->kind;
    f->options = lsa->options;
    f->sequence = lsa->sequence;
    f->checksum = lsa->checksum;
    f->length = lsa->length;
    f->age = lsa->age;
    f->do_not_age = lsa->do_not_age;
    f->ref = ref;
    enum ospf_change change = OSPF_CHANGE_HEARD;
    if (flush) {
        change = OSPF_CHANGE_FLUSHED;
        note_flush(db, f, ref);
        if (whole && !f->raw && keep_raw(db, f, lsa))
            f->content = content_of(lsa);
    } else {
        f->gone = false;
        if (whole)
            change = take_body(db, f, lsa, ref, was_gone);
    }
    remember(db, f, change, ref);
    return change;
}

enum ospf_change ospf_lsdb_feed(struct ospf_lsdb *db, const struct ospf_batch *batch, uint32_t which,
                                const struct ospf_lsa_seen *seen, struct ospf_lsa_fed *out)
{
    const struct ospf_lsa *lsa = &batch->lsa[which];
    struct ospf_lsa_key key = ospf_lsa_key_of(lsa, seen->area, seen->link);
    struct ospf_lsa_facts *f = find(db, &key, batch->tag[which]);
    bool whole = !lsa->header_only && !lsa->cut && lsa->length >= OSPF_LSA_HEADER;
    buf_clear(&db->words);
    db->changed = NULL;
    if (!f)
        f = entry_new(db, &key, batch->tag[which]);
    *out = (struct ospf_lsa_fed){ .entry = f, .since = STAMP_NEVER };
    if (!f)
        return OSPF_CHANGE_OLDER;
    out->sender = f->sender;
    out->since = f->sent_last;
    out->echo = f->instances && f->sequence == lsa->sequence && f->checksum == lsa->checksum;
    int order = newer(f, lsa, seen->ref.when);
    enum ospf_change change = order < 0 ? OSPF_CHANGE_OLDER : OSPF_CHANGE_SAME;
    if (order > 0)
        change = take(db, f, lsa, seen->ref, whole);
    else if (order == 0 && whole && f->raw_sequence != lsa->sequence && lsa->age < OSPF_MAX_AGE) {
        change = take_body(db, f, lsa, seen->ref, false);
        remember(db, f, change, seen->ref);
    }
    f->seen_last = seen->ref.when;
    if (!lsa->header_only && order >= 0) {
        f->sender = seen->sender;
        f->sent_last = seen->ref.when;
    }
    return change;
}

bool ospf_lsa_open(const struct ospf_lsa_facts *f, struct ospf_lsa *out)
{
    if (!f->raw || f->raw_size < OSPF_LSA_HEADER)
        return false;
    *out =
        (struct ospf_lsa){ .kind = (enum ospf_kind)f->kind,
                           .age = f->age,
                           .type = f->key.type,
                           .options = f->options,
                           .id = f->key.id,
                           .router = f->key.router,
                           .sequence = f->raw_sequence,
                           .checksum = f->checksum,
                           .length = f->raw_size,
                           .version = f->version,
                           .instance = f->instance,
                           .body = cur_over(f->raw + OSPF_LSA_HEADER, (size_t)f->raw_size - OSPF_LSA_HEADER),
                           .raw = f->raw };
    return true;
}
