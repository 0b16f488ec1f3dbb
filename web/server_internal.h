/* What the files of the server share: its state, and what libmicrohttpd calls. All of it runs in the server's thread. */
#ifndef WEB_SERVER_INTERNAL_H
#define WEB_SERVER_INTERNAL_H

#include "web/answer.h"
#include "web/live.h"
#include "web/server.h"
#include "web/worker.h"
#include <microhttpd.h>
#include <pthread.h>

/* Every appetite of a client has its ceiling here. */
enum {
    CONNECTIONS_MOST = 256,
    CONNECTIONS_CROWDED = 192, /* from here on, those who dawdle go sooner */
    LIVE_MOST = 32,
    JOBS_MOST = 8,           /* requests for packets, with the one at hand */
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
    struct worker *worker; /* NULL: packets cannot be read again */
    bool running;
    atomic_bool ending;
    int listener, wake[2];
    char *token, *cert, *key;
    char url[ADDR_TEXT + 32];
    struct client clients[CONNECTIONS_MOST];
    size_t bodies;
    uint64_t version;
    int64_t now_ms, looked_ms, beat_ms, changed_ms, reopened_ms;
};

/* ---- exchange.c: from a connection to its answers ---- */

void exchange_connection(void *web, struct MHD_Connection *, void **context,
                         enum MHD_ConnectionNotificationCode);
/* The target as it came, before anything is decoded. */
void *exchange_target(void *web, const char *target, struct MHD_Connection *);
/* Targets are decoded by request.c alone. */
size_t exchange_as_it_is(void *web, struct MHD_Connection *, char *text);
enum MHD_Result exchange_request(void *web, struct MHD_Connection *, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_size,
                                 void **context);
void exchange_done(void *web, struct MHD_Connection *, void **context, enum MHD_RequestTerminationCode);
/* A byte now and then keeps a connection from being idle, so each step has a deadline as well. Whoever misses it finds
 * the connection closed; libmicrohttpd tidies up. */
void exchange_cut_dawdlers(struct web *);
/* Whose packets are read goes on. */
void exchange_done_jobs(struct web *);
/* There is news for the live pages, or an end. */
void exchange_wake(struct web *);

#endif
