/* Messages of one end in; what it said, and its routes, out. */
#include "state/engine_internal.h"

#include <stdlib.h>
#include <string.h>

static void learn_open(struct open_facts *to, const struct bgp_open *o, const struct bgp_msg *msg,
                       struct stream_ref ref)
{
    *to = (struct open_facts){ .ref = ref,
                               .asn = o->asn,
                               .router_id = o->router_id,
                               .my_as = o->my_as,
                               .hold = o->hold,
                               .restart_time = o->restart_time,
                               .version = o->version,
                               .odd_param = o->odd_param,
                               .role = o->role,
                               .families = o->families,
                               .add_path_send = o->add_path_send,
                               .add_path_receive = o->add_path_receive,
                               .restart_families = o->restart_families,
                               .forwarding = o->forwarding,
                               .has_multiprotocol = o->has_multiprotocol,
                               .as4 = o->as4,
                               .route_refresh = o->route_refresh,
                               .enhanced_refresh = o->enhanced_refresh,
                               .extended_message = o->extended_message,
                               .graceful = o->graceful,
                               .restarting = o->restarting,
                               .n_bit = o->n_bit,
                               .llgr = o->llgr,
                               .cut = msg->cut };
}

/* The half of an OPEN that bgp_negotiate asks for. */
static struct bgp_open as_open(const struct open_facts *f)
{
    struct bgp_open o = { .as4 = f->as4, .extended_message = f->extended_message };
    o.add_path_send = f->add_path_send;
    o.add_path_receive = f->add_path_receive;
    return o;
}

static void agree(struct engine *e, struct session *s)
{
    const struct open_facts *a = &s->end[0].open, *b = &s->end[1].open;
    if (!s->end[0].open_count || !s->end[1].open_count || !a->asn || !b->asn)
        return; /* one may be inferred only */
    s->hold = a->hold < b->hold ? a->hold : b->hold;
    s->hold_known = true;
    s->peering->facts.hold = s->hold;
    s->peering->facts.hold_known = true;
    s->peering->facts.type = a->asn == b->asn ? PEERING_IBGP : PEERING_EBGP;
    s->peering->between_networks = a->asn != b->asn && !bgp_as_bogon(a->asn) && !bgp_as_bogon(b->asn);
    if (a->cut || b->cut)
        return; /* the capabilities were cut away: the context must be inferred */
    struct bgp_open oa = as_open(a), ob = as_open(b);
    s->ctx[0] = bgp_negotiate(&oa, &ob);
    s->ctx[1] = bgp_negotiate(&ob, &oa);
    s->ctx_known = true;
    for (int i = 0; i < 2; i++)
        if (s->ctx[i].extended && s->half[i].stream)
            stream_set_largest(s->half[i].stream, BGP_LARGEST_EXTENDED);
    free(s->guess);
    s->guess = NULL;
    engine_happen(e, &(struct happening){ .kind = HAPPEN_OPENS,
                                          .peering = s->peering,
                                          .session = s,
                                          .ref = a->ref.when.ns > b->ref.when.ns ? a->ref : b->ref });
}

static void on_open(struct engine *e, struct session *s, int from, const struct stream_item *item)
{
    struct bgp_open open;
    struct end *end = &s->end[from];
    bgp_open_read(&item->msg, &open);
    end->open_count++;
    if (end->open_count == 1) {
        if (end->closed && !end->notification && s->facts.end_by == !from)
            end->closed = false; /* its kernel had taken the FIN, the process had not seen it yet */
        learn_open(&end->open, &open, &item->msg, item->last);
        peering_learn_open(e, s->peering, from, &item->msg, &end->open);
        const struct bgp_msg *kept = outbox_keep_message(&e->outbox, &item->msg);
        if (kept)
            outbox_add(&e->outbox, &(struct event){ .kind = EVENT_OPEN,
                                                    .as.open = { item->last, s->facts.peering, s->facts.id,
                                                                 from, kept } });
        for (struct session *other = s->peering->sessions; other; other = other->next)
            if (other != s && !other->over &&
                other->end[from].open_count + other->end[!from].open_count > 0 &&
                other->facts.end == CONN_OPEN)
                s->collided = other->collided = true;
        agree(e, s);
    }
}

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

/* In mid-session the OPENs are not known: the bytes tell how they must be read. */
static const struct bgp_ctx *context(struct session *s, int from, const struct bgp_msg *msg)
{
    if (s->ctx_known)
        return &s->ctx[from];
    if (!s->guess)
        s->guess = calloc(2, sizeof *s->guess);
    if (s->guess && msg->type == BGP_UPDATE && !msg->cut)
        bgp_guess_feed(&s->guess[from], msg);
    if (s->guess)
        s->ctx[from] = bgp_guess_ctx(&s->guess[from]);
    return &s->ctx[from];
}

