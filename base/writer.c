/* Objects, arrays and values in; the verbs of whichever tongue was chosen out. */
#include "base/writer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void write_object(struct writer *w, const char *key) { w->ops->open(w, key, false); }
void write_array(struct writer *w, const char *key) { w->ops->open(w, key, true); }
void write_end(struct writer *w) { w->ops->close(w); }
void write_strn(struct writer *w, const char *key, const char *text, size_t n)
{
    w->ops->string(w, key, text, n);
}
void write_ready(struct writer *w, const char *key, const char *text, size_t n)
{
    w->ops->bare(w, key, text, n);
}
void write_bool(struct writer *w, const char *key, bool b)
{
    w->ops->bare(w, key, b ? "true" : "false", b ? 4 : 5);
}
void write_null(struct writer *w, const char *key) { w->ops->bare(w, key, "null", 4); }

void write_str(struct writer *w, const char *key, const char *text)
{
    if (text)
        w->ops->string(w, key, text, strlen(text));
    else
        write_null(w, key);
}

/* The digits of n, at the end of `text`; where they begin. */
static char *digits_of(uint64_t n, char text[24])
{
    char *at = text + 24;
    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    return at;
}

void write_u64(struct writer *w, const char *key, uint64_t n)
{
    char text[24];
    const char *at = digits_of(n, text);
    w->ops->bare(w, key, at, (size_t)(text + sizeof text - at));
}

void write_i64(struct writer *w, const char *key, int64_t n)
{
    char text[24];
    char *at = digits_of(n < 0 ? -(uint64_t)n : (uint64_t)n, text);
    if (n < 0)
        *--at = '-';
    w->ops->bare(w, key, at, (size_t)(text + sizeof text - at));
}

void write_seconds(struct writer *w, const char *key, int64_t ns, unsigned digits)
{
    char text[32];
    char *end = text + sizeof text, *at = end;
    uint64_t unit = 1, n = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
    for (unsigned i = digits; i < 9; i++)
        unit *= 10;
    n = n / unit + (n % unit >= (unit + 1) / 2);
    for (unsigned i = 0; i < digits || n || i == digits; i++) {
        if (i == digits)
            *--at = '.';
        *--at = (char)('0' + n % 10);
        n /= 10;
    }
    if (ns < 0)
        *--at = '-';
    w->ops->bare(w, key, at, (size_t)(end - at));
}

void write_real(struct writer *w, const char *key, double x, unsigned digits)
{
    char text[64];
    if (!isfinite(x) || fabs(x) > 1e18) {
        write_null(w, key);
        return;
    }
    int used = snprintf(text, sizeof text, "%.*f", (int)(digits < 12 ? digits : 12), x);
    w->ops->bare(w, key, text, (size_t)used);
}

void write_hex(struct writer *w, const char *key, const uint8_t *bytes, size_t n)
{
    struct buf text = buf_init(1 << 18);
    buf_hex(&text, bytes, n);
    w->ops->string(w, key, buf_text(&text), text.used);
    buf_free(&text);
}

void write_format(struct writer *w, const char *key, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n >= 0)
        w->ops->string(w, key, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}
