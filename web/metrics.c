/* The store in; metrics out. Names and labels follow the field's exporters: a side is named by the two addresses. */
#include "store/pages_tap.h"
#include "web/api_internal.h"
#include "web/metrics_ospf.h"
#include "web/metrics_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond these many peerings the rest is counted, not told. */
enum { PEERINGS_TOLD = 10000, FOUND_TOLD = 20000 };

struct metric_side {
    char address[ADDR_TEXT];
    char router_id[16];
    int state; /* 0: not known */
    int64_t asn;
    double hold, margin, zero_window, rtt;
    bool margin_known;
    struct stamp state_since, last_heard;
    uint64_t established, lost, message_bytes, announced, withdrawn, segments, retransmissions, zero_windows,
        missed;
    uint64_t messages[5];
};

struct metric_peering {
    uint32_t id;
    char type[8];
    char labels[2][2 * ADDR_TEXT + 24]; /* {local="…",peer="…" */
    struct metric_side side[2];
};

struct metrics {
    struct store *store;
    struct metric_out out;
    struct stamp now;
    struct metric_peering *list; /* by id: peerings are asked for in the order of their ids */
    uint32_t count;
    uint64_t left_out;
};

static double seconds(struct stamp t) { return (double)t.ns / 1e9; }

static void begin_side(struct metrics *m, const char *kind, const char *name, const struct metric_peering *p,
                       int side)
{
    metric_begin(&m->out, kind, name);
    buf_str(m->out.buf, p->labels[side]);
}

/* ---- what is known ---- */

static int state_number(const char *name)
{
    int state = BGP_STATES - 1;
    while (state > 0 && strcmp(bgp_state_name((enum bgp_state)state), name) != 0)
        state--;
    return state;
}

/* Text of a database may be anybody's: nothing in an address may end a label. */
static void take_address(char to[ADDR_TEXT], const char *from)
{
    snprintf(to, ADDR_TEXT, "%s", from);
    for (char *p = to; *p; p++)
        if (*p == '"' || *p == '\\' || *p == '\n')
            *p = '?';
}

static void take_side(struct metric_side *s, const struct side_row *r, int64_t hold)
{
    take_address(s->address, r->address);
    snprintf(s->router_id, sizeof s->router_id, "%s", r->router_id ? r->router_id : "");
    s->state = state_number(r->state);
    s->asn = r->asn;
    s->hold = (double)hold;
    s->margin_known = stamp_known(r->min_margin_at);
    s->margin = (double)r->min_margin_ns / 1e9;
    s->zero_window = r->zero_window_ns > 0 ? (double)r->zero_window_ns / 1e9 : 0;
    s->rtt = r->rtt_mean_ns >= 0 ? (double)r->rtt_mean_ns / 1e9 : -1;
    s->state_since = r->state_since;
    s->last_heard = r->last_heard;
    s->established = r->established_count;
    s->lost = r->lost_count;
    s->message_bytes = r->message_bytes;
    s->announced = r->announced;
    s->withdrawn = r->withdrawn;
    s->segments = r->segments;
    s->retransmissions = r->retransmissions;
    s->zero_windows = r->zero_windows;
    s->missed = r->missed_bytes;
    const uint64_t messages[] = { r->opens, r->updates, r->notifications, r->keepalives, r->route_refreshes };
    memcpy(s->messages, messages, sizeof messages);
}

