/* A connection and what libmicrohttpd says of it in; answers and news out, each within its bound of time and memory. */
#include "web/server_internal.h"

#include "web/api_internal.h"
#include "web/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* One request on its way. */
struct exchange {
    struct web *web;
    bool begun, gzip;
    const char *type;
    struct job *job; /* its packets are read, or were; owned */
    size_t body;
    char *target;
};

/* ---- connections ---- */

static struct client *client_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

void exchange_connection(void *cls, struct MHD_Connection *c, void **context,
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

void exchange_cut_dawdlers(struct web *w)
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

void exchange_wake(struct web *w)
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

/* ---- packets, which somebody else reads ---- */

/* The connection sleeps until the job is done. */
static bool defer(struct web *w, struct exchange *x, struct MHD_Connection *c, const struct http_headers *h,
                  struct http_response *out)
{
    struct job *j = calloc(1, sizeof *j);
    if (!j || !w->worker)
        goto busy;
    *j = (struct job){ .asked = out->asked, .out = out->body, .context = c };
    x->type = out->type;
    x->gzip = out->asked.what != ERRAND_PACKETS && request_takes_gzip(h->accept_encoding);
    if (!worker_add(w->worker, j))
        goto busy;
    x->job = j;
    MHD_suspend_connection(c);
    return true;
busy:
    free(j);
    *out = (struct http_response){ .body = out->body };
    answer_error(out, 503, "others ask for packets at the moment; try again");
    return false;
}

void exchange_done_jobs(struct web *w)
{
    for (struct job *j; w->worker && (j = worker_next(w->worker));)
        MHD_resume_connection(j->context);
}

static enum MHD_Result respond_job(struct web *w, struct exchange *x, struct MHD_Connection *c)
{
    struct job *j = x->job;
    struct http_response out = { .status = 200, .type = x->type, .body = j->out };
    j->out = (struct buf){ 0 };
    if (j->got != ERRAND_DONE) {
        struct buf words = out.body;
        out = (struct http_response){ 0 };
        answer_error(&out, j->got == ERRAND_NONE ? 404 : 503, buf_text(&words));
        buf_free(&words);
    } else if (x->gzip && out.body.used >= WORTH_SQUEEZING)
        out.gzip = gzip_squeeze(&out.body);
    return respond(w, x, c, &out);
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

enum MHD_Result exchange_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_size, void **context)
{
    struct web *w = cls;
    struct exchange *x = *context;
    (void)url;
    (void)version;
    (void)upload;
    if (!x || !x->target)
        return MHD_NO;
    if (x->job)
        return x->job->done ? respond_job(w, x, c) : MHD_YES;
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
    if (out.deferred && defer(w, x, c, &h, &out))
        return MHD_YES;
    return respond(w, x, c, &out);
}

void *exchange_target(void *cls, const char *target, struct MHD_Connection *c)
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

void exchange_done(void *cls, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode how)
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
        if (x->job)
            buf_free(&x->job->out);
        free(x->job);
        free(x->target);
        free(x);
    }
    *context = NULL;
}

size_t exchange_as_it_is(void *cls, struct MHD_Connection *c, char *text)
{
    (void)cls;
    (void)c;
    return strlen(text);
}
