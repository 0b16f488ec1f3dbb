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

static void quoted(struct buf *out, const char *text, size_t n)
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

static void lead(struct writer *w, const char *key)
{
    if (w->has_item & bit(w))
        buf_char(w->out, ',');
    w->has_item |= bit(w);
    if (key) {
        quoted(w->out, key, strlen(key));
        buf_char(w->out, ':');
    }
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
