/* The store in; one JSON document out, written in pieces, so that it never stands in memory as a whole. */
#include "store/report.h"

#include "base/writer.h"
#include "store/query.h"
#include "store/render.h"
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16, PIECE_MOST = 1 << 20, FILES_NAMED = 1 << 16 };

struct teller {
    struct store *store;
    const struct report_options *options;
    const char *address; /* of options->peer, or NULL */
    FILE *out;
    struct writer w;
    struct buf buf;
    unsigned digits;
    char **paths;        /* by file number */
    uint32_t path_count; /* with the highest number there is */
    enum err err;
};

/* ---- small words ---- */

static void hand_out(struct teller *t, size_t at_least)
{
    if (t->buf.used < at_least)
        return;
    if (t->buf.lost)
        t->err = ERR_MEMORY;
    if (!t->err && fwrite(t->buf.text, 1, t->buf.used, t->out) != t->buf.used)
        t->err = ERR_WRITE;
    buf_clear(&t->buf);
}

static void tell_time(struct teller *t, const char *key, struct stamp when)
{
    char text[40];
    write_str(&t->w, key, stamp_known(when) ? render_rfc3339(when, t->digits, text) : NULL);
}

static void tell_or_null(struct writer *w, const char *key, int64_t n)
{
    if (n >= 0)
        write_i64(w, key, n);
    else
        write_null(w, key);
}

static void tell_address(struct writer *w, const char *key, char addresses[2][ADDR_TEXT], int side)
{
    write_str(w, key, side == 0 || side == 1 ? addresses[side] : NULL);
}

/* Where: a frame's number is enough while there is one file. */
static void tell_frame(struct teller *t, int64_t file, uint64_t frame)
{
    if (frame)
        write_u64(&t->w, "frame", frame);
    else
        write_null(&t->w, "frame");
    if (frame && t->path_count > 1 && file >= 0 && file < t->path_count)
        write_str(&t->w, "file", t->paths[file]);
}

/* ---- capture ---- */

static void keep_path(struct teller *t, const struct file_row *f)
{
    if (f->number >= FILES_NAMED)
        return;
    if (f->number >= t->path_count) {
        char **paths = realloc(t->paths, (f->number + 1u) * sizeof *paths);
        if (!paths) {
            t->err = ERR_MEMORY;
            return;
        }
        while (t->path_count <= f->number)
            paths[t->path_count++] = NULL;
        t->paths = paths;
    }
    free(t->paths[f->number]);
    t->paths[f->number] = malloc(strlen(f->path) + 1);
    if (t->paths[f->number])
        memcpy(t->paths[f->number], f->path, strlen(f->path) + 1);
}

static void tell_files(struct teller *t)
{
    struct query q = query_files(t->store);
    struct file_row f;
    write_array(&t->w, "files");
    while (query_file(&q, &f)) {
        write_object(&t->w, NULL);
        write_str(&t->w, "path", f.path);
        write_u64(&t->w, "packets", f.packets);
        write_str(&t->w, "link_type", f.link_type);
        write_u64(&t->w, "bytes", f.bytes);
        if (f.dropped)
            write_u64(&t->w, "dropped_packets", f.dropped);
        if (f.damage) {
            write_str(&t->w, "damage", f.damage);
            write_u64(&t->w, "damage_offset", f.damage_offset);
        }
        write_end(&t->w);
        keep_path(t, &f);
        hand_out(t, PIECE);
    }
    write_end(&t->w);
}

static void tell_capture(struct teller *t)
{
    struct capture_row c;
    query_capture(t->store, &c);
    t->digits = c.digits;
    write_object(&t->w, "capture");
    tell_files(t);
    tell_time(t, "first", c.first);
    tell_time(t, "last", c.last);
    write_u64(&t->w, "packets", c.packets);
    write_u64(&t->w, "bytes", c.bytes);
    write_u64(&t->w, "bgp_packets", c.bgp_packets);
    write_u64(&t->w, "ospf_packets", c.ospf_packets);
    write_u64(&t->w, "truncated_packets", c.truncated);
    write_u64(&t->w, "duplicate_packets", c.copies);
    write_u64(&t->w, "icmp_errors", c.icmp_errors);
    write_u64(&t->w, "bgp_messages", c.messages);
    write_bool(&t->w, "complete", c.complete);
    write_end(&t->w);
}

