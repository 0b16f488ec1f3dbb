/* What source.c shares with the tests: files that lie in memory. */
#ifndef CAPTURE_SOURCE_INTERNAL_H
#define CAPTURE_SOURCE_INTERNAL_H

#include "base/cursor.h"
#include "capture/source.h"

/* As source_open_files, over files in borrowed memory; each has the path "memory". */
struct source *source_open_memory(const struct cursor *files, unsigned count, const struct source_options *,
                                  enum err *why, char message[300]);

#endif
