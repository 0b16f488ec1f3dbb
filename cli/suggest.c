/* Did you mean …: words by how many slips of the finger lie between them. */
#include "cli/suggest.h"

#include <stdio.h>
#include <string.h>

/* Letters left out, put in, changed, or two that changed places (Damerau's distance, of adjacent letters once). */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned row[3][SUGGEST_LONGEST + 1]; /* of this letter of a, the one before, and the one before that */
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned changed = last[j - 1] + (a[i - 1] != b[j - 1]);
            unsigned moved = 1 + (last[j] < now[j - 1] ? last[j] : now[j - 1]);
            now[j] = changed < moved ? changed : moved;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && earlier[j - 2] + 1 < now[j])
                now[j] = earlier[j - 2] + 1;
        }
    }
    return row[n % 3][m];
}

struct suggest suggest_for(const char *word, size_t size)
{
    return (struct suggest){ .word = size <= SUGGEST_LONGEST ? word : NULL, .size = size };
}

void suggest_try(struct suggest *s, const char *candidate)
{
    size_t n = strlen(candidate);
    if (!s->word || n > SUGGEST_LONGEST)
        return;
    unsigned d = distance(s->word, s->size, candidate, n);
    /* a third of its letters at the most: else it is another word */
    if (d * 3 <= (s->size < n ? s->size : n) && (!s->best || d < s->distance)) {
        s->best = candidate;
        s->distance = d;
    }
}

const char *suggest_words(const struct suggest *s, const char *before, char text[SUGGEST_TEXT])
{
    *text = '\0';
    if (s->best)
        snprintf(text, SUGGEST_TEXT, " (did you mean %s%s?)", before, s->best);
    return text;
}
