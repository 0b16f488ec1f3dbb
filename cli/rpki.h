/* --rpki: a file of validated payloads. */
#ifndef CLI_RPKI_H
#define CLI_RPKI_H

#include "state/vrps.h"

/* NULL after saying why. `quiet`: without a word of how many there are. */
struct vrps *rpki_load(const char *path, bool quiet);

#endif
