/* Blocks and pieces: nothing overlaps, nothing is lost, the ceiling holds. */
#include "base/macros.h"
#include "state/rib_memory.h"
#include "tests/check.h"
#include <stdbool.h>
#include <stdlib.h>

enum { BLOCKS = 3000, TURNS = 60000 };

static struct {
    uint32_t handle;
    size_t size;
    uint8_t fill;
} held[BLOCKS];

static uint64_t state = 7;
static unsigned dice(unsigned sides)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % sides;
}

static size_t any_size(void)
{
    static const size_t special[] = { 1, 15, 16, 17, 4095, 4096, 4097, 65600 };
    return dice(20) ? 1 + dice(300) : special[dice(COUNT(special))];
}

static bool is_filled(const struct rib_memory *m, unsigned i)
{
    const uint8_t *p = block_at(m, held[i].handle);
    for (size_t b = 0; b < held[i].size; b++)
        if (p[b] != held[i].fill)
            return false;
    return true;
}

static void blocks(size_t budget)
{
    struct rib_memory m;
    rib_memory_init(&m, budget);
    unsigned refused = 0;
    for (unsigned turn = 0; turn < TURNS; turn++) {
        unsigned i = dice(BLOCKS);
        if (held[i].handle) {
            CHECK(is_filled(&m, i));
            block_free(&m, held[i].handle);
            held[i].handle = 0;
        } else {
            held[i].size = any_size();
            held[i].fill = (uint8_t)dice(256);
            held[i].handle = block_new(&m, held[i].size);
            if (held[i].handle)
                memset(block_at(&m, held[i].handle), held[i].fill, held[i].size);
            else
                refused++;
        }
        CHECK(m.used <= budget);
    }
    CHECK((refused > 0) == (budget < 1000000));
    for (unsigned i = 0; i < BLOCKS; i++)
        if (held[i].handle) {
            CHECK(is_filled(&m, i));
            block_free(&m, held[i].handle);
            held[i].handle = 0;
        }
    CHECK(m.used == 0);
}

static void pieces(void)
{
    struct rib_memory m;
    rib_memory_init(&m, 1000);
    CHECK(!rib_take(&m, 1001) && !rib_take(&m, SIZE_MAX) && !rib_take(&m, 1000));
    uint8_t *p = rib_take_zeroed(&m, 500);
    CHECK(p && p[0] == 0 && p[499] == 0 && m.used >= 500);
    CHECK(!rib_take(&m, 500));
    rib_give(&m, p, 500);
    CHECK(m.used == 0);
}

int main(void)
{
    pieces();
    blocks((size_t)1 << 30);
    blocks(100000);
    blocks(3000);
    blocks(0);
    return CHECK_END();
}
