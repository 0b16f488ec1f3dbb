/* The process that rings: alerts come in by a socket, and each sink has a thread that tells it of them. */
#ifndef ALERT_BELL_H
#define ALERT_BELL_H

#include "alert/alert.h"

/* Until the socket ends, and all is told or a few seconds have passed. An exit status. */
int bell_run(int socket, const struct alert_sink *, unsigned count);

#endif
