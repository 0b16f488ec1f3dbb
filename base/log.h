/* One line to standard error, "routetap: …". Used by capture, store, web and cli; never below state. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/macros.h"
#include <stdio.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTE, LOG_DEBUG };

/* Lines above this level are dropped; LOG_NOTE at start. */
void log_set_level(enum log_level);
void log_line(enum log_level, const char *format, ...) PRINTF_LIKE(2, 3);

/* From now on nobody else of this process writes to standard error by stdio: for libraries that cannot be asked to be
 * quiet. Before other threads begin. */
void log_alone(void);
FILE *log_stream(void);

#endif
