/* An errand in, whoever does it called; its answer out. */
#include "cli/errands.h"

enum errand_got errand_say(struct buf *out, enum errand_got got, const char *words)
{
    buf_clear(out);
    buf_str(out, words);
    return got;
}

enum errand_got errands_run(void *whose, const struct errand *asked, struct buf *out)
{
    const struct errands *e = whose;
    switch (asked->what) {
    case ERRAND_LADDER:
    case ERRAND_PACKETS: return again_read(&e->again, asked, out);
    case ERRAND_TOPOLOGY: return errand_topology(e, asked, out);
    case ERRAND_LSDB: return errand_lsdb(e, asked, out);
    case ERRAND_ROUTES: return errand_routes(e, asked, out);
    default: return errand_say(out, ERRAND_FAILED, "nobody can do that");
    }
}
