/* The tongue that people read: one line, "key value key (key value) key [a b]".
 * Control characters never reach a terminal. */
#include "base/writer.h"

#include <string.h>

enum { DEEPEST = 63 };

static uint64_t bit(const struct writer *w)
{
    return UINT64_C(1) << (w->depth < DEEPEST ? w->depth : DEEPEST);
}

static void lead(struct writer *w, const char *key)
{
    if (w->has_item & bit(w))
        buf_char(w->out, ' ');
    w->has_item |= bit(w);
    if (key) {
        for (; *key; key++)
            buf_char(w->out, *key == '_' ? ' ' : *key);
        buf_char(w->out, ' ');
    }
}

static void text_open(struct writer *w, const char *key, bool array)
{
    bool outermost = !w->depth && !key;
    lead(w, key);
    w->depth++;
    w->has_item &= ~bit(w);
    w->is_array = array ? w->is_array | bit(w) : w->is_array & ~bit(w);
    w->no_bracket = outermost ? w->no_bracket | bit(w) : w->no_bracket & ~bit(w);
    if (!outermost)
        buf_char(w->out, array ? '[' : '(');
}

static void text_close(struct writer *w)
{
    if (!(w->no_bracket & bit(w)))
        buf_char(w->out, w->is_array & bit(w) ? ']' : ')');
    w->depth--;
}

static void text_string(struct writer *w, const char *key, const char *text, size_t n)
{
    lead(w, key);
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c < 0x20 || c == 0x7f)
            buf_printf(w->out, "\\x%02x", c);
        else
            buf_char(w->out, (char)c);
    }
}

static void text_bare(struct writer *w, const char *key, const char *text, size_t n)
{
    lead(w, key);
    buf_add(w->out, text, n);
}

const struct writer_ops writer_text = { text_open, text_close, text_string, text_bare };
