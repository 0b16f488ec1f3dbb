/* A path, "-" or memory in; its bytes out, uncompressed. The kind of compression is told by the first bytes,
 * never by the name. Plain files are mapped, piece by piece; from a pipe plain bytes go straight to the reader's
 * buffer. */
#include "capture/input.h"

#include "base/macros.h"
#include "capture/mapped.h"
#include "capture/unpack.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PEEKED = 6, /* enough to know the compressions by */
    PACKED_ROOM = 128 << 10,
    READ_AHEAD = 8 << 20,
};

/* Where bytes come from before anybody looks at them. */
struct raw {
    int fd; /* -1: memory */
    struct cursor memory;
    size_t
        step; /* memory is given out in steps that grow, so that the small files of tests meet every border */
    uint64_t consumed;
    int errno_was;
};

struct input {
    struct raw raw;
    uint8_t peeked[PEEKED];
    size_t peeked_left;             /* the last bytes of `peeked` that were not given out yet */
    const struct unpack_kind *kind; /* NULL: plain */
    void *unpacker;
    uint8_t *packed; /* PACKED_ROOM, only if compressed */
    const uint8_t *packed_at;
    size_t packed_left;
    uint64_t size;
    struct mapped mapped;
    uint64_t ahead; /* the kernel was asked to read up to here */
    bool sized, again, mappable;
    enum input_end end;
    char words[120];
};

static size_t raw_read(struct raw *r, uint8_t *to, size_t room)
{
    size_t n = 0;
    if (r->fd < 0) {
        n = cur_left(&r->memory) < room ? cur_left(&r->memory) : room;
        if (n > r->step) {
            n = r->step;
            r->step += r->step / 2;
        }
        if (n)
            memcpy(to, cur_take(&r->memory, n), n);
    } else {
        ssize_t got;
        do
            got = read(r->fd, to, room);
        while (got < 0 && errno == EINTR);
        r->errno_was = got < 0 ? errno : 0;
        n = got < 0 ? 0 : (size_t)got;
    }
    r->consumed += n;
    return n;
}

/* A skippable frame may stand first: pzstd begins with one. RFC 8878 3.1.2 */
static bool is_zstd(const uint8_t *p)
{
    return !memcmp(p, "\x28\xb5\x2f\xfd", 4) || ((p[0] & 0xf0) == 0x50 && !memcmp(p + 1, "\x2a\x4d\x18", 3));
}

static bool is_gzip(const uint8_t *p) { return p[0] == 0x1f && p[1] == 0x8b; } /* RFC 1952 2.3.1 */

/* The size of its blocks, and pi; or the root of pi, where there is no block at all. */
static bool is_bzip2(const uint8_t *p)
{
    return !memcmp(p, "BZh", 3) && p[3] >= '1' && p[3] <= '9' && (p[4] == 0x31 || p[4] == 0x17);
}

static bool is_xz(const uint8_t *p) { return !memcmp(p, "\xfd\x37zXZ\0", 6); } /* .xz 2.1.1.1 */

static const struct packing {
    const struct unpack_kind *kind;
    bool (*is)(const uint8_t *);
    size_t size; /* so many bytes are looked at */
} packings[] = {
    { &unpack_gzip, is_gzip, 2 },
    { &unpack_zstd, is_zstd, 4 },
    { &unpack_bzip2, is_bzip2, 5 },
    { &unpack_xz, is_xz, 6 },
};

/* NULL: none, or none that is undone here. */
static const struct unpack_kind *kind_of(const uint8_t *first, size_t have)
{
    for (size_t i = 0; i < COUNT(packings); i++)
        if (have >= packings[i].size && packings[i].is(first))
            return packings[i].kind->open ? packings[i].kind : NULL;
    return NULL;
}

