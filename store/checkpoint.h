/* The write-ahead log's way into the database file, in a thread of its own: whoever commits does not wait until the disk
 * has it all. */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include "store/sqlite.h"

struct checkpoint;

/* The database is the writer's. NULL without memory: whoever commits does it himself then, as ever. */
struct checkpoint *checkpoint_begin(struct db *);
/* Before the database is closed. */
void checkpoint_end(struct checkpoint *);

#endif
