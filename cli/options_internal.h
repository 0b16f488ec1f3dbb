/* What options.c and options_live.c share. */
#ifndef CLI_OPTIONS_INTERNAL_H
#define CLI_OPTIONS_INTERNAL_H

#include "cli/options.h"

/* NULL, or what the option wants. */
const char *take_live(struct options *, enum option_id, char *value);
const char *take_tables(struct options *, enum option_id, char *value);

const char *take_web(struct options *, enum option_id, char *value);
/* Whether --web may take this word as its value, which it can do without. */
bool web_value(const char *text);

bool parse_number(const char *text, long least, long most, long *out);
/* Which of the words, or -1; NULL ends them. */
int one_of(const char *text, const char *const *words);

#endif