/* ---- one side ---- */

/* False if no OPEN of that side was seen. The bytes are borrowed until the next question for one. */
static bool read_open(struct teller *t, uint32_t peering, int side, struct bgp_open *open)
{
    const uint8_t *bytes;
    size_t size;
    bool cut;
    if (!query_open(t->store, peering, side, &bytes, &size, &cut))
        return false;
    struct bgp_msg msg = { .type = BGP_OPEN,
                           .length = (uint16_t)(bytes[16] << 8 | bytes[17]),
                           .body = cur_over(bytes + BGP_HEADER, size - BGP_HEADER),
                           .raw = bytes,
                           .cut = cut,
                           .fault = FAULT_COUNT };
    bgp_open_read(&msg, open);
    return true;
}

static void tell_capabilities(struct teller *t, uint32_t peering, int side)
{
    struct bgp_open open;
    if (!read_open(t, peering, side, &open)) {
        write_null(&t->w, "capabilities");
        return;
    }
    write_array(&t->w, "capabilities");
    for (unsigned i = 0; i < open.cap_count; i++)
        bgp_cap_tell(&t->w, &open.caps[i]);
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

/* Families that both agreed on are told even when there is no route of them. */
static void tell_routes(struct teller *t, uint32_t peering, int side, uint64_t agreed)
{
    struct query q = query_routes(t->store, peering, side);
    struct route_row r;
    write_object(&t->w, "routes");
    while (query_route(&q, &r)) {
        enum bgp_family f = bgp_family_parse(r.family);
        if (f < FAMILY_COUNT)
            agreed &= ~(UINT64_C(1) << f);
        write_u64(&t->w, r.family, r.routes);
    }
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++)
        if (agreed >> f & 1)
            write_u64(&t->w, bgp_family_name(f), 0);
    write_end(&t->w);
}

static void tell_tcp(struct writer *w, const struct side_row *s)
{
    write_object(w, "tcp");
    write_u64(w, "segments", s->segments);
    write_u64(w, "bytes", s->segment_bytes);
    write_u64(w, "retransmissions", s->retransmissions);
    write_u64(w, "retransmitted_bytes", s->retransmitted_bytes);
    write_u64(w, "zero_windows", s->zero_windows);
    write_real(w, "zero_window_s", (double)s->zero_window_ns / 1e9, 3);
    if (s->rtt_min_ns >= 0) {
        write_real(w, "rtt_min_s", (double)s->rtt_min_ns / 1e9, 6);
        write_real(w, "rtt_mean_s", (double)s->rtt_mean_ns / 1e9, 6);
    }
    tell_or_null(w, "mss", s->mss);
    tell_or_null(w, "ttl", s->ttl);
    write_bool(w, "md5", s->md5);
    write_bool(w, "ao", s->ao);
    write_u64(w, "missed_bytes", s->missed_bytes);
    write_u64(w, "duplicates", s->copies);
    write_end(w);
}

static void tell_side(struct teller *t, uint32_t peering, const struct side_row *s, uint64_t agreed)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "address", s->address);
    tell_or_null(w, "asn", s->asn);
    if (s->asn_inferred)
        write_bool(w, "asn_inferred", true);
    write_str(w, "router_id", s->router_id);
    tell_or_null(w, "hold_time", s->hold_time);
    tell_capabilities(t, peering, s->side);
    write_str(w, "state", s->state);
    tell_time(t, "state_since", s->state_since);
    write_u64(w, "established_count", s->established_count);
    write_u64(w, "lost_count", s->lost_count);
    if (stamp_known(s->min_margin_at))
        write_real(w, "min_hold_margin_s", (double)s->min_margin_ns / 1e9, 3);
    else
        write_null(w, "min_hold_margin_s");
    tell_messages(w, s);
    tell_routes(t, peering, s->side, agreed);
    write_u64(w, "announced", s->announced);
    write_u64(w, "withdrawn", s->withdrawn);
    tell_tcp(w, s);
    write_end(w);
}

