/* The text of --since and --until in, a moment out. */
#include "cli/when.h"

#include <string.h>

enum { YEAR_LEAST = 1970, YEAR_MOST = 2261 }; /* a stamp ends in April 2262 */
#define DAY_NS (INT64_C(86400) * NS_PER_S)
/* Added to the stamp of any packet, it is a stamp still. */
#define SECONDS_MOST INT64_C(4600000000)

/* Exactly n digits; moves *text behind them. -1 if they are not there. */
static int take_digits(const char **text, unsigned n)
{
    int value = 0;
    for (unsigned i = 0; i < n; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    *text += n;
    return value;
}

static bool take_char(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

/* ".123456" as nanoseconds, or nothing at all. */
static bool take_fraction(const char **text, int64_t *ns)
{
    *ns = 0;
    if (!take_char(text, '.'))
        return true;
    const char *from = *text;
    for (int64_t unit = NS_PER_S / 10; **text >= '0' && **text <= '9'; (*text)++, unit /= 10)
        *ns += (**text - '0') * unit;
    return *text > from;
}

/* Digits with an optional fraction, to the end of the text. */
static bool parse_seconds(const char *text, int64_t *ns)
{
    int64_t whole = 0, fraction;
    const char *from = text;
    for (; *text >= '0' && *text <= '9'; text++) {
        whole = whole * 10 + (*text - '0');
        if (whole > SECONDS_MOST)
            return false;
    }
    if (text == from || !take_fraction(&text, &fraction) || *text)
        return false;
    *ns = whole * NS_PER_S + fraction;
    return true;
}

/* Seconds, or with a unit behind the number: "90", "1.5h". */
static bool parse_offset(const char *text, int64_t *ns)
{
    static const char units[] = "smhd";
    static const int64_t seconds[] = { 1, 60, 3600, 86400 };
    char number[32];
    size_t n = strlen(text);
    const char *unit = n ? strchr(units, text[n - 1]) : NULL;
    n -= unit != NULL;
    if (n >= sizeof number)
        return false;
    memcpy(number, text, n);
    number[n] = '\0';
    int64_t each = unit ? seconds[unit - units] : 1;
    if (!parse_seconds(number, ns) || *ns > SECONDS_MOST / each * NS_PER_S)
        return false;
    *ns *= each;
    return true;
}

/* Days since the epoch of a date of the Gregorian calendar. */
static int64_t days_from_date(int y, int m, int d)
{
    y -= m <= 2;
    int era = y / 400, yoe = y - era * 400, doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    return (int64_t)era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int days_of_month(int y, int m)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : days[m - 1];
}

static bool take_date(const char **text, int64_t *ns)
{
    int y = take_digits(text, 4);
    int m = take_char(text, '-') ? take_digits(text, 2) : -1;
    int d = take_char(text, '-') ? take_digits(text, 2) : -1;
    if (y < YEAR_LEAST || y > YEAR_MOST || m < 1 || m > 12 || d < 1 || d > days_of_month(y, m))
        return false;
    *ns = days_from_date(y, m, d) * DAY_NS;
    return true;
}

/* "10:04", "10:04:05.5" */
static bool take_time(const char **text, int64_t *ns)
{
    int h = take_digits(text, 2);
    int m = take_char(text, ':') ? take_digits(text, 2) : -1;
    int s = take_char(text, ':') ? take_digits(text, 2) : 0;
    int64_t fraction = 0;
    if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60 ||
        !take_fraction(text, &fraction)) /* 60: a leap second */
        return false;
    *ns = (int64_t)(h * 3600 + m * 60 + s) * NS_PER_S + fraction;
    return true;
}

/* "Z", "+01:00" or nothing; what has to be subtracted to have UTC. */
static bool take_zone(const char **text, int64_t *ns)
{
    *ns = 0;
    if (take_char(text, 'Z') || take_char(text, 'z') || !**text)
        return true;
    int sign = take_char(text, '+') ? 1 : take_char(text, '-') ? -1 : 0;
    int h = take_digits(text, 2), m = take_char(text, ':') ? take_digits(text, 2) : -1;
    *ns = sign * (int64_t)(h * 3600 + m * 60) * NS_PER_S;
    return sign && h >= 0 && h <= 23 && m >= 0 && m <= 59;
}

static bool parse_date_time(const char *text, int64_t *ns)
{
    int64_t date, time = 0, zone = 0;
    if (!take_date(&text, &date))
        return false;
    if (*text && !((take_char(&text, 'T') || take_char(&text, 't') || take_char(&text, ' ')) &&
                   take_time(&text, &time) && take_zone(&text, &zone)))
        return false;
    *ns = date + time - zone;
    return !*text;
}

static bool parse_time(const char *text, int64_t *ns)
{
    return take_time(&text, ns) && (take_char(&text, 'Z') || !*text) && !*text;
}

bool when_parse(const char *text, struct when *out)
{
    if (text[0] == '+') {
        out->kind = WHEN_RELATIVE;
        return parse_offset(text + 1, &out->ns);
    }
    if (parse_time(text, &out->ns)) {
        out->kind = WHEN_OF_DAY;
        return true;
    }
    out->kind = WHEN_ABSOLUTE;
    return parse_date_time(text, &out->ns) || parse_seconds(text, &out->ns);
}

/* Packets are of 1970 to 2106 (capture/ sees to it), so that nothing here is too large for a stamp. */
struct stamp when_resolve(struct when w, struct stamp first)
{
    if (w.kind == WHEN_RELATIVE)
        return stamp_add(first, (struct span){ w.ns });
    if (w.kind == WHEN_OF_DAY)
        return (struct stamp){ first.ns - first.ns % DAY_NS + w.ns };
    return (struct stamp){ w.ns };
}