/* The routes of a large table lie all over the memory: they are told what comes, a segment at a time. */
static void look_ahead(struct rib_side *rib, struct session *s, int from, const struct bgp_msg *msg,
                       const struct bgp_ctx *ctx)
{
    struct cursor *ahead = &s->half[from].ahead;
    if (!cur_left(ahead) || msg->raw < ahead->at || msg->raw >= ahead->end)
        return;
    ahead->at = msg->raw;
    cur_take(ahead, rib_expect(rib, ahead->at, cur_left(ahead), ctx));
}

/* Most UPDATEs are not: rules are asked about the others. */
static bool worth_a_look(const struct peering *p, int from, const struct bgp_update *u,
                         const struct bgp_ctx *ctx, const struct rib_news *news)
{
    const struct bgp_attrs_summary *a = news->summary;
    uint32_t receiver = p->facts.side[!from].asn;
    if (u->verdict != BGP_FINE || u->faults.count || news->nlri_fault != FAULT_COUNT || news->notable_count ||
        (news->bogon_count && p->between_networks) || news->invalid_count || p->withdrawing[from])
        return true;
    return a && (a->verdict != BGP_FINE || a->has_otc || (a->bogon_as && p->between_networks) ||
                 (receiver && a->path_marks & bgp_as_mark(receiver) && bgp_path_has(u, ctx, receiver)));
}

static void on_update(struct engine *e, struct session *s, int from, const struct stream_item *item)
{
    struct bgp_update u;
    struct end *end = &s->end[from];
    struct peering *p = s->peering;
    const struct bgp_ctx *ctx = context(s, from, &item->msg);
    if (item->msg.cut)
        converge_missed(e);
    if (item->msg.cut || e->options.no_routes)
        return; /* half a message makes no route */
    bgp_update_read(&item->msg, ctx, &u);
    if (u.end_of_rib) {
        end->end_of_rib |= UINT64_C(1) << (u.end_of_rib_family % 64);
        session_end_of_rib(e, s, from, u.end_of_rib_family, item->last);
        /* over when every family has said so; some say it first, and send their table then */
        uint64_t agreed = s->end[0].open.families & s->end[1].open.families;
        end->transfer_over = end->transfer_routes >= TABLE_LEAST && !(agreed & ~end->end_of_rib);
        end->settled |= !(agreed & ~end->end_of_rib);
        return;
    }
    struct rib_news news;
    struct rib_side *gone = NULL; /* for routes of a session that is over: counted, and kept by nobody */
    struct rib_side **kept = s->lost_told || s->end[!from].closed ? &gone : &p->rib[from];
    if (!*kept && !(*kept = rib_side_new(e->rib)))
        return;
    s->too_early |= !s->was_established;
    look_ahead(*kept, s, from, &item->msg, ctx);
    rib_feed(*kept, &u, ctx, item->last, &news);
    end->announced += news.announced;
    end->withdrawn += news.withdrawn;
    struct bgp_side *side = &p->facts.side[from];
    side->announced += news.announced;
    side->withdrawn += news.withdrawn;
    e->capture.announced += news.announced;
    e->capture.withdrawn += news.withdrawn;
    if (!gone && e->options.tell_routes)
        session_tell_routes(e, s, from, &u, ctx, &news, item->last);
    if (!gone)
        peering_routes(p, s, from, &news, item->last);
    e->converge.credit += news.announced + news.withdrawn;
    if (!gone && (news.removed || news.move_count))
        converge_update(e, p, from, &news, item->last);
    if (worth_a_look(p, from, &u, ctx, &news))
        engine_happen(e, &(struct happening){ .kind = HAPPEN_UPDATE,
                                              .peering = p,
                                              .session = s,
                                              .side = from,
                                              .ref = item->last,
                                              .msg = &item->msg,
                                              .update = &u,
                                              .ctx = ctx,
                                              .news = &news });
    if (gone)
        rib_side_free(gone);
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
    case BGP_OPEN: on_open(e, s, from, item); break;
    case BGP_UPDATE: on_update(e, s, from, item); break;
    case BGP_NOTIFICATION: on_notification(e, s, from, item); break;
    case BGP_KEEPALIVE: on_keepalive(s, from, item); break;
    case BGP_ROUTE_REFRESH: session_refresh(e, s, from, &item->msg, item->last); break;
    default: break;
    }
    if (e->options.tell_messages)
        tell_message(e, s, from, item, context(s, from, &item->msg), FAULT_COUNT);
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
