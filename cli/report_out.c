/* A store in, its report on standard output and the exit status out. */
#include "cli/report_out.h"

#include "base/log.h"
#include "cli/command.h"
#include "store/query.h"
#include "store/report.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_USUAL = 100, WIDTH_MOST = 160 };

/* The terminal's, but no wider than lines can be read. */
static unsigned find_width(const struct options *o)
{
    struct winsize size;
    if (o->width)
        return (unsigned)o->width;
    if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
        return size.ws_col < WIDTH_MOST ? size.ws_col : WIDTH_MOST;
    return WIDTH_USUAL;
}

/* no-color.org: any value of NO_COLOR but the empty one switches it off. */
static bool find_colour(const struct options *o)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    if (o->color != COLOR_AUTO)
        return o->color == COLOR_ALWAYS;
    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

/* A pipe gets UTF-8, too, unless the locale says that nothing here reads it. */
static bool find_utf8(const struct options *o)
{
    if (o->ascii)
        return false;
    setlocale(LC_CTYPE, "");
    const char *codeset = nl_langinfo(CODESET);
    const char *named = getenv("LC_ALL");
    named = named && *named ? named : getenv("LC_CTYPE");
    named = named && *named ? named : getenv("LANG");
    return !strcmp(codeset, "UTF-8") || !named || !*named ||
           (!isatty(STDOUT_FILENO) && strcmp(named, "C") != 0);
}

struct look look_find(const struct options *o)
{
    return (struct look){ find_width(o), find_colour(o), find_utf8(o) };
}

int report_out(struct store *s, const struct options *o)
{
    struct look look = look_find(o);
    struct report_options r = { .width = look.width,
                                .colour = look.colour,
                                .utf8 = look.utf8,
                                .all = o->all,
                                .peer = o->peer,
                                .vendor = o->advice };
    enum err why = o->json ? report_json(s, &r, stdout) : report_text(s, &r, stdout);
    if (why || fflush(stdout)) {
        log_line(LOG_ERROR, "%s", why && *store_why(s) ? store_why(s) : "the report could not be written");
        return EXIT_DAMAGED;
    }
    return o->fail_on >= 0 && query_worst(s) >= o->fail_on ? EXIT_FOUND : EXIT_DONE;
}
