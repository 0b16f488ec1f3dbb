/* An answer in, the same made smaller out, for those who take it so. */
#include "web/gzip.h"

#include <stdlib.h>
#include <zlib.h>

/* 1: JSON shrinks to a tenth even so, and a page of two thousand peerings takes ten milliseconds. 15 + 16: the header
 * and trailer of gzip. */
enum { LEVEL = 1, WINDOW = 15 + 16, MEMORY = 8 };

bool gzip_squeeze(struct buf *b)
{
    z_stream z = { 0 };
    if (b->used > UINT32_MAX / 2 ||
        deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t room = deflateBound(&z, b->used);
    unsigned char *out = malloc(room);
    if (!out) {
        deflateEnd(&z);
        return false;
    }
    z.next_in = (unsigned char *)b->text;
    z.avail_in = (unsigned)b->used;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    bool well = deflate(&z, Z_FINISH) == Z_STREAM_END;
    size_t used = z.total_out;
    deflateEnd(&z);
    if (!well) {
        free(out);
        return false;
    }
    size_t ceiling = b->ceiling;
    buf_free(b);
    *b = (struct buf){ (char *)out, used, room, ceiling, false };
    return true;
}
