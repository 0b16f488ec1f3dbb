#include "cli/serve.h"

#include "base/log.h"
#include "cli/errands.h"
#include <signal.h>
#include <stddef.h>

#ifdef RT_WEB
#include "web/server.h"

bool serve_can(void) { return true; }

struct web *serve_begin(struct store *s, const char *path, const struct options *o, struct errands *errands)
{
    char message[300];
    struct web_options w = { .address = o->web_address,
                             .port = o->web_port ? o->web_port : WEB_PORT,
                             .name_count = o->web_name_count,
                             .token_file = o->web_token_file,
                             .tls_cert = o->tls_cert,
                             .tls_key = o->tls_key,
                             .assets = o->assets,
                             .program = "routetap " RT_VERSION,
                             .path = path,
                             .errands = errands_run,
                             .errands_of = errands };
    for (unsigned i = 0; i < o->web_name_count; i++)
        w.names[i] = o->web_names[i];
    struct web *web = web_start(s, &w, message);
    if (web)
        log_line(LOG_NOTE, "the page is at %s; Ctrl-C ends it", web_url(web));
    else
        log_line(LOG_ERROR, "%s", message);
    return web;
}

void serve_end(struct web *w) { web_stop(w); }

#else

bool serve_can(void)
{
    log_line(LOG_ERROR, "this routetap was built without its page: libmicrohttpd was not there");
    return false;
}

struct web *serve_begin(struct store *s, const char *path, const struct options *o, struct errands *errands)
{
    (void)s;
    (void)path;
    (void)o;
    (void)errands;
    return NULL;
}

void serve_end(struct web *w) { (void)w; }
#endif

void serve_wait(void)
{
    sigset_t set;
    int got;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigwait(&set, &got);
}
