/* Packets in; a ring of pcapng files out. */
#include "capture/ring.h"

#include "base/grow.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PIECES = 16, /* so much of the ring goes at once */
    PIECE_LEAST = 64 << 10,
    WRITE_AT_ONCE = 256 << 10,
    BUFFER_MOST = 1 << 20,
    PATIENCE = 10, /* flushes until a failing disk is tried again */
};

struct ring {
    int folder;
    char *path;
    uint64_t size;
    const struct pcapng_interface *interfaces;
    unsigned count;
    int file;                 /* -1: none */
    uint64_t number, written; /* of the file, and in it */
    struct buf waiting;
    unsigned patience;
    uint64_t lost, in_waiting;
    char why[300];
};

/* The number in the name of one of our files, 0 for others. */
static uint64_t number_of(const char *name)
{
    static const char before[] = "evidence-";
    const char *digits = name + sizeof before - 1;
    char *end;
    if (strncmp(name, before, sizeof before - 1) != 0 || *digits < '0' || *digits > '9')
        return 0;
    unsigned long long n = strtoull(digits, &end, 10);
    return strcmp(end, ".pcapng") == 0 ? n : 0;
}

static void name_of(uint64_t number, char name[64])
{
    snprintf(name, 64, "evidence-%08llu.pcapng", (unsigned long long)number);
}

struct old {
    uint64_t number, size;
};

static int by_number(const void *a, const void *b)
{
    const struct old *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Our files in the folder, the oldest first. The caller's to free. */
static struct old *list_files(const struct ring *r, size_t *count)
{
    struct old *list = NULL;
    uint32_t room = 0;
    *count = 0;
    int fd = dup(r->folder);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    rewinddir(folder);
    for (const struct dirent *e; (e = readdir(folder));) {
        struct stat facts;
        uint64_t n = number_of(e->d_name);
        if (!n || fstatat(r->folder, e->d_name, &facts, AT_SYMLINK_NOFOLLOW) || !S_ISREG(facts.st_mode))
            continue;
        if (!grow(&list, *count, &room, sizeof *list, 64, UINT32_MAX))
            break;
        list[(*count)++] = (struct old){ n, (uint64_t)facts.st_size };
    }
    closedir(folder);
    if (list)
        qsort(list, *count, sizeof *list, by_number);
    return list;
}

static uint64_t piece(const struct ring *r)
{
    uint64_t size = r->size / PIECES;
    return size < PIECE_LEAST ? PIECE_LEAST : size;
}

/* The oldest go, until a whole new piece has room. Tells the last number used. */
static uint64_t make_room(struct ring *r)
{
    size_t count;
    struct old *list = list_files(r, &count);
    uint64_t all = 0, last = count ? list[count - 1].number : 0;
    for (size_t i = 0; i < count; i++)
        all += list[i].size;
    for (size_t i = 0; i < count && all + piece(r) > r->size; i++) {
        char name[64];
        name_of(list[i].number, name);
        if (!unlinkat(r->folder, name, 0))
            all -= list[i].size;
    }
    free(list);
    return last;
}

static void end_file(struct ring *r)
{
    if (r->file >= 0)
        close(r->file);
    r->file = -1;
}

static void fail(struct ring *r, const char *what)
{
    snprintf(r->why, sizeof r->why, "%.200s: %s: %s", r->path, what, strerror(errno));
    end_file(r);
    r->lost += r->in_waiting;
    r->in_waiting = 0;
    buf_clear(&r->waiting);
    r->patience = PATIENCE;
}

/* Somebody tidied up: what is written to a file, or into a folder, that has no name any more is found by nobody. Nothing
 * waits to be written. */
static void look_after(struct ring *r)
{
    struct stat open_one, there;
    if (r->file >= 0 && !fstat(r->file, &open_one) && !open_one.st_nlink)
        end_file(r);
    if (!fstat(r->folder, &open_one) && !stat(r->path, &there) && open_one.st_ino == there.st_ino &&
        open_one.st_dev == there.st_dev)
        return;
    if (mkdir(r->path, 0750) && errno != EEXIST)
        return; /* what is open is better than nothing; a file that cannot be begun there is told */
    int folder = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    close(r->folder);
    r->folder = folder;
    end_file(r);
}

static bool begin_file(struct ring *r)
{
    char name[64];
    r->number = make_room(r) + 1;
    name_of(r->number, name);
    r->file = openat(r->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (r->file < 0) {
        fail(r, name);
        return false;
    }
    r->written = 0;
    pcapng_put_section(&r->waiting, "packets of interest, kept by routetap monitor");
    for (unsigned i = 0; i < r->count; i++)
        pcapng_put_interface(&r->waiting, &r->interfaces[i]);
    return true;
}

static void write_out(struct ring *r)
{
    const char *at = buf_text(&r->waiting);
    for (size_t left = r->waiting.used; left;) {
        ssize_t n = write(r->file, at, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fail(r, "evidence cannot be written");
            return;
        }
        at += n;
        left -= (size_t)n;
        r->written += (uint64_t)n;
    }
    r->in_waiting = 0;
    buf_clear(&r->waiting);
    if (r->written >= piece(r))
        end_file(r);
}

void ring_put(struct ring *r, const struct packet *p, uint64_t id)
{
    if (r->patience || (r->file < 0 && !begin_file(r))) {
        r->lost++;
        return;
    }
    pcapng_put_packet(&r->waiting, p->file < r->count ? p->file : 0, p, id, NULL);
    r->in_waiting++;
    /* pieces end where they should, so that the ring keeps its size */
    if (r->waiting.used >= WRITE_AT_ONCE || r->written + r->waiting.used >= piece(r))
        write_out(r);
}

void ring_flush(struct ring *r)
{
    if (r->patience && !--r->patience)
        r->why[0] = '\0';
    if (r->waiting.used)
        write_out(r);
    look_after(r);
}

const char *ring_why(const struct ring *r) { return r->why; }
uint64_t ring_lost(const struct ring *r) { return r->lost; }
void ring_resize(struct ring *r, uint64_t size) { r->size = size; }

struct ring *ring_open(const char *folder, uint64_t size, const struct pcapng_interface *interfaces,
                       unsigned count, enum err *why, char message[300])
{
    struct ring *r = calloc(1, sizeof *r);
    *why = ERR_MEMORY;
    snprintf(message, 300, "there is not enough memory to begin");
    if (!r)
        return NULL;
    *r = (struct ring){ .folder = -1,
                        .path = strdup(folder),
                        .size = size,
                        .interfaces = interfaces,
                        .count = count,
                        .file = -1,
                        .waiting = buf_init(BUFFER_MOST) };
    if (!r->path) {
        ring_close(r);
        return NULL;
    }
    if (mkdir(folder, 0750) && errno != EEXIST)
        r->folder = -1;
    else
        r->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->folder < 0 || faccessat(r->folder, ".", W_OK, AT_EACCESS)) {
        *why = ERR_OPEN;
        snprintf(message, 300, "%.200s: %s", folder, strerror(errno));
        ring_close(r);
        return NULL;
    }
    *why = ERR_NONE;
    return r;
}

void ring_close(struct ring *r)
{
    if (!r)
        return;
    if (r->file >= 0 && r->waiting.used)
        write_out(r);
    if (r->file >= 0)
        close(r->file);
    if (r->folder >= 0)
        close(r->folder);
    buf_free(&r->waiting);
    free(r->path);
    free(r);
}
