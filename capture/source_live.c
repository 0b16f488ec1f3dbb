/* Interfaces in, packets and time out. The only user of libpcap, and the only reader of the wall clock, which it turns
 * into TICKs. */
#include "capture/source_internal.h"

#include "base/log.h"
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
    RING_USUAL = 16 << 20,
    BATCH_MS = 100, /* the kernel hands a block of packets out at the latest then */
};

struct port {
    const char *name;
    pcap_t *pcap; /* NULL: it went away */
    int fd;
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
    struct span hold;  /* what another interface has seen is here after that */
    struct span trail; /* what was seen is here after that, whatever the buffers did */
    char why[300];
};

/* ---- one interface ---- */

static void gone(struct live *l, struct port *p)
{
    snprintf(l->why, sizeof l->why, "%s: %.200s", p->name, pcap_geterr(p->pcap));
    log_line(LOG_ERROR, "%s; nothing more is heard there", l->why);
    pcap_close(p->pcap);
    p->pcap = NULL;
    p->fd = -1;
    l->alive--;
}

/* The next packet of an interface, if there is one. */
static void fetch(struct live *l, struct port *p)
{
    struct pcap_pkthdr *h;
    const u_char *bytes;
    int got = pcap_next_ex(p->pcap, &h, &bytes);
    if (got < 0) {
        gone(l, p);
        return;
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
        if (p->held || !p->pcap || stamp_since(p->empty, of).ns >= l->hold.ns)
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
        if (!p->held && p->pcap && left.ns > most.ns)
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
        if (l->ports[i].pcap && !l->ports[i].held)
            fds[n++] = (struct pollfd){ .fd = l->ports[i].fd, .events = POLLIN };
    poll(fds, n, (int)((most.ns + 999999) / 1000000));
}

static enum source_got live_next(void *self, struct packet *out)
{
    struct live *l = self;
    for (bool waited = false;; waited = true) {
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
        if (!l->alive)
            return SOURCE_ERROR;
        if (waited) {
            *out = (struct packet){ .when = stamp_sub(wall_now(), l->trail) };
            return SOURCE_TICK;
        }
        await(l, TICK_EVERY);
    }
}

/* The kernel's counts have 32 bits, and are never asked so seldom that they overflow twice. */
static void live_refresh(void *self)
{
    struct live *l = self;
    for (unsigned i = 0; i < l->count; i++) {
        struct port *p = &l->ports[i];
        struct pcap_stat s;
        if (!p->pcap || pcap_stats(p->pcap, &s) < 0)
            continue;
        p->facts.received += (uint32_t)(s.ps_recv - p->last.ps_recv);
        p->facts.dropped += (uint32_t)(s.ps_drop - p->last.ps_drop);
        p->facts.interface_dropped += (uint32_t)(s.ps_ifdrop - p->last.ps_ifdrop);
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
    pcap_set_promisc(p->pcap, o->promiscuous && strcmp(p->name, "any") != 0);
    pcap_set_timeout(p->pcap, BATCH_MS);
    pcap_set_immediate_mode(p->pcap, o->immediate);
    pcap_set_buffer_size(p->pcap, o->buffer ? (int)o->buffer : RING_USUAL);
    pcap_set_tstamp_precision(p->pcap,
                              PCAP_TSTAMP_PRECISION_NANO); /* where it can't be had, they are micro */
    if (!activate(p, message))
        return false;
    p->scale = pcap_get_tstamp_precision(p->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    p->fd = pcap_get_selectable_fd(p->pcap);
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
    struct span batch = o->immediate ? SPAN_MS(0) : SPAN_MS(BATCH_MS);
    l->hold = l->count > 1 ? (struct span){ batch.ns + SPAN_MS(20).ns } : SPAN_MS(0);
    l->trail = (struct span){ l->hold.ns + 2 * batch.ns + SPAN_MS(200).ns };
    *why = ERR_NONE;
    return source_of_kind(&kind, l);
}

bool source_list_interfaces(void (*tell)(void *, const char *, const char *), void *to, char message[300])
{
    char words[PCAP_ERRBUF_SIZE];
    pcap_if_t *all, *i;
    if (pcap_findalldevs(&all, words)) {
        snprintf(message, 300, "%.290s", words);
        return false;
    }
    for (i = all; i; i = i->next)
        tell(to, i->name,
             i->description                ? i->description
             : i->flags & PCAP_IF_LOOPBACK ? "loopback"
             : i->flags & PCAP_IF_UP       ? "up"
                                           : "down");
    pcap_freealldevs(all);
    return true;
}

#else

static void no_pcap(char message[300])
{
    snprintf(message, 300, "this routetap was built without libpcap: it reads files, and no interfaces");
}

struct source *source_open_live(const struct source_live_options *o, enum err *why, char message[300])
{
    (void)o;
    *why = ERR_OPEN;
    no_pcap(message);
    return NULL;
}

bool source_list_interfaces(void (*tell)(void *, const char *, const char *), void *to, char message[300])
{
    (void)tell;
    (void)to;
    no_pcap(message);
    return false;
}

#endif
