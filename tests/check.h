/* The smallest harness that is still a pleasure. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdio.h>
#include <string.h>

static unsigned check_run, check_bad;

#define CHECK(cond)                                                                                          \
    do {                                                                                                     \
        check_run++;                                                                                         \
        if (!(cond)) {                                                                                       \
            check_bad++;                                                                                     \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                                                \
        }                                                                                                    \
    } while (0)

/* For tables: `words` name the case that failed. */
#define CHECK_CASE(words, cond)                                                                              \
    do {                                                                                                     \
        check_run++;                                                                                         \
        if (!(cond)) {                                                                                       \
            check_bad++;                                                                                     \
            printf("%s:%d: %s: %s\n", __FILE__, __LINE__, (words), #cond);                                   \
        }                                                                                                    \
    } while (0)

#define CHECK_TEXT(got, want)                                                                                \
    do {                                                                                                     \
        const char *check_got = (got), *check_want = (want);                                                 \
        check_run++;                                                                                         \
        if (strcmp(check_got, check_want)) {                                                                 \
            check_bad++;                                                                                     \
            printf("%s:%d: got  %s\n%*swant %s\n", __FILE__, __LINE__, check_got, 4, "", check_want);        \
        }                                                                                                    \
    } while (0)

#define CHECK_END() (printf("%u checks, %u bad\n", check_run, check_bad), check_bad != 0)

#endif
