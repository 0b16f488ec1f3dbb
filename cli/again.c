/* Who asks for which packets in; the files opened, read within a bound of time, closed again. */
#include "cli/again_internal.h"

#include "base/wall.h"
#include "store/query.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEADLINE_S = 20, RING_FILES = 256, LOOK_EVERY = 1024 };

/* ---- files ---- */

static void paths_free(struct again_paths *p)
{
    for (unsigned i = 0; i < p->count; i++)
        free(p->list[i]);
    free(p->list);
}

static void paths_add(struct again_paths *p, const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char **more = realloc(p->list, (p->count + 1) * sizeof *more);
    if (!more)
        return;
    p->list = more;
    more[p->count] = malloc(size);
    if (more[p->count])
        snprintf(more[p->count++], size, "%s%s%s", folder, *folder ? "/" : "", name);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static struct again_paths ring_paths(const char *folder)
{
    struct again_paths p = { 0 };
    DIR *d = opendir(folder);
    for (const struct dirent *e; d && p.count < RING_FILES && (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (!strncmp(e->d_name, "evidence-", 9) && n > 16 && !strcmp(e->d_name + n - 7, ".pcapng"))
            paths_add(&p, folder, e->d_name);
    }
    if (d)
        closedir(d);
    if (p.count)
        qsort(p.list, p.count, sizeof *p.list, by_name);
    return p;
}

static bool is_file(const char *path)
{
    struct stat facts;
    return !stat(path, &facts) && S_ISREG(facts.st_mode);
}

void again_of_store(struct again *a, struct store *s, const char *db)
{
    struct again_paths p = { 0 };
    struct file_row row;
    const char *slash = strrchr(db, '/');
    char folder[4096];
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - db) : 1, slash ? db : ".");
    *a = (struct again){ 0 };
    if (query_begin(s) == ERR_NONE) {
        struct query q = query_files(s);
        while (query_file(&q, &row))
            if (is_file(row.path))
                paths_add(&p, "", row.path);
            else {
                const char *base = strrchr(row.path, '/');
                paths_add(&p, folder, base ? base + 1 : row.path);
            }
        const char *ring = query_note(s, "evidence");
        a->ring = ring ? strdup(ring) : NULL;
    }
    if (query_end(s) != ERR_NONE)
        paths_free(&(struct again_paths){ p.list, p.count });
    else {
        a->files = (const char *const *)p.list;
        a->file_count = p.count;
    }
}

void again_free(struct again *a)
{
    paths_free(&(struct again_paths){ (char **)(uintptr_t)a->files, a->file_count });
    free((void *)(uintptr_t)a->ring);
}

/* ---- reading ---- */

/* A clock is dear where packets are not ours by the million. */
bool again_going(struct again_scan *s)
{
    if (atomic_load_explicit(s->asked->stop, memory_order_relaxed))
        return false;
    if (s->packets++ % LOOK_EVERY || !stamp_before(s->deadline, wall_steady()))
        return true;
    s->late = true;
    return false;
}

static bool ours(struct again_scan *s, const struct packet *p)
{
    const struct addr *ends = s->asked->ends;
    struct ends pairs[2];
    for (unsigned i = 0, n = ends_of(&s->ends, p, pairs); i < n; i++)
        if ((addr_equal(&pairs[i].src, &ends[0]) && addr_equal(&pairs[i].dst, &ends[1])) ||
            (addr_equal(&pairs[i].src, &ends[1]) && addr_equal(&pairs[i].dst, &ends[0])))
            return true;
    return false;
}

bool again_next(struct again_scan *s, struct packet *p)
{
    struct stamp until = s->asked->until;
    while (again_going(s)) {
        enum source_got got = source_next(s->source, p);
        if (got == SOURCE_END || got == SOURCE_ERROR)
            return false;
        if (got != SOURCE_PACKET)
            continue;
        if (stamp_known(until) && !stamp_before(p->when, until))
            return false;
        if (ours(s, p))
            return true;
    }
    return false;
}

void again_begin(struct again_scan *s, const struct again *a, const struct errand *asked)
{
    *s = (struct again_scan){ .again = a, .asked = asked };
    s->deadline = stamp_add(wall_steady(), SPAN_S(DEADLINE_S));
}

static bool say(struct again_scan *s, const char *words)
{
    buf_clear(s->out);
    buf_str(s->out, words);
    return false;
}

bool again_open(struct again_scan *s)
{
    const struct again *a = s->again;
    char message[300];
    enum err why;
    const char *const *files = a->files;
    unsigned count = a->file_count;
    if (a->ring) {
        s->ring = ring_paths(a->ring);
        files = (const char *const *)s->ring.list;
        count = s->ring.count;
    }
    if (!count) {
        again_close(s);
        return say(s, a->ring ? "the folder of evidence has no packets"
                              : "packets were not kept: monitor keeps them with --evidence FOLDER");
    }
    for (unsigned i = 0; i < count; i++)
        if (!is_file(files[i])) {
            snprintf(message, sizeof message, "%.200s is not there any more", files[i]);
            again_close(s);
            return say(s, message);
        }
    s->source = source_open_files(files, count, NULL, &why, message);
    if (s->source)
        return true;
    again_close(s);
    return say(s, message);
}

void again_close(struct again_scan *s)
{
    if (s->source)
        source_close(s->source);
    s->source = NULL;
    paths_free(&s->ring);
    s->ring = (struct again_paths){ 0 };
}

enum errand_got again_read(const struct again *a, const struct errand *asked, struct buf *out)
{
    struct again_scan s;
    again_begin(&s, a, asked);
    s.out = out;
    if (!again_open(&s))
        return ERRAND_NONE;
    bool well = ends_init(&s.ends, a->ports, a->port_count) &&
                (asked->what == ERRAND_LADDER ? again_ladder(&s) : again_packets(&s));
    ends_free(&s.ends);
    again_close(&s);
    if (well && !out->lost)
        return ERRAND_DONE;
    say(&s, "not enough memory; ask for a shorter span of time");
    return ERRAND_FAILED;
}
