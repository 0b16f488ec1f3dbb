/* Bytes in, checksums out: the ones' complement sum of packets (RFC 1071) and Fletcher's sum of LSAs (RFC 905 B). */
#include "decode/ospf/ospf_internal.h"

uint32_t ospf_sum16(uint32_t sum, struct cursor part)
{
    uint64_t all = sum;
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
