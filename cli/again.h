/* The packets of one peering, read once more: for the page, from the files that were analyzed, or from the ring of
 * packets that monitor keeps. Nothing of it is shared with whoever else reads. */
#ifndef CLI_AGAIN_H
#define CLI_AGAIN_H

#include "web/errand.h"

struct again {
    const char *const *files; /* borrowed */
    unsigned file_count;
    const char *ring; /* a folder, in place of files; NULL: none. Borrowed */
    const uint16_t *ports;
    unsigned port_count;
};

enum errand_got again_read(const struct again *, const struct errand *, struct buf *out);

/* Paths as a database has them: each as it is, or beside the database if it is not there. Owned; again_free. */
struct store;
void again_of_store(struct again *, struct store *, const char *db);
void again_free(struct again *);

#endif
