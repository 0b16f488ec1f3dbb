/* Packets in; who sent them: one router's interface on a link, told apart by tag, source address, router ID and area. */
#include "state/ospf_internal.h"

#include "base/grow.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

enum { SPEAKERS_MOST = 16384, NEIGHBORS_MOST = 4096 };

/* No padding: hashed whole. */
struct speaker_key {
    uint32_t segment, area, router_id;
    struct addr addr, far;
};
_Static_assert(sizeof(struct speaker_key) == OSPF_SPEAKER_KEY, "padding would be hashed");
struct segment_key {
    uint32_t circuit;
    uint16_t carriers;
    uint8_t version, instance;
};
struct sibling_key {
    uint32_t router_id;
    uint8_t version, instance;
    uint16_t zero;
};
struct namesake_key {
    uint32_t segment, router_id;
};

struct place_key {
    uint32_t segment, area, over_virtual;
    struct addr addr;
};
_Static_assert(sizeof(struct place_key) == OSPF_PLACE_KEY, "padding would be hashed");

/* A span port may give the copies of one link under two tags: they are one. */
static void resolve_alias(const struct ospf *o, struct segment_key *key)
{
    for (uint32_t i = 0; i < o->alias_count; i++)
        if (o->aliases[i].circuit == key->circuit && o->aliases[i].carriers == key->carriers) {
            key->circuit = o->aliases[i].of_circuit;
            key->carriers = o->aliases[i].of_carriers;
            return;
        }
}

struct ospf_segment *ospf_segment_get(struct ospf *o, const struct ospf_packet *p, const struct frame *f)
{
    struct segment_key key = { f->circuit, f->carriers, p->version, p->instance };
    resolve_alias(o, &key);
    struct ospf_segment *s = table_get(&o->segment_keys, &key);
    if (s)
        return s;
    if (o->segment_count == SPEAKERS_MOST ||
        !grow(&o->segments, o->segment_count, &o->segment_room, sizeof(*o->segments), 4, UINT32_MAX))
        return NULL;
    s = calloc(1, sizeof *s);
    if (!s || !table_put(&o->segment_keys, &key, s)) {
        free(s);
        return NULL;
    }
    *s = (struct ospf_segment){ .id = ++o->segment_count,
                                .version = key.version,
                                .instance = key.instance,
                                .vlan = f->vlan,
                                .circuit = key.circuit,
                                .carriers = key.carriers };
    return o->segments[o->segment_count - 1] = s;
}

struct ospf_segment *ospf_segment_of(const struct ospf *o, const struct ospf_speaker *s)
{
    return o->segments[s->segment - 1];
}

static struct sibling_key sibling_key_of(uint32_t router_id, uint8_t version, uint8_t instance)
{
    return (struct sibling_key){ router_id, version, instance, 0 };
}

struct ospf_speaker *ospf_sibling(const struct ospf *o, const struct ospf_speaker *s)
{
    struct sibling_key key = sibling_key_of(s->router_id, s->version, s->instance);
    return table_get(&o->siblings, &key);
}

struct ospf_speaker *ospf_namesake(const struct ospf *o, const struct ospf_segment *g, uint32_t router_id)
{
    struct namesake_key key = { g->id, router_id };
    return table_get(&o->namesakes, &key);
}

/* Whether the packet goes over a virtual link: unicast in the backbone, between addresses off each other's link
 * (RFC 2328 8.1; RFC 5340 4.2.1: global addresses). Hellos over one have no mask. */
static bool is_virtual(const struct ospf_in *in)
{
    const struct ospf_packet *p = in->packet;
    struct ospf_hello h;
    if (in->group || p->area || in->frame->ttl == 1)
        return false;
    if (p->version == 3)
        return !addr_link_local(&in->frame->src) && !addr_link_local(&in->frame->dst);
    return p->type == OSPF_HELLO && ospf_hello_read(p, &h) && !h.mask;
}

