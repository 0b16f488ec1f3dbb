/* What the files of options share. */
#ifndef CLI_OPTIONS_INTERNAL_H
#define CLI_OPTIONS_INTERNAL_H

#include "cli/options.h"

/* NULL, or what the option wants. */
const char *take_live(struct options *, enum option_id, char *value);
const char *take_tables(struct options *, enum option_id, char *value);
const char *take_feeds(struct options *, enum option_id, char *value);

const char *take_ospf(struct options *, enum option_id, char *value);
const char *take_alert(struct options *, enum option_id, const char *value);
void free_alerts(struct options *);
const char *take_web(struct options *, enum option_id, char *value);
/* Whether --web may take this word as its value, which it can do without. */
bool web_value(const char *text);

/* From a file, from the environment, or as given. The caller's to free; NULL: *why. */
char *read_secret(const struct options *, char *text, const char **why);
bool parse_number(const char *text, long least, long most, long *out);
/* Which of the words, or -1; NULL ends them. */
int one_of(const char *text, const char *const *words);

/* "200M", "2G", "64K", "1GiB"; a number alone counts units of 2^alone bytes. */
bool parse_size(const char *text, int alone, uint64_t least, uint64_t most, uint64_t *out);
/* A size from `least` MiB on, as bytes; a number alone counts MiB. */
const char *take_mebibytes(const char *text, uint64_t least, uint64_t *out);
/* "90s", "10m", "6h", "30d" */
const char *take_age(const char *text, struct span *out);

#endif
