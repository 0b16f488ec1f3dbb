/* Interfaces in, packets and time out: several at once, in order of time, and TICKs of the wall clock while nothing
 * comes. */
#include "capture/source_internal.h"

#include "base/log.h"
#include "base/wall.h"
#include "capture/live_port.h"
#include "capture/pace.h"
#include "capture/rebind.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef RT_PCAP

enum {
    PORTS = 64,
    LEAP_S = 5,   /* packets or TICKs come more often than that, while somebody listens */
    RETURN_S = 1, /* an interface that went away is looked for so often */
};

struct live {
    struct live_port *ports;
    unsigned count, alive;
    struct span hold;    /* what another interface has seen is here after that */
    struct span trail;   /* what was seen is here after that, whatever the buffers did */
    struct pace pace;    /* of what was handed out */
    struct stamp looked; /* by the steady clock: whether interfaces are up */
    struct stamp asked;  /* … by packets: when that clock was asked last */
    char why[300];
};

/* ---- one interface ---- */

static void gone(struct live *l, struct live_port *p, const char *words)
{
    snprintf(l->why, sizeof l->why, "%s: %.200s", p->name, words);
    if (!p->missed)
        log_line(LOG_ERROR, "%s; nothing is heard there until it is back", l->why);
    p->missed = p->away = p->facts.away = true;
    p->retry = stamp_add(wall_steady(), SPAN_S(RETURN_S));
    l->alive--;
}

/* Nothing comes: is that so because an interface is down? The kernel tells when it is deleted, not always when it is
 * taken down. */
static void look_after(struct live *l)
{
    if (stamp_before(wall_steady(), l->looked))
        return;
    l->looked = stamp_add(wall_steady(), SPAN_S(RETURN_S));
    for (unsigned i = 0; i < l->count; i++) {
        struct live_port *p = &l->ports[i];
        if (!p->away && p->kind >= 0 && strcmp(p->name, "any") != 0 && !rebind_up(p->fd, p->name))
            gone(l, p, "it is down");
    }
}

/* Those that went away, and are there again. */
static void welcome(struct live *l)
{
    for (unsigned i = 0; l->alive < l->count && i < l->count; i++) {
        struct live_port *p = &l->ports[i];
        if (!p->away || stamp_before(wall_steady(), p->retry))
            continue;
        p->retry = stamp_add(wall_steady(), SPAN_S(RETURN_S));
        if (!rebind(p->fd, p->name, p->kind, p->promiscuous))
            continue;
        p->away = p->facts.away = false;
        l->alive++;
    }
}

/* The next packet of an interface, if there is one. */
static void fetch(struct live *l, struct live_port *p)
{
    struct pcap_pkthdr *h;
    const u_char *bytes;
    int got = pcap_next_ex(p->pcap, &h, &bytes);
    if (got < 0) {
        gone(l, p, pcap_geterr(p->pcap));
        return;
    }
    if (p->missed) {
        p->missed = false;
        log_line(LOG_NOTE, "%s is back, and listened to again", p->name);
    }
    if (!got)
        return;
    p->held = true;
    p->facts.packets++;
    p->facts.bytes += h->len;
    p->head =
        (struct packet){ .when = { (int64_t)h->ts.tv_sec * NS_PER_S + (int64_t)h->ts.tv_usec * p->scale },
                         .number = p->facts.packets,
                         .file = (uint32_t)(p - l->ports),
                         .link = p->facts.link,
                         .bytes = bytes,
                         .size = h->caplen,
                         .wire_size = h->len };
}

/* ---- all of them ---- */

/* The earliest of what is there. */
static struct live_port *earliest(const struct live *l)
{
    struct live_port *first = NULL;
    for (unsigned i = 0; i < l->count; i++) {
        struct live_port *p = &l->ports[i];
        if (p->held && (!first || stamp_before(p->head.when, first->head.when)))
            first = p;
    }
    return first;
}

/* Asks those that have nothing, unless they were asked late enough to be passed over for a packet of that time. */
static bool fetch_before(struct live *l, struct stamp of)
{
    bool news = false;
    for (unsigned i = 0; i < l->count; i++) {
        struct live_port *p = &l->ports[i];
        if (p->held || p->away || stamp_since(p->empty, of).ns >= l->hold.ns)
            continue;
        if (l->count > 1)
            p->empty = wall_now();
        fetch(l, p);
        news = news || p->held;
    }
    return news;
}

/* How long the packet has to wait yet for an earlier one of another interface. */
static struct span must_wait(const struct live *l, const struct live_port *first)
{
    struct span most = { 0 };
    for (unsigned i = 0; i < l->count; i++) {
        const struct live_port *p = &l->ports[i];
        struct span left = { l->hold.ns - stamp_since(p->empty, first->head.when).ns };
        if (!p->held && !p->away && left.ns > most.ns)
            most = left;
    }
    return most;
}

/* Until a packet comes, a signal, or the time is over. */
static void await(struct live *l, struct span most)
{
    struct pollfd fds[PORTS];
    nfds_t n = 0;
    for (unsigned i = 0; i < l->count; i++)
        if (!l->ports[i].away && !l->ports[i].held)
            fds[n++] = (struct pollfd){ .fd = l->ports[i].fd, .events = POLLIN };
    poll(fds, n, (int)((most.ns + 999999) / 1000000));
}

