/* A path or a cache in; payloads, and how they differ from others, out. */
#include "cli/origins_fetch.h"

#include "cli/rpki.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct fetch {
    pthread_t thread;
    atomic_bool over;
    struct rtr *rtr;
    const struct vrps *before;
    struct fetched got;
};

static void *run(void *of)
{
    struct fetch *f = of;
    if (*f->got.path) {
        watch_begin(&f->got.watch,
                    f->got.path); /* before it is read, so that no change in between is missed */
        f->got.fresh = rpki_load(f->got.path, false);
    } else
        f->got.fresh = rtr_copy(f->rtr);
    if (f->got.fresh && f->before)
        f->got.changes = vrps_changes(f->before, f->got.fresh);
    atomic_store(&f->over, true);
    return NULL;
}

struct fetch *fetch_begin(const char *path, struct rtr *rtr, const struct vrps *before)
{
    struct fetch *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->rtr = rtr;
    f->before = before;
    if (path)
        snprintf(f->got.path, sizeof f->got.path, "%s", path);
    atomic_init(&f->over, false);
    sigset_t all, was; /* signals are the main thread's */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &was);
    bool begun = !pthread_create(&f->thread, NULL, run, f);
    pthread_sigmask(SIG_SETMASK, &was, NULL);
    if (begun)
        return f;
    free(f);
    return NULL;
}

void fetch_wait(struct fetch *f, struct fetched *out)
{
    pthread_join(f->thread, NULL);
    *out = f->got;
    out->watch.path = NULL;
    free(f);
}

bool fetch_over(struct fetch *f, struct fetched *out)
{
    if (!atomic_load(&f->over))
        return false;
    fetch_wait(f, out);
    return true;
}
