/* Packet in, outbox out: the only file that knows the order of the stages.
 *
 *   packet → frame → segment or ICMP error → peering, session → messages, states, routes → happenings → rules → findings
 *
 * At each step: set the time, fire what is due, look at the packet, run the rules, hand out. */
#include "state/engine_internal.h"

#include <stdlib.h>

struct engine_options engine_defaults(void) { return (struct engine_options){ .limits = LIMITS_USUAL }; }

struct engine *engine_new(const struct engine_options *options)
{
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->options = *options;
    e->want = (struct frame_want){ .ports = { 179 }, .port_count = 1, .icmp = true, .ospf = true };
    for (unsigned i = 0; i < options->bgp_port_count && i < COUNT(e->want.ports); i++) {
        e->want.ports[i] = options->bgp_ports[i];
        e->want.port_count = i + 1;
    }
    e->pool =
        (struct stream_pool){ .each = options->limits.stream_each, .total = options->limits.stream_total };
    e->frags = frag_new(options->limits.fragments);
    e->rib = rib_new(options->limits.routes);
    if (e->rib)
        rib_set_vrps(e->rib, options->vrps);
    converge_init(&e->converge, e->rib, options->quiet, options->limits.converging);
    e->ospf = ospf_new(e);
    table_init(&e->peerings, sizeof(struct pair_key), 0);
    table_init(&e->sessions, sizeof(struct session_key), 0);
    findings_init(&e->findings, options->limits.findings, &e->outbox);
    e->now = e->reviewed = e->forgot = e->holed = STAMP_NEVER;
    e->capture.first = e->capture.last = e->before = STAMP_NEVER;
    e->quiet_from = e->quiet_until = STAMP_NEVER;
    e->next_deadline = (struct stamp){ INT64_MAX };
    if (!e->frags || !e->rib || !e->ospf) {
        engine_free(e);
        return NULL;
    }
    return e;
}

static void free_gone(struct engine *e)
{
    for (struct session *s; (s = e->gone);) {
        e->gone = s->next;
        session_free(s);
    }
}

void engine_forget(struct engine *e, struct session *s)
{
    struct session_key key = { .pair = { s->peering->facts.side[0].addr, s->peering->facts.side[1].addr },
                               .low_port = s->facts.ports[0],
                               .high_port = s->facts.ports[1] };
    if (table_get(&e->sessions, &key) == s)
        table_remove(&e->sessions, &key);
    s->next = e->gone;
    e->gone = s;
}

void engine_begin(struct engine *e)
{
    outbox_clear(&e->outbox);
    free_gone(e);
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    struct peering *p;
    for (uint32_t at = 0; (p = table_next(&e->peerings, &at));)
        peering_free(p);
    table_free(&e->peerings);
    table_free(&e->sessions);
    findings_free(&e->findings);
    outbox_free(&e->outbox);
    rib_free(e->rib);
    converge_free(&e->converge);
    ospf_free(e->ospf);
    frag_free(e->frags);
    free_gone(e);
    free(e);
}

void engine_happen(struct engine *e, const struct happening *h)
{
    struct happening told = *h;
    told.capture = &e->capture;
    told.peerings = &e->peerings;
    told.ospf = e->ospf;
    told.now = e->now;
    rules_run(&told, &e->findings);
}

/* ---- time ---- */

enum { STEPS_MOST = 1000 }; /* deadlines within one silence that are told apart */

/* One deadline after another, as if somebody had looked at each: so that what is told, and in which order, does not
 * depend on when packets or TICKs come. */
static void fire_timers(struct engine *e, struct stamp now)
{
    ospf_advance(e->ospf, now);
    for (unsigned steps = 0; stamp_before(e->next_deadline, now); steps++) {
        struct stamp at = stamp_add(e->next_deadline, (struct span){ 1 });
        if (steps == STEPS_MOST || stamp_before(now, at))
            at = now;
        struct stamp soonest = { INT64_MAX };
        struct peering *p;
        for (uint32_t i = 0; (p = table_next(&e->peerings, &i));) {
            for (struct session *s = p->sessions; s; s = s->next) {
                struct stamp due = session_timers(e, s, at);
                soonest = stamp_before(due, soonest) ? due : soonest;
            }
            struct stamp stale = peering_stale_timers(e, p, at);
            soonest = stamp_before(stale, soonest) ? stale : soonest;
        }
        e->next_deadline = soonest;
        if (steps == STEPS_MOST)
            return;
    }
}

/* A little backwards is a packet out of order; far backwards is a clock that was set: time stands still until then. */
static void set_time(struct engine *e, struct stamp to)
{
    if (!stamp_known(e->now) || stamp_before(e->now, to)) {
        e->now = to;
        fire_timers(e, to);
        if (stamp_before(e->converge.deadline, to))
            converge_advance(e, to);
    } else if (stamp_since(e->now, to).ns > SPAN_S(1).ns)
        e->capture.stepped_back++;
}

/* ---- packets ---- */

static void feed_ospf(struct engine *e, const struct frame *f, struct stream_ref ref)
{
    e->capture.ospf_packets++;
    if (e->options.tell_messages) {
        struct event_ospf_packet p = { .ref = ref, .src = f->src, .dst = f->dst, .wire = f->payload_size };
        size_t size = cur_left(&f->payload);
        const uint8_t *kept = outbox_keep(&e->outbox, f->payload.at, size);
        p.payload = cur_over(kept, kept ? size : 0);
        outbox_add(&e->outbox, &(struct event){ .kind = EVENT_OSPF_PACKET, .as.ospf_packet = p });
    }
    if (!e->options.no_ospf)
        ospf_feed(e->ospf, f, ref);
}

