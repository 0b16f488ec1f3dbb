/* Any bytes as a row of packed prefixes: what comes out goes in again and comes out the same. */
#include "store/route_page.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = cur_over(data, size);
    struct route_entry e = { .size = 0 };
    struct route_page page = { .used = 0 };
    while (route_page_next(&c, &e)) {
        if ((e.size != 6 && e.size != ROUTE_KEY_MOST) || !route_page_add(&page, &e))
            break;
        struct cursor again = cur_over(page.bytes, page.used);
        struct route_entry last = { .size = 0 }, got = last;
        while (route_page_next(&again, &got))
            last = got;
        if (cur_left(&again) || last.size != e.size || last.update != e.update ||
            memcmp(last.key, e.key, e.size) != 0)
            abort();
    }
    return 0;
}
