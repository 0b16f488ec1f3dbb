/* Events to what a monitored router would tell of its peers: who is up, who went down and why. */
#include "store/bmp_feed_internal.h"

#include <stdlib.h>
#include <string.h>

/* RFC 4271 8.1 */
enum { FSM_HOLD_TIMER_EXPIRES = 10 };

/* ---- what is watched ---- */

struct bmp_feed *bmp_feed_new(const struct bmp_feed_options *o, struct buf *out)
{
    struct bmp_feed *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->options = *o;
    f->out = out;
    return f;
}

static void link_clear(struct link *l)
{
    for (int i = 0; i < 2; i++) {
        free(l->open[i].at);
        free(l->notification[i].at);
    }
    *l = (struct link){ 0 };
}

void bmp_feed_free(struct bmp_feed *f)
{
    for (uint32_t id = 0; f && id < f->room; id++) {
        struct watched *w = f->watched[id];
        for (int i = 0; w && i < LINKS; i++)
            link_clear(&w->links[i]);
        for (int i = 0; w && i < 2; i++)
            buf_free(&w->hearer[i].pending);
        free(w);
    }
    if (f)
        free(f->watched);
    free(f);
}

struct bmp_feed_counts bmp_feed_counts(const struct bmp_feed *f) { return f->counts; }

static struct watched *watched_at(const struct bmp_feed *f, uint32_t id)
{
    return id < f->room ? f->watched[id] : NULL;
}

/* An address as a route distinguisher (RFC 4364 4.2, type 1), so that people can read it where it is shown. An IPv6
 * address has no room there: its hash stands for it. */
static void distinguish(const struct addr *a, uint8_t out[8])
{
    uint32_t hash = UINT32_C(2166136261);
    memset(out, 0, 8);
    if (a->size == 4) {
        out[1] = 1;
        memcpy(out + 2, a->b, 4);
        return;
    }
    for (unsigned i = 0; i < sizeof a->b; i++)
        hash = (hash ^ a->b[i]) * UINT32_C(16777619);
    out[3] = 6;
    for (int i = 0; i < 4; i++)
        out[4 + i] = (uint8_t)(hash >> (24 - 8 * i));
}

static bool wanted(const struct bmp_feed *f, const struct bgp_peering *p)
{
    const struct addr *a = &f->options.peer;
    return !a->size || addr_equal(a, &p->side[0].addr) || addr_equal(a, &p->side[1].addr);
}

static void on_peering(struct bmp_feed *f, const struct bgp_peering *p)
{
    if (!wanted(f, p))
        return;
    if (p->id >= f->room) {
        uint32_t room = 2 * p->id + 16;
        struct watched **more = realloc(f->watched, room * sizeof(struct watched *));
        if (!more) {
            f->counts.no_memory++;
            return;
        }
        memset(more + f->room, 0, (room - f->room) * sizeof(struct watched *));
        f->watched = more;
        f->room = room;
    }
    struct watched *w = f->watched[p->id] ? f->watched[p->id] : calloc(1, sizeof *w);
    f->watched[p->id] = w;
    f->counts.no_memory += !w;
    if (!w)
        return;
    w->facts = p;
    for (int i = 0; i < 2; i++) {
        w->hearer[i].pending = buf_init(PENDING_MOST);
        distinguish(&p->side[i].addr, w->hearer[i].distinguisher);
    }
}

struct link *watched_link(struct watched *w, uint32_t id)
{
    for (int i = 0; i < LINKS; i++)
        if (w->links[i].id == id)
            return &w->links[i];
    return NULL;
}

/* The newest in front. */
static struct link *link_new(struct watched *w, uint32_t id)
{
    struct link *l = watched_link(w, id);
    if (l)
        return l;
    link_clear(&w->links[LINKS - 1]);
    memmove(w->links + 1, w->links, (LINKS - 1) * sizeof *w->links);
    w->links[0] = (struct link){ .id = id };
    return w->links;
}

static void keep(struct bmp_feed *f, struct bytes *b, const uint8_t *from, size_t size)
{
    uint8_t *copy = malloc(size);
    if (!copy) {
        f->counts.no_memory++;
        return;
    }
    memcpy(copy, from, size);
    free(b->at);
    *b = (struct bytes){ copy, size };
}

