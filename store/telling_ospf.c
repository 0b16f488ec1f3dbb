/* Rows about OSPF in; objects of the JSON that programs read out. */
#include "store/telling_ospf.h"

#include "decode/ospf/ospf.h"
#include "store/render.h"
#include <stdio.h>
#include <string.h>

/* ---- routers ---- */

/* An array of the words in `text`. */
static void tell_words(struct writer *w, const char *key, const char *text)
{
    write_array(w, key);
    while (*text) {
        size_t n = strcspn(text, " ");
        write_strn(w, NULL, text, n);
        text += n + (text[n] == ' ');
    }
    write_end(w);
}

static void tell_domain(struct writer *w, unsigned version, unsigned instance)
{
    write_u64(w, "version", version);
    if (instance)
        write_u64(w, "instance", instance);
}

void telling_ospf_router(struct telling *t, const struct ospf_router_row *r)
{
    const struct {
        const char *name;
        bool is;
    } roles[] = { { "abr", r->abr },
                  { "asbr", r->asbr },
                  { "dr", r->dr },
                  { "bdr", r->bdr },
                  { "virtual", r->is_virtual } };
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "router_id", r->router_id);
    tell_domain(w, r->version, r->instance);
    tell_words(w, "addresses", r->addresses);
    tell_words(w, "areas", r->areas);
    write_array(w, "roles");
    for (size_t i = 0; i < COUNT(roles); i++)
        if (roles[i].is)
            write_str(w, NULL, roles[i].name);
    write_end(w);
    write_end(w);
}

/* ---- links ---- */

/* An OSPFv2 AuType as people say it; NULL: not known. */
static const char *authentication(int64_t type)
{
    switch (type) {
    case OSPF_AUTH_NULL: return "none";
    case OSPF_AUTH_SIMPLE: return "simple";
    case OSPF_AUTH_CRYPTO: return "cryptographic";
    case OSPF_AUTH_EXTENDED: return "cryptographic-extended";
    case OSPF_AUTH_TRAILER: return "trailer";
    default: return NULL;
    }
}

static void tell_speaker(struct telling *t, const struct ospf_speaker_row *s)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "router_id", s->router_id);
    write_str(w, "address", s->address);
    write_str(w, "area", s->area);
    if (s->mac)
        write_str(w, "mac", s->mac);
    telling_or_null(t, "hello_interval", s->hello_interval);
    telling_or_null(t, "dead_interval", s->dead_interval);
    telling_or_null(t, "priority", s->priority);
    telling_or_null(t, "mtu", s->mtu);
    write_str(w, "authentication", authentication(s->authentication));
    if (s->key_id >= 0)
        write_i64(w, "key_id", s->key_id);
    telling_time(t, "first", s->first);
    telling_time(t, "last", s->last);
    write_object(w, "packets");
    write_u64(w, "hello", s->hellos);
    write_u64(w, "database_description", s->dbdescs);
    write_u64(w, "link_state_request", s->requests);
    write_u64(w, "link_state_update", s->updates);
    write_u64(w, "link_state_acknowledgment", s->acks);
    write_end(w);
    write_u64(w, "checksum_errors", s->bad_checksums);
    write_end(w);
}

void telling_ospf_link(struct telling *t, const struct ospf_link_row *l)
{
    struct writer *w = &t->w;
    struct query q = query_ospf_speakers(t->store, l->id);
    struct ospf_speaker_row s;
    write_object(w, NULL);
    write_str(w, "name", l->name);
    tell_domain(w, l->version, l->instance);
    write_str(w, "type", l->type);
    write_str(w, "prefix", l->prefix);
    if (l->vlan)
        write_u64(w, "vlan", l->vlan);
    write_str(w, "dr", l->dr);
    write_str(w, "bdr", l->bdr);
    write_u64(w, "dr_changes", l->dr_changes);
    write_array(w, "interfaces");
    while (query_ospf_speaker(&q, &s))
        tell_speaker(t, &s);
    write_end(w);
    write_end(w);
}

/* ---- adjacencies ---- */

static void tell_neighbor(struct telling *t, const struct neighbor_row *n)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "router_id", n->router_id);
    write_str(w, "address", n->address);
    write_str(w, "state", n->state);
    telling_time(t, "state_since", n->state_since);
    write_u64(w, "full_count", n->full_count);
    write_u64(w, "lost_count", n->lost_count);
    telling_or_null(t, "dead_interval", n->dead_interval);
    if (stamp_known(n->min_margin_at))
        write_seconds(w, "min_dead_margin_s", n->min_margin_ns, 3);
    else
        write_null(w, "min_dead_margin_s");
    write_u64(w, "lsas_requested", n->requested);
    write_u64(w, "lsas_flooded", n->flooded);
    write_u64(w, "lsas_resent", n->resent);
    write_end(w);
}

