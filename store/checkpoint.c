/* Commits in, by the hook that SQLite calls after each; checkpoints by a second connection out. sqlite.org/wal.html */
#include "store/checkpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
    /* Pages of the log until a checkpoint. The first commit behind one waits for the disk once, and with more pages that
     * is seldom: 16 MiB. */
    PAGES_DUE = 4096,
    PAGES_MOST = 16 * PAGES_DUE, /* the disk is slower than we write: then the writer has to wait */
    BUSY_MS = 100,
};

struct checkpoint {
    sqlite3 *writer, *own;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t news;
    bool running, failed; /* only the writer's */
    bool due, over;
};

static void *work(void *self)
{
    struct checkpoint *c = self;
    pthread_mutex_lock(&c->lock);
    while (!c->over) {
        if (!c->due) {
            pthread_cond_wait(&c->news, &c->lock);
            continue;
        }
        c->due = false;
        pthread_mutex_unlock(&c->lock);
        /* a disk that is full, or gone, is what the writer meets, too, and tells */
        sqlite3_wal_checkpoint_v2(c->own, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        pthread_mutex_lock(&c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* Signals are for the thread that listens. */
static bool start_thread(struct checkpoint *c)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&c->thread, NULL, work, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return !status;
}

/* At the first need: rights have been given up by then, and the sandbox holds for the thread, too. */
static bool start(struct checkpoint *c)
{
    if (c->running || c->failed)
        return c->running;
    int rc = sqlite3_open_v2(sqlite3_db_filename(c->writer, "main"), &c->own,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->own, "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0", NULL, NULL,
                          NULL);
    sqlite3_busy_timeout(c->own, BUSY_MS);
    c->running = rc == SQLITE_OK && start_thread(c);
    c->failed = !c->running;
    return c->running;
}

/* In the writer's thread, after its commit. */
static int committed(void *self, sqlite3 *writer, const char *name, int pages)
{
    struct checkpoint *c = self;
    if (pages < PAGES_DUE)
        return SQLITE_OK;
    if (pages >= PAGES_MOST || !start(c)) {
        sqlite3_wal_checkpoint_v2(writer, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        return SQLITE_OK;
    }
    pthread_mutex_lock(&c->lock);
    c->due = true;
    pthread_cond_signal(&c->news);
    pthread_mutex_unlock(&c->lock);
    return SQLITE_OK;
}

struct checkpoint *checkpoint_begin(struct db *db)
{
    struct checkpoint *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->writer = db->handle;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->news, NULL);
    sqlite3_wal_hook(c->writer, committed, c); /* takes the place of SQLite's own */
    return c;
}

void checkpoint_end(struct checkpoint *c)
{
    if (!c)
        return;
    sqlite3_wal_hook(c->writer, NULL, NULL);
    pthread_mutex_lock(&c->lock);
    c->over = true;
    pthread_cond_signal(&c->news);
    pthread_mutex_unlock(&c->lock);
    if (c->running)
        pthread_join(c->thread, NULL);
    sqlite3_close(c->own);
    pthread_cond_destroy(&c->news);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
