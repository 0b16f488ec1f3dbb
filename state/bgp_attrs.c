/* The attributes of an UPDATE in; one shared set for all UPDATEs that carry the same bytes out. */
#include "state/bgp_attrs.h"

#include "base/hash.h"
#include <string.h>

enum { ROOM_LEAST = 64 };

void attrs_init(struct attrs *a, struct rib_memory *m, uint64_t seed)
{
    *a = (struct attrs){ .memory = m, .seed = seed };
}

/* ---- the key ---- */

/* Attributes stand one behind another, and most UPDATEs have nothing to leave out: then no byte is copied. */
static bool in_one_piece(const struct bgp_update *u)
{
    if (u->reach.present || u->unreach.present)
        return false;
    if (!u->faults.count)
        return true;
    for (unsigned i = 1; i < u->attr_count; i++)
        if (u->attr[i].raw.at != u->attr[i - 1].raw.end)
            return false; /* a repeated one was left out between them (RFC 7606 3(g)) */
    return true;
}

static uint8_t *append(uint8_t *to, struct cursor from)
{
    size_t n = cur_left(&from);
    if (from.at)
        memcpy(to, from.at, n);
    return to + n;
}

/* MP_REACH_NLRI with an empty NLRI field (RFC 4760 3), always with flags for an extended length. */
static uint8_t *append_reach(uint8_t *to, const struct bgp_mp *reach)
{
    size_t hop = cur_left(&reach->next_hop);
    size_t length = 2 + 1 + 1 + hop + 1;
    // clang-format off
    const uint8_t head[] = { 0x90, BGP_ATTR_MP_REACH_NLRI,
                             (uint8_t)(length >> 8), (uint8_t)length,
                             (uint8_t)(reach->afi >> 8), (uint8_t)reach->afi,
                             reach->safi, (uint8_t)hop };
    // clang-format on
    memcpy(to, head, sizeof head);
    to = append(to + sizeof head, reach->next_hop);
    *to = 0;
    return to + 1;
}

enum { REACH_MOST = 8 + 255 + 1 };

static bool scratch_for(struct attrs *a, size_t n)
{
    if (n <= a->scratch_room)
        return true;
    uint8_t *scratch = rib_take(a->memory, n * 2);
    if (!scratch)
        return false;
    rib_give(a->memory, a->scratch, a->scratch_room);
    a->scratch = scratch;
    a->scratch_room = n * 2;
    return true;
}

static bool gather(struct attrs *a, const struct bgp_update *u, struct attr_key *out)
{
    if (!scratch_for(a, REACH_MOST + cur_left(&u->attrs)))
        return false;
    uint8_t *to = a->scratch;
    struct cursor run = cur_over(NULL, 0); /* neighbours are copied together */
    for (unsigned i = 0; i < u->attr_count; i++) {
        const struct bgp_attr *attr = &u->attr[i];
        bool reach = attr->code == BGP_ATTR_MP_REACH_NLRI && u->reach.present;
        if (!reach && attr->code != BGP_ATTR_MP_UNREACH_NLRI && attr->raw.at == run.end) {
            run.end = attr->raw.end;
            continue;
        }
        to = append(to, run);
        run = cur_over(NULL, 0);
        if (reach)
            to = append_reach(to, &u->reach);
        else if (attr->code != BGP_ATTR_MP_UNREACH_NLRI)
            run = attr->raw;
    }
    to = append(to, run);
    out->bytes = a->scratch;
    out->size = (uint32_t)(to - a->scratch);
    return true;
}

static uint32_t slot_of(const struct attrs *a, uint32_t hash)
{
    return (uint32_t)((uint64_t)hash * a->room >> 32);
}

uint32_t attrs_hash(const struct attrs *a, const uint8_t *bytes, size_t n, bool as4)
{
    uint32_t hash = (uint32_t)(hash_bytes(bytes, n, a->seed + as4) >> 32);
    if (a->room)
        RIB_PREFETCH(&a->slots[slot_of(a, hash)], 0);
    return hash;
}

