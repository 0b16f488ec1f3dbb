/* Growable text with a hard ceiling. Always ends in '\0'.
 * When the ceiling is reached or memory is gone, text is lost and `lost` says so. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *text; /* NULL until the first byte; owned */
    size_t used, room, ceiling;
    bool lost;
};

/* Empty; it never holds more bytes than the ceiling: what would not fit sets `lost`. buf_free is due. */
static inline struct buf buf_init(size_t ceiling) { return (struct buf){ .ceiling = ceiling }; }
void buf_free(struct buf *);
/* Empties it and keeps its memory. */
void buf_clear(struct buf *);
void buf_add(struct buf *, const char *bytes, size_t n);
void buf_str(struct buf *, const char *text);
/* Adds n bytes for the caller to write at once; NULL when they are lost. */
char *buf_take(struct buf *, size_t n);
void buf_char(struct buf *, char c);
void buf_u64(struct buf *, uint64_t n);
/* So many low bytes of n, the highest first, as protocols have them. */
void buf_be(struct buf *, uint64_t n, unsigned bytes);
void buf_hex(struct buf *, const uint8_t *bytes, size_t n);
void buf_printf(struct buf *, const char *format, ...) PRINTF_LIKE(2, 3);
/* The text so far, "" if there is none; borrowed until the next call that adds. */
const char *buf_text(const struct buf *);
/* A heap copy of the text, the caller's to free; NULL without memory. */
MUST_USE char *buf_dup(const struct buf *);

#endif
