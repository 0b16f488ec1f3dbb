/* A database with nonsense in any of its columns is told as reports, pages, routes and link-state databases: what fuzz_stored does
 * by chance, here for every column in turn. The sanitizers judge it. */
#include "base/macros.h"
#include "tests/check.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size); /* fuzz/fuzz_stored.c */

enum {
    COLUMNS = 400, /* a few more than there are: it begins anew behind the last */
    AT_ONCE = 8,   /* as many as one input changes */
    ROWS = 2,
    KIND_NULL = 0,
    KIND_NUMBER = 1,
    KIND_TEXT = 2,
    KIND_BLOB = 3
};

static const struct value {
    uint8_t kind, size;
    char bytes[12];
} values[] = {
    { KIND_NULL, 0, "" },
    { KIND_NUMBER, 1, "\x01" },
    { KIND_NUMBER, 8, "\x7f\xff\xff\xff\xff\xff\xff\xff" },
    { KIND_NUMBER, 8, "\x80\0\0\0\0\0\0\0" },
    { KIND_NUMBER, 8, "\xff\xff\xff\xff\xff\xff\xff\xff" },
    { KIND_NUMBER, 8, "\0\0\0\1\0\0\0\0" },
    { KIND_NUMBER, 8, "\x3f\xff\xff\xff\xff\xff\xff\xff" },
    { KIND_NUMBER, 8, "\xc0\0\0\0\0\0\0\0" },
    { KIND_TEXT, 0, "" },
    { KIND_TEXT, 10, "%n\xff\xfe<x>\"\\'" },
    { KIND_BLOB, 12, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" },
};

static size_t put(uint8_t *to, unsigned column, unsigned row, const struct value *v)
{
    to[0] = (uint8_t)(column >> 8);
    to[1] = (uint8_t)column;
    to[2] = (uint8_t)row;
    to[3] = v->kind;
    to[4] = v->size;
    memcpy(to + 5, v->bytes, v->size);
    return (size_t)5 + v->size;
}

/* Neighbours hold the same nonsense, so that what is reckoned from two of them meets it, too. */
static void nonsense_in_every_column(void)
{
    uint8_t input[AT_ONCE * (5 + sizeof values[0].bytes)];
    for (unsigned row = 0; row < ROWS; row++)
        for (size_t v = 0; v < COUNT(values); v++)
            for (unsigned first = 0; first < COLUMNS; first += AT_ONCE) {
                size_t size = 0;
                for (unsigned i = 0; i < AT_ONCE; i++)
                    size += put(input + size, first + i, row, &values[v]);
                CHECK(LLVMFuzzerTestOneInput(input, size) == 0);
            }
}

/* Two columns beside each other, one as early and one as late as can be. */
static void far_apart(void)
{
    uint8_t input[2 * (5 + sizeof values[0].bytes)];
    for (unsigned column = 0; column < COLUMNS; column++) {
        size_t size = put(input, column, 0, &values[6]);
        size += put(input + size, column + 1, 0, &values[7]);
        CHECK(LLVMFuzzerTestOneInput(input, size) == 0);
    }
}

int main(void)
{
    nonsense_in_every_column();
    far_apart();
    return CHECK_END();
}
