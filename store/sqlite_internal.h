/* What sqlite.c and sqlite_open.c share. */
#ifndef STORE_SQLITE_INTERNAL_H
#define STORE_SQLITE_INTERNAL_H

#include "store/sqlite.h"

/* Runs statements without parameters; false after a failure, this one's or an earlier one's. */
bool db_exec(struct db *, const char *text);
/* Keeps what SQLite says of its result code, in words that say what to do. */
void db_fail_rc(struct db *, int rc);

#endif
