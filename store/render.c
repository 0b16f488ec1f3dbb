/* Numbers in; the words that people use for them out. */
#include "store/render.h"

#include <stdio.h>
#include <time.h>

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

static struct tm calendar(struct stamp t, int64_t *rest)
{
    struct tm tm = { 0 };
    time_t s = (time_t)whole_seconds(t, rest);
    gmtime_r(&s, &tm);
    return tm;
}

void render_date(struct buf *out, struct stamp t)
{
    int64_t rest;
    struct tm tm = calendar(t, &rest);
    buf_printf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

void render_moment(struct buf *out, struct stamp t, bool with_date, bool with_fraction)
{
    int64_t rest;
    struct tm tm = calendar(t, &rest);
    if (with_date) {
        render_date(out, t);
        buf_char(out, ' ');
    }
    buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (with_fraction)
        buf_printf(out, ".%03d", (int)(rest / 1000000));
}

bool render_same_day(struct stamp a, struct stamp b)
{
    int64_t rest;
    int64_t x = whole_seconds(a, &rest), y = whole_seconds(b, &rest);
    return (x - (x % 86400 + 86400) % 86400) == (y - (y % 86400 + 86400) % 86400);
}

const char *render_rfc3339(struct stamp t, unsigned digits, char text[40])
{
    int64_t rest;
    struct tm tm = calendar(t, &rest);
    int used = snprintf(text, 40, "%04d-%02d-%02dT%02d:%02d:%02d", (tm.tm_year + 1900) % 10000, tm.tm_mon + 1,
                        tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (digits == 9)
        snprintf(text + used, 40 - (size_t)used, ".%09dZ", (int)rest);
    else
        snprintf(text + used, 40 - (size_t)used, ".%06dZ", (int)(rest / 1000));
    return text;
}
