/* gzip data in, plain bytes out: one member after another (RFC 1952 2.2), checked by their CRC. */
#define ZLIB_CONST /* its input pointer is to const */
#include "capture/unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

struct gzip {
    z_stream z;
    bool between; /* a member has ended and no other has begun */
};

static void *gzip_open(void)
{
    struct gzip *g = calloc(1, sizeof *g);
    /* 16: a gzip header is a must; zlib's own format is not looked for */
    if (g && inflateInit2(&g->z, 15 + 16) != Z_OK) {
        free(g);
        return NULL;
    }
    return g;
}

static uInt limited(size_t n) { return n > UINT_MAX ? UINT_MAX : (uInt)n; }

/* Tapes and block devices leave zeros behind the last member; gzip(1) passes over them too. */
static enum unpacked next_member(struct gzip *g, struct unpack_step *s)
{
    while (s->in_left && !*s->in) {
        s->in++;
        s->in_left--;
    }
    if (!s->in_left)
        return UNPACKED;
    g->between = false;
    return inflateReset(&g->z) == Z_OK ? UNPACKED : UNPACK_NONSENSE;
}

static enum unpacked gzip_run(void *state, struct unpack_step *s)
{
    struct gzip *g = state;
    while (s->out_left) {
        if (g->between && next_member(g, s) != UNPACKED)
            return UNPACK_NONSENSE;
        if (g->between)
            return UNPACKED;
        uInt in = limited(s->in_left), out = limited(s->out_left);
        g->z.next_in = s->in;
        g->z.avail_in = in;
        g->z.next_out = s->out;
        g->z.avail_out = out;
        int got = inflate(&g->z, Z_NO_FLUSH);
        s->in += in - g->z.avail_in;
        s->in_left -= in - g->z.avail_in;
        s->out += out - g->z.avail_out;
        s->out_left -= out - g->z.avail_out;
        if (got == Z_STREAM_END)
            g->between = true;
        else if (got == Z_BUF_ERROR)
            return UNPACKED; /* neither input nor progress: not an error (zlib.h at inflate) */
        else if (got != Z_OK)
            return got == Z_MEM_ERROR ? UNPACK_LARGE : UNPACK_NONSENSE;
    }
    return UNPACKED;
}

static bool gzip_whole(const void *state) { return ((const struct gzip *)state)->between; }

static void gzip_close(void *state)
{
    struct gzip *g = state;
    inflateEnd(&g->z);
    free(g);
}

const struct unpack_kind unpack_gzip = { "gzip", gzip_open, gzip_run, gzip_whole, gzip_close };
