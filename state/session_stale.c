/* Routes that outlive what brought them: ends of sessions, OPENs, End-of-RIB and refreshes in; which routes are stale, and
 * which of them go, out. RFC 4724 4.2, 7313 4.2, 8538 4, 9494 4. */
#include "state/engine_internal.h"

#include <stdlib.h>
#include <string.h>

#define NO_LLGR UINT32_C(0xffff0007) /* RFC 9494 4.3 */
enum { HARD_RESET = 9 };

/* Of what one side announced before its session was lost. */
struct stale {
    uint64_t families; /* bit each: that are kept until their End-of-RIB, */
    bool waiting;      /* … and for the time being without a session */
    bool lived;        /* the restart time is over: what is left lives long */
    struct stamp restart_ends;
    struct stamp until[FAMILY_COUNT];
};

/* ---- what goes is told ---- */

struct sweeping {
    struct engine *engine;
    struct event_routes event;
    uint8_t bytes[BGP_LARGEST];
    size_t used;
};

static void sweep_flush(struct sweeping *w)
{
    const uint8_t *kept = w->used ? outbox_keep(&w->engine->outbox, w->bytes, w->used) : NULL;
    w->event.nlri = cur_over(kept, kept ? w->used : 0);
    if (kept)
        outbox_add(&w->engine->outbox, &(struct event){ .kind = EVENT_ROUTES, .as.routes = w->event });
    w->used = 0;
}

/* As it would be withdrawn: RFC 4271 4.3, 7911 3. */
static void sweep_add(void *arg, const struct bgp_nlri *n, bool path_ids)
{
    struct sweeping *w = arg;
    bool whole = cur_left(&n->raw) > 0;
    size_t size = whole ? cur_left(&n->raw) : (path_ids ? 4u : 0u) + 1 + cur_left(&n->prefix);
    if (!w->engine->options.tell_routes || size > sizeof w->bytes)
        return;
    if (w->used + size > sizeof w->bytes || w->event.family != n->family || w->event.path_ids != path_ids)
        sweep_flush(w);
    w->event.family = n->family;
    w->event.path_ids = path_ids;
    uint8_t *at = w->bytes + w->used;
    w->used += size;
    if (whole) {
        memcpy(at, n->raw.at, size);
        return;
    }
    for (unsigned shift = 32; path_ids && shift;)
        *at++ = (uint8_t)(n->path_id >> (shift -= 8));
    *at++ = (uint8_t)n->bits;
    if (cur_left(&n->prefix))
        memcpy(at, n->prefix.at, cur_left(&n->prefix));
}

static void sweep(struct engine *e, struct peering *p, int from, uint64_t families, uint32_t community,
                  struct stream_ref ref)
{
    struct sweeping w = { .engine = e, .used = 0 };
    w.event = (struct event_routes){
        .ref = ref, .peering = p->facts.id, .side = from, .withdrawn = true, .swept = true, .news = true
    };
    if (!p->rib[from] || !families)
        return;
    rib_side_sweep(p->rib[from], families, community, sweep_add, &w);
    sweep_flush(&w);
}

/* ---- the end of a session ---- */

static bool read_open(const struct bgp_side *facts, struct bgp_open *out)
{
    if (!facts->open || facts->open_cut || facts->open_size < BGP_HEADER)
        return false;
    struct bgp_msg msg = { .type = BGP_OPEN,
                           .length = facts->open_size,
                           .raw = facts->open,
                           .body = cur_over(facts->open + BGP_HEADER, facts->open_size - BGP_HEADER),
                           .fault = FAULT_COUNT };
    bgp_open_read(&msg, out);
    return true;
}

/* How long routes of each family live behind the restart time, where both sides know of that. RFC 9494 4.2 */
static void add_long_lived(const struct peering *p, int from, struct span times[FAMILY_COUNT])
{
    struct bgp_open its, receiver;
    bool agreed = false;
    if (!read_open(&p->facts.side[from], &its) || !read_open(&p->facts.side[!from], &receiver))
        return;
    for (unsigned i = 0; i < receiver.cap_count; i++)
        agreed |= receiver.caps[i].code == BGP_CAP_LLGR;
    for (unsigned i = 0; agreed && i < its.cap_count; i++) {
        struct cursor in = its.caps[i].value;
        while (its.caps[i].code == BGP_CAP_LLGR && cur_left(&in) >= 7) {
            uint16_t afi = cur_u16(&in);
            enum bgp_family f = bgp_family_of(afi, cur_u8(&in));
            cur_u8(&in);
            uint32_t seconds = cur_u24(&in);
            if (f < FAMILY_COUNT)
                times[f] = SPAN_S(seconds);
        }
    }
}

/* Whether the end of this session takes the routes of end `from` with it. */
static bool ends_gracefully(const struct session *s, int from, int by)
{
    const struct open_facts *its = &s->end[from].open, *receiver = &s->end[!from].open;
    bool objected = s->end[0].hold_ran_out || s->end[1].hold_ran_out;
    if (!s->end[0].open_count || !s->end[1].open_count || !its->graceful || !receiver->graceful)
        return false;
    for (int i = 0; i < 2; i++) {
        const struct notification_facts *n = s->end[i].notification;
        objected |= n != NULL;
        if (n && n->code == 6 && n->subcode == HARD_RESET)
            return false;
    }
    if (objected) /* RFC 8538 4 */
        return its->n_bit && receiver->n_bit;
    return by == from ||
           by < 0; /* whoever ends it without a word is on its way to restart, and forgets what it has */
}

