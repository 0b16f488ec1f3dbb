/* Segments in; what TCP tells of each end out: what was acknowledged and so delivered, what is sent again and again,
 * windows that shut, round trips, sizes that pass and sizes that don't. */
#include "base/hash.h"
#include "state/engine_internal.h"
#include <string.h>

enum { COPY_WINDOW_MS = 10, EDGE = 32, STUCK_IS_LOST = 3 };

/* What is the same in a packet and its copy from a span port, and differs in a retransmission: the IP ID, or where there
 * is none the TCP checksum over time stamps, besides sequence numbers, flags and size. A copy may have another TTL,
 * MAC address or VLAN (seen on both sides of a router). */
static uint64_t signature(const struct segment *seg, const struct frame *f)
{
    uint64_t head[4] = { (uint64_t)seg->seq << 32 | seg->ack,
                         (uint64_t)seg->sport << 48 | (uint64_t)seg->dport << 32 | seg->payload_size,
                         (uint64_t)f->ip_id << 32 | (uint64_t)seg->flags << 16 | seg->window,
                         (uint64_t)seg->ts_value << 32 | seg->ts_echo };
    uint64_t h = hash_bytes(head, sizeof head, 1);
    size_t left = cur_left(&seg->payload);
    if (left <= 2 * EDGE)
        return left ? hash_bytes(seg->payload.at, left, h) : h;
    return hash_bytes(seg->payload.at, EDGE, hash_bytes(seg->payload.end - EDGE, EDGE, h));
}

bool tcp_is_copy(struct session *s, int from, const struct segment *seg, const struct frame *f,
                 struct stamp when)
{
    /* resets answer each of several segments, all alike and without an IP ID: to take a copy for one does no harm */
    if (seg->flags & TCP_RST)
        return false;
    /* so are SYN/ACKs: one for the SYN that came again, and one whose own timer ran out at the same time */
    if (seg->flags & TCP_SYN && seg->flags & TCP_ACK && !f->ip_id && s->half[!from].syn_count > 1)
        return false;
    uint64_t mark = signature(seg, f);
    for (unsigned i = 0; i < COUNT(s->recent); i++) {
        struct span age = stamp_since(when, s->recent_when[i]);
        if (s->recent[i] == mark && age.ns <= SPAN_MS(COPY_WINDOW_MS).ns &&
            age.ns >= -SPAN_MS(COPY_WINDOW_MS).ns)
            return true;
    }
    unsigned at = s->recent_at++ % COUNT(s->recent);
    s->recent[at] = mark;
    s->recent_when[at] = when;
    return false;
}

/* RFC 7323 2.2: the window of a SYN is never scaled; scaling needs the option from both ends. */
static uint32_t scaled_window(const struct session *s, int from, const struct segment *seg)
{
    if (seg->flags & TCP_SYN || s->half[0].wscale < 0 || s->half[1].wscale < 0)
        return seg->window;
    return (uint32_t)seg->window << s->half[from].wscale;
}

static void watch_window(struct engine *e, struct session *s, int from, const struct segment *seg,
                         struct stream_ref ref)
{
    (void)e;
    struct half *h = &s->half[from];
    struct tcp_facts *t = &s->peering->facts.side[from].tcp;
    h->window = scaled_window(s, from, seg);
    if (!h->window && !h->shut) {
        h->shut = true;
        h->shut_ref = ref;
        t->zero_windows++;
    } else if (h->window && h->shut) {
        struct span lasted = stamp_since(ref.when, h->shut_ref.when);
        h->shut = false;
        h->shut_time.ns += lasted.ns;
        t->zero_window_time.ns += lasted.ns;
        if (lasted.ns > h->shut_longest.ns)
            h->shut_longest = lasted;
    }
}

static void note_mac(struct session *s, int from, const struct segment *seg, const struct frame *f)
{
    struct half *h = &s->half[from];
    bool reset = seg->flags & TCP_RST;
    if (!f->has_mac)
        return;
    static const uint8_t none[6];
    uint8_t *there = s->peering->mac[!from];
    memcpy(s->peering->mac[from], f->mac_src, sizeof f->mac_src);
    if (!memcmp(there, none, sizeof none) && !(f->mac_dst[0] & 1))
        memcpy(there, f->mac_dst, sizeof f->mac_dst);
    memcpy(reset ? h->rst_mac : h->mac, f->mac_src, sizeof h->mac);
    *(reset ? &h->rst_mac_known : &h->mac_known) = true;
}

