/* The shape of a subcommand, and the rows of all of them. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"

/* Exit statuses of every subcommand. */
enum { EXIT_DONE = 0, EXIT_DAMAGED = 1, EXIT_USAGE = 2, EXIT_FOUND = 3 };

typedef int command_fn(const struct options *);

struct command {
    const char *name;
    command_fn *run;
    const char *arguments;      /* "FILE…" */
    const char *what;           /* one line */
    bool options[OPTION_COUNT]; /* by enum option_id: those that it takes */
};

extern const struct command commands[];
extern const unsigned command_count;
const struct command *command_find(const char *name);

#endif
