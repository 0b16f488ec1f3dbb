/* A TCP segment and a secret in; whether the MD5 signature is right, out. RFC 2385 2. */
#include "state/engine_internal.h"

#include <nettle/md5.h>
#include <string.h>

static void put_u16(uint8_t *to, unsigned n)
{
    to[0] = (uint8_t)(n >> 8);
    to[1] = (uint8_t)n;
}

bool tcp_md5_right(const struct frame *f, const struct segment *seg, const char *secret)
{
    /* pseudo-header: addresses, protocol and length, for IPv6 as RFC 8200 8.1 lays it out */
    uint8_t pseudo[40] = { 0 };
    size_t used = f->src.size * 2u;
    uint32_t length = f->payload_size;
    memcpy(pseudo, f->src.b, f->src.size);
    memcpy(pseudo + f->src.size, f->dst.b, f->dst.size);
    if (f->src.size == 4) {
        pseudo[used + 1] = 6;
        put_u16(pseudo + used + 2, length);
        used += 4;
    } else {
        put_u16(pseudo + used, length >> 16);
        put_u16(pseudo + used + 2, length & 0xffff);
        pseudo[used + 7] = 6;
        used += 8;
    }
    /* the header without options, its checksum taken as zero; then the data; then the secret */
    uint8_t header[20];
    if (cur_left(&seg->header) < sizeof header || cur_left(&seg->payload) < seg->payload_size)
        return false;
    memcpy(header, seg->header.at, sizeof header);
    header[16] = header[17] = 0;
    struct md5_ctx md5;
    uint8_t digest[MD5_DIGEST_SIZE];
    md5_init(&md5);
    md5_update(&md5, used, pseudo);
    md5_update(&md5, sizeof header, header);
    md5_update(&md5, cur_left(&seg->payload), seg->payload.at);
    md5_update(&md5, strlen(secret), (const uint8_t *)secret);
    md5_digest(&md5, sizeof digest, digest);
    return !memcmp(digest, seg->md5, sizeof digest);
}
