/* Questions in; rows as structs out. The order of reading is that of the columns in statements.def. */
#include "store/query.h"

#include "store/query_internal.h"
#include <string.h>

enum err query_begin(struct store *s)
{
    if (store_flush(s) == ERR_NONE)
        db_begin_reading(&s->db);
    return s->db.err;
}

enum err query_end(struct store *s)
{
    for (int i = 0; i < STMT_COUNT; i++)
        if (s->db.stmt[i])
            sqlite3_reset(s->db.stmt[i]);
    db_commit(&s->db);
    return s->db.err;
}

void query_capture(struct store *s, struct capture_row *out)
{
    struct columns c;
    struct query q = query_all(s, STMT_CAPTURE);
    *out = (struct capture_row){ .first = STAMP_NEVER, .last = STAMP_NEVER, .digits = 6 };
    if (!query_row(&q, &c))
        return;
    out->first = next_stamp(&c);
    out->last = next_stamp(&c);
    out->digits = (unsigned)next_i64(&c);
    out->complete = next_bool(&c);
    uint64_t *const counts[] = { &out->packets,        &out->bytes,          &out->bgp_packets,
                                 &out->ospf_packets,   &out->icmp_errors,    &out->truncated,
                                 &out->copies,         &out->damaged_frames, &out->encrypted,
                                 &out->fragments_lost, &out->messages,       &out->announced,
                                 &out->withdrawn,      &out->stepped_back,   &out->passed_over };
    next_counts(&c, counts, COUNT(counts));
    while (query_row(&q, &c))
        ;
}

const char *query_note(struct store *s, const char *key)
{
    struct binder b;
    struct columns c;
    struct query q = query_ask(s, STMT_META, &b);
    bind_text(&b, key);
    return query_row(&q, &c) ? next_text(&c) : NULL;
}

struct query query_files(struct store *s) { return query_all(s, STMT_FILES); }

bool query_file(struct query *q, struct file_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->number = next_u32(&c);
    out->path = next_word(&c);
    out->link_type = next_word(&c);
    out->packets = next_u64(&c);
    out->bytes = next_u64(&c);
    out->dropped = next_u64(&c);
    out->damage = next_text(&c);
    out->damage_offset = next_u64(&c);
    return true;
}

void query_totals(struct store *s, const char *address, struct totals_row *out)
{
    struct columns c;
    struct query q = query_of_address(s, STMT_TOTALS, address);
    *out = (struct totals_row){ 0 };
    while (query_row(&q, &c)) {
        out->peerings = next_u64(&c);
        out->up = next_u64(&c);
    }
}

struct query query_peerings(struct store *s, enum peering_order order, const char *address)
{
    return query_of_address(s, order == PEERINGS_BY_TIME ? STMT_PEERINGS : STMT_PEERINGS_WORST_FIRST,
                            address);
}

void query_read_peering(struct columns *c, struct peering_row *out)
{
    out->id = next_u32(c);
    out->name = next_word(c);
    out->type = next_word(c);
    out->hold_time = next_or(c, -1);
    out->midway = next_bool(c);
    out->connections = next_u64(c);
    out->packets = next_u64(c);
    out->first = next_stamp(c);
    out->last = next_stamp(c);
    out->worst = (int)next_or(c, -1);
    out->up = next_bool(c);
    out->findings = (unsigned)next_i64(c);
}

bool query_peering(struct query *q, struct peering_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    query_read_peering(&c, out);
    return true;
}

static struct query ask_sides(struct store *s, uint32_t peering, bool routes)
{
    return query_about_two(s, STMT_SIDES, peering, routes);
}

struct query query_sides(struct store *s, uint32_t peering) { return ask_sides(s, peering, true); }
struct query query_sides_alone(struct store *s, uint32_t peering) { return ask_sides(s, peering, false); }

bool query_side(struct query *q, struct side_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->side = (int)next_i64(&c);
    out->address = next_word(&c);
    out->asn = next_or(&c, -1);
    out->asn_inferred = next_bool(&c);
    out->router_id = next_text(&c);
    out->hold_time = next_or(&c, -1);
    out->state = next_word(&c);
    out->state_since = next_stamp(&c);
    out->established_count = next_u64(&c);
    out->lost_count = next_u64(&c);
    out->min_margin_ns = next_ns(&c, -1);
    out->min_margin_at = next_stamp(&c);
    out->last_heard = next_stamp(&c);
    uint64_t *const counts[] = { &out->opens,
                                 &out->updates,
                                 &out->notifications,
                                 &out->keepalives,
                                 &out->route_refreshes,
                                 &out->other_messages,
                                 &out->message_bytes,
                                 &out->announced,
                                 &out->withdrawn,
                                 &out->segments,
                                 &out->segment_bytes,
                                 &out->retransmissions,
                                 &out->retransmitted_bytes,
                                 &out->zero_windows };
    next_counts(&c, counts, COUNT(counts));
    int64_t *const measures[] = { &out->zero_window_ns,    &out->rtt_min_ns, &out->rtt_mean_ns, &out->mss,
                                  &out->largest_delivered, &out->ttl };
    next_measures(&c, measures, COUNT(measures));
    out->md5 = next_bool(&c);
    out->ao = next_bool(&c);
    out->missed_bytes = next_u64(&c);
    out->copies = next_u64(&c);
    out->routes = next_u64(&c);
    return true;
}

