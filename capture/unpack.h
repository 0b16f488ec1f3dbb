/* What undoes one kind of compression. Compressed bytes in, plain bytes out, in steps of any size. */
#ifndef CAPTURE_UNPACK_H
#define CAPTURE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unpack_step {
    const uint8_t *in; /* moves on as bytes are used */
    size_t in_left;
    uint8_t *out; /* moves on as bytes are made */
    size_t out_left;
};

struct unpack_kind {
    const char *name;
    void *(*open)(void); /* NULL without memory */
    /* Goes on as far as input and room allow; false when the data make no sense (what stood before is out). */
    bool (*run)(void *, struct unpack_step *);
    /* The input may end here: a whole number of members (gzip) or frames (zstd) is behind us. */
    bool (*whole)(const void *);
    void (*close)(void *);
};

extern const struct unpack_kind unpack_gzip, unpack_zstd;

#endif
