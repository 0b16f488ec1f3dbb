/* The table of subcommands. */
#include "cli/command.h"

#include <string.h>

#define COMMAND(name, function, arguments, what, ...) command_fn function;
#include "cli/commands.def"
#undef COMMAND

const struct command commands[] = {
#define COMMAND(name, function, arguments, what, ...) { name, function, arguments, what, { __VA_ARGS__ } },
#include "cli/commands.def"
#undef COMMAND
};
const unsigned command_count = COUNT(commands);

const struct command *command_find(const char *name)
{
    for (unsigned i = 0; i < command_count; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}
