/* Jobs in, the same with their answers out. */
#include "web/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct row {
    struct job *first, **end;
};

struct worker {
    errand_fn *read;
    void *whose;
    int wake;
    unsigned most, jobs;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct row waiting, done;
    atomic_bool stop;
    bool stopped;
};

static void row_add(struct row *r, struct job *j)
{
    j->next = NULL;
    *r->end = j;
    r->end = &j->next;
}

static struct job *row_take(struct row *r)
{
    struct job *j = r->first;
    if (j && !(r->first = j->next))
        r->end = &r->first;
    return j;
}

static void finish(struct worker *w, struct job *j)
{
    pthread_mutex_lock(&w->lock);
    row_add(&w->done, j);
    pthread_mutex_unlock(&w->lock);
    while (write(w->wake, "", 1) < 0 && !atomic_load(&w->stop))
        sleep(1); /* a full pipe: whoever reads it is busy */
}

static struct job *next_job(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->waiting.first && !atomic_load(&w->stop))
        pthread_cond_wait(&w->more, &w->lock);
    struct job *j = atomic_load(&w->stop) ? NULL : row_take(&w->waiting);
    pthread_mutex_unlock(&w->lock);
    return j;
}

static void *work(void *cls)
{
    struct worker *w = cls;
    for (struct job *j; (j = next_job(w));) {
        j->asked.stop = &w->stop;
        j->got = w->read(w->whose, &j->asked, &j->out);
        finish(w, j);
    }
    return NULL;
}

struct worker *worker_start(errand_fn *read, void *whose, int wake, unsigned most)
{
    sigset_t all, before;
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    *w = (struct worker){ .read = read, .whose = whose, .wake = wake, .most = most };
    w->waiting.end = &w->waiting.first;
    w->done.end = &w->done.first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, NULL);
    sigfillset(&all); /* signals are for the main thread */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&w->thread, NULL, work, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed)
        return w;
    w->stopped = true;
    worker_free(w);
    return NULL;
}

bool worker_add(struct worker *w, struct job *j)
{
    pthread_mutex_lock(&w->lock);
    bool room = w->jobs < w->most && !atomic_load(&w->stop);
    if (room) {
        w->jobs++;
        row_add(&w->waiting, j);
        pthread_cond_signal(&w->more);
    }
    pthread_mutex_unlock(&w->lock);
    return room;
}

struct job *worker_next(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    struct job *j = row_take(&w->done);
    if (j) {
        w->jobs--;
        j->done = true;
    }
    pthread_mutex_unlock(&w->lock);
    return j;
}

void worker_stop(struct worker *w)
{
    if (!w || w->stopped)
        return;
    pthread_mutex_lock(&w->lock);
    atomic_store(&w->stop, true);
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    w->stopped = true;
    for (struct job *j; (j = row_take(&w->waiting));) {
        j->got = ERRAND_FAILED;
        row_add(&w->done, j);
    }
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    worker_stop(w);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->more);
    free(w);
}
