/* Bytes in, the same compressed out: one gzip member or one zstd frame a call. */
#ifndef TESTS_MAKE_PACKED_H
#define TESTS_MAKE_PACKED_H

#include "base/buf.h"
#include "base/cursor.h"
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static inline void make_gzip(struct buf *to, struct cursor bytes)
{
    z_stream z = { 0 };
    size_t n = cur_left(&bytes), room = n + n / 100 + 1024;
    uint8_t *in = malloc(n + 1), *out = malloc(room);
    if (in && out && bytes.at && deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK) {
        memcpy(in, bytes.at, n); /* zlib's input is not const */
        z.next_in = in;
        z.avail_in = (uInt)n;
        z.next_out = out;
        z.avail_out = (uInt)room;
        if (deflate(&z, Z_FINISH) == Z_STREAM_END)
            buf_add(to, (const char *)out, room - z.avail_out);
        deflateEnd(&z);
    }
    free(in);
    free(out);
}

static inline void make_zstd(struct buf *to, struct cursor bytes)
{
    size_t room = ZSTD_compressBound(cur_left(&bytes));
    char *out = malloc(room);
    ZSTD_CCtx *z = ZSTD_createCCtx();
    if (out && z && !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1))) /* as zstd(1) does */
        buf_add(to, out, ZSTD_compress2(z, out, room, bytes.at, cur_left(&bytes)));
    ZSTD_freeCCtx(z);
    free(out);
}

#endif
