/* Bytes in, the same compressed out: one gzip member, one zstd frame, or one stream of bzip2 or xz a call. */
#ifndef TESTS_MAKE_PACKED_H
#define TESTS_MAKE_PACKED_H

#include "base/buf.h"
#include "base/cursor.h"
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#ifdef RT_BZIP2
#include <bzlib.h>
#endif
#ifdef RT_XZ
#include <lzma.h>
#endif

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

#ifdef RT_BZIP2
static inline void make_bzip2(struct buf *to, struct cursor bytes)
{
    unsigned n = (unsigned)cur_left(&bytes), room = n + n / 100 + 600;
    char *in = malloc(n + 1), *out = malloc(room);
    if (in && out && bytes.at) {
        memcpy(in, bytes.at, n); /* its input is not const */
        if (BZ2_bzBuffToBuffCompress(out, &room, in, n, 1, 0, 0) == BZ_OK)
            buf_add(to, out, room);
    }
    free(in);
    free(out);
}
#endif

#ifdef RT_XZ
/* Whoever unpacks it needs as much memory as the dictionary is large. */
static inline void make_xz_with(struct buf *to, struct cursor bytes, uint32_t dictionary)
{
    size_t n = cur_left(&bytes), room = lzma_stream_buffer_bound(n), used = 0;
    uint8_t *out = malloc(room);
    lzma_options_lzma how;
    lzma_filter filters[] = { { LZMA_FILTER_LZMA2, &how }, { LZMA_VLI_UNKNOWN, NULL } };
    if (out && !lzma_lzma_preset(&how, 0)) {
        how.dict_size = dictionary;
        if (lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC64, NULL, bytes.at, n, out, &used, room) ==
            LZMA_OK)
            buf_add(to, (const char *)out, used);
    }
    free(out);
}
static inline void make_xz(struct buf *to, struct cursor bytes) { make_xz_with(to, bytes, 1 << 20); }
#endif

#endif
