/* The stream of one end in; message after message out, each to what knows its type: told, counted, and delivered to the
 * other end. */
#include "state/engine_internal.h"

#include <stdlib.h>
#include <string.h>

/* Where an OPEN is missing or cut, capability 6 may stand in what the capture lacks: a long message is no fault then.
 * RFC 8654 */
static void allow_extended(struct session *s)
{
    bool known = s->end[0].open_count && s->end[1].open_count && !s->end[0].open.cut && !s->end[1].open.cut;
    for (int i = 0; !known && i < 2; i++)
        if (s->half[i].stream)
            stream_set_largest(s->half[i].stream, BGP_LARGEST_EXTENDED);
}

static void on_keepalive(struct session *s, int from, const struct stream_item *item)
{
    struct end *end = &s->end[from];
    if (!end->keepalive_sent.frame) {
        end->keepalive_sent = item->last;
        allow_extended(s);
    }
    if (end->last_keepalive.frame) {
        int64_t gap = stamp_since(item->last.when, end->last_keepalive.when).ns / 1000000;
        if (gap > 300 && gap < 7200000)
            end->keepalive_gap_ms[end->keepalive_gaps++ % GAPS] = (uint32_t)gap;
    }
    end->last_keepalive = item->last;
}

static void copy_text(char *to, size_t room, struct cursor text)
{
    size_t n = cur_left(&text) < room - 1 ? cur_left(&text) : room - 1;
    if (n)
        memcpy(to, text.at, n);
    to[n] = '\0';
}

static void tell_notification(struct engine *e, const struct session *s, int from,
                              const struct stream_item *item)
{
    const struct bgp_msg *msg = outbox_keep_message(&e->outbox, &item->msg);
    if (!msg)
        return;
    struct bgp_notification n;
    bgp_notification_read(msg, &n);
    const struct bgp_notification *kept = outbox_keep(&e->outbox, &n, sizeof n);
    if (kept)
        outbox_add(&e->outbox, &(struct event){ .kind = EVENT_NOTIFICATION,
                                                .as.notification = { item->last, s->facts.peering,
                                                                     s->facts.id, from, kept } });
}

static void on_notification(struct engine *e, struct session *s, int from, const struct stream_item *item)
{
    struct bgp_notification n;
    struct end *end = &s->end[from];
    bgp_notification_read(&item->msg, &n);
    end->notification_count++;
    tell_notification(e, s, from, item);
    if (end->notification || !(end->notification = calloc(1, sizeof *end->notification)))
        return;
    struct notification_facts *f = end->notification;
    *f = (struct notification_facts){ .ref = item->last,
                                      .code = n.code,
                                      .subcode = n.subcode,
                                      .inner_code = n.inner_code,
                                      .inner_subcode = n.inner_subcode,
                                      .has_inner = n.has_inner,
                                      .has_limit = n.has_prefix_limit,
                                      .has_as = n.has_as,
                                      .has_hold = n.has_hold,
                                      .before_open = !end->open_count && !s->midway,
                                      .limit = n.prefix_limit,
                                      .asn = n.asn,
                                      .hold = n.hold,
                                      .limit_family = n.limit_family };
    copy_text(f->text, sizeof f->text, n.text);
    f->data_size = (uint8_t)(cur_left(&n.data) < sizeof f->data ? cur_left(&n.data) : sizeof f->data);
    if (f->data_size)
        memcpy(f->data, n.data.at, f->data_size);
    if (s->peering->rib[!from])
        f->routes =
            rib_side_count(s->peering->rib[!from], n.has_prefix_limit ? n.limit_family : FAMILY_IPV4_UNICAST);
    engine_happen(e, &(struct happening){ .kind = HAPPEN_NOTIFICATION,
                                          .peering = s->peering,
                                          .session = s,
                                          .side = from,
                                          .ref = item->last,
                                          .msg = &item->msg });
    if (n.code == 4 && end->established.frame)
        peering_margin(s->peering, from, (struct span){ 0 }, item->last.when);
    if (s->was_established)
        session_lost(e, s, from, item->last);
    /* whoever objects to an OPEN is in OpenSent (RFC 4271 8.2.2), even if its own has not got out yet: FRR drops it */
    if (n.code == 2 && end->state < STATE_OPENSENT && !end->closed && s->end[!from].open_count)
        session_go(e, s, from, STATE_OPENSENT, item->last, "open-refused");
    session_end_closes(e, s, from, item->last, STATE_IDLE, "notification-sent");
}

