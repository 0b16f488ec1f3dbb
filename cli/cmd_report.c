/* `routetap report FILE.db`: an analysis that was kept, told again. */
#include "cli/command.h"
#include "cli/geoip.h"
#include "cli/report_out.h"

#include "base/log.h"

command_fn cmd_report;

int cmd_report(const struct options *o)
{
    char message[300];
    enum err why;
    if (o->file_count != 1) {
        log_line(LOG_ERROR,
                 "report takes one database, as analyze --db FILE leaves it; see routetap report --help");
        return EXIT_USAGE;
    }
    struct store *s = store_open(o->files[0], STORE_READ, &why, message);
    if (!s) {
        log_line(LOG_ERROR, "%s", message);
        return EXIT_DAMAGED;
    }
    struct geo *geo = o->geoip_count ? geoip_open(o) : NULL;
    int status = EXIT_DAMAGED;
    if (geo || !o->geoip_count) {
        store_set_geo(s, geo);
        status = report_out(s, o);
    }
    store_close(s);
    return geoip_close(geo, status);
}
