/* What a transfer waited for, as a line; pauses of one length. */
#include "state/transfer.h"

#include "tests/check.h"
#include <stdlib.h>

static struct span ms(int64_t n) { return SPAN_MS(n); }

static void lines(void)
{
    struct transfer *t = transfer_new();
    char line[TRANSFER_LINE];
    transfer_wait(t, ms(5), ms(10), TRANSFER_SENDER);
    transfer_wait(t, ms(12), ms(14), TRANSFER_WINDOW);
    transfer_wait(t, ms(16), ms(17), TRANSFER_LOSS);
    transfer_wait(t, ms(-3), ms(1), TRANSFER_LOSS); /* begun before it */
    transfer_wait(t, ms(3), ms(3), TRANSFER_LOSS);
    transfer_line(t, ms(19), line);
    CHECK_TEXT(line, "l----sssss--ww--l---");
    CHECK(transfer_part(t).ns == ms(1).ns);
    transfer_wait(t, ms(60), ms(64), TRANSFER_WINDOW); /* longer than the line: two become one */
    transfer_line(t, ms(79), line);
    CHECK(transfer_part(t).ns == ms(2).ns);
    CHECK_TEXT(line, "l-sss-w-l---------------------ww--------");
    transfer_wait(t, ms(100), SPAN_S(1000000), TRANSFER_SENDER);
    transfer_line(t, SPAN_S(1000000), line);
    CHECK(strlen(line) < TRANSFER_LINE && !strchr(line, '-') == !line[strspn(line, "s")]);
    free(t);
}

static void timers(void)
{
    static const struct {
        const char *words;
        int64_t pauses[8];
        unsigned want;
        int64_t length;
    } cases[] = {
        { "a timer of 200 ms", { 200, 201, 199, 200, 205, 200 }, 6, 200 },
        { "too few", { 200, 200, 200, 200 }, 0, 0 },
        { "of any length", { 10, 30, 90, 270, 700, 1500, 4000, 90 }, 0, 0 },
        { "too short to be any", { 1, 1, 1, 1, 1, 1, 1, 1 }, 0, 0 },
        { "among a few others", { 1000, 1010, 990, 1000, 1000, 20, 30 }, 5, 1000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct transfer *t = transfer_new();
        struct span at = { 0 }, length = { 0 };
        for (unsigned k = 0; k < 8 && cases[i].pauses[k]; k++) {
            struct span end = { at.ns + ms(cases[i].pauses[k]).ns };
            transfer_wait(t, at, end, TRANSFER_SENDER);
            at.ns = end.ns + ms(1).ns;
        }
        CHECK_CASE(cases[i].words, transfer_timer(t, &length) == cases[i].want);
        CHECK_CASE(cases[i].words, llabs(length.ns - ms(cases[i].length).ns) <= ms(cases[i].length).ns / 50);
        free(t);
    }
}

int main(void)
{
    lines();
    timers();
    return CHECK_END();
}