static struct ospf_speaker *speaker_new(struct ospf *o, struct ospf_segment *g, const struct speaker_key *key)
{
    struct namesake_key name = { g->id, key->router_id };
    if (o->speakers.live >= SPEAKERS_MOST ||
        !grow(&g->speakers, g->speaker_count, &g->speaker_room, sizeof(*g->speakers), 4, UINT32_MAX))
        return NULL;
    struct ospf_speaker *s = calloc(1, sizeof *s), *first = table_get(&o->namesakes, &name);
    if (!s || !table_put(&o->speakers, key, s)) {
        free(s);
        return NULL;
    }
    *s = (struct ospf_speaker){ .id = o->speakers.live,
                                .segment = g->id,
                                .version = g->version,
                                .instance = g->instance,
                                .vlan = g->vlan,
                                .carriers = g->carriers,
                                .area = key->area,
                                .router_id = key->router_id,
                                .addr = key->addr,
                                .far = key->far,
                                .deaf = STAMP_NEVER,
                                .grace_until = STAMP_NEVER };
    g->speakers[g->speaker_count++] = s;
    struct sibling_key all = sibling_key_of(s->router_id, s->version, s->instance);
    struct ospf_speaker *sibling = table_get(&o->siblings, &all);
    bool found = true;
    if (first) {
        s->namesake = first->namesake;
        first->namesake = s;
    } else
        found = table_put(&o->namesakes, &name, s);
    if (sibling) {
        s->sibling = sibling->sibling;
        sibling->sibling = s;
    } else
        found = table_put(&o->siblings, &all, s) && found;
    if (!found) /* by its ID */
        o->engine->capture.limit_peerings++;
    return s;
}

struct ospf_speaker *ospf_speaker_unseen(struct ospf *o, struct ospf_segment *g, uint32_t router_id,
                                         const struct ospf_speaker *by)
{
    struct speaker_key key = { .segment = g->id, .area = by->area, .router_id = router_id };
    key.addr.pad[0] = (uint8_t)(by->id >> 16); /* no address: one for each that lists it */
    key.addr.pad[1] = (uint8_t)(by->id >> 8);
    key.addr.pad[2] = (uint8_t)by->id;
    struct ospf_speaker *s = table_get(&o->speakers, &key);
    if (s)
        return s;
    s = speaker_new(o, g, &key);
    if (!s)
        return NULL;
    s->addr = (struct addr){ 0 };
    s->unseen = true;
    return s;
}

const struct ospf_speaker *ospf_heard_elsewhere(const struct ospf *o, const struct ospf_speaker *of,
                                                struct stamp after)
{
    const struct ospf_speaker *s = ospf_sibling(o, of);
    while (s &&
           (s == of || s->unseen || !s->link || s->link == of->link || !stamp_before(after, s->last.when)))
        s = s->sibling;
    return s;
}

/* ---- who speaks from an address ---- */

static struct place_key place_of(const struct ospf_speaker *s, const struct addr *addr)
{
    return (struct place_key){ s->segment, s->area, s->far.size != 0, *addr };
}

struct ospf_speaker *ospf_speaker_at(const struct ospf *o, const struct ospf_speaker *of,
                                     const struct addr *addr)
{
    struct place_key key = place_of(of, addr);
    return table_get(&o->incumbents, &key);
}

/* One router that took another ID; or several routers that a capture point shows under one tag, each with the same
 * link-local address: these go on. RFC 2328 10.5: a change of the ID is a change of the neighbour. */
static bool succeeds(const struct ospf_speaker *s, const struct ospf_speaker *before)
{
    if (before == s || before->router_id == s->router_id || !stamp_before(before->last.when, s->first.when))
        return false;
    if (s->has_mac && before->has_mac)
        return !memcmp(s->mac, before->mac, sizeof s->mac);
    return s->version == 2;
}