void tcp_header(struct engine *e, struct session *s, int from, const struct segment *seg,
                const struct frame *f, struct stream_ref ref)
{
    struct half *h = &s->half[from];
    struct tcp_facts *t = &s->peering->facts.side[from].tcp;
    if (!h->first.frame) {
        h->first = ref;
        h->circuit = f->circuit;
    }
    h->last = ref;
    note_mac(s, from, seg, f);
    if (!h->seq_known && !h->bare && !(seg->flags & (TCP_SYN | TCP_RST)) && !seg->payload_size) {
        h->bare = true;
        h->next = seg->seq;
    }
    if (seg->flags & TCP_SYN) {
        h->syn_ttl = f->ttl;
        if (seg->has_mss)
            t->mss = h->mss = seg->mss;
        h->wscale = seg->has_wscale ? seg->wscale : -1;
    } else if (seg->flags & TCP_RST)
        h->rst_ttl = f->ttl;
    else if (seg->payload_size)
        t->ttl = h->data_ttl = f->ttl;
    if (seg->md5) {
        h->md5 = true;
        t->md5 = true;
    } else if (!(seg->flags & TCP_RST) && !seg->options_cut)
        h->unsigned_seen = true;
    if (seg->ao)
        t->ao = h->ao = true;
    if (!(seg->flags & TCP_RST))
        watch_window(e, s, from, seg, ref);
}

/* Everything before `ack` reached the end `from`. */
static void deliver_until(struct engine *e, struct session *s, int from, uint32_t ack)
{
    struct half *sender = &s->half[!from];
    unsigned done = 0;
    while (done < sender->delivery_count && !seq_before(ack, sender->deliveries[done].end_seq))
        session_deliver(e, s, from, &sender->deliveries[done++]);
    if (!done)
        return;
    sender->delivery_count -= done;
    for (unsigned i = 0; i < sender->delivery_count; i++)
        sender->deliveries[i] = sender->deliveries[i + done];
}

static void measure_round_trip(struct session *s, int sender, uint32_t ack, struct stamp when)
{
    struct half *h = &s->half[sender];
    if (!h->timing || seq_before(ack, h->timed_seq))
        return;
    h->timing = false;
    struct tcp_facts *t = &s->peering->facts.side[sender].tcp;
    struct span rtt = stamp_since(when, h->timed_since);
    if (rtt.ns < 0)
        return;
    if (!t->rtt_count || rtt.ns < t->rtt_min.ns)
        t->rtt_min = rtt;
    t->rtt_sum.ns += rtt.ns;
    t->rtt_count++;
}

/* Only one direction is in the capture: what the seen end acknowledges tells what the unseen one says. The first thing is
 * an OPEN, and nothing but a KEEPALIVE has 19 bytes (RFC 4271 4.1). */
static void infer_unseen(struct engine *e, struct session *s, int unseen, uint32_t bytes,
                         struct stream_ref ref)
{
    struct end *end = &s->end[unseen];
    struct delivery d = { .ref = ref };
    if (bytes > BGP_LARGEST_EXTENDED || s->midway)
        return;
    if (!end->open_count) {
        if (bytes < 29)
            return;
        end->open_count = 1;
        end->open.ref = ref;
        end->open.cut = true;
        d.what = DELIVERED_OPEN;
    } else if (bytes == BGP_HEADER) {
        d.what = DELIVERED_KEEPALIVE;
        if (!end->keepalive_sent.frame)
            end->keepalive_sent = ref;
    } else
        return;
    end->open_received |= s->end[!unseen].open_count > 0;
    session_deliver(e, s, !unseen, &d);
    session_spoke(e, s, unseen, ref, BGP_KEEPALIVE);
}

/* A segment of this size that ends there was on its way: was it acknowledged? */
static bool got_through(struct half *h, uint32_t *size, uint32_t end, uint32_t ack)
{
    if (!*size || seq_before(ack, end))
        return false;
    h->largest_acked = *size > h->largest_acked ? *size : h->largest_acked;
    *size = 0;
    return true;
}

