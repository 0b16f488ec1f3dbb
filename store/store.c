/* Events in, in the order in which they happened; rows out. */
#include "store/store_internal.h"

#include "store/checkpoint.h"
#include "store/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct store *store_open(const char *path, enum store_mode mode, enum err *why, char message[300])
{
    struct store *s = calloc(1, sizeof *s);
    if (!s) {
        *why = ERR_MEMORY;
        snprintf(message, 300, "%s: not enough memory", path);
        return NULL;
    }
    if (!db_open(&s->db, path, mode == STORE_NEW ? DB_NEW : mode == STORE_READ ? DB_READ : DB_AGAIN)) {
        *why = s->db.err;
        snprintf(message, 300, "%s", s->db.why);
        store_close(s);
        return NULL;
    }
    s->writable = mode != STORE_READ;
    s->memory = !strcmp(path, ":memory:");
    table_init(&s->connections, sizeof(uint32_t), 0);
    store_lsa_init(s);
    if (mode == STORE_AGAIN)
        store_begin_again(s, path);
    *why = s->db.err;
    if (s->db.err) {
        snprintf(message, 300, "%s", s->db.why);
        store_close(s);
        return NULL;
    }
    store_place_note(s);
    return s;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    store_free_held(s);
    table_free(&s->connections);
    free(s->peerings.bits);
    free(s->sides.bits);
    free(s->connections_there.bits);
    store_ospf_free(s);
    series_free(s->series);
    store_routes_free(s);
    checkpoint_end(s->checkpoint);
    db_close(&s->db);
    store_end_again(s);
    free(s);
}

const char *store_why(const struct store *s) { return s->db.why; }

void store_row(struct store *s)
{
    db_begin(&s->db);
    s->rows++;
}

bool store_first(struct store *s, struct marks *m, uint32_t id)
{
    size_t byte = id / 8;
    if (byte >= m->size) {
        size_t size = m->size ? m->size : 64;
        while (size <= byte)
            size *= 2;
        uint8_t *bits = realloc(m->bits, size);
        if (!bits) {
            db_no_memory(&s->db);
            return true;
        }
        memset(bits + m->size, 0, size - m->size);
        *m = (struct marks){ bits, size };
    }
    bool first = !(m->bits[byte] >> id % 8 & 1);
    m->bits[byte] |= (uint8_t)(1u << id % 8);
    return first;
}

static void write_open(struct store *s, const struct event_open *e)
{
    int64_t peering = store_peering_id(s, e->peering);
    if (!peering)
        return;
    store_row(s);
    store_see(s, e->ref);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_OPEN));
    bind_i64(&b, peering);
    bind_i64(&b, e->side);
    bind_i64(&b, ++s->number);
    bind_i64(&b, e->connection + s->connection_base);
    bind_i64(&b, e->ref.when.ns);
    bind_i64(&b, e->ref.file + s->file_base);
    bind_u64(&b, e->ref.frame);
    bind_i64(&b, e->msg->cut);
    bind_blob(&b, e->msg->raw, BGP_HEADER + cur_left(&e->msg->body));
    db_run(&s->db, b.stmt);
}

static void write_notification(struct store *s, const struct event_notification *e)
{
    const struct bgp_notification *n = e->notification;
    int64_t peering = store_peering_id(s, e->peering);
    char name[64], inner[64];
    if (!peering)
        return;
    struct buf text = buf_init(1 << 17);
    store_row(s);
    store_see(s, e->ref);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_NOTIFICATION));
    bind_i64(&b, peering);
    bind_i64(&b, ++s->number);
    bind_i64(&b, e->connection + s->connection_base);
    bind_i64(&b, e->side);
    bind_i64(&b, e->ref.when.ns);
    bind_i64(&b, e->ref.file + s->file_base);
    bind_u64(&b, e->ref.frame);
    bind_i64(&b, n->code);
    bind_i64(&b, n->subcode);
    bind_text(&b, bgp_notify_name(n->code, n->subcode, name));
    if (n->has_inner) {
        bind_i64(&b, n->inner_code);
        bind_i64(&b, n->inner_subcode);
        bind_text(&b, bgp_notify_name(n->inner_code, n->inner_subcode, inner));
    } else
        for (int i = 0; i < 3; i++)
            bind_null(&b);
    text_clean((const char *)n->text.at, cur_left(&n->text), TEXT_PLAIN, &text);
    bind_text(&b, cur_left(&n->text) ? buf_text(&text) : NULL);
    bind_blob(&b, n->data.at, cur_left(&n->data));
    db_run(&s->db, b.stmt);
    buf_free(&text);
}

