/* The page, the API and the metrics over a store, in a thread of their own.
 *
 * The store that is handed over belongs to the server until web_stop: it is asked there and nowhere else. Whoever
 * writes to the database has another connection to it, and is never held up. */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "base/addr.h"
#include "base/macros.h"
#include "web/errand.h"
#include <stdbool.h>
#include <stdint.h>

struct store;
struct web;

enum { WEB_PORT = 8179, WEB_NAMES_MOST = 16 };

struct web_options {
    struct addr address; /* size 0: 127.0.0.1 */
    uint16_t port;
    const char
        *names[WEB_NAMES_MOST]; /* of this server besides localhost and addresses: others are turned away */
    unsigned name_count;
    const char *token_file;         /* its first line is asked for; needed off loopback */
    const char *tls_cert, *tls_key; /* PEM files; both or none */
    const char *assets;             /* a folder to read the page from, while it is drawn */
    const char *program;            /* "routetap 0.1.0" */
    const char *path;               /* of the database: opened again after a failure; NULL: there is none */
    errand_fn *errands;             /* does what takes its time; NULL: nobody can */
    void *errands_of;               /* handed to it; must live until web_stop */
};

/* NULL: `message` says what to do, and the store stays the caller's. Texts of the options must live until web_stop. */
struct web *web_start(struct store *, const struct web_options *, char message[300]);
/* "http://127.0.0.1:8179/": where a browser finds it. */
const char *web_url(const struct web *);
/* Ends all connections, and closes the store. */
void web_stop(struct web *);

#endif