/* To be told when the other end acknowledges it: at once where the other direction is not in the capture. */
static void await_delivery(struct engine *e, struct session *s, int from, const struct stream_item *item,
                           unsigned what)
{
    struct half *h = &s->half[from];
    struct delivery d = { item->end_seq, (uint8_t)what, false, item->last };
    if (!s->half[!from].first.frame || (h->ack_known && !seq_before(h->acked, item->end_seq))) {
        session_deliver(e, s, !from, &d);
        return;
    }
    struct delivery *last = h->delivery_count ? &h->deliveries[h->delivery_count - 1] : NULL;
    if (last && (h->delivery_count == DELIVERIES || (last->ref.frame == d.ref.frame && last->what == what))) {
        last->end_seq = d.end_seq;
        last->what |= d.what;
        last->ref = d.ref;
        return;
    }
    h->deliveries[h->delivery_count++] = d;
}

static void tell_message(struct engine *e, const struct session *s, int from, const struct stream_item *item,
                         const struct bgp_ctx *ctx, enum fault_code noise)
{
    struct event_message m = { .ref = item->last,
                               .src = &s->peering->facts.side[from].addr,
                               .dst = &s->peering->facts.side[!from].addr,
                               .noise = noise,
                               .peering = s->facts.peering,
                               .connection = s->facts.id,
                               .side = from,
                               .unheard = s->end[!from].closed };
    m.msg = noise == FAULT_COUNT ? outbox_keep_message(&e->outbox, &item->msg)
                                 : outbox_keep(&e->outbox, &item->msg, sizeof item->msg);
    m.ctx = outbox_keep(&e->outbox, ctx, sizeof *ctx);
    if (m.msg && m.ctx)
        outbox_add(&e->outbox, &(struct event){ .kind = EVENT_MESSAGE, .as.message = m });
}

static void on_message(struct engine *e, struct session *s, int from, const struct stream_item *item)
{
    static const uint8_t what[] = { DELIVERED_OTHER,        DELIVERED_OPEN,      DELIVERED_UPDATE,
                                    DELIVERED_NOTIFICATION, DELIVERED_KEEPALIVE, DELIVERED_OTHER };
    struct end *end = &s->end[from];
    unsigned type = item->msg.type < COUNT(what) ? item->msg.type : 0;
    end->messages[type]++;
    s->peering->facts.side[from].messages[type]++;
    s->peering->facts.side[from].message_bytes += item->msg.length;
    s->peering->bgp_seen = true;
    e->capture.messages++;
    switch (type) {
    case BGP_OPEN: session_on_open(e, s, from, item); break;
    case BGP_UPDATE: session_on_update(e, s, from, item); break;
    case BGP_NOTIFICATION: on_notification(e, s, from, item); break;
    case BGP_KEEPALIVE: on_keepalive(s, from, item); break;
    case BGP_ROUTE_REFRESH: session_refresh(e, s, from, &item->msg, item->last); break;
    default: break;
    }
    if (e->options.tell_messages)
        tell_message(e, s, from, item, session_context(s, from, &item->msg), FAULT_COUNT);
    end->read_until = item->end_seq;
    end->read_any = true;
    session_spoke(e, s, from, item->last, type);
    await_delivery(e, s, from, item, what[type]);
}

