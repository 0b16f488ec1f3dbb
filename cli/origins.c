/* A path or the address of a cache in; payloads, and others when they change, out. */
#include "cli/origins.h"

#include "base/log.h"
#include "base/wall.h"
#include "cli/origins_fetch.h"
#include "cli/rpki.h"
#include "state/engine.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CACHE_S = 15,
    NAME_MOST = ORIGINS_PATH,
    /* routes that stand: so long at a time, and packets in between for so long; while there are none, once for each TICK,
     * and what comes meanwhile waits in the ring */
    SLICE_MS = 2,
    REST_MS = 8,
    IDLE_MS = 50,
    SLICE_ROUTES = 64,
};

struct origins {
    char file[NAME_MOST], cache[NAME_MOST]; /* "": none; one of them at most is given */
    struct watch watch;                     /* of the file */
    struct rtr *rtr;
    struct vrps *vrps;             /* NULL: nothing is known */
    struct vrps *before, *changes; /* owned; while routes are held against others than before */
    struct fetch *fetch;           /* being read; or NULL */
    char next[NAME_MOST];          /* file to be read after that; "": none */
    struct stamp rest_until;       /* by the steady clock */
    pthread_mutex_t
        *lock; /* owned: asking changes nothing. Held by others than who runs us, and to change vrps */
    struct engine *engine; /* or NULL; borrowed */
    bool (*take)(void *, const struct outbox *);
    void *taker;
};

/* Nobody looks at the ones before any more. */
static void forget_before(struct origins *g)
{
    vrps_free(g->before);
    vrps_free(g->changes);
    g->before = g->changes = NULL;
}

static bool judging(const struct origins *g) { return g->engine && engine_judging(g->engine); }

/* Both are owned from now on. */
static void take(struct origins *g, struct vrps *fresh, struct vrps *changes)
{
    struct vrps *old = g->vrps;
    if (g->engine)
        engine_set_vrps(g->engine, fresh, changes);
    pthread_mutex_lock(g->lock);
    g->vrps = fresh;
    pthread_mutex_unlock(g->lock);
    forget_before(g);
    g->before = old;
    g->changes = changes;
    if (!judging(g))
        forget_before(g);
}

/* What is being read is of one that holds no more. */
static void drop_fetch(struct origins *g)
{
    struct fetched got;
    *g->next = '\0';
    if (!g->fetch)
        return;
    fetch_wait(g->fetch, &got);
    g->fetch = NULL;
    vrps_free(got.fresh);
    vrps_free(got.changes);
}

void origins_close(struct origins *g)
{
    if (!g)
        return;
    drop_fetch(g);
    forget_before(g);
    vrps_free(g->vrps);
    rtr_close(g->rtr);
    pthread_mutex_destroy(g->lock);
    free(g->lock);
    free(g);
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

static void leave_cache(struct origins *g)
{
    if (g->rtr)
        rtr_retire(g->rtr);
    g->rtr = NULL;
    *g->cache = '\0';
}

static void settle(struct origins *g, const struct fetched *got)
{
    if (!*got->path) {
        take(g, got->fresh, got->changes);
        return;
    }
    if (!got->fresh) {
        log_line(LOG_NOTE, "what origins were held against before stays in use");
        return;
    }
    leave_cache(g);
    take(g, got->fresh, got->changes);
    memcpy(g->file, got->path, sizeof g->file);
    g->watch = got->watch;
    g->watch.path = g->file;
}

static void fetch(struct origins *g, const char *path)
{
    if (!(g->fetch = fetch_begin(path, g->rtr, g->vrps)))
        log_line(LOG_ERROR, "there is not enough memory for other payloads: those before stay in use");
}

/* One after the other: while routes are held against some, no others are taken. */
void origins_look(struct origins *g)
{
    struct fetched got;
    bool known;
    if (judging(g))
        return;
    if (g->fetch) {
        if (!fetch_over(g->fetch, &got))
            return;
        g->fetch = NULL;
        settle(g, &got);
    } else if (*g->next) {
        fetch(g, g->next);
        *g->next = '\0';
    } else if (g->rtr && rtr_news(g->rtr, &known)) {
        if (known)
            fetch(g, NULL);
        else
            take(g, NULL, NULL);
    } else if (*g->file && watch_changed(&g->watch))
        fetch(g, g->file);
}

static bool judge_some(struct origins *g)
{
    const struct outbox *caused = engine_judge(g->engine, SLICE_ROUTES);
    return !caused->count || g->take(g->taker, caused);
}

bool origins_turn(struct origins *g, bool idle)
{
    if (!g->before && !judging(g))
        return true;
    struct stamp begun = wall_steady(), until = stamp_add(begun, SPAN_MS(idle ? IDLE_MS : SLICE_MS));
    bool going = true;
    if (!idle && stamp_before(begun, g->rest_until))
        return true;
    while (going && judging(g) && stamp_before(wall_steady(), until))
        going = judge_some(g);
    if (!judging(g))
        forget_before(g);
    g->rest_until = stamp_add(wall_steady(), SPAN_MS(REST_MS));
    return going;
}

bool origins_finish(struct origins *g)
{
    struct fetched got;
    bool going = true;
    for (;;) {
        while (going && judging(g))
            going = judge_some(g);
        if (!going || !g->fetch)
            break;
        fetch_wait(g->fetch, &got);
        g->fetch = NULL;
        settle(g, &got);
    }
    return going;
}

/* What the one before said holds no more; the new one tells in its own time. */
static void change_cache(struct origins *g, const char *address)
{
    struct rtr *fresh = rtr_open(address);
    if (!fresh)
        return;
    drop_fetch(g);
    leave_cache(g);
    take(g, NULL, NULL);
    *g->file = '\0';
    g->rtr = fresh;
    snprintf(g->cache, sizeof g->cache, "%s", address);
    log_line(LOG_NOTE, "RPKI cache %s is asked from now on", address);
}

void origins_reread(struct origins *g, const struct options *o)
{
    if (o->rpki) {
        snprintf(g->next, sizeof g->next, "%s", o->rpki);
        origins_look(g);
    } else if (o->rtr && strcmp(o->rtr, g->cache) != 0)
        change_cache(g, o->rtr);
    else if (!o->rtr && origins_asked(g)) {
        drop_fetch(g);
        leave_cache(g);
        *g->file = '\0';
        take(g, NULL, NULL);
        log_line(LOG_NOTE, "origins are held against no payloads any more");
    }
}
