/* Packet in, outbox out: the only file that knows the order of the stages.
 *
 *   packet → frame → segment or ICMP error → peering, session → messages, states, routes → happenings → rules → findings
 *
 * At each step: set the time, fire what is due, look at the packet, run the rules, hand out. */
#include "state/engine_internal.h"

#include "decode/icmp.h"
#include "decode/ip.h"
#include <stdlib.h>
#include <string.h>

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
    e->capture.first = e->capture.last = STAMP_NEVER;
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

/* ---- sessions ---- */

/* from: 0 if the lower of the two addresses sent it; of one address (a loopback), the lower of the two ports. */
static struct session_key session_key_of(const struct addr *src, const struct addr *dst,
                                         const struct segment *seg, int *from)
{
    int order = addr_compare(src, dst);
    *from = order < 0 || (order == 0 && seg->sport <= seg->dport) ? 0 : 1;
    if (*from == 0)
        return (struct session_key){ { *src, *dst }, seg->sport, seg->dport, 0 };
    return (struct session_key){ { *dst, *src }, seg->dport, seg->sport, 0 };
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

static bool bgp_port(const struct engine *e, uint16_t port)
{
    for (unsigned i = 0; i < e->want.port_count; i++)
        if (e->want.ports[i] == port)
            return true;
    return false;
}

/* A segment that no known connection accounts for may begin one in the middle, if it looks like BGP. */
static bool may_join(const struct segment *seg)
{
    if (seg->flags & TCP_RST)
        return false;
    if (seg->flags & TCP_SYN) /* with everything else set as well: a probe */
        return !(seg->flags & (TCP_FIN | TCP_URG));
    return !(seg->flags & TCP_FIN) || seg->payload_size;
}

/* The SYN of a port scanner, made by hand: a small window and none of the options that every TCP offers. It asks who
 * listens, and is nobody's peer. */
static bool scans(const struct segment *seg)
{
    enum { SCAN_WINDOW = 4096 };
    return (seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && seg->window <= SCAN_WINDOW && !seg->has_wscale &&
           !seg->sack_permitted && !seg->has_stamp && !seg->md5 && !seg->ao && !seg->payload_size;
}

/* The connection that the segment belongs to; a new one where it begins one. NULL: nobody's. */
static struct session *session_of(struct engine *e, struct session *s, struct peering *p, int from,
                                  const struct session_key *key, const struct segment *seg,
                                  struct stream_ref ref)
{
    bool syn = seg->flags & TCP_SYN, pure_syn = syn && !(seg->flags & TCP_ACK);
    bool reused = s && pure_syn && s->half[from].syn.frame &&
                  (s->facts.end == CONN_REFUSED || /* it did not take the RST, and tries on */
                   (s->half[from].isn != seg->seq &&
                    (s->facts.end != CONN_OPEN || seq_before(s->half[from].isn, seg->seq))));
    /* a simultaneous open: both ends send a SYN for the same connection (RFC 9293 3.5) */
    if (s && pure_syn && !s->half[from].syn.frame && s->facts.active == !from)
        reused = false;
    if (s && pure_syn && s->midway && s->facts.end != CONN_OPEN)
        reused = true;
    if (s && !reused)
        return s;
    if (!s && !may_join(seg))
        return NULL;
    int active = pure_syn ? from : syn ? !from : -1;
    if (active < 0) { /* joined midway: who dialled shows by the port */
        p->facts.midway = p->facts.connection_count == 0;
    }
    struct session *fresh =
        session_new(e, p, pure_syn || syn ? active : -1, key->low_port, key->high_port, ref);
    if (!fresh)
        return NULL;
    if (active < 0) {
        bool low_listens = bgp_port(e, key->low_port), high_listens = bgp_port(e, key->high_port);
        fresh->facts.active = low_listens != high_listens ? (low_listens ? 1 : 0) : -1;
    }
    if (!table_put(&e->sessions, key, fresh))
        return NULL; /* the peering keeps and frees it */
    if (pure_syn)
        peering_dials(e, p, from, fresh, ref);
    session_changed(e, fresh);
    peering_prune(e, p);
    return fresh;
}

/* ---- packets ---- */

/* From 1; a key that was given twice, for each of two addresses, is one key. */
static unsigned key_number(const struct engine_options *o, unsigned which)
{
    unsigned i = 0;
    while (i < which && strcmp(o->keys[i].secret, o->keys[which].secret) != 0)
        i++;
    return i + 1;
}

static void check_key(struct engine *e, struct session *s, int from, const struct frame *f,
                      const struct segment *seg)
{
    struct half *h = &s->half[from];
    if (!seg->md5 || h->key_checked || f->cut)
        return;
    for (unsigned i = 0; i < e->options.key_count; i++) {
        const struct tcp_key *k = &e->options.keys[i];
        if (!addr_equal(&k->addr, &f->src) && !addr_equal(&k->addr, &f->dst))
            continue;
        h->key_checked = true;
        if (!h->key_right && tcp_md5_right(f, seg, k->secret))
            h->key_right = key_number(&e->options, i);
    }
}

static void feed_segment(struct engine *e, const struct frame *f, struct stream_ref ref)
{
    struct segment seg;
    if (!tcp_read(f, &seg)) {
        e->capture.damaged_frames++;
        return;
    }
    int from;
    struct session_key key = session_key_of(&f->src, &f->dst, &seg, &from);
    struct session *s = table_get(&e->sessions, &key);
    struct peering *p = s ? s->peering : peering_find(e, &f->src, &f->dst);
    if (!p && scans(&seg)) {
        e->capture.probes++;
        return;
    }
    if (!p && may_join(&seg))
        p = peering_get(e, &f->src, &f->dst, ref);
    if (!p)
        return;
    p->facts.packets++;
    p->facts.side[from].packets++;
    p->facts.last = ref.when;
    e->capture.bgp_packets++;
    s = session_of(e, s, p, from, &key, &seg, ref);
    if (!s)
        return;
    if (tcp_is_copy(s, from, &seg, f, ref.when)) {
        e->capture.copies++;
        p->facts.side[from].tcp.copies++;
        s->half[from].copies++;
        return;
    }
    check_key(e, s, from, f, &seg);
    session_segment(e, s, from, &seg, f, ref);
}

/* Its type is there, the ports that it quotes are not. */
static void note_cut_error(struct capture_facts *c, const struct frame *f)
{
    struct cursor in = f->payload;
    if (!f->cut || !icmp_is_error(f->proto == 58, cur_u8(&in)) || !cur_ok(&in))
        return;
    for (unsigned i = 0; i < COUNT(c->cut_errors); i++)
        if (addr_equal(&c->cut_errors[i], &f->dst))
            return;
    c->cut_errors[c->cut_error_count++ % COUNT(c->cut_errors)] = f->dst;
}

static void feed_icmp(struct engine *e, const struct frame *f, struct stream_ref ref)
{
    struct icmp_error err;
    bool readable = icmp_read(f, &err);
    if (!readable || !err.has_ports)
        note_cut_error(&e->capture, f);
    if (!readable || err.proto != 6 || !err.has_ports || (!bgp_port(e, err.sport) && !bgp_port(e, err.dport)))
        return;
    e->capture.icmp_errors++;
    struct peering *p = peering_find(e, &err.src, &err.dst);
    if (!p)
        return;
    int from;
    struct segment quoted = { .sport = err.sport, .dport = err.dport };
    struct session_key key = session_key_of(&err.src, &err.dst, &quoted, &from);
    struct session *s = table_get(&e->sessions, &key);
    /* the first one, and of a session that is up the latest: it may be its end */
    if (!s || (s->icmp.frame && !s->icmp_mtu && !s->established_both))
        return;
    s->icmp = ref;
    s->icmp_side = from;
    s->icmp_type = err.type;
    s->icmp_code = err.code;
    s->icmp_v6 = err.src.size == 16;
    s->icmp_from = f->src;
    s->icmp_mtu = err.mtu;
    bool handshaking = s->facts.active == from && !s->half[!from].first.frame;
    if (handshaking && !err.mtu) {
        peering_attempt(e, s, ATTEMPT_ICMP, ref);
        session_close(e, s, CONN_NO_REPLY, -1, ref);
        session_end_closes(e, s, from, ref, STATE_ACTIVE, "icmp-unreachable");
    }
}

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
    c->last = stamp_known(c->last) ? stamp_later(c->last, p->when) : p->when;
    struct frame f;
    enum frame_got got =
        frame_read(p->link, p->bytes, p->size, p->wire_size, p->when, &e->want, e->frags, &f);
    e->cared = got == FRAME_FRAGMENT;
    if (got == FRAME_NOTHING || got == FRAME_FRAGMENT)
        return &e->outbox;
    set_time(e, p->when);
    struct stream_ref ref = { p->number, p->file, p->when };
    if (got == FRAME_MALFORMED)
        c->damaged_frames++;
    else if (got == FRAME_ENCRYPTED)
        c->encrypted++;
    else if (f.proto == 6)
        feed_segment(e, &f, ref);
    else if (f.proto == 89)
        feed_ospf(e, &f, ref);
    else if (f.proto == 1 || f.proto == 58)
        feed_icmp(e, &f, ref);
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
    engine_happen(e, &(struct happening){ .kind = HAPPEN_CAPTURE_END, .side = -1 });
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

void engine_unkept(struct engine *e, const char *why)
{
    e->look_now |= !why != !e->capture.unkept;
    e->capture.unkept = why;
}

void engine_set_keys(struct engine *e, const struct tcp_key *keys, unsigned count)
{
    e->options.keys = keys;
    e->options.key_count = count;
}
