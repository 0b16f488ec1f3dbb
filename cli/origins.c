/* A path or the address of a cache in; payloads, and others when they change, out. */
#include "cli/origins.h"

#include "base/log.h"
#include "cli/rpki.h"
#include "cli/rtr.h"
#include "cli/watch.h"
#include "state/engine.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_S = 15, NAME_MOST = 512 };

struct origins {
    char file[NAME_MOST], cache[NAME_MOST]; /* "": none; one of them at most is given */
    struct watch watch;                     /* of the file */
    struct rtr *rtr;
    struct vrps *vrps; /* NULL: nothing is known */
    pthread_mutex_t
        *lock; /* owned: asking changes nothing. Held by others than who runs us, and to change vrps */
    struct engine *engine; /* or NULL; borrowed */
    bool (*take)(void *, const struct outbox *);
    void *taker;
};

static void take(struct origins *g, struct vrps *fresh)
{
    struct vrps *old = g->vrps;
    const struct outbox *caused = g->engine ? engine_set_vrps(g->engine, fresh) : NULL;
    if (caused && caused->count)
        g->take(g->taker, caused);
    pthread_mutex_lock(g->lock);
    g->vrps = fresh;
    pthread_mutex_unlock(g->lock);
    vrps_free(old);
}

/* Looked at before it is read, so that no change in between is missed. */
static struct vrps *load(const char *path, struct watch *watch, bool quiet)
{
    watch_begin(watch, path);
    return rpki_load(path, quiet);
}

static bool begin(struct origins *g, const struct options *o, bool wait)
{
    if (o->rpki) {
        snprintf(g->file, sizeof g->file, "%s", o->rpki);
        return (g->vrps = load(g->file, &g->watch, true)) != NULL;
    }
    if (!o->rtr)
        return true;
    snprintf(g->cache, sizeof g->cache, "%s", o->rtr);
    if ((g->rtr = rtr_open(g->cache)) && wait)
        g->vrps = rtr_wait(g->rtr, SPAN_S(CACHE_S));
    return g->rtr;
}

struct origins *origins_open(const struct options *o, bool wait)
{
    struct origins *g = calloc(1, sizeof *g);
    if (g && !(g->lock = calloc(1, sizeof *g->lock))) {
        free(g);
        g = NULL;
    }
    if (!g) {
        log_line(LOG_ERROR, "there is not enough memory to begin");
        return NULL;
    }
    pthread_mutex_init(g->lock, NULL);
    if (begin(g, o, wait))
        return g;
    origins_close(g);
    return NULL;
}

void origins_close(struct origins *g)
{
    if (!g)
        return;
    vrps_free(g->vrps);
    rtr_close(g->rtr);
    pthread_mutex_destroy(g->lock);
    free(g->lock);
    free(g);
}

bool origins_asked(const struct origins *g) { return *g->file || *g->cache; }
const struct vrps *origins_now(const struct origins *g) { return g->vrps; }

void origins_bind(struct origins *g, struct engine *e, bool (*take_caused)(void *, const struct outbox *),
                  void *taker)
{
    g->engine = e;
    g->take = take_caused;
    g->taker = taker;
}

enum rpki_state origins_check(const struct origins *g, const struct prefix *p, uint32_t origin)
{
    pthread_mutex_lock(g->lock);
    enum rpki_state state = vrps_check(g->vrps, p, origin, NULL);
    pthread_mutex_unlock(g->lock);
    return state;
}

/* ---- others in their place ---- */

/* False, and all is as it was, if the file cannot be read. */
static bool read_file(struct origins *g, const char *path)
{
    struct watch watch = { 0 };
    struct vrps *fresh = load(path, &watch, false);
    if (!fresh) {
        log_line(LOG_NOTE, "what origins were held against before stays in use");
        return false;
    }
    take(g, fresh);
    memmove(g->file, path, strlen(path) + 1);
    g->watch = watch;
    g->watch.path = g->file;
    return true;
}

void origins_look(struct origins *g)
{
    struct vrps *fresh;
    if (g->rtr && rtr_news(g->rtr, &fresh))
        take(g, fresh);
    if (*g->file && watch_changed(&g->watch))
        read_file(g, g->file);
}

static void leave_cache(struct origins *g)
{
    if (g->rtr)
        rtr_retire(g->rtr);
    g->rtr = NULL;
    *g->cache = '\0';
}

/* What the one before said holds no more; the new one tells in its own time. */
static void change_cache(struct origins *g, const char *address)
{
    struct rtr *fresh = rtr_open(address);
    if (!fresh)
        return;
    leave_cache(g);
    take(g, NULL);
    *g->file = '\0';
    g->rtr = fresh;
    snprintf(g->cache, sizeof g->cache, "%s", address);
    log_line(LOG_NOTE, "RPKI cache %s is asked from now on", address);
}

void origins_reread(struct origins *g, const struct options *o)
{
    char path[NAME_MOST];
    if (o->rpki) {
        snprintf(path, sizeof path, "%s", o->rpki);
        if (read_file(g, path))
            leave_cache(g);
    } else if (o->rtr && strcmp(o->rtr, g->cache) != 0)
        change_cache(g, o->rtr);
    else if (!o->rtr && origins_asked(g)) {
        leave_cache(g);
        *g->file = '\0';
        take(g, NULL);
        log_line(LOG_NOTE, "origins are held against no payloads any more");
    }
}
