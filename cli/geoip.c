/* Paths and names in; databases out, or one sentence that says why not. */
#include "cli/geoip.h"

#include "base/log.h"
#include "base/macros.h"
#include "cli/command.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const folders[] = { "/var/lib/GeoIP", "/usr/share/GeoIP", "/usr/local/share/GeoIP",
                                       "/usr/local/var/GeoIP" };

/* Where it is: as it stands, or in the first folder that has it, with or without its ending. */
static const char *find(const char *name, char room[512])
{
    static const char *const endings[] = { "", ".mmdb" };
    if (strchr(name, '/') || !access(name, F_OK))
        return name;
    for (size_t i = 0; i < COUNT(folders); i++)
        for (size_t k = 0; k < COUNT(endings); k++) {
            snprintf(room, 512, "%s/%s%s", folders[i], name, endings[k]);
            if (!access(room, F_OK))
                return room;
        }
    return name;
}

struct geo *geoip_open(const struct options *o)
{
    char room[512];
    struct geo *g = geo_new();
    for (unsigned i = 0; i < o->geoip_count; i++) {
        const char *path = find(o->geoip[i], room), *why = geo_add(g, path);
        if (!why)
            continue;
        log_line(LOG_ERROR, "--geoip %s %s", path, why);
        geo_free(g);
        return NULL;
    }
    return g;
}

int geoip_close(struct geo *g, int status)
{
    if (geo_damaged(g)) {
        log_line(LOG_ERROR, "a database of --geoip is damaged: some of what it should know is unknown");
        status = status ? status : EXIT_DAMAGED;
    }
    geo_free(g);
    return status;
}
