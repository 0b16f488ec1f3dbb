/* `routetap export FORMAT FILE…`: what was seen, for other tools. */
#include "cli/export.h"

#include "base/log.h"
#include "base/macros.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

command_fn cmd_export;

static const struct format {
    const char *name;
    command_fn *run;
} formats[] = {
    { "mrt", export_mrt },
    { "bmp", export_bmp },
    { "json", export_json },
    { "pcap", export_pcap },
};

FILE *export_open(const struct options *o, int *status)
{
    bool standard = !o->write || !strcmp(o->write, "-");
    if (standard && isatty(STDOUT_FILENO)) {
        log_line(LOG_ERROR, "this is not for a terminal: name a file with -w");
        *status = EXIT_USAGE;
        return NULL;
    }
    FILE *to = standard ? stdout : fopen(o->write, "wb");
    if (!to) {
        log_line(LOG_ERROR, "%s: %s", o->write, strerror(errno));
        *status = EXIT_DAMAGED;
    }
    return to;
}

int export_close(FILE *to, const struct options *o)
{
    bool well = !fflush(to) && !ferror(to);
    if (to != stdout)
        well &= !fclose(to);
    if (well)
        return EXIT_DONE;
    log_line(LOG_ERROR, "%s could not be written: %s", o->write ? o->write : "the output", strerror(errno));
    return EXIT_DAMAGED;
}

void export_name(char *path, size_t room, const char *folder, const char *stem, struct stamp when)
{
    char text[STAMP_TEXT]; /* 2026-03-01T10:00:00Z */
    stamp_text(when, 0, text);
    snprintf(path, room, "%s/%s.%.4s%.2s%.2s.%.2s%.2s", folder, stem, text, text + 5, text + 8, text + 11,
             text + 14);
}

int cmd_export(const struct options *o)
{
    for (unsigned i = 0; o->file_count && i < COUNT(formats); i++) {
        if (strcmp(o->files[0], formats[i].name))
            continue;
        struct options rest = *o;
        rest.files++;
        rest.file_count--;
        return formats[i].run(&rest);
    }
    log_line(LOG_ERROR, "%s%sexport makes: mrt, bmp, json, pcap", o->file_count ? o->files[0] : "",
             o->file_count ? " is no format; " : "");
    return EXIT_USAGE;
}
