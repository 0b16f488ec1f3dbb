/* Packets of protocol 89 in; each to whoever keeps what it tells. Time in; what is due.
 *
 *   packet → copy? → checksum → segment, speaker → Hello: links, who hears whom
 *                                                → Database Description, Request: exchange
 *                                                → Update, Acknowledgment: database, flooding */
#include "state/ospf_internal.h"

#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

enum { COPY_WINDOW_MS = 10, SWEEP_MS = 1000, PAIR_S = 5, CHECK_S = 10 };

struct ospf *ospf_new(struct engine *e)
{
    struct ospf *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->engine = e;
    o->swept = o->paired = STAMP_NEVER;
    o->budget = (struct ospf_budget){ .most = e->options.limits.lsas };
    table_init(&o->segment_keys, 8, 0);
    table_init(&o->speakers, OSPF_SPEAKER_KEY, 0);
    table_init(&o->siblings, 8, 0);
    table_init(&o->namesakes, 8, 0);
    table_init(&o->incumbents, OSPF_PLACE_KEY, 0);
    table_init(&o->adjacencies, 8, 0);
    return o;
}

void ospf_free(struct ospf *o)
{
    if (!o)
        return;
    struct adjacency *adj;
    struct ospf_speaker *s;
    for (uint32_t at = 0; (adj = table_next(&o->adjacencies, &at));)
        ospf_adjacency_free(o, adj);
    for (uint32_t at = 0; (s = table_next(&o->speakers, &at));)
        ospf_speaker_free(s);
    for (uint32_t i = 0; i < o->segment_count; i++) {
        free(o->segments[i]->speakers);
        free(o->segments[i]->links);
        free(o->segments[i]);
    }
    for (uint32_t i = 0; i < o->link_count; i++) {
        free(o->links[i]->members);
        free(o->links[i]);
    }
    for (uint32_t i = 0; i < o->domain_count; i++)
        ospf_lsdb_free(o->domains[i]);
    ospf_routers_free(o);
    ospf_fate_free(o);
    ospf_owed_free_all(o);
    table_free(&o->segment_keys);
    table_free(&o->speakers);
    table_free(&o->siblings);
    table_free(&o->namesakes);
    table_free(&o->incumbents);
    table_free(&o->adjacencies);
    free(o->segments);
    free(o->links);
    free(o);
}

struct ospf_lsdb *ospf_domain(struct ospf *o, uint8_t version, uint8_t instance)
{
    for (uint32_t i = 0; i < o->domain_count; i++)
        if (ospf_lsdb_version(o->domains[i]) == version && ospf_lsdb_instance(o->domains[i]) == instance)
            return o->domains[i];
    if (o->domain_count == OSPF_DOMAINS)
        return NULL;
    struct ospf_lsdb *db = ospf_lsdb_new(version, instance, &o->budget);
    if (db)
        o->domains[o->domain_count++] = db;
    return db;
}

void ospf_happen(struct ospf *o, enum happening_kind kind, const struct adjacency *adj, int side,
                 struct stream_ref ref)
{
    struct happening h = { .kind = kind, .side = side, .ref = ref, .adjacency = &adj->facts };
    engine_happen(o->engine, &h);
}

void ospf_lsa_changed(struct ospf *o, const struct ospf_lsdb *db, const struct ospf_lsa_facts *f,
                      enum ospf_change change, struct stream_ref ref, const struct ospf_lsa *lsa)
{
    if (change >= OSPF_CHANGE_SAME || (change == OSPF_CHANGE_HEARD && !f->raw))
        return;
    const char *words = change == OSPF_CHANGE_CHANGED ? ospf_lsdb_words(db) : "";
    struct event_ospf_lsa e = { .ref = ref, .lsa = f, .change = change };
    if (lsa && !lsa->cut && lsa->length >= OSPF_LSA_HEADER) {
        e.raw = lsa->raw;
        e.size = lsa->length;
    }
    e.words = *words ? outbox_keep(&o->engine->outbox, words, strlen(words) + 1) : "";
    struct event *told = outbox_open(&o->engine->outbox, EVENT_OSPF_LSA);
    if (told)
        told->as.ospf_lsa = e;
    if (change != OSPF_CHANGE_CHANGED && change != OSPF_CHANGE_FLUSHED)
        return;
    ospf_fate_changed(o, db, f, change, ref);
    engine_happen(
        o->engine,
        &(struct happening){ .kind = HAPPEN_OSPF_LSA, .side = -1, .ref = ref, .lsa = f, .change = change });
}