/* What both OPENs offer: bits of families. */
static uint64_t agreed_families(struct teller *t, uint32_t peering)
{
    uint64_t agreed = ~UINT64_C(0);
    struct bgp_open open;
    for (int i = 0; i < 2; i++)
        agreed &= read_open(t, peering, i, &open) ? open.families : 0;
    return agreed;
}

static void tell_sides(struct teller *t, uint32_t peering, char addresses[2][ADDR_TEXT])
{
    uint64_t agreed = agreed_families(t, peering);
    struct query q = query_sides(t->store, peering);
    struct side_row s;
    write_array(&t->w, "sides");
    while (query_side(&q, &s)) {
        if (s.side == 0 || s.side == 1)
            snprintf(addresses[s.side], ADDR_TEXT, "%s", s.address);
        tell_side(t, peering, &s, agreed);
    }
    write_end(&t->w);
}

/* ---- one peering ---- */

static void tell_connections(struct teller *t, uint32_t peering, char addresses[2][ADDR_TEXT])
{
    struct writer *w = &t->w;
    struct query q = query_connections(t->store, peering);
    struct connection_row c;
    write_array(w, "connections");
    while (query_connection(&q, &c)) {
        write_object(w, NULL);
        write_u64(w, "id", c.id);
        tell_address(w, "active", addresses, c.active);
        write_array(w, "ports");
        write_u64(w, NULL, c.ports[0]);
        write_u64(w, NULL, c.ports[1]);
        write_end(w);
        tell_time(t, "opened", c.opened);
        tell_time(t, "closed", c.closed);
        write_str(w, "end", c.ended);
        tell_address(w, "end_by", addresses, c.ended_by);
        write_bool(w, "established", c.established == 2);
        write_end(w);
        hand_out(t, PIECE);
    }
    write_end(w);
}

static void tell_transitions(struct teller *t, uint32_t peering, char addresses[2][ADDR_TEXT])
{
    struct query q = query_transitions(t->store, peering);
    struct transition_row r;
    write_array(&t->w, "transitions");
    while (query_transition(&q, &r)) {
        write_object(&t->w, NULL);
        tell_time(t, "time", r.when);
        tell_address(&t->w, "side", addresses, r.side);
        write_str(&t->w, "from", r.from);
        write_str(&t->w, "to", r.to);
        tell_frame(t, r.file, r.frame);
        write_str(&t->w, "cause", r.cause);
        write_u64(&t->w, "connection", r.connection);
        write_end(&t->w);
        hand_out(t, PIECE);
    }
    write_end(&t->w);
}

static void tell_notifications(struct teller *t, uint32_t peering, char addresses[2][ADDR_TEXT])
{
    struct writer *w = &t->w;
    struct query q = query_notifications(t->store, peering);
    struct notification_row n;
    write_array(w, "notifications");
    while (query_notification(&q, &n)) {
        write_object(w, NULL);
        tell_time(t, "time", n.when);
        tell_address(w, "from", addresses, n.side);
        write_i64(w, "code", n.code);
        write_i64(w, "subcode", n.subcode);
        write_str(w, "name", n.name);
        write_hex(w, "data", n.data, n.data_size);
        tell_frame(t, n.file, n.frame);
        if (n.text)
            write_str(w, "text", n.text);
        if (n.inner_name) {
            write_object(w, "inner");
            write_i64(w, "code", n.inner_code);
            write_i64(w, "subcode", n.inner_subcode);
            write_str(w, "name", n.inner_name);
            write_end(w);
        }
        write_u64(w, "connection", n.connection);
        write_end(w);
        hand_out(t, PIECE);
    }
    write_end(w);
}

static void tell_peering(struct teller *t, const struct peering_row *p)
{
    char addresses[2][ADDR_TEXT] = { "", "" };
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "id", p->name);
    write_str(w, "type", p->type);
    tell_sides(t, p->id, addresses);
    tell_or_null(w, "hold_time", p->hold_time);
    /* a third of what was agreed, in whole seconds: RFC 4271 4.4 */
    tell_or_null(w, "keepalive_interval", p->hold_time >= 0 ? p->hold_time / 3 : -1);
    write_bool(w, "midway", p->midway);
    tell_time(t, "first", p->first);
    tell_time(t, "last", p->last);
    write_u64(w, "packets", p->packets);
    tell_connections(t, p->id, addresses);
    tell_transitions(t, p->id, addresses);
    tell_notifications(t, p->id, addresses);
    write_end(w);
    hand_out(t, PIECE);
}