uint64_t session_keeps(struct engine *e, struct session *s, int from, int by, struct stream_ref ref)
{
    struct peering *p = s->peering;
    const struct open_facts *its = &s->end[from].open;
    struct stale *k = p->stale[from];
    if (k) /* what was stale already goes: RFC 4724 4.2 */
        sweep(e, p, from, k->families, 0, ref);
    free(k);
    p->stale[from] = NULL;
    if (!p->rib[from] || !ends_gracefully(s, from, by) || !(k = calloc(1, sizeof *k)))
        return 0;
    k->waiting = true;
    k->restart_ends = stamp_add(ref.when, SPAN_S(its->restart_time));
    struct span times[FAMILY_COUNT] = { { 0 } };
    add_long_lived(p, from, times);
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++) {
        bool lives = its->restart_families >> f & 1 || times[f].ns;
        k->families |= (uint64_t)(lives && rib_side_count(p->rib[from], f)) << f;
        k->until[f] = stamp_add(k->restart_ends, times[f]);
    }
    if (!k->families) {
        free(k);
        return 0;
    }
    p->stale[from] = k;
    rib_side_doubt(p->rib[from], k->families, true);
    if (stamp_before(k->restart_ends, e->next_deadline))
        e->next_deadline = k->restart_ends;
    return k->families;
}

struct stamp peering_stale_timers(struct engine *e, struct peering *p, struct stamp now)
{
    struct stamp soonest = { INT64_MAX };
    for (int from = 0; from < 2; from++) {
        struct stale *k = p->stale[from];
        if (!k || !k->waiting)
            continue;
        if (!k->lived && stamp_before(k->restart_ends, now)) {
            k->lived = true;
            sweep(e, p, from, k->families, NO_LLGR, (struct stream_ref){ .when = k->restart_ends });
        }
        if (!k->lived)
            soonest = stamp_before(k->restart_ends, soonest) ? k->restart_ends : soonest;
        for (enum bgp_family f = 0; k->lived && f < FAMILY_COUNT; f++) {
            uint64_t bit = k->families & UINT64_C(1) << f;
            if (bit && stamp_before(k->until[f], now)) {
                sweep(e, p, from, bit, 0, (struct stream_ref){ .when = k->until[f] });
                k->families &= ~bit;
            } else if (bit && stamp_before(k->until[f], soonest))
                soonest = k->until[f];
        }
    }
    return soonest;
}

/* ---- the next session ---- */

void session_up_again(struct engine *e, struct session *s, int who, struct stream_ref ref)
{
    struct peering *p = s->peering;
    const struct open_facts *its = &s->end[!who].open;
    struct stale *k = p->stale[!who];
    if (!k)
        return;
    k->waiting = false;
    if (!s->end[!who].open_count || its->cut)
        return; /* what it says of them is not in the capture */
    uint64_t kept = its->graceful ? its->restart_families & its->forwarding : 0;
    if (s->end[who].open.restarting) /* it has forgotten what it had */
        kept = 0;
    sweep(e, p, !who, k->families & ~kept, 0, ref);
    k->families &= kept;
}

/* All of the family was said again: what was not said is gone, if the capture has all that was said. */
static void said_again(struct engine *e, struct session *s, int from, uint64_t bit, struct stream_ref ref)
{
    if (s->half[from].missed && s->peering->rib[from])
        rib_side_doubt(s->peering->rib[from], bit, false);
    else
        sweep(e, s->peering, from, bit, 0, ref);
}

void session_stale_end(struct engine *e, struct session *s, int from, enum bgp_family family,
                       struct stream_ref ref)
{
    struct stale *k = s->peering->stale[from];
    uint64_t bit = UINT64_C(1) << family;
    if (!k || !(k->families & bit))
        return;
    k->families &= ~bit;
    said_again(e, s, from, bit, ref);
}

void session_refresh_begin(struct session *s, int from, enum bgp_family family)
{
    uint64_t bit = UINT64_C(1) << family;
    s->end[from].doubted |= bit;
    if (s->peering->rib[from] && !s->lost_told)
        rib_side_doubt(s->peering->rib[from], bit, true);
}

void session_refresh_end(struct engine *e, struct session *s, int from, enum bgp_family family,
                         struct stream_ref ref)
{
    uint64_t bit = UINT64_C(1) << family;
    if (s->end[from].doubted & bit && !s->lost_told)
        sweep(e, s->peering, from, bit, 0, ref);
    s->end[from].doubted &= ~bit;
}

void session_refresh_holed(struct session *s, int from)
{
    if (s->end[from].doubted && s->peering->rib[from] && !s->lost_told)
        rib_side_doubt(s->peering->rib[from], s->end[from].doubted, false);
    s->end[from].doubted = 0;
}
