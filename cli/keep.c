/* Events, packets and time in; a database and a ring of packets on disk out. */
#include "cli/keep.h"

#include "base/log.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVIDENCE_USUAL ((uint64_t)1024 << 20)

static struct stamp steady_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct stamp){ (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec };
}

/* ---- the ring ---- */

static bool open_ring(struct keep *k, const struct options *o)
{
    const struct source *s = k->loop->source;
    unsigned count = source_file_count(s);
    char message[300] = "there is not enough memory to begin";
    enum err why;
    k->interfaces = calloc(count, sizeof *k->interfaces);
    for (unsigned i = 0; k->interfaces && i < count; i++)
        k->interfaces[i] =
            (struct pcapng_interface){ source_file(s, i)->path, source_file(s, i)->link, o->snap };
    if (k->interfaces)
        k->ring = ring_open(o->evidence, o->evidence_size ? o->evidence_size : EVIDENCE_USUAL, k->interfaces,
                            count, &why, message);
    if (!k->ring)
        log_line(LOG_ERROR, "--evidence %s", message);
    return k->ring != NULL;
}

/* The number of the file, or interface, stands above that of the packet: so a finding's evidence is found again. */
void keep_packet(struct keep *k, const struct packet *p)
{
    if (k->ring)
        ring_put(k->ring, p, (uint64_t)p->file << 40 | (p->number & 0xffffffffff));
}

static void flush_ring(struct keep *k)
{
    ring_flush(k->ring);
    bool failed = *ring_why(k->ring) != '\0';
    if (failed && !k->ring_failed)
        log_line(LOG_ERROR, "%s; packets are not kept until that works again", ring_why(k->ring));
    else if (!failed && k->ring_failed)
        log_line(LOG_NOTE, "packets are kept again; %llu were not", (unsigned long long)ring_lost(k->ring));
    k->ring_failed = failed;
}

/* ---- the database ---- */

static bool open_store(struct keep *k, const struct options *o)
{
    char message[300];
    enum err why;
    k->store = store_open(o->db, STORE_NEW, &why, message);
    if (!k->store)
        log_line(LOG_ERROR, "%s", message);
    return k->store != NULL;
}

void keep_events(struct keep *k, const struct outbox *out)
{
    if (k->store && store_write(k->store, out))
        return; /* it is told once, at the next commit */
}

/* Has anything changed since it was put last? */
static bool is_news(struct keep *k, const struct bgp_peering *p)
{
    if (p->id >= k->seen_count) {
        uint32_t count = p->id + p->id / 2 + 64;
        uint64_t *seen = realloc(k->seen, count * sizeof *seen);
        if (!seen)
            return true;
        memset(seen + k->seen_count, 0, (count - k->seen_count) * sizeof *seen);
        k->seen = seen;
        k->seen_count = count;
    }
    uint64_t now = p->packets << 8;
    for (int i = 0; i < 2; i++)
        now += (uint64_t)p->side[i].state << 3 * i | (uint64_t)p->side[i].lost_count << 6;
    bool news = k->seen[p->id] != now;
    k->seen[p->id] = now;
    return news;
}

static enum err put_facts(struct keep *k, bool all)
{
    const struct bgp_peering *p;
    const struct capture_facts *c = engine_capture(k->loop->engine);
    enum err why = ERR_NONE;
    for (uint32_t at = 0; !why && (p = engine_next_peering(k->loop->engine, &at));)
        if (is_news(k, p) || all)
            why = store_put_peering(k->store, p);
    if (!why)
        why = store_put_capture(k->store, c);
    for (unsigned i = 0; !why && i < source_file_count(k->loop->source); i++) {
        const struct source_file_facts *f = source_file(k->loop->source, i);
        struct store_file file = { .path = f->path,
                                   .packets = f->packets,
                                   .bytes = f->bytes,
                                   .link = f->link,
                                   .several_links = f->several_links,
                                   .dropped = f->live ? 0 : f->dropped,
                                   .damage = f->damaged ? f->damage : NULL,
                                   .damage_offset = f->damage_offset,
                                   .last = c->last };
        why = store_put_file(k->store, i, &file);
    }
    return why;
}

static void commit(struct keep *k)
{
    if (put_facts(k, false) || store_flush(k->store)) {
        log_line(LOG_ERROR, "%s; nothing more is kept", store_why(k->store));
        store_close(k->store);
        k->store = NULL;
    }
}

/* ---- all of it ---- */

bool keep_open(struct keep *k, const struct options *o, const struct loop *l)
{
    k->loop = l;
    k->committed = steady_now();
    return (!o->db || open_store(k, o)) && (!o->evidence || open_ring(k, o));
}

static void count_losses(const struct keep *k)
{
    uint64_t dropped = 0;
    source_refresh(k->loop->source);
    for (unsigned i = 0; i < source_file_count(k->loop->source); i++) {
        const struct source_file_facts *f = source_file(k->loop->source, i);
        dropped += f->live ? f->dropped : 0;
    }
    engine_lost(k->loop->engine, dropped);
}

void keep_beat(struct keep *k, struct stamp now)
{
    (void)now;
    struct stamp clock = steady_now();
    if (stamp_since(clock, k->committed).ns < SPAN_S(1).ns)
        return;
    k->committed = clock;
    count_losses(k);
    if (k->store)
        commit(k);
    if (k->ring)
        flush_ring(k);
}

void keep_set(struct keep *k, const struct options *o)
{
    if (k->ring && o->evidence_size)
        ring_resize(k->ring, o->evidence_size);
}

bool keep_finish(struct keep *k)
{
    if (!k->store)
        return true;
    source_refresh(k->loop->source);
    if (!put_facts(k, true) && !store_finish(k->store))
        return true;
    log_line(LOG_ERROR, "%s", store_why(k->store));
    return false;
}

void keep_close(struct keep *k)
{
    store_close(k->store);
    ring_close(k->ring);
    free(k->interfaces);
    free(k->seen);
}
