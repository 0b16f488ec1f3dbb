/* The file that a store writes to, or reads, and what stands at its path now: somebody may delete it, move it, or put
 * another one there while it is open. SQLite goes on in the file that has no name any more. */
#include "store/store_internal.h"

#include "store/checkpoint.h"
#include "store/series.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const beside[PLACE_FILES] = { "", "-wal", "-shm" };

/* Which file stands there; 0: none. */
static struct file_mark look_at(const char *path, const char *tail)
{
    char name[4096];
    struct stat facts;
    int n = snprintf(name, sizeof name, "%s%s", path, tail);
    if (n < 0 || (size_t)n >= sizeof name || stat(name, &facts))
        return (struct file_mark){ 0 };
    return (struct file_mark){ (uint64_t)facts.st_dev, (uint64_t)facts.st_ino };
}

static bool same(struct file_mark a, struct file_mark b) { return a.file == b.file && a.device == b.device; }

void store_place_note(struct store *s)
{
    for (int i = 0; !s->memory && i < PLACE_FILES; i++)
        s->place[i] = look_at(s->db.path, beside[i]);
}

enum store_place store_place(struct store *s)
{
    if (s->memory)
        return STORE_THERE;
    if (s->homeless)
        return STORE_GONE;
    struct file_mark now = look_at(s->db.path, "");
    if (!same(now, s->place[0]))
        return now.file ? STORE_ANOTHER : STORE_GONE;
    for (int i = 1; s->writable && i < PLACE_FILES; i++)
        s->place[i] = look_at(s->db.path, beside[i]);
    return STORE_THERE;
}

/* What is in the log goes into the file, wherever that is now, and is not left to be taken for the log of the next one.
 * Nobody is waited for. */
static void leave(struct store *s)
{
    checkpoint_end(s->checkpoint);
    s->checkpoint = NULL;
    if (s->db.handle) {
        db_recover(&s->db);
        sqlite3_busy_timeout(s->db.handle, 0);
        sqlite3_wal_checkpoint_v2(s->db.handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    char *path = s->db.path;
    s->db.path = NULL;
    db_close(&s->db);
    s->db.path = path;
    for (int i = 1; i < PLACE_FILES; i++) {
        char name[4096];
        int n = snprintf(name, sizeof name, "%s%s", path, beside[i]);
        if (s->place[i].file && n > 0 && (size_t)n < sizeof name &&
            same(look_at(path, beside[i]), s->place[i]))
            unlink(name);
    }
    memset(s->place, 0, sizeof s->place);
    if (s->lock > 0)
        close(s->lock);
    s->lock = 0;
}

/* It failed; the next attempt begins here again. */
static void stay_out(struct store *s)
{
    enum err err = s->db.err;
    char why[sizeof s->db.why], *path = s->db.path;
    memcpy(why, s->db.why, sizeof why);
    s->db.path = NULL;
    db_close(&s->db);
    s->db.path = path;
    s->db.err = err;
    memcpy(s->db.why, why, sizeof why);
    if (s->lock > 0)
        close(s->lock);
    s->lock = 0;
    s->homeless = true;
}

enum err store_anew(struct store *s)
{
    leave(s);
    char *path = s->db.path;
    s->homeless = false;
    if (!db_open(&s->db, path, DB_AGAIN)) {
        free(path);
        stay_out(s);
        return s->db.err;
    }
    store_begin_file(s, path);
    free(path);
    if (s->db.err) {
        stay_out(s);
        return s->db.err;
    }
    store_place_note(s);
    store_forget_rows(s);
    if (s->series) /* its ceiling is one of the connection */
        s->series->limits_new = true;
    return s->db.err;
}
