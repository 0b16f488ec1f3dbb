/* The clocks of this machine. Nobody asks them on the way of a packet: what is live turns them into TICKs. */
#ifndef BASE_WALL_H
#define BASE_WALL_H

#include "base/stamp.h"

/* Nanoseconds since 1970, UTC; may be set while we look. */
struct stamp wall_now(void);
/* Nanoseconds since some moment; never set back or forth. */
struct stamp wall_steady(void);
/* Sleeps so long, or until a signal comes. */
void wall_sleep(struct span);

#endif
