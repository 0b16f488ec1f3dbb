/* By which prefixes are known: each by another number, the same under every seed and with or without path identifiers. */
#include "state/rib_table.h"

#include "base/macros.h"
#include "tests/check.h"

struct spoken {
    enum bgp_family family;
    uint8_t size, bytes[10]; /* as on the wire, without a path identifier */
};
static const struct spoken all[] = {
    { FAMILY_IPV4_UNICAST, 1, { 0 } },
    { FAMILY_IPV4_UNICAST, 2, { 8, 10 } },
    { FAMILY_IPV4_UNICAST, 3, { 16, 10, 0 } },
    { FAMILY_IPV4_UNICAST, 5, { 32, 10, 0, 0, 1 } },
    { FAMILY_IPV4_MULTICAST, 2, { 8, 10 } },
    { FAMILY_IPV6_UNICAST, 1, { 0 } },
    { FAMILY_IPV6_UNICAST, 5, { 32, 0x20, 1, 0xd, 0xb8 } },
    { FAMILY_IPV6_UNICAST, 7, { 48, 0x20, 1, 0xd, 0xb8, 0, 1 } },
    { FAMILY_IPV6_UNICAST, 7, { 48, 0x20, 1, 0xd, 0xb8, 0, 2 } },
    { FAMILY_IPV6_UNICAST, 9, { 64, 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0 } },
};

static uint64_t number_of(const struct spoken *s, uint64_t seed, bool path_ids, uint32_t *mark)
{
    struct rib_memory memory;
    uint8_t wire[14] = { 0, 0, 0, 7 };
    struct rib_key key = { .bits = 0 };
    struct bgp_nlri nlri;
    size_t before = path_ids ? 4 : 0;
    uint64_t number = 0;
    rib_memory_init(&memory, 1 << 20);
    struct rib_table *t = rib_table_new(&memory, s->family, path_ids, seed);
    for (size_t i = 0; i < s->size; i++)
        wire[before + i] = s->bytes[i];
    struct bgp_ctx ctx = { .add_path = (uint64_t)path_ids << s->family };
    struct bgp_nlri_iter it = bgp_nlri_over(cur_over(wire, before + s->size), s->family, &ctx, false);
    CHECK(t && bgp_nlri_next(&it, &nlri) && rib_table_key(t, &nlri, &key));
    if (t)
        number = rib_table_prefix(t, key.word, key.bits, mark);
    rib_table_free(t);
    return number;
}

int main(void)
{
    for (size_t i = 0; i < COUNT(all); i++) {
        uint32_t mark[3] = { 0 };
        uint64_t number = number_of(&all[i], 1, false, &mark[0]);
        CHECK(number == number_of(&all[i], 2, false, &mark[1]));
        CHECK(number == number_of(&all[i], 1, true, &mark[2]) && mark[2] == mark[0]);
        for (size_t k = 0; k < i; k++)
            CHECK(number != number_of(&all[k], 1, false, &mark[1]));
    }
    return CHECK_END();
}
