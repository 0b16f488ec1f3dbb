/* Segments, and the ICMP errors that quote them, in; the connection that each belongs to is found, or begun. */
#include "state/engine_internal.h"

#include "decode/icmp.h"
#include "decode/ip.h"
#include <string.h>

enum { ANSWER_S = 5 }; /* what was sent is acknowledged long before then */

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
    if (active < 0)
        p->facts.midway = p->facts.connection_count == 0;
    struct session *fresh = session_new(e, p, active, key->low_port, key->high_port, ref);
    if (!fresh)
        return NULL;
    if (active < 0) { /* joined midway: who dialled shows by the port */
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

/* ---- segments ---- */

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

/* What it sent is answered within seconds, with an acknowledgment at least; and it goes on with something new, as nobody
 * does whom no answer reaches. */
static bool one_way(const struct session *s, int from, const struct segment *g, struct stamp when)
{
    const struct half *mine = &s->half[from], *other = &s->half[!from];
    if (!other->last.frame)
        return !(g->flags & TCP_SYN) && mine->last.frame;
    bool anew = g->payload_size && (!mine->seq_known || !seq_before(g->seq, mine->next));
    bool unanswered = mine->last_data.frame && stamp_before(other->last.when, mine->last_data.when);
    return anew && unanswered && stamp_since(when, mine->last_data.when).ns > SPAN_S(ANSWER_S).ns;
}

void engine_segment(struct engine *e, const struct frame *f, struct stream_ref ref)
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
    e->capture.one_way += one_way(s, from, &seg, ref.when);
    check_key(e, s, from, f, &seg);
    session_segment(e, s, from, &seg, f, ref);
}

/* ---- ICMP errors ---- */

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

void engine_icmp(struct engine *e, const struct frame *f, struct stream_ref ref)
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
