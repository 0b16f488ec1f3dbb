/* The tables of commands and options as the programs that write documents need them: rows alone, nothing of the program. */
#include <stdbool.h>
#include <stddef.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum option_id {
#define OPTION(ident, name, letter, argument, what) OPTION_##ident,
#include "cli/options.def"
#undef OPTION
    OPTION_COUNT
};
#define OPT(ident) [OPTION_##ident] = true

static const struct {
    const char *name, *arguments, *what;
    bool options[OPTION_COUNT];
} commands[] = {
#define COMMAND(name, function, arguments, what, ...) { name, arguments, what, { __VA_ARGS__ } },
#include "cli/commands.def"
#undef COMMAND
};

static const struct {
    const char *name;
    char letter;
    const char *argument, *what;
} options[] = {
#define OPTION(ident, name, letter, argument, what) { name, letter, argument, what },
#include "cli/options.def"
#undef OPTION
};
