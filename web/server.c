/* Sockets in, answers out: libmicrohttpd in a thread of its own, which looks into the store twice a second. */
#include "web/server.h"

#include "base/log.h"
#include "store/pages.h"
#include "web/answer.h"
#include "web/files.h"
#include "web/live.h"
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Every appetite of a client has its ceiling here. */
enum {
    CONNECTIONS_MOST = 256,
    CONNECTIONS_CROWDED = 192, /* from here on, those who dawdle go sooner */
    LIVE_MOST = 32,
    HEADERS_MOST = 16 << 10, /* bytes of one connection's request */
    BODIES_MOST = 256 << 20, /* of all answers under way */
    ASK_MS = 15000,
    ASK_CROWDED_MS = 3000, /* from the end of one answer to the end of the next request's headers */
    TAKE_MS = 120000,      /* for taking an answer */
    STALL_S = 30,          /* without a byte in any direction */
    LOOK_MS = 500,
    BEAT_MS = 15000,
    REOPEN_MS = 2000,
    LIVE_AFTER_MS = 60000 /* somebody wrote to the store within this time: it is live */
};

struct client {
    bool used, answering, live, cut;
    int fd;
    int64_t since_ms;
    struct MHD_Connection *connection; /* of a live page that waits for news; NULL: none */
};

struct web {
    struct web_options options;
    struct web_site site;
    struct live news;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    bool running;
    int listener, wake[2];
    char *token, *cert, *key;
    char url[ADDR_TEXT + 32];
    struct client clients[CONNECTIONS_MOST];
    size_t bodies;
    uint64_t version;
    int64_t now_ms, looked_ms, beat_ms, changed_ms, reopened_ms;
};

/* One request on its way. */
struct exchange {
    struct web *web;
    bool begun;
    size_t body;
    char *target;
};

static int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- connections ---- */

static struct client *client_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct web *w = cls;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*context) {
            *(struct client *)*context = (struct client){ 0 };
            w->site.view.counts.connections--;
        }
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    for (int i = 0; i < CONNECTIONS_MOST; i++)
        if (!w->clients[i].used) {
            w->clients[i] = (struct client){ .used = true,
                                             .fd = info ? (int)info->connect_fd : -1,
                                             .since_ms = w->now_ms };
            w->site.view.counts.connections++;
            *context = &w->clients[i];
            return;
        }
}

/* A byte now and then keeps a connection from being idle, so each step has a deadline as well. Whoever misses it finds
 * the connection closed; libmicrohttpd tidies up. */
static void cut_dawdlers(struct web *w)
{
    bool crowded = w->site.view.counts.connections >= CONNECTIONS_CROWDED;
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        struct client *c = &w->clients[i];
        int64_t most = c->answering ? TAKE_MS : crowded ? ASK_CROWDED_MS : ASK_MS;
        if (c->used && !c->live && !c->cut && w->now_ms - c->since_ms > most && c->fd >= 0) {
            c->cut = true;
            shutdown(c->fd, SHUT_RDWR);
        }
    }
}

/* ---- live pages ---- */

struct listening {
    struct web *web;
    struct client *client;
    struct MHD_Connection *connection;
    struct live_reader reader;
};

static ssize_t live_more(void *cls, uint64_t at, char *out, size_t room)
{
    struct listening *l = cls;
    (void)at;
    size_t n = live_read(&l->web->news, &l->reader, out, room);
    if (!n && l->client && !l->client->connection) {
        l->client->connection = l->connection;
        MHD_suspend_connection(l->connection);
    }
    return (ssize_t)n;
}

static void live_gone(void *cls)
{
    struct listening *l = cls;
    l->web->site.view.counts.live--;
    free(l);
}

static void wake_live(struct web *w)
{
    for (int i = 0; i < CONNECTIONS_MOST; i++)
        if (w->clients[i].connection) {
            struct MHD_Connection *c = w->clients[i].connection;
            w->clients[i].connection = NULL;
            MHD_resume_connection(c);
        }
}

static struct MHD_Response *live_response(struct web *w, struct MHD_Connection *c)
{
    struct listening *l = malloc(sizeof *l);
    if (!l)
        return NULL;
    *l = (struct listening){ w, client_of(c), c, live_join(&w->news) };
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 8192, live_more, l, live_gone);
    if (!r) {
        free(l);
        return NULL;
    }
    w->site.view.counts.live++;
    if (l->client)
        l->client->live = true;
    return r;
}

/* ---- one exchange ---- */

