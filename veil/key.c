/* Addresses, AS numbers and MACs in, others out: one to one, by a key. */
#include "veil/key.h"

#include "base/macros.h"
#include "veil/veil.h"
#include <nettle/sha2.h>
#include <stdlib.h>

/* What tells one use of the second cipher from another. */
enum use { USE_KEY = 1, USE_AS, USE_MAC, USE_SECRET };

void veil_key(const void *secret, size_t n, uint8_t key[VEIL_KEY])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, n, secret);
    sha256_digest(&sha, VEIL_KEY, key);
}

void key_init(struct veil_key *k, const uint8_t *bytes)
{
    uint8_t second[16] = { USE_KEY };
    memset(k, 0, sizeof *k);
    aes128_set_encrypt_key(&k->pan, bytes);
    aes128_encrypt(&k->pan, 16, k->pad, bytes + 16); /* as Crypto-PAn makes its pad */
    for (unsigned i = 1; i < 16; i++)
        second[i] = k->pad[i];
    aes128_encrypt(&k->pan, 16, second, second);
    aes128_set_encrypt_key(&k->other, second);
}

/* ---- addresses ---- */

/* A class of addresses: what is in it stays in it, and nothing else gets in. */
struct class
{
    uint8_t size, bits, first[16];
    bool whole; /* its addresses stay as they are */
};

static const struct class classes[] = {
#define BOGON_PREFIX(afi, n, words, ...) { (afi) == 1 ? 4 : 16, n, { __VA_ARGS__ }, false },
#include "decode/bgp/bogon_prefix.def"
#undef BOGON_PREFIX
    { 4, 8, { 0 }, true },                           /* 0.0.0.0, and areas that are numbers */
    { 4, 8, { 127 }, true },                         /* loopback */
    { 4, 24, { 224, 0, 0 }, true },                  /* of the link, OSPF's among them (RFC 5771 4) */
    { 4, 16, { 255, 255 }, true },                   /* broadcast, and masks */
    { 16, 128, { 0 }, true },                        /* unspecified */
    { 16, 128, { [15] = 1 }, true },                 /* loopback */
    { 16, 96, { 0, 0x64, 0xff, 0x9b }, false },      /* RFC 6052 */
    { 16, 3, { 0x20 }, false },                      /* global unicast (RFC 4291 2.4) */
    { 16, 64, { 0xfe, 0x80 }, false },               /* link-local as it is used */
    { 16, 112, { 0xff, 2 }, true },                  /* multicast of the link (RFC 4291 2.7.1) */
    { 16, 96, { [10] = 0xff, [11] = 0xff }, false }, /* IPv4-mapped */
};

static unsigned common(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    for (unsigned i = 0; i < bits; i += 8) {
        unsigned differ = (unsigned)(a[i / 8] ^ b[i / 8]);
        if (!differ)
            continue;
        while (!(differ & 0x80)) {
            differ <<= 1;
            i++;
        }
        return i < bits ? i : bits;
    }
    return bits;
}

/* So many bits in front must stay, that the address is of the same classes as before: all that it shares with a class,
 * and the one where it parts from it. */
static unsigned fixed_bits(const uint8_t *address, unsigned size)
{
    unsigned most = 0;
    for (unsigned i = 0; i < COUNT(classes); i++) {
        const struct class *c = &classes[i];
        if (c->size != size)
            continue;
        unsigned same = common(address, c->first, c->bits);
        if (same == c->bits && c->whole)
            return size * 8;
        unsigned fixed = same == c->bits ? same : same + 1;
        most = fixed > most ? fixed : most;
    }
    return most;
}

/* Where two of the ordered part, the bit stays: so the greater one stays the greater one. */
struct between {
    const uint32_t *from, *to; /* those that share all bits so far */
};