bool attrs_key(struct attrs *a, const struct bgp_update *u, const struct bgp_ctx *ctx, struct attr_key *out)
{
    *out = (struct attr_key){ .as4 = ctx->as4 };
    if (!in_one_piece(u)) {
        if (!gather(a, u, out))
            return false;
    } else if (u->attr_count) {
        out->bytes = u->attr[0].raw.at;
        out->size = (uint32_t)(u->attr[u->attr_count - 1].raw.end - out->bytes);
    }
    out->hash = attrs_hash(a, out->bytes, out->size, ctx->as4);
    return true;
}

/* ---- the index ---- */

static uint32_t next_slot(const struct attrs *a, uint32_t at) { return at + 1 == a->room ? 0 : at + 1; }

uint32_t attrs_find(const struct attrs *a, const struct attr_key *k)
{
    if (!a->room)
        return 0;
    for (uint32_t at = slot_of(a, k->hash); a->slots[at].handle; at = next_slot(a, at)) {
        if (a->slots[at].hash != k->hash)
            continue;
        const struct attr_set *set = attrs_at(a, a->slots[at].handle);
        RIB_PREFETCH(set, 64);
        RIB_PREFETCH(set, 128);
        bool as4 = set->flags & ATTRS_AS4;
        if (set->size == k->size && as4 == k->as4 && (!k->size || !memcmp(set->raw, k->bytes, k->size)))
            return a->slots[at].handle;
    }
    return 0;
}

const uint8_t *attrs_guess(const struct attrs *a, uint32_t hash)
{
    if (!a->room)
        return NULL;
    uint32_t at = slot_of(a, hash);
    while (a->slots[at].handle && a->slots[at].hash != hash)
        at = next_slot(a, at);
    return a->slots[at].handle ? block_at(a->memory, a->slots[at].handle) : NULL;
}

static void put_slot(struct attrs *a, struct attrs_slot slot)
{
    uint32_t at = slot_of(a, slot.hash);
    while (a->slots[at].handle)
        at = next_slot(a, at);
    a->slots[at] = slot;
}

static bool resize(struct attrs *a, uint32_t room)
{
    struct attrs_slot *old = a->slots, *slots = rib_take_zeroed(a->memory, room * sizeof *slots);
    if (!slots)
        return false;
    uint32_t old_room = a->room;
    a->slots = slots;
    a->room = room;
    for (uint32_t i = 0; i < old_room; i++)
        if (old[i].handle)
            put_slot(a, old[i]);
    rib_give(a->memory, old, old_room * sizeof *old);
    return true;
}

static void remove_slot(struct attrs *a, uint32_t hash, uint32_t handle)
{
    uint32_t hole = slot_of(a, hash);
    while (a->slots[hole].handle != handle)
        hole = next_slot(a, hole);
    for (uint32_t at = next_slot(a, hole); a->slots[at].handle; at = next_slot(a, at)) {
        uint32_t home = slot_of(a, a->slots[at].hash);
        uint32_t from_home = at - home + (at < home ? a->room : 0);
        uint32_t from_hole = at - hole + (at < hole ? a->room : 0);
        if (from_home < from_hole)
            continue;
        a->slots[hole] = a->slots[at];
        hole = at;
    }
    a->slots[hole] = (struct attrs_slot){ 0 };
    a->count--;
    if (a->room > ROOM_LEAST && a->count < a->room / 8)
        (void)resize(a, a->room / 4 + ROOM_LEAST);
}

/* ---- sets ---- */

static uint8_t summary_flags(const struct bgp_attrs_summary *s)
{
    unsigned flags = s->has_otc ? ATTRS_OTC : 0;
    if (s->has_med)
        flags |= ATTRS_MED;
    if (s->has_local_pref)
        flags |= ATTRS_LOCAL_PREF;
    if (s->next_hop.size == 4)
        flags |= ATTRS_NEXT_HOP;
    else if (s->next_hop.size)
        flags |= ATTRS_ODD;
    if (s->faults.count || s->faults.lost)
        flags |= ATTRS_ODD;
    return (uint8_t)flags;
}

