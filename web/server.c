/* Sockets in, answers out: libmicrohttpd in a thread of its own, which looks into the store twice a second. */
#include "web/server_internal.h"

#include "base/log.h"
#include "base/wall.h"
#include "store/pages.h"
#include "web/files.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int64_t clock_ms(void) { return wall_steady().ns / 1000000; }

/* ---- the thread ---- */

/* A store that failed is opened again now and then: a disk comes back, a database is written anew. */
static void mend(struct web *w)
{
    char message[300];
    enum err why;
    if (!w->site.broken || !w->options.path || w->now_ms - w->reopened_ms < REOPEN_MS)
        return;
    w->reopened_ms = w->now_ms;
    struct store *s = store_open(w->options.path, STORE_READ, &why, message);
    if (!s) {
        log_line(LOG_WARNING, "%s", message);
        return;
    }
    store_close(w->site.view.store);
    w->site.view.store = s;
    w->site.broken = false;
    w->site.boot++;
    live_free(&w->news);
}

/* False while there is no store to be looked into. One whose file is gone is better than nothing, until another is there. */
static bool has_store(struct web *w)
{
    mend(w);
    if (!w->site.broken && store_place(w->site.view.store) == STORE_ANOTHER) {
        w->site.broken = true;
        mend(w);
    }
    return !w->site.broken;
}

static void look(struct web *w)
{
    if (!has_store(w))
        return;
    struct store *s = w->site.view.store;
    uint64_t version = pages_version(s);
    if (version != w->version) {
        w->changed_ms = w->version ? w->now_ms : w->changed_ms;
        w->version = version;
    }
    w->site.view.live = w->changed_ms && w->now_ms - w->changed_ms < LIVE_AFTER_MS;
    bool news = false;
    if ((w->site.view.counts.live || !w->news.begun) && (!w->news.begun || w->news.version != version)) {
        if (query_begin(s) == ERR_NONE)
            news = live_look(&w->news, s);
        w->site.broken |= query_end(s) != ERR_NONE;
    }
    if (news || w->now_ms - w->beat_ms > BEAT_MS) {
        if (!news)
            live_beat(&w->news);
        w->beat_ms = w->now_ms;
        exchange_wake(w);
    }
}

/* By the worker, or for the end: false. */
static bool woken(struct web *w)
{
    char bytes[64];
    return read(w->wake[0], bytes, sizeof bytes) >= 0 && !atomic_load(&w->ending);
}

static void *run(void *cls)
{
    struct web *w = cls;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[2] = { { .fd = info ? info->epoll_fd : -1, .events = POLLIN },
                             { .fd = w->wake[0], .events = POLLIN } };
    for (;;) {
        unsigned long long ms = LOOK_MS;
        if (MHD_get_timeout(w->daemon, &ms) != MHD_YES || ms > LOOK_MS)
            ms = LOOK_MS;
        if (poll(fds, 2, (int)ms) < 0 && errno != EINTR)
            break;
        if (fds[1].revents && !woken(w))
            break;
        w->now_ms = clock_ms();
        exchange_done_jobs(w);
        MHD_run(w->daemon);
        if (w->now_ms - w->looked_ms >= LOOK_MS) {
            w->looked_ms = w->now_ms;
            exchange_cut_dawdlers(w);
            look(w);
        }
    }
    worker_stop(w->worker);
    exchange_done_jobs(w);
    exchange_wake(w); /* a daemon does not stop while a connection waits */
    MHD_stop_daemon(w->daemon);
    w->daemon = NULL;
    return NULL;
}

/* ---- beginning and end ---- */

static bool is_loopback(const struct addr *a)
{
    static const uint8_t one[16] = { [15] = 1 };
    return a->size == 4 ? a->b[0] == 127 : !memcmp(a->b, one, 16);
}

static bool bind_socket(struct web *w, char message[300])
{
    const struct addr *a = &w->options.address;
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(w->options.port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(w->options.port) };
    const int on = 1;
    char text[ADDR_TEXT];
    bool six = a->size == 16;
    memcpy(six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr, a->b, a->size);
    addr_text(a, text);
    snprintf(w->url, sizeof w->url, "http%s://%s%s%s:%u/", w->cert ? "s" : "", six ? "[" : "", text,
             six ? "]" : "", (unsigned)w->options.port);
    w->listener = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (w->listener >= 0 && !setsockopt(w->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) &&
        (!six || !setsockopt(w->listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on)) &&
        !bind(w->listener, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
              six ? sizeof v6 : sizeof v4) &&
        !listen(w->listener, 128))
        return true;
    snprintf(message, 300, "%s:%u cannot be listened on: %s", text, (unsigned)w->options.port,
             strerror(errno));
    return false;
}

