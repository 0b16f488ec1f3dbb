/* What an engine would tell, made by hand: facts and events for tests of store/, without a packet.
 *
 *     struct made m = made_new();
 *     struct bgp_peering *p = made_peering(&m, "10.0.12.1", 65001, "10.0.12.2", 65002);
 *     made_transition(&m, p, 0, STATE_IDLE, STATE_OPENSENT, made_at(3.184), 12, "open-sent");
 *     made_finding(&m, p, 1, CODE_BGP_OPEN_BAD_PEER_AS, "title", "explanation", (int[]){ 12, 15, 0 });
 *     made_into(&m, store);        // all of it; then made_free(&m)
 */
#ifndef TESTS_MAKE_FACTS_H
#define TESTS_MAKE_FACTS_H

#include "store/store.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MADE_DAY INT64_C(1772359200000000000) /* 2026-03-01 10:00:00 UTC */

struct made {
    struct outbox outbox;
    struct bgp_peering *peerings; /* of `room` */
    uint32_t count, room;
    uint32_t connections, findings;
    struct finding *list[256]; /* owned, words too */
    struct capture_facts capture;
};

static inline struct stamp made_at(double seconds)
{
    return (struct stamp){ MADE_DAY + (int64_t)(seconds * 1e6 + 0.5) * 1000 };
}

static inline struct stream_ref made_ref(double seconds, uint64_t frame)
{
    return (struct stream_ref){ .frame = frame, .when = made_at(seconds) };
}

static inline struct made made_new(uint32_t room)
{
    struct made m = { .room = room, .peerings = calloc(room, sizeof *m.peerings) };
    m.capture.first = made_at(0);
    m.capture.last = made_at(724);
    m.capture.packets = 41210;
    m.capture.bytes = 5000000;
    return m;
}

static inline void made_free(struct made *m)
{
    for (uint32_t i = 0; i < m->findings; i++) {
        free(m->list[i]->title);
        free(m->list[i]->explanation);
        free(m->list[i]);
    }
    for (uint32_t i = 0; i < m->count; i++)
        for (int k = 0; k < 2; k++)
            free(m->peerings[i].side[k].routes);
    outbox_free(&m->outbox);
    free(m->peerings);
}

static inline void made_side(struct bgp_side *s, const char *address, uint32_t asn, uint32_t id)
{
    *s = (struct bgp_side){ .addr = addr_parse(address),
                            .open_known = asn != 0,
                            .asn = asn,
                            .router_id = id,
                            .hold = 9,
                            .state = STATE_IDLE,
                            .state_since = made_at(0),
                            .last_heard = STAMP_NEVER };
}

static inline struct bgp_peering *made_peering(struct made *m, const char *low, uint32_t low_as,
                                               const char *high, uint32_t high_as)
{
    struct bgp_peering *p = &m->peerings[m->count++];
    p->id = m->count;
    snprintf(p->name, sizeof p->name, "%s-%s", low, high);
    made_side(&p->side[0], low, low_as, 0x01010101);
    made_side(&p->side[1], high, high_as, 0x02020202);
    p->type = !low_as || !high_as ? PEERING_UNKNOWN : low_as == high_as ? PEERING_IBGP : PEERING_EBGP;
    p->first = made_at(m->count);
    p->last = made_at(724);
    outbox_add(&m->outbox, &(struct event){ .kind = EVENT_PEERING, .as.peering = p });
    return p;
}

static inline void made_transition(struct made *m, struct bgp_peering *p, int side, enum bgp_state from,
                                   enum bgp_state to, double when, uint64_t frame, const char *cause)
{
    struct bgp_side *s = &p->side[side];
    s->state = to;
    s->state_since = made_at(when);
    s->established_count += to == STATE_ESTABLISHED;
    s->lost_count += from == STATE_ESTABLISHED;
    outbox_add(&m->outbox, &(struct event){ .kind = EVENT_TRANSITION,
                                            .as.transition = { p->id, m->connections, side, from, to,
                                                               made_ref(when, frame), cause } });
}

static inline void made_connection(struct made *m, struct bgp_peering *p, double from, double to,
                                   enum conn_end end, unsigned established)
{
    struct bgp_connection c = { .id = ++m->connections,
                                .peering = p->id,
                                .active = 0,
                                .ports = { 40000, 179 },
                                .opened = made_ref(from, 10),
                                .end = end,
                                .end_by = end == CONN_OPEN ? -1 : 1,
                                .established = established };
    if (end != CONN_OPEN)
        c.closed = made_ref(to, 20);
    p->connection_count++;
    const struct bgp_connection *kept = outbox_keep(&m->outbox, &c, sizeof c);
    if (kept)
        outbox_add(&m->outbox, &(struct event){ .kind = EVENT_CONNECTION, .as.connection = kept });
}

