/* Paths and names in; databases out, or one sentence that says why not.
 *
 * What is asked is a copy of the file in memory of our own: a file that is cut while somebody reads it would end the
 * program (SIGBUS), and one that is written over would lie. */
#define _GNU_SOURCE /* memfd_create */
#include "cli/geoip.h"

#include "base/log.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/watch.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATH_MOST = 512, FILES = COUNT(((struct options *)NULL)->geoip) };
static const off_t file_most = (off_t)2 << 30;

struct geoip {
    struct geo *geo;
    char path[FILES][PATH_MOST];
    struct watch watch[FILES];
    unsigned count;
    bool told; /* that one is damaged */
};

/* ---- where they are ---- */

/* Where geoipupdate(1) puts what it fetches: the word behind DatabaseDirectory. */
static bool configured(const char *path, char folder[PATH_MOST])
{
    char line[PATH_MOST + 64];
    FILE *f = fopen(path, "r");
    bool found = false;
    while (f && !found && fgets(line, sizeof line, f)) {
        char *word = line + strspn(line, " \t");
        size_t n = strlen("DatabaseDirectory");
        if (strncmp(word, "DatabaseDirectory", n) || !strchr(" \t", word[n]))
            continue;
        word += n + strspn(word + n, " \t");
        word[strcspn(word, "\r\n")] = '\0';
        found = *word && snprintf(folder, PATH_MOST, "%s", word) < PATH_MOST;
    }
    if (f)
        fclose(f);
    return found;
}

static bool found_in(const char *folder, const char *name, char path[PATH_MOST])
{
    static const char *const endings[] = { "", ".mmdb" };
    for (size_t i = 0; i < COUNT(endings); i++)
        if (snprintf(path, PATH_MOST, "%s/%s%s", folder, name, endings[i]) < PATH_MOST && !access(path, F_OK))
            return true;
    return false;
}

/* As it stands, or in the first folder that has it, with or without its ending. */
static void find(const char *name, char path[PATH_MOST])
{
    static const char *const told_by[] = { "/etc/GeoIP.conf", "/usr/local/etc/GeoIP.conf" };
    static const char *const folders[] = { "/var/lib/GeoIP", "/usr/share/GeoIP", "/usr/local/share/GeoIP",
                                           "/usr/local/var/GeoIP" };
    char folder[PATH_MOST];
    bool plain = !strchr(name, '/') && access(name, F_OK) != 0, found = false;
    for (size_t i = 0; plain && !found && i < COUNT(told_by); i++)
        found = configured(told_by[i], folder) && found_in(folder, name, path);
    for (size_t i = 0; plain && !found && i < COUNT(folders); i++)
        found = found_in(folders[i], name, path);
    if (!found)
        snprintf(path, PATH_MOST, "%s", name);
}

static int is_database(const struct dirent *e)
{
    const char *ending = strrchr(e->d_name, '.');
    return ending && !strcmp(ending, ".mmdb");
}

/* A folder stands for the databases in it, by their names, as many as there is room for. */
static void add_paths(struct geoip *g, const char *path)
{
    struct dirent **entry = NULL;
    int n = scandir(path, &entry, is_database, alphasort);
    if (n <= 0 && g->count < FILES)
        snprintf(g->path[g->count++], PATH_MOST, "%s", path);
    for (int i = 0; i < n; i++) {
        if (g->count < FILES &&
            snprintf(g->path[g->count], PATH_MOST, "%s/%s", path, entry[i]->d_name) < PATH_MOST)
            g->count++;
        free(entry[i]);
    }
    free(entry);
}

/* ---- reading them ---- */

static bool copy(int from, int to)
{
    enum { PIECE = 1 << 16 };
    char *piece = malloc(PIECE);
    off_t size = 0;
    ssize_t n = piece ? 1 : -1;
    while (n > 0 && (n = read(from, piece, PIECE)) > 0) {
        for (ssize_t at = 0, put; at < n; at += put)
            if ((put = write(to, piece + at, (size_t)(n - at))) <= 0) {
                free(piece);
                return false;
            }
        size += n;
        if (size > file_most) {
            errno = EFBIG;
            n = -1;
        }
    }
    free(piece);
    return n == 0;
}

