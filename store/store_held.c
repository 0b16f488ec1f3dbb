/* What changes again and again in (connections, findings); rows of the newest of it, written once, out. */
#include "store/store_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- connections ---- */

static void bind_side(struct binder *b, int side)
{
    if (side >= 0)
        bind_i64(b, side);
    else
        bind_null(b);
}

static void put_connection(struct store *s, const struct bgp_connection *c)
{
    bool first = store_first(s, &s->connections_there, c->id) && !s->mended;
    int64_t peering = store_peering_id(s, c->peering);
    if (!peering)
        return;
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, first ? STMT_ADD_CONNECTION : STMT_PUT_CONNECTION));
    bind_i64(&b, c->id + s->connection_base);
    bind_i64(&b, peering);
    bind_side(&b, c->active);
    bind_i64(&b, c->ports[0]);
    bind_i64(&b, c->ports[1]);
    store_bind_ref(s, &b, c->opened, true);
    store_bind_ref(s, &b, c->closed, c->end != CONN_OPEN);
    bind_text(&b, conn_end_name(c->end));
    bind_side(&b, c->end_by);
    bind_i64(&b, c->established);
    db_run(&s->db, b.stmt);
}

static void drop_connections(struct store *s)
{
    struct bgp_connection *c;
    for (uint32_t at = 0; (c = table_next(&s->connections, &at));)
        free(c);
    table_free(&s->connections);
}

static void put_connections(struct store *s)
{
    const struct bgp_connection *c;
    for (uint32_t at = 0; (c = table_next(&s->connections, &at));)
        put_connection(s, c);
    drop_connections(s);
}

void store_hold_connection(struct store *s, const struct bgp_connection *c)
{
    struct bgp_connection *held = table_get(&s->connections, &c->id);
    if (held) {
        *held = *c;
        return;
    }
    if (s->connections.live == CONNECTIONS_HELD)
        put_connections(s);
    held = malloc(sizeof *held);
    if (held && table_put(&s->connections, &c->id, held)) {
        *held = *c;
        return;
    }
    free(held);
    put_connection(s, c); /* no memory to wait with: at once, then */
}

/* ---- findings ---- */

static void drop_by_id(struct store *s, enum statement which, int64_t finding)
{
    struct binder b = bind_to(db_use(&s->db, which));
    bind_i64(&b, finding);
    db_run(&s->db, b.stmt);
}

static void put_evidence(struct store *s, const struct finding *f)
{
    drop_by_id(s, STMT_DROP_EVIDENCE, f->id + s->finding_base);
    for (uint32_t i = 0; i < f->evidence_count; i++) {
        store_row(s);
        store_see(s, f->evidence[i].ref);
        struct binder b = bind_to(db_use(&s->db, STMT_ADD_EVIDENCE));
        bind_i64(&b, f->id + s->finding_base);
        bind_i64(&b, i);
        bind_i64(&b, f->evidence[i].ref.file + s->file_base);
        bind_u64(&b, f->evidence[i].ref.frame);
        bind_stamp(&b, f->evidence[i].ref.when);
        bind_text(&b, f->evidence[i].note);
        db_run(&s->db, b.stmt);
    }
}

void store_put_finding(struct store *s, const struct finding *f)
{
    char at[ADDR_TEXT], peer[ADDR_TEXT];
    store_row(s);
    int64_t peering = f->peering ? store_peering_id(s, f->peering) : 0;
    if (f->over && !f->old &&
        !s->series) { /* it was said too early, and is taken back; while live it is history */
        drop_by_id(s, STMT_DROP_EVIDENCE, f->id + s->finding_base);
        drop_by_id(s, STMT_DROP_FINDING, f->id + s->finding_base);
        return;
    }
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_FINDING));
    bind_i64(&b, f->id + s->finding_base);
    bind_text(&b, code_name(f->code));
    bind_text(&b, severity_name(f->severity));
    bind_text(&b, confidence_name(f->confidence));
    bind_u64_or_null(&b, (uint64_t)peering);
    bind_text(&b, f->at.size ? addr_text(&f->at, at) : NULL);
    bind_text(&b, f->peer.size ? addr_text(&f->peer, peer) : NULL);
    bind_u64_or_null(&b, f->at_as);
    bind_u64_or_null(&b, f->peer_as);
    bind_stamp(&b, f->first);
    bind_stamp(&b, f->last);
    bind_i64(&b, f->count);
    bind_text(&b, f->title ? f->title : "");
    bind_text(&b, f->explanation ? f->explanation : "");
    bind_i64(&b, f->evidence_lost);
    bind_u64_or_null(&b, f->adjacency ? (uint64_t)store_adjacency_id(s, f->adjacency) : 0);
    bind_stamp(&b, f->over ? f->last : STAMP_NEVER);
    db_run(&s->db, b.stmt);
    put_evidence(s, f);
}

static void drop_held(struct finding **place)
{
    if (*place) {
        free((*place)->title);
        free((*place)->explanation);
    }
    free(*place);
    *place = NULL;
}

static char *copy_of(const char *text)
{
    size_t n = text ? strlen(text) + 1 : 0;
    char *copy = n ? malloc(n) : NULL;
    return copy ? memcpy(copy, text, n) : NULL;
}

void store_hold_finding(struct store *s, const struct finding *f)
{
    struct finding **place = &s->held[f->id % FINDINGS_HELD];
    if (*place && (*place)->id != f->id && !s->db.err)
        store_put_finding(s, *place);
    drop_held(place);
    struct finding *copy = malloc(sizeof *copy);
    if (copy) {
        *copy = *f;
        copy->title = copy_of(f->title);
        copy->explanation = copy_of(f->explanation);
    }
    *place = copy;
    if (copy && (copy->title || !f->title) && (copy->explanation || !f->explanation))
        return;
    drop_held(place); /* no memory to wait with: at once, then */
    store_put_finding(s, f);
}

/* ---- both ---- */

void store_put_held(struct store *s)
{
    put_connections(s);
    for (int i = 0; i < FINDINGS_HELD && !s->db.err; i++) {
        if (s->held[i])
            store_put_finding(s, s->held[i]);
        if (!s->db.err)
            drop_held(&s->held[i]);
    }
}

void store_free_held(struct store *s)
{
    drop_connections(s);
    for (int i = 0; i < FINDINGS_HELD; i++)
        drop_held(&s->held[i]);
}
