/* --rpki and --rtr: who may originate what, as a file has it or a cache tells it at this moment. */
#ifndef CLI_ORIGINS_H
#define CLI_ORIGINS_H

#include "cli/options.h"
#include "state/vrps.h"

struct origins;
struct engine;
struct outbox;

/* Of the options, which may name neither. wait: for what a cache has to tell, for a while. NULL after saying why. */
struct origins *origins_open(const struct options *, bool wait);
/* After the engine that it was bound to is fed no more. */
void origins_close(struct origins *);

/* There is a file or a cache to be asked. */
bool origins_asked(const struct origins *);
/* NULL: nothing is known. Until the next of the calls below. */
const struct vrps *origins_now(const struct origins *);
/* From any thread. */
enum rpki_state origins_check(const struct origins *, const struct prefix *, uint32_t origin);

/* This engine is told when others hold, and `take` what that causes. */
void origins_bind(struct origins *, struct engine *, bool (*take)(void *, const struct outbox *),
                  void *taker);
/* To be called about once a second: takes a file that has changed, and what a cache tells by now. They are read in a thread
 * of their own. */
void origins_look(struct origins *);
/* To be called between packets: of the routes that stand, some are held against what was taken, within 2 ms, or 8 if no
 * packet waits (idle). False: who takes what that causes wants no more. */
bool origins_turn(struct origins *, bool idle);
/* No more packets: what was begun is done. Likewise. */
bool origins_finish(struct origins *);
/* At SIGHUP: the file of these options, whether it has changed or not, or their cache if it is another one. Says what it
 * did; what cannot be read leaves all as it was. */
void origins_reread(struct origins *, const struct options *);

#endif
