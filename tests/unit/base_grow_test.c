/* An array grows by doubling, up to a ceiling, and stays as it was where it may not. */
#include "base/grow.h"
#include "tests/check.h"
#include <stdlib.h>

static void doubles(void)
{
    uint16_t *list = NULL;
    uint32_t room = 0;
    unsigned count = 0, moves = 0;
    for (; count < 100; count++) {
        uint32_t before = room;
        CHECK(grow(&list, count, &room, sizeof *list, 3, UINT32_MAX));
        moves += room != before;
        CHECK(room > count);
        list[count] = (uint16_t)count;
    }
    CHECK(room == 192 && moves == 7); /* 3, 6, 12, 24, 48, 96, 192 */
    for (unsigned i = 0; i < count; i++)
        CHECK(list[i] == i);
    free(list);
}

static void keeps_to_its_ceiling(void)
{
    int *list = NULL;
    uint32_t room = 0;
    CHECK(!grow(&list, 0, &room, sizeof *list, 4, 3));
    CHECK(!list && !room);
    CHECK(grow(&list, 0, &room, sizeof *list, 4, 8) && grow(&list, 4, &room, sizeof *list, 4, 8));
    const int *before = list;
    CHECK(room == 8 && !grow(&list, 8, &room, sizeof *list, 4, 8));
    CHECK(room == 8 && list == before);
    CHECK(grow(&list, 7, &room, sizeof *list, 4, 8));
    free(list);
}

/* Twice that is more than the number holds, or more than there is to have. */
static void does_not_wrap(void)
{
    char *list = NULL;
    uint32_t room = UINT32_C(1) << 31;
    CHECK(!grow(&list, room, &room, 1, 4, UINT32_MAX));
    CHECK(!list && room == UINT32_C(1) << 31);
    room = UINT32_C(1) << 30;
    CHECK(!grow(&list, room, &room, SIZE_MAX >> 8, 4, UINT32_MAX));
    CHECK(!list && room == UINT32_C(1) << 30);
}

int main(void)
{
    doubles();
    keeps_to_its_ceiling();
    does_not_wrap();
    return CHECK_END();
}
