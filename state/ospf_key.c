/* A packet and a secret in; whether the one was signed with the other, out. decode/ospf knows what must be digested. */
#include "state/ospf_key.h"

#include "base/macros.h"
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <string.h>

enum { SECRET_MOST = 512 }; /* longer ones than any router takes */

static const struct nettle_hash *hash_of(enum ospf_digest kind)
{
    switch (kind) {
    case OSPF_DIGEST_SHA1: return &nettle_sha1;
    case OSPF_DIGEST_SHA256: return &nettle_sha256;
    case OSPF_DIGEST_SHA384: return &nettle_sha384;
    case OSPF_DIGEST_SHA512: return &nettle_sha512;
    default: return NULL;
    }
}

/* RFC 2328 D.4.3: digest of the packet and of the key behind it, which has 16 bytes. */
static bool md5_right(const struct ospf_auth_input *in, const uint8_t *secret, size_t size)
{
    uint8_t key[MD5_DIGEST_SIZE] = { 0 }, digest[MD5_DIGEST_SIZE];
    struct md5_ctx md5;
    memcpy(key, secret, size < sizeof key ? size : sizeof key);
    md5_init(&md5);
    md5_update(&md5, cur_left(&in->bytes), in->bytes.at);
    md5_update(&md5, sizeof key, key);
    md5_digest(&md5, sizeof digest, digest);
    return !memcmp(digest, in->digest.at, sizeof digest);
}

/* The state of a keyed hash, before anything of the message. */
union hash_state {
    struct sha1_ctx sha1;
    struct sha256_ctx sha256;
    struct sha512_ctx sha512;
};

static bool hmac_right(const struct ospf_auth_input *in, const uint8_t *key, size_t size)
{
    const struct nettle_hash *hash = hash_of(in->kind);
    union hash_state outer, inner, state;
    uint8_t digest[OSPF_DIGEST_LARGEST];
    if (!hash || in->apad_size > sizeof digest)
        return false;
    hmac_set_key(&outer, &inner, &state, hash, size, key);
    hmac_update(&state, hash, cur_left(&in->bytes), in->bytes.at);
    hmac_update(&state, hash, in->apad_size, in->apad);
    hmac_digest(&outer, &inner, &state, hash, in->apad_size, digest);
    return !memcmp(digest, in->digest.at, in->apad_size);
}

/* RFC 5709 3.3, RFC 7166 4.5 and RFC 7474 6 shorten keys that are longer than the digest by hashing them; RFC 2104, and
 * so most software, only those that are longer than a block. Either is right here. */
static bool hmac_either(const struct ospf_auth_input *in, const uint8_t *key, size_t size)
{
    const struct nettle_hash *hash = hash_of(in->kind);
    if (hmac_right(in, key, size))
        return true;
    if (!hash || size <= hash->digest_size || size > hash->block_size)
        return false;
    union hash_state state;
    uint8_t shorter[OSPF_DIGEST_LARGEST];
    hash->init(&state);
    hash->update(&state, size, key);
    hash->digest(&state, hash->digest_size, shorter);
    return hmac_right(in, shorter, hash->digest_size);
}

static enum ospf_key_found password_try(const struct ospf_packet *p, const uint8_t *secret, size_t size)
{
    uint8_t padded[8] = { 0 };
    if (cur_left(&p->password) != sizeof padded)
        return OSPF_KEY_UNTRIED;
    memcpy(padded, secret, size < sizeof padded ? size : sizeof padded);
    return memcmp(padded, p->password.at, sizeof padded) ? OSPF_KEY_WRONG : OSPF_KEY_RIGHT;
}

enum ospf_key_found ospf_key_try(const struct ospf_packet *p, const struct addr *src, const uint8_t *secret,
                                 size_t size)
{
    struct ospf_auth_input in;
    uint8_t key[SECRET_MOST + 2];
    if (p->auth == OSPF_AUTH_SIMPLE)
        return password_try(p, secret, size);
    if (size > SECRET_MOST || !ospf_auth_input(p, src, &in))
        return OSPF_KEY_UNTRIED;
    if (in.kind == OSPF_DIGEST_MD5)
        return md5_right(&in, secret, size) ? OSPF_KEY_RIGHT : OSPF_KEY_WRONG;
    if (size)
        memcpy(key, secret, size);
    size_t used = size;
    if (in.protocol_id) {
        key[used++] = (uint8_t)(in.protocol_id >> 8);
        key[used++] = (uint8_t)in.protocol_id;
    }
    if (hmac_either(&in, key, used))
        return OSPF_KEY_RIGHT;
    if (in.protocol_id) {
        key[size] = (uint8_t)in.protocol_id;
        key[size + 1] = (uint8_t)(in.protocol_id >> 8);
        if (hmac_either(&in, key, used))
            return OSPF_KEY_RIGHT_SWAPPED;
    }
    return OSPF_KEY_WRONG;
}
