/* What `monitor` leaves on disk: the database, and the ring of packets. Whatever goes wrong with the disk is told and
 * tried again; the capture goes on. */
#ifndef CLI_KEEP_H
#define CLI_KEEP_H

#include "capture/ring.h"
#include "cli/loop.h"
#include "cli/rung.h"
#include "store/store.h"

struct seen;

struct keep {
    const struct loop *loop;
    struct rung rung;                    /* alerts; nothing in it when nobody is to be rung */
    struct store *store;                 /* NULL: none was asked for */
    struct ring *ring;                   /* likewise */
    struct pcapng_interface *interfaces; /* owned */
    struct stamp committed;              /* by the steady clock */
    bool ring_failed, failing;
    struct stamp failed; /* the database; tried again then */
    bool anew; /* a file was begun in place of one that was taken away: told for a while from `failed` on */
    char unkept[300];                    /* why */
    char away[300];                      /* interfaces */
    const struct options *options, *now; /* as given at the start, and as read since */
    struct seen *seen;                   /* of each peering; owned */
    uint32_t seen_count;
    uint64_t commits, ospf_put; /* OSPF packets until its facts were put last */
};

/* False after saying why. keep_close is due in any case. */
MUST_USE bool keep_open(struct keep *, const struct options *, const struct loop *);
void keep_events(struct keep *, const struct outbox *);
void keep_packet(struct keep *, const struct packet *);
/* As the loop's beat: after each second of packet time (due), and often enough to commit once a second of our own. */
void keep_beat(struct keep *, struct stamp second, bool due);
/* Options that may change while it runs. */
void keep_set(struct keep *, const struct options *);
/* What is in the database of alerts is gone on with. */
void keep_alerts(struct keep *, struct alert_feed *, struct alerter *);
/* The last words. False if they could not be kept, after saying so. */
MUST_USE bool keep_finish(struct keep *);
/* What came after them. */
void keep_close(struct keep *);

#endif