static bool parts(struct between *b, uint32_t address, unsigned i)
{
    const uint32_t *middle = b->from;
    uint32_t bit = UINT32_C(1) << (31 - i);
    for (size_t n = (size_t)(b->to - b->from); n;) { /* the first that has the bit */
        size_t half = n / 2;
        if (middle[half] & bit)
            n = half;
        else {
            middle += half + 1;
            n -= half + 1;
        }
    }
    bool both = middle > b->from && middle < b->to;
    if (address & bit)
        b->from = middle;
    else
        b->to = middle;
    return both;
}

static void prefix_v4_mapped(const struct veil_key *k, uint8_t *address, unsigned bits)
{
    if (bits > 96)
        key_prefix(k, address + 12, 4, bits - 96);
}

/* Bit i turns if the cipher says so of the bits in front of it. Xu et al., 4.1; but where Crypto-PAn has its pad behind
 * them, so that neighbouring bits often have the same input, a bit 1 here ends them. */
void key_prefix(const struct veil_key *k, uint8_t *address, unsigned size, unsigned bits)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    uint8_t front[16] = { 0 }, block[16], turned[16] = { 0 };
    unsigned fixed = fixed_bits(address, size);
    struct between ids = { k->ordered, k->ordered + (size == 4 ? k->ordered_count : 0) };
    if (size == 16 && !memcmp(address, mapped, sizeof mapped)) {
        prefix_v4_mapped(k, address, bits);
        return;
    }
    for (unsigned i = 0; i < bits; i++) {
        uint8_t mask = (uint8_t)(0x80 >> i % 8);
        bool stays = (ids.from < ids.to && parts(&ids, get32(address), i)) || i < fixed;
        if (!stays) {
            for (unsigned j = 0; j < 16; j++)
                block[j] = front[j] ^ k->pad[j];
            block[i / 8] ^= mask;
            block[15] ^= (uint8_t)(size == 4);
            aes128_encrypt(&k->pan, sizeof block, block, block);
            turned[i / 8] |= (uint8_t)(block[0] & 1 ? mask : 0);
        }
        front[i / 8] |= address[i / 8] & mask;
    }
    for (unsigned i = 0; i < size; i++)
        address[i] ^= turned[i];
    for (unsigned i = bits; i < size * 8; i++)
        address[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

void key_meet(struct veil_key *k, uint32_t id)
{
    for (unsigned i = 0; i < k->ordered_count; i++)
        if (k->ordered[i] == id)
            return;
    if (k->ordered_count < ORDERED_MOST)
        k->ordered[k->ordered_count++] = id;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

void key_order(struct veil_key *k) { qsort(k->ordered, k->ordered_count, sizeof k->ordered[0], by_number); }

/* ---- AS numbers ---- */

/* Those that are more than one keep to themselves: rows of bogon_as.def, and what is between them. Numbers of two bytes
 * stay so. */
static const struct range {
    uint32_t first, last;
} ranges[] = {
#define BOGON_AS(first, last, words) { first, last },
#include "decode/bgp/bogon_as.def"
#undef BOGON_AS
    { 1, 64495 },
    { 131072, 4199999999 },
};
enum { AS_TRANS = 23456, ROUNDS = 8 };

static const struct range *range_of(uint32_t as)
{
    for (unsigned i = 0; i < COUNT(ranges); i++)
        if (as >= ranges[i].first && as <= ranges[i].last)
            return &ranges[i];
    return NULL;
}

/* A Feistel network of twice `half` bits. */
static uint32_t shuffle(const struct veil_key *k, const struct range *r, uint32_t n, unsigned half)
{
    uint32_t mask = (UINT32_C(1) << half) - 1, left = n >> half, right = n & mask;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint8_t block[16] = { USE_AS, (uint8_t)round };
        put32(block + 4, r->first);
        put32(block + 8, right);
        aes128_encrypt(&k->other, sizeof block, block, block);
        uint32_t next = left ^ (get32(block) & mask);
        left = right;
        right = next;
    }
    return left << half | right;
}

static uint32_t find_as(const struct veil_key *k, uint32_t as)
{
    const struct range *r = range_of(as);
    if (!r || r->first == r->last || as == AS_TRANS)
        return as;
    uint32_t size = r->last - r->first, n = as - r->first;
    unsigned half = 1;
    while (half < 16 && size >> (2 * half))
        half++;
    do /* until it is in the range again: still one to one */
        n = shuffle(k, r, n, half);
    while (n > size || r->first + n == AS_TRANS);
    return r->first + n;
}

uint32_t key_as(struct veil_key *k, uint32_t as)
{
    unsigned slot = as * UINT32_C(2654435761) >> 20;
    if (!k->as_cache[slot].known || k->as_cache[slot].from != as) {
        k->as_cache[slot].from = as;
        k->as_cache[slot].to = find_as(k, as);
        k->as_cache[slot].known = true;
    }
    return k->as_cache[slot].to;
}

/* ---- MACs and secrets ---- */

/* Groups that standards name say nothing of anybody. */
static bool mac_stays(const uint8_t *mac)
{
    static const struct {
        uint8_t size, first[6];
    } groups[] = { { 3, { 0x01, 0x80, 0xc2 } },
                   { 5, { 0x01, 0x00, 0x5e, 0, 0 } },
                   { 5, { 0x33, 0x33, 0, 0, 0 } },
                   { 6, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
                   { 6, { 0 } } };
    for (unsigned i = 0; i < COUNT(groups); i++)
        if (!memcmp(mac, groups[i].first, groups[i].size))
            return true;
    return false;
}

void key_mac(const struct veil_key *k, uint8_t mac[6])
{
    uint8_t block[16] = { USE_MAC }, group = mac[0] & 1;
    if (mac_stays(mac))
        return;
    memcpy(block + 1, mac, 6);
    aes128_encrypt(&k->other, sizeof block, block, block);
    memcpy(mac, block, 6);
    mac[0] = (uint8_t)((mac[0] & 0xfc) | 2 | group); /* locally administered */
}

void key_secret(const struct veil_key *k, uint8_t *bytes, size_t n)
{
    uint8_t block[16] = { USE_SECRET }, any = 0;
    n = n < 15 ? n : 15;
    for (size_t i = 0; i < n; i++)
        any |= bytes[i];
    if (!any)
        return;
    memcpy(block + 1, bytes, n);
    aes128_encrypt(&k->other, sizeof block, block, block);
    memcpy(bytes, block, n);
}

/* ---- under a brush ---- */

void paint_v4(const struct veil_key *k, struct brush *b)
{
    uint8_t *p = brush_take(b, 4);
    if (p)
        key_prefix(k, p, 4, 32);
}

void paint_v6(const struct veil_key *k, struct brush *b)
{
    uint8_t *p = brush_take(b, 16);
    if (p)
        key_prefix(k, p, 16, 128);
}

void paint_as2(struct veil_key *k, struct brush *b)
{
    uint8_t *p = brush_take(b, 2);
    if (p)
        put16(p, (uint16_t)key_as(k, get16(p)));
}

void paint_as4(struct veil_key *k, struct brush *b)
{
    uint8_t *p = brush_take(b, 4);
    if (p)
        put32(p, key_as(k, get32(p)));
}

void paint_mac(const struct veil_key *k, struct brush *b)
{
    uint8_t *p = brush_take(b, 6);
    if (p)
        key_mac(k, p);
}

void paint_prefix(const struct veil_key *k, struct brush *b, unsigned size, unsigned bits)
{
    uint8_t whole[16] = { 0 }, *p = brush_take(b, (bits + 7) / 8);
    if (!p || bits > size * 8) {
        if (p)
            memset(p, 0, (bits + 7) / 8);
        return;
    }
    memcpy(whole, p, (bits + 7) / 8);
    bool behind = bits % 8 && p[bits / 8] & 0xff >> bits % 8;
    key_prefix(k, whole, size, bits);
    memcpy(p, whole, (bits + 7) / 8);
    if (behind) /* bits that should not be set are a finding of their own: some stay set */
        p[bits / 8] = (uint8_t)(p[bits / 8] | 1);
}
