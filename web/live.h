/* What the store gained, as server-sent events (WHATWG HTML 9.2), for all pages that listen.
 *
 * Events are made once, whoever listens, and kept in a ring. A page reads from its place in it; one that is so slow that
 * its place was written over is told to ask for everything anew. No sockets and no clock here. */
#ifndef WEB_LIVE_H
#define WEB_LIVE_H

#include "base/buf.h"
#include "store/store.h"
#include "web/request.h"

enum { LIVE_KEPT = 64, LIVE_ROWS = 200 };

struct live {
    uint64_t version;      /* of the store, when it was looked at last */
    struct stamp now;      /* of the capture then */
    uint32_t last_finding; /* the highest id then */
    bool begun;
    struct buf ring[LIVE_KEPT];
    uint64_t next; /* number of the next event; event n stands in ring[n % LIVE_KEPT] */
};

/* One page's place. */
struct live_reader {
    uint64_t next;
    size_t offset;
    bool greeted;
};

void live_free(struct live *);
/* Looks what is new, and makes an event of it. True if there is one. */
bool live_look(struct live *, struct store *);
/* A comment, so that a connection that nobody holds any more is noticed. */
void live_beat(struct live *);
struct live_reader live_join(const struct live *);
/* Bytes for this reader, at most `room`; 0: there is nothing for now. */
size_t live_read(const struct live *, struct live_reader *, char *out, size_t room);

#endif
