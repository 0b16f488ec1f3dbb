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

enum unpacked {
    UNPACKED,
    UNPACK_NONSENSE, /* what stood before is out */
    UNPACK_LARGE,    /* it wants more memory than there is, or than UNPACK_MOST */
};
enum { UNPACK_MOST = 128 << 20 }; /* what a stranger's file may make us take */

struct unpack_kind {
    const char *name;
    void *(*open)(
        void); /* NULL without memory. No function at all: this program was built without its library */
    /* Goes on as far as input and room allow. */
    enum unpacked (*run)(void *, struct unpack_step *);
    /* The input may end here: a whole number of members (gzip), frames (zstd) or streams is behind us. */
    bool (*whole)(const void *);
    void (*close)(void *);
};

extern const struct unpack_kind unpack_gzip, unpack_zstd, unpack_bzip2, unpack_xz;

#endif
