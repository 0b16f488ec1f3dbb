/* The folder for temporary files in; a folder of our own in it, with the path of a database, out. */
#include "cli/scratch.h"

#include "base/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool scratch_open(struct scratch *s)
{
    const char *where = getenv("TMPDIR");
    *s = (struct scratch){ .path = "" };
    snprintf(s->folder, sizeof s->folder, "%.400s/routetap-XXXXXX", where && *where ? where : "/tmp");
    if (!mkdtemp(s->folder)) {
        log_line(LOG_ERROR, "%s: %s; --db FILE keeps the analysis elsewhere", s->folder, strerror(errno));
        return false;
    }
    snprintf(s->path, sizeof s->path, "%s/analysis.db", s->folder);
    return true;
}

void scratch_remove(const struct scratch *s)
{
    static const char *const parts[] = { "", "-wal", "-shm", "-journal" };
    char name[sizeof s->path + 16];
    if (!*s->path)
        return;
    for (size_t i = 0; i < COUNT(parts); i++) {
        snprintf(name, sizeof name, "%s%s", s->path, parts[i]);
        unlink(name);
    }
    rmdir(s->folder);
}
