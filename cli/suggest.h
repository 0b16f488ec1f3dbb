/* A word that was mistyped in, and the words that there are, one by one; the one that was probably meant out.
 *
 *     struct suggest s = suggest_for(word, strlen(word));
 *     for (…)
 *         suggest_try(&s, name);
 *     suggest_words(&s, "--", text);      " (did you mean --json?)", or nothing */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

enum { SUGGEST_LONGEST = 40, SUGGEST_TEXT = 96 };

struct suggest {
    const char *word; /* borrowed, and not ended by a NUL; NULL: too long to be a slip */
    size_t size;
    const char *best; /* borrowed */
    unsigned distance;
};

struct suggest suggest_for(const char *word, size_t size);
/* A candidate, to be borrowed as long as the suggestion is. */
void suggest_try(struct suggest *, const char *candidate);
/* Returns text. before: what stands before the word, as dashes of an option. */
const char *suggest_words(const struct suggest *, const char *before, char text[SUGGEST_TEXT]);

#endif