static bool read_secrets(struct web *w, char message[300])
{
    const struct web_options *o = &w->options;
    if (!!o->tls_cert != !!o->tls_key) {
        snprintf(message, 300, "a certificate and its key belong together: --tls-cert and --tls-key");
        return false;
    }
    if (o->tls_cert && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
        snprintf(message, 300, "the libmicrohttpd of this machine speaks no TLS");
        return false;
    }
    if (!is_loopback(&o->address) && !o->token_file) {
        snprintf(
            message, 300,
            "off loopback the page asks for a token: write one to a file and name it with --web-token-file");
        return false;
    }
    if (o->token_file && !(w->token = files_token(o->token_file, message)))
        return false;
    if (o->tls_cert && (!(w->cert = files_read(o->tls_cert, false, message)) ||
                        !(w->key = files_read(o->tls_key, true, message))))
        return false;
    if (!is_loopback(&o->address) && !w->cert)
        log_line(LOG_WARNING,
                 "the page and its token go over the network unencrypted; see --tls-cert and --tls-key");
    return true;
}

static void on_log(void *cls, const char *format, va_list args)
{
    char text[300];
    (void)cls;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_DEBUG, "web: %s", text);
}

static bool start_daemon(struct web *w, char message[300])
{
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (w->cert ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, w->cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, w->key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
    w->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, exchange_request, w, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, w->listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MOST, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)STALL_S, MHD_OPTION_NOTIFY_CONNECTION, exchange_connection, w, MHD_OPTION_NOTIFY_COMPLETED,
        exchange_done, w, MHD_OPTION_URI_LOG_CALLBACK, exchange_target, w, MHD_OPTION_UNESCAPE_CALLBACK,
        exchange_as_it_is, NULL, MHD_OPTION_ARRAY, w->cert ? tls : none, MHD_OPTION_END);
    if (!w->daemon)
        snprintf(message, 300, "the web server cannot be started%s",
                 w->cert ? "; are certificate and key in PEM form, and do they belong together?" : "");
    return w->daemon != NULL;
}

/* Signals are for the main thread. */
static bool start_thread(struct web *w, char message[300])
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed)
        snprintf(message, 300, "the web server's thread: %s", strerror(failed));
    w->running = !failed;
    return w->running;
}

struct web *web_start(struct store *s, const struct web_options *o, char message[300])
{
    static const uint8_t loopback[4] = { 127, 0, 0, 1 };
    struct web *w = calloc(1, sizeof *w);
    snprintf(message, 300, "not enough memory");
    if (!w)
        return NULL;
    w->options = *o;
    w->listener = w->wake[0] = w->wake[1] = -1;
    if (!w->options.address.size)
        w->options.address = addr_v4(loopback);
    w->now_ms = clock_ms();
    w->site = (struct web_site){ .view = { .store = s, .program = o->program },
                                 .names = w->options.names,
                                 .name_count = o->name_count,
                                 .assets = o->assets,
                                 .boot = (uint64_t)time(NULL) << 16 | ((uint64_t)w->now_ms & 0xffff) };
    if (!read_secrets(w, message) || !bind_socket(w, message) || pipe(w->wake) || !start_daemon(w, message)) {
        w->site.view.store = NULL; /* stays the caller's */
        web_stop(w);
        return NULL;
    }
    w->site.token = w->token;
    w->worker = o->errands ? worker_start(o->errands, o->errands_of, w->wake[1], JOBS_MOST) : NULL;
    w->site.view.errands = w->worker != NULL;
    if (!start_thread(w, message)) {
        w->site.view.store = NULL;
        web_stop(w);
        return NULL;
    }
    return w;
}

const char *web_url(const struct web *w) { return w->url; }

static void forget(char *secret)
{
    for (volatile char *p = secret; p && *p;)
        *p++ = 0;
    free(secret);
}

void web_stop(struct web *w)
{
    if (!w)
        return;
    atomic_store(&w->ending, true);
    if (w->running) {
        if (write(w->wake[1], "", 1) == 1)
            pthread_join(w->thread, NULL);
    }
    if (w->daemon)
        MHD_stop_daemon(w->daemon);
    else if (w->listener >= 0 && !w->running)
        close(w->listener);
    worker_free(w->worker);
    for (int i = 0; i < 2; i++)
        if (w->wake[i] >= 0)
            close(w->wake[i]);
    live_free(&w->news);
    store_close(w->site.view.store);
    forget(w->token);
    forget(w->key);
    free(w->cert);
    free(w);
}
