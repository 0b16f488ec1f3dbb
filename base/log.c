/* One line to standard error, by level. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level ceiling = LOG_NOTE;

static FILE *to; /* NULL: standard error as it was at the start */

FILE *log_stream(void) { return to ? to : stderr; }

void log_alone(void)
{
#ifdef __GLIBC__ /* whose stderr is a variable */
    FILE *nowhere = to ? NULL : fopen("/dev/null", "we");
    if (!nowhere)
        return;
    to = stderr;
    stderr = nowhere;
#endif
}

void log_set_level(enum log_level level) { ceiling = level; }

void log_line(enum log_level level, const char *format, ...)
{
    if (level > ceiling)
        return;
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(log_stream(), "routetap: %s\n", text); /* one call, so that lines of two threads don't mix */
}
