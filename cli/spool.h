/* Lines in, the same lines out, later, by way of a folder: what was put is there until it is said to be done with, also after
 * a crash, and never more than so many bytes. One thread puts, another takes.
 *
 * The folder has files of lines, events.N; lines are taken file by file, and a file goes when it is done with. */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include "base/buf.h"
#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool;

/* Lines of an earlier run are taken first. NULL with a sentence in `message`. */
struct spool *spool_open(const char *folder, uint64_t most, char message[300]);
void spool_close(struct spool *);

/* False, and it is counted, if there is no room for it, or the disk does not take it. */
bool spool_put(struct spool *, const char *line, size_t n);
/* What was put can be taken. */
void spool_flush(struct spool *);
/* Lines for which there was no room since this was asked last. */
uint64_t spool_lost(struct spool *);
/* Nothing is left in it. */
bool spool_empty(struct spool *);

enum spool_got {
    SPOOL_LINE,  /* without its newline, until the next call */
    SPOOL_LATER, /* there is none now */
    SPOOL_END    /* of a file: spool_done or spool_again is due */
};
enum spool_got spool_next(struct spool *, const char **line, size_t *n);
/* All lines of the file are safe elsewhere: it goes. */
void spool_done(struct spool *);
/* They are not: it is taken from its beginning again. */
void spool_again(struct spool *);

#endif
