/* A progress bar on standard error, when that is a terminal and the work is long. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool wanted, shown;
    int64_t begun_ms, last_ms;
};

struct progress progress_begin(bool wanted);
/* share: 0 to 1, negative when unknown. Cheap when called often. */
void progress_show(struct progress *, double share, uint64_t packets);
void progress_end(struct progress *);

#endif
