/* Prefixes packed into a row: all come back, in order; damaged bytes end it. */
#include "store/route_page.h"

#include "base/macros.h"
#include "tests/check.h"
#include <string.h>

static struct route_entry entry(const char *key, uint8_t size, uint32_t update)
{
    struct route_entry e = { .size = size, .update = update };
    memcpy(e.key, key, size);
    return e;
}

static void check_back(const struct route_page *p, const struct route_entry *want, size_t count)
{
    struct cursor c = cur_over(p->bytes, p->used);
    struct route_entry e = { .size = 0 };
    for (size_t i = 0; i < count; i++) {
        CHECK(route_page_next(&c, &e));
        CHECK(e.size == want[i].size && e.update == want[i].update && !memcmp(e.key, want[i].key, e.size));
    }
    CHECK(!route_page_next(&c, &e) && !cur_left(&c));
}

static void check_all(void)
{
    struct route_page page = { .used = 0 };
    const struct route_entry all[] = {
        entry("\4\12\0\0\0\10", 6, 0),
        entry("\4\12\0\0\0\10", 6, 127), /* the same again */
        entry("\4\12\0\0\0\11", 6, 128),
        entry("\4\300\0\2\0\30", 6, UINT32_MAX),
        entry("\6\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\0\40", 18, 16384),
        entry("\6\40\1\15\270\0\1\0\0\0\0\0\0\0\0\0\0\60", 18, 3),
    };
    for (size_t i = 0; i < COUNT(all); i++)
        CHECK(route_page_add(&page, &all[i]));
    CHECK(page.first.update == 0 && page.last.update == 3);
    check_back(&page, all, COUNT(all));
    CHECK(page.used == (1 + 6 + 1) + (1 + 0 + 1) + (1 + 1 + 2) + (1 + 5 + 5) + (1 + 18 + 3) + (1 + 12 + 1));
}

static void check_full(void)
{
    struct route_page page = { .used = 0 };
    static struct route_entry all[ROUTE_PAGE_MOST];
    size_t count = 0;
    for (struct route_entry e = entry("\4\12\0\0\0\40", 6, 9);; e.key[4]++) {
        e.key[3] = (uint8_t)(count >> 8);
        if (!route_page_add(&page, &e))
            break;
        all[count++] = e;
    }
    CHECK(count > 150 && page.used <= ROUTE_PAGE_MOST);
    check_back(&page, all, count);
}

static void check_damage(void)
{
    static const struct {
        const char *name, *bytes;
        size_t size;
    } bad[] = {
        { "no kind", "\0\7\12\0\0\0\10\1", 8 },
        { "shares with none", "\1\12\0\0\0\10\1", 7 },
        { "cut in its prefix", "\0\4\12\0", 4 },
        { "cut before its update", "\0\4\12\0\0\0\10", 7 },
        { "cut in its update", "\0\4\12\0\0\0\10\200", 8 },
        { "update too large", "\0\4\12\0\0\0\10\377\377\377\377\177", 12 },
        { "update without an end", "\0\4\12\0\0\0\10\200\200\200\200\200\1", 13 },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct cursor c = cur_over((const uint8_t *)bad[i].bytes, bad[i].size);
        struct route_entry e = { .size = 0 };
        CHECK_CASE(bad[i].name, !route_page_next(&c, &e));
    }
}

int main(void)
{
    check_all();
    check_full();
    check_damage();
    return CHECK_END();
}
