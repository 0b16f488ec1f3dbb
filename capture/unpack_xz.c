/* xz data in, plain bytes out: one stream after another, with padding between them (the .xz format, 2.2), checked by
 * what sum they have. */
#include "capture/unpack.h"

#ifdef RT_XZ

#include <lzma.h>
#include <stdlib.h>

/* The dictionary is memory that the file's writer makes us take: 64 MiB with `xz -9`, and room for one twice as large. */
static const uint64_t MEMORY_MOST = UNPACK_MOST + (2 << 20);

struct xz {
    lzma_stream z;
    uint64_t padding; /* zeros since the last stream */
    bool between;     /* a stream has ended and no other has begun */
};

static void *xz_open(void)
{
    struct xz *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->z = (lzma_stream)LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&x->z, MEMORY_MOST, 0) != LZMA_OK) {
        free(x);
        return NULL;
    }
    return x;
}

/* Padding is of zeros, in fours. */
static enum unpacked next_stream(struct xz *x, struct unpack_step *s)
{
    for (; s->in_left && !*s->in; s->in++, s->in_left--)
        x->padding++;
    if (!s->in_left)
        return UNPACKED;
    if (x->padding % 4)
        return UNPACK_NONSENSE;
    x->padding = 0;
    x->between = false;
    return lzma_stream_decoder(&x->z, MEMORY_MOST, 0) == LZMA_OK ? UNPACKED : UNPACK_LARGE;
}

static enum unpacked said(lzma_ret got)
{
    if (got == LZMA_OK || got == LZMA_BUF_ERROR) /* the latter: neither input nor progress */
        return UNPACKED;
    return got == LZMA_MEMLIMIT_ERROR || got == LZMA_MEM_ERROR ? UNPACK_LARGE : UNPACK_NONSENSE;
}

static enum unpacked xz_run(void *state, struct unpack_step *s)
{
    struct xz *x = state;
    while (s->out_left) {
        if (x->between) {
            enum unpacked next = next_stream(x, s);
            if (next != UNPACKED || x->between)
                return next;
        }
        size_t in = s->in_left, out = s->out_left;
        x->z.next_in = s->in;
        x->z.avail_in = in;
        x->z.next_out = s->out;
        x->z.avail_out = out;
        lzma_ret got = lzma_code(&x->z, LZMA_RUN);
        s->in = x->z.next_in;
        s->in_left = x->z.avail_in;
        s->out = x->z.next_out;
        s->out_left = x->z.avail_out;
        if (got == LZMA_STREAM_END)
            x->between = true;
        else if (said(got) != UNPACKED || (in == s->in_left && out == s->out_left))
            return said(got);
    }
    return UNPACKED;
}

static bool xz_whole(const void *state)
{
    const struct xz *x = state;
    return x->between && x->padding % 4 == 0;
}

static void xz_close(void *state)
{
    struct xz *x = state;
    lzma_end(&x->z);
    free(x);
}

const struct unpack_kind unpack_xz = { "xz", xz_open, xz_run, xz_whole, xz_close };

#else
const struct unpack_kind unpack_xz = { .name = "xz" };
#endif
