/* Bytes in; text that no terminal obeys, and its width in columns, out. */
#include "store/text.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

size_t text_next(const char *p, size_t n, uint32_t *c, bool *valid)
{
    const uint8_t *b = (const uint8_t *)p;
    size_t length = b[0] < 0x80   ? 1
                    : b[0] < 0xc2 ? 0
                    : b[0] < 0xe0 ? 2
                    : b[0] < 0xf0 ? 3
                    : b[0] < 0xf5 ? 4
                                  : 0;
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    *valid = length && length <= n;
    uint32_t value = length < 2 ? b[0] : b[0] & (0x7fu >> length);
    for (size_t i = 1; *valid && i < length; i++) {
        *valid = (b[i] & 0xc0) == 0x80;
        value = value << 6 | (b[i] & 0x3fu);
    }
    /* overlong forms, surrogates and what lies beyond Unicode are no characters (RFC 3629 3) */
    if (*valid && (value < least[length] || (value >= 0xd800 && value < 0xe000) || value > 0x10ffff))
        *valid = false;
    *c = *valid ? value : REPLACEMENT;
    return *valid ? length : 1;
}

struct range {
    uint32_t first, last;
};

static bool within(uint32_t c, const struct range *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= list[i].first && c <= list[i].last)
            return true;
    return false;
}

/* Characters that move the cursor, hide text or turn its direction. */
static bool commands_terminal(uint32_t c)
{
    static const struct range commands[] = {
        { 0, 0x1f },        { 0x7f, 0x9f },     { 0x61c, 0x61c },   { 0x200e, 0x200f },   { 0x2028, 0x202e },
        { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
    };
    return within(c, commands, COUNT(commands));
}

/* Unicode's East Asian Width W and F, and its marks that combine: what engineers' words hold of them. */
unsigned text_char_width(uint32_t c)
{
    static const struct range none[] = {
        { 0x300, 0x36f },   { 0x483, 0x489 },   { 0x591, 0x5bd },     { 0x610, 0x61a },   { 0x64b, 0x65f },
        { 0x93c, 0x93c },   { 0x941, 0x948 },   { 0x94d, 0x94d },     { 0xe31, 0xe31 },   { 0xe34, 0xe3a },
        { 0xe47, 0xe4e },   { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },   { 0x200b, 0x200d }, { 0x20d0, 0x20ff },
        { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef },
    };
    static const struct range wide[] = {
        { 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },   { 0x2e80, 0x303e },
        { 0x3041, 0x4dbf },   { 0x4e00, 0xa4cf },   { 0xa960, 0xa97c },   { 0xac00, 0xd7a3 },
        { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
        { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x1fa70, 0x1faff },
        { 0x20000, 0x3fffd },
    };
    if (c < 0x300)
        return 1;
    return within(c, none, COUNT(none)) ? 0 : within(c, wide, COUNT(wide)) ? 2 : 1;
}

unsigned text_width(const char *text, size_t n)
{
    unsigned width = 0;
    while (n) {
        uint32_t c;
        bool valid;
        size_t length = text_next(text, n, &c, &valid);
        width += text_char_width(c);
        text += length;
        n -= length;
    }
    return width;
}

static void escape(uint32_t c, enum text_mode mode, struct buf *out)
{
    if (mode == TEXT_PLAIN)
        buf_str(out, "\xef\xbf\xbd");
    else if (c < 0x100)
        buf_printf(out, "\\x%02x", (unsigned)c);
    else
        buf_printf(out, "\\u%04x", (unsigned)c);
}

/* What our own words hold beyond ASCII. */
static void in_ascii(uint32_t c, struct buf *out)
{
    static const struct {
        uint32_t c;
        const char *text;
    } rows[] = {
        { 0xa0, " " },     { 0xb5, "u" },    { 0xd7, "x" },    { 0x2011, "-" },  { 0x2013, "-" },
        { 0x2014, "-" },   { 0x2018, "'" },  { 0x2019, "'" },  { 0x201c, "\"" }, { 0x201d, "\"" },
        { 0x2026, "..." }, { 0x2190, "<-" }, { 0x2192, "->" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].c == c) {
            buf_str(out, rows[i].text);
            return;
        }
    if (text_char_width(c))
        buf_char(out, '?');
}

void text_clean(const char *text, size_t n, enum text_mode mode, struct buf *out)
{
    while (n) {
        uint32_t c;
        bool valid;
        size_t length = text_next(text, n, &c, &valid);
        if (!valid)
            escape((uint8_t)*text, mode, out);
        else if (commands_terminal(c))
            escape(c, mode, out);
        else if (mode == TEXT_ASCII && c >= 0x80)
            in_ascii(c, out);
        else
            buf_add(out, text, length);
        text += length;
        n -= length;
    }
}
