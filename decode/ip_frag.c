/* Fragments in, whole packets out. RFC 791 3.2, RFC 8200 4.5.
 *
 * A packet that waits is a buffer and a bit for each eight bytes that are there. Packets known to be wanted and those
 * of which nothing is known yet (their first fragment, which has the ports, is not there) stand in two chains, each in
 * order of age; the unknown ones may take a quarter of the budget and go first, so that somebody else's fragments do
 * not push out ours. */
#include "decode/ip_frag.h"

#include "base/hash.h"
#include "base/macros.h"
#include "base/table.h"
#include <stdlib.h>

enum {
    LARGEST = 65535, /* of an IPv4 packet, of an IPv6 payload */
    HEAD_ROOM = 256, /* for the headers that stand in front of the fragmentable part */
    VERDICTS = 1024,
    UNKNOWN_SHARE = 4, /* one part in so many */
    OVERHEAD = 128,    /* of the table, for each packet */
};
/* RFC 8200 4.5; within what RFC 1122 3.3.2 asks of IPv4. */
#define PATIENCE SPAN_S(60)
/* A span port gives every packet twice: what comes so soon after the whole packet is a copy of its fragments. */
#define COPY_DELAY SPAN_MS(100)

struct frag_key {
    struct addr src, dst;
    uint32_t id;
    uint8_t proto; /* IPv4 only: RFC 791 2.3, RFC 8200 4.5 */
    uint8_t pad[3];
};

struct waiting {
    struct frag_key key;
    struct waiting *older, *newer;
    struct stamp since;
    enum frag_kind kind;
    unsigned count;   /* fragments */
    uint32_t blocks;  /* of eight bytes, that are there */
    uint32_t top;     /* end of the farthest fragment */
    uint32_t total;   /* of the payload; 0 before the last fragment */
    uint32_t known;   /* from here on bytes were cut by the capture */
    uint32_t room;    /* of bytes */
    uint8_t *bytes;   /* payload; owned */
    uint32_t next_at; /* where in head the number stands ... */
    uint8_t proto;    /* ... that becomes this one (IPv6) */
    uint32_t head_size;
    uint8_t head[HEAD_ROOM]; /* of the first fragment */
    uint8_t seen[(LARGEST + 1) / 64];
};

struct chain {
    struct waiting *oldest, *newest;
    size_t used;
};

/* What was decided for a packet, for fragments of it that come later. */
struct verdict {
    struct frag_key key;
    struct stamp when;
    enum frag_got got; /* FRAG_FOREIGN, FRAG_BAD, or FRAG_WHOLE */
};

struct frag_table {
    size_t budget;
    uint64_t lost;
    struct table by_key;
    struct chain wanted, unknown;
    struct verdict verdicts[VERDICTS];
    uint32_t size, wire; /* of whole */
    uint8_t whole[HEAD_ROOM + LARGEST];
};

struct frag_table *frag_new(size_t budget)
{
    struct frag_table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->budget = budget;
    /* where we happen to lie in memory is a seed that packets cannot know; nothing that we tell depends on it */
    table_init(&t->by_key, sizeof(struct frag_key), (uint64_t)(uintptr_t)t);
    return t;
}

static struct chain *chain_of(struct frag_table *t, const struct waiting *p)
{
    return p->kind == FRAG_WANTED ? &t->wanted : &t->unknown;
}

static size_t cost(const struct waiting *p) { return sizeof *p + OVERHEAD + p->room; }

static void chain_add(struct chain *c, struct waiting *p)
{
    p->older = c->newest;
    p->newer = NULL;
    *(c->newest ? &c->newest->newer : &c->oldest) = p;
    c->newest = p;
    c->used += cost(p);
}

static void chain_remove(struct chain *c, struct waiting *p)
{
    *(p->older ? &p->older->newer : &c->oldest) = p->newer;
    *(p->newer ? &p->newer->older : &c->newest) = p->older;
    c->used -= cost(p);
}

static void forget(struct frag_table *t, struct waiting *p)
{
    chain_remove(chain_of(t, p), p);
    table_remove(&t->by_key, &p->key);
    free(p->bytes);
    free(p);
}

static void lose(struct frag_table *t, struct waiting *p)
{
    t->lost += p->kind == FRAG_WANTED ? p->count : 0;
    forget(t, p);
}

void frag_free(struct frag_table *t)
{
    if (!t)
        return;
    while (t->wanted.oldest)
        forget(t, t->wanted.oldest);
    while (t->unknown.oldest)
        forget(t, t->unknown.oldest);
    table_free(&t->by_key);
    free(t);
}

uint64_t frag_lost(const struct frag_table *t) { return t->lost; }

static struct verdict *verdict_slot(struct frag_table *t, const struct frag_key *key)
{
    return &t->verdicts[hash_bytes(key, sizeof *key, 0) % VERDICTS];
}

