/* Facts as of now in (peerings, the capture, its files); their rows, put in the place of older ones, out. */
#include "store/store_internal.h"

#include "decode/frame.h"
#include <stdio.h>

static const char *type_name(enum peering_type type)
{
    return type == PEERING_EBGP ? "ebgp" : type == PEERING_IBGP ? "ibgp" : "unknown";
}

/* ---- peerings ---- */

static void bind_tcp(struct binder *b, const struct tcp_facts *t)
{
    bind_u64(b, t->segments);
    bind_u64(b, t->bytes);
    bind_u64(b, t->retransmissions);
    bind_u64(b, t->retransmitted_bytes);
    bind_u64(b, t->zero_windows);
    bind_i64(b, t->zero_window_time.ns);
    if (t->rtt_count) {
        bind_i64(b, t->rtt_min.ns);
        bind_i64(b, t->rtt_sum.ns / (int64_t)t->rtt_count);
    } else {
        bind_null(b);
        bind_null(b);
    }
    bind_u64_or_null(b, t->mss);
    bind_u64_or_null(b, t->largest_delivered);
    bind_u64_or_null(b, t->ttl);
    bind_i64(b, t->md5);
    bind_i64(b, t->ao);
    bind_u64(b, t->missed);
    bind_u64(b, t->copies);
}

static void bind_speaker(struct binder *b, const struct bgp_side *s, char id[ADDR_TEXT])
{
    addr_id_text(s->router_id, id);
    bind_u64_or_null(b, s->asn);
    bind_i64(b, s->asn_inferred);
    bind_text(b, s->open_known || s->router_id ? id : NULL);
    if (s->open_known)
        bind_i64(b, s->hold);
    else
        bind_null(b);
}

static void bind_state(struct binder *b, const struct bgp_side *s)
{
    bind_text(b, bgp_state_name(s->state));
    bind_stamp(b, s->state == STATE_UNKNOWN ? STAMP_NEVER : s->state_since);
    bind_i64(b, s->established_count);
    bind_i64(b, s->lost_count);
    if (s->margin_known)
        bind_i64(b, s->min_margin.ns);
    else
        bind_null(b);
    bind_stamp(b, s->margin_known ? s->min_margin_when : STAMP_NEVER);
    bind_stamp(b, s->last_heard);
}

static void put_side(struct store *store, int64_t peering, int side, const struct bgp_side *s, bool first)
{
    static const uint8_t order[SIDE_MESSAGES] = { BGP_OPEN,      BGP_UPDATE,        BGP_NOTIFICATION,
                                                  BGP_KEEPALIVE, BGP_ROUTE_REFRESH, 0 };
    char address[ADDR_TEXT], id[ADDR_TEXT];
    store_row(store);
    struct binder b = bind_to(db_use(&store->db, first ? STMT_ADD_SIDE : STMT_PUT_SIDE));
    bind_i64(&b, peering);
    bind_i64(&b, side);
    bind_text(&b, addr_text(&s->addr, address));
    bind_speaker(&b, s, id);
    bind_state(&b, s);
    for (size_t i = 0; i < COUNT(order); i++)
        bind_u64(&b, s->messages[order[i]]);
    bind_u64(&b, s->message_bytes);
    bind_u64(&b, s->announced);
    bind_u64(&b, s->withdrawn);
    bind_tcp(&b, &s->tcp);
    bind_u64(&b, s->packets);
    bind_i64(&b, s->acknowledges);
    db_run(&store->db, b.stmt);
}

static void drop_routes(struct store *store, int64_t peering, int side)
{
    struct binder b = bind_to(db_use(&store->db, STMT_DROP_ROUTES));
    bind_i64(&b, peering);
    bind_i64(&b, side);
    db_run(&store->db, b.stmt);
}

static void put_routes(struct store *store, int64_t peering, int side, const uint32_t *routes)
{
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++) {
        if (!routes[f])
            continue;
        store_row(store);
        struct binder b = bind_to(db_use(&store->db, STMT_PUT_ROUTES));
        bind_i64(&b, peering);
        bind_i64(&b, side);
        bind_text(&b, bgp_family_name(f));
        bind_i64(&b, routes[f]);
        db_run(&store->db, b.stmt);
    }
}

void store_add_peering(struct store *s, const struct bgp_peering *p)
{
    if (s->again ? !store_new_peering(s, p) : !store_first(s, &s->peerings, p->id))
        return;
    store_row(s);
    s->peering_last = s->again ? s->peering_last : p->id;
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_PEERING));
    bind_i64(&b, store_peering_id(s, p->id));
    bind_text(&b, p->name);
    bind_stamp(&b, p->first);
    bind_stamp(&b, p->last);
    db_run(&s->db, b.stmt);
}

