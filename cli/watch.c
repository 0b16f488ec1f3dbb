/* A path in; whether another file stands there now out. */
#include "cli/watch.h"

#include <string.h>

/* False where there is none: it is being replaced. */
static bool look(const char *path, struct watch_facts *out)
{
    struct stat s;
    memset(out, 0, sizeof *out);
    if (stat(path, &s))
        return false;
    out->device = s.st_dev;
    out->inode = s.st_ino;
    out->size = s.st_size;
    out->changed = s.st_mtim;
    return true;
}

static bool same(const struct watch_facts *a, const struct watch_facts *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

void watch_begin(struct watch *w, const char *path)
{
    w->path = path;
    look(path, &w->used);
    w->seen = w->used;
}

bool watch_changed(struct watch *w)
{
    struct watch_facts now;
    if (!w->path || !look(w->path, &now) || same(&now, &w->used))
        return false;
    bool settled = same(&now, &w->seen);
    w->seen = now;
    if (settled)
        w->used = now;
    return settled;
}
