/* `routetap ladder`: what two routers said to each other, step by step, and what each of them thought then. */
#include "cli/command.h"
#include "cli/ladder.h"
#include "cli/loop.h"
#include "cli/peerings.h"
#include "cli/report_out.h"

#include "base/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

command_fn cmd_ladder;

struct climb {
    const struct options *options;
    struct peerings peerings;
    struct ladder *ladders; /* by peering id */
    uint32_t room;
    struct buf words;
    uint64_t lost; /* steps for which there was no memory */
};

/* NULL for one that nobody asked for, or without memory. */
static struct ladder *ladder_of(struct climb *c, uint32_t peering)
{
    const struct bgp_peering *p = peerings_at(&c->peerings, peering);
    if (!p || !peering_wanted(c->options, p))
        return NULL;
    if (peering >= c->room) {
        uint32_t room = 2 * peering + 16;
        struct ladder *more = realloc(c->ladders, room * sizeof *more);
        if (!more) {
            c->lost++;
            return NULL;
        }
        memset(more + c->room, 0, (room - c->room) * sizeof *more);
        c->ladders = more;
        c->room = room;
    }
    return &c->ladders[peering];
}

static void on_message(struct climb *c, const struct event_message *m)
{
    struct ladder *l = ladder_of(c, m->peering);
    if (!l)
        return;
    buf_clear(&c->words);
    struct rung r = rung_of_message(m, peerings_at(&c->peerings, m->peering), &c->words);
    ladder_add(l, &r, buf_text(&c->words));
}

static void on_transition(struct climb *c, const struct bgp_transition *t)
{
    struct ladder *l = ladder_of(c, t->peering);
    if (l)
        ladder_state(l, t);
}

/* Its beginning and its end; what is told in between was told already. */
static void on_connection(struct climb *c, const struct bgp_connection *k)
{
    struct ladder *l = ladder_of(c, k->peering);
    struct rung r;
    if (!l)
        return;
    const struct bgp_peering *p = peerings_at(&c->peerings, k->peering);
    buf_clear(&c->words);
    if (ladder_first_of(l, k->id))
        r = rung_of_beginning(k, p->midway && !l->rung_count, &c->words);
    else if (k->end != CONN_OPEN && ladder_last_of(l, k->id))
        r = rung_of_end(k, &c->words);
    else
        return;
    ladder_add(l, &r, buf_text(&c->words));
}

static bool take(void *taker, const struct outbox *out)
{
    struct climb *c = taker;
    for (uint32_t i = 0; i < out->count; i++) {
        const struct event *e = &out->list[i];
        peerings_learn(&c->peerings, e);
        if (e->kind == EVENT_MESSAGE)
            on_message(c, &e->as.message);
        else if (e->kind == EVENT_TRANSITION)
            on_transition(c, &e->as.transition);
        else if (e->kind == EVENT_CONNECTION)
            on_connection(c, e->as.connection);
    }
    return true;
}

static void draw(const struct climb *c)
{
    unsigned height = 0;
    for (uint32_t id = 0; id < c->room; id++)
        height += c->ladders[id].rung_count ? ladder_svg_height(&c->ladders[id]) : 0;
    ladder_svg_begin(height ? height : 1);
    unsigned top = 0;
    for (uint32_t id = 0; id < c->room; id++)
        if (c->ladders[id].rung_count) {
            ladder_svg(&c->ladders[id], peerings_at(&c->peerings, id), top);
            top += ladder_svg_height(&c->ladders[id]);
        }
    ladder_svg_end();
}

static bool tell(struct climb *c)
{
    struct look look = look_find(c->options);
    bool told = false;
    for (uint32_t id = 0; id < c->room; id++) {
        if (!c->ladders[id].rung_count)
            continue;
        if (told && !c->options->svg)
            putchar('\n');
        if (!c->options->svg)
            ladder_print(&c->ladders[id], peerings_at(&c->peerings, id), look.width, look.utf8);
        told = true;
        c->lost += c->ladders[id].lost;
    }
    if (c->options->svg)
        draw(c);
    if (c->lost)
        log_line(LOG_ERROR, "out of memory: %" PRIu64 " steps are missing", c->lost);
    else if (!told)
        log_line(LOG_NOTE, "there is no such peering");
    return !c->lost;
}

int cmd_ladder(const struct options *o)
{
    struct engine_options eo = engine_defaults();
    eo.tell_messages = true;
    eo.no_routes = eo.no_ospf = true;
    struct loop l = { .take = take };
    struct climb c = { .options = o, .words = buf_init(1 << 16) };
    l.taker = &c;
    int status = loop_open(&l, o, eo, false);
    if (!status) {
        status = loop_run(&l, o);
        if (!tell(&c))
            status = 1;
    }
    for (uint32_t id = 0; id < c.room; id++)
        ladder_free(&c.ladders[id]);
    free(c.ladders);
    peerings_free(&c.peerings);
    buf_free(&c.words);
    loop_close(&l);
    return status;
}
