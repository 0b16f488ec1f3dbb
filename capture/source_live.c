/* Interfaces in, packets and time out. The only user of libpcap, and the only reader of the wall clock, which it turns
 * into TICKs. */
#include "capture/source_internal.h"

#include "base/log.h"
#include "capture/rebind.h"
#include <errno.h>
#ifdef RT_PCAP
#include <pcap.h>
#endif
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- clocks ---- */

static struct stamp clock_stamp(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (struct stamp){ (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec };
}

struct stamp wall_now(void) { return clock_stamp(CLOCK_REALTIME); }
struct stamp wall_steady(void) { return clock_stamp(CLOCK_MONOTONIC); }

void wall_sleep(struct span d)
{
    struct timespec t = { (time_t)(d.ns / NS_PER_S), (long)(d.ns % NS_PER_S) };
    nanosleep(&t, NULL);
}

#ifdef RT_PCAP

enum {
    PORTS = 64,
    SNAP_WHOLE = 262144, /* as tcpdump's -s 0 */
    /* What comes while a commit waits for the disk: 0.6 s of 400,000 small packets a second, 0.5 s of a full gigabit.
     * When little comes, each batch takes a block of its own, of which there are 256. */
    RING_USUAL = 64 << 20,
    BATCH_MS = 100, /* the kernel hands a block of packets out at the latest then */
    /* libpcap's own immediate mode gives each packet, however small, the room of the largest: a ring of 64 MiB holds
     * 256 of them. Blocks that are handed out at once hold as many as they have room for. */
    IMMEDIATE_MS = 1,
    RETURN_S = 1, /* an interface that went away is looked for so often */
    GAP_S = 5,    /* packets or TICKs come more often than that, while somebody listens */
};

struct port {
    const char *name;
    pcap_t *pcap;
    int fd, kind; /* kind: of hardware */
    bool promiscuous;
    bool away;          /* the interface is down, or is not there */
    bool missed;        /* that was told; that it is back was not */
    struct stamp retry; /* by the steady clock */
    uint32_t scale;     /* nanoseconds in a unit of the stamp's fraction */
    bool held;          /* `head` waits for its turn */
    struct stamp empty; /* nothing was there then, by the wall clock */
    struct packet head;
    struct source_file_facts facts;
    struct pcap_stat last; /* as the kernel counted: 32 bits that overflow */
};

struct live {
    struct port *ports;
    unsigned count, alive;
    struct span hold;    /* what another interface has seen is here after that */
    struct span trail;   /* what was seen is here after that, whatever the buffers did */
    struct stamp latest; /* of what was handed out */
    struct stamp looked; /* by the steady clock: whether interfaces are up */
    char why[300];
};

/* ---- one interface ---- */

static void gone(struct live *l, struct port *p, const char *words)
{
    snprintf(l->why, sizeof l->why, "%s: %.200s", p->name, words);
    if (!p->missed)
        log_line(LOG_ERROR, "%s; nothing is heard there until it is back", l->why);
    p->missed = p->away = true;
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
        struct port *p = &l->ports[i];
        if (!p->away && p->kind >= 0 && strcmp(p->name, "any") != 0 && !rebind_up(p->fd, p->name))
            gone(l, p, "it is down");
    }
}

/* Those that went away, and are there again. */
static void welcome(struct live *l)
{
    for (unsigned i = 0; l->alive < l->count && i < l->count; i++) {
        struct port *p = &l->ports[i];
        if (!p->away || stamp_before(wall_steady(), p->retry))
            continue;
        p->retry = stamp_add(wall_steady(), SPAN_S(RETURN_S));
        if (!rebind(p->fd, p->name, p->kind, p->promiscuous))
            continue;
        p->away = false;
        l->alive++;
    }
}

