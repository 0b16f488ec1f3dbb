/* `routetap export bmp`: what the routers of a capture would have told a BMP collector, into a file or to one. */
#include "cli/bmp.h"
#include "cli/export.h"
#include "cli/loop.h"

#include "base/log.h"
#include <inttypes.h>
#include <string.h>

enum { HELD = 1 << 20, MOST = 1 << 30, CONNECT_S = 10, STALL_S = 120 };

struct feed {
    struct bmp_feed *feed;
    struct buf out;
    FILE *to; /* or */
    struct collector *collector;
    const struct engine *engine;
    bool broken;
};

/* To a collector as fast as it takes it: nothing is live here. */
static bool flush(struct feed *f)
{
    bool well = !f->out.lost;
    if (f->to)
        well &= fwrite(buf_text(&f->out), 1, f->out.used, f->to) == f->out.used;
    else {
        collector_put(f->collector, buf_text(&f->out), f->out.used);
        well &= collector_drain(f->collector, 4 * HELD, SPAN_S(STALL_S)) && !collector_fresh(f->collector);
    }
    buf_clear(&f->out);
    f->broken |= !well;
    return well;
}

static bool take(void *taker, const struct outbox *out)
{
    struct feed *f = taker;
    bmp_feed_take(f->feed, out);
    while (bmp_feed_catch_up(f->feed, f->engine))
        ;
    bmp_feed_beat(f->feed, engine_capture(f->engine)->last);
    return f->out.used < HELD || flush(f);
}

static bool dial(struct feed *f, const struct options *o)
{
    f->collector = collector_open("--bmp", o->bmp, (size_t)64 << 20);
    return f->collector && collector_drain(f->collector, 1, SPAN_S(CONNECT_S)) &&
           collector_fresh(f->collector);
}

static void tell_missing(const struct feed *f)
{
    struct bmp_feed_counts n = bmp_feed_counts(f->feed);
    if (n.cut)
        log_line(LOG_NOTE, "%" PRIu64 " messages are not all in the capture, and left out", n.cut);
    if (n.left_out)
        log_line(LOG_NOTE, "%" PRIu64 " routes are left out for want of memory", n.left_out);
    if (n.no_memory)
        log_line(LOG_ERROR, "there is not enough memory for all of it");
}

static int run(struct feed *f, struct loop *l, const struct options *o)
{
    f->engine = l->engine;
    bmp_feed_restart(f->feed);
    int status = loop_run(l, o);
    bmp_feed_finish(f->feed, "the end of what was captured");
    if (!f->broken)
        flush(f);
    tell_missing(f);
    return status;
}

/* One of the two; EXIT_DONE, or a status after saying why. */
static int open_target(struct feed *f, const struct options *o)
{
    int status = EXIT_DONE;
    if (!o->bmp)
        f->to = export_open(o, &status);
    else if (o->write) {
        log_line(LOG_ERROR, "give either a file (-w) or a collector (--bmp)");
        status = EXIT_USAGE;
    } else if (!dial(f, o)) {
        log_line(LOG_ERROR, "--bmp %s: there is no connection", o->bmp);
        status = EXIT_DAMAGED;
    }
    return status;
}

int export_bmp(const struct options *o)
{
    struct engine_options eo = engine_defaults();
    eo.tell_messages = true;
    struct loop l = { .take = take };
    struct feed f = { .out = buf_init(MOST) };
    char host[256];
    l.taker = &f;
    int status = loop_open(&l, o, eo, false);
    f.feed = status ? NULL : bmp_feed_of(o, host, &f.out);
    if (!status)
        status = f.feed ? open_target(&f, o) : EXIT_DAMAGED;
    if (!status) {
        status = run(&f, &l, o);
        int closed = f.to ? export_close(f.to, o) : EXIT_DONE;
        if (!f.to && f.broken)
            log_line(LOG_ERROR, "--bmp %s: it did not take all of it", o->bmp);
        status = status ? status : f.broken ? EXIT_DAMAGED : closed;
    }
    collector_close(f.collector, SPAN_S(status ? 0 : STALL_S));
    bmp_feed_free(f.feed);
    buf_free(&f.out);
    loop_close(&l);
    return status;
}
