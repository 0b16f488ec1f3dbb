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
    struct geoip *geoip = geoip_open(o);
    int status = EXIT_DAMAGED;
    if (geoip) {
        store_set_geo(s, geoip_geo(geoip));
        status = report_out(s, o);
    }
    store_close(s);
    return geoip_close(geoip, status);
}