/* The next packet of an interface, if there is one. */
static void fetch(struct live *l, struct port *p)
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
static struct port *earliest(const struct live *l)
{
    struct port *first = NULL;
    for (unsigned i = 0; i < l->count; i++) {
        struct port *p = &l->ports[i];
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
        struct port *p = &l->ports[i];
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
static struct span must_wait(const struct live *l, const struct port *first)
{
    struct span most = { 0 };
    for (unsigned i = 0; i < l->count; i++) {
        const struct port *p = &l->ports[i];
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
        struct port *first = earliest(l);
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
            *out = (struct packet){ .when = l->alive ? stamp_sub(wall_now(), l->trail) : l->latest };
            return SOURCE_TICK;
        }
        await(l, TICK_EVERY);
    }
}

static enum source_got live_next(void *self, struct packet *out)
{
    struct live *l = self;
    enum source_got got = turn(l, out);
    struct span step = stamp_since(out->when, l->latest);
    out->unheard = step.ns > SPAN_S(GAP_S).ns;
    if (out->unheard)
        log_line(
            LOG_NOTE,
            "nothing was heard for %.0f s: an interface was away, this machine slept or was too busy, or "
            "its clock was set",
            span_seconds(step));
    else if (step.ns < -SPAN_S(GAP_S).ns)
        log_line(LOG_WARNING, "the clock was set back by %.0f s: time stands still until it has caught up",
                 -span_seconds(step));
    l->latest = out->when;
    return got;
}

/* So much more than last time, by a count of 32 bits that overflows; an interface that was made anew counts anew. */
static uint32_t grown(u_int now, u_int last) { return now - last <= INT32_MAX ? now - last : 0; }

/* The kernel's counts have 32 bits, and are never asked so seldom that they overflow twice. */
static void live_refresh(void *self)
{
    struct live *l = self;
    for (unsigned i = 0; i < l->count; i++) {
        struct port *p = &l->ports[i];
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

static bool set_filter(struct port *p, const struct source_live_options *o, char message[300])
{
    static const char *const poorer[] = { "", " (VLAN tags can't be looked behind on such a link)" };
    char text[FILTER_ROOM];
    struct bpf_program program;
    for (int reach = FILTER_TAGGED; reach <= FILTER_BARE; reach++) {
        if (!o->filter_words && !filter_text(&o->filter, (enum filter_reach)reach, text))
            break;
        if (pcap_compile(p->pcap, &program, o->filter_words ? o->filter_words : text, 1,
                         PCAP_NETMASK_UNKNOWN)) {
            snprintf(message, 300, "%.60s: the filter: %.200s", p->name, pcap_geterr(p->pcap));
            if (o->filter_words)
                return false;
            continue;
        }
        int status = pcap_setfilter(p->pcap, &program);
        pcap_freecode(&program);
        if (!status) {
            if (reach)
                log_line(LOG_DEBUG, "%s: a plain filter%s", p->name, poorer[reach]);
            return true;
        }
        snprintf(message, 300, "%.60s: the filter: %.200s", p->name, pcap_geterr(p->pcap));
    }
    return false;
}

/* What to do about it. */
static const char *cure(int status)
{
    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return "; capturing takes root, or the capability CAP_NET_RAW (setcap cap_net_raw+ep on the program)";
    case PCAP_ERROR_NO_SUCH_DEVICE: return "; -D lists the interfaces that there are";
    case PCAP_ERROR_IFACE_NOT_UP: return "; bring it up first (ip link set it up)";
    default: return "";
    }
}

static bool activate(struct port *p, char message[300])
{
    int status = pcap_activate(p->pcap);
    const char *words = pcap_geterr(p->pcap);
    if (status < 0) {
        snprintf(message, 300, "%.60s: %.80s%s", p->name, *words ? words : pcap_statustostr(status),
                 cure(status));
        return false;
    }
    if (status > 0)
        log_line(LOG_WARNING, "%s: %s", p->name, *words ? words : pcap_statustostr(status));
    return true;
}

/* LINKTYPE_ values are DLT_ values but for raw IP, whose DLT_ differs from system to system. */
static uint32_t link_of(int dlt) { return dlt == DLT_RAW ? 101 : (uint32_t)dlt; }

static bool open_port(struct port *p, const struct source_live_options *o, char message[300])
{
    char words[PCAP_ERRBUF_SIZE];
    p->pcap = pcap_create(p->name, words);
    if (!p->pcap) {
        snprintf(message, 300, "%.60s: %.200s", p->name, words);
        return false;
    }
    pcap_set_snaplen(p->pcap, o->snap ? (int)o->snap : SNAP_WHOLE);
    p->promiscuous = o->promiscuous && strcmp(p->name, "any") != 0;
    pcap_set_promisc(p->pcap, p->promiscuous);
    pcap_set_timeout(p->pcap, o->immediate ? IMMEDIATE_MS : BATCH_MS);
    pcap_set_buffer_size(p->pcap, o->buffer ? (int)o->buffer : RING_USUAL);
    pcap_set_tstamp_precision(p->pcap,
                              PCAP_TSTAMP_PRECISION_NANO); /* where it can't be had, they are micro */
    if (!activate(p, message))
        return false;
    p->scale = pcap_get_tstamp_precision(p->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    p->fd = pcap_get_selectable_fd(p->pcap);
    p->kind = rebind_kind(p->fd);
    p->facts =
        (struct source_file_facts){ .path = p->name, .live = true, .link = link_of(pcap_datalink(p->pcap)) };
    if (p->fd < 0 || pcap_setnonblock(p->pcap, 1, words)) {
        snprintf(message, 300, "%.60s: packets of this interface cannot be waited for", p->name);
        return false;
    }
    return set_filter(p, o, message);
}

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
        if (!open_port(&l->ports[l->count], o, message)) {
            l->count++; /* so that it is closed, too */
            live_close(l);
            return NULL;
        }
    }
    l->alive = l->count;
    l->latest = wall_now();
    struct span batch = o->immediate ? SPAN_MS(IMMEDIATE_MS) : SPAN_MS(BATCH_MS);
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
