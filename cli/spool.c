/* Files of lines in a folder. */
#include "cli/spool.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { PARTS = 16, PART_LEAST = 1 << 16, LINE_MOST = 1 << 20 };

struct spool {
    pthread_mutex_t lock;
    char folder[3500];
    uint64_t most, total, lost; /* bytes in the folder; of lines */
    /* who puts */
    FILE *to;
    uint64_t last, written, flushed; /* its file; bytes of it, and of those that can be read */
    /* who takes */
    FILE *from;
    uint64_t first, taken; /* its file, and bytes of it */
    char *line;
    size_t room;
};

static const char *path_of(const struct spool *s, uint64_t n, char path[4096])
{
    snprintf(path, 4096, "%s/events.%010llu", s->folder, (unsigned long long)n);
    return path;
}

/* Which one it is; 0: none of ours. */
static uint64_t number_of(const char *name)
{
    char *end;
    if (strncmp(name, "events.", 7) != 0 || strlen(name) != 17)
        return 0;
    unsigned long long n = strtoull(name + 7, &end, 10);
    return *end ? 0 : n;
}

static bool look(struct spool *s, char message[300])
{
    DIR *d = opendir(s->folder);
    char path[4096];
    struct stat facts;
    if (!d) {
        snprintf(message, 300, "%.200s: %s", s->folder, strerror(errno));
        return false;
    }
    for (const struct dirent *e; (e = readdir(d));) {
        uint64_t n = number_of(e->d_name);
        if (!n || stat(path_of(s, n, path), &facts))
            continue;
        s->total += (uint64_t)facts.st_size;
        s->first = !s->first || n < s->first ? n : s->first;
        s->last = n > s->last ? n : s->last;
    }
    closedir(d);
    return true;
}

/* The lock is held. */
static bool next_file(struct spool *s)
{
    char path[4096];
    FILE *to = fopen(path_of(s, s->last + 1, path), "wb");
    if (!to)
        return false;
    if (s->to)
        fclose(s->to);
    s->to = to;
    s->last++;
    s->written = s->flushed = 0;
    return true;
}

struct spool *spool_open(const char *folder, uint64_t most, char message[300])
{
    struct spool *s = calloc(1, sizeof *s);
    snprintf(message, 300, "there is not enough memory to begin");
    if (!s || strlen(folder) >= sizeof s->folder) {
        free(s);
        return NULL;
    }
    memcpy(s->folder, folder, strlen(folder) + 1);
    s->most = most;
    pthread_mutex_init(&s->lock, NULL);
    if (!look(s, message)) {
        spool_close(s);
        return NULL;
    }
    if (!next_file(s)) {
        snprintf(message, 300, "%.200s: %s", folder, strerror(errno));
        spool_close(s);
        return NULL;
    }
    s->first = s->first ? s->first : s->last;
    return s;
}

void spool_close(struct spool *s)
{
    if (!s)
        return;
    char path[4096];
    if (s->to)
        fclose(s->to);
    if (s->from)
        fclose(s->from);
    if (s->to && !s->written)
        unlink(path_of(s, s->last, path));
    pthread_mutex_destroy(&s->lock);
    free(s->line);
    free(s);
}

/* ---- who puts ---- */

bool spool_put(struct spool *s, const char *line, size_t n)
{
    pthread_mutex_lock(&s->lock);
    uint64_t part = s->most / PARTS > PART_LEAST ? s->most / PARTS : PART_LEAST;
    bool fits = n < LINE_MOST && s->total + n + 1 <= s->most && (s->written < part || next_file(s));
    if (fits) {
        bool well = fwrite(line, 1, n, s->to) == n && fputc('\n', s->to) != EOF;
        s->written += n + 1;
        s->total += n + 1;
        fits = well;
    }
    s->lost += !fits;
    pthread_mutex_unlock(&s->lock);
    return fits;
}

void spool_flush(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    if (s->flushed < s->written && !fflush(s->to))
        s->flushed = s->written;
    pthread_mutex_unlock(&s->lock);
}

uint64_t spool_lost(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t n = s->lost;
    s->lost = 0;
    pthread_mutex_unlock(&s->lock);
    return n;
}

bool spool_empty(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    bool empty = !s->total;
    pthread_mutex_unlock(&s->lock);
    return empty;
}

/* ---- who takes ---- */

/* Up to where it may be read, and whether more will come. The file that is written is closed when all of it was read, so that
 * it can be done with. */
static uint64_t readable(struct spool *s, bool *growing)
{
    char path[4096];
    struct stat facts;
    pthread_mutex_lock(&s->lock);
    *growing = s->first == s->last;
    uint64_t end = s->flushed;
    if (*growing && s->taken && s->taken == s->written && next_file(s))
        *growing = false;
    pthread_mutex_unlock(&s->lock);
    if (!*growing) /* nobody writes there any more */
        end = stat(path_of(s, s->first, path), &facts) ? 0 : (uint64_t)facts.st_size;
    return end;
}

enum spool_got spool_next(struct spool *s, const char **line, size_t *n)
{
    char path[4096];
    bool growing;
    uint64_t end = readable(s, &growing);
    if (!s->from)
        s->from = fopen(path_of(s, s->first, path), "rb");
    if (s->taken >= end || !s->from)
        return growing ? SPOOL_LATER : SPOOL_END;
    clearerr(s->from); /* of the last time, when there was less */
    ssize_t got = getline(&s->line, &s->room, s->from);
    if (got <= 0)
        return growing ? SPOOL_LATER : SPOOL_END;
    s->taken += (uint64_t)got;
    if (s->line[got - 1] != '\n') /* of a run that was killed in its middle */
        return growing ? SPOOL_LATER : SPOOL_END;
    *line = s->line;
    *n = (size_t)got - 1;
    return SPOOL_LINE;
}

static void leave(struct spool *s)
{
    if (s->from)
        fclose(s->from);
    s->from = NULL;
    s->taken = 0;
}

void spool_done(struct spool *s)
{
    char path[4096];
    struct stat facts;
    path_of(s, s->first, path);
    uint64_t size = stat(path, &facts) ? 0 : (uint64_t)facts.st_size;
    unlink(path);
    leave(s);
    pthread_mutex_lock(&s->lock);
    s->total -= size < s->total ? size : s->total;
    s->first++;
    pthread_mutex_unlock(&s->lock);
}

void spool_again(struct spool *s) { leave(s); }
