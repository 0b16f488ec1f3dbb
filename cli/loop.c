/* Packets to the engine, its outbox to the taker, a progress bar to the terminal. */
#include "cli/loop.h"

#include "base/log.h"
#include "cli/command.h"
#include "cli/heap.h"
#include "cli/origins.h"
#include "cli/progress.h"
#include "store/store.h"
#include <signal.h>
#include <stdlib.h>

enum { PULSE_MS = 200, PULSE_PACKETS = 1024 };

static volatile sig_atomic_t interrupted, hung_up;

static void on_interrupt(int signal_number)
{
    interrupted = 1;
    signal(signal_number, SIG_DFL); /* a second one ends us, whatever we wait for */
}

static void on_hangup(int signal_number)
{
    (void)signal_number;
    hung_up = 1;
}

bool loop_reread(void)
{
    bool came = hung_up;
    hung_up = 0;
    return came;
}

/* Without SA_RESTART: whoever waits for packets must wake up. */
static void on_signal(int signal_number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

static void catch_signals(const struct loop *l)
{
    on_signal(SIGINT, on_interrupt);
    if (!l->beat)
        return;
    on_signal(SIGTERM, on_interrupt);
    on_signal(SIGHUP, on_hangup);
}

static int make_engine(struct loop *l, const struct options *o, struct engine_options eo)
{
    for (unsigned i = 0; i < o->port_count; i++)
        eo.bgp_ports[i] = o->ports[i];
    eo.bgp_port_count = o->port_count;
    eo.keys = o->keys;
    eo.key_count = o->key_count;
    eo.ospf_keys = o->ospf_keys;
    eo.ospf_key_count = o->ospf_key_count;
    /* files wait for a cache; what comes now does not */
    if (!(l->origins = origins_open(o, !eo.on_wire && !o->read_count)))
        return EXIT_DAMAGED;
    eo.vrps = origins_now(l->origins);
    if (o->memory) {
        eo.limits.routes = o->memory / 4 * 3;
        eo.limits.stream_total = o->memory / 4;
    }
    l->engine = engine_new(&eo);
    if (!l->engine) {
        log_line(LOG_ERROR, "there is not enough memory to begin");
        return EXIT_DAMAGED;
    }
    origins_bind(l->origins, l->engine, l->take, l->taker);
    return EXIT_DONE;
}

int loop_open(struct loop *l, const struct options *o, struct engine_options eo, bool in_file_order)
{
    if (!o->file_count) {
        log_line(LOG_ERROR, "no capture file was given; see routetap %s --help", o->command->name);
        return EXIT_USAGE;
    }
    heap_in_large_pages();
    char message[300];
    enum err why;
    struct source_options so = { .in_file_order = in_file_order };
    l->source = source_open_files(o->files, o->file_count, &so, &why, message);
    if (!l->source) {
        log_line(LOG_ERROR, "%s", message);
        return EXIT_DAMAGED;
    }
    return make_engine(l, o, eo);
}

static struct source *open_interfaces(const struct options *o, enum err *why, char message[300])
{
    struct source_live_options lo = { .interfaces = o->interfaces,
                                      .count = o->interface_count,
                                      .snap = o->snap,
                                      .buffer = o->buffer,
                                      .promiscuous = !o->no_promiscuous,
                                      .immediate = o->immediate,
                                      .filter = { .port_count = o->port_count, .carriers = o->carriers },
                                      .filter_words = o->filter };
    for (unsigned i = 0; i < o->port_count; i++)
        lo.filter.ports[i] = o->ports[i];
    return source_open_live(&lo, why, message);
}

int loop_open_live(struct loop *l, const struct options *o, struct engine_options eo)
{
    char message[300] = "there is not enough memory to begin";
    enum err why;
    if (!o->interface_count == !o->read_count) {
        log_line(LOG_ERROR, "give either interfaces (-i) or files (-r); see routetap %s --help",
                 o->command->name);
        return EXIT_USAGE;
    }
    if (o->interface_count)
        l->source = open_interfaces(o, &why, message);
    else {
        struct source *files = source_open_files(o->reads, o->read_count, NULL, &why, message);
        l->source = files ? source_open_replay(files, o->speed) : NULL;
    }
    if (!l->source) {
        log_line(LOG_ERROR, "%s", message);
        return EXIT_DAMAGED;
    }
    eo.on_wire = o->interface_count > 0;
    catch_signals(l); /* whoever is told that we listen may send one */
    return make_engine(l, o, eo);
}

void loop_close(struct loop *l)
{
#ifdef RT_FREE_ALL
    engine_free(l->engine);
#endif
    origins_close(l->origins);
    free(l->counts);
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

/* What the packet, or the time that passed, caused. False to stop. */
static bool turn(struct loop *l, const struct packet *p, enum source_got got)
{
    const struct outbox *out =
        got == SOURCE_TICK ? engine_advance(l->engine, p->when) : engine_feed(l->engine, p);
    bool cared = got == SOURCE_PACKET && l->keep && engine_cared(l->engine);
    if (out->count && !l->take(l->taker, out))
        return false;
    if (cared)
        l->keep(l->taker, p);
    return true;
}

static struct stamp whole_second(struct stamp t) { return (struct stamp){ t.ns - t.ns % NS_PER_S }; }

/* Where an interface is away, nobody is silent. */
static void deafen(struct loop *l, struct stamp now)
{
    for (unsigned i = 0; i < source_file_count(l->source); i++)
        if (source_file(l->source, i)->away)
            engine_deaf(l->engine, i, now);
}

/* While live: before the first packet of another second, time goes on, also where only packets come that are none of
 * ours; what can be said of the whole is said. A clock that was set back, or time that stands still while nobody listens
 * (idle), must not stop that. */
static bool beat(struct loop *l, struct stamp now, bool idle)
{
    if (!l->next_beat.ns)
        l->next_beat = stamp_add(whole_second(now), SPAN_S(1));
    bool back = stamp_before(stamp_add(now, SPAN_S(10)), l->next_beat);
    bool due = !stamp_before(now, l->next_beat) || back;
    if (!due && !idle && stamp_before(now, l->next_pulse) && ++l->since_pulse < PULSE_PACKETS)
        return true;
    l->since_pulse = 0;
    l->next_pulse = stamp_add(now, SPAN_MS(PULSE_MS));
    struct stamp second = stamp_sub(l->next_beat, SPAN_S(1));
    deafen(l, now);
    if (due) {
        l->next_beat = stamp_add(whole_second(now), SPAN_S(1));
        const struct outbox *out = engine_advance(l->engine, now);
        if (out->count && !l->take(l->taker, out))
            return false;
    }
    if (due || engine_impatient(l->engine)) { /* while nobody listens anywhere no time passes */
        const struct outbox *out = engine_review(l->engine);
        if (out->count && !l->take(l->taker, out))
            return false;
    }
    return l->beat(l->taker, second, due);
}

/* Facts are looked at before the first packet that belongs to another interval. */
static void sample(struct loop *l, struct stamp now)
{
    if (stamp_before(now, l->next_sample))
        return;
    const int64_t step = STORE_SAMPLE_S * NS_PER_S;
    if (l->next_sample.ns)
        l->sample(l->taker, (struct stamp){ l->next_sample.ns - step });
    l->next_sample.ns = now.ns - now.ns % step + step;
}

static void count(struct loop *l, const struct packet *p)
{
    if (!l->counts || p->file >= source_file_count(l->source))
        return;
    l->counts[p->file].packets++;
    l->counts[p->file].bytes += p->wire_size;
}

struct span_of_time {
    struct stamp since, until;
};

static struct span_of_time resolve(const struct options *o, struct stamp first)
{
    struct span_of_time t = { STAMP_NEVER, { INT64_MAX } };
    if (o->since.kind)
        t.since = when_resolve(o->since, first);
    if (o->until.kind)
        t.until = when_resolve(o->until, first);
    return t;
}

int loop_run(struct loop *l, const struct options *o)
{
    struct packet p;
    struct span_of_time wanted = { STAMP_NEVER, STAMP_NEVER };
    struct progress bar = progress_begin(!o->quiet && !l->beat);
    bool first = true, going = true;
    int status = EXIT_DONE;
    if (l->sample)
        l->counts = calloc(source_file_count(l->source) + 1, sizeof *l->counts);
    if (!l->beat)
        catch_signals(l);
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
            wanted = resolve(o, p.when);
        }
        bool behind = !stamp_before(p.when, wanted.until);
        l->later |= behind;
        if (behind || stamp_before(p.when, wanted.since))
            continue;
        if (l->sample) {
            sample(l, p.when);
            count(l, &p);
        }
        if (p.unheard)
            engine_deaf(l->engine, EVERY_FILE, p.when);
        if (l->beat)
            going = beat(l, p.when, got == SOURCE_TICK) && origins_turn(l->origins, got == SOURCE_TICK);
        going = going && turn(l, &p, got);
        if (!(p.number & 0xfff))
            progress_show(&bar, source_progress(l->source), p.number);
    }
    progress_end(&bar);
    signal(SIGINT, SIG_DFL);
    l->interrupted = interrupted;
    tell_damage(l);
    if (going && l->later && engine_capture(l->engine)->packets) /* the time until then passed, too */
        going = l->take(l->taker, engine_advance(l->engine, stamp_sub(wanted.until, (struct span){ 1 })));
    if (going && l->beat && !interrupted)
        going = origins_finish(l->origins);
    if (going)
        l->take(l->taker, engine_finish(l->engine));
    if (l->sample && l->next_sample.ns)
        l->sample(l->taker, (struct stamp){ l->next_sample.ns - STORE_SAMPLE_S * NS_PER_S });
    if (l->interrupted && !l->beat)
        log_line(LOG_NOTE, "interrupted: this is what was read so far");
    return status ? status : l->damaged ? EXIT_DAMAGED : EXIT_DONE;
}
