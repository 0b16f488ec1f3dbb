/* Files that others write anew while we run: whether one is another than the one that was read. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <stdbool.h>
#include <sys/stat.h>

struct watch {
    const char *path; /* borrowed */
    struct watch_facts {
        dev_t device;
        ino_t inode;
        off_t size;
        struct timespec changed;
    } used, seen;
};

/* Before the file is read. */
void watch_begin(struct watch *, const char *path);
/* To be asked about once a second: the file is another one, and nobody has written to it since this was asked last. True
 * once for each. */
bool watch_changed(struct watch *);

#endif
