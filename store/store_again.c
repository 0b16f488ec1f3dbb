/* A database that goes on where earlier runs ended: `monitor` writes one for years. What this run counts from 1 stands
 * behind what the earlier ones counted; a peering keeps its number by its name. */
#include "store/store_internal.h"

#include "store/checkpoint.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int64_t last_of(struct store *s, enum statement which)
{
    sqlite3_stmt *q = db_use(&s->db, which);
    int64_t n = 0;
    while (db_step(&s->db, q))
        n = sqlite3_column_int64(q, 0);
    return n;
}

/* Two writers would give the same numbers to different things. SQLite's own locks are let go between transactions. */
static void take_lock(struct store *s, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        db_fail(&s->db, ERR_OPEN, strerror(errno));
        return;
    }
    s->lock = fd;
    if (flock(fd, LOCK_EX | LOCK_NB))
        db_fail(&s->db, ERR_STORE, "another routetap is writing to it");
}

static void read_capture(struct store *s)
{
    sqlite3_stmt *q = db_use(&s->db, STMT_CAPTURE);
    s->first_base = STAMP_NEVER;
    while (db_step(&s->db, q)) {
        if (sqlite3_column_type(q, 0) != SQLITE_NULL)
            s->first_base = (struct stamp){ sqlite3_column_int64(q, 0) };
        s->nanoseconds = s->digits_told = sqlite3_column_int(q, 2) == 9;
        for (int i = 0; i < CAPTURE_COUNTS; i++)
            s->counts_base[i] = (uint64_t)sqlite3_column_int64(q, 4 + i);
    }
}

static void read_carriers(struct store *s)
{
    sqlite3_stmt *q = db_use(&s->db, STMT_CARRIERS);
    memset(s->carried_base, 0, sizeof s->carried_base);
    while (db_step(&s->db, q))
        for (unsigned i = 0; i < CARRIERS; i++)
            if (!strcmp((const char *)sqlite3_column_text(q, 0), carrier_key(i)))
                s->carried_base[i] = (uint64_t)sqlite3_column_int64(q, 1);
}

void store_begin_file(struct store *s, const char *path)
{
    static const enum statement ends[] = { STMT_END_FINDINGS, STMT_END_SIDES, STMT_END_CONNECTIONS,
                                           STMT_END_COMPLETE, STMT_END_ROUTE_TABLES };
    s->again = true;
    if (!s->memory)
        take_lock(s, path);
    s->finding_base = last_of(s, STMT_LAST_FINDING);
    s->connection_base = last_of(s, STMT_LAST_CONNECTION);
    s->episode_base = last_of(s, STMT_LAST_EPISODE);
    s->file_base = last_of(s, STMT_LAST_FILE) + 1;
    s->peering_last = (uint32_t)last_of(s, STMT_LAST_PEERING);
    s->number = last_of(s, STMT_LAST_NUMBER);
    read_capture(s);
    read_carriers(s);
    store_row(s);
    store_ospf_again(s);
    for (size_t i = 0; i < COUNT(ends); i++)
        db_run(&s->db, db_use(&s->db, ends[i]));
    struct binder b = bind_to(db_use(&s->db, STMT_ADD_RUN));
    bind_text(&b, RT_VERSION);
    bind_i64(&b, s->file_base);
    db_run(&s->db, b.stmt);
    if (s->series)
        series_mend(s);
    db_commit(&s->db);
    s->rows = 0;
    if (!s->db.err && !s->memory)
        s->checkpoint = checkpoint_begin(&s->db);
}

void store_begin_again(struct store *s, const char *path)
{
    s->series = series_new();
    if (!s->series)
        db_no_memory(&s->db);
    store_begin_file(s, path);
}

void store_end_again(struct store *s)
{
    free(s->peering_ids);
    if (s->lock > 0)
        close(s->lock); /* after the database was closed: this lets go of all its locks on the file */
}

/* ---- peerings by their names ---- */

int64_t store_peering_id(const struct store *s, uint32_t id)
{
    if (!s->again)
        return id;
    return id < s->peering_room ? s->peering_ids[id] : 0;
}

static bool make_room(struct store *s, uint32_t id)
{
    if (id < s->peering_room)
        return true;
    uint32_t room = id + id / 2 + 64;
    uint32_t *ids = realloc(s->peering_ids, room * sizeof *ids);
    if (!ids) {
        db_no_memory(&s->db);
        return false;
    }
    memset(ids + s->peering_room, 0, (room - s->peering_room) * sizeof *ids);
    s->peering_ids = ids;
    s->peering_room = room;
    return true;
}

bool store_new_peering(struct store *s, const struct bgp_peering *p)
{
    if (!make_room(s, p->id) || s->peering_ids[p->id])
        return false;
    struct binder b = bind_to(db_use(&s->db, STMT_PEERING_ID));
    bind_text(&b, p->name);
    while (db_step(&s->db, b.stmt))
        s->peering_ids[p->id] = (uint32_t)sqlite3_column_int64(b.stmt, 0);
    if (s->peering_ids[p->id] || s->db.err)
        return false;
    s->peering_ids[p->id] = ++s->peering_last;
    return true;
}

void store_put_run(struct store *s, const struct capture_facts *c)
{
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_RUN));
    bind_stamp(&b, c->packets ? c->first : STAMP_NEVER);
    bind_stamp(&b, c->packets ? c->last : STAMP_NEVER);
    db_run(&s->db, b.stmt);
}

void store_recover(struct store *s)
{
    if (!s->db.err || !s->db.handle)
        return;
    db_recover(&s->db);
    store_forget_rows(s);
}

void store_forget_rows(struct store *s)
{
    s->rows = 0;
    s->mended = true;
    s->again =
        true; /* from now on it is looked up which rows are there: marks tell of some that were rolled back */
    s->digits_told = false;
    memset(s->carried_put, 0, sizeof s->carried_put);
    if (s->peering_ids)
        memset(s->peering_ids, 0, s->peering_room * sizeof *s->peering_ids);
    store_ospf_recover(s);
    store_routes_recover(s);
    if (s->series)
        series_flushed(s->series, false);
}

/* ---- names ---- */

enum err store_name(struct store *s, const char *kind, const char *key, const char *name)
{
    store_row(s);
    struct binder b = bind_to(db_use(&s->db, STMT_PUT_NAME));
    bind_text(&b, kind);
    bind_text(&b, key);
    bind_text(&b, name);
    db_run(&s->db, b.stmt);
    return s->db.err;
}

enum err store_forget_names(struct store *s)
{
    store_row(s);
    db_run(&s->db, db_use(&s->db, STMT_DROP_NAMES));
    return s->db.err;
}