struct query query_routes(struct store *s, uint32_t peering) { return query_about(s, STMT_ROUTES, peering); }

bool query_route(struct query *q, struct route_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->side = (int)next_i64(&c);
    out->family = next_word(&c);
    out->routes = next_u64(&c);
    return true;
}

bool query_open(struct store *s, uint32_t peering, int side, const uint8_t **bytes, size_t *size, bool *cut)
{
    struct columns c;
    struct query q = query_about_two(s, STMT_LATEST_OPEN, peering, side);
    if (!query_row(&q, &c))
        return false;
    *bytes = sqlite3_column_blob(c.stmt, 0);
    *size = (size_t)sqlite3_column_bytes(c.stmt, 0);
    *cut = sqlite3_column_int(c.stmt, 1) != 0;
    return *size >= BGP_HEADER;
}

struct query query_connections(struct store *s, uint32_t peering)
{
    return query_about(s, STMT_CONNECTIONS, peering);
}

bool query_connection(struct query *q, struct connection_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->id = next_u32(&c);
    out->active = (int)next_or(&c, -1);
    out->ports[0] = (uint16_t)next_i64(&c);
    out->ports[1] = (uint16_t)next_i64(&c);
    out->opened = next_stamp(&c);
    out->closed = next_stamp(&c);
    out->ended = next_word(&c);
    out->ended_by = (int)next_or(&c, -1);
    out->established = (int)next_i64(&c);
    return true;
}

struct query query_transitions(struct store *s, uint32_t peering)
{
    return query_about(s, STMT_TRANSITIONS, peering);
}

bool query_transition(struct query *q, struct transition_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->number = next_i64(&c);
    out->connection = next_u32(&c);
    next_step(&c, out);
    return true;
}

struct query query_notifications(struct store *s, uint32_t peering)
{
    return query_about(s, STMT_NOTIFICATIONS, peering);
}

bool query_notification(struct query *q, struct notification_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->number = next_i64(&c);
    out->connection = next_u32(&c);
    out->side = (int)next_i64(&c);
    out->when = next_stamp(&c);
    out->file = next_or(&c, -1);
    out->frame = next_u64(&c);
    out->code = (int)next_i64(&c);
    out->subcode = (int)next_i64(&c);
    out->name = next_word(&c);
    out->inner_code = (int)next_or(&c, -1);
    out->inner_subcode = (int)next_or(&c, -1);
    out->inner_name = next_text(&c);
    out->text = next_text(&c);
    out->data = sqlite3_column_blob(c.stmt, c.at);
    out->data_size = (size_t)sqlite3_column_bytes(c.stmt, c.at);
    return true;
}

struct query query_findings(struct store *s, const char *address, enum severity least)
{
    struct binder b;
    struct query q = query_ask(s, STMT_FINDINGS, &b);
    bind_text(&b, address);
    bind_i64(&b, least);
    return q;
}

struct query query_findings_of_peering(struct store *s, uint32_t peering, enum severity least)
{
    return query_about_two(s, STMT_FINDINGS_OF_PEERING, peering, least);
}

struct query query_findings_of_all(struct store *s, bool capture, const char *address, enum severity least)
{
    struct binder b;
    struct query q = query_ask(s, STMT_FINDINGS_OF_ALL, &b);
    bind_i64(&b, capture);
    bind_i64(&b, least);
    bind_text(&b, address);
    return q;
}

static enum severity severity_of(const char *name)
{
    enum severity s = SEVERITY_ERROR;
    while (s > SEVERITY_INFO && strcmp(severity_name(s), name) != 0)
        s--;
    return s;
}

bool query_finding(struct query *q, struct finding_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->id = next_u32(&c);
    out->code_name = next_word(&c);
    out->code = code_parse(out->code_name);
    out->severity_name = next_word(&c);
    out->severity = severity_of(out->severity_name);
    out->confidence = next_word(&c);
    out->peering = next_or(&c, -1);
    out->peering_name = next_text(&c);
    out->at = next_text(&c);
    out->peer = next_text(&c);
    out->at_as = next_u32(&c);
    out->peer_as = next_u32(&c);
    out->first = next_stamp(&c);
    out->last = next_stamp(&c);
    out->count = next_u64(&c);
    out->title = next_word(&c);
    out->explanation = next_word(&c);
    out->evidence_lost = next_u64(&c);
    out->adjacency = next_or(&c, -1);
    out->adjacency_name = next_text(&c);
    out->over = next_stamp(&c);
    return true;
}

struct query query_evidence(struct store *s, uint32_t finding)
{
    return query_about(s, STMT_EVIDENCE, finding);
}

bool query_evidence_row(struct query *q, struct evidence_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->file = next_i64(&c);
    out->path = next_text(&c);
    out->frame = next_u64(&c);
    out->when = next_stamp(&c);
    out->note = next_word(&c);
    return true;
}

int query_worst(struct store *s)
{
    if (query_begin(s) != ERR_NONE)
        return -1;
    int worst = (int)query_number(query_all(s, STMT_WORST), -1);
    return query_end(s) == ERR_NONE ? worst : -1;
}
