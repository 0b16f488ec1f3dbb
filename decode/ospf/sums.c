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

/* Over the LSA without its age. With the checksum in its place both sums are 0 for undamaged bytes (RFC 905 B.4). */
enum ospf_sum ospf_lsa_sum(const struct ospf_lsa *lsa)
{
    enum { AGE = 2, BLOCK = 4096 /* so many bytes before 32 bits overflow */ };
    if (lsa->header_only || lsa->cut || lsa->length < OSPF_LSA_HEADER)
        return OSPF_SUM_UNKNOWN;
    const uint8_t *p = lsa->raw + AGE;
    size_t left = (size_t)lsa->length - AGE;
    uint32_t c0 = 0, c1 = 0;
    while (left) {
        size_t n = left < BLOCK ? left : BLOCK;
        left -= n;
        for (; n >= 4; n -= 4, p += 4) { /* four steps of the loop below */
            c1 += 4 * c0 + 4u * p[0] + 3u * p[1] + 2u * p[2] + p[3];
            c0 += (uint32_t)p[0] + p[1] + p[2] + p[3];
        }
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
