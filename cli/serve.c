/* A store in, the page over it until Ctrl-C out. */
#include "cli/serve.h"

#include "base/log.h"
#include "cli/errands.h"
#include "cli/geoip.h"
#include "cli/origins.h"
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

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

static sigset_t awaited(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void serve_hold(void)
{
    const sigset_t set = awaited();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

void serve_wait(const struct options *o, struct errands *e)
{
    const struct timespec second = { .tv_sec = 1 };
    const sigset_t set = awaited();
    bool seen = isatty(STDERR_FILENO);
    for (int got = 0; got != SIGINT && got != SIGTERM;) {
        got = sigtimedwait(&set, NULL, &second);
        if (got == SIGHUP && seen && !isatty(STDERR_FILENO))
            break; /* the terminal is gone, and whoever looked at it */
        if (got == SIGHUP) {
            geoip_reread(e->geoip, o);
            origins_reread(e->origins, o);
        }
        geoip_look(e->geoip);
        origins_look(e->origins);
    }
}