static void remember(struct frag_table *t, const struct frag_key *key, struct stamp when, enum frag_got got)
{
    *verdict_slot(t, key) = (struct verdict){ *key, when, got };
}

/* FRAG_WAITS: nothing was decided, or too long ago for a number that comes round again. */
static enum frag_got recall(struct frag_table *t, const struct frag_key *key, struct stamp when)
{
    const struct verdict *v = verdict_slot(t, key);
    if (memcmp(&v->key, key, sizeof *key))
        return FRAG_WAITS;
    struct span ago = stamp_since(when, v->when), most = v->got == FRAG_WHOLE ? COPY_DELAY : PATIENCE;
    return ago.ns <= most.ns && ago.ns >= -most.ns ? v->got : FRAG_WAITS;
}

static void expire(struct frag_table *t, struct chain *c, struct stamp now)
{
    while (c->oldest && stamp_since(now, c->oldest->since).ns > PATIENCE.ns)
        lose(t, c->oldest);
}

/* Drops the chain's oldest packet that is not `keep`. False if there is none. */
static bool drop_oldest(struct frag_table *t, struct chain *c, const struct waiting *keep)
{
    struct waiting *victim = c->oldest == keep && keep ? keep->newer : c->oldest;
    if (victim)
        lose(t, victim);
    return victim;
}

/* Room for so many bytes more, for a packet of this kind. */
static bool make_room(struct frag_table *t, size_t more, enum frag_kind kind, const struct waiting *keep)
{
    if (kind != FRAG_WANTED)
        while (t->unknown.used + more > t->budget / UNKNOWN_SHARE)
            if (!drop_oldest(t, &t->unknown, keep))
                return false;
    while (t->wanted.used + t->unknown.used + more > t->budget)
        if (!drop_oldest(t, &t->unknown, keep) && (kind != FRAG_WANTED || !drop_oldest(t, &t->wanted, keep)))
            return false;
    return true;
}

static struct waiting *begin(struct frag_table *t, const struct frag_key *key, enum frag_kind kind,
                             struct stamp when)
{
    struct waiting *p = NULL;
    if (make_room(t, sizeof *p + OVERHEAD, kind, NULL))
        p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->key = *key;
    p->since = when;
    p->kind = kind;
    p->known = UINT32_MAX;
    if (!table_put(&t->by_key, key, p)) {
        free(p);
        return NULL;
    }
    chain_add(chain_of(t, p), p);
    return p;
}

/* Makes the buffer reach `end`. */
static bool grow(struct frag_table *t, struct waiting *p, uint32_t end)
{
    if (end <= p->room)
        return true;
    uint32_t room = p->room * 2 > end ? p->room * 2 : end;
    if (room > LARGEST)
        room = LARGEST;
    if (!make_room(t, room - p->room, p->kind, p))
        return false;
    uint8_t *bytes = realloc(p->bytes, room);
    if (!bytes)
        return false;
    chain_of(t, p)->used += room - p->room;
    p->bytes = bytes;
    p->room = room;
    return true;
}

static bool is_seen(const struct waiting *p, uint32_t block) { return p->seen[block / 8] >> block % 8 & 1; }

/* How this fragment lies on those before it. */
enum overlap { OVERLAP_NONE, OVERLAP_SAME, OVERLAP_SOME };

static enum overlap overlap(const struct waiting *p, uint32_t at, struct cursor bytes, uint32_t size)
{
    uint32_t seen = 0, all = 0;
    for (uint32_t block = at / 8; block * 8 < at + size; block++, all++)
        seen += is_seen(p, block);
    if (!seen)
        return OVERLAP_NONE;
    size_t held = cur_left(&bytes);
    bool same = seen == all && at + held <= p->room && (!held || !memcmp(p->bytes + at, bytes.at, held));
    return same ? OVERLAP_SAME : OVERLAP_SOME;
}

/* Puts the fragment where nothing stands yet: the first bytes win. Bytes that the capture cut off are zero. */
static void place(struct waiting *p, uint32_t at, struct cursor bytes, uint32_t size)
{
    uint32_t held = (uint32_t)cur_left(&bytes);
    for (uint32_t block = at / 8; block * 8 < at + size; block++) {
        uint32_t from = block * 8, end = from + 8 < at + size ? from + 8 : at + size;
        if (is_seen(p, block))
            continue;
        p->seen[block / 8] |= (uint8_t)(1u << block % 8);
        p->blocks++;
        uint32_t there = from - at < held ? held - (from - at) : 0;
        if (there > end - from)
            there = end - from;
        if (there)
            memcpy(p->bytes + from, bytes.at + (from - at), there);
        memset(p->bytes + from + there, 0, end - from - there);
        if (there < end - from && p->known > from + there)
            p->known = from + there;
    }
    p->count++;
}

static void put_u16(uint8_t *p, uint32_t n)
{
    p[0] = (uint8_t)(n >> 8);
    p[1] = (uint8_t)n;
}