/* Multiprotocol IPv4 unicast, and the AS in four bytes. */
static inline void made_open(struct made *m, struct bgp_peering *p, int side, double when, uint64_t frame)
{
    struct bgp_side *s = &p->side[side];
    uint8_t raw[BGP_HEADER + 10 + 14] = { 0 };
    uint32_t as = s->asn, id = s->router_id;
    const uint8_t body[] = { 4,
                             (uint8_t)(as >> 8),
                             (uint8_t)as,
                             0,
                             (uint8_t)s->hold,
                             (uint8_t)(id >> 24),
                             (uint8_t)(id >> 16),
                             (uint8_t)(id >> 8),
                             (uint8_t)id,
                             14,
                             2,
                             12,
                             1,
                             4,
                             0,
                             1,
                             0,
                             1,
                             65,
                             4,
                             (uint8_t)(as >> 24),
                             (uint8_t)(as >> 16),
                             (uint8_t)(as >> 8),
                             (uint8_t)as };
    memset(raw, 0xff, 16);
    raw[17] = sizeof raw;
    raw[18] = BGP_OPEN;
    memcpy(raw + BGP_HEADER, body, sizeof body);
    struct bgp_msg msg = { .type = BGP_OPEN,
                           .length = sizeof raw,
                           .body = cur_over(raw + BGP_HEADER, sizeof body),
                           .raw = raw,
                           .fault = FAULT_COUNT };
    const struct bgp_msg *kept = outbox_keep_message(&m->outbox, &msg);
    s->messages[BGP_OPEN]++;
    outbox_add(&m->outbox,
               &(struct event){ .kind = EVENT_OPEN,
                                .as.open = { made_ref(when, frame), p->id, m->connections, side, kept } });
}

static inline void made_notification(struct made *m, struct bgp_peering *p, int side, double when,
                                     uint64_t frame, uint8_t code, uint8_t subcode, const char *text)
{
    struct bgp_notification n = { .code = code, .subcode = subcode };
    const void *kept = outbox_keep(&m->outbox, text, strlen(text));
    n.text = n.data = cur_over(kept, strlen(text));
    const struct bgp_notification *whole = outbox_keep(&m->outbox, &n, sizeof n);
    p->side[side].messages[BGP_NOTIFICATION]++;
    outbox_add(&m->outbox, &(struct event){ .kind = EVENT_NOTIFICATION,
                                            .as.notification = { made_ref(when, frame), p->id, m->connections,
                                                                 side, whole } });
}

static inline char *made_text(const char *text)
{
    char *copy = malloc(strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

/* p NULL: of no peering; at -1: at no side. Frames end with 0. What is changed in the finding counts until made_into. */
static inline struct finding *made_finding(struct made *m, const struct bgp_peering *p, int at,
                                           enum finding_code code, double when, const char *title,
                                           const char *explanation, const int *frames)
{
    struct finding *f = calloc(1, sizeof *f);
    *f = (struct finding){ .id = m->findings + 1,
                           .code = code,
                           .severity = code_severity(code),
                           .confidence = CONFIDENCE_CERTAIN,
                           .peering = p ? p->id : 0,
                           .first = made_at(when),
                           .last = made_at(when),
                           .count = 1,
                           .title = made_text(title),
                           .explanation = made_text(explanation) };
    m->list[m->findings++] = f;
    if (p && at >= 0) {
        f->at = p->side[at].addr;
        f->peer = p->side[!at].addr;
        f->at_as = p->side[at].asn;
        f->peer_as = p->side[!at].asn;
    }
    for (; *frames && f->evidence_count < EVIDENCE_MAX; frames++) {
        struct evidence *e = &f->evidence[f->evidence_count++];
        e->ref = made_ref(when, (uint64_t)*frames);
        snprintf(e->note, sizeof e->note, "frame %d", *frames);
    }
    outbox_add(&m->outbox, &(struct event){ .kind = EVENT_FINDING, .as.finding = f });
    return f;
}

/* Both sides up since `when`, and keeping well. */
static inline void made_up(struct made *m, struct bgp_peering *p, double when)
{
    made_connection(m, p, when - 0.1, 0, CONN_OPEN, 2);
    for (int i = 0; i < 2; i++) {
        made_open(m, p, i, when - 0.08, 40 + (uint64_t)i);
        made_transition(m, p, i, STATE_IDLE, STATE_OPENSENT, when - 0.08, 40 + (uint64_t)i, "open-sent");
        made_transition(m, p, i, STATE_OPENSENT, STATE_OPENCONFIRM, when - 0.04, 42, "open-received");
        made_transition(m, p, i, STATE_OPENCONFIRM, STATE_ESTABLISHED, when, 43, "keepalive-received");
        p->side[i].messages[BGP_KEEPALIVE] = 240;
        p->side[i].margin_known = true;
        p->side[i].min_margin = (struct span){ SPAN_MS(5900).ns + SPAN_MS(100).ns * i };
        p->side[i].min_margin_when = made_at(when + 30);
    }
    p->hold = 9;
    p->hold_known = true;
}

static inline void made_routes(struct bgp_peering *p, int side, enum bgp_family family, uint32_t n)
{
    if (!p->side[side].routes)
        p->side[side].routes = calloc(FAMILY_COUNT, sizeof(uint32_t));
    if (p->side[side].routes)
        p->side[side].routes[family] = n;
}

/* All of it, as one run would write it. */
static inline enum err made_into(struct made *m, struct store *s)
{
    enum err e = store_write(s, &m->outbox);
    for (uint32_t i = 0; i < m->count && !e; i++)
        e = store_put_peering(s, &m->peerings[i]);
    if (!e)
        e = store_put_capture(s, &m->capture);
    struct store_file f = { .path = "outage.pcapng",
                            .packets = m->capture.packets,
                            .bytes = m->capture.bytes,
                            .link = 1,
                            .last = m->capture.last };
    if (!e)
        e = store_put_file(s, 0, &f);
    return e ? e : store_finish(s);
}

#endif