void tcp_ack(struct engine *e, struct session *s, int from, const struct segment *seg, struct stream_ref ref)
{
    struct half *sender = &s->half[!from];
    if (!(seg->flags & TCP_ACK) || seg->flags & TCP_RST)
        return;
    s->half[from].heard_ack = s->peering->heard_ack[from] = ref;
    if (seg->sack_blocks && !seq_before(seg->ack, seg->sack_right)) /* D-SACK: RFC 2883 4 */
        s->peering->facts.side[!from].tcp.had_twice++;
    s->peering->facts.side[from].acknowledges = true;
    if (sender->ack_known && !seq_before(sender->acked, seg->ack))
        return;
    if (!sender->first.frame && sender->ack_known)
        infer_unseen(e, s, !from, seg->ack - sender->acked, ref);
    /* an acknowledgement far ahead of all that was seen is a stray */
    if (sender->seq_known && (int32_t)(seg->ack - sender->next) > (1 << 26))
        return;
    if (sender->stuck_count >= STUCK_IS_LOST && sender->ack_known)
        sender->stuck_count = 0;
    bool pending = got_through(sender, &sender->pending_size, sender->pending_seq, seg->ack);
    bool sample = got_through(sender, &sender->sample_size, sender->sample_seq, seg->ack);
    if ((pending || sample) && sender->largest_acked > s->peering->facts.side[!from].tcp.largest_delivered)
        s->peering->facts.side[!from].tcp.largest_delivered = sender->largest_acked;
    if (!sender->ack_known || seq_before(sender->stuck_seq, seg->ack))
        sender->stuck_count = 0;
    uint32_t seen = sender->stream ? stream_base(sender->stream) : sender->next;
    bool known = sender->first.frame ? sender->seq_known : sender->ack_known;
    if (known && seq_before((sender->first.frame ? seen : sender->acked) + BGP_HEADER - 1, seg->ack))
        session_heard_unseen(e, s, from, ref); /* a message at least */
    sender->ack_known = true;
    sender->acked = seg->ack;
    sender->ack_moved = ref;
    measure_round_trip(s, !from, seg->ack, ref.when);
    if (sender->stream) {
        stream_acked(sender->stream, seg->ack, ref);
        session_drain(e, s, !from);
    }
    deliver_until(e, s, from, seg->ack);
}

/* Bytes that were seen before: sent again for want of an acknowledgement. */
static void sent_again(struct session *s, int from, const struct segment *seg, struct stream_ref ref)
{
    struct half *h = &s->half[from];
    struct tcp_facts *t = &s->peering->facts.side[from].tcp;
    h->retransmissions++;
    t->retransmissions++;
    t->retransmitted_bytes += seg->payload_size;
    t->needless += h->ack_known && !seq_before(h->acked, seg->seq + seg->payload_size);
    h->timing = false; /* Karn: no round trip from what was sent twice */
    h->sample_size = 0;
    if (h->stuck_count && h->stuck_seq == seg->seq) {
        h->stuck_count++;
        h->stuck_last = ref;
        if (seg->payload_size > h->stuck_size)
            h->stuck_size = seg->payload_size;
    } else if (!h->stuck_count || !h->ack_known || !seq_before(h->acked, seg->seq)) {
        h->stuck_count = 1;
        h->stuck_seq = seg->seq;
        h->stuck_size = seg->payload_size;
        h->stuck_first = h->stuck_last = ref;
        h->resend_runs++;
        if (!h->resent_first.frame)
            h->resent_first = ref;
        h->resent_last = ref;
    }
    if (h->stuck_count >= STUCK_IS_LOST && (!h->smallest_lost || h->stuck_size < h->smallest_lost))
        h->smallest_lost = h->stuck_size;
    for (unsigned i = 0; i < h->delivery_count; i++) {
        struct delivery *d = &h->deliveries[i];
        if (!seq_before(seg->seq + seg->payload_size, d->end_seq) && seq_before(seg->seq, d->end_seq)) {
            d->ref = ref; /* this one, or a later one, is what arrives */
            d->resent = true;
        }
    }
}

