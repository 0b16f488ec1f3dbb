/* The front door: finds the subcommand. */
#include "cli/command.h"

#include "base/log.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void usage(void)
{
    printf("routetap %s: says why a BGP session is stuck, flaps or died, from a packet capture alone\n\n", RT_VERSION);
    for (unsigned i = 0; i < command_count; i++)
        printf("  routetap %-8s %-9s %s\n", commands[i].name, commands[i].arguments, commands[i].what);
    printf("\nroutetap COMMAND --help tells the options of a command.\n"
           "Exit status: 0 done, 1 a file could not be read or is damaged, 2 wrong usage, 3 see --fail-on.\n");
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_DFL); /* whoever reads us may stop reading */
    if (argc < 2) {
        usage();
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        usage();
        return EXIT_DONE;
    }
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V") || !strcmp(argv[1], "version")) {
        printf("routetap %s\n", RT_VERSION);
        return EXIT_DONE;
    }
    const struct command *c = command_find(argv[1]);
    if (!c) {
        log_line(LOG_ERROR, "there is no command %s; see routetap --help", argv[1]);
        return EXIT_USAGE;
    }
    struct options o;
    bool done = false;
    int status = options_parse(&o, c, argc - 2, argv + 2, &done);
    if (!status && !done)
        status = c->run(&o);
    options_free(&o);
    return status;
}
