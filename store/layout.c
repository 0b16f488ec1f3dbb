/* Words, parts and columns in; lines no wider than the terminal out. */
#include "store/layout.h"

#include <string.h>

enum { PIECE = 1 << 16, LEAST_WIDTH = 40, TEXT_MOST = 1 << 16 };

struct layout layout_init(FILE *out, unsigned width, bool colour, bool utf8)
{
    return (struct layout){ .out = out,
                            .width = width < LEAST_WIDTH ? LEAST_WIDTH : width,
                            .colour = colour,
                            .mode = utf8 ? TEXT_UTF8 : TEXT_ASCII,
                            .buf = buf_init((size_t)1 << 20),
                            .fresh = true };
}

static void hand_out(struct layout *l, size_t at_least)
{
    if (l->buf.used < at_least)
        return;
    if (!l->err && l->buf.used && fwrite(l->buf.text, 1, l->buf.used, l->out) != l->buf.used)
        l->err = ERR_WRITE;
    if (!l->err && l->buf.lost)
        l->err = ERR_MEMORY;
    buf_clear(&l->buf);
}

enum err layout_finish(struct layout *l)
{
    lay_close(l);
    hand_out(l, 0);
    buf_free(&l->buf);
    if (!l->err && fflush(l->out))
        l->err = ERR_WRITE;
    return l->err;
}

static void paint(struct layout *l, enum paint p)
{
    static const char *const codes[PAINTS] = { "0", "1", "2", "1;31", "32", "1;33", "36" };
    if (!l->colour || p == l->wet)
        return;
    if (l->wet != PLAIN)
        buf_str(&l->buf, "\x1b[0m");
    if (p != PLAIN)
        buf_printf(&l->buf, "\x1b[%sm", codes[p]);
    l->wet = p;
}

/* Text that is clean already. */
static void put(struct layout *l, enum paint p, const char *text, size_t n)
{
    if (!n)
        return;
    if (p == PLAIN)
        paint(l, p);
    for (; l->blanks; l->blanks--)
        buf_char(&l->buf, ' ');
    paint(l, p);
    buf_add(&l->buf, text, n);
    l->column += text_width(text, n);
    l->fresh = false;
}

static struct buf clean(const struct layout *l, const char *text)
{
    struct buf b = buf_init(TEXT_MOST);
    text_clean(text, strlen(text), l->mode, &b);
    return b;
}

void lay(struct layout *l, enum paint p, const char *text)
{
    struct buf b = clean(l, text);
    put(l, p, buf_text(&b), b.used);
    buf_free(&b);
}

void lay_to(struct layout *l, unsigned column)
{
    unsigned blanks = column > l->column ? column - l->column : !l->fresh;
    l->blanks += blanks;
    l->column += blanks;
}

void lay_end(struct layout *l)
{
    paint(l, PLAIN);
    buf_char(&l->buf, '\n');
    l->column = l->blanks = 0;
    l->fresh = true;
    hand_out(l, PIECE);
}

void lay_close(struct layout *l)
{
    if (!l->fresh)
        lay_end(l);
    l->column = l->blanks = 0;
}

void lay_gap(struct layout *l)
{
    lay_close(l);
    lay_end(l);
}

unsigned lay_width(const struct layout *l, const char *text)
{
    struct buf b = clean(l, text);
    unsigned width = text_width(buf_text(&b), b.used);
    buf_free(&b);
    return width;
}

void lay_part(struct layout *l, unsigned indent, enum paint p, const char *text)
{
    unsigned width = lay_width(l, text);
    if (!*text)
        return;
    if (!l->fresh && l->column + 3 + width > l->width)
        lay_end(l);
    if (!l->fresh)
        lay_to(l, l->column + 3);
    else if (l->column < indent)
        lay_to(l, indent);
    if (l->column + width <= l->width)
        lay(l, p, text);
    else
        lay_wrap(l, indent, p, text);
}

/* As many bytes of a word as `columns` have room for; at least one character. */
static size_t fitting(const char *word, size_t n, unsigned columns)
{
    size_t used = 0;
    unsigned width = 0;
    while (used < n) {
        uint32_t c;
        bool valid;
        size_t length = text_next(word + used, n - used, &c, &valid);
        width += text_char_width(c);
        if (width > columns && used)
            break;
        used += length;
    }
    return used;
}

/* "5.9 s", "AS 65001": what no line may part. */
static bool glued(const char *word, size_t n, const char *next)
{
    static const char *const units[] = { "s", "ms", "µs", "us", "min", "h", "d", "%", "byte", "bytes" };
    size_t length = strcspn(next, " .,:;)");
    if (n >= 2 && !memcmp(word + n - 2, "AS", 2) && *next >= '0' && *next <= '9')
        return true;
    for (size_t i = 0; i < COUNT(units); i++)
        if (n && word[n - 1] >= '0' && word[n - 1] <= '9' && length == strlen(units[i]) &&
            !memcmp(next, units[i], length))
            return true;
    return false;
}

/* The bytes of a word, and of those that stay with it. */
static size_t word_length(const char *word)
{
    size_t n = strcspn(word, " ");
    while (word[n] == ' ' && glued(word, n, word + n + 1))
        n += 1 + strcspn(word + n + 1, " ");
    return n;
}

void lay_wrap(struct layout *l, unsigned indent, enum paint p, const char *text)
{
    struct buf b = clean(l, text);
    const char *word = buf_text(&b);
    bool first = true;
    while (*word) {
        size_t n = word_length(word);
        unsigned width = text_width(word, n);
        if (n && l->column + !first + width > l->width && l->column > indent) {
            lay_end(l);
            lay_to(l, indent);
            first = true;
        }
        if (n && !first)
            lay_to(l, l->column + 1);
        while (n && width > l->width - l->column) { /* longer than a line */
            size_t piece = fitting(word, n, l->width - l->column);
            put(l, p, word, piece);
            word += piece;
            n -= piece;
            width = text_width(word, n);
            if (n) {
                lay_end(l);
                lay_to(l, indent);
            }
        }
        put(l, p, word, n);
        first = first && !n;
        word += n;
        word += strspn(word, " ");
    }
    buf_free(&b);
}