static void on_noise(struct engine *e, struct session *s, int from, const struct stream_item *item)
{
    struct end *end = &s->end[from];
    if (e->options.tell_messages)
        tell_message(e, s, from, item, &s->ctx[from], item->msg.fault);
    if (end->bad_header.frame)
        return;
    end->bad_header = item->first.frame ? item->first : item->last;
    end->bad_fault = item->msg.fault;
    end->bad_type = item->msg.type;
    end->bad_length = item->msg.length;
    s->peering->facts.side[from].messages[0]++;
    engine_happen(e, &(struct happening){ .kind = HAPPEN_BAD_HEADER,
                                          .peering = s->peering,
                                          .session = s,
                                          .side = from,
                                          .ref = end->bad_header,
                                          .msg = &item->msg });
}

enum { OPEN_LEAST = 29 }; /* bytes. RFC 4271 4.2 */

static void on_hole(struct engine *e, struct session *s, int from, const struct stream_item *item)
{
    if (!item->missed || item->truncated)
        return;
    struct end *end = &s->end[from];
    struct stream_ref acked = s->half[from].ack_moved;
    if (item->bytes == BGP_HEADER && end->open_count == 1 && !end->keepalive_sent.frame) {
        /* the capture missed 19 bytes behind the OPEN: nothing else is so short */
        end->keepalive_sent = end->last_keepalive = acked;
        session_deliver(e, s, !from, &(struct delivery){ item->end_seq, DELIVERED_KEEPALIVE, false, acked });
        session_spoke(e, s, from, acked, BGP_KEEPALIVE);
    }
    end->refreshing = end->whole = 0;
    session_refresh_holed(s, from);
    converge_missed(e);
    if (item->bytes >= OPEN_LEAST && !end->open_count && !s->midway) {
        /* the first thing that is said is an OPEN. RFC 4271 8.2.2 */
        end->open_count = 1;
        end->open.ref = acked;
        end->open.cut = true;
        session_deliver(e, s, !from, &(struct delivery){ item->end_seq, DELIVERED_OPEN, false, acked });
        session_spoke(e, s, from, acked, BGP_OPEN);
    }
    s->end[!from].heard_hole = true;
    s->half[from].missed += item->bytes;
    s->peering->facts.side[from].tcp.missed += item->bytes;
}

void session_drain(struct engine *e, struct session *s, int from)
{
    struct stream_item item;
    while (stream_next(s->half[from].stream, &item))
        switch (item.kind) {
        case STREAM_MESSAGE: on_message(e, s, from, &item); break;
        case STREAM_NOISE: on_noise(e, s, from, &item); break;
        case STREAM_HOLE: on_hole(e, s, from, &item); break;
        }
}

void session_infer_cut(struct engine *e, struct session *s, int from, const struct segment *seg,
                       struct stream_ref ref)
{
    struct end *end = &s->end[from];
    struct stream_item item = {
        .kind = STREAM_MESSAGE, .last = ref, .first = ref, .end_seq = seg->seq + seg->payload_size
    };
    struct cursor marker = seg->payload;
    while (cur_left(&marker))
        if (cur_u8(&marker) != 0xff)
            return;
    unsigned type = BGP_UPDATE;
    if (!end->open_count && s->half[from].seq_known && seg->seq == s->half[from].isn + 1) {
        /* the first thing that is said is an OPEN */
        type = BGP_OPEN;
        end->open_count = 1;
        end->open.ref = ref;
        end->open.cut = true;
    } else if (seg->payload_size == BGP_HEADER) { /* nothing else is so short */
        type = BGP_KEEPALIVE;
        on_keepalive(s, from, &item);
    } else if (end->state != STATE_ESTABLISHED || seg->payload_size < 23)
        return;
    if (type != BGP_UPDATE) { /* that might as well be a NOTIFICATION */
        end->read_until = item.end_seq;
        end->read_any = true;
    }
    end->messages[type]++;
    s->peering->facts.side[from].messages[type]++;
    session_spoke(e, s, from, ref, type);
    await_delivery(e, s, from, &item,
                   type == BGP_OPEN     ? DELIVERED_OPEN
                   : type == BGP_UPDATE ? DELIVERED_UPDATE
                                        : DELIVERED_KEEPALIVE);
}
