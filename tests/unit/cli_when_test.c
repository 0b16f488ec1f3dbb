/* What people write behind --since and --until in; moments out. */
#include "cli/when.h"
#include "tests/check.h"

/* 2026-03-01T10:00:00Z, a little after ten in the morning: the capture of these tests begins there */
#define FIRST_S INT64_C(1772359200)
#define DAY_S   INT64_C(86400)

static const struct {
    const char *text;
    int64_t seconds, ns; /* of the moment, in a capture that begins at FIRST_S + 0.25 s */
} right[] = {
    { "2026-03-01T10:00:00Z", FIRST_S, 0 },
    { "2026-03-01t10:00:00z", FIRST_S, 0 },
    { "2026-03-01 10:00:00", FIRST_S, 0 },
    { "2026-03-01T10:00", FIRST_S, 0 },
    { "2026-03-01T10:00:00.123456789Z", FIRST_S, 123456789 },
    { "2026-03-01T10:00:00.5", FIRST_S, 500000000 },
    { "2026-03-01T10:00:00.1234567899Z", FIRST_S, 123456789 }, /* no clock is finer */
    { "2026-03-01T12:30:00+02:30", FIRST_S, 0 },
    { "2026-03-01T01:00:00-09:00", FIRST_S, 0 },
    { "2026-03-01", FIRST_S - 10 * 3600, 0 },
    { "1970-01-01T00:00:00Z", 0, 0 },
    { "1970-01-02", DAY_S, 0 },
    { "2000-02-29", 951782400, 0 }, /* a leap year, though divisible by 100 */
    { "2024-02-29", 1709164800, 0 },
    { "2024-12-31T23:59:60Z", 1735689600, 0 }, /* a leap second is the first of the next day */
    { "2261-12-31T23:59:59.999999999Z", 9214646399, 999999999 },
    { "10:00", FIRST_S, 0 },
    { "10:00:05", FIRST_S + 5, 0 },
    { "10:00:05.25Z", FIRST_S + 5, 250000000 },
    { "00:00", FIRST_S - 10 * 3600, 0 },
    { "23:59:59", FIRST_S + 14 * 3600 - 1, 0 },
    { "+0", FIRST_S, 250000000 },
    { "+90", FIRST_S + 90, 250000000 },
    { "+90s", FIRST_S + 90, 250000000 },
    { "+1.5m", FIRST_S + 90, 250000000 },
    { "+2h", FIRST_S + 7200, 250000000 },
    { "+1d", FIRST_S + 86400, 250000000 },
    { "+1.75", FIRST_S + 2, 0 },
    { "1772359200", FIRST_S, 0 },
    { "1772359200.000001", FIRST_S, 1000 },
    { "0", 0, 0 },
    { "10", 10, 0 }, /* a time of day has minutes */
};

static const char *const wrong[] = {
    "",
    " ",
    "now",
    "10:0",
    "24:00",
    "10:60",
    "10:00:61",
    "10:00:5",
    "10:00:05.",
    "10:00:05x",
    "1:00",
    " 10:00",
    "-10:00",
    "+",
    "+-1",
    "++1",
    "+ 1",
    "+s",
    "+1ss",
    "+1 s",
    "+1w",
    "+100000d",
    "+1.",
    "+.5",
    "-5",
    "1e9",
    "0x10",
    "+99999999999",
    "99999999999",
    "99999999999999999999999999999",
    "2026-3-1",
    "2026-13-01",
    "2026-00-01",
    "2026-02-29",
    "2100-02-29", /* no leap year */
    "2026-04-31",
    "2026-03-00",
    "2026-03-01T",
    "2026-03-01X10:00",
    "2026-03-01T25:00",
    "2026-03-01T10:00:00+2",
    "2026-03-01T10:00:00+24:00",
    "2026-03-01T10:00:00+02:60",
    "2026-03-01T10:00:00ZZ",
    "2026-03-01T10:00:00 CET",
    "-001-01-01",
    "1969-12-31",
    "2262-01-01",
    "9999-12-31",
};

int main(void)
{
    const struct stamp first = { FIRST_S * NS_PER_S + 250000000 };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        struct when w = { WHEN_NONE, 0 };
        CHECK_CASE(right[i].text, when_parse(right[i].text, &w));
        CHECK_CASE(right[i].text, w.kind != WHEN_NONE);
        CHECK_CASE(right[i].text, when_resolve(w, first).ns == right[i].seconds * NS_PER_S + right[i].ns);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct when w;
        CHECK_CASE(wrong[i], !when_parse(wrong[i], &w));
    }
    /* the longest wait after the latest packet that a capture can hold: still a moment, after all others */
    struct when far;
    const struct stamp latest = { INT64_C(0xffffffff) * NS_PER_S };
    CHECK(when_parse("+4600000000", &far));
    CHECK(stamp_before(latest, when_resolve(far, latest)));
    return CHECK_END();
}