static void count_carriers(struct capture_facts *c, unsigned carriers)
{
    for (unsigned i = 0; i < CARRIERS; i++)
        c->carried[i] += carriers >> i & 1;
}

const struct outbox *engine_feed(struct engine *e, const struct packet *p)
{
    engine_begin(e);
    struct capture_facts *c = &e->capture;
    uint64_t ours = c->bgp_packets + c->ospf_packets + c->icmp_errors;
    c->packets++;
    c->bytes += p->wire_size;
    c->truncated += p->size < p->wire_size;
    if (!stamp_known(c->first) || stamp_before(p->when, c->first))
        c->first = p->when;
    engine_note_quiet(e, p->when);
    c->last = stamp_known(c->last) ? stamp_later(c->last, p->when) : p->when;
    struct frame f;
    enum frame_got got =
        frame_read(p->link, p->bytes, p->size, p->wire_size, p->when, &e->want, e->frags, &f);
    e->cared = got == FRAME_FRAGMENT;
    if (got == FRAME_NOTHING || got == FRAME_FRAGMENT)
        return &e->outbox;
    set_time(e, p->when);
    struct stream_ref ref = { p->number, p->file, p->when };
    e->circuit = f.circuit;
    if (got == FRAME_MALFORMED)
        c->damaged_frames++;
    else if (got == FRAME_ENCRYPTED)
        c->encrypted++;
    else if (f.proto == 6)
        engine_segment(e, &f, ref);
    else if (f.proto == 89)
        feed_ospf(e, &f, ref);
    else if (f.proto == 1 || f.proto == 58)
        engine_icmp(e, &f, ref);
    e->cared = c->bgp_packets + c->ospf_packets + c->icmp_errors != ours;
    if (e->cared && f.carriers)
        count_carriers(c, f.carriers);
    return &e->outbox;
}

/* Time that has passed without a packet never steps back: it was only seen from farther away. */
static void pass_time(struct engine *e, struct stamp to)
{
    if (!stamp_known(e->now) || stamp_before(e->now, to))
        set_time(e, to);
}

const struct outbox *engine_advance(struct engine *e, struct stamp to)
{
    engine_begin(e);
    pass_time(e, to);
    return &e->outbox;
}

const struct outbox *engine_finish(struct engine *e)
{
    engine_begin(e);
    if (e->finished)
        return &e->outbox;
    e->finished = true;
    e->capture.fragments_lost = frag_lost(e->frags);
    struct peering *p;
    findings_undo_reviews(&e->findings);
    if (stamp_known(e->capture.last) && stamp_known(e->now))
        pass_time(e, e->capture.last);
    for (uint32_t at = 0; (p = table_next(&e->peerings, &at));)
        for (struct session *s = p->sessions; s; s = s->next)
            session_finish(e, s);
    ospf_finish(e->ospf);
    for (uint32_t at = 0; (p = table_next(&e->peerings, &at));) {
        peering_tell_transfers(e, p, false);
        engine_happen(e, &(struct happening){ .kind = HAPPEN_PEERING_END, .peering = p, .side = -1 });
    }
    engine_happen(e, &(struct happening){
                         .kind = HAPPEN_CAPTURE_END, .side = -1, .watched = stamp_known(e->reviewed) });
    converge_tell(e);
    findings_close_reviews(&e->findings, e->now);
    return &e->outbox;
}

/* ---- questions ---- */

/* Counts of routes are taken when they are asked for. */
static void count_routes(struct peering *p)
{
    for (int i = 0; i < 2; i++) {
        struct bgp_side *side = &p->facts.side[i];
        if (!p->rib[i] || (!side->routes && !(side->routes = calloc(FAMILY_COUNT, sizeof *side->routes))))
            continue;
        for (enum bgp_family f = 0; f < FAMILY_COUNT; f++)
            side->routes[f] = rib_side_count(p->rib[i], f);
    }
}

const struct bgp_peering *engine_next_peering(const struct engine *e, uint32_t *at)
{
    struct peering *p = table_next(&e->peerings, at);
    if (!p)
        return NULL;
    count_routes(p);
    return &p->facts;
}

const struct rib_side *engine_routes(const struct engine *e, const struct bgp_peering *facts, int side)
{
    const struct peering *p = peering_find(e, &facts->side[0].addr, &facts->side[1].addr);
    return p ? p->rib[side] : NULL;
}

bool engine_routes_partial(const struct engine *e, const struct bgp_peering *facts, int side,
                           enum bgp_family family)
{
    const struct peering *p = peering_find(e, &facts->side[0].addr, &facts->side[1].addr);
    bool partial = rib_refused(e->rib);
    for (const struct session *s = p ? p->sessions : NULL; s; s = s->next)
        if (s->was_established && !s->lost_told)
            partial |= session_partial(s, side, family);
    return partial;
}

const struct finding *engine_next_finding(const struct engine *e, uint32_t *at)
{
    while (*at < e->findings.count && e->findings.list[*at]->over)
        ++*at;
    return *at < e->findings.count ? e->findings.list[(*at)++] : NULL;
}

const struct capture_facts *engine_capture(const struct engine *e) { return &e->capture; }

struct ospf *engine_ospf(const struct engine *e) { return e->ospf; }
bool engine_cared(const struct engine *e) { return e->cared; }
void engine_lost(struct engine *e, uint64_t dropped) { e->capture.dropped = dropped; }

void engine_unkept(struct engine *e, const char *why, bool anew)
{
    e->look_now |= !why != !e->capture.unkept || anew != e->capture.kept_anew;
    e->capture.unkept = why;
    e->capture.kept_anew = anew;
}

void engine_set_keys(struct engine *e, const struct tcp_key *keys, unsigned count)
{
    e->options.keys = keys;
    e->options.key_count = count;
}
