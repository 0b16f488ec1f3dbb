/* What rtrlib hears of a cache in; payloads, all of them at a time, out. */
#include "cli/rtr.h"

#include "base/log.h"

#ifdef RT_RTR
#include "cli/collector.h"
#include <pthread.h>
#include <rtrlib/rtrlib.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds, until the cache says others (RFC 8210 6): ask again; try again; forget what it said. */
enum { REFRESH_S = 3600, RETRY_S = 30, EXPIRE_S = 7200, CONNECT_S = 10, LOOK_MS = 100 };

struct rtr {
    char host[256], port[16];
    struct tr_socket transport;
    struct rtr_socket socket, *sockets[1];
    struct rtr_mgr_config *config;
    atomic_int told;      /* enum rtr_mgr_status: what was logged */
    unsigned seen, taken; /* changes: when it was looked at last; of what was handed out */
    bool known;           /* something was handed out */
};

/* Of single payloads, counted by the library's thread, which does not say whose they are: there is one cache. */
static atomic_uint changes;

static void on_payload(struct pfx_table *table, const struct pfx_record record, const bool added)
{
    (void)table;
    (void)record;
    (void)added;
    atomic_fetch_add(&changes, 1);
}

/* Each state once, however often it is tried. */
static void on_status(const struct rtr_mgr_group *group, enum rtr_mgr_status status,
                      const struct rtr_socket *socket, void *of)
{
    struct rtr *r = of;
    (void)group;
    (void)socket;
    atomic_fetch_add(&changes, 1);
    if ((status != RTR_MGR_ESTABLISHED && status != RTR_MGR_ERROR) ||
        atomic_exchange(&r->told, (int)status) == (int)status)
        return;
    if (status == RTR_MGR_ESTABLISHED)
        log_line(LOG_NOTE, "RPKI cache %s:%s: connected", r->host, r->port);
    else
        log_line(LOG_WARNING, "RPKI cache %s:%s: no answer, or none that makes sense; it is tried again",
                 r->host, r->port);
}

bool rtr_there(void) { return true; }

/* Signals are the main thread's. */
static bool start(struct rtr *r)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    log_alone(); /* as Debian builds it, the library tells each step */
    bool well = rtr_mgr_start(r->config) == RTR_SUCCESS;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return well;
}

struct rtr *rtr_open(const char *address)
{
    struct rtr *r = calloc(1, sizeof *r);
    if (!r || !collector_split(address, r->host, r->port)) {
        free(r);
        return NULL;
    }
    const struct tr_tcp_config tcp = { .host = r->host, .port = r->port, .connect_timeout = CONNECT_S };
    r->sockets[0] = &r->socket;
    r->socket.tr_socket = &r->transport;
    atomic_init(&r->told, -1);
    struct rtr_mgr_group group = { .sockets = r->sockets, .sockets_len = 1, .preference = 1 };
    if (tr_tcp_init(&tcp, &r->transport) == TR_SUCCESS &&
        rtr_mgr_init(&r->config, &group, 1, REFRESH_S, EXPIRE_S, RETRY_S, on_payload, NULL, on_status, r) ==
            RTR_SUCCESS) {
        if (start(r))
            return r;
        rtr_mgr_free(r->config);
    }
    log_line(LOG_ERROR, "--rtr %s: could not begin", address);
    free(r);
    return NULL;
}

/* ---- payloads ---- */

struct copying {
    struct vrps *to;
    size_t count;
    bool short_of_memory;
};

static void copy(const struct pfx_record *record, void *of)
{
    struct copying *c = of;
    struct prefix p = { .bits = record->min_len };
    uint8_t b[16];
    bool v6 = record->prefix.ver == LRTR_IPV6;
    for (unsigned i = 0; i < (v6 ? 16u : 4u); i++) {
        uint32_t word = v6 ? record->prefix.u.addr6.addr[i / 4] : record->prefix.u.addr4.addr;
        b[i] = (uint8_t)(word >> (24 - 8 * (i % 4)));
    }
    p.addr = v6 ? addr_v6(b) : addr_v4(b);
    c->count++;
    c->short_of_memory |= !vrps_add(c->to, &p, record->max_len, record->asn);
}

struct vrps *rtr_copy(struct rtr *r)
{
    struct copying c = { .to = vrps_new() };
    if (!c.to) {
        log_line(LOG_ERROR, "--rtr: there is not enough memory for the payloads");
        return NULL;
    }
    rtr_mgr_for_each_ipv4_record(r->config, copy, &c);
    rtr_mgr_for_each_ipv6_record(r->config, copy, &c);
    vrps_seal(c.to);
    if (c.short_of_memory)
        log_line(LOG_ERROR, "--rtr: there is not enough memory for all payloads, or some make no sense");
    log_line(LOG_NOTE, "RPKI cache %s:%s: %zu validated payloads", r->host, r->port, c.count);
    return c.to;
}

bool rtr_news(struct rtr *r, bool *known)
{
    unsigned now = atomic_load(&changes);
    bool still = now == r->seen, synchronised = rtr_mgr_conf_in_sync(r->config);
    r->seen = now;
    *known = false;
    if (!synchronised) { /* not yet, or not for so long that what it said has run out */
        bool was = r->known;
        if (was)
            log_line(LOG_WARNING, "RPKI cache %s:%s: was away for too long: origins are unknown", r->host,
                     r->port);
        r->known = false;
        return was;
    }
    if (!still || (r->known && now == r->taken))
        return false;
    r->taken = now;
    r->known = true;
    *known = true;
    return true;
}

struct vrps *rtr_wait(struct rtr *r, struct span patience)
{
    const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
    bool known;
    for (int64_t left = patience.ns; left > 0; left -= LOOK_MS * INT64_C(1000000)) {
        if (rtr_news(r, &known))
            return known ? rtr_copy(r) : NULL;
        nanosleep(&look, NULL);
    }
    log_line(LOG_WARNING, "RPKI cache %s:%s: has not told all: origins are unknown", r->host, r->port);
    return NULL;
}

static void *end(void *of)
{
    struct rtr *r = of;
    rtr_mgr_stop(r->config);
    rtr_mgr_free(r->config);
    free(r);
    return NULL;
}

/* Without a thread it goes on, and nobody listens. */
void rtr_retire(struct rtr *r)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (!pthread_create(&thread, NULL, end, r))
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* At the end of the program: the thread is left to the system, which ends it better than the library does. */
void rtr_close(struct rtr *r)
{
#ifdef RT_FREE_ALL
    if (r)
        end(r);
#else
    (void)r;
#endif
}

#else

bool rtr_there(void) { return false; }

struct rtr *rtr_open(const char *address)
{
    log_line(LOG_ERROR, "--rtr %s: this routetap was built without rtrlib", address);
    return NULL;
}

void rtr_close(struct rtr *r) { (void)r; }
void rtr_retire(struct rtr *r) { (void)r; }

bool rtr_news(struct rtr *r, bool *known)
{
    (void)r;
    *known = false;
    return false;
}

struct vrps *rtr_copy(struct rtr *r)
{
    (void)r;
    return NULL;
}

struct vrps *rtr_wait(struct rtr *r, struct span patience)
{
    (void)r;
    (void)patience;
    return NULL;
}
#endif
