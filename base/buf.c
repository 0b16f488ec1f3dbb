/* Text and bytes that grow up to their ceiling; what would not fit is lost, and that is said. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b)
{
    free(b->text);
    *b = (struct buf){ .ceiling = b->ceiling };
}

void buf_clear(struct buf *b)
{
    b->used = 0;
    b->lost = false;
    if (b->text)
        b->text[0] = '\0';
}

/* Room for n more bytes and the final zero. */
static bool reserve(struct buf *b, size_t n)
{
    if (n < b->room && b->used < b->room - n)
        return true;
    if (b->used >= b->ceiling || n > b->ceiling - b->used - 1) {
        b->lost = true;
        return false;
    }
    size_t room = b->room ? b->room : 64;
    while (room <= b->used + n)
        room *= 2;
    char *text = realloc(b->text, room);
    if (!text) {
        b->lost = true;
        return false;
    }
    b->text = text;
    b->room = room;
    return true;
}

void buf_add(struct buf *b, const char *bytes, size_t n)
{
    if (!n || !reserve(b, n))
        return;
    memcpy(b->text + b->used, bytes, n);
    b->used += n;
    b->text[b->used] = '\0';
}

char *buf_take(struct buf *b, size_t n)
{
    if (!reserve(b, n))
        return NULL;
    char *at = b->text + b->used;
    b->used += n;
    b->text[b->used] = '\0';
    return at;
}

void buf_str(struct buf *b, const char *text) { buf_add(b, text, strlen(text)); }

void buf_char(struct buf *b, char c)
{
    if (!reserve(b, 1))
        return;
    b->text[b->used++] = c;
    b->text[b->used] = '\0';
}

void buf_u64(struct buf *b, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    buf_add(b, digits + at, sizeof digits - at);
}

void buf_be(struct buf *b, uint64_t n, unsigned bytes)
{
    char *at = buf_take(b, bytes);
    while (at && bytes--)
        *at++ = (char)(n >> 8 * bytes & 0xff);
}

void buf_hex(struct buf *b, const uint8_t *bytes, size_t n)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        char two[2] = { digit[bytes[i] >> 4], digit[bytes[i] & 15] };
        buf_add(b, two, 2);
    }
}

void buf_printf(struct buf *b, const char *format, ...)
{
    char small[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof small)
        buf_add(b, small, (size_t)n);
    else if (n >= 0 && reserve(b, (size_t)n)) {
        vsnprintf(b->text + b->used, (size_t)n + 1, format, again);
        b->used += (size_t)n;
    }
    va_end(again);
}

const char *buf_text(const struct buf *b) { return b->text ? b->text : ""; }

char *buf_dup(const struct buf *b)
{
    char *copy = malloc(b->used + 1);
    if (copy)
        memcpy(copy, buf_text(b), b->used + 1);
    return copy;
}
