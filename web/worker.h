/* A thread that reads packets for whoever asks: what may take seconds must hold up neither the server nor the capture.
 * Requests wait in a row; one at a time is worked on. */
#ifndef WEB_WORKER_H
#define WEB_WORKER_H

#include "base/macros.h"
#include "web/errand.h"

struct job {
    struct errand asked;
    struct buf out;
    enum errand_got got;
    bool done;
    void *context; /* the caller's */
    struct job *next;
};

struct worker;

/* Writes a byte to `wake` for each job that is done. NULL if no thread can be had. */
struct worker *worker_start(errand_fn *, void *whose, int wake, unsigned most);
/* False: too many wait already. The job stays the caller's, who keeps it until it is done. */
MUST_USE bool worker_add(struct worker *, struct job *);
/* The next job that is done, NULL: none. */
struct job *worker_next(struct worker *);
/* Ends the thread; jobs that were not done are done badly. NULL: nothing. */
void worker_stop(struct worker *);
void worker_free(struct worker *);

#endif
