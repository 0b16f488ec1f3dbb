/* Any bytes as a capture file: what becomes of it as a BMP feed, as events and as tables is well formed, whatever the routers
 * said. */
#include "base/log.h"
#include "capture/source_internal.h"
#include "store/bmp_feed.h"
#include "store/events.h"
#include "store/mrt_table.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool promise)
{
    if (!promise)
        abort();
}

static uint32_t be32(const char *p)
{
    const uint8_t *b = (const uint8_t *)p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* RFC 7854 4.1: messages fill the feed exactly; those of a peer have its header. */
static void look_bmp(struct buf *b)
{
    must(!b->lost);
    for (size_t at = 0; at < b->used;) {
        const char *p = buf_text(b) + at;
        must(b->used - at >= 6 && p[0] == 3);
        uint32_t length = be32(p + 1);
        must(length >= 6 && length <= b->used - at && p[5] >= 0 && p[5] <= 6);
        must(p[5] == 4 || p[5] == 5 || length >= 6 + 42);
        at += length;
    }
    buf_clear(b);
}

static bool look_line(void *to, const char *line, size_t n)
{
    (void)to;
    must(n > 2 && line[0] == '{' && line[n - 1] == '}' && !memchr(line, '\n', n));
    return true;
}

/* RFC 6396 2: likewise. */
static void look_table(const struct rib_side *side)
{
    struct buf out = buf_init(1 << 26);
    for (enum bgp_family f = 0; side && f < FAMILY_COUNT; f++) {
        struct rib_rows rows = { 0 };
        rib_rows_add(&rows, side, f, 0);
        mrt_rows_sort(&rows, f);
        for (size_t at = 0, before = 0; at < rows.count; before = at) {
            must(mrt_rows_next(&out, (struct stamp){ 0 }, 0, f, &rows, &at) <= at - before && at > before);
            must(out.used >= 12 && be32(buf_text(&out) + 8) == out.used - 12);
            buf_clear(&out);
        }
        rib_rows_free(&rows);
    }
    buf_free(&out);
}

struct feeds {
    struct engine *engine;
    struct bmp_feed *bmp;
    struct events *events;
    struct buf out;
    unsigned turns;
};

static void take(struct feeds *f, const struct outbox *out)
{
    bmp_feed_take(f->bmp, out);
    events_take(f->events, out);
    bmp_feed_beat(f->bmp, engine_capture(f->engine)->last);
    if (++f->turns % 16 == 0) /* a collector that came anew */
        bmp_feed_restart(f->bmp);
    while (f->turns % 3 == 0 && bmp_feed_catch_up(f->bmp, f->engine))
        ;
    look_bmp(&f->out);
}

static void read_all(struct feeds *f, struct source *s)
{
    struct packet p;
    while (source_next(s, &p) == SOURCE_PACKET)
        take(f, engine_feed(f->engine, &p));
    take(f, engine_finish(f->engine));
    bmp_feed_finish(f->bmp, "end");
    look_bmp(&f->out);
    const struct bgp_peering *peering;
    for (uint32_t at = 0; (peering = engine_next_peering(f->engine, &at));)
        for (int side = 0; side < 2; side++)
            look_table(engine_routes(f->engine, peering, side));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor file = cur_over(data, size);
    enum err why;
    char message[300];
    struct source_options so = { .in_file_order = false };
    struct source *s = source_open_memory(&file, 1, &so, &why, message);
    if (!s)
        return 0;
    struct engine_options eo = engine_defaults();
    eo.tell_messages = true;
    eo.limits.routes = 1 << 24;
    struct feeds f = { .engine = engine_new(&eo), .out = buf_init(1 << 28) };
    const struct bmp_feed_options bo = { .name = "fuzz", .in = true, .out = true, .report = SPAN_S(1) };
    f.bmp = bmp_feed_new(&bo, &f.out);
    f.events = events_new("fuzz", &(struct addr){ 0 }, look_line, NULL);
    must(f.engine && f.bmp && f.events);
    read_all(&f, s);
    events_free(f.events);
    bmp_feed_free(f.bmp);
    engine_free(f.engine);
    source_close(s);
    buf_free(&f.out);
    return 0;
}
