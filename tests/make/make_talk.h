/* Two routers that talk to each other through an engine: a test says what is sent, TCP follows by itself.
 *
 *     struct talk t;
 *     talk_begin(&t, "10.0.0.1", "10.0.0.2");
 *     talk_dial(&t, 0);                        // side 0 sends its SYN
 *     talk_answer(&t, 1);                      // SYN/ACK, and the ACK to it
 *     talk_open(&t, 0, 65001, 9, 1);
 *     talk_keepalive(&t, 1);
 *     talk_wait(&t, SPAN_S(3));
 *
 * Every segment acknowledges all that its sender has heard; `deaf` makes an end hear nothing, `lost` keeps the next
 * packet from the capture but not from the other end. */
#ifndef TESTS_MAKE_TALK_H
#define TESTS_MAKE_TALK_H

#include "state/engine.h"
#include "tests/make/make_bgp.h"
#include "tests/make/make_packet.h"
#include <stdio.h>

struct talk {
    struct engine *engine;
    char addr[2][ADDR_TEXT];
    uint16_t port[2];
    uint32_t seq[2], heard[2]; /* next to be sent; next that is expected */
    uint8_t ttl[2];
    bool deaf[2];   /* this end does not get what the other sends */
    bool unseen[2]; /* what this end sends is not in the capture */
    bool lost;      /* the next packet is not in the capture */
    bool twice;     /* every packet stands twice in the capture */
    bool ticks;     /* time is told before every packet, as a live source does */
    const void *options;
    size_t options_size;
    uint16_t window[2];
    struct stamp now;
    uint64_t packets;
    uint16_t ip_id;
    char story[4096]; /* transitions as text, one a line */
};

static inline void talk_hear(struct talk *t, const struct outbox *out)
{
    for (uint32_t i = 0; i < out->count; i++) {
        const struct bgp_transition *tr = &out->list[i].as.transition;
        if (out->list[i].kind != EVENT_TRANSITION)
            continue;
        size_t used = strlen(t->story);
        snprintf(t->story + used, sizeof t->story - used, "%d %s>%s %s %.3f\n", tr->side,
                 bgp_state_name(tr->from), bgp_state_name(tr->to), tr->cause, (double)tr->ref.when.ns / 1e9);
    }
}

static inline void talk_begin(struct talk *t, const char *a, const char *b)
{
    *t = (struct talk){ .port = { 40000, 179 },
                        .seq = { 1000, 5000 },
                        .ttl = { 1, 1 },
                        .window = { 60000, 60000 },
                        .now = { 0 },
                        .ip_id = 1 };
    snprintf(t->addr[0], ADDR_TEXT, "%s", a);
    snprintf(t->addr[1], ADDR_TEXT, "%s", b);
    struct engine_options o = engine_defaults();
    t->engine = engine_new(&o);
}

static inline void talk_wait(struct talk *t, struct span d) { t->now = stamp_add(t->now, d); }

static inline void talk_feed(struct talk *t, struct pkt *m)
{
    struct packet p = { .when = t->now,
                        .number = ++t->packets,
                        .link = LINK_ETHERNET,
                        .bytes = pkt_bytes(m),
                        .size = pkt_size(m),
                        .wire_size = pkt_size(m) };
    if (t->ticks)
        talk_hear(t, engine_advance(t->engine, stamp_sub(t->now, SPAN_US(50))));
    talk_hear(t, engine_feed(t->engine, &p));
    if (t->twice) {
        p.number = ++t->packets;
        p.when = stamp_add(p.when, SPAN_US(3));
        talk_hear(t, engine_feed(t->engine, &p));
    }
}