static void take_place(struct ospf *o, struct ospf_speaker *s)
{
    if (s->incumbent)
        return;
    struct place_key key = place_of(s, &s->addr);
    struct ospf_speaker *before = table_get(&o->incumbents, &key);
    if (before) {
        before->incumbent = false;
        before->successor = succeeds(s, before) ? s : NULL;
    }
    s->successor = NULL;
    s->incumbent = table_put(&o->incumbents, &key, s);
    if (!s->incumbent)
        o->engine->capture.limit_peerings++;
}

/* Its other end was heard over a virtual link before. */
static bool answers_virtual(const struct ospf *o, const struct ospf_in *in)
{
    struct place_key key = { in->segment->id, 0, true, in->frame->dst };
    const struct ospf_speaker *other = table_get(&o->incumbents, &key);
    return other && addr_equal(&other->far, &in->frame->src);
}

static struct ospf_speaker *find(struct ospf *o, struct ospf_in *in, struct speaker_key *key)
{
    *key = (struct speaker_key){ .segment = in->segment->id,
                                 .area = in->packet->area,
                                 .router_id = in->packet->router_id,
                                 .addr = in->frame->src };
    struct ospf_speaker *s;
    if (!in->group && !in->packet->area) { /* a virtual link, if there is one between these two */
        key->far = in->frame->dst;
        s = table_get(&o->speakers, key);
        if (s || is_virtual(in) || answers_virtual(o, in))
            return s;
        key->far = (struct addr){ 0 };
    }
    return table_get(&o->speakers, key);
}

static void note_double(const struct ospf *o, struct ospf_segment *g, const struct ospf_speaker *s)
{
    unsigned others = 0;
    for (const struct ospf_speaker *n = ospf_namesake(o, g, s->router_id); n && others < 2; n = n->namesake)
        others += n != s && !n->unseen;
    g->doubles += others == 1;
}

/* Interfaces without an address of their own (a mask of none or of all bits: RFC 2328 A.3.2) borrow one, and several may
 * borrow the same: then two MAC addresses send in turn. */
static void note_mac(struct ospf_speaker *s, const struct frame *f)
{
    bool borrowed = s->version == 2 && s->hello_known && !s->far.size && (!s->hello.mask || !~s->hello.mask);
    if (s->has_mac && memcmp(s->mac, f->mac_src, sizeof s->mac) != 0) {
        s->twofold |= borrowed && !memcmp(s->mac_before, f->mac_src, sizeof s->mac_before);
        memcpy(s->mac_before, s->mac, sizeof s->mac_before);
    }
    s->has_mac = true;
    memcpy(s->mac, f->mac_src, sizeof s->mac);
}

struct ospf_speaker *ospf_speaker_get(struct ospf *o, struct ospf_in *in)
{
    struct speaker_key key;
    struct ospf_speaker *s = find(o, in, &key);
    bool fresh = !s;
    if (fresh)
        s = speaker_new(o, in->segment, &key);
    if (!s) {
        o->engine->capture.limit_peerings++;
        return NULL;
    }
    if (fresh) {
        note_double(o, in->segment, s);
        s->first = in->ref;
        outbox_add(&o->engine->outbox, &(struct event){ .kind = EVENT_OSPF_SPEAKER, .as.speaker = s });
    }
    s->last = in->ref;
    s->label = in->frame->label;
    s->packets[in->packet->type < OSPF_PACKET_TYPES ? in->packet->type : 0]++;
    if (in->frame->has_mac)
        note_mac(s, in->frame);
    take_place(o, s);
    return s;
}

void ospf_speaker_free(struct ospf_speaker *s)
{
    free(s->neighbors);
    free(s->sorted);
    free(s->adjacencies);
    free(s);
}

/* ---- authentication ---- */

static const char *secret_for(const struct ospf *o, const struct ospf_in *in, unsigned *at)
{
    const struct engine_options *e = &o->engine->options;
    while (*at < e->ospf_key_count) {
        const struct ospf_secret *k = &e->ospf_keys[(*at)++];
        if (k->by_area ? k->area == in->packet->area
                       : addr_equal(&k->addr, &in->frame->src) || addr_equal(&k->addr, &in->frame->dst))
            return k->secret;
    }
    return NULL;
}