/* ---- copies ---- */

/* A span port gives a packet twice: the same bytes and IP ID within milliseconds, perhaps with another TTL, MAC address
 * or tag. A retransmission comes seconds later. */
static bool is_copy(struct ospf *o, const struct frame *f, struct stamp when)
{
    size_t size = cur_left(&f->payload);
    uint64_t mark = hash_bytes(&f->src, sizeof f->src, f->ip_id);
    mark = hash_bytes(&f->dst, sizeof f->dst, mark);
    if (size)
        mark = hash_bytes(f->payload.at, size, mark);
    unsigned at = (unsigned)(mark >> 32) % OSPF_COPIES;
    struct span apart = stamp_since(when, o->copies[at].when);
    bool copy = o->copies[at].signature == mark && apart.ns <= SPAN_MS(COPY_WINDOW_MS).ns &&
                apart.ns >= -SPAN_MS(COPY_WINDOW_MS).ns;
    if (!copy) {
        o->copies[at].signature = mark;
        o->copies[at].when = when;
        o->copies[at].circuit = f->circuit;
        o->copies[at].carriers = f->carriers;
        return false;
    }
    uint32_t circuit = o->copies[at].circuit;
    uint16_t carriers = o->copies[at].carriers;
    bool known = circuit == f->circuit && carriers == f->carriers;
    for (uint32_t i = 0; i < o->alias_count; i++) {
        known |= o->aliases[i].circuit == f->circuit && o->aliases[i].carriers == f->carriers;
        known |= o->aliases[i].of_circuit == f->circuit && o->aliases[i].of_carriers == f->carriers;
    }
    if (!known && o->alias_count < OSPF_ALIASES) {
        o->aliases[o->alias_count].circuit = f->circuit;
        o->aliases[o->alias_count].carriers = f->carriers;
        o->aliases[o->alias_count].of_circuit = circuit;
        o->aliases[o->alias_count++].of_carriers = carriers;
    }
    return true;
}

/* ---- whom a packet is for ---- */

/* What the two say of each other's router, without knowing which of its interfaces they hear: it is these. */
static void adopt_unseen(struct ospf *o, struct ospf_speaker *s, struct ospf_speaker *other)
{
    for (int turn = 0; turn < 2; turn++) {
        struct ospf_speaker *lister = turn ? other : s, *real = turn ? s : other;
        for (uint32_t i = 0; i < lister->adjacency_count; i++) {
            struct ospf_adjacency *a = lister->adjacencies[i];
            struct ospf_speaker *end = a->end[a->end[0] == lister];
            if (end->unseen && !end->addr.size && end->router_id == real->router_id &&
                !ospf_adjacency_find(o, lister, real)) {
                ospf_adjacency_adopt(o, (struct adjacency *)a, end, real);
                break;
            }
        }
    }
}

