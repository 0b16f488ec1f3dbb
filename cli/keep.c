/* Events, packets and time in; a database and a ring of packets on disk out. */
#include "cli/keep.h"

#include "base/log.h"
#include "base/wall.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVIDENCE_USUAL ((uint64_t)1024 << 20)

/* Commits come so often that with all that may delay one no second is ever lost. */
enum { COMMIT_MS = 500, RETRY_S = 5, ANEW_S = 60 };
enum { OSPF_EVERY = 4, LSDB_EVERY = 120 }; /* commits */

/* What of a peering was put last, and sampled. */
struct seen {
    uint64_t put, sampled;
};

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

/* Whoever opens the database later finds the packets, too. */
static bool note_ring(struct keep *k, const struct options *o)
{
    if (!k->store || !k->ring)
        return true;
    char *path = realpath(o->evidence, NULL);
    enum err why = store_note(k->store, "evidence", path ? path : o->evidence);
    free(path);
    return why == ERR_NONE;
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

static struct store_limits limits_of(const struct options *o)
{
    struct store_limits l = STORE_LIMITS_USUAL;
    l.keep_10s = o->keep_10s.ns ? o->keep_10s : l.keep_10s;
    l.keep_1min = o->keep_1min.ns ? o->keep_1min : l.keep_1min;
    l.keep_1h = o->keep_1h.ns ? o->keep_1h : l.keep_1h;
    l.keep_events = o->keep_events.ns ? o->keep_events : l.keep_events;
    l.size = o->db_size ? o->db_size : l.size;
    return l;
}

static bool put_names(struct keep *k, const struct options *o)
{
    char text[ADDR_TEXT];
    enum err why = store_forget_names(k->store);
    const char *name;
    struct addr address;
    for (uint32_t at = 0; !why && (name = names_next_address(&o->names, &at, &address));)
        why = store_name(k->store, "address", addr_text(&address, text), name);
    uint32_t asn;
    for (uint32_t at = 0; !why && (name = names_next_as(&o->names, &at, &asn));) {
        snprintf(text, sizeof text, "%u", (unsigned)asn);
        why = store_name(k->store, "as", text, name);
    }
    return !why;
}

static bool open_store(struct keep *k, const struct options *o)
{
    char message[300];
    enum err why;
    /* of a file that is replayed the database is a new one: it would else hold the same hours twice */
    k->store = store_open(o->db, o->interface_count ? STORE_AGAIN : STORE_NEW, &why, message);
    if (!k->store) {
        log_line(LOG_ERROR, "%s", message);
        return false;
    }
    struct store_limits limits = limits_of(o);
    store_set_limits(k->store, &limits);
    store_keep_routes(k->store, o->keep_routes);
    return put_names(k, o);
}

void keep_events(struct keep *k, const struct outbox *out)
{
    if (k->store)
        (void)!store_write(k->store, out); /* what is wrong is told once, at the next commit */
}

/* Has anything changed since `seen`? */
static bool is_news(const struct bgp_peering *p, uint64_t *seen)
{
    uint64_t now = p->packets << 8;
    for (int i = 0; i < 2; i++)
        now += (uint64_t)p->side[i].state << 3 * i | (uint64_t)p->side[i].lost_count << 6 |
               (uint64_t)stamp_known(p->side[i].last_heard) << (61 + i);
    bool news = *seen != now;
    *seen = now;
    return news;
}

static struct seen *seen_of(struct keep *k, uint32_t id)
{
    if (id >= k->seen_count) {
        uint32_t count = id + id / 2 + 64;
        struct seen *seen = realloc(k->seen, count * sizeof *seen);
        if (!seen)
            return NULL;
        memset(seen + k->seen_count, 0, (count - k->seen_count) * sizeof *seen);
        k->seen = seen;
        k->seen_count = count;
    }
    return &k->seen[id];
}

static struct store_file file_facts(const struct keep *k, unsigned i)
{
    const struct source_file_facts *f = source_file(k->loop->source, i);
    return (struct store_file){ .path = f->path,
                                .packets = f->packets,
                                .bytes = f->bytes,
                                .link = f->link,
                                .several_links = f->several_links,
                                .dropped = f->dropped,
                                .damage = f->damaged ? f->damage : NULL,
                                .damage_offset = f->damage_offset,
                                .last = engine_capture(k->loop->engine)->last,
                                .live = f->live,
                                .received = f->received,
                                .interface_dropped = f->interface_dropped };
}

/* OSPF's events are kept as they come; what is known of its routers every few seconds, and what its databases hold
 * besides once a minute. */
static enum err put_ospf(struct keep *k, bool all)
{
    struct ospf *o = engine_ospf(k->loop->engine);
    uint64_t packets = engine_capture(k->loop->engine)->ospf_packets;
    enum err why = ERR_NONE;
    k->commits++;
    if (all || (packets != k->ospf_put && !(k->commits % OSPF_EVERY))) {
        k->ospf_put = packets;
        why = store_put_ospf(k->store, o);
    }
    if (!why && (all || !(k->commits % LSDB_EVERY)))
        why = store_put_lsdb(k->store, o);
    return why;
}

static enum err put_facts(struct keep *k, bool all)
{
    const struct bgp_peering *p;
    enum err why = put_ospf(k, all);
    for (uint32_t at = 0; !why && (p = engine_next_peering(k->loop->engine, &at));) {
        struct seen *seen = seen_of(k, p->id);
        if (!seen || is_news(p, &seen->put) || all)
            why = store_put_peering(k->store, p);
    }
    if (!why)
        why = store_put_capture(k->store, engine_capture(k->loop->engine));
    for (unsigned i = 0; !why && i < source_file_count(k->loop->source); i++) {
        struct store_file file = file_facts(k, i);
        why = store_put_file(k->store, i, &file);
    }
    return why;
}

/* What happened in that second goes into the series. */
static void sample(struct keep *k, struct stamp second)
{
    const struct bgp_peering *p;
    for (uint32_t at = 0; (p = engine_next_peering(k->loop->engine, &at));) {
        struct seen *seen = seen_of(k, p->id);
        if (!seen || is_news(p, &seen->sampled))
            store_sample(k->store, p, second);
    }
    for (unsigned i = 0; i < source_file_count(k->loop->source); i++) {
        struct store_file file = file_facts(k, i);
        store_sample_file(k->store, i, &file, second);
    }
    store_sample_capture(k->store, engine_capture(k->loop->engine));
    store_second(k->store, second);
}

static void put_finding(struct keep *k, const struct finding *f)
{
    struct event e = { .kind = EVENT_FINDING, .as.finding = f };
    const struct outbox one = { .list = &e, .count = 1 };
    (void)!store_write(k->store, &one); /* it sticks */
}

/* In a file that knows nothing yet: all that is known, and what is open. */
static bool put_all(struct keep *k)
{
    const struct finding *f;
    if (k->seen)
        memset(k->seen, 0, k->seen_count * sizeof *k->seen);
    if (!put_names(k, k->now) || !note_ring(k, k->options) || put_facts(k, true))
        return false;
    for (uint32_t at = 0; (f = engine_next_finding(k->loop->engine, &at));)
        put_finding(k, f);
    rung_put_all(&k->rung);
    return !store_flush(k->store);
}

/* The file was deleted or moved, or another one stands in its place: what happens goes where it was told to go. */
static void begin_anew(struct keep *k, enum store_place place, struct stamp clock)
{
    snprintf(k->unkept, sizeof k->unkept, "%.200s was deleted or moved while it was written to; %s",
             k->options->db,
             place == STORE_GONE ? "a new file is begun" : "what stands there now is gone on with");
    log_line(LOG_ERROR, "%s", k->unkept);
    k->failed = clock;
    k->anew = true;
    engine_unkept(k->loop->engine, k->unkept, true);
    if (store_anew(k->store) || !put_all(k)) {
        log_line(LOG_ERROR, "%s; nothing is kept until that works", store_why(k->store));
        snprintf(k->unkept, sizeof k->unkept, "%s", store_why(k->store));
        engine_unkept(k->loop->engine, k->unkept, false);
        k->failing = true;
    }
}

/* It failed: the capture goes on, and after a while it is tried again, with all that is known by then. */
static void wait_for_disk(struct keep *k, struct stamp clock)
{
    if (!k->failing) {
        log_line(LOG_ERROR, "%s; nothing is kept until that works again", store_why(k->store));
        snprintf(k->unkept, sizeof k->unkept, "%s", store_why(k->store));
        engine_unkept(k->loop->engine, k->unkept, false);
        k->failing = true;
        k->failed = clock;
    }
    if (stamp_since(clock, k->failed).ns < SPAN_S(RETRY_S).ns)
        return;
    k->failed = clock;
    if (store_place(k->store) != STORE_THERE) {
        if (store_anew(k->store))
            return;
    } else
        store_recover(k->store);
    if (!put_all(k))
        return;
    k->failing = k->anew = false;
    engine_unkept(k->loop->engine, NULL, false);
    log_line(LOG_NOTE, "the database takes what happens again");
}

static void commit(struct keep *k, struct stamp clock)
{
    enum store_place place = k->failing ? STORE_THERE : store_place(k->store);
    if (place != STORE_THERE)
        begin_anew(k, place, clock);
    else if (k->anew && !k->failing && stamp_since(clock, k->failed).ns >= SPAN_S(ANEW_S).ns) {
        k->anew = false;
        engine_unkept(k->loop->engine, NULL, false);
    }
    if (k->failing || put_facts(k, false) || store_flush(k->store))
        wait_for_disk(k, clock);
}

/* ---- all of it ---- */

bool keep_open(struct keep *k, const struct options *o, const struct loop *l)
{
    k->loop = l;
    k->options = k->now = o;
    k->committed = wall_steady();
    return (!o->db || open_store(k, o)) && (!o->evidence || open_ring(k, o)) && note_ring(k, o);
}

static void count_losses(struct keep *k)
{
    uint64_t dropped = 0;
    size_t used = 0;
    source_refresh(k->loop->source);
    for (unsigned i = 0; i < source_file_count(k->loop->source); i++) {
        const struct source_file_facts *f = source_file(k->loop->source, i);
        dropped += f->live ? f->dropped : 0;
        if (f->away && used < sizeof k->away)
            used +=
                (size_t)snprintf(k->away + used, sizeof k->away - used, "%s%s", used ? ", " : "", f->path);
    }
    engine_lost(k->loop->engine, dropped);
    engine_away(k->loop->engine, used ? k->away : NULL);
}

void keep_beat(struct keep *k, struct stamp second, bool due)
{
    struct stamp clock = wall_steady();
    bool ours = stamp_since(clock, k->committed).ns >= SPAN_MS(COMMIT_MS).ns;
    if (ours) {
        k->committed = clock;
        count_losses(k);
    }
    if (k->store && due && !k->failing)
        sample(k, second);
    if (k->store && ours)
        commit(k, clock);
    if (k->ring && ours)
        flush_ring(k);
}

void keep_set(struct keep *k, const struct options *o)
{
    struct store_limits limits = limits_of(o);
    k->now = o;
    if (k->store && !k->failing) {
        store_set_limits(k->store, &limits);
        if (!put_names(k, o))
            log_line(LOG_ERROR, "%s", store_why(k->store));
    }
    if (k->ring && o->evidence_size)
        ring_resize(k->ring, o->evidence_size);
}

void keep_alerts(struct keep *k, struct alert_feed *feed, struct alerter *alerter)
{
    rung_open(&k->rung, k->store, feed, alerter, k->options->sinks, k->options->sink_count);
}

bool keep_finish(struct keep *k)
{
    if (!k->store)
        return true;
    source_refresh(k->loop->source);
    if (k->failing)
        store_recover(k->store);
    struct stamp last = engine_capture(k->loop->engine)->last;
    if (stamp_known(last))
        sample(k, (struct stamp){ last.ns - last.ns % NS_PER_S });
    if (!put_facts(k, true) && !store_finish(k->store))
        return true;
    log_line(LOG_ERROR, "%s", store_why(k->store));
    return false;
}

void keep_close(struct keep *k)
{
    if (k->store)
        (void)!store_flush(k->store); /* who was told in the end */
    rung_close(&k->rung);
    store_close(k->store);
    ring_close(k->ring);
    free(k->interfaces);
    free(k->seen);
}