/* Small tables are not told of; a line for each of them would only cost time. */
static void draw_wait(struct end *end, const struct half *h, struct stream_ref ref, enum transfer_cause cause)
{
    if (stamp_since(ref.when, end->transfer_last.when).ns > SPAN_S(TRANSFER_QUIET_S).ns ||
        (!end->transfer && !(end->transfer = transfer_new())))
        return;
    transfer_wait(end->transfer, stamp_since(h->last_data.when, end->transfer_first.when),
                  stamp_since(ref.when, end->transfer_first.when), cause);
}

/* While a table is on its way: the time since the last new segment is put down to the one who could have shortened it. */
static void blame_wait(struct session *s, int from, struct stream_ref ref)
{
    struct half *h = &s->half[from];
    struct end *end = &s->end[from];
    uint64_t again = h->retransmissions - h->retransmissions_before;
    h->retransmissions_before = h->retransmissions;
    if (!end->transfer_first.frame || end->transfer_over || !h->last_data.frame || !h->ack_known)
        return;
    int64_t waited = stamp_since(ref.when, h->last_data.when).ns;
    uint32_t flight = h->next - h->acked, window = s->half[!from].window;
    enum transfer_cause cause = TRANSFER_SENDER;
    if (again) {
        end->wait_loss.ns += waited;
        cause = TRANSFER_LOSS;
    } else if (flight + h->mss > window && s->half[!from].seq_known) {
        end->wait_window.ns += waited;
        cause = TRANSFER_WINDOW;
    } else if (!flight)
        end->wait_sender.ns += waited;
    else
        return;
    if (end->transfer_routes >= TABLE_LEAST)
        draw_wait(end, h, ref, cause);
}

/* Replay tools put the first data on the SYN and forget that a SYN takes a sequence number itself (RFC 9293 3.4): then
 * the second segment begins one byte too early, with a message of its own. */
static bool syn_took_no_number(const struct half *h, const struct segment *seg)
{
    struct bgp_msg msg;
    return h->syn.frame && h->syn.frame == h->last_data.frame && seg->seq + 1 == h->next &&
           bgp_next(seg->payload.at, cur_left(&seg->payload), BGP_LARGEST, &msg) != BGP_NOT;
}

void tcp_data(struct engine *e, struct session *s, int from, const struct segment *seg, struct stream_ref ref)
{
    struct half *h = &s->half[from];
    struct tcp_facts *t = &s->peering->facts.side[from].tcp;
    uint32_t end = seg->seq + (seg->flags & TCP_SYN ? 1 : 0) + seg->payload_size;
    if (!h->stream && !(h->stream = stream_new(&e->pool)))
        return;
    if (h->seq_known && !h->segments && h->syn.frame)
        stream_start(h->stream, h->isn);
    if (h->segments == 1 && syn_took_no_number(h, seg)) {
        stream_free(h->stream);
        if (!(h->stream = stream_new(&e->pool)))
            return;
        stream_start(h->stream, seg->seq - 1);
        h->next = seg->seq;
    }
    unsigned got = stream_feed(h->stream, seg, ref);
    h->segments++;
    h->bytes += seg->payload_size;
    t->segments++;
    t->bytes += seg->payload_size;
    if (got & STREAM_PROBE)
        h->probes++;
    else if (got & STREAM_OLD && !(got & STREAM_NEW))
        sent_again(s, from, seg, ref);
    if (got & STREAM_NEW) {
        blame_wait(s, from, ref);
        h->last_data = ref;
        if (!h->seq_known || seq_before(h->next, end)) {
            h->seq_known = true;
            h->next = end;
        }
        if (seg->payload_size >= h->pending_size) {
            h->pending_size = seg->payload_size;
            h->pending_seq = end;
        }
        if (!h->sample_size) {
            h->sample_size = seg->payload_size;
            h->sample_seq = end;
        }
        if (!h->timing) {
            h->timing = true;
            h->timed_seq = end;
            h->timed_since = ref.when;
        }
    }
    h->ahead = seg->payload;
    session_drain(e, s, from);
    h->ahead = (struct cursor){ 0 };
    if (got & STREAM_NEW && cur_left(&seg->payload) < BGP_HEADER &&
        cur_left(&seg->payload) < seg->payload_size)
        session_infer_cut(e, s, from, seg, ref);
}
