/* Packets of a peering, asked for again: whoever starts the server hands over a function that can read them, for the
 * server itself sees no capture. It is called in a thread of its own, one request at a time. */
#ifndef WEB_PACKETS_H
#define WEB_PACKETS_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/stamp.h"
#include <stdatomic.h>

enum packets_what {
    PACKETS_LADDER, /* steps between the two, a JSON object: schema Messages of schemas.json */
    PACKETS_FILE,   /* a pcapng file */
};

struct packets_asked {
    enum packets_what what;
    struct addr ends[2];       /* the lower address first */
    struct stamp since, until; /* STAMP_NEVER: any */
    uint32_t limit, offset;    /* steps */
    bool whole;                /* messages are told with all that they say, and their bytes */
    const atomic_bool *stop;   /* nobody waits any more */
};

enum packets_got { PACKETS_DONE, PACKETS_NONE, PACKETS_FAILED };

/* Fills `out`, whose ceiling stands; or, if it is not done, gives a sentence. */
typedef enum packets_got packets_fn(void *whose, const struct packets_asked *, struct buf *out);

#endif