static int by_id(const void *a, const void *b)
{
    const struct metric_peering *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void load(struct metrics *m)
{
    struct query q = query_peerings(m->store, PEERINGS_BY_TIME, NULL);
    struct peering_row p;
    m->list = calloc(PEERINGS_TOLD, sizeof *m->list);
    while (query_peering(&q, &p)) {
        if (!m->list || m->count == PEERINGS_TOLD) {
            m->left_out++;
            continue;
        }
        struct metric_peering *l = &m->list[m->count++];
        l->id = p.id;
        snprintf(l->type, sizeof l->type, "%s", p.type);
        struct query sides = query_sides_alone(m->store, p.id);
        struct side_row s;
        while (query_side(&sides, &s))
            if (s.side == 0 || s.side == 1)
                take_side(&l->side[s.side], &s, p.hold_time);
        char address[2][ADDR_TEXT];
        memcpy(address[0], l->side[0].address, ADDR_TEXT);
        memcpy(address[1], l->side[1].address, ADDR_TEXT);
        for (int i = 0; i < 2; i++)
            snprintf(l->labels[i], sizeof l->labels[i], "{local=\"%s\",peer=\"%s\"", address[i], address[!i]);
    }
    if (m->list)
        qsort(m->list, m->count, sizeof *m->list, by_id);
}

static const struct metric_peering *find(const struct metrics *m, uint32_t id)
{
    const struct metric_peering key = { .id = id };
    return m->list ? bsearch(&key, m->list, m->count, sizeof key, by_id) : NULL;
}

/* ---- families of sides ---- */

static bool read_metric(const struct metrics *v, const struct metric_side *s, int which, double *out)
{
    int at = 0;
#define METRIC(kind, name, help, value, known)                                                               \
    if (which == at++) {                                                                                     \
        bool there = (known);                                                                                \
        *out = there ? (double)(value) : 0;                                                                  \
        return there;                                                                                        \
    }
#include "web/metrics.def"
#undef METRIC
    return false;
}

static const struct {
    const char *kind, *name, *help;
} rows[] = {
#define METRIC(kind, name, help, value, known) { #kind, name, help },
#include "web/metrics.def"
#undef METRIC
};

static void tell_rows(struct metrics *m)
{
    for (int r = 0; r < (int)COUNT(rows); r++) {
        metric_family(&m->out, rows[r].kind, rows[r].name, rows[r].help);
        for (uint32_t i = 0; i < 2 * m->count; i++) {
            const struct metric_peering *p = &m->list[i / 2];
            double x;
            if (!read_metric(m, &p->side[i & 1], r, &x))
                continue;
            begin_side(m, rows[r].kind, rows[r].name, p, i & 1);
            metric_value(&m->out, true, x);
        }
    }
}

static void tell_info(struct metrics *m)
{
    metric_family(&m->out, "info", "bgp_peer", "Who stands at both ends.");
    for (uint32_t i = 0; i < 2 * m->count; i++) {
        const struct metric_peering *p = &m->list[i / 2];
        const struct metric_side *s = &p->side[i & 1], *o = &p->side[!(i & 1)];
        char as[2][24] = { "", "" };
        if (s->asn >= 0)
            snprintf(as[0], sizeof as[0], "%lld", (long long)s->asn);
        if (o->asn >= 0)
            snprintf(as[1], sizeof as[1], "%lld", (long long)o->asn);
        begin_side(m, "info", "bgp_peer", p, i & 1);
        metric_label(&m->out, "local_as", as[0], false);
        metric_label(&m->out, "peer_as", as[1], false);
        metric_label(&m->out, "local_id", s->router_id, false);
        metric_label(&m->out, "peer_id", o->router_id, false);
        metric_label(&m->out, "type", p->type, false);
        metric_value(&m->out, true, 1);
    }
}

static void tell_messages(struct metrics *m)
{
    static const char *const types[] = { "open", "update", "notification", "keepalive", "route_refresh" };
    metric_family(&m->out, "counter", "bgp_peer_messages_sent",
                  "BGP messages that the local side sent, by type.");
    for (uint32_t i = 0; i < 2 * m->count; i++) {
        const struct metric_peering *p = &m->list[i / 2];
        for (size_t k = 0; k < COUNT(types); k++) {
            begin_side(m, "counter", "bgp_peer_messages_sent", p, i & 1);
            metric_label(&m->out, "type", types[k], false);
            metric_value(&m->out, true, (double)p->side[i & 1].messages[k]);
        }
    }
}

/* "ipv4-unicast" as the field's exporters have it: afi and safi for themselves. */
static void tell_prefixes(struct metrics *m)
{
    static const char name[] = "bgp_peer_prefixes_advertised";
    struct query q = pages_advertised(m->store);
    struct advertised_row r;
    metric_family(&m->out, "gauge", name, "Prefixes that the peer has from the local side now.");
    while (pages_advertised_row(&q, &r)) {
        const struct metric_peering *p = find(m, r.peering);
        char afi[48];
        size_t n = strcspn(r.family, "-");
        if (!p || r.side < 0 || r.side > 1)
            continue;
        snprintf(afi, sizeof afi, "%.*s", (int)n, r.family);
        begin_side(m, "gauge", name, p, r.side);
        metric_label(&m->out, "afi", afi, false);
        metric_label(&m->out, "safi", r.family[n] ? r.family + n + 1 : "", false);
        metric_value(&m->out, true, (double)r.routes);
    }
}

static void tell_notifications(struct metrics *m)
{
    static const char name[] = "bgp_peer_notifications_sent";
    struct query q = pages_notified(m->store);
    struct notified_row n;
    metric_family(&m->out, "counter", name, "NOTIFICATIONs that the local side sent, by cause.");
    while (pages_notified_row(&q, &n)) {
        const struct metric_peering *p = find(m, n.peering);
        if (!p || n.side < 0 || n.side > 1)
            continue;
        begin_side(m, "counter", name, p, n.side);
        metric_label(&m->out, "cause", n.cause, false);
        metric_value(&m->out, true, (double)n.count);
    }
}

/* ---- findings ---- */

static void tell_tally(struct metrics *m)
{
    struct query q = pages_tally(m->store);
    struct tally_row t;
    metric_family(&m->out, "gauge", "findings", "Findings so far, by code.");
    while (pages_tally_row(&q, &t)) {
        metric_begin(&m->out, "gauge", "findings");
        metric_label(&m->out, "code", t.code, true);
        metric_label(&m->out, "severity", t.severity, false);
        metric_value(&m->out, true, (double)t.findings);
    }
}

/* local: where to look first. Told twice, once for each family: a family's samples stand together. */
static void tell_found(struct metrics *m, const char *kind, const char *name, const char *help, bool times)
{
    struct query q = pages_found(m->store);
    struct found_row f;
    metric_family(&m->out, kind, name, help);
    for (unsigned i = 0; i < FOUND_TOLD && pages_found_row(&q, &f); i++) {
        const struct metric_peering *p = find(m, f.peering);
        if (!p || (times && !stamp_known(f.last)))
            continue;
        int side = !strcmp(f.at, p->side[1].address);
        begin_side(m, kind, name, p, side);
        metric_label(&m->out, "code", f.code, false);
        metric_label(&m->out, "severity", f.severity, false);
        metric_value(&m->out, true, times ? seconds(f.last) : (double)f.count);
    }
}

/* ---- the rest ---- */

static void tell_capture(struct metrics *m)
{
    struct capture_row c;
    struct file_row f;
    uint64_t dropped = 0;
    query_capture(m->store, &c);
    struct query q = query_files(m->store);
    while (query_file(&q, &f))
        dropped += f.dropped;
    const struct {
        const char *name, *help;
        uint64_t n;
    } counters[] = {
        { "capture_packets", "Packets captured.", c.packets },
        { "capture_bytes", "Bytes captured, as on the wire.", c.bytes },
        { "capture_bgp_packets", "Packets of BGP.", c.bgp_packets },
        { "capture_ospf_packets", "Packets of OSPF.", c.ospf_packets },
        { "capture_icmp_errors", "ICMP errors about packets of BGP.", c.icmp_errors },
        { "capture_truncated_packets", "Packets that were cut at the snapshot length.", c.truncated },
        { "capture_duplicate_packets", "Packets that came twice, as a span port delivers them.", c.copies },
        { "capture_damaged_frames", "Frames that could not be read.", c.damaged_frames },
        { "capture_dropped_packets", "Packets that the capture dropped, by its own count.", dropped },
        { "bgp_messages", "BGP messages of all peerings.", c.messages },
    };
    for (size_t i = 0; i < COUNT(counters); i++)
        metric_single(&m->out, "counter", counters[i].name, counters[i].help, (double)counters[i].n);
    struct one_way_row lonely = { .matched = 0 };
    q = pages_one_way(m->store, 1);
    while (pages_one_way_row(&q, &lonely))
        ;
    metric_single(&m->out, "gauge", "capture_one_way_peers", "Peerings of which only one side was heard.",
                  (double)lonely.matched);
    if (stamp_known(c.last))
        metric_single(&m->out, "gauge", "capture_last_packet_timestamp_seconds", "Time of the latest packet.",
                      seconds(c.last));
}

static void tell_own(struct metrics *m, const struct web_view *v)
{
    struct totals_row totals;
    query_totals(m->store, NULL, &totals);
    const char *version = strchr(v->program, ' ');
    metric_family(&m->out, "info", "build", "This program.");
    metric_begin(&m->out, "info", "build");
    metric_label(&m->out, "version", version ? version + 1 : v->program, true);
    metric_value(&m->out, true, 1);
    metric_single(&m->out, "gauge", "bgp_peers", "Peerings that were seen.", (double)totals.peerings);
    metric_single(&m->out, "gauge", "bgp_peers_up", "Peerings of which both sides are Established.",
                  (double)totals.up);
    metric_single(&m->out, "gauge", "bgp_peers_left_out", "Peerings beyond the ceiling of these metrics.",
                  (double)m->left_out);
    metric_single(&m->out, "counter", "web_requests", "Requests to this server.", (double)v->counts.requests);
    metric_single(&m->out, "counter", "web_requests_refused", "Requests that got no answer they asked for.",
                  (double)v->counts.refused);
    metric_single(&m->out, "gauge", "web_connections", "Connections to this server.",
                  (double)v->counts.connections);
    metric_single(&m->out, "gauge", "web_live_pages", "Pages that listen for news.", (double)v->counts.live);
}

void metrics_answer(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct capture_row c;
    struct metrics m = { .store = v->store, .out = { &out->body, r->openmetrics } };
    out->status = 200;
    out->type = r->openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                               : "text/plain; version=0.0.4; charset=utf-8";
    out->body = buf_init(ANSWER_MOST);
    query_capture(v->store, &c);
    m.now = c.last;
    load(&m);
    tell_own(&m, v);
    tell_capture(&m);
    tell_info(&m);
    tell_rows(&m);
    tell_messages(&m);
    tell_prefixes(&m);
    tell_notifications(&m);
    metrics_ospf(m.store, m.now, &m.out);
    tell_tally(&m);
    tell_found(&m, "counter", "bgp_peer_findings",
               "How often a finding was true, by code; local is where to look first.", false);
    tell_found(&m, "gauge", "bgp_peer_finding_last_timestamp_seconds",
               "When a finding was true last, by code.", true);
    if (m.out.open)
        buf_str(m.out.buf, "# EOF\n");
    free(m.list);
    if (out->body.lost)
        answer_error(out, 500, "there is more to tell than fits an answer");
}
