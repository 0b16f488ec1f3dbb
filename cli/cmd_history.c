/* `routetap routes --history`: what became of a prefix, change by change. */
#include "cli/command.h"
#include "cli/loop.h"
#include "cli/route_history.h"
#include "cli/routes.h"

#include "base/log.h"
#include <stdio.h>

/* A line. */
static bool print(void *arg, const struct route_told *t)
{
    uint64_t *told = arg;
    ++*told;
    return fwrite(t->line, 1, t->size, stdout) == t->size && putchar('\n') != EOF;
}

static int of_files(const struct options *o, struct history *h)
{
    struct engine_options eo = engine_defaults();
    eo.tell_messages = eo.tell_routes = true; /* routes: what becomes of those that nobody withdraws */
    eo.no_ospf = true;
    struct options heard = *o;
    heard.rpki = heard.rtr = NULL; /* whoever tells the routes asks it */
    struct loop l = { .take = history_take, .taker = h };
    int status = loop_open(&l, &heard, eo, false);
    if (!status)
        status = loop_run(&l, &heard);
    loop_close(&l);
    return status;
}

static int of_database(const struct options *o, struct route_filter *f, struct history *h)
{
    int status;
    struct route_db *d = route_db_open(o, &status);
    if (d && !status)
        status = route_db_walk(d, f, history_said, h);
    if (d)
        route_db_close(d);
    return status;
}

int routes_history(const struct options *o, struct route_filter *f)
{
    uint64_t told = 0;
    struct route_known known;
    if (!route_known_open(&known, o))
        return route_known_close(&known, EXIT_DAMAGED);
    struct history *h = history_new(o, f, &known, print, &told);
    int status = !h ? EXIT_DAMAGED : route_db_is(o) ? of_database(o, f, h) : of_files(o, h);
    if (!status && !told)
        log_line(LOG_NOTE, "nothing was said about %s", o->history);
    history_free(h);
    return route_known_close(&known, status);
}