void store_bind_ref(struct store *s, struct binder *b, struct stream_ref ref, bool there)
{
    store_see(s, ref);
    bind_stamp(b, there && (ref.frame || ref.when.ns) ? ref.when : STAMP_NEVER);
    if (there && ref.frame)
        bind_i64(b, ref.file + s->file_base);
    else
        bind_null(b);
    bind_u64_or_null(b, there ? ref.frame : 0);
}

static void write_transition(struct store *s, const struct bgp_transition *t)
{
    int64_t peering = store_peering_id(s, t->peering);
    if (!peering)
        return;
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_TRANSITION));
    bind_i64(&b, peering);
    bind_i64(&b, ++s->number);
    bind_i64(&b, t->connection + s->connection_base);
    bind_i64(&b, t->side);
    bind_text(&b, bgp_state_name(t->from));
    bind_text(&b, bgp_state_name(t->to));
    store_bind_ref(s, &b, t->ref, true);
    bind_text(&b, t->cause ? t->cause : "");
    db_run(&s->db, b.stmt);
}

static void write_transfer(struct store *s, const struct bgp_transfer *t)
{
    int64_t peering = store_peering_id(s, t->peering);
    if (!peering)
        return;
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_TRANSFER));
    bind_i64(&b, peering);
    bind_i64(&b, t->connection + s->connection_base);
    bind_i64(&b, t->side);
    store_bind_ref(s, &b, t->first, true);
    store_bind_ref(s, &b, t->last, true);
    bind_u64(&b, t->routes);
    bind_i64(&b, t->end_of_rib);
    bind_i64(&b, t->sender.ns);
    bind_i64(&b, t->window.ns);
    bind_i64(&b, t->loss.ns);
    bind_text(&b, t->line);
    bind_i64(&b, t->part.ns);
    bind_i64(&b, t->pauses);
    bind_i64(&b, t->pause.ns);
    db_run(&s->db, b.stmt);
}

static void write_event(struct store *s, const struct event *e)
{
    switch (e->kind) {
    case EVENT_OPEN: write_open(s, &e->as.open); break;
    case EVENT_NOTIFICATION: write_notification(s, &e->as.notification); break;
    case EVENT_TRANSITION: write_transition(s, &e->as.transition); break;
    case EVENT_TRANSFER: write_transfer(s, e->as.transfer); break;
    case EVENT_EPISODE: store_episode(s, e->as.episode); break;
    case EVENT_CONNECTION: store_hold_connection(s, e->as.connection); break;
    case EVENT_PEERING: store_add_peering(s, e->as.peering); break;
    case EVENT_OSPF_ADJACENCY: store_ospf_adjacency(s, e->as.adjacency); break;
    case EVENT_OSPF_TRANSITION: store_ospf_transition(s, &e->as.ospf_transition); break;
    case EVENT_OSPF_DESIGNATED: store_ospf_designated(s, &e->as.designated); break;
    case EVENT_OSPF_LSA: store_ospf_lsa(s, &e->as.ospf_lsa); break;
    case EVENT_ROUTES: store_routes_said(s, &e->as.routes); break;
    case EVENT_ROUTES_GONE: store_routes_gone(s, &e->as.routes_gone); break;
    case EVENT_FINDING: store_hold_finding(s, e->as.finding); break;
    default: break; /* single messages and packets are not kept */
    }
}

enum err store_write(struct store *s, const struct outbox *o)
{
    for (uint32_t i = 0; i < o->count; i++)
        if (!s->db.err || o->list[i].kind == EVENT_FINDING) /* findings wait until it works again */
            write_event(s, &o->list[i]);
    return s->rows < ROWS_AT_ONCE ? s->db.err : store_flush(s);
}

enum err store_put_peering(struct store *s, const struct bgp_peering *p)
{
    store_put_facts(s, p);
    return s->rows < ROWS_AT_ONCE ? s->db.err : store_flush(s);
}

enum err store_note(struct store *s, const char *key, const char *value)
{
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_META));
    bind_text(&b, key);
    bind_text(&b, value);
    db_run(&s->db, b.stmt);
    return s->db.err;
}

enum err store_flush(struct store *s)
{
    if (!s->writable)
        return s->db.err;
    store_put_held(s);
    store_put_prefixes(s);
    if (s->series && !s->db.err)
        series_flush(s);
    if (s->nanoseconds && !s->digits_told) {
        store_row(s);
        db_run(&s->db, db_use(&s->db, STMT_PUT_DIGITS));
        s->digits_told = true;
    }
    db_commit(&s->db);
    s->rows = 0;
    if (s->series)
        series_flushed(s->series, !s->db.err);
    return s->db.err;
}

enum err store_finish(struct store *s)
{
    if (s->series && !s->db.err)
        series_finish(s);
    store_row(s);
    db_run(&s->db, db_use(&s->db, STMT_PUT_COMPLETE));
    if (s->again)
        db_run(&s->db, db_use(&s->db, STMT_RUN_COMPLETE));
    return store_flush(s);
}
