/* Text of people and of packets, made fit for a terminal, and how wide it stands there. */
#ifndef STORE_TEXT_H
#define STORE_TEXT_H

#include "base/buf.h"

enum text_mode {
    TEXT_PLAIN, /* UTF-8 that stays text: what is no character, or controls a terminal, becomes U+FFFD */
    TEXT_UTF8,  /* for a terminal: such bytes are shown as \x1b, \u202e */
    TEXT_ASCII  /* … that knows no UTF-8: dashes, quotes and arrows in ASCII, other characters as ? */
};

/* n bytes of whoever wrote them, so that a terminal or a line of a log is not harmed by them. */
void text_clean(const char *text, size_t n, enum text_mode, struct buf *out);
/* The character at p (n > 0 bytes are there) and its length in bytes; no character: U+FFFD and 1, *valid false. */
size_t text_next(const char *p, size_t n, uint32_t *c, bool *valid);
/* Columns that a character takes: 0 for one that is drawn upon the one before it, 2 for a wide one. */
unsigned text_char_width(uint32_t c);
unsigned text_width(const char *text, size_t n);

#endif
