/* Spans as findings tell them: no "60 min", no "60 s", and days where hours are too many. */
#include "state/rules/rule.h"
#include "tests/check.h"

static const struct {
    double seconds;
    const char *words;
} spans[] = {
    { 0.0000005, "0 µs" }, { 0.0004, "400 µs" },    { 0.25, "250 ms" },        { 9, "9.0 s" },
    { 119.94, "119.9 s" }, { 120, "2 min 0 s" },    { 179.7, "3 min 0 s" },    { 3599.9, "60 min 0 s" },
    { 7200, "2 h 0 min" }, { 172799.9, "2 d 0 h" }, { 172740, "47 h 59 min" }, { 3024000, "35 d 0 h" },
};

int main(void)
{
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        char text[32];
        span_words((struct span){ (int64_t)(spans[i].seconds * 1e9) }, text);
        CHECK_TEXT(text, spans[i].words);
    }
    return CHECK_END();
}