static void tell_transitions(struct telling *t, uint32_t adjacency, char ids[2][16])
{
    struct query q = query_ospf_transitions(t->store, adjacency);
    struct transition_row r;
    write_array(&t->w, "transitions");
    while (query_ospf_transition(&q, &r)) {
        int side = r.side == 1;
        write_object(&t->w, NULL);
        telling_time(t, "time", r.when);
        write_str(&t->w, "router", ids[side]);
        write_str(&t->w, "neighbor", ids[!side]);
        write_str(&t->w, "from", r.from);
        write_str(&t->w, "to", r.to);
        telling_frame(t, r.file, r.frame);
        write_str(&t->w, "cause", r.cause);
        write_end(&t->w);
    }
    write_end(&t->w);
}

/* What each side shows, twice: by router ID, and as a list, since two routers may have one ID. */
static void tell_sides(struct telling *t, uint32_t adjacency, char ids[2][16])
{
    struct writer *w = &t->w;
    struct query q = query_neighbors(t->store, adjacency);
    struct neighbor_row n;
    char states[2][16] = { "Unknown", "Unknown" };
    while (query_neighbor(&q, &n)) {
        snprintf(ids[n.side == 1], 16, "%s", n.router_id);
        snprintf(states[n.side == 1], 16, "%s", n.state);
    }
    write_array(w, "routers");
    write_str(w, NULL, ids[0]);
    write_str(w, NULL, ids[1]);
    write_end(w);
    write_object(w, "states");
    write_str(w, ids[0], states[0]);
    if (strcmp(ids[0], ids[1]) != 0)
        write_str(w, ids[1], states[1]);
    write_end(w);
    write_array(w, "sides");
    q = query_neighbors(t->store, adjacency);
    while (query_neighbor(&q, &n))
        tell_neighbor(t, &n);
    write_end(w);
}

void telling_adjacency(struct telling *t, const struct adjacency_row *a, bool whole)
{
    struct writer *w = &t->w;
    char ids[2][16] = { "", "" };
    write_object(w, NULL);
    write_str(w, "id", a->name);
    tell_domain(w, a->version, a->instance);
    write_str(w, "area", a->area);
    write_str(w, "link", a->link_name);
    write_str(w, "network_type", a->link_type);
    tell_sides(t, a->id, ids);
    telling_time(t, "first", a->first);
    write_u64(w, "lost_count", a->losses);
    if (whole)
        tell_transitions(t, a->id, ids);
    write_end(w);
}

/* ---- the database ---- */

/* A database may hold a hundred thousand LSAs: they are put together by hand, in JSON. */

static char *put(char *at, const char *text)
{
    size_t n = strlen(text);
    memcpy(at, text, n + 1);
    return at + n;
}

static char *put_number(char *at, uint32_t n)
{
    char digits[10];
    int count = 0;
    do
        digits[count++] = (char)('0' + n % 10);
    while (n /= 10);
    while (count)
        *at++ = digits[--count];
    return at;
}

/* "10.255.0.1", in quotes */
static char *put_id(char *at, uint32_t id)
{
    *at++ = '"';
    at = addr_id_text(id, at) + strlen(at);
    *at++ = '"';
    return at;
}

static char *put_hex(char *at, uint32_t n)
{
    static const char digit[] = "0123456789abcdef";
    at = put(at, "\"0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        *at++ = digit[n >> shift & 15];
    *at++ = '"';
    return at;
}

void telling_lsa(struct telling *t, const struct lsa_row *r, struct stamp now)
{
    char object[320], *at = object;
    at = put_number(put(at, "{\"version\":"), r->version);
    if (r->instance)
        at = put_number(put(at, ",\"instance\":"), r->instance);
    at = put(at, ",\"area\":");
    at = r->of_as ? put(at, "null") : put_id(at, r->area);
    at = put_number(put(at, ",\"type\":"), r->type);
    at = put_id(put(at, ",\"link_state_id\":"), r->id);
    at = put_id(put(at, ",\"advertising_router\":"), r->router);
    at = put_hex(put(at, ",\"sequence\":"), r->sequence);
    at = put_number(put(at, ",\"age\":"), lsa_row_age(r, now));
    at = put(at, ",\"last_seen\":");
    if (stamp_known(r->last_seen))
        at = put(put(put(at, "\""), telling_moment(t, r->last_seen)), "\"}");
    else
        at = put(at, "null}");
    write_ready(&t->w, NULL, object, (size_t)(at - object));
}
