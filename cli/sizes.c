/* Sizes as people write them in; bytes out. */
#include "cli/options_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The power of two of a suffix: "K", "kB", "KiB", …; -1: it is none. Powers of 1024 all of them: buffers and files are. */
static int power_of(const char *suffix)
{
    static const char units[] = "kmgt";
    const char *unit = *suffix ? strchr(units, tolower((unsigned char)*suffix)) : NULL;
    const char *rest = suffix + 1;
    if (!unit)
        return -1;
    if (*rest == 'i' && rest[1] == 'B')
        rest++;
    rest += *rest == 'B';
    return *rest ? -1 : 10 * (int)(unit - units + 1);
}

bool parse_size(const char *text, int alone, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    int power = *end ? power_of(end) : alone;
    if (errno || power < 0 || n > UINT64_MAX >> power)
        return false;
    *out = (uint64_t)n << power;
    return *out >= least && *out <= most;
}

const char *take_mebibytes(const char *text, uint64_t least, uint64_t *out)
{
    if (parse_size(text, 20, least << 20, (uint64_t)1 << 44, out))
        return NULL;
    return least > 1 ? "takes a size from 16M on, such as 200M or 2G; a number alone counts MiB"
                     : "takes a size such as 200M or 2G; a number alone counts MiB";
}