/* The adjacency with the one at this address; an end that was not seen may turn out to be there. */
static struct adjacency *addressee(struct ospf *o, struct ospf_in *in)
{
    struct ospf_speaker *s = in->from;
    struct ospf_adjacency *nameless = NULL;
    unsigned count = 0;
    for (uint32_t i = 0; i < s->adjacency_count; i++) {
        struct ospf_adjacency *a = s->adjacencies[i];
        const struct ospf_speaker *other = a->end[a->end[0] == s];
        if (addr_equal(&other->addr, &in->frame->dst) && !other->successor)
            return (struct adjacency *)a;
        if (other->unseen && !other->addr.size) {
            nameless = a;
            count++;
        }
    }
    struct ospf_speaker *other = ospf_speaker_at(o, s, &in->frame->dst);
    if (other && other != s) {
        if (s->link && other->link && s->link != other->link)
            ospf_link_merge(o, s->link, other->link);
        adopt_unseen(o, s, other);
        return ospf_adjacency_get(o, s, other, in->ref);
    }
    if (count != 1)
        return NULL;
    nameless->end[nameless->end[0] == s]->addr = in->frame->dst;
    return (struct adjacency *)nameless;
}

void ospf_for_each(struct ospf *o, struct ospf_in *in, ospf_each *each, void *arg)
{
    struct ospf_speaker *s = in->from;
    if (!in->group) {
        if (in->to)
            each(o, in, in->to, ospf_side(in->to, s), arg);
        return;
    }
    for (uint32_t i = 0; i < s->adjacency_count; i++) {
        struct adjacency *adj = (struct adjacency *)s->adjacencies[i];
        each(o, in, adj, ospf_side(adj, s), arg);
    }
}

/* ---- packets ---- */

static bool is_group(const struct addr *a)
{
    return a->size == 4 ? a->b[0] >> 4 == 14 : a->size == 16 && a->b[0] == 0xff;
}

/* Nobody takes it (RFC 2328 8.2); whose it was is known by its source only. */
static void bad_sum(struct ospf *o, struct ospf_in *in)
{
    struct ospf_speaker *from = NULL;
    for (uint32_t i = 0; i < in->segment->speaker_count && !from; i++)
        if (addr_equal(&in->segment->speakers[i]->addr, &in->frame->src))
            from = in->segment->speakers[i];
    if (from) {
        from->bad_sums++;
        from->bad_sum = in->ref;
    }
    engine_happen(o->engine, &(struct happening){ .kind = HAPPEN_OSPF_SUM,
                                                  .side = -1,
                                                  .ref = in->ref,
                                                  .speaker = from,
                                                  .ospf_packet = in->packet,
                                                  .ospf_source = &in->frame->src });
}

void ospf_feed(struct ospf *o, const struct frame *f, struct stream_ref ref)
{
    struct ospf_packet p;
    struct capture_facts *c = &o->engine->capture;
    if (is_copy(o, f, ref.when)) {
        c->copies++;
        return;
    }
    if (!ospf_read(f->payload, f->payload_size, &f->src, &f->dst, &p)) {
        c->damaged_frames += p.faults.count > 0;
        return;
    }
    if (p.have < (p.version == 3 ? OSPF_HEADER_V3 : OSPF_HEADER_V2))
        return;
    struct ospf_in in = { .frame = f, .packet = &p, .ref = ref, .group = is_group(&f->dst) };
    in.segment = ospf_segment_get(o, &p, f);
    if (!in.segment)
        return;
    if (p.sum == OSPF_SUM_WRONG) {
        bad_sum(o, &in);
        return;
    }
    in.from = ospf_speaker_get(o, &in);
    if (!in.from)
        return;
    ospf_watch(o, in.from, ref);
    ospf_speaker_auth(o, &in);
    if (p.type == OSPF_HELLO) {
        ospf_hear_hello(o, &in);
        return;
    }
    if (!in.from->link)
        ospf_link_place(o, in.segment, in.from);
    in.to = in.group ? NULL : addressee(o, &in);
    switch (p.type) {
    case OSPF_DBDESC: ospf_hear_dbdesc(o, &in); break;
    case OSPF_LSREQ: ospf_hear_request(o, &in); break;
    case OSPF_LSUPDATE: ospf_hear_update(o, &in); break;
    case OSPF_LSACK: ospf_hear_ack(o, &in); break;
    default: break;
    }
}