/* One segment from that end with these flags and payload, at the sequence number given. */
static inline void talk_segment(struct talk *t, int from, uint8_t flags, uint32_t seq, const void *payload,
                                size_t n)
{
    struct pkt *m = malloc(sizeof *m);
    pkt_start(m, payload, n);
    pkt_tcp(m, (struct pkt_tcp){ .sport = t->port[from],
                                 .dport = t->port[!from],
                                 .seq = seq,
                                 .ack = flags & TCP_ACK ? t->heard[from] : 0,
                                 .flags = flags,
                                 .window = t->window[from],
                                 .options = t->options,
                                 .options_size = t->options_size });
    struct pkt_ip ip = { .src = t->addr[from],
                         .dst = t->addr[!from],
                         .proto = 6,
                         .ttl = t->ttl[from],
                         .id = t->ip_id++,
                         .flags_offset = 0x4000 };
    bool v6 = strchr(t->addr[0], ':') != NULL;
    if (v6)
        pkt_ipv6(m, ip);
    else
        pkt_ipv4(m, ip);
    pkt_ethernet(m, v6 ? 0x86dd : 0x0800);
    if (!t->lost && !t->unseen[from])
        talk_feed(t, m);
    t->lost = false;
    free(m);
    t->now = stamp_add(t->now, SPAN_US(100));
}

/* … at its next one; the other end hears it unless it is deaf. */
static inline void talk_send(struct talk *t, int from, uint8_t flags, const void *payload, size_t n)
{
    talk_segment(t, from, flags, t->seq[from], payload, n);
    t->seq[from] += (uint32_t)n + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    if (!t->deaf[!from])
        t->heard[!from] = t->seq[from];
}

static inline void talk_dial(struct talk *t, int from) { talk_send(t, from, TCP_SYN, NULL, 0); }
static inline void talk_ack(struct talk *t, int from) { talk_send(t, from, TCP_ACK, NULL, 0); }
static inline void talk_answer(struct talk *t, int from)
{
    talk_send(t, from, TCP_SYN | TCP_ACK, NULL, 0);
    talk_ack(t, !from);
}
static inline void talk_fin(struct talk *t, int from) { talk_send(t, from, TCP_FIN | TCP_ACK, NULL, 0); }
static inline void talk_reset(struct talk *t, int from) { talk_send(t, from, TCP_RST | TCP_ACK, NULL, 0); }

/* What was made, in one segment, acknowledged at once by an end that hears it. */
static inline void talk_made(struct talk *t, int from, const struct made *m)
{
    talk_send(t, from, TCP_ACK | TCP_PSH, m->bytes, m->used);
    if (!t->deaf[!from])
        talk_ack(t, !from);
}
static inline void talk_open(struct talk *t, int from, unsigned asn, unsigned hold, uint32_t id)
{
    struct made *m = calloc(1, sizeof *m);
    make_open(m, asn, hold, id);
    make_cap_family(m, 1, 1);
    make_cap_as4(m, asn);
    make_open_end(m);
    talk_made(t, from, m);
    free(m);
}
static inline void talk_keepalive(struct talk *t, int from)
{
    struct made *m = calloc(1, sizeof *m);
    make_keepalive(m);
    talk_made(t, from, m);
    free(m);
}
static inline void talk_notify(struct talk *t, int from, unsigned code, unsigned subcode)
{
    struct made *m = calloc(1, sizeof *m);
    make_notification(m, code, subcode, NULL, 0);
    talk_made(t, from, m);
    free(m);
}

/* The handshake, both OPENs and both KEEPALIVEs: side 0 dials, AS 65001 and 65002. */
static inline void talk_establish(struct talk *t, unsigned hold)
{
    talk_dial(t, 0);
    talk_answer(t, 1);
    talk_open(t, 0, 65001, hold, 0x01010101);
    talk_open(t, 1, 65002, hold, 0x02020202);
    talk_keepalive(t, 0);
    talk_keepalive(t, 1);
}

static inline void talk_end(struct talk *t) { talk_hear(t, engine_finish(t->engine)); }

static inline const struct bgp_peering *talk_peering(const struct talk *t)
{
    uint32_t at = 0;
    return engine_next_peering(t->engine, &at);
}
/* The finding of that code, or NULL. */
static inline const struct finding *talk_finding(const struct talk *t, const char *code)
{
    const struct finding *f;
    for (uint32_t at = 0; (f = engine_next_finding(t->engine, &at));)
        if (!strcmp(code_name(f->code), code))
            return f;
    return NULL;
}
/* That finding is there, and looks at that side (-1: at none). */
static inline bool talk_blames(const struct talk *t, const char *code, int side)
{
    const struct finding *f = talk_finding(t, code);
    struct addr at = { 0 };
    if (side >= 0)
        at = addr_parse(t->addr[side]);
    return f && addr_equal(&f->at, &at);
}

#endif