/* Secrets that are the same text have one number. */
static unsigned number_of(const struct engine_options *e, const char *secret)
{
    unsigned i = 0;
    while (i < e->ospf_key_count && strcmp(e->ospf_keys[i].secret, secret) != 0)
        i++;
    return i + 1;
}

/* With several secrets for it (a rollover), one that is right is enough. */
static void try_secrets(const struct ospf *o, const struct ospf_in *in, struct ospf_auth_facts *a)
{
    const char *secret;
    enum ospf_key_found best = OSPF_KEY_UNTRIED;
    unsigned right = 0;
    for (unsigned at = 0; best < OSPF_KEY_RIGHT && (secret = secret_for(o, in, &at));) {
        enum ospf_key_found found =
            ospf_key_try(in->packet, &in->frame->src, (const uint8_t *)secret, strlen(secret));
        best = found > best ? found : best;
        right = found >= OSPF_KEY_RIGHT ? number_of(&o->engine->options, secret) : right;
    }
    if (best == OSPF_KEY_UNTRIED)
        return;
    a->verdict = best;
    a->secret = right;
}

void ospf_speaker_auth(struct ospf *o, struct ospf_in *in)
{
    const struct ospf_packet *p = in->packet;
    struct ospf_auth_facts *a = &in->from->auth;
    bool crypto = p->auth >= OSPF_AUTH_CRYPTO, cut = p->cut && !cur_left(&p->digest);
    if (cut && (p->version == 3 || p->auth == OSPF_AUTH_EXTENDED))
        return; /* the trailer was cut away: what it was is not known; in OSPFv2 the header says it (RFC 2328 D.3) */
    if (crypto && a->type == p->auth && a->key_id == p->key_id && p->auth_sequence < a->sequence &&
        !a->backwards.frame)
        a->backwards = in->ref;
    a->ref = in->ref;
    a->cut = cut && crypto;
    a->type = p->auth;
    a->key_id = p->key_id;
    if (!cut || p->digest_kind != OSPF_DIGEST_UNKNOWN)
        a->digest = p->digest_kind;
    a->sequence = p->auth_sequence;
    if (crypto && p->key_id < 64)
        a->key_ids |= UINT64_C(1) << p->key_id;
    if (p->auth == OSPF_AUTH_SIMPLE && cur_left(&p->password) == 8)
        a->password = hash_bytes(p->password.at, 8, 1);
    if (o->engine->options.ospf_key_count && p->auth != OSPF_AUTH_NULL)
        try_secrets(o, in, a);
}

/* ---- the neighbours that its Hellos list ---- */

static int by_id(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

bool ospf_speaker_list(struct ospf_speaker *s, struct cursor ids)
{
    uint32_t count = (uint32_t)(cur_left(&ids) / 4), n = 0;
    count = count < NEIGHBORS_MOST ? count : NEIGHBORS_MOST;
    if (count > s->neighbor_room) {
        uint32_t *all = realloc(s->neighbors, count * sizeof *all), *sorted;
        if (all)
            s->neighbors = all;
        sorted = all ? realloc(s->sorted, count * sizeof *sorted) : NULL;
        if (!sorted)
            return false;
        s->sorted = sorted;
        s->neighbor_room = count;
    }
    bool same = count == s->neighbor_count;
    for (uint32_t id; n < count && ospf_id_next(&ids, &id); n++) {
        same = same && s->neighbors[n] == id;
        s->neighbors[n] = id;
    }
    s->neighbor_count = count;
    if (same)
        return false;
    if (count) {
        memcpy(s->sorted, s->neighbors, count * sizeof *s->sorted);
        qsort(s->sorted, count, sizeof *s->sorted, by_id);
    }
    return true;
}

bool ospf_speaker_lists(const struct ospf_speaker *s, uint32_t router_id)
{
    return s->neighbor_count && bsearch(&router_id, s->sorted, s->neighbor_count, sizeof *s->sorted, by_id);
}
