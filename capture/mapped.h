/* A stretch of a file, mapped. Private to capture/.
 *
 * A file that shrinks under a mapping, or a disk that fails, comes as SIGBUS where read(2) would have returned an
 * error. Then zeros take the place of what is gone, and mapped_lost() says so: nobody dies of a capture that is
 * rotated away while it is read. */
#ifndef CAPTURE_MAPPED_H
#define CAPTURE_MAPPED_H

#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapped {
    uint8_t *base; /* NULL: nothing is mapped */
    size_t size;
    unsigned watch;
};

/* Maps `size` bytes from `offset`, a multiple of the page size, all of which the file has now; they are read ahead.
 * False, and nothing is mapped: too many are, or the file cannot be. */
MUST_USE bool mapped_open(struct mapped *, int fd, uint64_t offset, size_t size);
/* Some of it could not be read and shows as zeros. */
bool mapped_lost(const struct mapped *);
void mapped_close(struct mapped *);

#endif
