/* Requests that take their time: packets that are read again, databases as of another moment, what became of a prefix.
 * Whoever starts the server hands over a function that answers them, for the server itself sees neither captures nor
 * protocols. It is called in a thread of its own, one request at a time. */
#ifndef WEB_ERRAND_H
#define WEB_ERRAND_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/stamp.h"
#include <stdatomic.h>

/* Answers are JSON objects, each of the schema named here; ERRAND_PACKETS: a pcapng file. */
enum errand_what {
    ERRAND_LADDER, /* Messages */
    ERRAND_PACKETS,
    ERRAND_TOPOLOGY, /* Topology */
    ERRAND_LSDB,     /* Lsdb */
    ERRAND_ROUTES,   /* Routes */
};

struct errand {
    enum errand_what what;
    struct addr ends[2];       /* of a peering; the lower address first */
    struct stamp since, until; /* STAMP_NEVER: any */
    struct stamp at;           /* as of then; STAMP_NEVER: the end */
    char text[256];            /* what is looked for, in small letters; "": all */
    uint32_t limit, offset;    /* rows */
    bool whole;                /* with all that they say */
    const atomic_bool *stop;   /* nobody waits any more */
};

enum errand_got { ERRAND_DONE, ERRAND_NONE, ERRAND_FAILED };

/* Fills `out`, whose ceiling stands; or, if it is not done, gives a sentence. */
typedef enum errand_got errand_fn(void *whose, const struct errand *, struct buf *out);

#endif
