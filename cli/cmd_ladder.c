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

static unsigned count(struct cursor nlri, enum bgp_family family, const struct bgp_ctx *ctx, bool withdraw)
{
    unsigned n = 0;
    struct bgp_nlri_iter it = bgp_nlri_over(nlri, family, ctx, withdraw);
    for (struct bgp_nlri route; family < FAMILY_COUNT && bgp_nlri_next(&it, &route);)
        n++;
    return n;
}

static void on_update(struct rung *r, const struct event_message *m)
{
    struct bgp_update u;
    bgp_update_read(m->msg, m->ctx, &u);
    r->kind = u.end_of_rib ? RUNG_OTHER : RUNG_UPDATE;
    r->announced = count(u.nlri, FAMILY_IPV4_UNICAST, m->ctx, false);
    r->withdrawn = count(u.withdrawn, FAMILY_IPV4_UNICAST, m->ctx, true);
    if (u.reach.present)
        r->announced += count(u.reach.nlri, u.reach.family, m->ctx, false);
    if (u.unreach.present)
        r->withdrawn += count(u.unreach.nlri, u.unreach.family, m->ctx, true);
}

/* What fits between two columns. */
static void brief(const struct event_message *m, struct buf *out)
{
    char text[ADDR_TEXT], name[64];
    if (m->msg->type == BGP_OPEN) {
        struct bgp_open o;
        bgp_open_read(m->msg, &o);
        const uint8_t id[4] = { (uint8_t)(o.router_id >> 24), (uint8_t)(o.router_id >> 16),
                                (uint8_t)(o.router_id >> 8), (uint8_t)o.router_id };
        struct addr router = addr_v4(id);
        buf_printf(out, "OPEN AS %" PRIu32 ", hold %u s, ID %s", o.asn, o.hold, addr_text(&router, text));
    } else if (m->msg->type == BGP_NOTIFICATION) {
        struct bgp_notification n;
        bgp_notification_read(m->msg, &n);
        const char *words = bgp_notify_name(n.code, n.subcode, name), *last = strrchr(words, '/');
        buf_printf(out, "NOTIFICATION %u/%u %s", n.code, n.subcode, last ? last + 1 : words);
    } else
        bgp_line(m->msg, m->ctx, out);
}

static void on_message(struct climb *c, const struct event_message *m)
{
    struct ladder *l = ladder_of(c, m->peering);
    if (!l)
        return;
    const struct bgp_peering *p = peerings_at(&c->peerings, m->peering);
    struct rung r = { .when = m->ref.when, .frame = m->ref.frame, .count = 1 };
    r.way = addr_equal(m->src, &p->side[1].addr) ? WAY_LEFT : WAY_RIGHT;
    r.kind = RUNG_OTHER;
    buf_clear(&c->words);
    if (m->noise != FAULT_COUNT)
        buf_printf(&c->words, "no BGP message: %s", fault_words(m->noise));
    else {
        brief(m, &c->words);
        if (m->msg->type == BGP_UPDATE)
            on_update(&r, m);
        else if (m->msg->type == BGP_KEEPALIVE)
            r.kind = RUNG_KEEPALIVE;
    }
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
    static const char *const ends[CONN_ENDS] = { "", "FIN", "RST", "silence", "RST: refused", "no reply" };
    struct ladder *l = ladder_of(c, k->peering);
    if (!l)
        return;
    const struct bgp_peering *p = peerings_at(&c->peerings, k->peering);
    bool begins = ladder_first_of(l, k->id), midway = begins && p->midway && !l->rung_count;
    struct rung r = { .count = 1, .kind = RUNG_OTHER };
    buf_clear(&c->words);
    if (begins) {
        r.when = k->opened.when;
        r.frame = k->opened.frame;
        r.way = midway || k->active < 0 ? WAY_NONE : k->active ? WAY_LEFT : WAY_RIGHT;
        buf_printf(&c->words, midway ? "joined in mid-session: ports %u and %u" : "SYN, ports %u and %u",
                   k->ports[0], k->ports[1]);
        ladder_add(l, &r, buf_text(&c->words));
    } else if (k->end != CONN_OPEN && ladder_last_of(l, k->id)) {
        r.when = k->closed.when;
        r.frame = k->closed.frame;
        r.way = k->end_by < 0 || k->end == CONN_NO_REPLY || k->end == CONN_TIMEOUT ? WAY_NONE
                : k->end_by                                                        ? WAY_LEFT
                                                                                   : WAY_RIGHT;
        buf_printf(&c->words, "%s, ports %u and %u", ends[k->end], k->ports[0], k->ports[1]);
        ladder_add(l, &r, buf_text(&c->words));
    }
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

static bool tell(struct climb *c)
{
    struct look look = look_find(c->options);
    bool told = false;
    for (uint32_t id = 0; id < c->room; id++) {
        if (!c->ladders[id].rung_count)
            continue;
        if (told)
            putchar('\n');
        ladder_print(&c->ladders[id], peerings_at(&c->peerings, id), look.width, look.utf8);
        told = true;
        c->lost += c->ladders[id].lost;
    }
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