static struct MHD_Response *body_response(struct web *w, struct exchange *x, struct http_response *out)
{
    if (out->fixed || !out->body.used)
        return MHD_create_response_from_buffer(out->fixed_size, (void *)(uintptr_t)out->fixed,
                                               MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *r =
        MHD_create_response_from_buffer(out->body.used, out->body.text, MHD_RESPMEM_MUST_FREE);
    if (r) {
        x->body = out->body.used;
        w->bodies += x->body;
        out->body = (struct buf){ 0 };
    }
    return r;
}

static void add_headers(struct MHD_Response *r, const struct http_response *out)
{
    for (unsigned i = 0; i < answer_header_count; i++)
        MHD_add_response_header(r, answer_headers[i].name, answer_headers[i].value);
    if (out->type)
        MHD_add_response_header(r, "Content-Type", out->type);
    if (out->gzip)
        MHD_add_response_header(r, "Content-Encoding", "gzip");
    if (*out->etag)
        MHD_add_response_header(r, "ETag", out->etag);
    MHD_add_response_header(r, "Cache-Control", *out->etag ? "no-cache" : "no-store");
    if (out->status == 405)
        MHD_add_response_header(r, "Allow", "GET, HEAD");
    if (out->status == 401)
        MHD_add_response_header(r, "WWW-Authenticate", "Bearer");
}

static enum MHD_Result respond(struct web *w, struct exchange *x, struct MHD_Connection *c,
                               struct http_response *out)
{
    if (out->live && w->site.view.counts.live >= LIVE_MOST) {
        static const char words[] = "{\"error\":\"too many pages listen already\"}\n";
        *out = (struct http_response){ .status = 503,
                                       .type = "application/json",
                                       .fixed = (const uint8_t *)words,
                                       .fixed_size = sizeof words - 1 };
    }
    struct MHD_Response *r = out->live ? live_response(w, c) : body_response(w, x, out);
    buf_free(&out->body);
    if (!r)
        return MHD_NO;
    add_headers(r, out);
    w->site.view.counts.refused += out->status >= 400;
    enum MHD_Result done = MHD_queue_response(c, out->status, r);
    MHD_destroy_response(r);
    return done;
}

static struct http_headers headers_of(struct MHD_Connection *c)
{
    const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
    return (struct http_headers){
        .host = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host"),
        .authorization = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Authorization"),
        .if_none_match = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "If-None-Match"),
        .accept = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Accept"),
        .accept_encoding = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Accept-Encoding"),
        .body = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Transfer-Encoding") ||
                (length && strcmp(length, "0") != 0),
    };
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_size,
                                  void **context)
{
    struct web *w = cls;
    struct exchange *x = *context;
    (void)url;
    (void)version;
    (void)upload;
    if (!x || !x->target)
        return MHD_NO;
    struct http_headers h = headers_of(c);
    /* An answer before the request is read to its end closes the connection: right for one with a body alone. */
    if (!x->begun && !h.body) {
        x->begun = true;
        return MHD_YES;
    }
    *upload_size = 0;
    static struct http_request request; /* one thread, one request at a time */
    struct http_response out;
    w->site.view.counts.requests++;
    struct client *client = client_of(c);
    if (client) {
        client->answering = true;
        client->since_ms = w->now_ms;
    }
    if (w->bodies > BODIES_MOST) {
        static const char words[] = "{\"error\":\"too many answers are under way\"}\n";
        out = (struct http_response){ .status = 503,
                                      .type = "application/json",
                                      .fixed = (const uint8_t *)words,
                                      .fixed_size = sizeof words - 1 };
    } else
        answer(&w->site, &request, method, x->target, &h, &out);
    return respond(w, x, c, &out);
}

/* The target as it came, before anything is decoded. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *c)
{
    struct exchange *x = calloc(1, sizeof *x);
    (void)c;
    if (!x)
        return NULL;
    x->web = cls;
    size_t n = strlen(target) + 1;
    x->target = malloc(n);
    if (x->target)
        memcpy(x->target, target, n);
    return x;
}

static void on_done(void *cls, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode how)
{
    struct web *w = cls;
    struct exchange *x = *context;
    struct client *client = client_of(c);
    (void)how;
    if (client) {
        client->answering = client->live = false;
        client->connection = NULL;
        client->since_ms = w->now_ms;
    }
    if (x) {
        w->bodies -= x->body;
        free(x->target);
        free(x);
    }
    *context = NULL;
}

/* Targets are decoded by request.c alone. */
static size_t as_it_is(void *cls, struct MHD_Connection *c, char *text)
{
    (void)cls;
    (void)c;
    return strlen(text);
}

static void on_log(void *cls, const char *format, va_list args)
{
    char text[300];
    (void)cls;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    log_line(LOG_DEBUG, "web: %s", text);
}

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

static void look(struct web *w)
{
    struct store *s = w->site.view.store;
    mend(w);
    if (w->site.broken)
        return;
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
        wake_live(w);
    }
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
        if (fds[1].revents)
            break;
        w->now_ms = clock_ms();
        MHD_run(w->daemon);
        if (w->now_ms - w->looked_ms >= LOOK_MS) {
            w->looked_ms = w->now_ms;
            cut_dawdlers(w);
            look(w);
        }
    }
    wake_live(w); /* a daemon does not stop while a connection waits */
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
        flags, 0, NULL, NULL, on_request, w, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, w->listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MOST, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)STALL_S, MHD_OPTION_NOTIFY_CONNECTION, on_connection, w, MHD_OPTION_NOTIFY_COMPLETED,
        on_done, w, MHD_OPTION_URI_LOG_CALLBACK, on_target, w, MHD_OPTION_UNESCAPE_CALLBACK, as_it_is, NULL,
        MHD_OPTION_ARRAY, w->cert ? tls : none, MHD_OPTION_END);
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
    if (w->running) {
        if (write(w->wake[1], "", 1) == 1)
            pthread_join(w->thread, NULL);
    }
    if (w->daemon)
        MHD_stop_daemon(w->daemon);
    else if (w->listener >= 0 && !w->running)
        close(w->listener);
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