/* ---- findings ---- */

static void tell_advice(struct teller *t, const struct finding_row *f)
{
    const struct advice_words words = { f->at, f->peer, f->at_as, f->peer_as };
    struct buf advice = buf_init(4096), special = buf_init(4096);
    explain_advice(f->code, VENDOR_GENERIC, &words, &advice);
    if (t->options->vendor != VENDOR_GENERIC && explain_advice(f->code, t->options->vendor, &words, &special))
        buf_printf(&advice, " %s: %s", vendor_title(t->options->vendor), buf_text(&special));
    write_str(&t->w, "advice", buf_text(&advice));
    buf_free(&advice);
    buf_free(&special);
}

static void tell_evidence(struct teller *t, const struct finding_row *f)
{
    struct query q = query_evidence(t->store, f->id);
    struct evidence_row e;
    write_array(&t->w, "evidence");
    while (query_evidence_row(&q, &e)) {
        write_object(&t->w, NULL);
        write_str(&t->w, "file", e.path);
        write_u64(&t->w, "frame", e.frame);
        tell_time(t, "time", e.when);
        write_str(&t->w, "note", e.note);
        write_end(&t->w);
    }
    write_end(&t->w);
    if (f->evidence_lost)
        write_u64(&t->w, "evidence_left_out", f->evidence_lost);
}

static void tell_finding(struct teller *t, const struct finding_row *f)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_u64(w, "id", f->id);
    write_str(w, "code", f->code_name);
    write_str(w, "severity", f->severity_name);
    write_str(w, "confidence", f->confidence);
    tell_time(t, "time", f->first);
    tell_time(t, "last_time", f->last);
    write_u64(w, "count", f->count);
    if (f->peering_name)
        write_str(w, "peering", f->peering_name);
    write_str(w, "at", f->at);
    write_str(w, "title", f->title);
    write_str(w, "explanation", f->explanation);
    tell_advice(t, f);
    tell_evidence(t, f);
    write_end(w);
    hand_out(t, PIECE);
}

/* ---- all of it ---- */

static void tell_ospf(struct writer *w)
{
    static const char *const keys[] = { "routers", "adjacencies", "lsdb" };
    write_object(w, "ospf");
    for (size_t i = 0; i < COUNT(keys); i++) {
        write_array(w, keys[i]);
        write_end(w);
    }
    write_end(w);
}

static void tell_all(struct teller *t)
{
    write_object(&t->w, NULL);
    tell_capture(t);
    struct query q = query_peerings(t->store, PEERINGS_BY_TIME, t->address);
    struct peering_row p;
    write_array(&t->w, "peerings");
    while (!t->err && query_peering(&q, &p))
        tell_peering(t, &p);
    write_end(&t->w);
    tell_ospf(&t->w);
    q = query_findings(t->store, t->address, t->options->least);
    struct finding_row f;
    write_array(&t->w, "findings");
    while (!t->err && query_finding(&q, &f))
        tell_finding(t, &f);
    write_end(&t->w);
    write_end(&t->w);
    buf_char(&t->buf, '\n');
    hand_out(t, 0);
}

enum err report_json(struct store *s, const struct report_options *o, FILE *out)
{
    char address[ADDR_TEXT];
    struct teller t = { .store = s, .options = o, .out = out, .buf = buf_init(PIECE_MOST), .digits = 6 };
    t.w = writer_init(&writer_json, &t.buf);
    t.address = o->peer.size ? addr_text(&o->peer, address) : NULL;
    t.err = query_begin(s);
    if (!t.err)
        tell_all(&t);
    enum err ended = query_end(s);
    if (!t.err && fflush(out))
        t.err = ERR_WRITE;
    buf_free(&t.buf);
    for (uint32_t i = 0; i < t.path_count; i++)
        free(t.paths[i]);
    free(t.paths);
    return ended ? ended : t.err;
}