void store_put_facts(struct store *s, const struct bgp_peering *p)
{
    store_add_peering(s, p);
    int64_t id = store_peering_id(s, p->id);
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_PEERING));
    bind_i64(&b, id);
    bind_text(&b, p->name);
    bind_text(&b, type_name(p->type));
    if (p->hold_known)
        bind_i64(&b, p->hold);
    else
        bind_null(&b);
    bind_i64(&b, p->midway);
    bind_i64(&b, p->connection_count);
    bind_u64(&b, p->packets);
    bind_stamp(&b, p->first);
    bind_stamp(&b, p->last);
    db_run(&s->db, b.stmt);
    bool first = store_first(s, &s->sides, p->id) && !s->again;
    for (int i = 0; i < 2; i++) {
        put_side(s, id, i, &p->side[i], first);
        if (!p->side[i].routes)
            continue; /* there never were any */
        if (!first)
            drop_routes(s, id, i);
        put_routes(s, id, i, p->side[i].routes);
    }
}

/* ---- the capture ---- */

static void put_carriers(struct store *s, const struct capture_facts *c)
{
    for (unsigned i = 0; i < CARRIERS; i++) {
        if (c->carried[i] == s->carried_put[i])
            continue;
        store_row(s);
        struct binder b = bind_to(db_use(&s->db, STMT_PUT_CARRIER));
        bind_text(&b, carrier_key(i));
        bind_u64(&b, c->carried[i] + s->carried_base[i]);
        db_run(&s->db, b.stmt);
        s->carried_put[i] = c->carried[i];
    }
}

enum err store_put_capture(struct store *s, const struct capture_facts *c)
{
    store_row(s);
    if (c->packets && (c->first.ns % 1000 || c->last.ns % 1000))
        s->nanoseconds = true;
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_CAPTURE));
    struct stamp first = c->packets ? c->first : STAMP_NEVER;
    bind_stamp(&b, s->again && stamp_known(s->first_base) ? s->first_base : first);
    bind_stamp(&b, c->packets ? c->last : STAMP_NEVER);
    const uint64_t counts[CAPTURE_COUNTS] = { c->packets,        c->bytes,          c->bgp_packets,
                                              c->ospf_packets,   c->icmp_errors,    c->truncated,
                                              c->copies,         c->damaged_frames, c->encrypted,
                                              c->fragments_lost, c->messages,       c->announced,
                                              c->withdrawn,      c->stepped_back,   c->limit_peerings };
    for (size_t i = 0; i < COUNT(counts); i++)
        bind_u64(&b, counts[i] + s->counts_base[i]);
    db_run(&s->db, b.stmt);
    put_carriers(s, c);
    if (s->again)
        store_put_run(s, c);
    return s->db.err;
}

/* Findings of files stand behind those of the engine, two to a file. */
enum { FILE_FINDINGS = 1 << 30 };

static void tell_file(struct store *s, uint32_t number, const struct store_file *f, enum finding_code code,
                      char *title, char *explanation)
{
    struct finding one = { .id = FILE_FINDINGS + 2 * number + (code == CODE_CAPTURE_DAMAGED),
                           .code = code,
                           .severity = SEVERITY_WARNING,
                           .confidence = CONFIDENCE_CERTAIN,
                           .first = f->last,
                           .last = f->last,
                           .count = 1,
                           .title = title,
                           .explanation = explanation };
    if (code == CODE_CAPTURE_DAMAGED && f->packets) {
        one.evidence_count = 1;
        one.evidence[0].ref = (struct stream_ref){ f->packets, number, f->last };
        snprintf(one.evidence[0].note, sizeof one.evidence[0].note, "last packet that could be read");
    }
    store_put_finding(s, &one);
}

enum err store_put_file(struct store *s, uint32_t number, const struct store_file *f)
{
    char link[32], title[400], explanation[400];
    bool damaged = f->damage && *f->damage;
    snprintf(link, sizeof link, "LINKTYPE %u", (unsigned)f->link);
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_FILE));
    bind_i64(&b, number + s->file_base);
    bind_text(&b, f->path);
    bind_text(&b, f->several_links ? "several" : link_name(f->link) ? link_name(f->link) : link);
    bind_u64(&b, f->packets);
    bind_u64(&b, f->bytes);
    bind_u64(&b, f->dropped);
    bind_text(&b, damaged ? f->damage : NULL);
    if (damaged)
        bind_u64(&b, f->damage_offset);
    else
        bind_null(&b);
    bind_i64(&b, f->live);
    bind_u64(&b, f->received);
    bind_u64(&b, f->interface_dropped);
    db_run(&s->db, b.stmt);
    if (damaged) {
        snprintf(title, sizeof title, "%.200s is damaged at offset %llu: %.150s", f->path,
                 (unsigned long long)f->damage_offset, f->damage);
        snprintf(explanation, sizeof explanation,
                 "%llu packets before that place were read; what follows it is unknown.",
                 (unsigned long long)f->packets);
        tell_file(s, number, f, CODE_CAPTURE_DAMAGED, title, explanation);
    }
    if (f->dropped && !f->live) {
        snprintf(title, sizeof title, "the writer of %.200s dropped %llu packets", f->path,
                 (unsigned long long)f->dropped);
        snprintf(explanation, sizeof explanation,
                 "It counted them itself. What rests on packets that are not there is less certain.");
        tell_file(s, number, f, CODE_CAPTURE_PACKETS_MISSING, title, explanation);
    }
    return s->db.err;
}
