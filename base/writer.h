/* Verbs for telling: whoever tells does not know in which tongue.
 *
 *     write_object(w, "open");
 *     write_u64(w, "asn", 65001);
 *     write_end(w);
 *
 * Inside an array the key is NULL. Nothing here fails: text past the buffer's ceiling is lost and
 * the buffer says so. */
#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include "base/buf.h"

struct writer_ops;

struct writer {
    const struct writer_ops *ops;
    struct buf *out;     /* borrowed */
    unsigned depth;      /* how many objects and arrays are open */
    uint64_t has_item;   /* bit per depth: a separator is due */
    uint64_t is_array;   /* bit per depth */
    uint64_t no_bracket; /* bit per depth: for the text tongue */
};

struct writer_ops {
    void (*open)(struct writer *, const char *key, bool array);
    void (*close)(struct writer *);
    void (*string)(struct writer *, const char *key, const char *text, size_t n);
    /* text that needs no quotes or escapes in JSON: a number, true, false, null */
    void (*bare)(struct writer *, const char *key, const char *text, size_t n);
};

extern const struct writer_ops writer_json; /* one compact JSON value */
extern const struct writer_ops writer_text; /* for people: key value, key [a b], key (x y) */

/* Into `out`, which is borrowed and grows until its ceiling. */
static inline struct writer writer_init(const struct writer_ops *ops, struct buf *out)
{
    return (struct writer){ .ops = ops, .out = out };
}

/* key: NULL in an array, and for the outermost. Each object and array ends by write_end. */
void write_object(struct writer *, const char *key);
void write_array(struct writer *, const char *key);
/* Closes the object or array opened last. */
void write_end(struct writer *);
/* text NULL is told as null. */
void write_str(struct writer *, const char *key, const char *text);
void write_strn(struct writer *, const char *key, const char *text, size_t n);
void write_u64(struct writer *, const char *key, uint64_t);
void write_i64(struct writer *, const char *key, int64_t);
/* A number with that many digits behind the point. */
void write_real(struct writer *, const char *key, double, unsigned digits);
/* Nanoseconds as seconds, with 1 to 9 digits behind the point. */
void write_seconds(struct writer *, const char *key, int64_t ns, unsigned digits);
void write_bool(struct writer *, const char *key, bool);
void write_null(struct writer *, const char *key);
void write_hex(struct writer *, const char *key, const uint8_t *bytes, size_t n);
/* A value that is written already, in the writer's tongue. */
void write_ready(struct writer *, const char *key, const char *text, size_t n);
void write_format(struct writer *, const char *key, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