/* NULL, or what is wrong. */
static const char *add(struct geo *g, const char *path)
{
    char copied[32];
    int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (from < 0)
        return strerror(errno);
    int to = memfd_create("geoip", MFD_CLOEXEC);
    const char *why = to < 0 || !copy(from, to) ? strerror(errno) : NULL;
    close(from);
    if (!why) {
        snprintf(copied, sizeof copied, "/proc/self/fd/%d", to);
        why = geo_add(g, copied);
    }
    if (to >= 0)
        close(to); /* what is mapped stays */
    return why;
}

/* NULL after saying why. `stays`: what is to be said of the one before; then more is looked at. */
static struct geo *load(char path[FILES][PATH_MOST], unsigned count, const char *stays)
{
    struct geo *g = geo_new();
    const char *why = NULL;
    unsigned i = 0;
    for (; !why && i < count; i++) {
        why = add(g, path[i]);
        if (!why && stays && !geo_sound(g))
            why = "damaged";
    }
    if (!why)
        return g;
    log_line(LOG_ERROR, "--geoip %s: %s%s", path[i - 1], why, stays ? stays : "");
    geo_free(g);
    return NULL;
}

/* Looked at before they are read, so that no change in between is missed. */
static void choose(struct geoip *g, const struct options *o)
{
    char path[PATH_MOST];
    for (unsigned i = 0; i < o->geoip_count; i++) {
        find(o->geoip[i], path);
        add_paths(g, path);
    }
    for (unsigned i = 0; i < g->count; i++)
        watch_begin(&g->watch[i], g->path[i]);
}

struct geoip *geoip_open(const struct options *o)
{
    struct geoip *g = calloc(1, sizeof *g);
    if (!g) {
        log_line(LOG_ERROR, "there is not enough memory to begin");
        return NULL;
    }
    choose(g, o);
    g->geo = load(g->path, g->count, NULL);
    if (g->geo || !g->count)
        return g;
    free(g);
    return NULL;
}

const struct geo *geoip_geo(const struct geoip *g) { return g->geo; }

/* ---- others in their place ---- */

static const char stays[] = "; what was read before stays in use";

static bool replace(struct geoip *g, char path[FILES][PATH_MOST], unsigned count)
{
    struct geo *fresh = g->geo ? load(path, count, stays) : NULL;
    if (!fresh)
        return false;
    geo_take(g->geo, fresh);
    g->told = false;
    return true;
}

/* Said once, and not as often as it is asked. */
static void tell_damage(struct geoip *g)
{
    if (g->told || !geo_damaged(g->geo))
        return;
    g->told = true;
    log_line(LOG_ERROR, "a database of --geoip is damaged: some of what it should know is unknown");
}

void geoip_look(struct geoip *g)
{
    const char *changed = NULL;
    for (unsigned i = 0; i < g->count; i++)
        if (watch_changed(&g->watch[i]))
            changed = g->path[i];
    if (changed && replace(g, g->path, g->count))
        log_line(LOG_NOTE, "%s has changed and was read again", changed);
    tell_damage(g);
}

void geoip_reread(struct geoip *g, const struct options *o)
{
    struct geoip *next = (o->geoip_count || g->count) ? calloc(1, sizeof *next) : NULL;
    if (!next)
        return;
    choose(next, o);
    if (replace(g, next->path, next->count)) {
        next->geo = g->geo;
        *g = *next;
        for (unsigned i = 0; i < g->count; i++)
            g->watch[i].path = g->path[i];
        log_line(LOG_NOTE, "%u database%s of --geoip %s read again", g->count, g->count == 1 ? "" : "s",
                 g->count == 1 ? "was" : "were");
    }
    free(next);
}

int geoip_close(struct geoip *g, int status)
{
    if (!g)
        return status;
    tell_damage(g);
    if (g->told)
        status = status ? status : EXIT_DAMAGED;
    geo_free(g->geo);
    free(g);
    return status;
}
