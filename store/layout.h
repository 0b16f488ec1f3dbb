/* Lines for a terminal: words, parts and columns in; text of a given width out, painted or not.
 *
 * Everything put here is cleaned (text.h): what came from packets cannot command the terminal. */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include "base/err.h"
#include "store/text.h"
#include <stdio.h>

enum paint { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, CYAN, PAINTS };

struct layout {
    FILE *out;
    unsigned width;
    bool colour;
    enum text_mode mode;
    struct buf buf;  /* what was not handed out yet */
    unsigned column; /* where the next character goes */
    unsigned blanks; /* due before it: never at the end of a line */
    bool fresh;      /* nothing but blanks on this line */
    enum paint wet;  /* the paint that is on */
    enum err err;    /* ERR_WRITE: `out` did not take it */
};

/* To `out`, borrowed, in so many columns; utf8 false: nothing beyond ASCII. layout_finish is due. */
struct layout layout_init(FILE *out, unsigned width, bool colour, bool utf8);
/* Hands out the rest. */
MUST_USE enum err layout_finish(struct layout *);

/* Text as it is, wherever the line ends. */
void lay(struct layout *, enum paint, const char *text);
/* The next character goes to this column, or behind one blank if the line is there already. */
void lay_to(struct layout *, unsigned column);
void lay_end(struct layout *);
/* Likewise, unless the line has nothing but blanks: then they are taken back. */
void lay_close(struct layout *);
/* An empty line. */
void lay_gap(struct layout *);
/* Three blanks and the text, or a line of its own, indented, if it does not fit. */
void lay_part(struct layout *, unsigned indent, enum paint, const char *text);
/* Word by word; lines after the first are indented. */
void lay_wrap(struct layout *, unsigned indent, enum paint, const char *text);
/* Columns that the text takes here. */
unsigned lay_width(const struct layout *, const char *text);

#endif