/* The next packet whose turn it is, or a TICK. */
static enum source_got turn(struct live *l, struct packet *out)
{
    for (bool waited = false;; waited = true) {
        welcome(l);
        struct live_port *first = earliest(l);
        if (fetch_before(l, first ? first->head.when : (struct stamp){ INT64_MAX / 2 }))
            first = earliest(l);
        if (first) {
            struct span left = must_wait(l, first);
            /* a stamp of the future is a clock that was set back: waiting would not help */
            if (left.ns > 0 && left.ns <= 2 * l->hold.ns) {
                await(l, left);
                continue;
            }
            first->held = false;
            *out = first->head;
            return SOURCE_PACKET;
        }
        if (waited) {
            look_after(l);
            /* while nobody listens time stands still: what is not heard then is nobody's silence */
            *out = (struct packet){ .when = l->alive ? stamp_sub(wall_now(), l->trail) : l->pace.latest };
            return SOURCE_TICK;
        }
        await(l, TICK_EVERY);
    }
}

static enum source_got live_next(void *self, struct packet *out)
{
    struct live *l = self;
    enum source_got got = turn(l, out);
    if (got == SOURCE_PACKET && out->when.ns / NS_PER_S != l->asked.ns / NS_PER_S) {
        l->asked = out->when; /* where much comes, one that went down is seen as well */
        look_after(l);
    }
    struct span step;
    out->when = pace_take(&l->pace, out->when, &step);
    out->unheard = step.ns > l->pace.leap.ns;
    if (out->unheard)
        log_line(
            LOG_NOTE,
            "nothing was heard for %.0f s: an interface was away, this machine slept or was too busy, or "
            "its clock was set",
            span_seconds(step));
    pace_tell(step);
    return got;
}

/* So much more than last time, by a count of 32 bits that overflows; an interface that was made anew counts anew. */
static uint32_t grown(u_int now, u_int last) { return now - last <= INT32_MAX ? now - last : 0; }

/* The kernel's counts have 32 bits, and are never asked so seldom that they overflow twice. */
static void live_refresh(void *self)
{
    struct live *l = self;
    for (unsigned i = 0; i < l->count; i++) {
        struct live_port *p = &l->ports[i];
        struct pcap_stat s;
        if (pcap_stats(p->pcap, &s) < 0)
            continue;
        p->facts.received += grown(s.ps_recv, p->last.ps_recv);
        p->facts.dropped += grown(s.ps_drop, p->last.ps_drop);
        p->facts.interface_dropped += grown(s.ps_ifdrop, p->last.ps_ifdrop);
        p->last = s;
    }
}

static unsigned live_count(const void *self) { return ((const struct live *)self)->count; }
static const struct source_file_facts *live_facts(const void *self, unsigned which)
{
    return &((const struct live *)self)->ports[which].facts;
}
static double live_progress(const void *self)
{
    (void)self;
    return -1;
}
static const char *live_why(const void *self) { return ((const struct live *)self)->why; }

static void live_close(void *self)
{
    struct live *l = self;
    for (unsigned i = 0; i < l->count; i++)
        if (l->ports[i].pcap)
            pcap_close(l->ports[i].pcap);
    free(l->ports);
    free(l);
}

/* ---- opening ---- */

static struct live *live_new(unsigned count)
{
    struct live *l = calloc(1, sizeof *l);
    if (l)
        l->ports = calloc(count, sizeof *l->ports);
    if (l && !l->ports) {
        free(l);
        return NULL;
    }
    return l;
}

struct source *source_open_live(const struct source_live_options *o, enum err *why, char message[300])
{
    static const struct source_kind kind = { live_next,     live_count, live_facts, live_refresh,
                                             live_progress, live_why,   live_close };
    *why = ERR_USAGE;
    if (!o->count || o->count > PORTS) {
        snprintf(message, 300, "from 1 to %d interfaces can be listened to", (int)PORTS);
        return NULL;
    }
    struct live *l = live_new(o->count);
    *why = ERR_MEMORY;
    snprintf(message, 300, "there is not enough memory to begin");
    if (!l)
        return NULL;
    *why = ERR_OPEN;
    for (; l->count < o->count; l->count++) {
        l->ports[l->count].name = o->interfaces[l->count];
        if (!live_port_open(&l->ports[l->count], o, message)) {
            l->count++; /* so that it is closed, too */
            live_close(l);
            return NULL;
        }
    }
    l->alive = l->count;
    l->pace = PACE_NEW(LEAP_S);
    l->pace.latest = wall_now();
    struct span batch = o->immediate ? SPAN_MS(LIVE_IMMEDIATE_MS) : SPAN_MS(LIVE_BATCH_MS);
    l->hold = l->count > 1 ? (struct span){ batch.ns + SPAN_MS(20).ns } : SPAN_MS(0);
    l->trail = (struct span){ l->hold.ns + 2 * batch.ns + SPAN_MS(200).ns };
    *why = ERR_NONE;
    return source_of_kind(&kind, l);
}

#else

struct source *source_open_live(const struct source_live_options *o, enum err *why, char message[300])
{
    (void)o;
    *why = ERR_OPEN;
    snprintf(message, 300, "%s", SOURCE_NO_PCAP);
    return NULL;
}

#endif
