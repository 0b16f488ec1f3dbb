/* A queue of bytes, and the thread that sends it. */
#include "cli/collector.h"

#include "base/log.h"
#include "base/wall.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECT_MS = 5000, LOOK_MS = 1000, LATEST_S = 30, SILENT_MS = 60000 };

struct chunk {
    struct chunk *next;
    size_t size, sent;
    char bytes[];
};

struct collector {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* on the steady clock */
    struct chunk *first, *last;
    size_t waiting, most;
    bool there, fresh, overrun, stop;
    const char *what;
    char host[256], port[16];
};

/* ---- the queue; the lock is held ---- */

static void forget(struct collector *c)
{
    while (c->first) {
        struct chunk *next = c->first->next;
        free(c->first);
        c->first = next;
    }
    c->last = NULL;
    c->waiting = 0;
}

static struct timespec after(struct span d)
{
    struct stamp t = stamp_add(wall_steady(), d);
    return (struct timespec){ (time_t)(t.ns / NS_PER_S), (long)(t.ns % NS_PER_S) };
}

static void pause_for(struct collector *c, struct span d)
{
    struct timespec until = after(d);
    pthread_cond_timedwait(&c->changed, &c->lock, &until);
}

/* ---- the connection ---- */

/* NULL, or why not. */
static const char *finish_connect(int fd, const struct addrinfo *a)
{
    struct pollfd wait = { .fd = fd, .events = POLLOUT };
    int why = 0;
    socklen_t size = sizeof why;
    if (!connect(fd, a->ai_addr, a->ai_addrlen))
        return NULL;
    if (errno != EINPROGRESS)
        return strerror(errno);
    if (poll(&wait, 1, CONNECT_MS) <= 0)
        return "no answer";
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size))
        why = errno;
    return why ? strerror(why) : NULL;
}

static void set_up(int fd)
{
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef TCP_USER_TIMEOUT /* one that takes nothing for so long is gone */
    unsigned silent = SILENT_MS;
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent, sizeof silent);
#endif
}

/* A descriptor, or -1 with a reason. */
static int dial(const struct collector *c, const char **why)
{
    struct addrinfo want = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *list;
    int status = getaddrinfo(c->host, c->port, &want, &list), fd = -1;
    *why = status ? gai_strerror(status) : "it has no address";
    for (const struct addrinfo *a = status ? NULL : list; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0) {
            *why = strerror(errno);
            continue;
        }
        *why = finish_connect(fd, a);
        if (*why) {
            close(fd);
            fd = -1;
        }
    }
    if (!status)
        freeaddrinfo(list);
    if (fd >= 0)
        set_up(fd);
    return fd;
}

/* NULL; or why the connection is over. It says nothing to us, so whatever comes is its end. */
static const char *look(int fd)
{
    char nothing[256];
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    while (poll(&wait, 1, 0) > 0) {
        ssize_t n = recv(fd, nothing, sizeof nothing, MSG_DONTWAIT);
        if (n == 0)
            return "it closed the connection";
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
    }
    return NULL;
}

