/* Pairs of addresses over time: their connections, attempts and losses; the state that each side's router shows. */
#include "state/engine_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLOSED_KEPT = 6,
    CLOSED_MOST = 40,
    LINGER_S = 150,
    OVER_S = 3600,
    SILENT_S = 86400,
    COLLAPSE_S = 30,
    COLLAPSE_LEAST = 10
};

static struct pair_key pair_of(const struct addr *a, const struct addr *b)
{
    return addr_compare(a, b) <= 0 ? (struct pair_key){ *a, *b } : (struct pair_key){ *b, *a };
}

struct peering *peering_find(const struct engine *e, const struct addr *a, const struct addr *b)
{
    struct pair_key key = pair_of(a, b);
    return table_get(&e->peerings, &key);
}

struct peering *peering_get(struct engine *e, const struct addr *src, const struct addr *dst,
                            struct stream_ref ref)
{
    struct pair_key key = pair_of(src, dst);
    struct peering *p = table_get(&e->peerings, &key);
    if (p)
        return p;
    if (e->peerings.live >= e->options.limits.peerings) {
        e->capture.limit_peerings++;
        return NULL;
    }
    p = calloc(1, sizeof *p);
    if (!p || !table_put(&e->peerings, &key, p)) {
        free(p);
        return NULL;
    }
    char low[ADDR_TEXT], high[ADDR_TEXT];
    p->facts.id = ++e->peering_ids;
    p->facts.side[0].addr = key.low;
    p->facts.side[1].addr = key.high;
    snprintf(p->facts.name, sizeof p->facts.name, "%s-%s", addr_text(&key.low, low),
             addr_text(&key.high, high));
    p->facts.first = ref.when;
    p->lost_by = -1;
    p->reviewed = p->deaf = STAMP_NEVER;
    for (int i = 0; i < 2; i++) {
        p->facts.side[i].state_since = ref.when;
        p->facts.side[i].last_heard = STAMP_NEVER;
    }
    outbox_add(&e->outbox, &(struct event){ .kind = EVENT_PEERING, .as.peering = &p->facts });
    return p;
}

void peering_free(struct peering *p)
{
    while (p->sessions) {
        struct session *next = p->sessions->next;
        session_free(p->sessions);
        p->sessions = next;
    }
    for (int i = 0; i < 2; i++) {
        rib_side_free(p->rib[i]);
        free(p->stale[i]);
        free(p->facts.side[i].open);
        free(p->facts.side[i].routes);
    }
    free(p);
}

void peering_reckon(struct engine *e, struct peering *p, int side, struct stamp when)
{
    (void)e;
    enum bgp_state best = STATE_UNKNOWN;
    for (const struct session *s = p->sessions; s; s = s->next)
        if (!s->end[side].closed && s->end[side].state > best && s->end[side].state != STATE_IDLE)
            best = s->end[side].state;
    if (best == STATE_UNKNOWN)
        best = p->rest[side];
    struct bgp_side *facts = &p->facts.side[side];
    if (facts->state != best) {
        facts->state = best;
        facts->state_since = when;
    }
}

void peering_rest(struct engine *e, struct peering *p, int side, enum bgp_state state, struct stream_ref ref,
                  const char *cause)
{
    (void)cause;
    if (state != STATE_UNKNOWN)
        p->rest[side] = state;
    peering_reckon(e, p, side, ref.when);
}

void peering_margin(struct peering *p, int side, struct span left, struct stamp when)
{
    struct bgp_side *facts = &p->facts.side[side];
    enum { SLOT_S = 10, LATE_S = 1 };
    /* A session that lives on though its hold time had run out by the stamps: a timer that is a little late, or else the
     * clock was stepped or the capture has a gap, of which no margin can be told. */
    if (left.ns < -LATE_S * NS_PER_S)
        return;
    if (left.ns < 0)
        left.ns = 0;
    struct bgp_margin *slot = &facts->margins[0];
    int64_t start = when.ns / NS_PER_S / SLOT_S * SLOT_S;
    if (!slot->known || slot->start_s != start) {
        facts->margins[1] = *slot;
        *slot = (struct bgp_margin){ true, start, left };
    } else if (left.ns < slot->least.ns)
        slot->least = left;
    if (facts->margin_known && facts->min_margin.ns <= left.ns)
        return;
    facts->margin_known = true;
    facts->min_margin = left;
    facts->min_margin_when = when;
}