/* The packet as it was before it was cut. False if no packet can be that large. */
static bool assemble(struct frag_table *t, const struct waiting *p)
{
    enum { V6_HEADER = 40 };
    bool v4 = p->key.src.size == 4;
    uint32_t says = p->head_size + p->total - (v4 ? 0 : V6_HEADER);
    if (says > LARGEST)
        return false;
    uint8_t *head = t->whole;
    memcpy(head, p->head, p->head_size);
    if (v4) {
        put_u16(head + 2, says);
        put_u16(head + 6, head[6] & 0x40u ? 0x4000 : 0);
        put_u16(head + 10, 0);
        put_u16(head + 10, ip_header_sum(head, p->head_size));
    } else {
        put_u16(head + 4, says);
        head[p->next_at] = p->proto;
    }
    uint32_t there = p->known < p->total ? p->known : p->total;
    memcpy(head + p->head_size, p->bytes, there);
    t->size = p->head_size + there;
    t->wire = p->head_size + p->total;
    return true;
}

struct cursor frag_whole(const struct frag_table *t, uint32_t *wire)
{
    *wire = t->wire;
    return cur_over(t->whole, t->size);
}

/* Does the fragment contradict those before it? A second last fragment that ends elsewhere, or one beyond the end. */
static bool contradicts(const struct waiting *p, const struct ip_head *h, uint32_t end)
{
    if (!h->more && p->total)
        return end != p->total;
    return h->more ? p->total && end > p->total : end < p->top;
}

static struct frag_key key_of(const struct ip_head *h)
{
    return (struct frag_key){
        .src = ip_src(h), .dst = ip_dst(h), .id = h->id, .proto = h->version == 4 ? h->proto : 0
    };
}

static enum frag_got give_up(struct frag_table *t, struct waiting *p, struct stamp when, enum frag_got why)
{
    remember(t, &p->key, when, why);
    forget(t, p);
    return why;
}

/* Adds the fragment to its packet; what must be checked without one is checked. */
static enum frag_got add(struct frag_table *t, struct waiting *p, const struct ip_head *h,
                         struct cursor payload, uint32_t size, struct stamp when)
{
    uint32_t end = h->offset + size;
    enum overlap how = contradicts(p, h, end) ? OVERLAP_SOME : overlap(p, h->offset, payload, size);
    if (how == OVERLAP_SAME)
        return FRAG_WAITS;
    /* RFC 8200 4.5 (RFC 5722 3): fragments that overlap, and all others of that packet, are to be discarded. */
    if (how == OVERLAP_SOME && h->version == 6)
        return give_up(t, p, when, FRAG_BAD);
    if (contradicts(p, h, end))
        return FRAG_BAD;
    if (!grow(t, p, end)) {
        t->lost += p->kind == FRAG_WANTED;
        return FRAG_WAITS;
    }
    if (!h->offset && !p->head_size) {
        memcpy(p->head, h->at, h->own);
        p->head_size = h->own;
        p->next_at = h->next_at;
        p->proto = h->proto;
    }
    if (!h->more)
        p->total = end;
    if (p->top < end)
        p->top = end;
    place(p, h->offset, payload, size);
    if (!p->total || p->blocks < (p->total + 7) / 8)
        return FRAG_WAITS;
    return give_up(t, p, when, assemble(t, p) ? FRAG_WHOLE : FRAG_BAD);
}

enum frag_got frag_feed(struct frag_table *t, const struct ip_head *h, struct cursor payload, uint32_t size,
                        enum frag_kind kind, struct stamp when)
{
    expire(t, &t->wanted, when);
    expire(t, &t->unknown, when);
    struct frag_key key = key_of(h);
    struct waiting *p = table_get(&t->by_key, &key);
    if (kind == FRAG_UNWANTED) {
        if (p && p->kind == FRAG_UNKNOWN)
            forget(t, p);
        remember(t, &key, when, FRAG_FOREIGN);
        return FRAG_FOREIGN;
    }
    /* All but the last are in units of eight bytes (RFC 791 3.1), and nothing ends beyond the largest packet. */
    if (!size || (h->more && size % 8) || h->offset + size > LARGEST || h->own > HEAD_ROOM)
        return FRAG_BAD;
    if (!p) {
        enum frag_got before = recall(t, &key, when);
        if (before == FRAG_BAD || (before == FRAG_FOREIGN && kind != FRAG_WANTED))
            return before;
        if (before == FRAG_WHOLE)
            return FRAG_WAITS;
        p = begin(t, &key, kind, when);
    } else if (kind == FRAG_WANTED && p->kind != kind) {
        chain_remove(&t->unknown, p);
        p->kind = kind;
        chain_add(&t->wanted, p);
    }
    if (!p) {
        t->lost += kind == FRAG_WANTED;
        return FRAG_WAITS;
    }
    return add(t, p, h, payload, size, when);
}
