/* Zstandard data in, plain bytes out: one frame after another (RFC 8878 3), skippable ones passed over. */
#include "capture/unpack.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* Above this, UNPACK_MOST, a frame is refused: its window is memory that the file's writer makes us take. It is what
 * `zstd --long` makes, and the library's own limit. */
enum { WINDOW_LOG_MAX = 27 };
_Static_assert(1 << WINDOW_LOG_MAX == UNPACK_MOST, "the same for all");

struct zstd {
    ZSTD_DStream *stream;
    bool between;
};

static void zstd_close(void *state)
{
    struct zstd *z = state;
    ZSTD_freeDStream(z->stream);
    free(z);
}

static void *zstd_open(void)
{
    struct zstd *z = calloc(1, sizeof *z);
    if (!z)
        return NULL;
    z->stream = ZSTD_createDStream();
    if (!z->stream || ZSTD_isError(ZSTD_DCtx_setParameter(z->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
        zstd_close(z);
        return NULL;
    }
    return z;
}

static enum unpacked failed(size_t got)
{
    ZSTD_ErrorCode why = ZSTD_getErrorCode(got);
    bool large = why == ZSTD_error_frameParameter_windowTooLarge || why == ZSTD_error_memory_allocation;
    return large ? UNPACK_LARGE : UNPACK_NONSENSE;
}

static enum unpacked zstd_run(void *state, struct unpack_step *s)
{
    struct zstd *z = state;
    for (;;) {
        ZSTD_inBuffer in = { s->in, s->in_left, 0 };
        ZSTD_outBuffer out = { s->out, s->out_left, 0 };
        size_t got = ZSTD_decompressStream(z->stream, &out, &in);
        s->in += in.pos;
        s->in_left -= in.pos;
        s->out += out.pos;
        s->out_left -= out.pos;
        if (ZSTD_isError(got))
            return failed(got);
        if (!in.pos && !out.pos)
            return UNPACKED; /* asked with nothing, it wants the next frame's header: that does not begin one */
        z->between = got == 0;
        if (!s->out_left || (!s->in_left && z->between))
            return UNPACKED;
    }
}

static bool zstd_whole(const void *state) { return ((const struct zstd *)state)->between; }

const struct unpack_kind unpack_zstd = { "zstd", zstd_open, zstd_run, zstd_whole, zstd_close };
