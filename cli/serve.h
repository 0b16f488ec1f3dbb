/* The page over a store that nobody writes to any more, until Ctrl-C. */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

#include "cli/options.h"
#include "store/store.h"

struct web;
struct errands;

/* Whether this routetap has a page; says so if it has none. */
bool serve_can(void);
/* Begins to answer and says where. The store is the server's from now on: serve_end closes it. path: of the database, or
 * NULL; errands: where their answers come from, lives until serve_end. NULL after saying why; the store is the
 * caller's then. */
struct web *serve_begin(struct store *, const char *path, const struct options *, struct errands *);
/* Signals wait until serve_wait takes them: before serve_begin says that there is a page. */
void serve_hold(void);
/* Waits for SIGINT or SIGTERM. Meanwhile files of the errands that change are read again, at SIGHUP all of them. */
void serve_wait(const struct options *, struct errands *);
void serve_end(struct web *);

#endif
