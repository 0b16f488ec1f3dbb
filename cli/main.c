/* The front door: finds the subcommand. */
#include "cli/command.h"

#include "base/log.h"
#include "cli/suggest.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Columns that a reader sees; "…" is three bytes and one of these. */
static int columns(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void usage(FILE *to)
{
    fprintf(to, "routetap %s: says why a BGP session or an OSPF adjacency is down, from packets alone\n\n",
            RT_VERSION);
    int widest = 0;
    for (unsigned i = 0; i < command_count; i++)
        widest = columns(commands[i].arguments) > widest ? columns(commands[i].arguments) : widest;
    for (unsigned i = 0; i < command_count; i++) {
        const struct command *c = &commands[i];
        int gap = widest - columns(c->arguments);
        fprintf(to, "  routetap %-8s %s%*s  %s\n", c->name, c->arguments, gap, "", c->what);
    }
    fprintf(
        to,
        "\nroutetap COMMAND --help tells the options of a command.\n"
        "Exit status: 0 done, 1 a file could not be read or is damaged, 2 wrong usage, 3 see --fail-on.\n");
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

static const struct command *find(const char *name)
{
    const struct command *c = command_find(name);
    if (!c) {
        struct suggest s = suggest_for(name, strlen(name));
        char meant[SUGGEST_TEXT];
        for (unsigned i = 0; i < command_count; i++)
            suggest_try(&s, commands[i].name);
        log_line(LOG_ERROR, "there is no command %s%s; see routetap --help", name,
                 suggest_words(&s, "", meant));
    }
    return c;
}

/* routetap help, routetap help COMMAND */
static int help(const char *name)
{
    const struct command *c = name ? find(name) : NULL;
    if (!name)
        usage(stdout);
    else if (c)
        options_usage(c);
    return name && !c ? EXIT_USAGE : EXIT_DONE;
}

/* A full disk must not look like a short answer. */
static bool written(void)
{
    bool well = !fflush(stdout) && !ferror(stdout);
    if (!well)
        log_line(LOG_ERROR, "the output could not be written: %s", strerror(errno));
    return well;
}

/* Who read us has read enough, as `head` does: all is well. Another pipe or socket of ours that broke is told where it is
 * written to. */
static void end_of_reader(int number)
{
    struct pollfd out = { .fd = STDOUT_FILENO };
    (void)number;
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR))
        _exit(EXIT_DONE);
}

/* Where the exit status is an answer, nobody may take it for the good one that has not read all of it. */
static bool judges(const struct options *o, const struct command *c)
{
    return o->fail_on >= 0 || !strcmp(c->name, "expect");
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_DFL); /* whoever started us may have had it ignored */
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (is_one_of(argv[1], "--help", "-h", "help"))
        return help(argc > 2 ? argv[2] : NULL);
    if (is_one_of(argv[1], "--version", "-V", "version")) {
        printf("routetap %s\n", RT_VERSION);
        return EXIT_DONE;
    }
    const struct command *c = find(argv[1]);
    if (!c)
        return EXIT_USAGE;
    struct options o;
    bool done = false;
    int status = options_parse(&o, c, argc - 2, argv + 2, &done);
    if (o.quiet)
        log_set_level(LOG_ERROR);
    if (!status && !done) {
        if (!judges(&o, c))
            signal(SIGPIPE, end_of_reader);
        status = c->run(&o);
    }
    options_free(&o);
    return status == EXIT_DAMAGED || written() ? status : EXIT_DAMAGED;
}
