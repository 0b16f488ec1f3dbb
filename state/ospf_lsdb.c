/* LSAs in, in the order in which they were flooded; of each the newest instance, and what became of it, out. */
#include "state/ospf_lsdb_internal.h"

#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

enum {
    BURST_S = 60,
    SLACK_S = 2,
    OPTIONS_AT = 2, /* in the header; OSPFv3 has the type there */
    SAME_AGE = 900  /* MaxAgeDiff: RFC 2328 13.1 */
};
#define SIGN UINT32_C(0x80000000) /* sequence numbers are signed: RFC 2328 12.1.6 */

const char *ospf_change_name(enum ospf_change change)
{
    static const char *const names[] = { "new", "refreshed", "changed", "flushed", "heard", "same", "older" };
    return change <= OSPF_CHANGE_OLDER ? names[change] : "?";
}

const char *ospf_lsdb_words(const struct ospf_lsdb *db) { return buf_text(&db->words); }

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

/* ---- taking an instance ---- */

static struct ospf_lsa_story *story_of(struct ospf_lsdb *db, struct ospf_lsa_facts *f)
{
    if (!f->story && ospf_lsdb_afford(db, sizeof *f->story))
        f->story = calloc(1, sizeof *f->story);
    return f->story;
}

static uint64_t content_of(const struct ospf_lsa *lsa)
{
    return hash_bytes(lsa->body.at, cur_left(&lsa->body), lsa->options);
}

/* Whether this instance says what the one says that is kept. */
static bool says_the_same(const struct ospf_lsa_facts *f, const struct ospf_lsa *lsa)
{
    size_t size = cur_left(&lsa->body);
    return f->raw && f->raw_size == OSPF_LSA_HEADER + size && f->raw[OPTIONS_AT] == lsa->raw[OPTIONS_AT] &&
           !memcmp(f->raw + OSPF_LSA_HEADER, lsa->body.at, size);
}

static void keep_raw(struct ospf_lsdb *db, struct ospf_lsa_facts *f, const struct ospf_lsa *lsa)
{
    size_t size = OSPF_LSA_HEADER + cur_left(&lsa->body);
    if (!ospf_lsdb_room(db, f, size))
        return;
    memcpy(f->raw, lsa->raw, size);
    f->raw_size = (uint16_t)size;
    f->raw_sequence = lsa->sequence;
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
                        struct stream_ref ref)
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
    if (s->before == content_of(lsa))
        count_toggle(s);
    s->before = content_of(&before);
    if (ospf_lsa_strangers(&before, lsa))
        s->stranger[s->strangers++ > 0] = ref;
}

/* The body of the instance that is known already by its header, or comes with it. */
static enum ospf_change take_body(struct ospf_lsdb *db, struct ospf_lsa_facts *f, const struct ospf_lsa *lsa,
                                  const struct stream_ref *ref, bool fresh)
{
    bool same = says_the_same(f, lsa);
    enum ospf_change change = fresh || !f->raw ? OSPF_CHANGE_NEW
                              : same           ? OSPF_CHANGE_REFRESHED
                                               : OSPF_CHANGE_CHANGED;
    if (change == OSPF_CHANGE_CHANGED)
        note_change(db, f, lsa, *ref);
    if (change == OSPF_CHANGE_NEW && same && f->story && f->story->flushes &&
        stamp_since(ref->when, f->story->flushed.when).ns < SPAN_S(BURST_S).ns)
        count_toggle(f->story); /* flushed, and back as it was */
    keep_raw(db, f, lsa);
    return change;
}

static enum ospf_change take(struct ospf_lsdb *db, struct ospf_lsa_facts *f, const struct ospf_lsa *lsa,
                             const struct stream_ref *ref, bool whole)
{
    bool was_gone = f->instances && !ospf_lsa_current(f, ref->when);
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
    f->ref = *ref;
    enum ospf_change change = OSPF_CHANGE_HEARD;
    if (flush) {
        change = OSPF_CHANGE_FLUSHED;
        note_flush(db, f, *ref);
        if (whole && !f->raw)
            keep_raw(db, f, lsa);
    } else {
        f->gone = false;
        if (whole)
            change = take_body(db, f, lsa, ref, was_gone);
    }
    db->revision++;
    return change;
}

enum ospf_change ospf_lsdb_feed(struct ospf_lsdb *db, const struct ospf_batch *batch, uint32_t which,
                                const struct ospf_lsa_seen *seen, struct ospf_lsa_fed *out)
{
    const struct ospf_lsa *lsa = &batch->lsa[which];
    struct ospf_lsa_facts *f = ospf_lsdb_entry(db, batch, which);
    bool whole = !lsa->header_only && !lsa->cut && lsa->length >= OSPF_LSA_HEADER;
    buf_clear(&db->words);
    db->changed = NULL;
    *out = (struct ospf_lsa_fed){ .entry = f, .since = STAMP_NEVER };
    if (!f)
        return OSPF_CHANGE_OLDER;
    out->sender = f->sender;
    out->since = f->sent_last;
    out->echo = f->instances && f->sequence == lsa->sequence && f->checksum == lsa->checksum;
    int order = newer(f, lsa, seen->ref.when);
    enum ospf_change change = order < 0 ? OSPF_CHANGE_OLDER : OSPF_CHANGE_SAME;
    if (order > 0)
        change = take(db, f, lsa, &seen->ref, whole);
    else if (order == 0 && whole && f->raw_sequence != lsa->sequence && lsa->age < OSPF_MAX_AGE) {
        change = take_body(db, f, lsa, &seen->ref, false);
        db->revision++;
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
                           .options = f->version == 2 ? f->raw[OPTIONS_AT] : f->options,
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
