/* A feed, and the collector that it goes to. */
#include "cli/bmp.h"
#include "cli/event_out.h"

#include "base/log.h"
#include <inttypes.h>

/* Bytes that may wait for a collector, and that one turn may make; a table of a million routes has some fifty million. */
enum { WAITING_MOST = 128 << 20, TURN_MOST = 1 << 30 };
enum { REPORT_S = 60, PATIENCE_S = 2 };

struct bmp_feed *bmp_feed_of(const struct options *o, char host[256], struct buf *out)
{
    struct bmp_feed_options fo = { .name = sensor_name(o, host),
                                   .peer = o->peer,
                                   .in = !o->bmp_only_out,
                                   .out = o->bmp_out,
                                   .report = SPAN_S(REPORT_S) };
    struct bmp_feed *f = bmp_feed_new(&fo, out);
    if (!f)
        log_line(LOG_ERROR, "there is not enough memory to begin");
    return f;
}

bool bmp_open(struct bmp *b, const struct options *o, const struct engine *e)
{
    if (!o->bmp)
        return true;
    b->out = buf_init(TURN_MOST);
    b->engine = e;
    b->feed = bmp_feed_of(o, b->host, &b->out);
    b->collector = b->feed ? collector_open("--bmp", o->bmp, WAITING_MOST) : NULL;
    if (b->feed && !b->collector)
        log_line(LOG_ERROR, "--bmp %s: no thread can be made for it", o->bmp);
    return b->collector;
}

static void hand_over(struct bmp *b)
{
    if (b->out.lost)
        collector_drop(b->collector);
    else if (b->out.used)
        collector_put(b->collector, buf_text(&b->out), b->out.used);
    if (b->out.room > 1 << 20) /* of a large table: not needed again soon */
        buf_free(&b->out);
    buf_clear(&b->out);
}

/* A new connection is told all, a peer a turn, as fast as it is taken. */
static void catch_up(struct bmp *b)
{
    if (collector_fresh(b->collector)) {
        buf_clear(&b->out);
        bmp_feed_restart(b->feed);
    }
    if (collector_waiting(b->collector) < WAITING_MOST / 2)
        bmp_feed_catch_up(b->feed, b->engine);
    hand_over(b);
}

void bmp_take(struct bmp *b, const struct outbox *out)
{
    if (!b->collector)
        return;
    catch_up(b);
    bmp_feed_take(b->feed, out);
    hand_over(b);
}

static void tell_missing(struct bmp *b)
{
    struct bmp_feed_counts now = bmp_feed_counts(b->feed);
    if (now.cut && !b->told.cut)
        log_line(LOG_WARNING, "--bmp: UPDATEs that are not all captured are not told");
    if (now.left_out > b->told.left_out)
        log_line(LOG_WARNING,
                 "--bmp: %" PRIu64
                 " routes were not kept for want of memory, and are told again only when they change",
                 now.left_out - b->told.left_out);
    if (now.no_memory && !b->told.no_memory)
        log_line(LOG_ERROR, "--bmp: there is not enough memory for all of it");
    b->told = now;
}

void bmp_beat(struct bmp *b, struct stamp second, bool due)
{
    if (!b->collector)
        return;
    catch_up(b);
    if (!due)
        return;
    bmp_feed_beat(b->feed, second);
    tell_missing(b);
    hand_over(b);
}

void bmp_close(struct bmp *b)
{
    if (b->collector && collector_there(b->collector)) {
        bmp_feed_finish(b->feed, "routetap ends");
        hand_over(b);
        collector_close(b->collector, SPAN_S(PATIENCE_S));
    } else
        collector_close(b->collector, SPAN_S(0));
    bmp_feed_free(b->feed);
    buf_free(&b->out);
}
