/* One peering's rows in; its sides (OPENs, routes, TCP), connections, states and NOTIFICATIONs as JSON out. */
#include "store/telling.h"

#include <stdio.h>
#include <string.h>

enum { BGP_OPEN_MOST = 4096 }; /* RFC 8654 leaves OPENs as they are */

/* ---- sides ---- */

static void read_open(const uint8_t *bytes, size_t size, bool cut, struct bgp_open *out)
{
    struct bgp_msg msg = { .type = BGP_OPEN,
                           .length = (uint16_t)(bytes[16] << 8 | bytes[17]),
                           .body = cur_over(bytes + BGP_HEADER, size - BGP_HEADER),
                           .raw = bytes,
                           .cut = cut,
                           .fault = FAULT_COUNT };
    bgp_open_read(&msg, out);
}

/* The OPENs of both sides, each asked for once. */
struct both {
    bool known[2];
    struct bgp_open open[2];
    uint8_t bytes[2][BGP_OPEN_MOST];
};

static void read_both(struct store *s, uint32_t peering, struct both *out)
{
    for (int i = 0; i < 2; i++) {
        const uint8_t *bytes;
        size_t size;
        bool cut;
        out->known[i] = query_open(s, peering, i, &bytes, &size, &cut);
        if (!out->known[i])
            continue;
        size = size < BGP_OPEN_MOST ? size : BGP_OPEN_MOST;
        memcpy(out->bytes[i], bytes, size);
        read_open(out->bytes[i], size, cut, &out->open[i]);
    }
}

static void tell_capabilities(struct telling *t, const struct both *b, int side)
{
    if ((side != 0 && side != 1) || !b->known[side]) {
        write_null(&t->w, "capabilities");
        return;
    }
    write_array(&t->w, "capabilities");
    for (unsigned i = 0; i < b->open[side].cap_count; i++)
        bgp_cap_tell(&t->w, &b->open[side].caps[i]);
    write_end(&t->w);
}

static void tell_messages(struct writer *w, const struct side_row *s)
{
    write_object(w, "messages");
    write_u64(w, "open", s->opens);
    write_u64(w, "update", s->updates);
    write_u64(w, "notification", s->notifications);
    write_u64(w, "keepalive", s->keepalives);
    write_u64(w, "route_refresh", s->route_refreshes);
    write_end(w);
}

/* Routes of both sides, on their way. */
struct routes {
    struct query q;
    struct route_row next;
    bool there;
};

/* Families that both agreed on are told even when there is no route of them. */
static void tell_routes(struct telling *t, struct routes *r, int side, uint64_t agreed)
{
    write_object(&t->w, "routes");
    for (; r->there && r->next.side <= side; r->there = query_route(&r->q, &r->next)) {
        enum bgp_family f = bgp_family_parse(r->next.family);
        if (f < FAMILY_COUNT)
            agreed &= ~(UINT64_C(1) << f);
        if (r->next.side == side)
            write_u64(&t->w, r->next.family, r->next.routes);
    }
    for (enum bgp_family f = 0; agreed && f < FAMILY_COUNT; f++)
        if (agreed >> f & 1)
            write_u64(&t->w, bgp_family_name(f), 0);
    write_end(&t->w);
}

static void tell_tcp(struct telling *t, const struct side_row *s)
{
    struct writer *w = &t->w;
    write_object(w, "tcp");
    write_u64(w, "segments", s->segments);
    write_u64(w, "bytes", s->segment_bytes);
    write_u64(w, "retransmissions", s->retransmissions);
    write_u64(w, "retransmitted_bytes", s->retransmitted_bytes);
    write_u64(w, "zero_windows", s->zero_windows);
    write_seconds(w, "zero_window_s", s->zero_window_ns, 3);
    if (s->rtt_min_ns >= 0) {
        write_seconds(w, "rtt_min_s", s->rtt_min_ns, 6);
        write_seconds(w, "rtt_mean_s", s->rtt_mean_ns, 6);
    }
    telling_or_null(t, "mss", s->mss);
    telling_or_null(t, "ttl", s->ttl);
    write_bool(w, "md5", s->md5);
    write_bool(w, "ao", s->ao);
    write_u64(w, "missed_bytes", s->missed_bytes);
    write_u64(w, "duplicates", s->copies);
    write_end(w);
}