void peering_learn_open(struct engine *e, struct peering *p, int side, const struct bgp_msg *msg,
                        const struct open_facts *open)
{
    (void)e;
    struct bgp_side *facts = &p->facts.side[side];
    facts->open_known = true;
    facts->asn = open->asn;
    facts->asn_inferred = false;
    facts->router_id = open->router_id;
    facts->hold = open->hold;
    facts->open_cut = msg->cut;
    size_t size = BGP_HEADER + cur_left(&msg->body);
    uint8_t *copy = malloc(size);
    if (!copy)
        return;
    memcpy(copy, msg->raw, size);
    free(facts->open);
    facts->open = copy;
    facts->open_size = (uint16_t)size;
}

void attempts_note(struct attempts *a, enum attempt_outcome outcome, struct stream_ref syn,
                   struct stream_ref answer)
{
    unsigned n = a->count[outcome]++;
    a->last_outcome = outcome;
    a->signing.silent += outcome == ATTEMPT_NO_REPLY;
    unsigned at = n < 3 ? n : 1 + (n - 1) % 2; /* the first, and the latest two */
    a->of[outcome][at] = syn;
    a->answer[outcome][at] = answer;
}

void peering_attempt(struct engine *e, struct session *s, enum attempt_outcome outcome,
                     struct stream_ref answer)
{
    int side = s->facts.active;
    struct peering *p = s->peering;
    if (side < 0 || s->outcome_told)
        return;
    s->outcome_told = true;
    struct stream_ref syn = s->half[side].syn;
    attempts_note(&p->attempts[side], outcome, syn, answer);
    if (outcome == ATTEMPT_NO_REPLY || outcome == ATTEMPT_UNHEARD)
        session_abandon(e, s, answer, "no-reply");
    engine_happen(e, &(struct happening){ .kind = HAPPEN_ATTEMPT,
                                          .peering = p,
                                          .session = s,
                                          .side = side,
                                          .ref = syn,
                                          .outcome = outcome });
}

void peering_dials(struct engine *e, struct peering *p, int side, const struct session *dialled,
                   struct stream_ref ref)
{
    for (struct session *s = p->sessions; s; s = s->next) {
        /* the same addresses on another VLAN are those of other routers, as in two VRFs */
        if (s == dialled || (s->half[side].first.frame && s->half[side].circuit != e->circuit))
            continue;
        if (s->facts.active == side && s->half[side].syn.frame && s->facts.end == CONN_OPEN)
            session_unanswered(e, s, ref);
        struct end *end = &s->end[side];
        if (end->closed)
            continue;
        struct span up = { 0 };
        if (end->established.frame)
            up = stamp_since(ref.when, end->established.when);
        /* both sides may dial at once; a session that has just come up is no reason to think it lost */
        if (s->was_established && (up.ns > SPAN_S(3).ns || end->hold_ran_out))
            session_given_up(e, s, side, ref);
    }
}

static bool quiet_for(const struct engine *e, struct stamp last, int64_t seconds)
{
    return stamp_before(stamp_add(last, (struct span){ seconds * NS_PER_S }), e->now);
}

/* Nothing more will come of it. What is closed may still be sent again for a while: forgotten too soon it would look like
 * a new connection. What both ends know to be over needs no FIN in the capture; and of what is open and silent for a
 * day, with a newer connection beside it, the end was missed. */
