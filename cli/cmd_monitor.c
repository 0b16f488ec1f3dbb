/* `routetap monitor`: interfaces in, findings out as they come; until it is told to stop. */
#include "cli/command.h"
#include "cli/loop.h"
#include "cli/report_out.h"

#include "base/log.h"
#include "store/lines.h"
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

command_fn cmd_monitor;

struct monitor {
    struct loop loop;
    struct lines *lines;
};

static bool take(void *taker, const struct outbox *out)
{
    struct monitor *m = taker;
    return lines_write(m->lines, out);
}

static bool beat(void *taker, struct stamp now)
{
    (void)taker;
    (void)now;
    return true;
}

static const char *file_name(void *source, uint32_t number) { return source_file(source, number)->path; }

static void tell_interface(void *to, const char *name, const char *words)
{
    fprintf(to, "%-15s %s\n", name, words);
}

static int list_interfaces(void)
{
    char message[300];
    if (source_list_interfaces(tell_interface, stdout, message))
        return EXIT_DONE;
    log_line(LOG_ERROR, "%s", message);
    return EXIT_DAMAGED;
}

static void tell_begin(const struct monitor *m, const struct options *o)
{
    for (unsigned i = 0; !o->quiet && i < o->interface_count; i++)
        log_line(LOG_NOTE, "listening on %s", source_file(m->loop.source, i)->path);
}

int cmd_monitor(const struct options *o)
{
    if (o->list)
        return list_interfaces();
    struct monitor m = { .loop = { .take = take, .beat = beat } };
    m.loop.taker = &m;
    signal(SIGPIPE, SIG_IGN); /* when nobody reads any more, it ends in order */
    int status = loop_open_live(&m.loop, o, engine_defaults());
    if (!status) {
        struct lines_options lo = { .json = o->json,
                                    .colour = look_find(o).colour,
                                    .verbose = o->verbose,
                                    .vendor = o->advice,
                                    .peer = o->peer,
                                    .file = file_name,
                                    .file_of = m.loop.source };
        m.lines = lines_new(stdout, &lo);
        tell_begin(&m, o);
        status = m.lines ? loop_run(&m.loop, o) : EXIT_DAMAGED;
    }
    lines_free(m.lines);
    loop_close(&m.loop);
    return status;
}