/* ---- Peer Up and Peer Down ---- */

/* Its NOTIFICATION, the peer's, or none: RFC 7854 4.9. */
static void go_down(struct bmp_feed *f, struct watched *w, int who, const char *cause, struct stamp when)
{
    struct hearer *h = &w->hearer[who];
    const struct link *l = watched_link(w, h->connection);
    const struct bytes *mine = l ? &l->notification[who] : NULL, *theirs = l ? &l->notification[!who] : NULL;
    bool by_peer = !strcmp(cause, "notification-received") || !strcmp(cause, "fin-received") ||
                   !strcmp(cause, "reset-received");
    uint8_t event[2] = { 0, !strcmp(cause, "hold-time-ran-out") ? FSM_HOLD_TIMER_EXPIRES : 0 };
    h->up = h->fading = false;
    buf_clear(&h->pending);
    if (!h->told)
        return;
    h->told = false;
    if (mine && mine->size && !by_peer)
        feed_tell_down(f, w, who, BMP_DOWN_LOCAL_NOTIFIED, cur_over(mine->at, mine->size), when);
    else if (theirs && theirs->size && !event[1])
        feed_tell_down(f, w, who, BMP_DOWN_REMOTE_NOTIFIED, cur_over(theirs->at, theirs->size), when);
    else if (by_peer)
        feed_tell_down(f, w, who, BMP_DOWN_REMOTE_CLOSED, cur_over(NULL, 0), when);
    else
        feed_tell_down(f, w, who, BMP_DOWN_LOCAL_CLOSED, cur_over(event, 2), when);
}

static void fade(struct bmp_feed *f, struct watched *w, int who)
{
    if (w->hearer[who].fading)
        go_down(f, w, who, "hold-time-ran-out", w->hearer[who].faded);
}

static void go_up(struct bmp_feed *f, struct watched *w, int who, const struct bgp_transition *t)
{
    struct hearer *h = &w->hearer[who];
    if (h->fading && h->connection == t->connection) { /* it never noticed that its hold time ran out */
        h->fading = false;
        return;
    }
    fade(f, w, who);
    h->up = true;
    h->connection = t->connection;
    h->since = t->ref.when;
    h->as_withdrawn = 0;
    if (h->pending.lost) { /* more than was kept: all of it is in the table */
        h->told = false;
        buf_clear(&h->pending);
        h->pending.lost = false;
        f->behind = true;
        return;
    }
    feed_tell_up(f, w, who, t->ref.when);
    h->told = true;
    buf_add(f->out, buf_text(&h->pending), h->pending.used);
    buf_free(&h->pending);
    h->pending = buf_init(PENDING_MOST);
}

static void on_transition(struct bmp_feed *f, const struct bgp_transition *t)
{
    struct watched *w = watched_at(f, t->peering);
    struct hearer *h = w ? &w->hearer[t->side] : NULL;
    if (!w)
        return;
    if (t->to == STATE_ESTABLISHED && h->up && !h->fading && t->connection != h->connection) {
        go_down(f, w, t->side, "fin-received",
                t->ref.when);   /* it has one session: the older one must be over */
        h->pending.lost = true; /* what came on the new one meanwhile is in its table */
    }
    if (t->to == STATE_ESTABLISHED && (!h->up || h->fading)) {
        go_up(f, w, t->side, t);
        return;
    }
    if (!h->up || h->fading || t->connection != h->connection || t->from != STATE_ESTABLISHED)
        return;
    if (!strcmp(t->cause, "hold-time-ran-out")) { /* what it says of it comes a little later */
        h->fading = true;
        h->faded = t->ref.when;
    } else
        go_down(f, w, t->side, t->cause, t->ref.when);
}

static void on_connection(struct bmp_feed *f, const struct bgp_connection *c)
{
    struct watched *w = watched_at(f, c->peering);
    if (!w)
        return;
    struct link *l = link_new(w, c->id);
    l->ports[0] = c->ports[0];
    l->ports[1] = c->ports[1];
    for (int i = 0; i < 2 && c->end != CONN_OPEN; i++) {
        struct hearer *h = &w->hearer[i];
        if (h->fading && h->connection == c->id)
            fade(f, w, i);
        if (!h->up && h->connection == c->id)
            buf_clear(&h->pending);
    }
}

