/* The bytes of one capture file as they were before somebody compressed them: a path, "-", or memory in;
 * plain bytes out. Private to capture/. */
#ifndef CAPTURE_INPUT_H
#define CAPTURE_INPUT_H

#include "base/cursor.h"
#include "base/err.h"
#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_ROOM = 300 }; /* what source_open_files promises */

struct input;

/* NULL and *why with a sentence. */
struct input *input_open(const char *path, enum err *why, char message[MESSAGE_ROOM]);
/* The same over borrowed memory. */
struct input *input_open_memory(struct cursor bytes, enum err *why, char message[MESSAGE_ROOM]);
void input_close(struct input *);

/* Some bytes, at most `room`, as soon as there are any; 0 at the end, and input_end tells of which kind. */
size_t input_read(struct input *, uint8_t *to, size_t room);

/* The same without a copy, of a plain file: its bytes from `offset` on, at most `room`; *size is 0 at the end, and
 * input_end tells of which kind. They are borrowed until a call gives others. False: these must be read; what was
 * given stays, and the next input_read goes on at `resume`. */
MUST_USE bool input_map(struct input *, uint64_t offset, uint64_t resume, size_t room, const uint8_t **bytes,
                        size_t *size);

enum input_end {
    INPUT_WELL,
    INPUT_DAMAGED, /* the compressed data are cut or make no sense */
    INPUT_FAILED,  /* the machine failed to read */
};
enum input_end input_end(const struct input *);
/* For one who finds nothing of use in what was read: whether that is because it was packed and is damaged, as may turn out
 * behind it. Bytes are lost by asking. */
bool input_spoiled(struct input *);
/* What was wrong, as the end of a sentence that begins with the file's name. Borrowed. */
const char *input_words(const struct input *);

/* Bytes taken from the file so far, as they lie on the disk. */
uint64_t input_consumed(const struct input *);
/* The file's own size on the disk; false if there is none to be known (a pipe). */
bool input_size(const struct input *, uint64_t *size);
/* It can be closed, and opened again later from its beginning. */
bool input_again(const struct input *);

#endif