static enum err input_begin(struct input *in)
{
    size_t have = 0, n;
    uint8_t first[PEEKED];
    while (have < PEEKED && (n = raw_read(&in->raw, first + have, PEEKED - have)) > 0)
        have += n;
    if (in->raw.errno_was)
        return ERR_READ;
    memcpy(in->peeked + PEEKED - have, first, have);
    in->peeked_left = have;
    if (!(in->kind = kind_of(first, have)))
        return ERR_NONE;
    in->unpacker = in->kind->open();
    in->packed = malloc(PACKED_ROOM);
    if (!in->unpacker || !in->packed)
        return ERR_MEMORY;
    memcpy(in->packed, first, have);
    in->packed_at = in->packed;
    in->packed_left = have;
    in->peeked_left = 0;
    return ERR_NONE;
}

static struct input *opened(struct input *in, const char *path, enum err *why, char message[MESSAGE_ROOM])
{
    *why = input_begin(in);
    if (*why == ERR_NONE)
        return in;
    if (*why == ERR_MEMORY)
        snprintf(message, MESSAGE_ROOM, "cannot read %.200s: out of memory", path);
    else if (in->raw.errno_was == EISDIR) {
        *why = ERR_OPEN;
        snprintf(message, MESSAGE_ROOM, "cannot read %.200s: it is a directory; give the capture files in it",
                 path);
    } else
        snprintf(message, MESSAGE_ROOM, "cannot read %.200s: %s", path, strerror(in->raw.errno_was));
    input_close(in);
    return NULL;
}

static struct input *input_new(enum err *why, char message[MESSAGE_ROOM])
{
    struct input *in = calloc(1, sizeof *in);
    if (!in) {
        *why = ERR_MEMORY;
        snprintf(message, MESSAGE_ROOM, "out of memory");
        return NULL;
    }
    in->raw.fd = -1;
    return in;
}

