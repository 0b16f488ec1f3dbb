/* What the kinds of sources share, and the tests: files that lie in memory. */
#ifndef CAPTURE_SOURCE_INTERNAL_H
#define CAPTURE_SOURCE_INTERNAL_H

#include "base/cursor.h"
#include "capture/source.h"

/* As source_open_files, over files in borrowed memory; each has the path "memory". */
struct source *source_open_memory(const struct cursor *files, unsigned count, const struct source_options *,
                                  enum err *why, char message[300]);

/* A source that is no files. */
struct source_kind {
    enum source_got (*next)(void *self, struct packet *out);
    unsigned (*count)(const void *self);
    const struct source_file_facts *(*facts)(const void *self, unsigned which);
    void (*refresh)(void *self);
    double (*progress)(const void *self);
    const char *(*why)(const void *self);
    void (*close)(void *self);
};
/* Takes self over; NULL without memory, with self closed. */
struct source *source_of_kind(const struct source_kind *, void *self);

#define SOURCE_NO_PCAP "this routetap was built without libpcap: it reads files, and no interfaces"

/* A TICK comes so often while packets don't. */
#define TICK_EVERY SPAN_MS(200)

#endif