static bool is_past(const struct engine *e, const struct session *s)
{
    struct stamp last = stamp_later(s->half[0].last.when, s->half[1].last.when);
    bool closed = s->facts.end != CONN_OPEN;
    if ((s->over || closed) && s->half[0].segments + s->half[1].segments == 0)
        return true;
    if (closed)
        return quiet_for(e, last, LINGER_S);
    return s != s->peering->sessions && quiet_for(e, last, s->over ? OVER_S : SILENT_S);
}

void peering_prune(struct engine *e, struct peering *p)
{
    /* a year brings many peerings that are never seen again: of them one connection is enough */
    unsigned kept = 0, keep = quiet_for(e, p->facts.last, SILENT_S) ? 1 : CLOSED_KEPT;
    for (struct session **at = &p->sessions; *at;) {
        struct session *s = *at;
        bool done = is_past(e, s) || (s->facts.end != CONN_OPEN && kept >= CLOSED_MOST);
        if (!done || ++kept <= keep) {
            at = &s->next;
            continue;
        }
        engine_happen(e, &(struct happening){ .kind = HAPPEN_FORGOTTEN,
                                              .peering = p,
                                              .session = s,
                                              .side = -1,
                                              .ref = { .when = e->now } });
        *at = s->next;
        p->session_count--;
        engine_forget(e, s);
    }
}

static void note_transfer(struct end *end, const struct rib_news *news, struct stream_ref ref)
{
    if (!end->transfer_first.frame)
        end->transfer_first = ref;
    else {
        end->transfer_sender.ns += end->wait_sender.ns;
        end->transfer_window.ns += end->wait_window.ns;
        end->transfer_loss.ns += end->wait_loss.ns;
    }
    end->wait_sender = end->wait_window = end->wait_loss = (struct span){ 0 };
    end->transfer_last = ref;
    end->transfer_routes += news->added;
}

void peering_routes(struct peering *p, struct session *s, int from, const struct rib_news *news,
                    struct stream_ref ref)
{
    struct end *end = &s->end[from];
    if (!end->transfer_over) {
        struct span quiet = { 0 };
        if (end->transfer_last.frame)
            quiet = stamp_since(ref.when, end->transfer_last.when);
        if (quiet.ns > SPAN_S(TRANSFER_QUIET_S).ns) {
            end->transfer_over = end->transfer_routes >= TABLE_LEAST;
            if (!end->transfer_over) { /* a few routes, then the table */
                end->transfer_first = end->transfer_last = (struct stream_ref){ 0 };
                end->transfer_routes = 0;
                free(end->transfer);
                end->transfer = NULL;
            }
        }
        if (!end->transfer_over && news->announced) {
            note_transfer(end, news, ref);
        }
    }
    p->flap_records = 0;
    for (unsigned i = 0; i < news->notable_count; i++) {
        const struct rib_notable *n = &news->notable[i];
        if (n->kind != RIB_FLAPPED)
            continue;
        p->flapping[from] += n->after == RIB_FLAPS;
        if (n->after > p->flaps_most[from]) {
            p->flaps_most[from] = n->after;
            p->flap_records |= 1u << i;
        }
    }
    p->withdrawing[from] = false;
    if (!news->removed)
        return;
    uint32_t left = rib_side_total(p->rib[from], 0);
    struct span since = stamp_since(ref.when, p->gone_since[from].when);
    if (!p->gone_since[from].frame || since.ns > SPAN_S(COLLAPSE_S).ns) {
        p->gone_since[from] = ref;
        p->collapse_told[from] = false;
        p->routes_before[from] = news->removed + left;
    }
    /* what others took the place of is no loss */
    p->gone[from] = p->routes_before[from] > left ? p->routes_before[from] - left : 0;
    p->gone_until[from] = ref;
    if (p->gone[from] * 2 > p->routes_before[from] && p->routes_before[from] >= COLLAPSE_LEAST) {
        p->withdrawing[from] = true;
        p->collapse_told[from] = true;
    }
}
