/* Packets to the engine, its outbox to the taker, a progress bar to the terminal. */
#include "cli/loop.h"

#include "base/log.h"
#include "cli/command.h"
#include "cli/progress.h"
#include <signal.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    interrupted = 1;
    signal(signal_number, SIG_DFL); /* a second one ends us, whatever we wait for */
}

int loop_open(struct loop *l, const struct options *o, struct engine_options eo, bool in_file_order)
{
    if (!o->file_count) {
        log_line(LOG_ERROR, "no capture file was given; see routetap %s --help", o->command->name);
        return EXIT_USAGE;
    }
    char message[300];
    enum err why;
    struct source_options so = { .in_file_order = in_file_order };
    l->source = source_open_files(o->files, o->file_count, &so, &why, message);
    if (!l->source) {
        log_line(LOG_ERROR, "%s", message);
        return EXIT_DAMAGED;
    }
    for (unsigned i = 0; i < o->port_count; i++)
        eo.bgp_ports[i] = o->ports[i];
    eo.bgp_port_count = o->port_count;
    eo.keys = o->keys;
    eo.key_count = o->key_count;
    if (o->memory) {
        eo.limits.routes = o->memory / 4 * 3;
        eo.limits.stream_total = o->memory / 4;
    }
    l->engine = engine_new(&eo);
    if (!l->engine) {
        log_line(LOG_ERROR, "there is not enough memory to begin");
        return EXIT_DAMAGED;
    }
    return EXIT_DONE;
}

void loop_close(struct loop *l)
{
#ifdef RT_FREE_ALL
    engine_free(l->engine);
#endif
    if (l->source)
        source_close(l->source);
}

/* What is wrong with the files is told at once; whoever keeps findings makes one of it. */
static void tell_damage(struct loop *l)
{
    for (unsigned i = 0; i < source_file_count(l->source); i++) {
        const struct source_file_facts *f = source_file(l->source, i);
        if (!f->damaged)
            continue;
        l->damaged = true;
        log_line(LOG_ERROR, "%s %s (offset %llu); what stands before it was read", f->path, f->damage,
                 (unsigned long long)f->damage_offset);
    }
}

int loop_run(struct loop *l, const struct options *o)
{
    struct packet p;
    struct stamp since = STAMP_NEVER, until = { INT64_MAX };
    struct progress bar = progress_begin(!o->quiet);
    bool first = true, going = true;
    int status = EXIT_DONE;
    signal(SIGINT, on_interrupt);
    while (going && !interrupted) {
        enum source_got got = source_next(l->source, &p);
        if (got == SOURCE_END)
            break;
        if (got == SOURCE_ERROR) {
            log_line(LOG_ERROR, "%s", source_why(l->source));
            status = EXIT_DAMAGED;
            break;
        }
        if (first) {
            first = false;
            if (o->since.kind)
                since = when_resolve(o->since, p.when);
            if (o->until.kind)
                until = when_resolve(o->until, p.when);
        }
        if (stamp_before(p.when, since) || !stamp_before(p.when, until))
            continue;
        const struct outbox *out = engine_feed(l->engine, &p);
        if (out->count)
            going = l->take(l->taker, out);
        if (!(p.number & 0xfff))
            progress_show(&bar, source_progress(l->source), p.number);
    }
    progress_end(&bar);
    signal(SIGINT, SIG_DFL);
    l->interrupted = interrupted;
    tell_damage(l);
    if (going)
        l->take(l->taker, engine_finish(l->engine));
    if (l->interrupted)
        log_line(LOG_NOTE, "interrupted: this is what was read so far");
    return status ? status : l->damaged ? EXIT_DAMAGED : EXIT_DONE;
}