static void tell_side(struct telling *t, const struct side_row *s, const struct both *b, struct routes *r)
{
    /* what both OPENs offer: bits of families */
    uint64_t agreed = b->known[0] && b->known[1] ? b->open[0].families & b->open[1].families : 0;
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "address", s->address);
    telling_or_null(t, "asn", s->asn);
    if (s->asn_inferred)
        write_bool(w, "asn_inferred", true);
    telling_geo(t, s->address);
    write_str(w, "router_id", s->router_id);
    telling_or_null(t, "hold_time", s->hold_time);
    tell_capabilities(t, b, s->side);
    write_str(w, "state", s->state);
    telling_time(t, "state_since", s->state_since);
    write_u64(w, "established_count", s->established_count);
    write_u64(w, "lost_count", s->lost_count);
    if (stamp_known(s->min_margin_at))
        write_seconds(w, "min_hold_margin_s", s->min_margin_ns, 3);
    else
        write_null(w, "min_hold_margin_s");
    tell_messages(w, s);
    tell_routes(t, r, s->side, agreed);
    write_u64(w, "announced", s->announced);
    write_u64(w, "withdrawn", s->withdrawn);
    tell_tcp(t, s);
    write_end(w);
}

void telling_both(struct telling *t, uint32_t peering, struct telling_sides *out)
{
    struct both b;
    read_both(t->store, peering, &b);
    struct query q = query_sides_alone(t->store, peering);
    struct side_row s;
    struct routes r = { .q = query_routes(t->store, peering) };
    r.there = query_route(&r.q, &r.next);
    *out = (struct telling_sides){ .peering = peering };
    write_array(&t->w, "sides");
    while (query_side(&q, &s)) {
        if (s.side == 0 || s.side == 1)
            snprintf(out->address[s.side], ADDR_TEXT, "%s", s.address);
        tell_side(t, &s, &b, &r);
    }
    write_end(&t->w);
}

/* ---- one peering ---- */

void telling_peering_name(struct telling *t, const struct peering_row *p)
{
    write_str(&t->w, "id", p->name);
    write_str(&t->w, "type", p->type);
}

void telling_peering_facts(struct telling *t, const struct peering_row *p)
{
    telling_or_null(t, "hold_time", p->hold_time);
    /* a third of what was agreed, in whole seconds: RFC 4271 4.4 */
    telling_or_null(t, "keepalive_interval", p->hold_time >= 0 ? p->hold_time / 3 : -1);
    write_bool(&t->w, "midway", p->midway);
    telling_time(t, "first", p->first);
    telling_time(t, "last", p->last);
    write_u64(&t->w, "packets", p->packets);
}

void telling_connection(struct telling *t, const struct telling_sides *sides, const struct connection_row *c)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_u64(w, "id", c->id);
    telling_address(t, "active", sides, c->active);
    write_array(w, "ports");
    write_u64(w, NULL, c->ports[0]);
    write_u64(w, NULL, c->ports[1]);
    write_end(w);
    telling_time(t, "opened", c->opened);
    telling_time(t, "closed", c->closed);
    write_str(w, "end", c->ended);
    telling_address(t, "end_by", sides, c->ended_by);
    write_bool(w, "established", c->established == 2);
    write_end(w);
}

void telling_transition(struct telling *t, const struct telling_sides *sides, const struct transition_row *r)
{
    write_object(&t->w, NULL);
    telling_time(t, "time", r->when);
    telling_address(t, "side", sides, r->side);
    write_str(&t->w, "from", r->from);
    write_str(&t->w, "to", r->to);
    telling_frame(t, r->file, r->frame);
    write_str(&t->w, "cause", r->cause);
    write_u64(&t->w, "connection", r->connection);
    write_end(&t->w);
}

void telling_notification(struct telling *t, const struct telling_sides *sides,
                          const struct notification_row *n)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    telling_time(t, "time", n->when);
    telling_address(t, "from", sides, n->side);
    write_i64(w, "code", n->code);
    write_i64(w, "subcode", n->subcode);
    write_str(w, "name", n->name);
    write_hex(w, "data", n->data, n->data_size);
    telling_frame(t, n->file, n->frame);
    if (n->text)
        write_str(w, "text", n->text);
    if (n->inner_name) {
        write_object(w, "inner");
        write_i64(w, "code", n->inner_code);
        write_i64(w, "subcode", n->inner_subcode);
        write_str(w, "name", n->inner_name);
        write_end(w);
    }
    write_u64(w, "connection", n->connection);
    write_end(w);
}
