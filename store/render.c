/* Numbers in; the words that people use for them out. */
#include "store/render.h"

#include <stdio.h>

/* Two parts in whole numbers, the lesser left out when it is none. */
static void two_parts(struct buf *out, int64_t a, const char *a_unit, int64_t b, const char *b_unit)
{
    buf_printf(out, "%lld %s", (long long)a, a_unit);
    if (b)
        buf_printf(out, " %lld %s", (long long)b, b_unit);
}

/* Rounded to the nearest, as whoever reckons with the same number elsewhere does. */
static int64_t rounded(int64_t ns, int64_t unit) { return ns / unit + (ns % unit >= unit / 2); }

void render_span(struct buf *out, struct span d)
{
    const int64_t us = rounded(d.ns, 1000), ms = rounded(d.ns, 1000000),
                  tenths = rounded(d.ns, NS_PER_S / 10), s = rounded(d.ns, NS_PER_S);
    if (d.ns < 0) {
        buf_char(out, '-');
        render_span(out, (struct span){ d.ns == INT64_MIN ? INT64_MAX : -d.ns });
    } else if (d.ns && us < 1000)
        buf_printf(out, "%lld µs", (long long)us);
    else if (d.ns && ms < 1000)
        buf_printf(out, "%lld ms", (long long)ms);
    else if (d.ns && tenths < 100)
        buf_printf(out, "%lld.%lld s", (long long)(tenths / 10), (long long)(tenths % 10));
    else if (s < 60)
        buf_printf(out, "%lld s", (long long)s);
    else if (s < 3600)
        two_parts(out, s / 60, "min", s % 60, "s");
    else if (s < 86400)
        two_parts(out, s / 3600, "h", s % 3600 / 60, "min");
    else
        two_parts(out, s / 86400, "d", s % 86400 / 3600, "h");
}

void render_count(struct buf *out, uint64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            buf_char(out, ',');
        buf_char(out, digits[i]);
    }
}

void render_counted(struct buf *out, uint64_t n, const char *one, const char *many)
{
    render_count(out, n);
    buf_printf(out, " %s", n == 1 ? one : many);
}

/* Seconds and the rest of it, rounded down: stamps may lie before 1970. */
static int64_t whole_seconds(struct stamp t, int64_t *rest)
{
    int64_t s = t.ns / NS_PER_S;
    *rest = t.ns % NS_PER_S;
    if (*rest < 0) {
        *rest += NS_PER_S;
        s--;
    }
    return s;
}

enum { DAY_S = 86400 };

struct calendar {
    unsigned year, month, day, hour, minute, second;
    unsigned nanosecond;
};

/* Days are counted from 1 March of year 0, so that a leap day is the last of its year; 400 years are 146097 days. */
static struct calendar calendar(struct stamp t)
{
    int64_t rest, s = whole_seconds(t, &rest);
    uint32_t of_day = (uint32_t)((s % DAY_S + DAY_S) % DAY_S);
    uint64_t day = (uint64_t)((s - of_day) / DAY_S + 719468);
    uint32_t of_era = (uint32_t)(day % 146097);
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t march = (5 * of_year + 2) / 153; /* months since March */
    struct calendar c = { .month = march < 10 ? march + 3 : march - 9,
                          .day = of_year - (153 * march + 2) / 5 + 1,
                          .hour = of_day / 3600,
                          .minute = of_day / 60 % 60,
                          .second = of_day % 60,
                          .nanosecond = (unsigned)rest };
    c.year = (unsigned)(day / 146097 * 400) + year + (c.month <= 2);
    return c;
}

static char *put_digits(char *at, unsigned n, unsigned digits)
{
    for (unsigned i = digits; i--; n /= 10)
        at[i] = (char)('0' + n % 10);
    return at + digits;
}

static char *put_date(char *at, const struct calendar *c)
{
    at = put_digits(at, c->year, 4);
    *at++ = '-';
    at = put_digits(at, c->month, 2);
    *at++ = '-';
    return put_digits(at, c->day, 2);
}

static char *put_time(char *at, const struct calendar *c)
{
    at = put_digits(at, c->hour, 2);
    *at++ = ':';
    at = put_digits(at, c->minute, 2);
    *at++ = ':';
    return put_digits(at, c->second, 2);
}

void render_moment(struct buf *out, struct stamp t, bool with_date, bool with_fraction)
{
    char text[40], *at = text;
    struct calendar c = calendar(t);
    if (with_date) {
        at = put_date(at, &c);
        *at++ = ' ';
    }
    at = put_time(at, &c);
    if (with_fraction) {
        *at++ = '.';
        at = put_digits(at, c.nanosecond / 1000000, 3);
    }
    buf_add(out, text, (size_t)(at - text));
}

bool render_same_day(struct stamp a, struct stamp b)
{
    int64_t rest;
    int64_t x = whole_seconds(a, &rest), y = whole_seconds(b, &rest);
    return (x - (x % 86400 + 86400) % 86400) == (y - (y % 86400 + 86400) % 86400);
}

void render_fraction(int64_t ns, unsigned digits, char text[40])
{
    char *at = text + sizeof "2026-03-01T10:00:00." - 1;
    at = put_digits(at, (unsigned)(digits == 9 ? ns : ns / 1000), digits == 9 ? 9 : 6);
    *at++ = 'Z';
    *at = '\0';
}

const char *render_rfc3339(struct stamp t, unsigned digits, char text[40])
{
    struct calendar c = calendar(t);
    char *at = put_date(text, &c);
    *at++ = 'T';
    *put_time(at, &c) = '.';
    render_fraction(c.nanosecond, digits, text);
    return text;
}
