/* bzip2 data in, plain bytes out: one stream after another, as pbzip2 writes them, each checked by its CRC. Takes 4 MB
 * at most, whoever wrote the file. */
#include "capture/unpack.h"

#ifdef RT_BZIP2

#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>

struct bzip2 {
    bz_stream z;
    bool between; /* a stream has ended and no other has begun */
};

static void *bzip2_open(void)
{
    struct bzip2 *b = calloc(1, sizeof *b);
    if (b && BZ2_bzDecompressInit(&b->z, 0, 0) != BZ_OK) {
        free(b);
        return NULL;
    }
    return b;
}

static unsigned limited(size_t n) { return n > UINT_MAX ? UINT_MAX : (unsigned)n; }

static bool next_stream(struct bzip2 *b)
{
    BZ2_bzDecompressEnd(&b->z);
    b->z = (bz_stream){ 0 };
    b->between = false;
    return BZ2_bzDecompressInit(&b->z, 0, 0) == BZ_OK;
}

static enum unpacked bzip2_run(void *state, struct unpack_step *s)
{
    struct bzip2 *b = state;
    while (s->out_left) {
        if (b->between && !s->in_left)
            return UNPACKED;
        if (b->between && !next_stream(b))
            return UNPACK_LARGE;
        unsigned in = limited(s->in_left), out = limited(s->out_left);
        b->z.next_in = (char *)(uintptr_t)s->in; /* it is not written to */
        b->z.avail_in = in;
        b->z.next_out = (char *)s->out;
        b->z.avail_out = out;
        int got = BZ2_bzDecompress(&b->z);
        in -= b->z.avail_in;
        out -= b->z.avail_out;
        s->in += in;
        s->in_left -= in;
        s->out += out;
        s->out_left -= out;
        if (got == BZ_STREAM_END)
            b->between = true;
        else if (got == BZ_MEM_ERROR)
            return UNPACK_LARGE;
        else if (got != BZ_OK)
            return UNPACK_NONSENSE;
        else if (!in && !out)
            return UNPACKED;
    }
    return UNPACKED;
}

static bool bzip2_whole(const void *state) { return ((const struct bzip2 *)state)->between; }

static void bzip2_close(void *state)
{
    struct bzip2 *b = state;
    BZ2_bzDecompressEnd(&b->z);
    free(b);
}

const struct unpack_kind unpack_bzip2 = { "bzip2", bzip2_open, bzip2_run, bzip2_whole, bzip2_close };

#else
const struct unpack_kind unpack_bzip2 = { .name = "bzip2" };
#endif
