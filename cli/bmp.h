/* A BMP feed to a collector: what happens in, bytes out. */
#ifndef CLI_BMP_H
#define CLI_BMP_H

#include "cli/collector.h"
#include "cli/options.h"
#include "store/bmp_feed.h"

struct bmp {
    struct bmp_feed *feed;
    struct buf out;
    struct collector *collector; /* NULL: there is none, and nothing to do */
    const struct engine *engine; /* not ours */
    struct bmp_feed_counts told; /* that is missing */
    char host[256];
};

/* The feed that the options ask for; bytes go to `out`. NULL after saying why. */
struct bmp_feed *bmp_feed_of(const struct options *, char host[256], struct buf *out);
/* Nothing if no collector was asked for. False after saying why. The engine has to tell messages. */
bool bmp_open(struct bmp *, const struct options *, const struct engine *);
void bmp_take(struct bmp *, const struct outbox *);
void bmp_beat(struct bmp *, struct stamp second, bool due);
void bmp_close(struct bmp *);

#endif
