/* A moment as the user wrote it, for --since and --until. */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include "base/stamp.h"

/* Some forms need the capture's first packet before they are a moment. */
struct when {
    enum { WHEN_NONE, WHEN_ABSOLUTE, WHEN_OF_DAY, WHEN_RELATIVE } kind;
    int64_t ns;
};

/* RFC 3339 ("2026-03-01T10:00:00.5Z", "…+01:00", a blank for the T, no zone for UTC), a date alone, a time of day
 * ("10:00", "10:00:05.5"), seconds since the epoch, or "+90", "+90s", "+1.5m", "+2h", "+1d":
 * after the first packet. False for all else. */
bool when_parse(const char *text, struct when *out);
/* The moment in the capture that begins at `first`. */
struct stamp when_resolve(struct when, struct stamp first);

#endif