uint32_t attrs_add(struct attrs *a, const struct attr_key *k, const struct bgp_attrs_summary *s)
{
    if (k->size > UINT16_MAX)
        return 0;
    if (a->count >= a->room - a->room / 4 && !resize(a, a->room + a->room / 2 + ROOM_LEAST))
        return 0;
    uint32_t handle = block_new(a->memory, sizeof(struct attr_set) + k->size);
    if (!handle)
        return 0;
    struct attr_set *set = attrs_at(a, handle);
    *set = (struct attr_set){
        .hash = k->hash,
        .origin_as = s->origin_as,
        .first_as = s->first_as,
        .bogon_as = s->bogon_as,
        .otc = s->otc,
        .med = s->med,
        .local_pref = s->local_pref,
        .originator_id = s->originator_id,
        .cluster_count = s->cluster_count,
        .path_length = s->path_length,
        .path_marks = s->path_marks,
        .verdict = (uint8_t)s->verdict,
        .flags = (uint8_t)(summary_flags(s) | (k->as4 ? ATTRS_AS4 : 0)),
        .size = (uint16_t)k->size,
    };
    memcpy(set->next_hop, s->next_hop.b, sizeof set->next_hop);
    if (k->size)
        memcpy(set->raw, k->bytes, k->size);
    put_slot(a, (struct attrs_slot){ k->hash, handle });
    a->count++;
    return handle;
}

static void forget(struct attrs *a, uint32_t handle)
{
    struct attr_set *set = attrs_at(a, handle);
    set->flags &= (uint8_t)~ATTRS_IDLE;
    if (set->refs)
        return;
    remove_slot(a, set->hash, handle);
    block_free(a->memory, handle);
}

void attrs_settle(struct attrs *a, uint32_t handle)
{
    struct attr_set *set = attrs_at(a, handle);
    if (set->refs || set->flags & ATTRS_IDLE)
        return;
    set->flags |= ATTRS_IDLE;
    uint32_t *oldest = &a->idle[a->idle_at];
    a->idle_at = (a->idle_at + 1) % ATTRS_IDLE_ROOM;
    if (*oldest)
        forget(a, *oldest);
    else
        a->idle_count++;
    *oldest = handle;
}

void attrs_release(struct attrs *a, uint32_t handle)
{
    if (!--attrs_at(a, handle)->refs)
        attrs_settle(a, handle);
}

void attrs_flush(struct attrs *a)
{
    for (uint32_t i = 0; a->idle_count && i < ATTRS_IDLE_ROOM; i++) {
        if (!a->idle[i])
            continue;
        forget(a, a->idle[i]);
        a->idle[i] = 0;
        a->idle_count--;
    }
}

void attrs_rest(struct attrs *a)
{
    attrs_flush(a);
    if (a->count)
        return;
    rib_give(a->memory, a->slots, a->room * sizeof *a->slots);
    rib_give(a->memory, a->scratch, a->scratch_room);
    a->slots = NULL;
    a->scratch = NULL;
    a->room = 0;
    a->scratch_room = 0;
}

void attrs_summary(const struct attr_set *set, const struct bgp_update *u, const struct bgp_ctx *ctx,
                   struct bgp_attrs_summary *out)
{
    if (set->flags & ATTRS_ODD) {
        bgp_attrs_read(u, ctx, out);
        return;
    }
    out->verdict = (enum bgp_verdict)set->verdict;
    out->faults.count = out->faults.lost = 0;
    out->origin_as = set->origin_as;
    out->first_as = set->first_as;
    out->path_length = set->path_length;
    out->path_marks = set->path_marks;
    out->has_otc = set->flags & ATTRS_OTC;
    out->has_med = set->flags & ATTRS_MED;
    out->has_local_pref = set->flags & ATTRS_LOCAL_PREF;
    out->otc = set->otc;
    out->med = set->med;
    out->local_pref = set->local_pref;
    out->next_hop = set->flags & ATTRS_NEXT_HOP ? addr_v4(set->next_hop) : (struct addr){ 0 };
    out->originator_id = set->originator_id;
    out->cluster_count = set->cluster_count;
    out->bogon_as = set->bogon_as;
}
