/* Rows of the store in; objects of the JSON that programs read out. */
#include "store/telling.h"

#include "store/render.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_NAMED = 1 << 16, BGP_OPEN_MOST = 4096 }; /* RFC 8654 leaves OPENs as they are */

/* ---- beginning and end ---- */

/* Without memory a frame is told without its file. */
static void keep_path(struct telling *t, const struct file_row *f)
{
    if (f->number >= FILES_NAMED)
        return;
    if (f->number >= t->path_count) {
        char **paths = realloc(t->paths, (f->number + 1u) * sizeof *paths);
        if (!paths)
            return;
        while (t->path_count <= f->number)
            paths[t->path_count++] = NULL;
        t->paths = paths;
    }
    free(t->paths[f->number]);
    t->paths[f->number] = malloc(strlen(f->path) + 1);
    if (t->paths[f->number])
        memcpy(t->paths[f->number], f->path, strlen(f->path) + 1);
}

struct telling telling_begin(struct store *s, const struct writer_ops *ops, struct buf *out,
                             enum vendor vendor)
{
    struct telling t = { .store = s, .w = writer_init(ops, out), .vendor = vendor };
    struct capture_row c;
    struct file_row f;
    query_capture(s, &c);
    t.digits = c.digits;
    struct query q = query_files(s);
    while (query_file(&q, &f))
        keep_path(&t, &f);
    return t;
}

void telling_end(struct telling *t)
{
    for (uint32_t i = 0; i < t->path_count; i++)
        free(t->paths[i]);
    free(t->paths);
    t->paths = NULL;
    t->path_count = 0;
}

/* ---- small words ---- */

const char *telling_moment(struct telling *t, struct stamp when)
{
    int64_t into = when.ns - t->said.ns; /* the second that was told last */
    if (*t->said_text && into >= 0 && into < NS_PER_S) {
        render_fraction(into, t->digits, t->said_text);
        return t->said_text;
    }
    int64_t fraction = when.ns % NS_PER_S;
    t->said = (struct stamp){ when.ns - (fraction < 0 ? fraction + NS_PER_S : fraction) };
    return render_rfc3339(when, t->digits, t->said_text);
}

void telling_time(struct telling *t, const char *key, struct stamp when)
{
    write_str(&t->w, key, stamp_known(when) ? telling_moment(t, when) : NULL);
}

void telling_or_null(struct telling *t, const char *key, int64_t n)
{
    if (n >= 0)
        write_i64(&t->w, key, n);
    else
        write_null(&t->w, key);
}

void telling_seconds(struct telling *t, const char *key, int64_t ns)
{
    if (ns >= 0)
        write_seconds(&t->w, key, ns, 3);
    else
        write_null(&t->w, key);
}

void telling_address(struct telling *t, const char *key, const struct telling_sides *sides, int side)
{
    write_str(&t->w, key, side == 0 || side == 1 ? sides->address[side] : NULL);
}

/* Where: a frame's number is enough while there is one file. */
void telling_frame(struct telling *t, int64_t file, uint64_t frame)
{
    if (frame)
        write_u64(&t->w, "frame", frame);
    else
        write_null(&t->w, "frame");
    if (frame && t->path_count > 1 && file >= 0 && file < t->path_count)
        write_str(&t->w, "file", t->paths[file]);
}

/* ---- the capture ---- */

void telling_file(struct telling *t, const struct file_row *f)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "path", f->path);
    write_u64(w, "packets", f->packets);
    write_str(w, "link_type", f->link_type);
    write_u64(w, "bytes", f->bytes);
    if (f->dropped)
        write_u64(w, "dropped_packets", f->dropped);
    if (f->damage) {
        write_str(w, "damage", f->damage);
        write_u64(w, "damage_offset", f->damage_offset);
    }
    write_end(w);
}

void telling_capture(struct telling *t, const struct capture_row *c)
{
    struct writer *w = &t->w;
    telling_time(t, "first", c->first);
    telling_time(t, "last", c->last);
    write_u64(w, "packets", c->packets);
    write_u64(w, "bytes", c->bytes);
    write_u64(w, "bgp_packets", c->bgp_packets);
    write_u64(w, "ospf_packets", c->ospf_packets);
    write_u64(w, "truncated_packets", c->truncated);
    write_u64(w, "duplicate_packets", c->copies);
    write_u64(w, "icmp_errors", c->icmp_errors);
    write_u64(w, "bgp_messages", c->messages);
    write_bool(w, "complete", c->complete);
}

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

bool telling_open_read(struct store *s, uint32_t peering, int side, struct bgp_open *out)
{
    const uint8_t *bytes;
    size_t size;
    bool cut;
    if (!query_open(s, peering, side, &bytes, &size, &cut))
        return false;
    read_open(bytes, size, cut, out);
    return true;
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

/* ---- findings ---- */

static void tell_advice(struct telling *t, const struct finding_row *f)
{
    const struct advice_words words = { f->at, f->peer, f->at_as, f->peer_as };
    struct buf advice = buf_init(4096), special = buf_init(4096);
    explain_advice(f->code, VENDOR_GENERIC, &words, &advice);
    if (t->vendor != VENDOR_GENERIC && explain_advice(f->code, t->vendor, &words, &special))
        buf_printf(&advice, " %s: %s", vendor_title(t->vendor), buf_text(&special));
    write_str(&t->w, "advice", buf_text(&advice));
    buf_free(&advice);
    buf_free(&special);
}

static void tell_evidence(struct telling *t, const struct finding_row *f)
{
    struct query q = query_evidence(t->store, f->id);
    struct evidence_row e;
    write_array(&t->w, "evidence");
    while (query_evidence_row(&q, &e)) {
        write_object(&t->w, NULL);
        write_str(&t->w, "file", e.path);
        write_u64(&t->w, "frame", e.frame);
        telling_time(t, "time", e.when);
        write_str(&t->w, "note", e.note);
        write_end(&t->w);
    }
    write_end(&t->w);
    if (f->evidence_lost)
        write_u64(&t->w, "evidence_left_out", f->evidence_lost);
}

void telling_finding(struct telling *t, const char *key, const struct finding_row *f, bool whole)
{
    struct writer *w = &t->w;
    write_object(w, key);
    write_u64(w, "id", f->id);
    write_str(w, "code", f->code_name);
    write_str(w, "severity", f->severity_name);
    write_str(w, "confidence", f->confidence);
    telling_time(t, "time", f->first);
    telling_time(t, "last_time", f->last);
    if (stamp_known(f->over))
        telling_time(t, "over", f->over);
    write_u64(w, "count", f->count);
    if (f->peering_name)
        write_str(w, "peering", f->peering_name);
    if (f->adjacency_name)
        write_str(w, "adjacency", f->adjacency_name);
    write_str(w, "at", f->at);
    write_str(w, "title", f->title);
    write_str(w, "explanation", f->explanation);
    if (whole) {
        tell_advice(t, f);
        tell_evidence(t, f);
    }
    write_end(w);
}
