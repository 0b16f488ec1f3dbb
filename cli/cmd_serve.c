/* `routetap serve FILE.db`: the page over an analysis that was kept, or that is being written. */
#include "cli/command.h"
#include "cli/errands.h"
#include "cli/geoip.h"
#include "cli/serve.h"

#include "base/log.h"

command_fn cmd_serve;

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
    struct geoip *geoip = geoip_open(o);
    if (!geoip) {
        store_close(s);
        return EXIT_DAMAGED;
    }
    store_set_geo(s, geoip_geo(geoip));
    struct errands errands = { .db = o->files[0], .geoip = geoip };
    again_of_store(&errands.again, s, o->files[0]);
    serve_hold();
    struct web *w = serve_begin(s, o->files[0], o, &errands);
    if (w) {
        serve_wait(o, &errands);
        serve_end(w);
    } else
        store_close(s);
    again_free(&errands.again);
    return geoip_close(geoip, w ? EXIT_DONE : EXIT_DAMAGED);
}
