/* The tongue that programs read. Bytes that are not UTF-8 are told as U+FFFD. */
#include "base/writer.h"

#include <string.h>

enum { DEEPEST = 63 };

static uint64_t bit(const struct writer *w)
{
    return UINT64_C(1) << (w->depth < DEEPEST ? w->depth : DEEPEST);
}

/* The length of the UTF-8 character at p (1 to 4), or 0. Overlong forms, surrogates and the rest are none. */
static size_t utf8_length(const uint8_t *p, size_t n)
{
    static const struct {
        uint8_t first, last, low, high, length;
    } rows[] = {
        { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
        { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
        { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    if (p[0] < 0x80)
        return 1;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (p[0] < rows[i].first || p[0] > rows[i].last)
            continue;
        if (rows[i].length > n || p[1] < rows[i].low || p[1] > rows[i].high)
            return 0;
        for (size_t k = 2; k < rows[i].length; k++)
            if ((p[k] & 0xc0) != 0x80)
                return 0;
        return rows[i].length;
    }
    return 0;
}

static bool is_plain(uint8_t c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

/* A byte that is not plain is among these eight: none has its top bit set, and each of the others would give one by
 * borrowing: below 0x20, equal to one of two, or above 0x7e. */
static bool all_plain(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = eight ^ ones * '"', back = eight ^ ones * '\\';
    return !((eight | (eight - ones * 0x20) | (quote - ones) | (back - ones) | (eight + ones)) & tops);
}

/* The text can be copied as it is: most of it, always. */
static bool plain(const char *text, size_t n)
{
    for (; n >= 8; text += 8, n -= 8) {
        uint64_t eight;
        memcpy(&eight, text, sizeof eight);
        if (!all_plain(eight))
            return false;
    }
    while (n && is_plain((uint8_t)*text)) {
        text++;
        n--;
    }
    return !n;
}

static void quoted_with_care(struct buf *out, const char *text, size_t n)
{
    buf_char(out, '"');
    size_t plain = 0; /* start of what can be copied as it is */
    for (size_t i = 0; i < n;) {
        uint8_t c = (uint8_t)text[i];
        size_t length = utf8_length((const uint8_t *)text + i, n - i);
        if (length && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
            i += length;
            continue;
        }
        buf_add(out, text + plain, i - plain);
        if (!length)
            buf_str(out, "\\ufffd");
        else if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_str(out, "\\n");
        else
            buf_printf(out, "\\u%04x", c);
        plain = ++i;
    }
    buf_add(out, text + plain, n - plain);
    buf_char(out, '"');
}

static char *put_quoted(char *to, const char *text, size_t n)
{
    *to++ = '"';
    memcpy(to, text, n);
    to[n] = '"';
    return to + n + 1;
}

static void quoted(struct buf *out, const char *text, size_t n)
{
    char *to = plain(text, n) ? buf_take(out, n + 2) : NULL;
    if (to)
        put_quoted(to, text, n);
    else
        quoted_with_care(out, text, n);
}

/* The comma behind the item before, and the key. */
static void lead(struct writer *w, const char *key)
{
    bool comma = w->has_item & bit(w);
    w->has_item |= bit(w);
    if (!key && !comma)
        return;
    size_t n = key ? strlen(key) : 0;
    char *to = plain(key, n) ? buf_take(w->out, comma + (key ? n + 3 : 0)) : NULL;
    if (to) {
        if (comma)
            *to++ = ',';
        if (key)
            *put_quoted(to, key, n) = ':';
        return;
    }
    if (comma)
        buf_char(w->out, ',');
    if (!key)
        return;
    quoted_with_care(w->out, key, n);
    buf_char(w->out, ':');
}

static void json_open(struct writer *w, const char *key, bool array)
{
    lead(w, key);
    w->depth++;
    w->has_item &= ~bit(w);
    w->is_array = array ? w->is_array | bit(w) : w->is_array & ~bit(w);
    buf_char(w->out, array ? '[' : '{');
}

static void json_close(struct writer *w)
{
    buf_char(w->out, w->is_array & bit(w) ? ']' : '}');
    w->depth--;
}

static void json_string(struct writer *w, const char *key, const char *text, size_t n)
{
    lead(w, key);
    quoted(w->out, text, n);
}

static void json_bare(struct writer *w, const char *key, const char *text, size_t n)
{
    lead(w, key);
    buf_add(w->out, text, n);
}

const struct writer_ops writer_json = { json_open, json_close, json_string, json_bare };