/* Sends what waits, with the lock taken only to look at the queue. NULL when all is sent. */
static const char *send_some(struct collector *c, int fd)
{
    struct chunk *head =
        c->first; /* ours alone: others append behind it, and forget() is called by this thread */
    pthread_mutex_unlock(&c->lock);
    ssize_t n = send(fd, head->bytes + head->sent, head->size - head->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    int why = n < 0 ? errno : 0;
    if (n < 0 && (why == EAGAIN || why == EINTR)) {
        struct pollfd wait = { .fd = fd, .events = POLLOUT };
        poll(&wait, 1, LOOK_MS);
        n = why = 0;
    }
    pthread_mutex_lock(&c->lock);
    if (n < 0)
        return strerror(why);
    head->sent += (size_t)n;
    c->waiting -= (size_t)n;
    if (head->sent == head->size) {
        c->first = head->next;
        c->last = c->first ? c->last : NULL;
        free(head);
    }
    pthread_cond_broadcast(&c->changed);
    return NULL;
}

/* Until the connection is over, or we are. */
static const char *serve(struct collector *c, int fd)
{
    const char *why = NULL;
    while (!why && !c->overrun && !(c->stop && !c->first)) {
        if (!c->first)
            pause_for(c, SPAN_MS(LOOK_MS));
        why = c->first ? send_some(c, fd) : NULL;
        if (!why)
            why = look(fd);
    }
    if (c->stop)
        return NULL;
    return c->overrun ? "it takes less than there is to tell" : why;
}

static void *run(void *of)
{
    struct collector *c = of;
    const char *why;
    char told[200] = "";
    pthread_mutex_lock(&c->lock);
    for (int wait_s = 1; !c->stop;) {
        pthread_mutex_unlock(&c->lock);
        int fd = dial(c, &why);
        pthread_mutex_lock(&c->lock);
        if (fd >= 0) {
            log_line(LOG_NOTE, "%s %s:%s: connected", c->what, c->host, c->port);
            c->there = c->fresh = true;
            c->overrun = false;
            wait_s = 1;
            told[0] = '\0';
            pthread_cond_broadcast(&c->changed);
            why = serve(c, fd);
            c->there = c->fresh = false;
            forget(c);
            close(fd);
        }
        pthread_cond_broadcast(&c->changed);
        if (why && strcmp(told, why) != 0) { /* once, however often it is tried */
            snprintf(told, sizeof told, "%s", why);
            log_line(LOG_WARNING, "%s %s:%s: %s; it is tried again", c->what, c->host, c->port, why);
        }
        for (struct timespec until = after(SPAN_S(wait_s)); !c->stop;)
            if (pthread_cond_timedwait(&c->changed, &c->lock, &until) == ETIMEDOUT)
                break;
        wait_s = 2 * wait_s < LATEST_S ? 2 * wait_s : LATEST_S;
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* ---- the door ---- */

bool collector_split(const char *text, char host[256], char port[16])
{
    bool brackets = text[0] == '[';
    const char *from = text + brackets, *end = brackets ? strchr(from, ']') : strrchr(from, ':');
    const char *colon = end && brackets ? end + 1 : end;
    if (!end || end == from || *colon != ':' || (size_t)(end - from) > 255 ||
        (!brackets && strchr(from, ':') != end))
        return false;
    char *rest;
    long n = strtol(colon + 1, &rest, 10);
    if (rest == colon + 1 || *rest || n < 1 || n > 65535)
        return false;
    memcpy(host, from, (size_t)(end - from));
    host[end - from] = '\0';
    snprintf(port, 16, "%ld", n);
    return true;
}

bool collector_address_ok(const char *text)
{
    char host[256], port[16];
    return collector_split(text, host, port);
}

/* Signals are the main thread's. */
static bool start(struct collector *c)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool well = !pthread_create(&c->thread, NULL, run, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return well;
}

struct collector *collector_open(const char *what, const char *address, size_t most)
{
    struct collector *c = calloc(1, sizeof *c);
    pthread_condattr_t steady;
    if (!c || !collector_split(address, c->host, c->port)) {
        free(c);
        return NULL;
    }
    c->what = what;
    c->most = most;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&c->changed, &steady);
    pthread_condattr_destroy(&steady);
    if (start(c))
        return c;
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
    return NULL;
}

void collector_close(struct collector *c, struct span patience)
{
    if (!c)
        return;
    if (!collector_drain(c, 1, patience) && collector_there(c))
        log_line(LOG_WARNING, "%s %s:%s: did not take all that there was to tell", c->what, c->host, c->port);
    pthread_mutex_lock(&c->lock);
    c->stop = c->overrun = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    forget(c);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

bool collector_fresh(struct collector *c)
{
    pthread_mutex_lock(&c->lock);
    bool fresh = c->fresh;
    c->fresh = false;
    pthread_mutex_unlock(&c->lock);
    return fresh;
}

bool collector_there(struct collector *c)
{
    pthread_mutex_lock(&c->lock);
    bool there = c->there;
    pthread_mutex_unlock(&c->lock);
    return there;
}

void collector_put(struct collector *c, const char *bytes, size_t n)
{
    struct chunk *k = n ? malloc(sizeof *k + n) : NULL;
    if (k) {
        *k = (struct chunk){ .size = n };
        memcpy(k->bytes, bytes, n);
    }
    pthread_mutex_lock(&c->lock);
    /* a table may be larger than what may wait: it is let in alone */
    bool fits = k && c->there && !c->fresh && (!c->waiting || c->waiting + n <= c->most);
    if (fits) {
        if (c->last)
            c->last->next = k;
        else
            c->first = k;
        c->last = k;
        c->waiting += n;
    } else if (n && c->there && !c->fresh)
        c->overrun = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    if (!fits)
        free(k);
}

void collector_drop(struct collector *c)
{
    pthread_mutex_lock(&c->lock);
    c->overrun = c->there;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
}

size_t collector_waiting(struct collector *c)
{
    pthread_mutex_lock(&c->lock);
    size_t n = c->waiting;
    pthread_mutex_unlock(&c->lock);
    return n;
}

bool collector_drain(struct collector *c, size_t below, struct span patience)
{
    struct timespec until = after(patience);
    pthread_mutex_lock(&c->lock);
    while (!c->there || c->waiting >= below)
        if (pthread_cond_timedwait(&c->changed, &c->lock, &until) == ETIMEDOUT)
            break;
    bool well = c->there && c->waiting < below;
    pthread_mutex_unlock(&c->lock);
    return well;
}