struct input *input_open(const char *path, enum err *why, char message[MESSAGE_ROOM])
{
    struct input *in = input_new(why, message);
    if (!in)
        return NULL;
    bool standard = !strcmp(path, "-");
    in->raw.fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (in->raw.fd < 0 || fstat(in->raw.fd, &st)) {
        *why = ERR_OPEN;
        snprintf(message, MESSAGE_ROOM, "cannot open %.200s: %s", path, strerror(errno));
        input_close(in);
        return NULL;
    }
    in->sized = S_ISREG(st.st_mode);
    in->size = in->sized ? (uint64_t)st.st_size : 0;
    in->again = in->mappable = in->sized && !standard;
    if (in->sized)
        (void)posix_fadvise(in->raw.fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice: it may be refused */
    return opened(in, path, why, message);
}

struct input *input_open_memory(struct cursor bytes, enum err *why, char message[MESSAGE_ROOM])
{
    struct input *in = input_new(why, message);
    if (!in)
        return NULL;
    in->raw.memory = bytes;
    in->raw.step = 64;
    in->size = cur_left(&bytes);
    in->sized = in->again = true;
    return opened(in, "memory", why, message);
}

void input_close(struct input *in)
{
    if (!in)
        return;
    if (in->raw.fd > STDIN_FILENO)
        close(in->raw.fd);
    if (in->unpacker)
        in->kind->close(in->unpacker);
    mapped_close(&in->mapped);
    free(in->packed);
    free(in);
}

static void end_of_raw(struct input *in)
{
    if (in->raw.errno_was) {
        in->end = INPUT_FAILED;
        snprintf(in->words, sizeof in->words, "cannot be read any further: %s", strerror(in->raw.errno_was));
    } else if (in->kind && !in->kind->whole(in->unpacker)) {
        in->end = INPUT_DAMAGED;
        snprintf(in->words, sizeof in->words, "the %s data end too early", in->kind->name);
    }
}

static size_t read_plain(struct input *in, uint8_t *to, size_t room)
{
    size_t n = in->peeked_left < room ? in->peeked_left : room;
    if (n) {
        memcpy(to, in->peeked + PEEKED - in->peeked_left, n);
        in->peeked_left -= n;
        return n;
    }
    n = raw_read(&in->raw, to, room);
    if (!n && room)
        end_of_raw(in);
    return n;
}

static void cannot_unpack(struct input *in, enum unpacked why)
{
    in->end = why == UNPACK_LARGE ? INPUT_FAILED : INPUT_DAMAGED;
    if (why == UNPACK_LARGE)
        snprintf(in->words, sizeof in->words,
                 "cannot be read: its %s data want more than %u MiB of memory; unpack it first",
                 in->kind->name, UNPACK_MOST >> 20);
    else
        snprintf(in->words, sizeof in->words, "the %s data make no sense", in->kind->name);
}

static size_t read_packed(struct input *in, uint8_t *to, size_t room)
{
    if (in->end != INPUT_WELL)
        return 0;
    struct unpack_step s = { in->packed_at, in->packed_left, to, room };
    for (;;) {
        enum unpacked got = in->kind->run(in->unpacker, &s);
        in->packed_at = s.in;
        in->packed_left = s.in_left;
        if (got != UNPACKED)
            cannot_unpack(in, got);
        if (got != UNPACKED || s.out_left < room)
            return room - s.out_left;
        /* nothing came of what there was */
        size_t n = raw_read(&in->raw, in->packed, PACKED_ROOM);
        if (!n) {
            end_of_raw(in);
            return 0;
        }
        s.in = in->packed;
        s.in_left = n;
    }
}

size_t input_read(struct input *in, uint8_t *to, size_t room)
{
    return in->kind ? read_packed(in, to, room) : read_plain(in, to, room);
}

/* Pieces are big enough to be mapped by few calls, and small enough to leave the memory of the machine alone. What
 * comes after them is fetched meanwhile. */
static void read_ahead(struct input *in, uint64_t end)
{
    if (end < in->ahead)
        return;
    in->ahead = end + READ_AHEAD;
    (void)posix_fadvise(in->raw.fd, (off_t)end, READ_AHEAD, POSIX_FADV_WILLNEED);
}

bool input_map(struct input *in, uint64_t offset, uint64_t resume, size_t room, const uint8_t **bytes,
               size_t *size)
{
    if (!in->mappable || in->kind)
        return false;
    *size = 0;
    struct stat st;
    if (mapped_lost(&in->mapped) || fstat(in->raw.fd, &st)) {
        in->raw.errno_was = EIO;
        end_of_raw(in);
        return true;
    }
    if (offset >= (uint64_t)st.st_size) /* it may have grown, or shrunk, since it was opened */
        return true;
    uint64_t border = offset & ~((uint64_t)sysconf(_SC_PAGESIZE) - 1), left = (uint64_t)st.st_size - offset;
    size_t before = (size_t)(offset - border), take = left < room ? (size_t)left : room;
    struct mapped m;
    if (!mapped_open(&m, in->raw.fd, border, before + take)) {
        in->mappable = false;
        in->peeked_left = 0;
        (void)lseek(in->raw.fd, (off_t)resume, SEEK_SET);
        return false;
    }
    mapped_close(&in->mapped);
    in->mapped = m;
    in->raw.consumed = offset + take;
    if (take == room)
        read_ahead(in, offset + take);
    *bytes = m.base + before;
    *size = take;
    return true;
}

/* bzip2 gives out a block before its sum is known to be wrong. */
bool input_spoiled(struct input *in)
{
    uint8_t block[4096];
    size_t left = in->kind ? 1000000 : 0;
    for (size_t n; left && (n = input_read(in, block, sizeof block)) > 0;)
        left -= n < left ? n : left;
    return in->end == INPUT_DAMAGED;
}

enum input_end input_end(const struct input *in) { return in->end; }
const char *input_words(const struct input *in) { return in->words; }
uint64_t input_consumed(const struct input *in) { return in->raw.consumed; }
bool input_again(const struct input *in) { return in->again; }

bool input_size(const struct input *in, uint64_t *size)
{
    *size = in->size;
    return in->sized;
}
