/* Bytes in, checksums out: the ones' complement sum of packets (RFC 1071) and Fletcher's sum of LSAs (RFC 905 B). */
#include "decode/ospf/ospf_internal.h"

#include <string.h>

/* Words of the machine's own size and order: RFC 1071 2 (A) and (B). */
uint32_t ospf_sum16(uint32_t sum, struct cursor part)
{
    uint64_t words = 0, word;
    for (; cur_left(&part) >= sizeof word; part.at += sizeof word) {
        memcpy(&word, part.at, sizeof word);
        words += (word & UINT32_MAX) + (word >> 32);
    }
    while (words >> 16)
        words = (words & 0xffff) + (words >> 16);
    uint16_t folded = (uint16_t)words;
    uint8_t order[2];
    memcpy(order, &folded, sizeof order);
    uint64_t all = sum + ((uint32_t)order[0] << 8 | order[1]);
    while (cur_left(&part) >= 2)
        all += cur_u16(&part);
    if (cur_left(&part))
        all += (uint32_t)cur_u8(&part) << 8;
    while (all >> 16)
        all = (all & 0xffff) + (all >> 16);
    return (uint32_t)all;
}

bool ospf_sum16_right(uint32_t sum) { return sum == 0xffff; }

/* Eight bytes a step, in lanes of 16 bits: `even` and `odd` sum the bytes of their places, `even_sums` and `odd_sums` what
 * these were before each step. Then with n steps, byte k of a step standing for 8 - k sums to come in its own step,
 * c1 grows by 8 * (n * c0 + all of the sums) + the weighted bytes. Returns where it stopped. */
static const uint8_t *fletcher_words(const uint8_t *p, size_t *left, uint32_t *c0, uint32_t *c1)
{
    enum { STEPS_MOST = 16 }; /* 255 * (1 + ... + 15) stays in 16 bits */
    const uint64_t lanes = UINT64_C(0x00ff00ff00ff00ff);
    uint64_t word, even = 0, odd = 0, even_sums = 0, odd_sums = 0;
    uint32_t steps = 0, bytes = 0, sums = 0, weighted = 0;
    for (; *left >= sizeof word && steps < STEPS_MOST; steps++, p += sizeof word, *left -= sizeof word) {
        memcpy(&word, p, sizeof word);
        even_sums += even;
        odd_sums += odd;
        even += word & lanes;
        odd += word >> 8 & lanes;
    }
    for (unsigned i = 0; i < 4; i++) {
        uint32_t e = even >> 16 * i & 0xffff, o = odd >> 16 * i & 0xffff;
        bytes += e + o;
        sums += (uint32_t)(even_sums >> 16 * i & 0xffff) + (uint32_t)(odd_sums >> 16 * i & 0xffff);
        weighted += (8 - 2 * i) * e + (7 - 2 * i) * o;
    }
    *c1 += 8 * (steps * *c0 + sums) + weighted;
    *c0 += bytes;
    return p;
}

/* The lanes above are those of a machine that keeps the lowest byte first. */
static bool lowest_first(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* Over the LSA without its age. With the checksum in its place both sums are 0 for undamaged bytes (RFC 905 B.4). */
enum ospf_sum ospf_lsa_sum(const struct ospf_lsa *lsa)
{
    enum { AGE = 2, BLOCK = 128 /* so many bytes before the sums are reduced */ };
    if (lsa->header_only || lsa->cut || lsa->length < OSPF_LSA_HEADER)
        return OSPF_SUM_UNKNOWN;
    const uint8_t *p = lsa->raw + AGE;
    size_t left = (size_t)lsa->length - AGE;
    uint32_t c0 = 0, c1 = 0;
    while (left) {
        size_t n = left < BLOCK ? left : BLOCK;
        left -= n;
        if (lowest_first())
            p = fletcher_words(p, &n, &c0, &c1);
        while (n--) {
            c0 += *p++;
            c1 += c0;
        }
        c0 %= 255;
        c1 %= 255;
    }
    /* 0 says that there is none, which RFC 2328 12.1.7 does not allow */
    return !c0 && !c1 && lsa->checksum ? OSPF_SUM_RIGHT : OSPF_SUM_WRONG;
}
