/* `routetap serve FILE.db`: the page over an analysis that was kept, or that is being written. */
#include "cli/command.h"
#include "cli/errands.h"
#include "cli/geoip.h"
#include "cli/origins.h"
#include "cli/serve.h"

#include "base/log.h"

command_fn cmd_serve;

/* The store is gone afterwards, or there was no page. */
static bool show(struct store *s, struct errands *e, const struct options *o)
{
    store_set_geo(s, geoip_geo(e->geoip));
    again_of_store(&e->again, s, e->db);
    serve_hold();
    struct web *w = serve_begin(s, e->db, o, e);
    if (w) {
        serve_wait(o, e);
        serve_end(w);
    }
    again_free(&e->again);
    return w != NULL;
}

int cmd_serve(const struct options *o)
{
    char message[300];
    enum err why;
    if (o->file_count != 1) {
        log_line(LOG_ERROR,
                 "serve takes one database, as analyze --db FILE leaves it; see routetap serve --help");
        return EXIT_USAGE;
    }
    if (!serve_can())
        return EXIT_DAMAGED;
    struct store *s = store_open(o->files[0], STORE_READ, &why, message);
    if (!s) {
        log_line(LOG_ERROR, "%s", message);
        return EXIT_DAMAGED;
    }
    struct errands errands = { .db = o->files[0], .geoip = geoip_open(o), .origins = origins_open(o, false) };
    bool shown = errands.geoip && errands.origins && show(s, &errands, o);
    if (!shown)
        store_close(s);
    origins_close(errands.origins);
    return geoip_close(errands.geoip, shown ? EXIT_DONE : EXIT_DAMAGED);
}
