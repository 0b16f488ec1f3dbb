/* A moment as RFC 3339 writes it, in UTC. */
#include "base/stamp.h"

#include <stdio.h>

/* The date of a day of the Gregorian calendar, counted from the epoch. */
static void date_from_days(int64_t days, int64_t *y, unsigned *m, unsigned *d)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned doe = (unsigned)(days - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = yoe + era * 400 + (*m <= 2);
}

char *stamp_text(struct stamp t, unsigned digits, char text[STAMP_TEXT])
{
    int64_t seconds = t.ns / NS_PER_S, fraction = t.ns % NS_PER_S;
    if (fraction < 0) {
        fraction += NS_PER_S;
        seconds--;
    }
    int64_t days = seconds / 86400, of_day = seconds % 86400, y;
    if (of_day < 0) {
        of_day += 86400;
        days--;
    }
    unsigned m, d;
    date_from_days(days, &y, &m, &d);
    for (unsigned i = digits; i < 9; i++)
        fraction /= 10;
    int used = snprintf(text, STAMP_TEXT, "%04lld-%02u-%02uT%02d:%02d:%02d", (long long)y, m, d,
                        (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60));
    if (digits)
        used += snprintf(text + used, STAMP_TEXT - (size_t)used, ".%0*lld", (int)digits, (long long)fraction);
    snprintf(text + used, STAMP_TEXT - (size_t)used, "Z");
    return text;
}
