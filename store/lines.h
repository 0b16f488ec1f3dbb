/* Findings as they come, one a line, for a terminal, a log or a program. Outboxes in, lines out.
 *
 * A finding has a line when it is opened, when it gets graver, when it is over, and when it happens again: at most once a
 * minute, and ever more seldom, down to once an hour, while it goes on like that. */
#ifndef STORE_LINES_H
#define STORE_LINES_H

#include "state/outbox.h"
#include "state/rules/explain.h"
#include <stdio.h>

struct lines_options {
    bool json; /* one object a line */
    bool colour;
    bool verbose; /* state changes, too; text: explanations and advice, too */
    enum vendor vendor;
    struct addr peer; /* only peerings with this address; size 0: all */
    enum severity least;
    const char *(*file)(void *, uint32_t number); /* the name of a capture file or interface */
    void *file_of;
    const char *(*name)(void *,
                        const struct addr *); /* what people call it, or NULL; NULL: nobody has a name */
    void *name_of;
};

struct lines;

/* NULL without memory. */
struct lines *lines_new(FILE *to, const struct lines_options *);
void lines_free(struct lines *);
/* Other names and another threshold from now on. */
void lines_set(struct lines *, enum severity least, void *name_of);
/* False when nobody reads them any more. */
bool lines_write(struct lines *, const struct outbox *);

#endif