/* ---- time ---- */

static void check(struct ospf *o, struct adjacency *adj, struct stamp now, bool live, bool at_end)
{
    adj->facts.checked = now;
    engine_happen(o->engine, &(struct happening){ .kind = HAPPEN_OSPF_CHECK,
                                                  .side = -1,
                                                  .ref = { 0, 0, now },
                                                  .adjacency = &adj->facts,
                                                  .live = live,
                                                  .final = at_end });
}

/* What went wrong and was mended before the end is told, too: so rules look again and again; while live, in reviews. */
static void sweep(struct ospf *o, struct stamp now, bool at_end)
{
    struct adjacency *adj;
    bool pair = at_end || !stamp_known(o->paired) || stamp_since(now, o->paired).ns > SPAN_S(PAIR_S).ns;
    bool reviewed = stamp_known(o->engine->reviewed);
    if (pair) {
        o->paired = now;
        for (uint32_t i = 0; i < o->segment_count; i++)
            ospf_pair_lonely(o, o->segments[i], now, at_end);
    }
    for (uint32_t at = 0; (adj = table_next(&o->adjacencies, &at));) {
        ospf_neighbor_timers(o, adj, now, at_end);
        if (at_end || (!reviewed && stamp_since(now, adj->facts.checked).ns >= SPAN_S(CHECK_S).ns))
            check(o, adj, now, false, at_end);
    }
}

void ospf_deaf(struct ospf *o, uint32_t file, struct stamp until)
{
    struct ospf_speaker *s;
    for (uint32_t at = 0; (s = table_next(&o->speakers, &at));)
        if (s->last.frame && (file == EVERY_FILE || s->last.file == file))
            s->deaf = until;
}

void ospf_advance(struct ospf *o, struct stamp now)
{
    if (!o->segment_count || (stamp_known(o->swept) && stamp_since(now, o->swept).ns < SPAN_MS(SWEEP_MS).ns))
        return;
    o->swept = now;
    sweep(o, now, false);
}

void ospf_review(struct ospf *o)
{
    const uint32_t group = 0x80000000; /* apart from those of peerings */
    struct adjacency *adj;
    struct findings *f = &o->engine->findings;
    struct stamp now = o->engine->now;
    for (uint32_t at = 0; (adj = table_next(&o->adjacencies, &at));) {
        if (stamp_since(now, adj->facts.checked).ns < SPAN_S(CHECK_S).ns)
            continue;
        findings_review_begin(f, group | adj->facts.id);
        check(o, adj, now, true, false);
        findings_review_end(f, group | adj->facts.id, now);
    }
}

void ospf_finish(struct ospf *o)
{
    if (o->segment_count && stamp_known(o->engine->now))
        sweep(o, o->engine->now, true);
}

/* ---- questions ---- */

const struct ospf_adjacency *ospf_next_adjacency(const struct ospf *o, uint32_t *at)
{
    const struct adjacency *adj;
    while ((adj = table_next(&o->adjacencies, at)))
        if (adj->facts.end[0]->router_id != adj->facts.end[1]->router_id)
            return &adj->facts;
    return NULL;
}

const struct ospf_wire *ospf_next_wire(const struct ospf *o, uint32_t *at)
{
    while (*at < o->link_count && o->links[*at]->ended)
        ++*at;
    return *at < o->link_count ? o->links[(*at)++] : NULL;
}

const struct ospf_speaker *ospf_next_speaker(const struct ospf *o, uint32_t *at)
{
    const struct ospf_speaker *s;
    while ((s = table_next(&o->speakers, at)) && s->unseen && !s->adjacency_count)
        ;
    return s;
}

const struct ospf_lsdb *ospf_next_domain(const struct ospf *o, uint32_t *at)
{
    return *at < o->domain_count ? o->domains[(*at)++] : NULL;
}