static void on_open(struct bmp_feed *f, const struct event_open *o)
{
    struct watched *w = watched_at(f, o->peering);
    if (w && !o->msg->cut)
        keep(f, &link_new(w, o->connection)->open[o->side], o->msg->raw,
             BGP_HEADER + cur_left(&o->msg->body));
}

/* It is told before what it causes; the message itself comes behind. */
static void on_notification(struct bmp_feed *f, const struct event_notification *n)
{
    uint8_t bytes[BGP_LARGEST];
    struct watched *w = watched_at(f, n->peering);
    size_t data = cur_left(&n->notification->data), size = BGP_HEADER + 2 + data;
    if (!w || size > sizeof bytes)
        return;
    memset(bytes, 0xff, 16);
    bytes[16] = (uint8_t)(size >> 8);
    bytes[17] = (uint8_t)size;
    bytes[18] = BGP_NOTIFICATION;
    bytes[19] = n->notification->code;
    bytes[20] = n->notification->subcode;
    if (data)
        memcpy(bytes + 21, n->notification->data.at, data);
    struct link *l = link_new(w, n->connection);
    if (!l->notification[n->side].size)
        keep(f, &l->notification[n->side], bytes, size);
    if (w->hearer[n->side].connection == n->connection)
        fade(f, w, n->side);
}

/* ---- the door ---- */

void bmp_feed_take(struct bmp_feed *f, const struct outbox *out)
{
    for (uint32_t i = 0; i < out->count; i++) {
        const struct event *e = &out->list[i];
        struct watched *w;
        switch (e->kind) {
        case EVENT_PEERING: on_peering(f, e->as.peering); break;
        case EVENT_CONNECTION: on_connection(f, e->as.connection); break;
        case EVENT_OPEN: on_open(f, &e->as.open); break;
        case EVENT_NOTIFICATION: on_notification(f, &e->as.notification); break;
        case EVENT_TRANSITION: on_transition(f, &e->as.transition); break;
        case EVENT_MESSAGE:
            w = watched_at(f, e->as.message.peering);
            if (w && e->as.message.noise == FAULT_COUNT && e->as.message.msg->type == BGP_UPDATE &&
                !e->as.message.unheard)
                feed_tell_update(f, w, &e->as.message);
            break;
        default: break;
        }
    }
}

void bmp_feed_beat(struct bmp_feed *f, struct stamp now)
{
    if (!f->options.report.ns || stamp_before(now, stamp_add(f->reported, f->options.report)))
        return;
    bool first = !f->reported.ns;
    f->reported = now;
    for (uint32_t id = 0; id < f->room && !first; id++)
        for (int i = 0; f->watched[id] && i < 2; i++)
            if (f->watched[id]->hearer[i].told)
                feed_tell_report(f, f->watched[id], i, now);
}

void bmp_feed_restart(struct bmp_feed *f)
{
    bmp_initiation(f->out,
                   "routetap " RT_VERSION ", which hears routers and is none: a peer's distinguisher is the "
                   "address of the router that has it",
                   f->options.name);
    for (uint32_t id = 0; id < f->room; id++)
        for (int i = 0; f->watched[id] && i < 2; i++) {
            struct hearer *h = &f->watched[id]->hearer[i];
            h->told = false;
            if (h->up)
                buf_clear(&h->pending);
        }
    f->next = 0;
    f->behind = true;
}

bool bmp_feed_catch_up(struct bmp_feed *f, const struct engine *e)
{
    for (; f->behind && f->next < f->room; f->next++)
        for (int i = 0; f->watched[f->next] && i < 2; i++) {
            struct watched *w = f->watched[f->next];
            struct hearer *h = &w->hearer[i];
            if (!h->up || h->fading || h->told)
                continue;
            feed_tell_up(f, w, i, h->since);
            feed_tell_table(f, w, i, e, engine_capture(e)->last);
            h->told = true;
            return true;
        }
    f->next = 0;
    f->behind = false;
    return false;
}

void bmp_feed_finish(struct bmp_feed *f, const char *words)
{
    for (uint32_t id = 0; id < f->room; id++)
        for (int i = 0; f->watched[id] && i < 2; i++)
            fade(f, f->watched[id], i);
    bmp_termination(f->out, words);
}
